package salesforceserver

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func minute(p *int) string {
	if p == nil {
		return "-"
	}
	return fmt.Sprintf("%02d:%02d", *p/60, *p%60)
}

// sheet tells an employee's sheet as date start-end/push.
func (g *org) sheet(employee string) string {
	var out []string
	for _, r := range g.s.Sheet("", "") {
		if r.EmployeeID == employee {
			out = append(out, fmt.Sprintf("%s %s-%s", r.Date, minute(r.Start), minute(r.End)))
		}
	}
	return strings.Join(out, ", ")
}

func TestBatch(t *testing.T) {
	type step struct {
		web      bool
		employee int
		kind, at string
		more     []string
	}
	in := func(at string, more ...string) step { return step{employee: 1, kind: "1", at: at, more: more} }
	out := func(at string, more ...string) step { return step{employee: 1, kind: "2", at: at, more: more} }
	web := func(kind, at string) step { return step{web: true, employee: 1, kind: kind, at: at} }
	for _, c := range []struct {
		name     string
		switches map[string]string
		steps    []step
		sheet    string
		statuses []string
	}{
		{name: "a day", steps: []step{in("2026-11-20 08:59:58"), out("2026-11-20 18:00:30")}, sheet: "2026-11-20 08:59-18:00", statuses: []string{statusDone, statusDone}},
		{name: "by StampedDate, not by arrival", steps: []step{out("2026-11-20 18:00:00"), in("2026-11-20 09:00:00")}, switches: map[string]string{"out_without_in": `"error"`},
			sheet: "2026-11-20 09:00-18:00", statuses: []string{statusDone, statusDone}},
		{name: "a night goes to the day before", steps: []step{in("2026-11-20 22:00:00"), out("2026-11-21 04:59:59")}, sheet: "2026-11-20 22:00-28:59", statuses: []string{statusDone, statusDone}},
		{name: "after five it is the new day", steps: []step{in("2026-11-20 22:00:00"), out("2026-11-21 05:00:00")}, sheet: "2026-11-20 22:00--, 2026-11-21 --05:00", statuses: []string{statusDone, statusDone}},
		{name: "within 24 hours of the in", switches: map[string]string{"out_follows_in": "true"}, steps: []step{in("2026-11-20 22:00:00"), out("2026-11-21 06:10:00")}, sheet: "2026-11-20 22:00-30:10", statuses: []string{statusDone, statusDone}},
		{name: "target date", steps: []step{in("2026-11-21 01:30:00", "TargetDate", "2026-11-20"), out("2026-11-21 04:30:00", "TargetDate", "2026-11-20")}, sheet: "2026-11-20 25:30-28:30", statuses: []string{statusDone, statusDone}},
		{name: "target date out of reach", steps: []step{in("2026-11-20 09:00:00", "TargetDate", "2026-11-21")}, statuses: []string{statusError}},
		{name: "a second in stays without effect", steps: []step{in("2026-11-20 09:00:00"), in("2026-11-20 10:00:00")}, sheet: "2026-11-20 09:00--", statuses: []string{statusDone, statusDone}},
		{name: "a second in is an error", switches: map[string]string{"second_in": `"error"`}, steps: []step{in("2026-11-20 09:00:00"), in("2026-11-20 10:00:00")}, sheet: "2026-11-20 09:00--", statuses: []string{statusDone, statusError}},
		{name: "the earliest in wins", switches: map[string]string{"second_in": `"earliest"`}, steps: []step{web("in", "2026-11-20 09:00:00"), in("2026-11-20 08:00:00")}, sheet: "2026-11-20 08:00--", statuses: []string{statusDone}},
		{name: "a Web in stands", steps: []step{web("in", "2026-11-20 08:55:00"), in("2026-11-20 08:00:00")}, sheet: "2026-11-20 08:55--", statuses: []string{statusDone}},
		{name: "a later out replaces", steps: []step{in("2026-11-20 09:00:00"), web("out", "2026-11-20 17:00:00"), out("2026-11-20 17:30:00")}, sheet: "2026-11-20 09:00-17:30", statuses: []string{statusDone, statusDone}},
		{name: "an earlier out does not", steps: []step{in("2026-11-20 09:00:00"), web("out", "2026-11-20 19:00:00"), out("2026-11-20 17:30:00")}, sheet: "2026-11-20 09:00-19:00", statuses: []string{statusDone, statusDone}},
		{name: "unless overwriting is on", switches: map[string]string{"overwrite_out": "true"}, steps: []step{in("2026-11-20 09:00:00"), web("out", "2026-11-20 19:00:00"), out("2026-11-20 17:30:00")}, sheet: "2026-11-20 09:00-17:30", statuses: []string{statusDone, statusDone}},
		{name: "out before in", steps: []step{web("in", "2026-11-20 09:00:00"), out("2026-11-20 09:00:59")}, sheet: "2026-11-20 09:00--", statuses: []string{statusError}},
		{name: "out without in, taken", steps: []step{out("2026-11-20 18:00:00")}, sheet: "2026-11-20 --18:00", statuses: []string{statusDone}},
		{name: "out without in, refused", switches: map[string]string{"out_without_in": `"error"`}, steps: []step{out("2026-11-20 18:00:00")}, statuses: []string{statusError}},
		{name: "closed month", switches: map[string]string{"month_locked": `["2026-11"]`}, steps: []step{in("2026-11-20 09:00:00")}, statuses: []string{statusError}},
		{name: "closed day", switches: map[string]string{"day_locked": `["2026-11-20"]`}, steps: []step{in("2026-11-20 09:00:00"), in("2026-11-21 09:00:00")}, sheet: "2026-11-21 09:00--", statuses: []string{statusError, statusDone}},
		{name: "left on that day", steps: []step{{employee: 3, kind: "1", at: "2026-11-30 09:00:00"}, {employee: 3, kind: "1", at: "2026-12-01 09:00:00"}}, statuses: []string{statusDone, statusError}},
		{name: "unknown code", steps: []step{in("2026-11-20 09:00:00", "EmpId", "", "EmpCode", "9999")}, statuses: []string{statusError}},
		{name: "code", steps: []step{in("2026-11-20 09:00:00", "EmpId", "", "EmpCode", "0001")}, sheet: "2026-11-20 09:00--", statuses: []string{statusDone}},
		{name: "code of two", switches: map[string]string{"duplicate_codes": `["0001"]`}, steps: []step{in("2026-11-20 09:00:00", "EmpId", "", "EmpCode", "0001")}, statuses: []string{statusError}},
		{name: "mail", steps: []step{in("2026-11-20 09:00:00", "EmpId", "", "Email", "EMP@example.jp")}, sheet: "2026-11-20 09:00--", statuses: []string{statusDone}},
		{name: "break", steps: []step{{employee: 1, kind: "21", at: "2026-11-20 12:00:00"}}, statuses: []string{statusDone}},
		{name: "batch off", switches: map[string]string{"batch_on": "false"}, steps: []step{in("2026-11-20 09:00:00")}, statuses: []string{statusNew}},
		{name: "IC off", switches: map[string]string{"ic_on": "false"}, steps: []step{in("2026-11-20 09:00:00")}, statuses: []string{statusNew}},
		{name: "everything fails", switches: map[string]string{"all_batch_errors": "true"}, steps: []step{in("2026-11-20 09:00:00")}, statuses: []string{statusError}},
		{name: "done but not on the sheet", switches: map[string]string{"sheet_unchanged": "true"}, steps: []step{in("2026-11-20 09:00:00")}, statuses: []string{statusDone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newOrg(t)
			k := g.client("admin@example.jp")
			for name, value := range c.switches {
				g.set(name, value)
			}
			for _, s := range c.steps {
				if s.web {
					g.s.RunBatch(g.clock.Now())
					if err := g.s.AddWebStamp(employeeID(s.employee), s.kind, jst(s.at)); err != nil {
						t.Fatal(err)
					}
					continue
				}
				if got := k.many("POST", "composite/sobjects", false, stamp(employeeID(s.employee), s.kind, s.at, s.more...)); !got[0].Success {
					t.Fatalf("%+v", got)
				}
			}
			g.clock.advance(10 * time.Minute)
			var statuses []string
			for _, r := range g.s.StampRows() {
				statuses = append(statuses, r.Status)
				if (r.Error != "") != (r.Status == statusError) {
					t.Errorf("error text %q with status %s", r.Error, r.Status)
				}
			}
			if !slices.Equal(statuses, c.statuses) {
				t.Errorf("statuses %v, want %v", statuses, c.statuses)
			}
			if got := g.sheet(employeeID(1)); got != c.sheet {
				t.Errorf("sheet %q, want %q", got, c.sheet)
			}
		})
	}
}

func TestTicksRunAtTheirOwnInstants(t *testing.T) {
	g := newOrg(t)
	k := g.client("admin@example.jp")
	g.clock.set(jst("2026-11-20 09:03:00"))
	k.many("POST", "composite/sobjects", false, stamp(employeeID(1), "1", "2026-11-20 09:00:00"))
	g.clock.set(jst("2026-11-20 09:09:59"))
	if s := g.s.StampRows()[0].Status; s != statusNew {
		t.Fatalf("before the tick: %s", s)
	}
	g.clock.set(jst("2027-11-20 12:00:00")) // the clock jumps over a year
	p := k.query("SELECT " + fStatus + ", LastModifiedDate, CreatedDate FROM " + stampObject)
	if r := p.Records[0]; r[fStatus] != statusDone || r["LastModifiedDate"] != "2026-11-20T00:10:00.000+0000" || r["CreatedDate"] != "2026-11-20T00:03:00.000+0000" {
		t.Errorf("after the jump: %v", r)
	}
	if row := g.s.StampRows()[0]; !row.Born.Equal(jst("2026-11-20 09:03:00")) || !row.Processed.Equal(jst("2026-11-20 09:10:00")) || row.CreatedBy != "admin@example.jp" || row.Kind != "in" {
		t.Errorf("the row tells %+v", row)
	}
	jobs := k.query("SELECT Id, ApexClass.NamespacePrefix, Status, CompletedDate FROM AsyncApexJob WHERE ApexClass.NamespacePrefix = 'teamspirit' ORDER BY CompletedDate DESC LIMIT 1")
	if jobs.TotalSize != 1 || jobs.Records[0]["CompletedDate"] != "2027-11-20T03:00:00.000+0000" {
		t.Errorf("jobs: %v", jobs.Records)
	}
	g.set("batch_interval", `"1h"`)
	g.set("processing", `"trigger"`)
	k.many("POST", "composite/sobjects", false, stamp(employeeID(2), "1", "2027-11-20 09:00:00"))
	if s := g.s.StampRows()[1].Status; s != statusDone {
		t.Errorf("a trigger leaves %s", s)
	}
}

func TestEmployeesOwnRightsAtTheBatch(t *testing.T) {
	g := newOrg(t)
	g.set("employee_stamps", `"batch_error"`)
	k := g.client("emp@example.jp")
	if got := k.many("POST", "composite/sobjects", false, stamp(employeeID(1), "1", "2026-11-20 09:00:00"), stamp(employeeID(2), "1", "2026-11-20 09:00:00")); !got[0].Success || !got[1].Success {
		t.Fatalf("%+v", got)
	}
	g.s.RunBatch(g.clock.Now())
	if rows := g.s.StampRows(); rows[0].Status != statusDone || rows[1].Status != statusError {
		t.Errorf("own %s, other's %s", rows[0].Status, rows[1].Status)
	}
}

func TestSheetByQuery(t *testing.T) {
	g := newOrg(t)
	k := g.client("admin@example.jp")
	g.set("push_filled_by_api", "false")
	k.many("POST", "composite/sobjects", false, stamp(employeeID(1), "1", "2026-11-20 07:54:30"))
	if err := g.s.AddWebStamp(employeeID(2), "in", jst("2026-11-20 08:00:00")); err != nil {
		t.Fatal(err)
	}
	g.s.RunBatch(g.clock.Now())
	p := k.query("SELECT teamspirit__Date__c, teamspirit__PushStartTime__c, teamspirit__RealStartTime__c, teamspirit__EmpMonthId__r.teamspirit__EmpId__c FROM teamspirit__AtkEmpDay__c " +
		"WHERE teamspirit__Date__c >= 2026-11-20 AND teamspirit__Date__c <= 2026-11-20 AND teamspirit__EmpMonthId__r.teamspirit__EmpId__c IN ('" + employeeID(1) + "','" + employeeID(2) + "')")
	if p.TotalSize != 2 || p.Records[0]["teamspirit__Date__c"] != "2026-11-20" {
		t.Fatalf("%v", p.Records)
	}
	push := map[string]any{}
	for _, r := range p.Records {
		push[r["teamspirit__EmpMonthId__r"].(map[string]any)["teamspirit__EmpId__c"].(string)] = []any{r["teamspirit__PushStartTime__c"], r["teamspirit__RealStartTime__c"]}
	}
	if got, _ := json.Marshal(push); string(got) != fmt.Sprintf(`{"%s":[null,474],"%s":[480,480]}`, employeeID(1), employeeID(2)) {
		t.Errorf("got %s", got)
	}
	if n := g.client("emp@example.jp").query("SELECT COUNT() FROM " + dayObject).TotalSize; n != 1 {
		t.Errorf("the employee sees %d sheet rows", n)
	}
	if rows := g.s.Sheet("2026-11-20", "2026-11-20"); len(rows) != 2 || rows[0].StartBy != "api" || rows[1].StartBy != "web" {
		t.Errorf("sheet: %+v", rows)
	}
	if rows := g.s.Sheet("2026-11-21", ""); len(rows) != 0 {
		t.Errorf("another day: %+v", rows)
	}
}

func TestControl(t *testing.T) {
	g := newOrg(t)
	id, err := g.s.AddForeignRow(StampRow{Code: "0001", Kind: "in", At: jst("2026-11-20 08:00:00"), Device: "other product"})
	if err != nil {
		t.Fatal(err)
	}
	g.s.RunBatch(g.clock.Now())
	row := g.s.StampRows()[0]
	if row.ID != id || row.CreatedBy != "" || row.Status != statusDone || row.EmployeeID != employeeID(1) {
		t.Errorf("foreign row: %+v", row)
	}
	if !g.s.SetStatus(id, statusDeleted) || g.s.StampRows()[0].Status != statusDeleted {
		t.Error("SetStatus has no effect")
	}
	if !g.s.DeleteRow(id) || g.s.DeleteRow(id) || !g.s.StampRows()[0].Deleted {
		t.Error("DeleteRow is wrong about what is there")
	}
	if _, err := g.s.SetEmployee(Employee{ID: employeeID(1), Code: "0101", Name: "新"}); err != nil {
		t.Fatal(err)
	}
	k := g.client("admin@example.jp")
	if p := k.query("SELECT Name, Id FROM " + employeeObject + " WHERE " + fEmpCode + " = '0101'"); p.TotalSize != 1 || p.Records[0]["Id"] != employeeID(1) {
		t.Errorf("changed code: %v", p.Records)
	}
	if k.query("SELECT COUNT() FROM "+employeeObject+" WHERE "+fEmpCode+" = '0001'").TotalSize != 0 {
		t.Error("the old code still finds someone")
	}
	if !g.s.RemoveEmployee(employeeID(4)) || len(g.s.Employees()) != 3 {
		t.Errorf("after removal: %v", g.s.Employees())
	}
	for _, err := range []error{g.s.AddWebStamp("x", "in", jst("2026-11-20 08:00:00")), g.s.AddWebStamp(employeeID(1), "x", jst("2026-11-20 08:00:00")), g.s.AddWebStamp(employeeID(1), "in", jst("2026-11-20 09:00:00"))} {
		if err == nil {
			t.Error("a senseless Web stamp is taken")
		}
	}
	if rows := g.s.StampsSince(jst("2026-11-20 09:00:01")); len(rows) != 0 {
		t.Errorf("since later: %+v", rows)
	}
	if rows := g.s.StampsSince(jst("2026-11-20 09:00:00")); len(rows) != 1 {
		t.Errorf("since then: %+v", rows)
	}
}
