package witness

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/roster"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
)

// replay is a connector without network or database: it reads what the simulator had shown at each instant, decides by the rules and
// writes rows. It tells whether rules and checker mean the same, and its flaws whether the checker would notice.
type replay struct {
	seen     simulator.Evidence
	start    time.Time
	rules    attendance.Rules
	flaw     string
	web      map[string][]simulator.WebStamp // by employee
	accesses []akerunserver.Access           // by the instant of showing
	days     map[userDay]*decided
	links    map[string]attendance.Day // by user and employee: when first seen
	people   map[string]bool           // users listed for what is wrong with their link
	out      proof.Evidence
}

type userDay struct {
	user string
	day  attendance.Day
}

type decided struct {
	accesses   []attendance.Access
	employee   *roster.Employee
	linkedFrom attendance.Day
	standing   []attendance.Standing
	findings   []attendance.Finding
	touched    bool
	due        time.Time
}

const step = 10 * time.Minute

// play runs one company for some days and gives the checker's verdict on the replay.
func play(t *testing.T, seed uint64, size company.Size, days int, flaw string) proof.Verdict {
	t.Helper()
	from := simulator.DefaultFrom
	s, err := simulator.New(simulator.Options{Seed: seed, Size: size, From: from, Days: days, Clock: clock.Jump(from)})
	if err != nil {
		t.Fatal(err)
	}
	start := from.Add(90 * time.Minute) // in the middle of the morning
	end := attendance.DayOf(from).Add(days).Start().Add(8 * time.Hour)
	if err := s.Clock().Set(end); err != nil {
		t.Fatal(err)
	}
	r := &replay{
		seen: s.Evidence(attendance.DayOf(start).Start()), start: start, rules: attendance.DefaultRules(), flaw: flaw, web: map[string][]simulator.WebStamp{},
		days: map[userDay]*decided{}, links: map[string]attendance.Day{}, people: map[string]bool{},
	}
	r.out = FromSimulator(r.seen, s.SalesforceServer().OrganizationID(), nil)
	r.out.Seed, r.out.Starts, r.out.Rows = int64(seed), []proof.Start{{From: start}}, nil
	for _, w := range r.seen.WebStamps {
		if w.Refused == "" {
			r.web[w.Employee] = append(r.web[w.Employee], w)
		}
	}
	r.accesses = slices.SortedStableFunc(slices.Values(r.seen.Accesses), func(a, b akerunserver.Access) int { return a.Up.Compare(b.Up) })
	for now := start; !now.After(end); now = now.Add(step) {
		r.tick(now)
	}
	for k, d := range r.days {
		for _, f := range d.findings {
			r.out.Items = append(r.out.Items, proof.Item{Person: k.user, Day: k.day.String(), Reason: string(f.Reason), State: "open"})
		}
	}
	return proof.Check(r.out)
}

// tick reads, decides and stamps once.
func (r *replay) tick(now time.Time) {
	for len(r.accesses) > 0 && !r.accesses[0].Up.After(now) {
		r.collect(r.accesses[0], now)
		r.accesses = r.accesses[1:]
	}
	var people roster.Roster
	if now.Sub(r.start)%(30*time.Minute) == 0 {
		people = r.readPeople(now)
	}
	for k, d := range r.days {
		if d.employee == nil {
			r.settle(k, d, people)
		}
		if d.employee != nil && (d.touched || !d.due.IsZero() && !d.due.After(now)) {
			r.decide(k, d, now)
		}
	}
}

func (r *replay) collect(a akerunserver.Access, now time.Time) {
	if a.Organization != r.seen.Organization || a.User == "" {
		return
	}
	if counts, _ := r.rules.Counts(a.Action, a.DeviceType); !counts && r.flaw != "every type counts" {
		return
	}
	if r.flaw == "late rows are lost" && a.Up.Sub(a.At) > time.Hour {
		return
	}
	k := userDay{a.User, attendance.DayOf(a.At)}
	if r.days[k] == nil {
		r.days[k] = &decided{}
	}
	row := attendance.Access{ID: a.ID, At: a.At, User: a.User, Door: a.Door, Action: a.Action, Device: a.DeviceType, Seen: now}
	if r.flaw == "every type counts" {
		row.Action, row.Device = "unlock", "akerun_app"
	}
	r.days[k].touched = true
	r.days[k].accesses = append(r.days[k].accesses, row)
}

func (r *replay) readPeople(now time.Time) roster.Roster {
	var users []roster.User
	for _, u := range r.seen.Users {
		if !u.From.After(now) && (u.Until.IsZero() || now.Before(u.Until)) && slices.Contains(u.Organizations, r.seen.Organization) {
			orgs := u.Organizations
			if r.flaw == "two 事業所 are no matter" {
				orgs = orgs[:1]
			}
			users = append(users, roster.User{ID: u.ID, Code: u.Code, Organizations: orgs})
		}
	}
	var employees []roster.Employee
	for _, e := range r.seen.Employees {
		if r.flaw == "one of two employees will do" && slices.ContainsFunc(employees, func(o roster.Employee) bool { return o.Code == e.Code }) {
			continue
		}
		m := roster.Employee{ID: e.ID, Code: e.Code}
		m.Entry.UnmarshalText([]byte(e.Entry))
		m.End.UnmarshalText([]byte(e.End))
		if r.flaw == "leavers go on" {
			m.End = attendance.Day{}
		}
		employees = append(employees, m)
	}
	people := roster.Match(users, employees)
	for _, v := range people.On(attendance.DayOf(now)) {
		if key := v.User.ID; v.Sound {
			if _, known := r.links[key+v.Employee.ID]; !known {
				first := attendance.DayOf(now)
				if now.Equal(r.start) {
					first = attendance.Day{}
				}
				r.links[key+v.Employee.ID] = first
			}
		}
	}
	return people
}

// settle finds out whose day it is.
func (r *replay) settle(k userDay, d *decided, people roster.Roster) {
	v, ok := people.Of(k.user, k.day)
	if v.Sound {
		d.touched = true
		d.employee, d.linkedFrom = v.Employee, r.links[k.user+v.Employee.ID]
		return
	}
	if reason := string(v.Reason); ok && !r.people[k.user+reason] {
		r.people[k.user+reason] = true
		r.out.Items = append(r.out.Items, proof.Item{Person: k.user, Reason: reason, State: "open"})
	}
}

func (r *replay) decide(k userDay, d *decided, now time.Time) {
	f := attendance.Facts{
		Day: k.day, Accesses: d.accesses, Entry: d.employee.Entry, End: d.employee.End, LinkedFrom: d.linkedFrom, FirstStart: r.start, Start: r.start,
		Now: now, ReadUntil: now, ReadAt: now, Standing: d.standing, TargetDateWritable: true,
	}
	if r.flaw == "05:00 by a clock that is fast" {
		f.Now, f.ReadAt, f.ReadUntil = now.Add(6*time.Hour), now.Add(6*time.Hour), now.Add(6*time.Hour)
	}
	if r.flaw == "before the start counts" {
		f.FirstStart = r.start.AddDate(0, 0, -1)
	}
	for _, w := range r.web[d.employee.ID] {
		if at := w.At; w.Day == k.day.String() && !at.After(now) && r.flaw != "Web stamps are not read" {
			if w.Kind == "in" {
				f.Web.In = &at
			} else {
				f.Web.Out = &at
			}
		}
	}
	f.SheetHas = attendance.Kinds{In: f.Web.In != nil, Out: f.Web.Out != nil}
	decision := attendance.Decide(r.rules, f)
	d.findings, d.due, d.touched = decision.Findings, decision.Due, len(decision.Stamps) > 0
	if r.flaw == "05:00 by a clock that is fast" && !d.due.IsZero() {
		d.due = d.due.Add(-6 * time.Hour)
	}
	for _, s := range decision.Stamps {
		r.stamp(k, d, s, f.Web, now)
	}
}

func (r *replay) stamp(k userDay, d *decided, s attendance.Stamp, web attendance.Web, now time.Time) {
	var in *time.Time
	for _, old := range d.standing {
		if old.Kind == attendance.ClockIn && old.State == attendance.Sent {
			in = &old.At
		}
	}
	v := attendance.AgainstWeb(r.rules, s, web, in)
	state := attendance.Sent
	if !v.Send {
		state = attendance.Withdrawn
	}
	if !(r.flaw == "forgets what was sent" && len(r.out.Rows)%7 == 3) {
		d.standing = slices.DeleteFunc(d.standing, func(o attendance.Standing) bool { return o.Kind == s.Kind && o.Revision == s.Revision })
		d.standing = append(d.standing, attendance.Standing{Kind: s.Kind, Revision: s.Revision, At: s.At, State: state, WithdrawnFor: v.Reason})
	}
	switch {
	case !v.Send, r.flaw == "one in twenty is lost" && len(d.accesses)%20 == 5:
		return
	}
	r.out.Rows = append(r.out.Rows, proof.Row{
		ID: fmt.Sprint(len(r.out.Rows)), Key: attendance.Key(r.out.SalesforceOrganization, d.employee.ID, k.day, s.Kind, s.Revision), Ours: true,
		Employee: d.employee.ID, Kind: s.Kind.String(), At: s.At, TargetDate: k.day.String(), Status: proof.Processed, Born: now,
	})
}

func TestRulesAndCheckerMeanTheSame(t *testing.T) {
	seeds := uint64(4)
	if testing.Short() {
		seeds = 3
	}
	for seed := uint64(1); seed <= seeds; seed++ {
		v := play(t, seed, company.Small, 5, "")
		if !v.Valid || v.Expected < 100 {
			t.Errorf("seed %d: %s", seed, v.Story())
		}
	}
}

func TestFlawsAreFound(t *testing.T) {
	for _, flaw := range []string{
		"every type counts", "late rows are lost", "two 事業所 are no matter", "one of two employees will do", "leavers go on",
		"05:00 by a clock that is fast", "before the start counts", "Web stamps are not read",
		"forgets what was sent", "one in twenty is lost",
	} {
		t.Run(flaw, func(t *testing.T) {
			for seed := uint64(1); seed <= 12; seed++ {
				if v := play(t, seed, company.Small, 5, flaw); v.Problems() > 0 {
					return
				}
			}
			t.Error("twelve companies do not show it")
		})
	}
}
