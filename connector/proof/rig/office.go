package rig

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/witness"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
)

// QuietFrom is when a quiet office begins: the evening of a Tuesday, 2026-11-24.
var QuietFrom = time.Date(2026, 11, 24, 20, 0, 0, 0, company.Japan)

// Quiet makes a world in which nobody comes in but whom the test sends, at QuietFrom. It polls every ten minutes, so that days are cheap.
func Quiet(t testing.TB, o Options) *Rig {
	t.Helper()
	o.From, o.Days, o.History = time.Date(2026, 11, 15, 7, 0, 0, 0, company.Japan), 1, -1 // a Sunday of its own, ten days before
	o.People = cmp.Or(o.People, 10)
	own := o.Settings
	o.Settings = func(s *settings.Settings) {
		s.Engine.PollInterval = 10 * time.Minute
		if own != nil {
			own(s)
		}
	}
	r := New(t, o)
	must(t, r.World.Clock().Set(QuietFrom))
	return r
}

// Person is somebody with a card and a 勤怠社員 record.
type Person struct{ Code, User, Employee string }

// Hire adds somebody to both sides under one code, employed since 2020.
func (r *Rig) Hire(code string) Person {
	r.t.Helper()
	mail := "p" + strings.ToLower(code) + "@sakura-shoji.example"
	p := Person{Code: code, User: r.World.AkerunServer().AddUser("人 "+code, mail, code)}
	var err error
	p.Employee, err = r.World.SalesforceServer().SetEmployee(salesforceserver.Employee{Code: code, Name: "人 " + code, Mail: mail, Entry: "2020-04-01"})
	must(r.t, err)
	return p
}

// Enter sends p through the first door at each of these instants; Akerun shows each at once.
func (r *Rig) Enter(p Person, at ...time.Time) {
	r.t.Helper()
	for _, at := range at {
		r.Access(akerunserver.NewAccess{User: p.User, At: at, Up: at})
	}
}

// Access adds a row to Akerun's history and returns its id.
func (r *Rig) Access(a akerunserver.NewAccess) string {
	r.t.Helper()
	id, err := r.World.AkerunServer().AddAccess(a)
	must(r.t, err)
	return id
}

// Web runs until at and presses 出社 or 退社 in TeamSpirit for p.
func (r *Rig) Web(p Person, kind string, at time.Time) {
	r.t.Helper()
	r.RunUntil(at)
	must(r.t, r.World.AddWebStamp(p.Employee, kind == "out"))
}

// Rows lists our rows of p as the server has them, such as "11-25 in 09:00:00", in the order of their instants. What is not 処理済み has its status behind
// it, and what was taken out of the table has "gone".
func (r *Rig) Rows(p Person) []string {
	var rows []salesforceserver.StampRow
	for _, s := range r.World.SalesforceServer().StampRows() {
		if s.EmployeeID == p.Employee && s.CreatedBy != "" {
			rows = append(rows, s)
		}
	}
	slices.SortStableFunc(rows, func(a, b salesforceserver.StampRow) int { return a.At.Compare(b.At) })
	out := []string{}
	for _, s := range rows {
		text := fmt.Sprintf("%s %s %s", strings.TrimPrefix(s.TargetDate, "2026-"), s.Kind, s.At.In(company.Japan).Format("15:04:05"))
		if s.Status != "処理済み" {
			text += " " + s.Status
		}
		if s.Deleted {
			text += " gone"
		}
		out = append(out, text)
	}
	return out
}

// StampRows gives our rows of p as the server has them, in order of creation.
func (r *Rig) StampRows(p Person) []salesforceserver.StampRow {
	return slices.DeleteFunc(r.World.SalesforceServer().StampRows(), func(s salesforceserver.StampRow) bool {
		return s.EmployeeID != p.Employee || s.CreatedBy == ""
	})
}

// Open lists the open items as "REASON day code", with what is missing left out, in alphabetical order.
func (r *Rig) Open() []string {
	r.t.Helper()
	items, err := r.Items(r.t.Context(), connector.ItemQuery{})
	must(r.t, err)
	out := []string{}
	for _, i := range items {
		out = append(out, strings.Join(slices.DeleteFunc([]string{i.Reason, strings.TrimPrefix(i.Day, "2026-"), i.Code}, func(s string) bool { return s == "" }), " "))
	}
	slices.Sort(out)
	return out
}

// Judge has the checker look at everything that both servers know. edit adds what only the test knows.
func (r *Rig) Judge(edit func(*proof.Evidence)) proof.Verdict {
	r.t.Helper()
	st, err := r.Status(r.t.Context())
	must(r.t, err)
	from := st.FirstStart.AddDate(0, 0, -1)
	e := witness.FromSimulator(r.World.Evidence(from), r.World.SalesforceServer().OrganizationID(), r.World.SalesforceServer().RequestLog())
	e.Seed = int64(r.options.Seed)
	e.Starts = []proof.Start{{From: st.FirstStart}}
	items, err := r.Items(r.t.Context(), connector.ItemQuery{All: true})
	must(r.t, err)
	for _, i := range items {
		e.Items = append(e.Items, proof.Item{Person: cmp.Or(i.UserID, i.EmployeeID), Day: i.Day, Reason: i.Reason, State: i.State})
	}
	if edit != nil {
		edit(&e)
	}
	v := proof.Check(e)
	found, err := r.Verify(r.t.Context())
	must(r.t, err)
	v.AuditBreaks = append(v.AuditBreaks, found.Problems...)
	v.Judge()
	return v
}

// MustHold fails the test unless the checker finds nothing wrong.
func (r *Rig) MustHold(edit func(*proof.Evidence)) {
	r.t.Helper()
	if v := r.Judge(edit); !v.Valid {
		r.t.Error(v.Story())
	}
}

// Offices are the ids of the 事業所, the one to link first.
func (r *Rig) Offices() []string {
	var ids []string
	for _, o := range r.World.Description(simulator.PipeAkerunURL, simulator.PipeSalesforceURL).Akerun.Offices {
		ids = append(ids, o.ID)
	}
	return ids
}
