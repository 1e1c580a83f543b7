package connector_test

import (
	"slices"
	"strings"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/company"
)

type restriction struct {
	User   string `json:"user,omitempty"`
	Object string `json:"object,omitempty"`
	Field  string `json:"field,omitempty"`
}

func TestRightsBeforeBegin(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		role    string
		prepare func(*rig.Rig)
		verdict string
		block   connector.ErrorCode // none: begin asks for a confirmation
		ask     string
	}{
		{"employee", "employee", func(*rig.Rig) {}, "EMPLOYEE", connector.CodeEmployeeRights, "管理機能の使用"},
		{"partial", "employee", func(r *rig.Rig) { r.Switch(connector.Salesforce, "employee_sees_all", true) }, "PARTIAL", "", "全社員のデータ編集"},
		{"object missing", "admin", func(r *rig.Rig) {
			r.Switch(connector.Salesforce, "object_missing", []restriction{{Object: "teamspirit__ExternalAttendance__c"}})
		}, "NONE", connector.CodeObjectMissing, "ExternalAttendance__c"},
		{"field missing", "admin", func(r *rig.Rig) {
			r.Switch(connector.Salesforce, "field_not_createable", []restriction{{Object: "teamspirit__ExternalAttendance__c", Field: "teamspirit__StampedDate__c"}})
		}, "NONE", connector.CodeObjectMissing, "StampedDate__c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := rig.Quiet(t, rig.Options{})
			tt.prepare(r)
			_, err := r.SignIn(connector.Akerun, "super_manager")
			ok(t, err)
			ok(t, r.ChooseOrganization(t.Context(), r.Offices()[0]))
			_, err = r.SignIn(connector.Salesforce, tt.role)
			ok(t, err)
			check, err := r.Check(t.Context())
			ok(t, err)
			if check.Rights.Verdict != tt.verdict || !strings.Contains(check.Rights.Ask, tt.ask) {
				t.Errorf("verdict %s, ask %q; want %s and %q in it", check.Rights.Verdict, check.Rights.Ask, tt.verdict, tt.ask)
			}
			if check.Blocked != (tt.block != "") || check.Blocked && !slices.Contains(check.Blocks, tt.block) {
				t.Errorf("blocked %v by %v, want %q", check.Blocked, check.Blocks, tt.block)
			}
			want := tt.block
			if want == "" {
				want = connector.CodeNotConfirmed
			}
			wantCode(t, r.Begin(t.Context(), connector.BeginRequest{Start: at("25 05:00")}), want)
			wantPhase(t, r, connector.Ready)
			if tt.block != "" {
				wantCode(t, r.Begin(t.Context(), connector.BeginRequest{Start: at("25 05:00"), Confirmed: true}), tt.block)
				return
			}
			ok(t, r.Begin(t.Context(), connector.BeginRequest{Start: at("25 05:00"), Confirmed: true}))
			wantPhase(t, r, connector.Waiting)
		})
	}
}

func TestAuthorityBeforeBegin(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, role, shown string
		confirm           bool
		block             connector.ErrorCode
	}{
		{"super manager", "super_manager", "super_manager", false, ""},
		{"in Japanese", "super_manager", "スーパーマネージャー", false, ""},
		{"a value nobody knows", "super_manager", "owner_plus", false, connector.CodeAuthority},
		{"vouched for", "super_manager", "owner_plus", true, ""},
		{"member", "member", "super_manager", false, connector.CodeNoRights},
		{"manager", "manager", "super_manager", false, connector.CodeNotSuper},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := rig.Quiet(t, rig.Options{})
			r.Switch(connector.Akerun, "super_manager", tt.shown)
			account, err := r.SignIn(connector.Akerun, tt.role)
			if tt.role == "member" { // a member may not even look himself up
				wantCode(t, err, tt.block)
				wantCode(t, r.ConfirmSuperManager(t.Context()), connector.CodeNotSignedIn)
				return
			}
			ok(t, err)
			if tt.role == "super_manager" && account.AuthorityKnown != (tt.shown != "owner_plus") {
				t.Errorf("account %+v", account)
			}
			ok(t, r.ChooseOrganization(t.Context(), r.Offices()[0]))
			_, err = r.SignIn(connector.Salesforce, "admin")
			ok(t, err)
			if tt.confirm {
				ok(t, r.ConfirmSuperManager(t.Context()))
			} else if tt.role == "manager" {
				wantCode(t, r.ConfirmSuperManager(t.Context()), connector.CodeNotSuper)
			}
			err = r.Begin(t.Context(), connector.BeginRequest{Start: at("25 05:00")})
			if tt.block == "" {
				ok(t, err)
				return
			}
			wantCode(t, err, tt.block)
		})
	}
}

// TestRightsLostWhileRunning: 要再連携 keeps the backlog, says why, and ends by itself when the administrator gives the rights back.
func TestRightsLostWhileRunning(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		side   connector.Side
		take   func(*rig.Rig)
		give   func(*rig.Rig)
		reason string
		in     string // 出勤 of the day on which the rights are away

		missing string // what the item names
	}{
		{"field no longer createable", connector.Salesforce,
			func(r *rig.Rig) {
				r.Switch(connector.Salesforce, "field_not_createable", []restriction{{Object: "teamspirit__ExternalAttendance__c", Field: "teamspirit__StampedDate__c"}})
			},
			func(r *rig.Rig) { r.Switch(connector.Salesforce, "field_not_createable", []restriction{}) }, "OBJECT_OUT_OF_REACH", "11-26 in 09:00:00", "StampedDate__c"},
		{"object out of sight", connector.Salesforce,
			func(r *rig.Rig) {
				r.Switch(connector.Salesforce, "object_missing", []restriction{{Object: "teamspirit__ExternalAttendance__c"}})
			},
			func(r *rig.Rig) { r.Switch(connector.Salesforce, "object_missing", []restriction{}) }, "OBJECT_OUT_OF_REACH", "11-26 in 09:00:00", "ExternalAttendance__c"},
		{"object no longer createable", connector.Salesforce,
			func(r *rig.Rig) {
				r.Switch(connector.Salesforce, "object_not_createable", []restriction{{Object: "teamspirit__ExternalAttendance__c"}})
			},
			func(r *rig.Rig) { r.Switch(connector.Salesforce, "object_not_createable", []restriction{}) }, "OBJECT_OUT_OF_REACH", "11-26 in 09:00:00", "ExternalAttendance__c"},
		{"owner demoted in Akerun", connector.Akerun,
			func(r *rig.Rig) { rank(r, "super_manager", company.Member) },
			func(r *rig.Rig) { rank(r, "super_manager", company.SuperManager) }, "RIGHTS_LOST", "11-26 in 09:00:00", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := linked(t, rig.Options{})
			p := r.Hire("7001")
			r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "27 09:00", "27 18:00")...)
			r.RunUntil(at("25 20:00"))
			tt.take(r)
			r.RunUntil(at("26 12:00"))
			wantRows(t, r, p, "11-25 in 09:00:00")
			wantPhase(t, r, connector.NeedsLink)
			st := status(t, r)
			if len(st.Relink) != 1 || st.Relink[0].Side != tt.side || st.Relink[0].Cause != tt.reason || st.Relink[0].Since.IsZero() {
				t.Errorf("要再連携 says %+v, want %s at %s", st.Relink, tt.reason, tt.side)
			}
			wantOpen(t, r, tt.reason)
			items, err := r.Items(t.Context(), connector.ItemQuery{})
			ok(t, err)
			if !strings.Contains(items[0].Detail["missing"], tt.missing) {
				t.Errorf("the item names %q, want %q", items[0].Detail["missing"], tt.missing)
			}
			tt.give(r)
			r.RunUntil(at("26 12:30"))
			wantPhase(t, r, connector.Running)
			wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", tt.in)
			r.RunUntil(at("27 05:30"))
			wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", tt.in, "11-26 out 18:00:00")
			wantOpen(t, r)
			r.MustHold(nil)
		})
	}
}

// rank changes the rank of the account of a role in the linked 事業所.
func rank(r *rig.Rig, role string, to company.Rank) { rankIn(r, role, r.Offices()[0], to) }

func rankIn(r *rig.Rig, role, office string, to company.Rank) {
	c := r.World.Company()
	for _, a := range c.AkerunAccounts {
		if a.Role == role {
			if err := r.World.AkerunServer().SetRank(c.Users[a.User].ID, office, to); err != nil {
				panic(err)
			}
		}
	}
}

// TestOneEmployeeOutOfRights: whoever may stamp for all but one gets an item about that one, and everybody else is stamped.
func TestOneEmployeeOutOfRights(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	poor, others := r.Hire("7001"), r.Hire("7002")
	r.Enter(poor, times("25 09:00", "25 18:00")...)
	r.Enter(others, times("25 09:00", "25 18:00")...)
	type failure struct {
		Count      int    `json:"count"`
		StatusCode string `json:"status_code"`
		Message    string `json:"message"`
		EmployeeID string `json:"employee_id"`
	}
	r.Switch(connector.Salesforce, "row_errors", []failure{{1000, "INSUFFICIENT_ACCESS_OR_READONLY", "この社員の打刻はできません", poor.Employee}})
	r.RunUntil(at("25 12:00"))
	wantRows(t, r, others, "11-25 in 09:00:00")
	wantRows(t, r, poor)
	wantPhase(t, r, connector.Running)
	wantOpen(t, r, "REJECTED 11-25 7001")
	calls := 0
	for _, q := range r.World.SalesforceServer().RequestLog() {
		if strings.Contains(string(q.Body), poor.Employee) {
			calls++
		}
	}
	if calls != 1 {
		t.Errorf("the refused row was sent %d times", calls)
	}
	r.Switch(connector.Salesforce, "row_errors", []failure{})
	_, err := r.Resend(t.Context(), connector.ResendRequest{From: "2026-11-25", To: "2026-11-25"})
	ok(t, err)
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, poor, "11-25 in 09:00:00", "11-25 out 18:00:00")
	wantOpen(t, r)
}
