package salesforceserver

import (
	"iter"

	"dakokubridge/connector/simulator/soql"
)

// view is the org as one user sees it. It lives for one request, under the server's lock.
type view struct {
	s       *Server
	u       *user
	problem *apiError // what made the last query impossible, beyond its text
}

// visible says whether the object exists for the user at all.
func (v *view) visible(t *table) bool {
	if restricted(v.s.switches.ObjectMissing, v.u.Username, t.name, "") {
		return false
	}
	return !t.setup || v.u.viewsSetup() || t.name == "PermissionSet"
}

// Object finds an object as the user sees it, without the fields that a switch hides.
func (v *view) Object(name string) *soql.Object {
	t := v.s.tables[lower(name)]
	if t == nil {
		return nil
	}
	if !v.visible(t) {
		if t.setup && t.name == "ObjectPermissions" && v.s.switches.SetupDenied != "invalid_type" {
			return t.object
		}
		return nil
	}
	for _, r := range v.s.switches.FieldMissing {
		if equalFold(r.Object, t.name) {
			return t.object.Without(func(field string) bool { return v.fieldMissing(t, field) })
		}
	}
	return t.object
}

func (v *view) fieldMissing(t *table, field string) bool {
	return restricted(v.s.switches.FieldMissing, v.u.Username, t.name, field)
}

// Rows yields the records that the user may read.
func (v *view) Rows(o *soql.Object, constraints []soql.Constraint) iter.Seq[soql.Row] {
	t := v.s.table(o.Name)
	switch o.Name {
	case "UserPermissionAccess":
		return v.permissionAccess(t)
	case "UserRecordAccess":
		return v.recordAccess(t, constraints)
	case "ObjectPermissions":
		if !v.u.viewsSetup() {
			if v.s.switches.SetupDenied == "insufficient_access" {
				v.problem = &apiError{403, "INSUFFICIENT_ACCESS", "insufficient access rights on setup"}
			}
			return func(func(soql.Row) bool) {}
		}
	}
	return func(yield func(soql.Row) bool) {
		for r := range t.find(constraints) {
			if v.reads(r) && !yield(v.shown(r)) {
				return
			}
		}
	}
}

// Parent finds a parent row; sharing does not hide the fields of a parent whose child one may read.
func (v *view) Parent(o *soql.Object, id string) soql.Row {
	if r := v.s.table(o.Name).any(id); r != nil {
		return v.shown(r)
	}
	return nil
}

// shown is a record's values with what a switch replaces.
func (v *view) shown(r *record) soql.Row {
	if r.table.name == "Organization" && v.s.switches.OrganizationID != "" {
		values := append(soql.Row(nil), r.values...)
		values[0] = v.s.organizationID()
		return values
	}
	if r.table.name == dayObject && v.s.locked(r.day(fDate)) {
		values := append(soql.Row(nil), r.values...)
		r.table.set(values, fDayClosed, true)
		return values
	}
	return r.values
}

// organizationID is what the server says it is.
func (s *Server) organizationID() string {
	if id := id18(s.switches.OrganizationID); id != "" {
		return id
	}
	return s.baseID
}

// reads is the sharing of TeamSpirit's objects; everything else is readable by everybody who sees the object.
func (v *view) reads(r *record) bool {
	if !r.table.teamspirit || v.u.seesAll() {
		return true
	}
	switch r.table.name {
	case employeeObject:
		return v.s.switches.EmployeeSeesAll || v.own(r.id())
	case monthObject:
		return v.own(r.text(fEmpID))
	case dayObject:
		return v.own(v.s.dayEmployee(r))
	case stampObject:
		by := v.s.born[r].by
		return by != nil && by.ID == v.u.ID || v.own(r.text(fEmpID))
	}
	return true
}

func (v *view) own(employeeID string) bool { return employeeID != "" && employeeID == v.u.EmployeeID }

// writes says whether the user may change a record.
func (v *view) writes(r *record) bool {
	if !r.table.teamspirit || r.table.name == commonObject {
		return false
	}
	if v.u.modifyAll() {
		return true
	}
	if v.u.Role == RoleEditor {
		return v.u.edits(r.table.name)
	}
	by := v.s.born[r].by
	return r.table.name == stampObject && by != nil && by.ID == v.u.ID
}

func (v *view) permissionAccess(t *table) iter.Seq[soql.Row] {
	row := t.blank()
	row[0] = "0Pz000000000000AAA"
	t.set(row, "PermissionsApiEnabled", true)
	t.set(row, "PermissionsModifyAllData", v.u.modifyAllData())
	t.set(row, "PermissionsViewAllData", v.u.modifyAllData())
	t.set(row, "PermissionsViewSetup", v.u.viewsSetup())
	t.set(row, "PermissionsModifyMetadata", v.u.modifyAllData())
	return func(yield func(soql.Row) bool) { yield(row) }
}

// maxAccessIDs is how many records one query of UserRecordAccess may ask for.
const maxAccessIDs = 200

// recordAccess answers for one user and the records named in the query.
func (v *view) recordAccess(t *table, constraints []soql.Constraint) iter.Seq[soql.Row] {
	var user *user
	var ids []any
	for _, c := range constraints {
		switch c.Path {
		case "UserId":
			if len(c.Values) == 1 {
				if r := v.s.table("User").any(c.Values[0].(string)); r != nil {
					user = v.s.users[r.id()]
				}
			}
		case "RecordId":
			ids = c.Values
		}
	}
	if ids == nil || len(constraints) < 2 {
		v.problem = &apiError{400, "MALFORMED_QUERY", "Query must filter on UserId and RecordId: UserRecordAccess can be queried only for one user and a list of records"}
		return func(func(soql.Row) bool) {}
	}
	if len(ids) > maxAccessIDs {
		v.problem = &apiError{400, "MALFORMED_QUERY", "The maximum number of records that UserRecordAccess can be queried for is 200"}
		return func(func(soql.Row) bool) {}
	}
	return func(yield func(soql.Row) bool) {
		for _, id := range ids {
			if row := v.accessRow(t, user, id); row != nil && !yield(row) {
				return
			}
		}
	}
}

func (v *view) accessRow(t *table, u *user, id any) soql.Row {
	text, _ := id.(string)
	full := id18(text)
	if u == nil || full == "" {
		return nil
	}
	other := &view{s: v.s, u: u}
	r := v.s.byID(full)
	read := r != nil && other.reads(r)
	edit := r != nil && other.writes(r)
	all := edit && u.modifyAll()
	level := "None"
	switch {
	case all:
		level = "All"
	case edit:
		level = "Edit"
	case read:
		level = "Read"
	}
	row := t.blank()
	for name, value := range map[string]any{"UserId": u.ID, "RecordId": full, "HasReadAccess": read, "HasEditAccess": edit, "HasDeleteAccess": all,
		"HasTransferAccess": all, "HasAllAccess": all, "MaxAccessLevel": level} {
		t.set(row, name, value)
	}
	row[0] = ""
	return row
}

// fieldAccess is what describe tells a user of a field.
type fieldAccess struct{ createable, updateable bool }

func (v *view) fieldAccess(t *table, f field) fieldAccess {
	if f.readOnly || !t.teamspirit {
		return fieldAccess{}
	}
	sw := &v.s.switches
	if restricted(sw.FieldNotCreateable, v.u.Username, t.name, f.Name) || f.Name == fTargetDate && t.name == stampObject && !sw.TargetDateCreateable {
		return fieldAccess{}
	}
	return fieldAccess{v.creates(t), v.u.edits(t.name)}
}

func (v *view) creates(t *table) bool {
	return t.teamspirit && t.name != commonObject && v.u.creates(t.name) && !restricted(v.s.switches.ObjectNotCreateable, v.u.Username, t.name, "")
}

// key says how UniqueKey__c is declared.
func (s *Server) key(f field) (externalID, unique bool) {
	if f.Name != fUniqueKey {
		return f.externalID, f.unique
	}
	k := s.switches.UniqueKey
	return k == KeyExternalID || k == KeyUniqueExternalID, k == KeyUnique || k == KeyUniqueExternalID
}
