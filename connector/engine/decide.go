package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// daysAtOnce is how many days one transaction of decide takes: enough to share the commit, few enough to let others write.
const daysAtOnce = 500

// decide turns the dirty days into stamps to be and items.
func (e *Engine) decide(ctx context.Context) error {
	in, err := e.integration(ctx)
	if err != nil || in.Phase != phaseRunning || in.SalesforceOrg == "" {
		return err
	}
	for {
		n, err := e.decideSome(ctx, in)
		if err != nil || n < daysAtOnce {
			return err
		}
	}
}

func (e *Engine) decideSome(ctx context.Context, in store.Integration) (n int, err error) {
	err = e.update(ctx, func(tx *store.Tx) error {
		ctx := context.WithoutCancel(ctx) // a statement that can be cancelled costs a goroutine, and there are thousands in this short transaction
		days, err := tx.DirtyDays(ctx, daysAtOnce)
		if err != nil || len(days) == 0 {
			return err
		}
		n = len(days)
		d, err := e.deciderFor(ctx, tx, in)
		if err != nil {
			return err
		}
		for _, day := range days {
			if err := d.decideSafely(ctx, day); err != nil {
				return fmt.Errorf("deciding %s of user %s: %w", dayOf(day.Day), day.UserID, err)
			}
		}
		return nil
	})
	return n, err
}

// decider decides days within one transaction.
type decider struct {
	tx     *store.Tx
	in     store.Integration
	rules  attendance.Rules
	names  teamspirit.Names
	rights rights
	log    interface{ Error(string, ...any) }
	hook   func(ctx context.Context, point string) error

	sure      time.Time // trusted time, zero for none
	readUntil time.Time
	readAt    time.Time
	doors     map[string]bool

	// What one day's decision asks for more than once.
	person   *store.Person
	employee store.Employee
}

func (e *Engine) deciderFor(ctx context.Context, tx *store.Tx, in store.Integration) (*decider, error) {
	rules, names := e.measures()
	d := &decider{tx: tx, in: in, rules: rules, names: names, log: e.p.Log, hook: e.hook, sure: e.sure()}
	latest, err := tx.Reading(ctx, readingNew)
	if err != nil {
		return nil, err
	}
	short, err := tx.Reading(ctx, readingShort)
	if err != nil {
		return nil, err
	}
	// A day is closed on a complete reading only: everything new, and the look-back that finds what stands behind the cursor.
	d.readUntil, d.readAt = store.Time(latest.DoneAt), store.Time(min(latest.DoneAt, short.DoneAt))
	if d.doors, err = excludedDoors(ctx, tx.Queries); err != nil {
		return nil, err
	}
	d.rights, err = readRights(ctx, tx.Queries)
	return d, err
}

// decideSafely keeps a panic over one person's day from holding up everybody else's: what was written of the day until then is undone. The
// day is tried again in an hour: by then another version of the program may know better.
func (d *decider) decideSafely(ctx context.Context, day store.PersonDay) (err error) {
	defer func() {
		if p := recover(); p != nil {
			d.log.Error("panic over a day", "user", day.UserID, "day", dayOf(day.Day).String(), "panic", fmt.Sprint(p))
			if err = openItem(ctx, d.tx, itemOf(attendance.Panic, sourceDecide).of(day.UserID, "", dayOf(day.Day)).about("decide")); err == nil {
				err = d.tx.DayDecided(ctx, store.DayDecidedParams{
					DueAt: store.Millis(d.tx.Now().Add(recheckEvery)), At: store.Millis(d.tx.Now()), UserID: day.UserID, Day: day.Day,
				})
			}
		}
	}()
	return d.tx.Part(ctx, func() error {
		if err := d.hook(ctx, HookDecideDay); err != nil {
			return err
		}
		if err := d.decide(ctx, day); err != nil {
			return err
		}
		return d.hook(ctx, HookDecidedDay)
	})
}

func (d *decider) decide(ctx context.Context, row store.PersonDay) error {
	accesses, err := d.tx.AccessesOfDay(ctx, store.AccessesOfDayParams{UserID: row.UserID, Day: row.Day})
	if err != nil {
		return err
	}
	if mutated("M9") && row.DecidedAt != 0 && row.EmployeeID == "" || mutated("M13") && row.DecidedAt != 0 && row.EmployeeID != "" && row.DueAt == 0 {
		return d.tx.DayDecided(ctx, store.DayDecidedParams{At: store.Millis(d.tx.Now()), UserID: row.UserID, Day: row.Day})
	}
	whose, err := d.settle(ctx, row, accesses)
	if err != nil {
		return err
	}
	if whose.employee == "" {
		return d.unlinked(ctx, row, whose.reason)
	}
	live, err := d.tx.LiveItemsOfUserDay(ctx, store.LiveItemsOfUserDayParams{UserID: row.UserID, Day: row.Day})
	if err != nil {
		return err
	}
	if err := d.linked(ctx, row, live); err != nil {
		return err
	}
	facts, err := d.facts(ctx, row, whose, accesses)
	if err != nil {
		return err
	}
	decision := attendance.Decide(d.rules, facts)
	if err := d.writeStamps(ctx, row, whose.employee, facts.Standing, decision); err != nil {
		return err
	}
	if err := d.writeFindings(ctx, row, whose.employee, live, decision.Findings); err != nil {
		return err
	}
	return d.tx.DayDecided(ctx, store.DayDecidedParams{DueAt: store.Millis(decision.Due), At: store.Millis(d.tx.Now()), UserID: row.UserID, Day: row.Day})
}

// writeFindings makes the day's items what the rules find. A type that nobody knows is listed once for all, and a door whose clock is wrong
// once per door, by the stage that reads it.
func (d *decider) writeFindings(ctx context.Context, row store.PersonDay, employee string, live []store.Item, findings []attendance.Finding) error {
	items := make([]item, 0, len(findings))
	for _, f := range findings {
		detail := map[string]string{"at": japanTime(f.At)}
		maps.Copy(detail, f.Detail)
		switch f.Reason {
		case attendance.UnknownType:
			if err := openItem(ctx, d.tx, itemOf(f.Reason, sourceDecide).about(f.Detail["action"]+" "+f.Detail["device"]).with(detail)); err != nil {
				return err
			}
		case attendance.FutureAccess:
		default:
			items = append(items, itemOf(f.Reason, sourceDecide).of(row.UserID, employee, dayOf(row.Day)).about(f.Detail["kind"]).with(detail))
		}
	}
	return syncLive(ctx, d.tx, sourceDecide, of(live, row.Day), items)
}

// unlinked lists a person who came in and whose link is not sound: one line per person, whatever the day.
func (d *decider) unlinked(ctx context.Context, row store.PersonDay, reason attendance.Reason) error {
	if err := syncItems(ctx, d.tx, sourceDecide, row.UserID, dayOf(row.Day), nil); err != nil {
		return err
	}
	item := itemOf(reason, sourcePeople).of(row.UserID, "", attendance.Day{})
	if reason == attendance.NotEmployed || reason == attendance.AccessAfterLeaving {
		item.day = dayOf(row.Day)
	}
	var others []attendance.Reason
	if item.day.IsZero() {
		others = personReasons
	}
	for _, other := range others {
		if other == reason {
			continue
		}
		if err := cure(ctx, d.tx, other, row.UserID, attendance.Day{}, ""); err != nil {
			return err
		}
	}
	if err := openItem(ctx, d.tx, item); err != nil {
		return err
	}
	if row.DecidedAt == 0 {
		if _, err := d.tx.Person(ctx, row.UserID); errors.Is(err, sql.ErrNoRows) {
			if err := d.tx.WantPeople(ctx, store.Millis(d.tx.Now())); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
	}
	return d.tx.DayDecided(ctx, store.DayDecidedParams{At: store.Millis(d.tx.Now()), UserID: row.UserID, Day: row.Day})
}

// linked ends what was listed of a person while there was no link: for the day, and for the person once the link is sound today.
func (d *decider) linked(ctx context.Context, row store.PersonDay, live []store.Item) error {
	if len(live) == 0 {
		return nil
	}
	if err := syncLive(ctx, d.tx, sourcePeople, of(live, row.Day), nil); err != nil {
		return err
	}
	person, err := d.personOf(ctx, row.UserID)
	if err != nil || person == nil || person.Sound == 0 {
		return err
	}
	return syncLive(ctx, d.tx, sourcePeople, of(live, 0), nil)
}

// of picks the items of one day, or with 0 those of no single day.
func of(live []store.Item, day int64) []store.Item {
	var out []store.Item
	for _, l := range live {
		if l.Day == day {
			out = append(out, l)
		}
	}
	return out
}

// personReasons are the reasons of rule 9 that are listed once per person.
var personReasons = []attendance.Reason{
	attendance.NoUserCode, attendance.EmployeeUnknown, attendance.DuplicateEmployeeCode, attendance.DuplicateUserCode, attendance.MultipleOrganizations,
}

func (d *decider) facts(ctx context.Context, row store.PersonDay, w whose, accesses []store.Access) (attendance.Facts, error) {
	f := attendance.Facts{
		Day: dayOf(row.Day), Accesses: accessesOf(accesses), LinkedFrom: w.linkedFrom, ExcludedDoors: d.doors,
		FirstStart: store.Time(d.in.FirstStart), Start: store.Time(d.in.Start), Now: d.sure, ReadUntil: d.readUntil, ReadAt: d.readAt,
		TargetDateWritable: d.rights.TargetDate, Asked: row.Asked == 1,
	}
	if d.in.BackfillFrom != 0 {
		f.BackfillFrom = dayOf(d.in.BackfillFrom)
	}
	employee, err := d.employeeOf(ctx, w.employee)
	if err != nil {
		return f, err
	}
	f.Entry, f.End = dayOrNone(employee.EntryDay), dayOrNone(employee.EndDay)
	person, err := d.personOf(ctx, row.UserID)
	if err != nil {
		return f, err
	}
	f.Excluded = person != nil && person.Excluded == 1
	stamps, err := d.tx.StampsOfDay(ctx, store.StampsOfDayParams{EmployeeID: w.employee, Day: row.Day})
	if err != nil {
		return f, err
	}
	for _, s := range stamps {
		f.Standing = append(f.Standing, standingOf(s))
	}
	web, err := webOf(ctx, d.tx.Queries, w.employee, f.Day, stamps)
	if err != nil {
		return f, err
	}
	f.Web, f.SheetHas = web.Web, web.has
	if d.sure.Before(f.Day.End()) {
		return f, nil // what comes next is asked for when the day has closed
	}
	f.NextFirst, err = d.nextFirst(ctx, row.UserID, f.Day.Next())
	return f, err
}

// nextFirst is the first access that counts on the day after. It is nearly always among the first few, so the whole day is seldom read.
func (d *decider) nextFirst(ctx context.Context, user string, day attendance.Day) (time.Time, error) {
	rows, err := d.tx.FirstAccessesOfDay(ctx, store.FirstAccessesOfDayParams{UserID: user, Day: dayNumber(day)})
	if err != nil {
		return time.Time{}, err
	}
	if at, found := d.firstOf(rows); found || len(rows) < 3 {
		return at, nil
	}
	if rows, err = d.tx.AccessesOfDay(ctx, store.AccessesOfDayParams{UserID: user, Day: dayNumber(day)}); err != nil {
		return time.Time{}, err
	}
	at, _ := d.firstOf(rows)
	return at, nil
}

func (d *decider) firstOf(rows []store.Access) (at time.Time, found bool) {
	for _, r := range rows {
		at := store.Time(r.At)
		if counts, _ := d.rules.Counts(r.Action, r.Device); counts && !d.doors[r.DoorID] && !at.After(d.readUntil) && d.rules.Plausible(at, store.Time(r.SeenAt)) {
			return at, true
		}
	}
	return time.Time{}, false
}

func accessesOf(rows []store.Access) []attendance.Access {
	out := make([]attendance.Access, len(rows))
	for i, r := range rows {
		if mutated("M7") {
			r.Action, r.Device = "unlock", "nfc_outside"
		}
		out[i] = attendance.Access{ID: r.ID, At: store.Time(r.At), User: r.UserID, Door: r.DoorID, Action: r.Action, Device: r.Device, Seen: store.Time(r.SeenAt)}
	}
	return out
}

func dayOrNone(n sql.NullInt64) attendance.Day {
	if !n.Valid {
		return attendance.Day{}
	}
	return dayOf(n.Int64)
}

func standingOf(s store.Outbox) attendance.Standing {
	return attendance.Standing{Kind: attendance.Kind(s.Kind), Revision: int(s.Revision), At: store.Time(s.At), State: stateOf(s), WithdrawnFor: attendance.Reason(s.Why)}
}

func stateOf(s store.Outbox) attendance.State {
	switch s.State {
	case "planned":
		if s.Attempts > 0 {
			return attendance.InFlight
		}
		return attendance.Planned
	case "sending", "unknown":
		return attendance.InFlight
	case "accepted", "processed", "on_sheet":
		return attendance.Sent
	case "error":
		return attendance.Failed
	case "deleted":
		return attendance.Deleted
	}
	return attendance.Withdrawn
}

// Where a stamp comes from, as it stands in the outbox.
const (
	originLive       = "live"
	originAfterwards = "afterwards" // a day before a second start
	originAsked      = "asked"      // an 未打刻の日 that a person asked to send
	originCorrection = "correction"
	originResend     = "resend"
)

func originOf(s attendance.Stamp, asked bool) string {
	switch {
	case s.OnlyIfEmpty && asked:
		return originAsked
	case s.OnlyIfEmpty:
		return originAfterwards
	case s.Revision > 1 && asked:
		return originResend
	case s.Revision > 1:
		return originCorrection
	}
	return originLive
}

// onlyIfEmpty tells whether a stamp of this origin gives way to any time on the sheet.
func onlyIfEmpty(origin string) bool { return origin == originAfterwards || origin == originAsked }

func (d *decider) writeStamps(ctx context.Context, row store.PersonDay, employee string, standing []attendance.Standing, decision attendance.Decision) error {
	for _, w := range decision.Withdraw {
		if err := d.withdraw(ctx, employee, row.Day, w); err != nil {
			return err
		}
	}
	for _, s := range decision.Stamps {
		if err := d.plan(ctx, row, employee, standing, s); err != nil {
			return err
		}
	}
	if row.Asked == 1 && (len(decision.Stamps) > 0 || decision.Due.IsZero()) {
		return d.tx.ClearAsked(ctx, store.ClearAskedParams{UserID: row.UserID, Day: row.Day})
	}
	return nil
}

func (d *decider) withdraw(ctx context.Context, employee string, day int64, w attendance.Withdrawal) error {
	d.tx.Audit("withdrawn", map[string]string{"employee": employee, "day": dayOf(day).String(), "kind": w.Kind.String(), "revision": strconv.Itoa(w.Revision), "reason": string(w.Reason)})
	return d.tx.WithdrawPlanned(ctx, store.WithdrawPlannedParams{
		Why: string(w.Reason), At: store.Millis(d.tx.Now()), EmployeeID: employee, Day: day, Kind: w.Kind.String(), Revision: int64(w.Revision),
	})
}

// plan writes a stamp to be: a new row, or the row that stands planned or withdrawn and has never left.
func (d *decider) plan(ctx context.Context, row store.PersonDay, employee string, standing []attendance.Standing, s attendance.Stamp) error {
	day := dayOf(row.Day)
	key := attendance.Key(d.in.SalesforceOrg, employee, day, s.Kind, s.Revision)
	payload, err := d.payload(ctx, employee, day, s, key)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(standing, func(t attendance.Standing) bool { return t.Kind == s.Kind && t.Revision == s.Revision }) {
		return d.planFirst(ctx, row, employee, s, key, payload)
	}
	n, err := d.tx.ReplanStamp(ctx, store.ReplanStampParams{
		Payload: payload, At: store.Millis(s.At), AccessID: s.AccessID, Rules: attendance.Version, Origin: originOf(s, row.Asked == 1), PlannedAt: store.Millis(d.tx.Now()),
		EmployeeID: employee, Day: row.Day, Kind: s.Kind.String(), Revision: int64(s.Revision),
	})
	if err == nil && n == 0 {
		return d.planNew(ctx, row, employee, s, key, payload)
	}
	if err != nil {
		return fmt.Errorf("planning %s: %w", key, err)
	}
	d.auditDecided(row, employee, s, key)
	return nil
}

// planNew takes a row that is not to be replanned. One that is there has been sent in vain and was withdrawn since: all its attempts must carry the same bytes, so it
// goes out as it was if it is wanted again because a person or a door counts again, and otherwise what it gave way to stands.
func (d *decider) planNew(ctx context.Context, row store.PersonDay, employee string, s attendance.Stamp, key string, payload []byte) error {
	there, err := d.tx.CountStamp(ctx, key)
	if err != nil {
		return fmt.Errorf("planning %s: %w", key, err)
	}
	if there > 0 {
		return d.tx.ReviveStamp(ctx, store.ReviveStampParams{
			PlannedAt: store.Millis(d.tx.Now()), EmployeeID: employee, Day: row.Day, Kind: s.Kind.String(), Revision: int64(s.Revision),
		})
	}
	return d.planFirst(ctx, row, employee, s, key, payload)
}

func (d *decider) planFirst(ctx context.Context, row store.PersonDay, employee string, s attendance.Stamp, key string, payload []byte) error {
	err := d.tx.PlanStamp(ctx, store.PlanStampParams{
		EmployeeID: employee, UserID: row.UserID, Day: row.Day, Kind: s.Kind.String(), Revision: int64(s.Revision), Key: key, Payload: payload,
		At: store.Millis(s.At), AccessID: s.AccessID, Rules: attendance.Version, Origin: originOf(s, row.Asked == 1), PlannedAt: store.Millis(d.tx.Now()),
	})
	if err != nil {
		return fmt.Errorf("planning %s: %w", key, err)
	}
	d.auditDecided(row, employee, s, key)
	return nil
}

func (d *decider) auditDecided(row store.PersonDay, employee string, s attendance.Stamp, key string) {
	d.tx.Audit("decided", map[string]string{
		"key": key, "user": row.UserID, "employee": employee, "day": dayOf(row.Day).String(), "kind": s.Kind.String(), "revision": strconv.Itoa(s.Revision),
		"at": japanTime(s.At), "access": s.AccessID, "rules": strconv.Itoa(attendance.Version),
	})
}

// payload is the record as it will be sent, byte for byte the same on every PC.
func (d *decider) payload(ctx context.Context, employee string, day attendance.Day, s attendance.Stamp, key string) ([]byte, error) {
	row, err := d.employeeOf(ctx, employee)
	if err != nil {
		return nil, err
	}
	stamp := teamspirit.Stamp{EmployeeID: employee, EmployeeCode: row.Code, Kind: s.Kind.String(), At: s.At, Key: key, Device: deviceName}
	if d.rights.TargetDate {
		stamp.TargetDate = day.String()
	}
	return d.names.Payload(stamp)
}

// deviceName stands on every row of ours in TeamSpirit, so that people there see where it came from.
const deviceName = "打刻ブリッジ"

// personOf is the user, nil when nobody knows them. People do not change within a transaction of decide.
func (d *decider) personOf(ctx context.Context, user string) (*store.Person, error) {
	if d.person != nil && d.person.UserID == user {
		return d.person, nil
	}
	p, err := d.tx.Person(ctx, user)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading user %s: %w", user, err)
	}
	d.person = &p
	return d.person, nil
}

func (d *decider) employeeOf(ctx context.Context, id string) (store.Employee, error) {
	if d.employee.EmployeeID == id {
		return d.employee, nil
	}
	row, err := d.tx.Employee(ctx, id)
	if err != nil {
		return row, fmt.Errorf("reading employee %s: %w", id, err)
	}
	d.employee = row
	return row, nil
}
