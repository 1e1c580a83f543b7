package connector

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/roster"
	"dakokubridge/connector/store"
)

// ReadPeople implements Connector.
func (l *Local) ReadPeople(ctx context.Context) error {
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	if in.AkerunOrg == "" {
		return fail(CodeNoOrganization, "no 事業所 is chosen: choose one first")
	}
	if err := l.needSignIns(ctx); err != nil {
		return err
	}
	if err := l.engine.Locked(func() error { return l.engine.ReadPeople(ctx, in) }); err != nil {
		return explain(sideOf(err), err)
	}
	l.publish()
	return nil
}

// sideOf tells which side an error of the engine speaks of.
func sideOf(err error) Side {
	if strings.HasPrefix(err.Error(), string(Salesforce)) {
		return Salesforce
	}
	return Akerun
}

// roll is everyone, as last read.
type roll struct {
	people    []store.Person
	employees []store.Employee
	links     map[string]store.Link // open links by user
	roster    roster.Roster
}

func (l *Local) roll(ctx context.Context) (roll, error) {
	r := roll{links: make(map[string]store.Link)}
	err := l.store.View(ctx, func(q *store.Queries) (err error) {
		if r.people, err = q.People(ctx); err != nil {
			return err
		}
		if r.employees, err = q.Employees(ctx); err != nil {
			return err
		}
		links, err := q.OpenLinks(ctx)
		for _, l := range links {
			r.links[l.UserID] = l
		}
		return err
	})
	if err != nil {
		return r, err
	}
	r.people = slices.DeleteFunc(r.people, func(p store.Person) bool { return p.GoneAt != 0 })
	r.employees = slices.DeleteFunc(r.employees, func(p store.Employee) bool { return p.GoneAt != 0 })
	users := make([]roster.User, len(r.people))
	for i, p := range r.people {
		users[i] = roster.User{
			ID: p.UserID, Code: p.Code, Name: l.open(ctx, p.NameSealed), Mail: l.open(ctx, p.MailSealed), Authority: p.Authority,
			Organizations: strings.Fields(p.Orgs),
		}
	}
	employees := make([]roster.Employee, len(r.employees))
	for i, p := range r.employees {
		employees[i] = roster.Employee{ID: p.EmployeeID, Code: p.Code, Name: l.open(ctx, p.NameSealed), Mail: l.open(ctx, p.MailSealed), UserID: p.UserID}
		if p.EntryDay.Valid {
			employees[i].Entry = attendance.DayFromNumber(int(p.EntryDay.Int64))
		}
		if p.EndDay.Valid {
			employees[i].End = attendance.DayFromNumber(int(p.EndDay.Int64))
		}
	}
	r.roster = roster.Match(users, employees)
	return r, nil
}

// People implements Connector.
func (l *Local) People(ctx context.Context) ([]Person, error) {
	r, err := l.roll(ctx)
	if err != nil {
		return nil, err
	}
	today := attendance.DayOf(l.engine.Now())
	rows := make(map[string]store.Person, len(r.people))
	for _, p := range r.people {
		rows[p.UserID] = p
	}
	proposals := make(map[string]roster.Proposal)
	for _, p := range r.roster.Proposals(today) {
		proposals[p.User.ID] = p
	}
	var out []Person
	met := make(map[string]bool)
	for _, v := range r.roster.On(today) {
		p := personOf(v, rows[v.User.ID], r.links[v.User.ID])
		met[p.EmployeeID] = true
		if proposal, ok := proposals[v.User.ID]; ok {
			p.ProposedCode, p.ProposedEmployee, p.ProposedBecause = roster.CleanCode(proposal.Employee.Code), proposal.Employee.Name, string(proposal.Why)
		}
		out = append(out, p)
	}
	for _, e := range r.roster.Employees() {
		if !met[e.ID] {
			out = append(out, withEmployee(Person{}, e))
		}
	}
	slices.SortStableFunc(out, func(a, b Person) int {
		return cmp.Or(strings.Compare(cmp.Or(a.UserCode, a.EmployeeCode), cmp.Or(b.UserCode, b.EmployeeCode)), strings.Compare(a.UserID, b.UserID), strings.Compare(a.EmployeeID, b.EmployeeID))
	})
	return out, nil
}

func personOf(v roster.Verdict, row store.Person, link store.Link) Person {
	p := Person{
		UserID: v.User.ID, UserCode: v.User.Code, UserName: v.User.Name, UserMail: v.User.Mail,
		Sound: v.Sound, Reason: string(v.Reason), Excluded: row.Excluded == 1,
	}
	if link.UserID != "" {
		p.LinkedSince = attendance.DayFromNumber(int(link.FromDay)).String()
	}
	if v.Employee != nil {
		p = withEmployee(p, *v.Employee)
	}
	p.SameMail = p.UserMail != "" && strings.EqualFold(strings.TrimSpace(p.UserMail), strings.TrimSpace(p.EmployeeMail))
	return p
}

func withEmployee(p Person, e roster.Employee) Person {
	p.EmployeeID, p.EmployeeCode, p.EmployeeName, p.EmployeeMail = e.ID, e.Code, e.Name, e.Mail
	if !e.Entry.IsZero() {
		p.EntryDate = e.Entry.String()
	}
	if !e.End.IsZero() {
		p.EndDate = e.End.String()
	}
	return p
}

func (l *Local) countPeople(ctx context.Context) (PeopleCheck, error) {
	c := PeopleCheck{ByReason: make(map[string]int)}
	err := l.store.View(ctx, func(q *store.Queries) error {
		people, err := q.People(ctx)
		if err != nil {
			return err
		}
		for _, p := range people {
			switch {
			case p.GoneAt != 0:
				continue
			case p.Sound == 1:
				c.Sound++
			default:
				c.ByReason[p.Reason]++
			}
			c.Users++
		}
		employees, err := q.Employees(ctx)
		for _, e := range employees {
			if e.GoneAt == 0 {
				c.Employees++
			}
		}
		return err
	})
	return c, err
}

// Exclude implements Connector. Stamps of these people that are still to be sent are withdrawn in the same transaction.
func (l *Local) Exclude(ctx context.Context, userIDs []string, excluded bool) error {
	err := l.update(ctx, func(tx *store.Tx) error {
		for _, id := range userIDs {
			n, err := tx.SetPersonExcluded(ctx, store.SetPersonExcludedParams{Excluded: store.Flag(excluded), UserID: id})
			if err != nil {
				return err
			}
			if n == 0 {
				return fail(CodeNotFound, "there is no Akerun user %q: see the list of people", id)
			}
			tx.Audit("excluded", map[string]string{"user": id, "excluded": flagText(excluded)})
			if excluded {
				if _, err := tx.WithdrawPlannedOf(ctx, store.WithdrawPlannedOfParams{Why: string(attendance.Excluded), At: store.Millis(tx.Now()), UserID: id}); err != nil {
					return err
				}
			}
			if err := touchOpenDays(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		l.engine.Wake(false)
	}
	return err
}

// touchOpenDays has the days decided again that may still change: yesterday's may not have closed yet.
func touchOpenDays(ctx context.Context, tx *store.Tx, user string) error {
	from := attendance.DayOf(tx.Now()).Prev()
	return tx.TouchDaysOf(ctx, store.TouchDaysOfParams{UserID: user, FromDay: int64(from.Number())})
}

func flagText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// ExcludeDoors implements Connector.
func (l *Local) ExcludeDoors(ctx context.Context, doorIDs []string, excluded bool) error {
	err := l.update(ctx, func(tx *store.Tx) error {
		for _, id := range doorIDs {
			n, err := tx.SetDoorExcluded(ctx, store.SetDoorExcludedParams{Excluded: store.Flag(excluded), ID: id})
			if err != nil {
				return err
			}
			if n == 0 {
				return fail(CodeNotFound, "no access at a door %q has been read: see the list of doors", id)
			}
			tx.Audit("door_excluded", map[string]string{"door": id, "excluded": flagText(excluded)})
		}
		return tx.TouchDaysSince(ctx, int64(attendance.DayOf(tx.Now()).Prev().Number()))
	})
	if err == nil {
		l.engine.Wake(false)
	}
	return err
}
