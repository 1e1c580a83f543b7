package engine

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

const (
	// firstCheck and checkAfter: TeamSpirit's batch runs every few minutes, so most rows are done by the fourth look.
	firstCheck = time.Minute
	checkEnds  = 10 * time.Minute
	// recheckEvery: what a person repairs in TeamSpirit is noticed within the hour, for as long as accesses are looked back on.
	recheckEvery = time.Hour
	recheckFor   = 31 * 24 * time.Hour
	// sheetChecks is how often a processed row is looked for on the sheet before it is called missing there.
	sheetChecks = 3
	// checksAtOnce bounds what is looked at in one go. One reading of the sheet serves them all.
	checksAtOnce = 10_000
	// checksACall is what one retrieve takes (salesforce.md 3.1).
	checksACall = 2000
)

// checkAfter are the pauses between the looks at an accepted row.
var checkAfter = []time.Duration{time.Minute, 3 * time.Minute, 5 * time.Minute} // 1, 2, 5, 10 minutes after sending

func nextCheck(checks int64) time.Duration {
	if int(checks) < len(checkAfter) {
		return checkAfter[checks]
	}
	return checkEnds
}

// confirm reads back what became of accepted rows, and whether the sheet shows them.
func (e *Engine) confirm(ctx context.Context) error {
	if !e.mayCall(ctx, sideSalesforce) || e.sparing(ctx) {
		return nil
	}
	in, err := e.integration(ctx)
	if err != nil {
		return err
	}
	r, _, err := e.maySend(ctx, in)
	if err != nil {
		return err
	}
	for {
		rows, err := e.toCheck(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := e.confirmSome(ctx, r, rows); err != nil {
			return err
		}
		if len(rows) < checksAtOnce {
			return e.watchUnprocessed(ctx)
		}
	}
}

func (e *Engine) toCheck(ctx context.Context) (rows []store.Outbox, err error) {
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		rows, err = q.StampsToCheck(ctx, store.StampsToCheckParams{Now: store.Millis(e.now()), Most: checksAtOnce})
		return err
	})
	return rows, err
}

func (e *Engine) confirmSome(ctx context.Context, r rights, rows []store.Outbox) error {
	found, err := e.readBack(ctx, rows)
	if err != nil {
		return err
	}
	hidden, err := e.hidden(ctx, rows, found)
	if err != nil {
		return err
	}
	names := e.p.TeamSpirit.Names()
	done := make([]store.Outbox, 0, len(rows))
	for _, row := range rows {
		status := found[row.RecordID].Status
		if row.RecordID != "" && (status == names.Processed || names.DayClosed != "" && status == names.Failed && row.State != "error") {
			done = append(done, row) // on the sheet it stands, or why it does not
		}
	}
	seen := &sighting{}
	if r.Sheet && len(done) > 0 {
		if seen, err = e.readSheets(ctx, done); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(rows, daysAtOnce) {
		err := e.update(ctx, func(tx *store.Tx) error {
			c := confirming{tx: tx, names: names, rights: r, seen: seen, hidden: hidden}
			if c.doubted, err = doubtedRows(ctx, tx.Queries); err != nil {
				return err
			}
			for _, row := range some {
				if err := c.row(ctx, row, found[row.RecordID]); err != nil {
					return fmt.Errorf("confirming %s: %w", row.Key, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// readBack reads what TeamSpirit says of rows. Of many that were sent just now it reads some first: TeamSpirit's batch takes all that wait, so where it has
// taken none of these it has not run, and the others are as they were. From the fourth look on every row is read, whatever the batch does.
func (e *Engine) readBack(ctx context.Context, rows []store.Outbox) (map[string]teamspirit.Row, error) {
	var early, rest []store.Outbox
	for _, row := range rows {
		if row.State == "accepted" && row.RecordID != "" && int(row.Checks) < len(checkAfter) {
			early = append(early, row)
		} else {
			rest = append(rest, row)
		}
	}
	if len(early) <= checksACall {
		return e.rowsByID(ctx, rows)
	}
	step := (len(early) + checksACall - 1) / checksACall
	var some, others []store.Outbox
	for i, row := range early {
		if i%step == 0 {
			some = append(some, row)
		} else {
			others = append(others, row)
		}
	}
	found, err := e.rowsByID(ctx, some)
	if err != nil {
		return nil, err
	}
	waits := e.p.TeamSpirit.Names().Unprocessed
	if slices.ContainsFunc(some, func(row store.Outbox) bool { return found[row.RecordID].Status != waits }) {
		rest = append(rest, others...)
	} else {
		for _, row := range others {
			found[row.RecordID] = teamspirit.Row{ID: row.RecordID, Status: waits}
		}
	}
	read, err := e.rowsByID(ctx, rest)
	maps.Copy(found, read)
	return found, err
}

func (e *Engine) rowsByID(ctx context.Context, rows []store.Outbox) (map[string]teamspirit.Row, error) {
	ids := make([]string, 0, len(rows))
	for _, row := range rows {
		if row.RecordID != "" {
			ids = append(ids, row.RecordID)
		}
	}
	list, err := e.p.TeamSpirit.RowsByID(ctx, ids)
	if err != nil {
		return nil, trouble{sideSalesforce, fmt.Errorf("reading %d stamps back: %w", len(ids), err)}
	}
	found := make(map[string]teamspirit.Row, len(list))
	for _, r := range list {
		found[r.ID] = r
	}
	return found, nil
}

// readSheets reads the days of rows on the sheet.
func (e *Engine) readSheets(ctx context.Context, rows []store.Outbox) (*sighting, error) {
	s := &sighting{at: e.now(), sheets: make(map[employeeDay]teamspirit.SheetDay)}
	wanted := daysOf(rows)
	for _, a := range asks(rows) {
		if err := e.readSheet(ctx, s, a, wanted); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// confirming writes down one reading back.
type confirming struct {
	tx     *store.Tx
	names  teamspirit.Names
	rights rights
	seen   *sighting

	hidden  hiddenRows
	doubted map[stampKind]bool // whose outcome is listed as unknown
}

// row notes what became of one stamp.
func (c *confirming) row(ctx context.Context, row store.Outbox, found teamspirit.Row) error {
	if found.ID != "" && c.doubted[stampKind{row.UserID, row.Day, row.Kind}] {
		if err := cure(ctx, c.tx, attendance.UnknownOutcome, row.UserID, dayOf(row.Day), row.Kind); err != nil {
			return err
		}
	}
	switch {
	case found.ID == "" && c.hidden.may(row):
		return c.hide(ctx, row)
	case found.ID == "" || found.Status == c.names.Deleted:
		return c.deleted(ctx, row)
	case found.Status == c.names.Processed:
		return c.processed(ctx, row)
	case found.Status == c.names.Failed:
		return c.failed(ctx, row, found)
	}
	return c.tx.StampChecked(ctx, store.StampCheckedParams{NextCheck: c.in(nextCheck(row.Checks)), ID: row.ID})
}

func (c *confirming) in(d time.Duration) int64 { return store.Millis(c.tx.Now().Add(d)) }

// nextHour is when rows are looked at again that wait for a person's hand: all together, in one look, at the full hour.
func nextHour(now time.Time) time.Time { return now.Add(recheckEvery).Truncate(recheckEvery) }

// deleted lists a row that somebody took away. It is not made again: that was a person's decision.
func (c *confirming) deleted(ctx context.Context, row store.Outbox) error {
	c.tx.Audit("deleted", map[string]string{"key": row.Key, "record": row.RecordID})
	for _, r := range []attendance.Reason{attendance.Rejected, attendance.LockedMonth, attendance.NotOnSheet} {
		if err := cure(ctx, c.tx, r, row.UserID, dayOf(row.Day), row.Kind); err != nil {
			return err
		}
	}
	i := itemOf(attendance.RowDeleted, sourceConfirm).of(row.UserID, row.EmployeeID, dayOf(row.Day)).about(row.Kind)
	if err := openItem(ctx, c.tx, i.with(map[string]string{"at": japanTime(store.Time(row.At))})); err != nil {
		return err
	}
	return c.tx.StampDeleted(ctx, store.StampDeletedParams{At: store.Millis(c.tx.Now()), ID: row.ID})
}

// failed lists TeamSpirit's refusal, and looks at the row again every hour: it may be set back in TeamSpirit.
func (c *confirming) failed(ctx context.Context, row store.Outbox, found teamspirit.Row) error {
	next := int64(0)
	if c.tx.Now().Sub(store.Time(row.AcceptedAt)) < recheckFor {
		next = store.Millis(nextHour(c.tx.Now()))
	}
	if row.State == "error" {
		return c.tx.StampChecked(ctx, store.StampCheckedParams{NextCheck: next, ID: row.ID})
	}
	c.tx.Audit("error", map[string]string{"key": row.Key, "record": row.RecordID})
	closed := c.seen.sheets[employeeDay{row.EmployeeID, dayOf(row.Day)}].Closed
	if err := openRejected(ctx, c.tx, row, closed, "", found.Error); err != nil {
		return err
	}
	if err := c.touch(ctx, row); err != nil {
		return err
	}
	return c.tx.StampError(ctx, store.StampErrorParams{Why: found.Error, NextCheck: next, At: store.Millis(c.tx.Now()), ID: row.ID})
}

func (c *confirming) touch(ctx context.Context, row store.Outbox) error {
	return c.tx.TouchDayIfKnown(ctx, store.TouchDayIfKnownParams{UserID: row.UserID, Day: row.Day})
}

// processed notes that TeamSpirit has taken the row in, and compares the sheet.
func (c *confirming) processed(ctx context.Context, row store.Outbox) error {
	if row.State != "processed" {
		c.tx.Audit("processed", map[string]string{"key": row.Key, "record": row.RecordID})
		if err := c.tx.StampProcessed(ctx, store.StampProcessedParams{At: store.Millis(c.tx.Now()), ID: row.ID}); err != nil {
			return err
		}
		for _, r := range []attendance.Reason{attendance.Rejected, attendance.LockedMonth, attendance.RowDeleted} { // of this revision, or of the former one
			if err := cure(ctx, c.tx, r, row.UserID, dayOf(row.Day), row.Kind); err != nil {
				return err
			}
		}
		if row.State == "error" {
			if err := c.touch(ctx, row); err != nil {
				return err
			}
		}
		row.State, row.Checks = "processed", 0
	}
	if !c.rights.Sheet {
		return nil
	}
	return c.compare(ctx, row)
}

// compare looks for the stamp on the sheet.
func (c *confirming) compare(ctx context.Context, row store.Outbox) error {
	k := employeeDay{row.EmployeeID, dayOf(row.Day)}
	sheet, any := c.seen.sheets[k]
	if any {
		if err := c.saveSheet(ctx, k, sheet); err != nil {
			return err
		}
	}
	if at, shown := shownOnSheet(k.day, row, sheet); shown {
		c.tx.Audit("on_sheet", map[string]string{"key": row.Key})
		if err := c.cureSheet(ctx, row); err != nil {
			return err
		}
		return c.tx.StampOnSheet(ctx, row.ID)
	} else if row.Checks+1 < sheetChecks {
		return c.tx.StampChecked(ctx, store.StampCheckedParams{NextCheck: c.in(checkEnds), ID: row.ID})
	} else if !any {
		return c.noSheet(ctx, row)
	} else {
		return c.otherValue(ctx, row, at)
	}
}

func (c *confirming) saveSheet(ctx context.Context, k employeeDay, p teamspirit.SheetDay) error {
	return c.tx.SaveSheet(ctx, store.SaveSheetParams{
		EmployeeID: k.employee, Day: dayNumber(k.day), PushStart: minute(p.PushStart), PushEnd: minute(p.PushEnd), RealStart: minute(p.RealStart),
		RealEnd: minute(p.RealEnd), StartTime: minute(p.Start), EndTime: minute(p.End), ReadAt: store.Millis(c.seen.at),
	})
}

func (c *confirming) cureSheet(ctx context.Context, row store.Outbox) error {
	if err := cure(ctx, c.tx, attendance.NotOnSheet, row.UserID, dayOf(row.Day), row.Kind); err != nil {
		return err
	}
	return cure(ctx, c.tx, attendance.SheetUnreadable, "", attendance.Day{}, "")
}

// noSheet: no row of the day at all means that the sheet can't be read for this person, which is one line and not a flood.
func (c *confirming) noSheet(ctx context.Context, row store.Outbox) error {
	if err := openItem(ctx, c.tx, itemOf(attendance.SheetUnreadable, sourceConfirm)); err != nil {
		return err
	}
	return c.recheck(ctx, row)
}

func (c *confirming) otherValue(ctx context.Context, row store.Outbox, shown time.Time) error {
	detail := map[string]string{"ours": japanTime(store.Time(row.At)), "sheet": ""}
	if !shown.IsZero() {
		detail["sheet"] = japanTime(shown)
	}
	if err := openItem(ctx, c.tx, itemOf(attendance.NotOnSheet, sourceConfirm).of(row.UserID, row.EmployeeID, dayOf(row.Day)).about(row.Kind).with(detail)); err != nil {
		return err
	}
	return c.recheck(ctx, row)
}

// recheck looks again every hour, so that the item ends by itself when somebody repairs the sheet.
func (c *confirming) recheck(ctx context.Context, row store.Outbox) error {
	next := int64(0)
	if c.tx.Now().Sub(store.Time(row.AcceptedAt)) < recheckFor {
		next = store.Millis(nextHour(c.tx.Now()))
	}
	return c.tx.StampChecked(ctx, store.StampCheckedParams{NextCheck: next, ID: row.ID})
}

// shownOnSheet tells whether the sheet shows a stamp, or another value that explains itself: an earlier 出社 stands, and a later 退勤 of
// the person wins. Otherwise it gives the value that the sheet shows.
func shownOnSheet(day attendance.Day, row store.Outbox, sheet teamspirit.SheetDay) (shown time.Time, ok bool) {
	ours := store.Time(row.At).Truncate(time.Minute)
	kind := attendance.Kind(row.Kind)
	for _, v := range [][2]*int{{sheet.PushStart, sheet.PushEnd}, {sheet.RealStart, sheet.RealEnd}, {sheet.Start, sheet.End}} {
		m := v[0]
		if kind == attendance.ClockOut {
			m = v[1]
		}
		if m == nil {
			continue
		}
		at := atMinute(day, int64(*m))
		if at.Equal(ours) || kind == attendance.ClockIn && at.Before(ours) || kind == attendance.ClockOut && at.After(ours) {
			return at, true
		}
		shown = at
	}
	return shown, false
}

// watchUnprocessed lists, in one line for all, that rows stay 未処理 longer than TeamSpirit ever took in the last week.
func (e *Engine) watchUnprocessed(ctx context.Context) error {
	now, least := e.now(), e.p.Rules.UnprocessedAfter(0)
	holds := false
	err := e.p.Store.View(ctx, func(q *store.Queries) error {
		oldest, err := q.OldestAccepted(ctx)
		if err != nil || oldest == 0 || now.Sub(store.Time(oldest)) <= least {
			return err // the slowest of a week takes a while to find
		}
		slowest, err := q.SlowestProcessed(ctx, dayNumber(attendance.DayOf(now).Add(-7)))
		holds = now.Sub(store.Time(oldest)) > e.p.Rules.UnprocessedAfter(time.Duration(slowest)*time.Millisecond)
		return err
	})
	if err != nil {
		return fmt.Errorf("looking for stamps that stay unprocessed: %w", err)
	}
	return e.state(ctx, itemOf(attendance.NotProcessed, sourceConfirm), holds)
}
