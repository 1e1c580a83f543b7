package connector_test

import (
	"slices"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
)

func setEmployee(t *testing.T, r *rig.Rig, e salesforceserver.Employee) string {
	t.Helper()
	id, err := r.World.SalesforceServer().SetEmployee(e)
	ok(t, err)
	return id
}

// TestCodeChangedMidDay: the day stays with whom it was settled for, by id, whatever becomes of the code.
func TestCodeChangedMidDay(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "27 09:00", "27 18:00")...)
	r.RunUntil(at("25 12:00"))
	ok(t, r.World.AkerunServer().ChangeCode(p.User, "9001"))
	ok(t, r.World.AkerunServer().Rename(p.User, "別の 名前"))
	r.RunUntil(at("26 20:00"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00")
	wantOpen(t, r, "EMPLOYEE_UNKNOWN 9001")
	setEmployee(t, r, salesforceserver.Employee{ID: p.Employee, Code: "9001", Name: "人 7001", Entry: "2020-04-01"})
	r.RunUntil(at("28 08:00"))
	// The new link holds from the 26th on, the day on which it was seen.
	wantRows(t, r, p, threeDays...)
	wantOpen(t, r)
	r.MustHold(nil)
}

// TestCodeChangesHands: the leaver's code goes to a newcomer at noon, and nobody's day is stamped by the other's accesses.
func TestCodeChangesHands(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	leaver := r.Hire("7001")
	newcomer := rig.Person{Code: "7001", User: r.World.AkerunServer().AddUser("新人", "new@sakura-shoji.example", ""), Employee: leaver.Employee}
	r.Enter(leaver, times("25 09:00", "25 18:00")...)
	r.Enter(newcomer, times("25 13:00", "25 19:00", "26 09:00", "26 17:00")...)
	r.RunUntil(at("25 12:00"))
	ok(t, r.World.AkerunServer().ChangeCode(leaver.User, ""))
	ok(t, r.World.AkerunServer().ChangeCode(newcomer.User, "7001"))
	r.RunUntil(at("27 08:00"))
	wantRows(t, r, leaver, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 09:00:00", "11-26 out 17:00:00")
	r.MustHold(nil)
}

// TestDuplicateCodes: neither of two is stamped, one line each, and the cure works within the hour from the beginning of that day.
func TestDuplicateCodes(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	a, alone := r.Hire("7001"), r.Hire("7002")
	b := rig.Person{Code: "7001", User: r.World.AkerunServer().AddUser("二人目", "second@sakura-shoji.example", "7001"), Employee: a.Employee}
	twin := setEmployee(t, r, salesforceserver.Employee{Code: "7002", Name: "双子", Entry: "2021-04-01"})
	for _, p := range []rig.Person{a, b, alone} {
		r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00")...)
	}
	r.RunUntil(at("26 10:00"))
	wantRows(t, r, a)
	wantRows(t, r, alone)
	wantOpen(t, r, "DUPLICATE_EMPLOYEE_CODE 7002", "DUPLICATE_USER_CODE 7001", "DUPLICATE_USER_CODE 7001")
	ok(t, r.SetUserCode(t.Context(), b.User, "7003"))
	r.World.SalesforceServer().RemoveEmployee(twin)
	r.RunUntil(at("26 11:00"))
	wantRows(t, r, a, "11-26 in 09:00:00")
	wantRows(t, r, alone, "11-26 in 09:00:00")
	wantOpen(t, r, "EMPLOYEE_UNKNOWN 7003", "UNSTAMPED_DAY 11-25 7001", "UNSTAMPED_DAY 11-25 7002")
	r.RunUntil(at("27 08:00"))
	wantRows(t, r, a, "11-26 in 09:00:00", "11-26 out 18:00:00")
	r.MustHold(nil)
}

// TestJoiner: registered on both sides in the morning, stamped from that day's first access, and earlier days only on request.
func TestJoiner(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	user := r.World.AkerunServer().AddUser("新入 社員", "shinnyu@sakura-shoji.example", "")
	p := rig.Person{Code: "7001", User: user}
	r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "27 09:00", "27 18:00")...)
	r.RunUntil(at("25 12:00"))
	wantOpen(t, r, "NO_USER_CODE")
	p.Employee = setEmployee(t, r, salesforceserver.Employee{Code: "7001", Name: "新入 社員", Entry: "2026-11-25"})
	r.RunUntil(at("27 10:00"))
	ok(t, r.SetUserCode(t.Context(), user, "7001"))
	r.RunUntil(at("27 10:15"))
	wantRows(t, r, p, "11-27 in 09:00:00")
	wantOpen(t, r, "UNSTAMPED_DAY 11-25 7001", "UNSTAMPED_DAY 11-26 7001")
	r.RunUntil(at("28 08:00"))
	wantRows(t, r, p, "11-27 in 09:00:00", "11-27 out 18:00:00")
	r.World.SalesforceServer()
	ok(t, r.World.SalesforceServer().AddWebStamp(p.Employee, "in", at("26 08:45"))) // typed in afterwards by the employee
	asked := connector.ResendRequest{From: "2026-11-25", To: "2026-11-26", UserIDs: []string{user}}
	preview, err := r.ResendPreview(t.Context(), asked)
	ok(t, err)
	if !slices.ContainsFunc(preview, func(p connector.Resend) bool {
		return p.Day == "2026-11-25" && p.Kind == "in" && p.Because == "UNSTAMPED_DAY"
	}) {
		t.Errorf("the preview shows %+v", preview)
	}
	_, err = r.Resend(t.Context(), asked)
	ok(t, err)
	r.RunUntil(at("28 12:00"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 out 18:00:00", "11-27 in 09:00:00", "11-27 out 18:00:00")
	wantOpen(t, r, "FILLED_BY_HAND 11-26 7001")
	r.MustHold(func(e *proof.Evidence) {
		for _, day := range []string{"2026-11-25", "2026-11-26"} {
			e.Asked = append(e.Asked, proof.Asked{Employee: p.Employee, Day: day, At: at("28 08:00")})
		}
		e.WebStamps = append(e.WebStamps, proof.WebStamp{Employee: p.Employee, Day: "2026-11-26", Kind: "in", At: at("26 08:45"), Made: at("28 08:00")})
	})
}

// TestEmployment: the last day's night still counts, later accesses are an alarm, accesses before 入社日 are recorded only.
func TestEmployment(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	leaver, future := r.Hire("7001"), r.Hire("7002")
	setEmployee(t, r, salesforceserver.Employee{ID: leaver.Employee, Code: "7001", Name: "退社", Entry: "2020-04-01", End: "2026-11-25"})
	setEmployee(t, r, salesforceserver.Employee{ID: future.Employee, Code: "7002", Name: "入社", Entry: "2026-11-26"})
	r.Enter(leaver, times("25 22:00", "26 01:00", "26 09:00", "26 09:30")...)
	r.Enter(future, times("25 09:00", "25 18:00", "26 09:00", "26 18:00")...)
	r.RunUntil(at("27 08:00"))
	wantRows(t, r, leaver, "11-25 in 22:00:00", "11-25 out 01:00:00")
	wantRows(t, r, future, "11-26 in 09:00:00", "11-26 out 18:00:00")
	wantOpen(t, r, "ACCESS_AFTER_LEAVING 11-26 7001")
	if got := why(t, r, future, "2026-11-25", "in"); got != "NOT_EMPLOYED" {
		t.Errorf("before 入社日 the day says %q", got)
	}
	r.MustHold(nil)
}

// TestTwoOffices: an account of two 事業所 is never stamped, and is cured when it leaves one.
func TestTwoOffices(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p, normal := r.Hire("7001"), r.Hire("7002")
	ok(t, r.World.AkerunServer().SetRank(p.User, r.Offices()[1], company.Member))
	for _, p := range []rig.Person{p, normal} {
		r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00")...)
	}
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, p)
	wantOpen(t, r, "MULTIPLE_ORGANIZATIONS 7001")
	ok(t, r.World.AkerunServer().SetRank(p.User, r.Offices()[1], ""))
	r.RunUntil(at("27 08:00"))
	wantRows(t, r, p, "11-26 in 09:00:00", "11-26 out 18:00:00")
	wantRows(t, r, normal, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 09:00:00", "11-26 out 18:00:00")
	wantOpen(t, r, "UNSTAMPED_DAY 11-25 7001")
}

// TestOfficeChanged: another 事業所 is chosen in the middle of a day. What the old one showed until then is settled under it, and nobody's day
// is made of both.
func TestOfficeChanged(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	old, fresh := r.Hire("7001"), r.Hire("7002")
	ok(t, r.World.AkerunServer().SetRank(fresh.User, r.Offices()[1], company.Member))
	ok(t, r.World.AkerunServer().SetRank(fresh.User, r.Offices()[0], ""))
	otherDoor := ""
	for _, d := range r.World.Company().Doors {
		if d.Organization == 1 {
			otherDoor = d.ID
		}
	}
	r.Enter(old, times("25 09:00", "25 12:07", "25 18:00", "26 09:00")...)
	for _, when := range []string{"25 09:00", "25 14:00", "25 18:00", "26 09:00", "26 18:00"} {
		a := late(fresh, when, when)
		a.Door = otherDoor
		r.Access(a)
	}
	r.RunUntil(at("25 12:05"))
	ok(t, r.World.Clock().Set(at("25 12:09"))) // between two polls, with an access that is not read yet
	wantCode(t, r.ChooseOrganization(t.Context(), "O-nowhere"), connector.CodeNotFound)
	ok(t, r.ChooseOrganization(t.Context(), r.Offices()[1]))
	r.RunUntil(at("27 08:00"))
	wantRows(t, r, old, "11-25 in 09:00:00", "11-25 out 12:07:00")
	rows := r.Rows(fresh)
	if !slices.Contains(rows, "11-26 in 09:00:00") || !slices.Contains(rows, "11-26 out 18:00:00") || slices.Contains(rows, "11-25 in 09:00:00") {
		t.Errorf("rows of the new 事業所's person: %q", rows)
	}
	offices, err := r.Organizations(t.Context())
	ok(t, err)
	if i := slices.IndexFunc(offices, func(o connector.Organization) bool { return o.Chosen }); len(offices) != 2 || i < 0 || offices[i].ID != r.Offices()[1] || offices[i].Name == "" {
		t.Errorf("offices %+v", offices)
	}
}

// TestProposals: near misses are shown with what they rest on, and used by nobody.
func TestProposals(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	r.Hire("0701")
	near := r.World.AkerunServer().AddUser("近い 人", "", "８００１")
	setEmployee(t, r, salesforceserver.Employee{Code: "8001", Name: "近い 人", Entry: "2020-04-01"})
	r.Enter(rig.Person{User: near}, at("25 09:00"))
	r.RunUntil(at("25 12:00"))
	people, err := r.People(t.Context())
	ok(t, err)
	i := slices.IndexFunc(people, func(p connector.Person) bool { return p.UserID == near })
	if i < 0 || people[i].ProposedCode != "8001" || people[i].ProposedBecause != "width" || people[i].Sound || people[i].Reason != "EMPLOYEE_UNKNOWN" {
		t.Errorf("the near miss is %+v", people[max(i, 0)])
	}
	wantOpen(t, r, "EMPLOYEE_UNKNOWN ８００１")
	if !slices.IsSortedFunc(people, func(a, b connector.Person) int {
		if a.UserCode == "" || b.UserCode == "" {
			return 0
		}
		return slices.Compare([]string{a.UserCode}, []string{b.UserCode})
	}) {
		t.Error("people are not in the order of their codes")
	}
}
