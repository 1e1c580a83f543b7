package teamspirit

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/simulator/salesforceserver"
)

func TestRightsByRole(t *testing.T) {
	o := newOrg(t, 5)
	tests := []struct {
		user, verdict, proof string
		visible              int
		seesAll              bool
	}{
		{"admin@example.com", Admin, ProofModifyAllData, 5, false},
		{"objects@example.com", Admin, ProofModifyAllRecords, 5, false},
		{"editor@example.com", Admin, ProofAllEditorFlag, 5, false},
		{"integration@example.com", Admin, ProofEditAccess, 5, false},
		{"employee@example.com", ForOneself, "", 1, false},
		{"employee@example.com", Partial, "", 5, true}, // seeing everyone is no proof
	}
	for _, tt := range tests {
		o.set(t, "employee_sees_all", tt.seesAll)
		for _, denied := range []string{"invalid_type", "insufficient_access", "empty"} {
			o.set(t, "setup_denied", denied)
			c, _ := o.signIn(t, tt.user)
			r, err := c.Rights(t.Context(), nil)
			if err != nil {
				t.Fatalf("%s: %v", tt.user, err)
			}
			if r.Verdict != tt.verdict || r.Proof != tt.proof || r.VisibleEmployees != tt.visible || r.UserName != tt.user || r.OrgID != o.OrganizationID() || len(r.Missing) != 0 {
				t.Errorf("%s with setup %s: got %+v", tt.user, denied, r)
			}
		}
	}
}

func TestLinkedEmployeesOutOfReachMakeItPartial(t *testing.T) {
	o := newOrg(t, 5)
	r, err := o.admin(t).Rights(t.Context(), []string{employeeID(1), employeeID(77)})
	want, _ := salesforce.ID18(employeeID(77))
	if err != nil || r.Verdict != Partial || !slices.Equal(r.OutOfReach, []string{want}) {
		t.Errorf("got %+v, %v", r, err)
	}
	c, _ := o.signIn(t, "employee@example.com")
	if r, err = c.Rights(t.Context(), []string{employeeID(0), employeeID(1)}); err != nil || r.Verdict != ForOneself || len(r.OutOfReach) != 1 {
		t.Errorf("employee: got %+v, %v", r, err)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	n := mustNames(t, nil)
	type restrictions = []salesforceserver.Restriction
	tests := []struct {
		name, toggle string
		value        restrictions
		missing      string
		need         string
		notInstalled bool
	}{
		{"no stamps", "object_missing", restrictions{{Object: n.Stamp}}, n.Stamp, NeedRead, false},
		{"no employees", "object_missing", restrictions{{Object: n.Employee}}, n.Employee, NeedRead, false},
		{"no day rows", "object_missing", restrictions{{Object: n.Day}}, n.Day, NeedRead, false},
		{"stamps not createable", "object_not_createable", restrictions{{Object: n.Stamp}}, n.Stamp + "（勤怠連携）", NeedCreate, false},
		{"key not createable", "field_not_createable", restrictions{{Object: n.Stamp, Field: n.UniqueKey}}, n.Stamp + "（勤怠連携）." + n.UniqueKey + "（ユニークキー）", NeedFieldCreate, false},
		{"instant hidden", "field_missing", restrictions{{Object: n.Stamp, Field: n.StampedDate}}, n.Stamp + "（勤怠連携）." + n.StampedDate, NeedFieldCreate, false},
		{"status hidden", "field_missing", restrictions{{Object: n.Stamp, Field: n.Status}}, n.Stamp + "（勤怠連携）." + n.Status, NeedFieldRead, false},
		{"code hidden", "field_missing", restrictions{{Object: n.Employee, Field: n.EmployeeCode}}, n.Employee + "（勤怠社員）." + n.EmployeeCode, NeedFieldRead, false},
		{"nothing installed", "object_missing", restrictions{{Object: n.Stamp}, {Object: n.Employee}, {Object: n.Day}, {Object: "teamspirit__AtkEmpMonth__c"}, {Object: "teamspirit__AtkCommon__c"}}, n.Stamp, NeedRead, true},
	}
	for _, status := range []string{"not_found", "forbidden"} {
		for _, tt := range tests {
			t.Run(tt.name+" "+status, func(t *testing.T) {
				o := newOrg(t, 3)
				o.set(t, "describe_not_found", status)
				c := o.admin(t)
				if r, err := c.Rights(t.Context(), nil); err != nil || r.Verdict != Admin {
					t.Fatalf("before: %+v, %v", r, err)
				}
				o.set(t, tt.toggle, tt.value)
				r, err := c.Rights(t.Context(), nil)
				if err != nil || r.Verdict != None || r.NotInstalled != tt.notInstalled || len(r.Missing) == 0 || r.Missing[0].String() != tt.missing || r.Missing[0].Need != tt.need {
					t.Errorf("got %+v, %v", r, err)
				}
			})
		}
	}
}

func TestOptionalFieldsMayBeHidden(t *testing.T) {
	o := newOrg(t, 3)
	n := mustNames(t, nil)
	var hidden []salesforceserver.Restriction
	for _, f := range []string{n.ErrorText, n.ErrorDetail, n.TargetDate} {
		hidden = append(hidden, salesforceserver.Restriction{Object: n.Stamp, Field: f})
	}
	for _, f := range []string{n.EmployeeUser, n.IsAdmin, n.IsAllEditor} {
		hidden = append(hidden, salesforceserver.Restriction{Object: n.Employee, Field: f})
	}
	hidden = append(hidden, salesforceserver.Restriction{Object: n.Day, Field: n.PushStart})
	o.set(t, "field_missing", hidden)
	c := o.admin(t)
	r, err := c.Rights(t.Context(), nil)
	if err != nil || r.Verdict != Admin || r.TargetDateWritable || r.SheetReadable {
		t.Errorf("rights: %+v, %v", r, err)
	}
	if rows, err := c.RowsByKey(t.Context(), []string{"k"}); err != nil || len(rows) != 0 {
		t.Errorf("rows: %v, %v", rows, err)
	}
	if err := c.Employees(t.Context(), func(page []Employee) error {
		if len(page) != 3 || page[0].Mail != "" || page[0].UserID != "" || page[0].Code != "0000" {
			t.Errorf("employees: %+v", page)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestKeyKindAndTargetDateAreAskedOfTheOrg(t *testing.T) {
	o := newOrg(t, 2)
	c := o.admin(t)
	for toggle, want := range map[string]KeyKind{salesforceserver.KeyPlain: KeyPlain, salesforceserver.KeyExternalID: KeyExternalID,
		salesforceserver.KeyUnique: KeyUnique, salesforceserver.KeyUniqueExternalID: KeyUnique} {
		for _, writable := range []bool{true, false} {
			o.set(t, "unique_key", toggle)
			o.set(t, "target_date_createable", writable)
			r, err := c.Rights(t.Context(), nil)
			if err != nil || r.Key != want || r.TargetDateWritable != writable || !r.SheetReadable {
				t.Errorf("%s, %v: got %+v, %v", toggle, writable, r, err)
			}
		}
	}
}

func TestReachOfManyEmployeesTakesOneQueryFor200(t *testing.T) {
	o := newOrg(t, 2500)
	c, _ := o.signIn(t, "integration@example.com")
	before := len(o.RequestLog())
	r, err := c.Rights(t.Context(), nil)
	if err != nil || r.Verdict != Admin || r.Proof != ProofEditAccess || r.VisibleEmployees != 2500 || r.EditableEmployees != 2500 {
		t.Fatalf("got %+v, %v", r, err)
	}
	access := 0
	log := o.RequestLog()[before:]
	for _, q := range log {
		if strings.Contains(q.Path, "UserRecordAccess") {
			access++
		}
	}
	if access != 13 || len(log) > 30 {
		t.Errorf("%d queries of access and %d requests in all", access, len(log))
	}
}

func TestTroubleOnTheWayIsNoVerdict(t *testing.T) {
	o := newOrg(t, 3)
	c, _ := o.signIn(t, "integration@example.com")
	const page, json = "text/html", "application/json"
	for _, containing := range []string{"userinfo", "ExternalAttendance__c/describe", "AtkEmp__c/describe", "FROM UserPermissionAccess", "FROM ObjectPermissions",
		"UserId__c = ", "FROM UserRecordAccess", "FROM teamspirit__AtkEmp__c ORDER"} {
		for _, s := range []spoiled{{containing, 503, `[{"errorCode":"SERVER_UNAVAILABLE","message":"down"}]`, json},
			{containing, 403, `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]`, json}, {containing, 502, "<html>", page},
			{containing, 403, "<html>blocked", page}, {containing, 404, "<html>", page}, {containing, 200, "<html>sign in to the hotel", page}, {containing, 200, "{}", json}} {
			o.spoil(s)
			r, err := c.Rights(t.Context(), nil)
			if err == nil || o.hits() == 0 {
				t.Errorf("%s %d %s: got %+v, spoiled %d answers", containing, s.status, s.body, r, o.hits())
			}
		}
	}
	o.spoil(spoiled{})
	if r, err := c.Rights(t.Context(), nil); err != nil || r.Verdict != Admin {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
}

// Where the org answers neither for setup nor for access to records, nothing proves ADMIN.
func TestWithoutAnyProofItIsPartial(t *testing.T) {
	o := newOrg(t, 3)
	c, _ := o.signIn(t, "integration@example.com")
	o.spoil(spoiled{"FROM UserRecordAccess", 400, `[{"errorCode":"INVALID_TYPE","message":"not supported"}]`, "application/json"})
	r, err := c.Rights(t.Context(), nil)
	if err != nil || r.Verdict != Partial || r.Proof != "" || r.EditableEmployees != -1 || o.hits() != 1 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestOnlyTheOwnRowEditableIsAnEmployee(t *testing.T) {
	o := newOrg(t, 3)
	o.set(t, "employee_sees_all", true)
	c, _ := o.signIn(t, "employee@example.com")
	body := `{"totalSize":3,"done":true,"records":[{"RecordId":"` + employeeID(0) + `","HasEditAccess":true},{"RecordId":"` + employeeID(1) +
		`","HasEditAccess":false},{"RecordId":"` + employeeID(2) + `","HasEditAccess":false}]}`
	o.spoil(spoiled{"FROM UserRecordAccess", 200, body, "application/json"})
	if r, err := c.Rights(t.Context(), nil); err != nil || r.Verdict != ForOneself || r.VisibleEmployees != 3 || r.EditableEmployees != 1 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestAnUnknownSystemPermissionIsNoProof(t *testing.T) {
	o := newOrg(t, 3)
	o.spoil(spoiled{"FROM UserPermissionAccess", 400, `[{"errorCode":"INVALID_FIELD","message":"No such column"}]`, "application/json"})
	if r, err := o.admin(t).Rights(t.Context(), nil); err != nil || r.Verdict != Admin || r.Proof != ProofModifyAllRecords {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestMissingNamesItselfForAPerson(t *testing.T) {
	m := Missing{Object: "A__c", ObjectLabel: "あ", Field: "B__c", FieldLabel: "い"}
	if got := fmt.Sprint(m); got != "A__c（あ）.B__c（い）" {
		t.Error(got)
	}
}

// TestAnObjectThatIsBackIsReadAgainH15: what was out of reach when the org was described last can be read as soon as it is back.
func TestAnObjectThatIsBackIsReadAgainH15(t *testing.T) {
	o := newOrg(t, 3)
	n := mustNames(t, nil)
	for _, object := range []string{n.Stamp, n.Employee} {
		c := o.admin(t)
		read := func() error {
			if object == n.Employee {
				return c.Employees(t.Context(), func([]Employee) error { return nil })
			}
			_, err := c.RowsByKey(t.Context(), []string{"db1/x"})
			return err
		}
		o.set(t, "object_missing", []salesforceserver.Restriction{{Object: object}})
		e, ok := errors.AsType[*salesforce.Error](read())
		if !ok || e.Advice() != salesforce.Ask {
			t.Errorf("%s out of reach: %v, want an error that asks for rights", object, e)
		}
		o.set(t, "object_missing", []salesforceserver.Restriction{})
		if err := read(); err != nil {
			t.Errorf("%s is back: %v", object, err)
		}
	}
}
