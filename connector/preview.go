package connector

import (
	"cmp"
	"context"
	"slices"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/roster"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// longestPreview bounds what Preview reads from Akerun.
const longestPreview = 31

// Preview implements Connector. It works before anything has begun: accesses and sheet are read for it and kept nowhere.
func (l *Local) Preview(ctx context.Context, days int) ([]PersonDay, error) {
	if days < 1 || days > longestPreview {
		return nil, fail(CodeBadInput, "%d days can't be played: give 1 to %d", days, longestPreview)
	}
	if err := l.ReadPeople(ctx); err != nil {
		return nil, err
	}
	now, err := l.trusted(ctx)
	if err != nil {
		return nil, err
	}
	in, err := l.integration(ctx)
	if err != nil {
		return nil, err
	}
	r, err := l.roll(ctx)
	if err != nil {
		return nil, err
	}
	p := rehearsal{rules: rulesOf(l.settings().Engine), now: now, roster: r.roster, first: attendance.DayOf(now).Add(-days), accesses: make(map[userDay][]attendance.Access)}
	err = l.eachAccess(ctx, in.AkerunOrg, p.first.Start(), func(a attendance.Access) {
		if a.User != "" {
			k := userDay{a.User, attendance.DayOf(a.At)}
			p.accesses[k] = append(p.accesses[k], a)
		}
	})
	if err != nil {
		return nil, err
	}
	if err := l.readFrame(ctx, &p); err != nil {
		return nil, err
	}
	return p.play(), nil
}

type userDay struct {
	user string
	day  attendance.Day
}

type employeeDay struct {
	employee, day string
}

// rehearsal plays days through the rules.
type rehearsal struct {
	rules    attendance.Rules
	now      time.Time
	first    attendance.Day
	roster   roster.Roster
	accesses map[userDay][]attendance.Access
	sheets   map[employeeDay]teamspirit.SheetDay
	excluded map[string]bool
	doors    map[string]bool
	ours     map[employeeDay][]store.Outbox // stamps of ours that TeamSpirit has
	dates    bool                           // TargetDate__c can be written
}

// eachAccess reads the accesses of a 事業所 since an instant, by id.
func (l *Local) eachAccess(ctx context.Context, org string, since time.Time, f func(attendance.Access)) error {
	after := ""
	for {
		page, err := l.akerunClient().Accesses(ctx, org, akerun.AccessQuery{AfterID: after, From: since.Add(-time.Second), Limit: akerun.PageSize})
		if err != nil {
			return explain(Akerun, err)
		}
		for _, a := range page.Accesses {
			if !a.At.Before(since) {
				f(attendance.Access{ID: a.ID, At: a.At, User: a.UserID, Door: a.DoorID, Action: a.Action, Device: a.DeviceType})
			}
		}
		if page.Len == 0 || attendance.CompareID(page.LastID(), after) <= 0 {
			return nil
		}
		after = page.LastID()
	}
}

func (l *Local) readFrame(ctx context.Context, p *rehearsal) error {
	p.sheets, p.excluded, p.doors = make(map[employeeDay]teamspirit.SheetDay), make(map[string]bool), make(map[string]bool)
	err := l.teamspiritClient().Sheet(ctx, p.first.String(), attendance.DayOf(p.now).String(), nil, func(page []teamspirit.SheetDay) error {
		for _, s := range page {
			p.sheets[employeeDay{s.EmployeeID, s.Date}] = s
		}
		return nil
	})
	if err != nil {
		return explain(Salesforce, err)
	}
	if p.dates, err = l.engine.DatesWritable(ctx); err != nil {
		return err
	}
	return l.store.View(ctx, func(q *store.Queries) error {
		if err := p.readOurs(ctx, q); err != nil {
			return err
		}
		people, err := q.People(ctx)
		if err != nil {
			return err
		}
		for _, person := range people {
			p.excluded[person.UserID] = person.Excluded == 1
		}
		doors, err := q.Doors(ctx)
		for _, d := range doors {
			p.doors[d.ID] = d.Excluded == 1
		}
		return err
	})
}

// readOurs finds what TeamSpirit shows because of us: where the integration runs already, that is no Web stamp.
func (p *rehearsal) readOurs(ctx context.Context, q *store.Queries) error {
	p.ours = make(map[employeeDay][]store.Outbox)
	stamps, err := q.StampsBetween(ctx, store.StampsBetweenParams{FromDay: number(p.first), ToDay: number(attendance.DayOf(p.now))})
	for _, s := range stamps {
		if s.State != "withdrawn" && s.Attempts > 0 {
			k := employeeDay{s.EmployeeID, attendance.DayFromNumber(int(s.Day)).String()}
			p.ours[k] = append(p.ours[k], s)
		}
	}
	return err
}

func (p *rehearsal) play() []PersonDay {
	keys := make([]userDay, 0, len(p.accesses))
	for k := range p.accesses {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b userDay) int { return cmp.Or(a.day.Compare(b.day), cmp.Compare(a.user, b.user)) })
	out := make([]PersonDay, 0, len(keys))
	for _, k := range keys {
		out = append(out, p.playDay(k))
	}
	slices.SortStableFunc(out, func(a, b PersonDay) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.UserCode, b.UserCode))
	})
	return out
}

func (p *rehearsal) playDay(k userDay) PersonDay {
	out := PersonDay{Day: k.day.String(), UserID: k.user, Why: make(map[string]string)}
	v, known := p.roster.Of(k.user, k.day)
	out.UserCode, out.Name = v.User.Code, v.User.Name
	if v.Employee != nil {
		out.EmployeeID, out.EmployeeCode = v.Employee.ID, v.Employee.Code
	}
	if !known {
		v.Reason = attendance.NoUserCode
	}
	if !v.Sound {
		p.count(k, &out)
		out.Why["in"], out.Why["out"] = string(v.Reason), string(v.Reason)
		out.Items = []Item{{List: string(v.Reason.List()), Reason: string(v.Reason), Japanese: v.Reason.Japanese(), Day: out.Day, UserID: k.user, Code: v.User.Code, Name: v.User.Name, State: "open"}}
		return out
	}
	p.decide(k, v, &out)
	return out
}

// decide asks the rules as the engine would have, had the integration run all along.
func (p *rehearsal) decide(k userDay, v roster.Verdict, out *PersonDay) {
	own := employeeDay{v.Employee.ID, out.Day}
	web := webOf(k.day, p.sheets[own], p.ours[own])
	start := p.first.Start()
	d := attendance.Decide(p.rules, attendance.Facts{
		Day: k.day, Accesses: p.accesses[k], Entry: v.Employee.Entry, End: v.Employee.End, Excluded: p.excluded[k.user], ExcludedDoors: p.doors,
		FirstStart: start, Start: start, Now: p.now, ReadUntil: p.now, ReadAt: p.now, Web: web, TargetDateWritable: p.dates,
		NextFirst: p.firstOf(userDay{k.user, k.day.Next()}),
	})
	out.First, out.Last, out.Accesses = d.First.At, d.Last.At, d.Count
	var standing *time.Time
	for _, s := range d.Stamps {
		verdict := attendance.AgainstWeb(p.rules, s, web, standing)
		stamp := Stamp{Kind: s.Kind.String(), Revision: s.Revision, At: s.At, State: "planned"}
		if !verdict.Send {
			stamp.State, stamp.Why = "withdrawn", string(verdict.Reason)
			out.Why[stamp.Kind] = stamp.Why
		} else if s.Kind == attendance.ClockIn {
			standing = &s.At
		}
		out.Stamps = append(out.Stamps, stamp)
		d.Findings = append(d.Findings, verdict.Findings...)
	}
	for _, f := range d.Findings {
		out.Items = append(out.Items, Item{List: string(f.Reason.List()), Reason: string(f.Reason), Japanese: f.Reason.Japanese(), Day: out.Day, UserID: k.user, Code: out.UserCode, Name: out.Name, Detail: f.Detail, State: "open"})
	}
	out.explain(!d.Due.IsZero())
}

// explain says why a kind has no stamp.
func (d *PersonDay) explain(due bool) {
	for _, kind := range []attendance.Kind{attendance.ClockIn, attendance.ClockOut} {
		k := kind.String()
		if d.Why[k] != "" || slices.ContainsFunc(d.Stamps, func(s Stamp) bool { return s.Kind == k }) {
			continue
		}
		if r := reasonAmong(d.Items, kind); r != "" {
			d.Why[k] = r
		} else if kind == attendance.ClockOut && due {
			d.Why[k] = "PENDING"
		}
	}
}

// counting gives the accesses of a day that count as somebody's presence, by time.
func (p *rehearsal) counting(k userDay) []attendance.Access {
	rows := slices.DeleteFunc(slices.Clone(p.accesses[k]), func(a attendance.Access) bool {
		counts, _ := p.rules.Counts(a.Action, a.Device)
		return !counts || p.doors[a.Door] || !p.rules.Plausible(a.At, p.now)
	})
	slices.SortFunc(rows, func(a, b attendance.Access) int { return a.At.Compare(b.At) })
	return rows
}

// firstOf is the first access that counts on a day; zero when there is none.
func (p *rehearsal) firstOf(k userDay) time.Time {
	if rows := p.counting(k); len(rows) > 0 {
		return rows[0].At
	}
	return time.Time{}
}

// count fills in what was seen of somebody who is not stamped.
func (p *rehearsal) count(k userDay, out *PersonDay) {
	if rows := p.counting(k); len(rows) > 0 {
		out.First, out.Last, out.Accesses = rows[0].At, rows[len(rows)-1].At, len(rows)
	}
}

// webOf is what the Web button wrote: every time on the sheet that no stamp of ours explains.
func webOf(day attendance.Day, s teamspirit.SheetDay, ours []store.Outbox) attendance.Web {
	at := func(kind attendance.Kind, minutes *int) *time.Time {
		if minutes == nil {
			return nil
		}
		t := day.Midnight().Add(time.Duration(*minutes) * time.Minute).UTC()
		if slices.ContainsFunc(ours, func(o store.Outbox) bool {
			return o.Kind == kind.String() && store.Time(o.At).Truncate(time.Minute).Equal(t)
		}) {
			return nil
		}
		return &t
	}
	return attendance.Web{In: at(attendance.ClockIn, s.PushStart), Out: at(attendance.ClockOut, s.PushEnd)}
}
