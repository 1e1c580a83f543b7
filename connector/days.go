package connector

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// span reads a range of business days.
func span(from, to string) (a, b attendance.Day, err error) {
	if a, err = attendance.ParseDay(from); err != nil {
		return a, b, fail(CodeBadInput, "%q is no date: write it as 2026-11-22", from)
	}
	if b, err = attendance.ParseDay(to); err != nil {
		return a, b, fail(CodeBadInput, "%q is no date: write it as 2026-11-22", to)
	}
	if b.Before(a) {
		return a, b, fail(CodeBadInput, "%s lies before %s: give the earlier day first", to, from)
	}
	return a, b, nil
}

func number(d attendance.Day) int64 { return int64(d.Number()) }

// Days implements Connector.
func (l *Local) Days(ctx context.Context, q DayQuery) ([]PersonDay, error) {
	from, to, err := span(q.From, q.To)
	if err != nil {
		return nil, err
	}
	book, err := l.nameBook(ctx)
	if err != nil {
		return nil, err
	}
	rules := rulesOf(l.settings().Engine)
	var out []PersonDay
	err = l.store.View(ctx, func(s *store.Queries) error {
		d, err := readDays(ctx, s, from, to)
		if err != nil {
			return err
		}
		for _, row := range d.rows {
			// Who is not asked for is passed over before their accesses are read.
			if !matches(q.Search, book.users[row.UserID][0], book.users[row.UserID][1], book.employees[row.EmployeeID][0]) {
				continue
			}
			p, err := d.personDay(ctx, s, row, rules)
			if err != nil {
				return err
			}
			book.write(&p)
			out = append(out, p)
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b PersonDay) int {
		if c := strings.Compare(a.Day, b.Day); c != 0 {
			return c
		}
		return strings.Compare(a.UserCode+a.UserID, b.UserCode+b.UserID)
	})
	return out, err
}

// matches tells whether any of the texts holds the search, letter case aside.
func matches(search string, texts ...string) bool {
	search = strings.ToLower(strings.TrimSpace(search))
	return search == "" || slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(strings.ToLower(t), search) })
}

// nameBook gives codes and names for ids.
type nameBook struct {
	users, employees map[string][2]string // code, name
}

func (l *Local) nameBook(ctx context.Context) (nameBook, error) {
	b := nameBook{users: make(map[string][2]string), employees: make(map[string][2]string)}
	err := l.store.View(ctx, func(q *store.Queries) error {
		people, err := q.People(ctx)
		if err != nil {
			return err
		}
		for _, p := range people {
			b.users[p.UserID] = [2]string{p.Code, l.open(ctx, p.NameSealed)}
		}
		employees, err := q.Employees(ctx)
		for _, e := range employees {
			b.employees[e.EmployeeID] = [2]string{e.Code, l.open(ctx, e.NameSealed)}
		}
		return err
	})
	return b, err
}

func (b nameBook) write(p *PersonDay) {
	p.UserCode, p.Name = b.users[p.UserID][0], b.users[p.UserID][1]
	p.EmployeeCode = b.employees[p.EmployeeID][0]
	for i := range p.Items {
		b.writeItem(&p.Items[i])
	}
}

func (b nameBook) writeItem(i *Item) {
	i.Code, i.Name = b.users[i.UserID][0], b.users[i.UserID][1]
	if i.UserID == "" && i.EmployeeID != "" {
		i.Code, i.Name = b.employees[i.EmployeeID][0], b.employees[i.EmployeeID][1]
	}
}

// dayRows is everything of a range of days.
type dayRows struct {
	rows       []store.PersonDay
	stamps     map[string]map[int64][]store.Outbox // by user and day
	items      map[string]map[int64][]store.Item
	persons    map[string][]store.Item // items of a person without a day
	doors      map[string]bool
	firstStart time.Time
	start      time.Time
	// backfillFrom is the first day that a second start sends afterwards; 0: all.
	backfillFrom int64
}

func readDays(ctx context.Context, q *store.Queries, from, to attendance.Day) (d dayRows, err error) {
	d = dayRows{stamps: map[string]map[int64][]store.Outbox{}, items: map[string]map[int64][]store.Item{}, persons: map[string][]store.Item{}, doors: map[string]bool{}}
	if d.rows, err = q.PersonDays(ctx, store.PersonDaysParams{FromDay: number(from), ToDay: number(to)}); err != nil {
		return d, err
	}
	stamps, err := q.StampsBetween(ctx, store.StampsBetweenParams{FromDay: number(from), ToDay: number(to)})
	if err != nil {
		return d, err
	}
	for _, s := range stamps {
		add(d.stamps, s.UserID, s.Day, s)
	}
	items, err := q.ItemsBetween(ctx, store.ItemsBetweenParams{FromDay: number(from), ToDay: number(to)})
	if err != nil {
		return d, err
	}
	for _, i := range items {
		add(d.items, i.UserID, i.Day, i)
	}
	open, err := q.OpenItems(ctx)
	if err != nil {
		return d, err
	}
	for _, i := range open {
		if i.Day == 0 && i.UserID != "" {
			d.persons[i.UserID] = append(d.persons[i.UserID], i)
		}
	}
	return d, d.readFrame(ctx, q)
}

func (d *dayRows) readFrame(ctx context.Context, q *store.Queries) error {
	doors, err := q.Doors(ctx)
	if err != nil {
		return err
	}
	for _, door := range doors {
		d.doors[door.ID] = door.Excluded == 1
	}
	in, err := q.Integration(ctx)
	d.firstStart, d.start, d.backfillFrom = store.Time(in.FirstStart), store.Time(in.Start), in.BackfillFrom
	return err
}

func add[T any](m map[string]map[int64][]T, user string, day int64, v T) {
	if m[user] == nil {
		m[user] = make(map[int64][]T)
	}
	m[user][day] = append(m[user][day], v)
}

func (d *dayRows) personDay(ctx context.Context, q *store.Queries, row store.PersonDay, rules attendance.Rules) (PersonDay, error) {
	p := PersonDay{Day: attendance.DayFromNumber(int(row.Day)).String(), UserID: row.UserID, EmployeeID: row.EmployeeID, Why: make(map[string]string)}
	accesses, err := q.AccessesOfDay(ctx, store.AccessesOfDayParams{UserID: row.UserID, Day: row.Day})
	if err != nil {
		return p, err
	}
	for _, a := range accesses {
		at := store.Time(a.At)
		counts, _ := rules.Counts(a.Action, a.Device)
		if !counts || d.doors[a.DoorID] || !rules.Plausible(at, store.Time(a.SeenAt)) || at.Before(d.firstStart) {
			continue
		}
		if p.First.IsZero() {
			p.First = at
		}
		p.Last = at
		p.Accesses++
	}
	for _, s := range d.stamps[row.UserID][row.Day] {
		p.Stamps = append(p.Stamps, stampOf(s))
		if s.State == "withdrawn" {
			p.Why[s.Kind] = s.Why
		} else {
			delete(p.Why, s.Kind)
		}
	}
	for _, i := range slices.Concat(d.items[row.UserID][row.Day], d.persons[row.UserID]) {
		if i.State != "cured" {
			p.Items = append(p.Items, itemOf(i))
		}
	}
	d.explain(&p, row)
	return p, nil
}

// explain says for each kind without a stamp why there is none, in a reason of the rules, or pending where the day is still open.
func (d *dayRows) explain(p *PersonDay, row store.PersonDay) {
	for _, kind := range []attendance.Kind{attendance.ClockIn, attendance.ClockOut} {
		k := kind.String()
		if p.Why[k] != "" || slices.ContainsFunc(p.Stamps, func(s Stamp) bool { return s.Kind == k && s.State != "withdrawn" }) {
			continue
		}
		switch {
		case row.EmployeeID == "" && len(p.Items) > 0:
			p.Why[k] = p.Items[0].Reason
		case kind == attendance.ClockOut && (row.DueAt > 0 || row.Dirty == 1):
			p.Why[k] = "PENDING"
		default:
			if r := reasonAmong(p.Items, kind); r != "" {
				p.Why[k] = r
			} else if d.beforeRange(row) {
				p.Why[k] = string(attendance.BeforeRange)
			} else if row.Dirty == 1 || row.DueAt > 0 {
				p.Why[k] = "PENDING"
			}
		}
	}
}

// beforeRange tells whether the day passed while nothing was linked, before the day with which a person chose to begin again.
func (d *dayRows) beforeRange(row store.PersonDay) bool {
	missed := d.firstStart.Before(d.start) && !attendance.DayFromNumber(int(row.Day)).End().After(d.start)
	return missed && row.Day < d.backfillFrom
}

// explains lists the reasons that explain a missing stamp of a kind.
var explains = map[attendance.Kind][]attendance.Reason{
	attendance.ClockIn: {
		attendance.SeenBeforeStart, attendance.DateUnwritable, attendance.FilledByHand, attendance.UnstampedDay, attendance.NotEmployed,
		attendance.AccessAfterLeaving, attendance.FutureAccess,
	},
	attendance.ClockOut: {
		attendance.NoClockOut, attendance.DateUnwritable, attendance.FilledByHand, attendance.UnstampedDay, attendance.NotEmployed,
		attendance.AccessAfterLeaving, attendance.FutureAccess,
	},
}

func reasonAmong(items []Item, k attendance.Kind) string {
	for _, r := range explains[k] {
		if slices.ContainsFunc(items, func(i Item) bool { return i.Reason == string(r) }) {
			return string(r)
		}
	}
	return ""
}

func stampOf(s store.Outbox) Stamp {
	return Stamp{
		Kind: s.Kind, Revision: int(s.Revision), At: store.Time(s.At), State: s.State, Why: s.Why, RecordID: s.RecordID, Key: s.Key,
		Attempts: int(s.Attempts), SentAt: store.Time(s.SentAt), DoneAt: store.Time(s.DoneAt),
	}
}

func itemOf(i store.Item) Item {
	out := Item{
		ID: i.ID, List: i.List, Reason: i.Reason, Japanese: attendance.Reason(i.Reason).Japanese(), UserID: i.UserID, EmployeeID: i.EmployeeID,
		State: i.State, Since: store.Time(i.Since), Ended: store.Time(i.Ended), Memo: i.Memo,
	}
	if i.Day != 0 {
		out.Day = attendance.DayFromNumber(int(i.Day)).String()
	}
	if err := json.Unmarshal([]byte(i.Detail), &out.Detail); err != nil {
		out.Detail = map[string]string{"detail": i.Detail}
	}
	if i.Subject != "" {
		out.Detail = maps.Clone(out.Detail)
		if out.Detail == nil {
			out.Detail = make(map[string]string)
		}
		out.Detail["subject"] = i.Subject
	}
	return out
}
