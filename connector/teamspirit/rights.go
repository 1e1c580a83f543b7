package teamspirit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"dakokubridge/connector/salesforce"
)

// Verdicts on what the signed-in user may do.
const (
	Admin      = "ADMIN"    // stamps for everyone, proven
	Partial    = "PARTIAL"  // perhaps for everyone, not proven; or some linked employees are out of reach
	ForOneself = "EMPLOYEE" // for oneself only: everyone else's stamps would fail
	None       = "NONE"     // an object or field is missing
)

// Proofs of Admin.
const (
	ProofModifyAllData    = "modify_all_data"    // system permission
	ProofModifyAllRecords = "modify_all_records" // object permission on the stamps
	ProofAdminFlag        = "admin_flag"         // 管理機能の使用 on the user's own row
	ProofAllEditorFlag    = "all_editor_flag"    // 全社員のデータ編集 on the user's own row
	ProofEditAccess       = "edit_access"        // every visible employee may be edited, and there are several
)

// Rights is what the signed-in user may do. OrgID and the others that the check did not reach are empty.
type Rights struct {
	Verdict                 string // Admin, Partial, ForOneself or None
	OrgID, UserID, UserName string
	Proof                   string    // why Admin; "" otherwise
	NotInstalled            bool      // with None: no object of the package is there at all
	Missing                 []Missing // with None: what is out of reach
	OutOfReach              []string  // linked employees (record ids) that the user can't see
	VisibleEmployees        int
	EditableEmployees       int // -1 where it was not or could not be asked
	Key                     KeyKind
	TargetDateWritable      bool
	SheetReadable           bool
}

// Missing is an object, or a field of it, that is out of reach.
type Missing struct {
	Object, ObjectLabel string // API name; label as the user sees it, "" where the object is not visible
	Field, FieldLabel   string // "" where the object itself is meant
	Need                string // what is needed: read, create, field_read, field_create
}

// String names m for a person.
func (m Missing) String() string {
	s := m.Object
	if m.ObjectLabel != "" {
		s += "（" + m.ObjectLabel + "）"
	}
	if m.Field == "" {
		return s
	}
	s += "." + m.Field
	if m.FieldLabel != "" {
		s += "（" + m.FieldLabel + "）"
	}
	return s
}

// Rights checks, reading only, what the signed-in user may do, and whether linked employees (record ids) are in reach. It asks for definitions anew.
// An error means that the check could not be made; missing rights are no error. It takes about ten calls, and one more for 200 employees where
// nothing simpler proves Admin.
func (c *Client) Rights(ctx context.Context, linked []string) (Rights, error) {
	r := Rights{EditableEmployees: -1}
	user, err := c.sf.UserInfo(ctx)
	if err != nil {
		return Rights{}, err
	}
	r.OrgID, r.UserID, r.UserName = user.OrgID, user.ID, user.Username
	s, err := c.describe(ctx)
	if err != nil {
		return Rights{}, err
	}
	r.Key, r.TargetDateWritable, r.SheetReadable, r.Missing = s.key, s.targetDate, s.sheet, s.missing
	if len(s.missing) > 0 {
		r.Verdict = None
		r.NotInstalled, err = c.notInstalled(ctx, s)
		return r, err
	}
	if r.Proof, err = c.provenByPermission(ctx, user.ID); err != nil {
		return Rights{}, err
	}
	own, flag, err := c.ownRow(ctx, s, user.ID)
	if err != nil {
		return Rights{}, err
	}
	if r.Proof == "" {
		r.Proof = flag
	}
	return c.reach(ctx, r, own, linked)
}

// notInstalled tells whether no object of the package is visible, when the definition of one was refused.
func (c *Client) notInstalled(ctx context.Context, s *shape) (bool, error) {
	if !s.objectMissing {
		return false, nil
	}
	names, err := c.sf.Objects(ctx)
	if err != nil {
		return false, err
	}
	return !slices.ContainsFunc(names, func(n string) bool {
		return strings.HasPrefix(strings.ToLower(n), strings.ToLower(c.names.Namespace)+"__")
	}), nil
}

// provenByPermission looks for a permission to change everyone's stamps.
func (c *Client) provenByPermission(ctx context.Context, userID string) (string, error) {
	all, err := c.systemPermission(ctx, "PermissionsModifyAllData")
	if err != nil {
		return "", err
	}
	if all {
		return ProofModifyAllData, nil
	}
	n := c.names
	soql := "SELECT SobjectType, PermissionsModifyAllRecords FROM ObjectPermissions WHERE SobjectType = " + salesforce.Quote(n.Stamp) +
		" AND ParentId IN (SELECT PermissionSetId FROM PermissionSetAssignment WHERE AssigneeId = " + salesforce.Quote(userID) + ")"
	proof := ""
	err = salesforce.Read(ctx, c.sf, "reading object permissions", soql, func(page []struct{ PermissionsModifyAllRecords bool }) error {
		for _, p := range page {
			if p.PermissionsModifyAllRecords {
				proof = ProofModifyAllRecords
			}
		}
		return nil
	})
	if refused(err) { // the user may not view setup
		return "", nil
	}
	return proof, err
}

// systemPermission reads one of the user's own system permissions. Asked for one by one, a permission the org does not know spoils none of the others.
func (c *Client) systemPermission(ctx context.Context, field string) (bool, error) {
	granted := false
	err := c.sf.Query(ctx, "reading system permissions", "SELECT "+field+" FROM UserPermissionAccess", func(records []rawRecord) error {
		for _, raw := range records {
			r, err := decode("reading system permissions", raw)
			if err != nil {
				return err
			}
			granted = granted || r.flag(field)
		}
		return nil
	})
	if refused(err) {
		return false, nil
	}
	return granted, err
}

// ownRow finds the employee that the signed-in user is, and a flag there that proves Admin. No row is normal for an integration user.
func (c *Client) ownRow(ctx context.Context, s *shape, userID string) (id, proof string, err error) {
	if !s.userReadable {
		return "", "", nil
	}
	const doing = "reading the signed-in user's own employee row"
	soql := "SELECT " + strings.Join(append([]string{"Id"}, s.flags...), ",") + " FROM " + c.names.Employee + " WHERE " + c.names.EmployeeUser + " = " + salesforce.Quote(userID)
	err = c.sf.Query(ctx, doing, soql, func(records []rawRecord) error {
		for _, raw := range records {
			r, err := decode(doing, raw)
			if err != nil {
				return err
			}
			id = r.id("Id")
			switch {
			case slices.Contains(s.flags, c.names.IsAdmin) && r.flag(c.names.IsAdmin):
				proof = ProofAdminFlag
			case slices.Contains(s.flags, c.names.IsAllEditor) && r.flag(c.names.IsAllEditor):
				proof = ProofAllEditorFlag
			}
		}
		return nil
	})
	return id, proof, err
}

// reach completes r by what is visible and editable, and judges.
func (c *Client) reach(ctx context.Context, r Rights, own string, linked []string) (Rights, error) {
	visible, err := c.employeeIDs(ctx)
	if err != nil {
		return Rights{}, err
	}
	r.VisibleEmployees = len(visible)
	seen := make(map[string]bool, len(visible))
	for _, id := range visible {
		seen[id] = true
	}
	for _, id := range linked {
		if !seen[long(id)] {
			r.OutOfReach = append(r.OutOfReach, long(id))
		}
	}
	onlyOwn := len(visible) == 0 || len(visible) == 1 && seen[own]
	if r.Proof == "" && len(visible) > 1 {
		editable, known, err := c.editable(ctx, r.UserID, visible)
		if err != nil {
			return Rights{}, err
		}
		if known {
			r.EditableEmployees = len(editable)
		}
		if len(editable) == len(visible) {
			r.Proof = ProofEditAccess
		}
		onlyOwn = len(editable) == 1 && editable[0] == own
	}
	r.Verdict = r.judge(onlyOwn)
	return r, nil
}

// judge concludes from proof and reach. onlyOwn: nothing but the user's own row is visible, or editable.
func (r Rights) judge(onlyOwn bool) string {
	switch {
	case r.Proof != "" && len(r.OutOfReach) == 0:
		return Admin
	case r.Proof == "" && onlyOwn:
		return ForOneself
	}
	return Partial
}

// editable returns which of ids the user may edit; known is false where the org does not answer that for employees.
func (c *Client) editable(ctx context.Context, userID string, ids []string) (editable []string, known bool, err error) {
	for chunk := range slices.Chunk(ids, queryIDs) {
		soql := "SELECT RecordId, HasEditAccess FROM UserRecordAccess WHERE UserId = " + salesforce.Quote(userID) + " AND RecordId IN " + salesforce.List(chunk)
		err := salesforce.Read(ctx, c.sf, "reading access to employees", soql, func(page []struct {
			RecordID      string `json:"RecordId"`
			HasEditAccess bool
		}) error {
			for _, a := range page {
				if a.HasEditAccess {
					editable = append(editable, long(a.RecordID))
				}
			}
			return nil
		})
		if refused(err) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("checking %d employees: %w", len(ids), err)
		}
	}
	return editable, true, nil
}

// refused tells whether Salesforce itself refused a query for what it asks, as opposed to trouble on the way or with the sign-in.
func refused(err error) bool {
	e, ok := errors.AsType[*salesforce.Error](err)
	return ok && e.Status >= 400 && e.Status < 500 && e.Cause() != salesforce.CauseLoginNeeded && e.Advice() != salesforce.Again
}
