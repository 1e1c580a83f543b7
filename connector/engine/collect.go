package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// Names of the readings in the store.
const (
	readingNew    = "new"    // by id, from where the last one ended
	readingShort  = "short"  // look-back over the last 26 hours
	readingFull   = "full"   // look-back over the whole window
	readingPeople = "people" // users and employees
)

const (
	// overlap is re-read at each poll where Akerun gives late rows ids that lie before what was read.
	overlap = 30 * time.Minute
	// fullPagesATurn keeps the long look-back from holding up a poll: the call budget is 30 a minute.
	fullPagesATurn = 10
	// gapAfter: Akerun keeps its history longer than a day, so only a longer silence can leave a gap.
	gapAfter = 24 * time.Hour
	// peopleAtMostEvery bounds the extra reading of people that an unknown user asks for.
	peopleAtMostEvery = 5 * time.Minute
)

// collect reads people where it is time, then accesses: the look-backs that are due and everything new. It writes facts only, and marks
// the days that they touch.
func (e *Engine) collect(ctx context.Context) error {
	if !e.mayCall(ctx, sideAkerun) {
		return nil
	}
	in, err := e.integration(ctx)
	if err != nil || in.AkerunOrg == "" {
		return err
	}
	if err := e.readPeopleIfDue(ctx, in); err != nil {
		if t, ok := asTrouble(err); !ok || t.side == sideAkerun {
			return err
		}
		// Salesforce out of reach is no reason not to read the doors.
		if err := e.noteTrouble(ctx, trouble{sideSalesforce, errors.Unwrap(err)}); err != nil {
			return err
		}
	}
	if err := e.readAccesses(ctx, in); err != nil {
		return err
	}
	return e.noteWell(ctx, sideAkerun)
}

func (e *Engine) readAccesses(ctx context.Context, in store.Integration) error {
	readings, err := e.readings(ctx)
	if err != nil {
		return err
	}
	now := e.trusted.of(sideAkerun)
	if now.IsZero() {
		return nil // greet has failed and noted it
	}
	latest := readings[readingNew]
	if latest.Org != in.AkerunOrg || latest.FromAt == 0 {
		latest = store.Reading{Name: readingNew, Org: in.AkerunOrg, FromAt: store.Millis(floor(in)), StepsBack: latest.StepsBack}
	}
	if err := e.noteGap(ctx, in, latest, now); err != nil { // before a look-back brings rows from behind the gap
		return err
	}
	if short := readings[readingShort]; shortDue(store.Time(short.DoneAt), now) {
		if err := e.lookBack(ctx, in, latest, short, now.Add(-shortWindow), 0); err != nil {
			return err
		}
	}
	if err := e.readNew(ctx, in, latest); err != nil {
		return err
	}
	if full := readings[readingFull]; full.BegunAt > full.DoneAt || fullDue(store.Time(full.DoneAt), now) {
		return e.lookBack(ctx, in, latest, full, now.Add(-e.p.Rules.LookBack), fullPagesATurn)
	}
	return nil
}

func (e *Engine) readings(ctx context.Context) (map[string]store.Reading, error) {
	out := make(map[string]store.Reading)
	err := e.p.Store.View(ctx, func(q *store.Queries) error {
		for _, name := range []string{readingNew, readingShort, readingFull, readingPeople} {
			r, err := q.Reading(ctx, name)
			if err != nil {
				return fmt.Errorf("reading the cursor %s: %w", name, err)
			}
			out[name] = r
		}
		return nil
	})
	return out, err
}

// floor is the beginning of the first start's business day: nothing before it is ever needed.
func floor(in store.Integration) time.Time {
	return attendance.DayOf(store.Time(in.FirstStart)).Start()
}

// noteGap finds out, after a long time without reading, whether Akerun still shows the last access that we have. If it does not, accesses
// between that one and the oldest that it shows are lost to us, and a person is told which days to look at.
func (e *Engine) noteGap(ctx context.Context, in store.Integration, r store.Reading, now time.Time) error {
	if r.DoneAt == 0 || now.Sub(store.Time(r.DoneAt)) < gapAfter {
		return nil
	}
	var last store.Access
	err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
		last, err = q.LastAccess(ctx, in.AkerunOrg)
		return err
	})
	known := store.Time(last.At)
	from := known
	if errors.Is(err, sql.ErrNoRows) { // nothing to look for by its id: any row from before the silence shows that the history reaches back
		known, err = store.Time(r.DoneAt), nil
		from = known.Add(-e.p.Rules.LookBack)
	}
	if err != nil {
		return fmt.Errorf("reading the last access: %w", err)
	}
	page, err := e.p.Akerun.Accesses(ctx, in.AkerunOrg, akerun.AccessQuery{From: from.Add(-time.Second)})
	if err != nil {
		return trouble{sideAkerun, fmt.Errorf("reading accesses of %s from %s: %w", in.AkerunOrg, from, err)}
	}
	oldest := time.Time{}
	for _, a := range page.Accesses {
		if a.ID == last.ID || last.ID == "" && !a.At.After(known) {
			return nil
		}
		if oldest.IsZero() || a.At.Before(oldest) {
			oldest = a.At
		}
	}
	if oldest.IsZero() || !oldest.After(known) {
		oldest = now
	}
	return e.openItem(ctx, itemOf(attendance.TooOld, sourceCollect).about(attendance.DayOf(known).String()).with(map[string]string{
		"from": japanTime(known), "to": japanTime(oldest),
	}))
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// readNew pages by id from the durable cursor to the end of what Akerun shows. Only an empty page is taken for the end, because the
// largest page a server gives is not known. The reading is complete up to the instant at which it began.
func (e *Engine) readNew(ctx context.Context, in store.Integration, r store.Reading) error {
	begun := e.trusted.of(sideAkerun)
	if r.StepsBack != 0 {
		from := store.Reading{Name: readingNew, Org: in.AkerunOrg, FromAt: store.Millis(begun.Add(-overlap))}
		if _, _, err := e.readPages(ctx, in, from, 0, nil); err != nil {
			return err
		}
	}
	r.BegunAt = store.Millis(begun)
	_, _, err := e.readPages(ctx, in, r, 0, func(ctx context.Context, tx *store.Tx, r store.Reading, end bool) error {
		if end {
			r.DoneAt = r.BegunAt
		}
		return saveReading(ctx, tx, r)
	})
	return err
}

// lookBack reads a window of time again, no further back than the reading of what is new began, pages at most in one turn (0: all), and
// goes on where it was in the next turn.
func (e *Engine) lookBack(ctx context.Context, in store.Integration, latest, r store.Reading, from time.Time, pages int) error {
	if mutated("M4") {
		return nil
	}
	if r.BegunAt <= r.DoneAt || r.Org != in.AkerunOrg {
		if least := store.Time(latest.FromAt); from.Before(least) {
			from = least
		}
		r = store.Reading{Name: r.Name, Org: in.AkerunOrg, FromAt: store.Millis(from), BegunAt: store.Millis(e.trusted.of(sideAkerun)), DoneAt: r.DoneAt}
		if r.BegunAt <= r.DoneAt {
			return nil
		}
	}
	found, _, err := e.readPages(ctx, in, r, pages, func(ctx context.Context, tx *store.Tx, r store.Reading, end bool) error {
		if end {
			if err := forgetUnmet(ctx, tx, r); err != nil {
				return err
			}
			r.DoneAt, r.AfterID = r.BegunAt, ""
		}
		return saveReading(ctx, tx, r)
	})
	if err != nil || !found {
		return err
	}
	return e.noteStepsBack(ctx)
}

// noteStepsBack remembers that rows turned up behind the cursor by id.
func (e *Engine) noteStepsBack(ctx context.Context) error {
	return e.update(ctx, func(tx *store.Tx) error { return tx.SetStepsBack(ctx) })
}

func saveReading(ctx context.Context, tx *store.Tx, r store.Reading) error {
	return tx.SaveReading(ctx, store.SaveReadingParams{Org: r.Org, FromAt: r.FromAt, AfterID: r.AfterID, BegunAt: r.BegunAt, DoneAt: r.DoneAt, Name: r.Name})
}

// readPages reads pages from r on, keeps each with the cursor in one transaction, and tells whether rows behind the cursor of readNew
// were found, and whether the end was reached.
func (e *Engine) readPages(ctx context.Context, in store.Integration, r store.Reading, most int, save func(context.Context, *store.Tx, store.Reading, bool) error) (behind, end bool, err error) {
	for n := 0; most == 0 || n < most; n++ {
		r = e.mutantReading(ctx, r)
		page, err := e.p.Akerun.Accesses(ctx, in.AkerunOrg, mutantQuery(akerun.AccessQuery{AfterID: r.AfterID, From: store.Time(r.FromAt).Add(-time.Second)}))
		if err != nil {
			return behind, false, trouble{sideAkerun, fmt.Errorf("reading accesses of %s after %q: %w", in.AkerunOrg, r.AfterID, err)}
		}
		// A server that takes id_after as inclusive ends on a page that holds the last row once more.
		end = page.Len == 0 || attendance.CompareID(page.LastID(), r.AfterID) <= 0 || mutated("M10")
		if !end {
			r.AfterID = page.LastID()
		}
		b, err := e.keepPage(ctx, in, page, func(tx *store.Tx) error {
			if save == nil {
				return nil
			}
			return save(ctx, tx, r, end)
		})
		if err != nil || end {
			return behind || b, end, err
		}
		behind = behind || b
	}
	return behind, false, nil
}

// keepPage writes a page and the cursor in one transaction, and tells whether it held new rows that lie behind readNew's cursor.
func (e *Engine) keepPage(ctx context.Context, in store.Integration, page akerun.AccessPage, save func(*store.Tx) error) (behind bool, err error) {
	if err := e.mutantCursor(ctx, save); err != nil {
		return false, err
	}
	if err := e.hook(ctx, HookIngestBeforeCommit); err != nil {
		return false, err
	}
	err = e.update(ctx, func(tx *store.Tx) error {
		ctx := context.WithoutCancel(ctx) // see decideSome
		cursor, err := tx.Reading(ctx, readingNew)
		if err != nil {
			return err
		}
		k := keeping{tx: tx, org: in.AkerunOrg, rules: e.p.Rules, seen: e.trusted.later(), floor: latestOf(store.Time(cursor.FromAt), floor(in))}
		if k.floor, err = notErased(ctx, tx.Queries, k.floor); err != nil {
			return err
		}
		if k.doubts, err = doubts(ctx, tx.Queries); err != nil {
			return err
		}
		for _, a := range page.Accesses {
			added, err := k.keep(ctx, a)
			if err != nil {
				return err
			}
			behind = behind || added && cursor.AfterID != "" && attendance.CompareID(a.ID, cursor.AfterID) < 0
		}
		for _, u := range page.Unreadable {
			if err := k.unreadable(ctx, u); err != nil {
				return err
			}
		}
		if err := k.finish(ctx); err != nil {
			return err
		}
		return save(tx)
	})
	if err != nil {
		return behind, err
	}
	return behind, e.hook(ctx, HookIngestAfterCommit)
}

// keeping writes the rows of one page.
type keeping struct {
	tx    *store.Tx
	org   string
	rules attendance.Rules
	floor time.Time
	seen  time.Time // by the server whose clock is ahead: either may lag, and a row must not look as if it came from the future for that

	doubts  []doubt                  // what is listed of rows that could not be right
	doors   map[string]akerun.Access // the latest of each door
	touched map[personDay]bool
	traffic traffic
	added   int
	first   string
	last    string
}

type personDay struct {
	user string
	day  attendance.Day
}

// keep stores one access as a fact, if it is new, and marks what it touches.
func (k *keeping) keep(ctx context.Context, a akerun.Access) (added bool, err error) {
	if a.OrgID != "" && a.OrgID != k.org {
		return false, nil // another 事業所's row is nobody's presence here
	}
	if !k.rules.Plausible(a.At, k.seen) {
		return k.implausible(ctx, a)
	}
	if !a.At.Before(k.floor) {
		if added, err = k.insert(ctx, a); err != nil {
			return false, err
		}
	}
	return added, k.settleDoubts(ctx, a, added)
}

func (k *keeping) insert(ctx context.Context, a akerun.Access) (added bool, err error) {
	day := mutantDay(a.At)
	n, err := k.tx.InsertAccess(ctx, store.InsertAccessParams{
		Org: k.org, ID: a.ID, At: store.Millis(a.At), Day: dayNumber(day), UserID: a.UserID, DoorID: a.DoorID,
		Action: a.Action, Device: a.DeviceType, SeenAt: store.Millis(k.seen),
	})
	if err != nil || n == 0 {
		return false, err
	}
	k.count(a.ID)
	if k.doors == nil {
		k.doors, k.touched, k.traffic = make(map[string]akerun.Access), make(map[personDay]bool), make(traffic)
	}
	k.traffic.take(a, k.rules)
	if d, ok := k.doors[a.DoorID]; a.DoorID != "" && (!ok || a.At.After(d.At)) {
		k.doors[a.DoorID] = a
	}
	if a.UserID != "" {
		k.touched[personDay{a.UserID, day}] = true
	}
	return true, nil
}

func (k *keeping) count(id string) {
	k.added++
	if k.first == "" {
		k.first = id
	}
	k.last = id
}

// implausible keeps a row whose time can't be right: one from the future as a fact that decides nothing but an item, one from before
// Akerun existed as an item alone.
func (k *keeping) implausible(ctx context.Context, a akerun.Access) (added bool, err error) {
	reason := attendance.UnreadableAccess
	if a.At.After(k.seen) {
		reason = attendance.FutureAccess
	}
	if reason == attendance.FutureAccess && a.At.Year() <= 9999 {
		if added, err = k.insert(ctx, a); err != nil || !added {
			return false, err // a fact is listed once, and not again each time it is met
		}
	}
	return added, openItem(ctx, k.tx, itemOf(reason, sourceCollect).about(a.DoorID).with(map[string]string{
		"door": a.DoorID, "access": a.ID, doubtAt: japanTime(a.At), doubtSeen: japanTime(k.seen),
	}))
}

func (k *keeping) unreadable(ctx context.Context, u akerun.Unreadable) error {
	return openItem(ctx, k.tx, itemOf(attendance.UnreadableAccess, sourceCollect).about(u.ID).with(map[string]string{
		"access": u.ID, "problem": u.Problem, doubtSeen: japanTime(k.seen),
	}))
}

func (k *keeping) finish(ctx context.Context) error {
	for _, a := range k.doors {
		if err := k.tx.SaveDoor(ctx, store.SaveDoorParams{Org: k.org, ID: a.DoorID, Name: a.DoorName, LastDay: dayNumber(attendance.DayOf(a.At))}); err != nil {
			return err
		}
	}
	for t := range k.touched {
		if err := k.tx.TouchDay(ctx, store.TouchDayParams{UserID: t.user, Day: dayNumber(t.day)}); err != nil {
			return err
		}
		// The day before may have waited to know whether this is the same shift.
		if err := k.tx.TouchDayIfKnown(ctx, store.TouchDayIfKnownParams{UserID: t.user, Day: dayNumber(t.day.Prev())}); err != nil {
			return err
		}
	}
	if err := k.traffic.save(ctx, k.tx, k.org); err != nil {
		return err
	}
	if k.added > 0 {
		k.tx.Audit("read", map[string]string{"rows": fmt.Sprint(k.added), "first": k.first, "last": k.last})
	}
	return nil
}
