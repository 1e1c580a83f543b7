package connector

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/spreadsheet"
	"dakokubridge/connector/store"
)

// MonthQuery chooses a month to be closed.
type MonthQuery struct {
	Month  string // 2026-11; empty: the one whose period holds today
	Search string // part of a code or name; empty: everyone
	Fresh  bool   // read the sheets of the period anew first, as far as Salesforce can be asked
}

// Month is a closing check (締めチェック).
type Month struct {
	Month    string // 2026-11
	From, To string // business days, both included, by the 締め日 of the settings
	Over     bool   // the last day has closed
	Read     bool   // the sheets were read anew; otherwise what was read of them last is taken
	Apart    int    // minutes by which door and sheet may differ
	People   []MonthPerson
	Items    []Item // open items of the period's days
}

// MonthPerson is one person's month.
type MonthPerson struct {
	UserID, UserCode, EmployeeID, EmployeeCode, Name string
	Days                                             int // with accesses that count
	Flaws                                            []Flaw
	Items                                            int // open ones of the period
}

// Flaw is something wrong with a day.
type Flaw struct {
	Day   string
	Flaw  string // missing, not_reflected, refused, apart, across_0500, day_off, no_record
	Kind  string // in or out; empty: of the whole day
	Door  time.Time
	Sheet time.Time
	Why   string // a reason of the rules, or TeamSpirit's text
}

// Flaws lists the kinds of flaws in the order in which they are shown; a closed set.
func Flaws() []string {
	var all []string
	for _, f := range attendance.AllFlaws() {
		all = append(all, string(f))
	}
	return all
}

// Count tells how many flaws of a kind a person's month has.
func (p MonthPerson) Count(flaw string) (n int) {
	for _, f := range p.Flaws {
		if f.Flaw == flaw {
			n++
		}
	}
	return n
}

// Closing tells that a month is about to be closed.
type Closing struct {
	Month string    // 2026-11
	Day   string    // the 締め日
	Open  int       // open items of the period's days
	Last  time.Time // when the 退勤 of the last day is decided: 05:00 after it
}

// closingWithin is how many days before the 締め日 it is announced.
const closingWithin = 3

// Month implements Connector.
func (l *Local) Month(ctx context.Context, q MonthQuery) (Month, error) {
	from, to, m, err := l.period(q.Month)
	if err != nil {
		return m, err
	}
	if q.Fresh {
		if m.Read, err = l.engine.ReadSheet(ctx, from, to); err != nil {
			return m, explain(Salesforce, err)
		}
	}
	days, err := l.Days(ctx, DayQuery{From: m.From, To: m.To, Search: q.Search})
	if err != nil {
		return m, err
	}
	c, err := l.closingCheck(ctx, from, to)
	if err != nil {
		return m, err
	}
	c.search, c.m = q.Search, &m
	for _, d := range days {
		c.day(d)
	}
	c.absent()
	items, err := l.Items(ctx, ItemQuery{Search: q.Search})
	if err != nil {
		return m, err
	}
	for _, i := range items {
		if i.Day >= m.From && i.Day <= m.To {
			m.Items = append(m.Items, i)
			if p := c.people[i.UserID]; p != nil {
				p.Items++
			}
		}
	}
	m.People = c.sorted()
	return m, nil
}

// period finds the days of a month by the 締め日 of the settings.
func (l *Local) period(month string) (from, to attendance.Day, m Month, err error) {
	s := l.settings()
	year, of := attendance.ClosingMonthOf(attendance.DayOf(l.engine.Now()), s.ClosingDay)
	if month != "" {
		t, err := time.Parse("2006-01", month)
		if err != nil {
			return from, to, m, fail(CodeBadInput, "%.20q is no month: write it as 2026-11", month)
		}
		year, of = t.Year(), t.Month()
	}
	from, to = attendance.ClosingMonth(year, of, s.ClosingDay)
	return from, to, Month{
		Month: fmt.Sprintf("%04d-%02d", year, of), From: from.String(), To: to.String(), Over: !l.engine.Now().Before(to.End()), Apart: s.ApartMinutes,
	}, nil
}

// closingSoon tells of a month that is closed within three days. s.Now and s.Phase are known.
func (l *Local) closingSoon(ctx context.Context, q *store.Queries, s *Status) error {
	if s.FirstStart.IsZero() || s.Phase == Unlinked {
		return nil
	}
	today := attendance.DayOf(s.Now)
	year, month := attendance.ClosingMonthOf(today, l.settings().ClosingDay)
	from, to := attendance.ClosingMonth(year, month, l.settings().ClosingDay)
	if to.Number()-today.Number() > closingWithin || s.FirstStart.After(to.End()) {
		return nil
	}
	open, err := q.CountOpenItemsBetween(ctx, store.CountOpenItemsBetweenParams{FromDay: number(from), ToDay: number(to)})
	s.Closing = &Closing{Month: fmt.Sprintf("%04d-%02d", year, month), Day: to.String(), Open: int(open), Last: to.End().UTC()}
	return err
}

// closingCheck is a month under examination.
type closingCheck struct {
	m         *Month
	search    string
	now       time.Time
	apart     time.Duration
	from, to  attendance.Day
	first     attendance.Day // of the first start
	book      nameBook
	excluded  map[string]bool
	links     []store.Link
	employees map[string]store.Employee
	sheets    map[employeeOn]store.Sheet
	web       map[webOn]bool
	people    map[string]*MonthPerson
	seen      map[string]map[string]bool // days with accesses, by user
}

type employeeOn struct {
	employee string
	day      int64
}

type webOn struct {
	employeeOn
	kind string
}

func (l *Local) closingCheck(ctx context.Context, from, to attendance.Day) (*closingCheck, error) {
	c := &closingCheck{
		now: l.engine.Now(), apart: time.Duration(l.settings().ApartMinutes) * time.Minute, from: from, to: to, excluded: make(map[string]bool),
		employees: make(map[string]store.Employee), sheets: make(map[employeeOn]store.Sheet), web: make(map[webOn]bool),
		people: make(map[string]*MonthPerson), seen: make(map[string]map[string]bool),
	}
	var err error
	if c.book, err = l.nameBook(ctx); err != nil {
		return nil, err
	}
	return c, l.store.View(ctx, func(q *store.Queries) error { return c.read(ctx, q) })
}

func (c *closingCheck) read(ctx context.Context, q *store.Queries) error {
	in, err := q.Integration(ctx)
	if err != nil {
		return err
	}
	c.first = attendance.DayOf(store.Time(in.FirstStart))
	people, err := q.People(ctx)
	if err != nil {
		return err
	}
	for _, p := range people {
		c.excluded[p.UserID] = p.Excluded == 1
	}
	employees, err := q.Employees(ctx)
	if err != nil {
		return err
	}
	for _, e := range employees {
		c.employees[e.EmployeeID] = e
	}
	if c.links, err = q.OpenLinks(ctx); err != nil {
		return err
	}
	sheets, err := q.SheetBetween(ctx, store.SheetBetweenParams{FromDay: number(c.from), ToDay: number(c.to)})
	if err != nil {
		return err
	}
	for _, s := range sheets {
		c.sheets[employeeOn{s.EmployeeID, s.Day}] = s
	}
	others, err := q.OtherRowsBetween(ctx, store.OtherRowsBetweenParams{FromDay: number(c.from), ToDay: number(c.to)})
	for _, o := range others {
		c.web[webOn{employeeOn{o.EmployeeID, o.Day}, o.Kind}] = true
	}
	return err
}

// person gives the line of a person, made at the first need.
func (c *closingCheck) person(user, employee string) *MonthPerson {
	p := c.people[user]
	if p == nil {
		p = &MonthPerson{UserID: user, UserCode: c.book.users[user][0], Name: c.book.users[user][1]}
		c.people[user], c.seen[user] = p, make(map[string]bool)
	}
	if employee != "" {
		p.EmployeeID, p.EmployeeCode = employee, c.book.employees[employee][0]
	}
	return p
}

// day checks one day with accesses.
func (c *closingCheck) day(d PersonDay) {
	if d.Accesses == 0 {
		return
	}
	p := c.person(d.UserID, d.EmployeeID)
	p.Days++
	c.seen[d.UserID][d.Day] = true
	day, err := attendance.ParseDay(d.Day)
	if err != nil {
		return
	}
	in, out := attendance.ClockIn.String(), attendance.ClockOut.String()
	facts := attendance.ClosingFacts{
		Day: day, Over: !c.now.Before(day.End()), Count: d.Accesses, First: d.First, Last: d.Last, In: c.kind(d, day, in), Out: c.kind(d, day, out),
		Across:  slices.ContainsFunc(d.Items, func(i Item) bool { return i.Reason == string(attendance.Across0500) && i.Day == d.Day }),
		Excused: c.excluded[d.UserID] || notOurs(d.Why[in]) || notOurs(d.Why[out]),
	}
	for _, f := range attendance.CheckDay(facts, c.apart) {
		flaw := Flaw{Day: d.Day, Flaw: string(f.Flaw), Kind: f.Kind.String(), Door: f.Door, Sheet: f.Sheet}
		switch f.Flaw {
		case attendance.FlawMissing:
			flaw.Why = d.Why[flaw.Kind]
		case attendance.FlawRefused:
			flaw.Why = lastStamp(d, flaw.Kind).Why
		}
		p.Flaws = append(p.Flaws, flaw)
	}
}

// notOurs tells whether a day is not for us to stamp.
func notOurs(why string) bool {
	switch attendance.Reason(why) {
	case attendance.Excluded, attendance.NotEmployed, attendance.AccessAfterLeaving:
		return true
	}
	return false
}

// lastStamp is the last stamp of a kind that was not withdrawn.
func lastStamp(d PersonDay, kind string) (last Stamp) {
	for _, s := range d.Stamps {
		if s.Kind == kind && s.State != "withdrawn" {
			last = s
		}
	}
	return last
}

func (c *closingCheck) kind(d PersonDay, day attendance.Day, kind string) attendance.ClosingKind {
	at := employeeOn{d.EmployeeID, number(day)}
	k := attendance.ClosingKind{Web: d.EmployeeID != "" && c.web[webOn{at, kind}], Sheet: c.sheet(at, day, kind)}
	s := lastStamp(d, kind)
	k.At = s.At
	switch s.State {
	case "planned":
		k.Ours = attendance.Planned
	case "sending", "unknown":
		k.Ours = attendance.InFlight
	case "accepted", "processed", "on_sheet":
		k.Ours, k.Done = attendance.Sent, s.State != "accepted"
	case "error":
		k.Ours = attendance.Failed
	case "deleted":
		k.Ours = attendance.Deleted
	}
	return k
}

// sheet is the time that the sheet shows of a kind: what counts, else before rounding, else the Web button's.
func (c *closingCheck) sheet(at employeeOn, day attendance.Day, kind string) *time.Time {
	s, there := c.sheets[at]
	if !there {
		return nil
	}
	times := []sql.NullInt64{s.StartTime, s.RealStart, s.PushStart}
	if kind == attendance.ClockOut.String() {
		times = []sql.NullInt64{s.EndTime, s.RealEnd, s.PushEnd}
	}
	for _, t := range times {
		if t.Valid {
			when := day.Midnight().Add(time.Duration(t.Int64) * time.Minute).UTC()
			return &when
		}
	}
	return nil
}

// absent checks the days on which linked people have not been seen.
func (c *closingCheck) absent() {
	for _, link := range c.links {
		e, known := c.employees[link.EmployeeID]
		if !known || c.excluded[link.UserID] || !matches(c.search, c.book.users[link.UserID][0], c.book.users[link.UserID][1], e.Code) {
			continue
		}
		p := c.person(link.UserID, link.EmployeeID)
		for d := c.from; !d.After(c.to); d = d.Next() {
			outside := d.Before(c.first) || number(d) < link.FromDay || e.EntryDay.Valid && number(d) < e.EntryDay.Int64 || e.EndDay.Valid && number(d) > e.EndDay.Int64
			if outside || c.seen[link.UserID][d.String()] {
				continue
			}
			at := employeeOn{link.EmployeeID, number(d)}
			facts := attendance.ClosingFacts{Day: d, Over: !c.now.Before(d.End())}
			facts.In.Sheet, facts.Out.Sheet = c.sheet(at, d, attendance.ClockIn.String()), c.sheet(at, d, attendance.ClockOut.String())
			for _, f := range attendance.CheckDay(facts, c.apart) {
				p.Flaws = append(p.Flaws, Flaw{Day: d.String(), Flaw: string(f.Flaw)})
			}
		}
	}
}

func (c *closingCheck) sorted() []MonthPerson {
	all := make([]MonthPerson, 0, len(c.people))
	for _, p := range c.people {
		slices.SortStableFunc(p.Flaws, func(a, b Flaw) int { return strings.Compare(a.Day, b.Day) })
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b MonthPerson) int {
		return cmp.Or(strings.Compare(cmp.Or(a.EmployeeCode, a.UserCode), cmp.Or(b.EmployeeCode, b.UserCode)), strings.Compare(a.UserID, b.UserID))
	})
	return all
}

// monthWords are the texts of an exported month in one language.
type monthWords struct {
	title, name, items, detail, sheets, anew, known string
	heading                                         []string
	flaws, kinds                                    map[string]string
}

var monthInJapanese = monthWords{
	title: "締めチェック", name: "締めチェック", items: "未対応の項目", detail: "内訳", sheets: "勤務表", anew: "読み直し済み", known: "最後に読んだもの",
	heading: []string{"社員コード", "ユーザーコード", "氏名", "入退室のあった日数"},
	flaws: map[string]string{
		"missing": "打刻がない", "not_reflected": "未反映", "refused": "エラー・削除", "apart": "扉と勤務表の差", "across_0500": "5時をまたぐ勤務", "day_off": "休日の入室", "no_record": "記録のない平日",
	},
	kinds: map[string]string{"in": "出勤", "out": "退勤"},
}

var monthInEnglish = monthWords{
	title: "Closing check", name: "closing", items: "Open items", detail: "Details", sheets: "Sheets", anew: "read anew", known: "as read last",
	heading: []string{"Employee code", "User code", "Name", "Days with accesses"},
	flaws: map[string]string{
		"missing": "No stamp", "not_reflected": "Not reflected", "refused": "Refused or deleted", "apart": "Door and sheet apart", "across_0500": "Work across 05:00", "day_off": "Came in on a day off",
		"no_record": "Workdays without a record",
	},
	kinds: map[string]string{"in": "clock-in", "out": "clock-out"},
}

// ExportMonth implements Connector.
func (l *Local) ExportMonth(ctx context.Context, q MonthQuery, f Format, language string) (File, error) {
	w, err := wordsIn(language)
	if err != nil {
		return File{}, err
	}
	words := monthInJapanese
	if language == "en" {
		words = monthInEnglish
	}
	m, err := l.Month(ctx, q)
	if err != nil {
		return File{}, err
	}
	heading := slices.Clone(words.heading)
	for _, flaw := range Flaws() {
		heading = append(heading, words.flaws[flaw])
	}
	rows := [][]string{append(heading, words.items, words.detail)}
	for _, p := range m.People {
		row := []string{p.EmployeeCode, p.UserCode, p.Name, strconv.Itoa(p.Days)}
		for _, flaw := range Flaws() {
			row = append(row, strconv.Itoa(p.Count(flaw)))
		}
		rows = append(rows, append(row, strconv.Itoa(p.Items), words.details(w, p)))
	}
	read := words.known
	if m.Read {
		read = words.anew
	}
	return l.export(ctx, w, f, "dakokubridge_"+words.name+"_"+strings.ReplaceAll(m.Month, "-", ""), spreadsheet.Document{
		Title: words.title, Rows: rows, Notes: [][]string{{w.period, m.From + " – " + m.To}, {words.sheets, read}},
	})
}

// details tells each flaw of a person with its day.
func (words monthWords) details(w exportWords, p MonthPerson) string {
	parts := make([]string, len(p.Flaws))
	for i, f := range p.Flaws {
		text := f.Day + " " + words.flaws[f.Flaw]
		if f.Kind != "" {
			text += " " + words.kinds[f.Kind]
		}
		if !f.Sheet.IsZero() {
			text += " " + timeOn(f.Day, f.Door) + " / " + timeOn(f.Day, f.Sheet)
		}
		if f.Why != "" {
			text += " (" + w.why(f.Why) + ")"
		}
		parts[i] = text
	}
	return strings.Join(parts, "; ")
}
