package connector_test

import (
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
)

// TestBoard_F02_LateOver0500WhileTheOutcomeIsOpen: the 退勤 of 05:00 is refused for a while, or its answer is lost, and meanwhile a later access shows.
// Nothing can be done about that access then, and it isn't forgotten when the outcome is known.
func TestBoard_F02_LateOver0500WhileTheOutcomeIsOpen(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(r *rig.Rig, p rig.Person){
		"locked row": func(r *rig.Rig, p rig.Person) {
			r.Switch(connector.Salesforce, "row_errors", []salesforceserver.RowFailure{{Count: 100, StatusCode: "UNABLE_TO_LOCK_ROW", EmployeeID: p.Employee}})
		},
		"lost answer": func(r *rig.Rig, _ rig.Person) {
			r.Switch(connector.Salesforce, "fail_next", []salesforceserver.Failure{{Method: "PATCH", Drop: true, AfterApply: true}})
			r.RunUntil(at("26 05:00").Add(2 * time.Second))
			r.Switch(connector.Salesforce, "maintenance", "down")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := linked(t, rig.Options{})
			p, late := r.Hire("7001"), r.Hire("7002")
			r.Enter(p, times("25 09:00", "25 18:00")...)
			r.Enter(late, times("25 09:00", "25 18:00")...)
			r.RunUntil(at("26 04:55"))
			trouble(r, p)
			r.Access(akerunserver.NewAccess{User: p.User, At: at("25 22:00"), Up: at("26 05:05")})
			r.RunUntil(at("26 05:35"))
			r.Switch(connector.Salesforce, "row_errors", []salesforceserver.RowFailure{})
			r.Switch(connector.Salesforce, "maintenance", "")
			r.RunUntil(at("26 07:00"))
			wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-25 out 22:00:00")
			r.MustHold(nil)
		})
	}
}
