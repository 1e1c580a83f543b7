package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

const (
	// thinMonths: accesses of so many months are kept in full, and of days before that what bounds each person's day.
	thinMonths = 13
	// peopleAPortion, rowsAPortion and pagesAPortion are what one transaction of tidying takes, so that nobody waits long for it; portionsATurn is
	// how many there are in one turn of the loop.
	peopleAPortion = 100
	rowsAPortion   = 500
	pagesAPortion  = 256
	portionsATurn  = 4
)

// tidy erases what is kept no longer, in small portions of a transaction each: of days older than thinMonths the accesses between a person's
// first and last, of days older than the years of the setting everything, with the texts of the audit chain, whose hashes stay. It goes by
// trusted time alone, or a PC whose clock is years ahead would erase everything.
func (e *Engine) tidy(ctx context.Context) error {
	now := e.sure()
	if now.IsZero() {
		return nil
	}
	today := attendance.DayOf(now)
	if e.tidied == today {
		return nil
	}
	j := &tidying{e: e, thin: attendance.DayOf(now.In(attendance.Japan).AddDate(0, -thinMonths, 0))}
	if e.p.KeepYears > 0 {
		j.erase = attendance.DayOf(now.In(attendance.Japan).AddDate(-e.p.KeepYears, 0, 0))
	}
	for range portionsATurn {
		more, err := j.portion(ctx)
		if err != nil {
			return fmt.Errorf("erasing what is kept no longer: %w", err)
		}
		if !more {
			e.tidied = today
			return nil
		}
	}
	return nil
}

// notErased is the instant before which accesses are not taken in: at least from, and not before what has been erased. An old row that Akerun shows
// again must not come back, or its day would be decided without what was sent for it.
func notErased(ctx context.Context, q *store.Queries, from time.Time) (time.Time, error) {
	r, err := q.Retention(ctx)
	if kept := max(r.ThinDay, r.EraseDay); err == nil && kept > 0 {
		return latestOf(from, dayOf(kept).Start()), nil
	}
	return from, err
}

// tidying is one turn's tidying.
type tidying struct {
	e           *Engine
	thin, erase attendance.Day // the first days that are kept in full, and at all; erase is zero when all is kept for ever
}

// portion does the first thing that is to be done and tells whether there may be more.
func (j *tidying) portion(ctx context.Context) (more bool, err error) {
	for _, step := range []func(context.Context, *store.Tx, *store.Retention) (bool, error){j.eraseSome, j.thinSome, j.eraseTexts, j.eraseLists, j.erasePeople} {
		err = j.e.update(ctx, func(tx *store.Tx) error {
			r, err := tx.Retention(ctx)
			if err != nil {
				return err
			}
			was := r
			if more, err = step(ctx, tx, &r); err != nil || r == was {
				return err
			}
			return tx.SaveRetention(ctx, store.SaveRetentionParams{ThinDay: r.ThinDay, ThinUser: r.ThinUser, EraseDay: r.EraseDay, AuditSeq: r.AuditSeq})
		})
		if err != nil || more {
			return more, err
		}
	}
	if gave, err := j.e.p.Store.Shrink(ctx, pagesAPortion); err != nil || gave {
		return gave, err
	}
	emptied, err := j.e.p.Store.EmptyLog(ctx)
	return !emptied, err
}

// thinSome takes of the oldest day that is still whole a portion of people, and in the end the rows that name nobody.
func (j *tidying) thinSome(ctx context.Context, tx *store.Tx, r *store.Retention) (more bool, err error) {
	if r.ThinDay >= dayNumber(j.thin) {
		return false, nil
	}
	if r.ThinUser == "" { // days on which nobody came are passed over
		next, err := tx.NextAccessDay(ctx, r.ThinDay-1)
		if err != nil || r.ThinDay == 0 && (next == 0 || next >= dayNumber(j.thin)) {
			return false, err
		}
		if next == 0 || next >= dayNumber(j.thin) {
			r.ThinDay = dayNumber(j.thin)
			return false, nil
		}
		r.ThinDay = next
	}
	people, err := tx.PeopleOfDay(ctx, store.PeopleOfDayParams{Day: r.ThinDay, After: r.ThinUser, Most: peopleAPortion})
	if err != nil {
		return false, err
	}
	doors, err := excludedDoors(ctx, tx.Queries)
	if err != nil {
		return false, err
	}
	for _, p := range people {
		if err := j.thinPerson(ctx, tx, doors, p.UserID, r.ThinDay); err != nil {
			return false, err
		}
		r.ThinUser = p.UserID
	}
	if len(people) == peopleAPortion {
		return true, nil
	}
	n, err := tx.DeleteNamelessAccesses(ctx, store.DeleteNamelessAccessesParams{Day: r.ThinDay, Most: rowsAPortion})
	if err != nil || n == rowsAPortion {
		return true, err
	}
	if r.ThinUser != "" || n > 0 {
		tx.Audit("thinned", map[string]string{"day": dayOf(r.ThinDay).String()})
	}
	r.ThinDay, r.ThinUser = r.ThinDay+1, ""
	return true, nil
}

// thinPerson leaves what bounds a person's day, and the accesses whose instants were stamped.
func (j *tidying) thinPerson(ctx context.Context, tx *store.Tx, doors map[string]bool, user string, day int64) error {
	rows, err := tx.AccessesOfDay(ctx, store.AccessesOfDayParams{UserID: user, Day: day})
	if err != nil || len(rows) <= 2 {
		return err
	}
	stamps, err := tx.StampsOfUserDay(ctx, store.StampsOfUserDayParams{UserID: user, Day: day})
	if err != nil {
		return err
	}
	keep := attendance.Bounds(j.e.p.Rules, doors, accessesOf(rows))
	for _, s := range stamps {
		keep[s.AccessID] = true
	}
	for _, row := range rows {
		if keep[row.ID] {
			continue
		}
		if err := tx.DeleteAccess(ctx, store.DeleteAccessParams{Org: row.Org, ID: row.ID}); err != nil {
			return err
		}
	}
	return nil
}

// eraseSome takes of the oldest day a portion of people with everything that is known of them on that day.
func (j *tidying) eraseSome(ctx context.Context, tx *store.Tx, r *store.Retention) (more bool, err error) {
	if j.erase.IsZero() {
		return false, nil
	}
	day, err := tx.FirstPersonDay(ctx)
	if err != nil || day == 0 || day >= dayNumber(j.erase) {
		return false, err
	}
	people, err := tx.PeopleOfDay(ctx, store.PeopleOfDayParams{Day: day, Most: peopleAPortion})
	if err != nil {
		return false, err
	}
	r.EraseDay = day + 1 // from the first portion on, so that nothing of the day comes back
	for _, p := range people {
		if err := erasePersonDay(ctx, tx, p.UserID, p.EmployeeID, day); err != nil {
			return false, err
		}
	}
	if len(people) < peopleAPortion {
		tx.Audit("erased", map[string]string{"day": dayOf(day).String()})
	}
	return true, nil
}

func erasePersonDay(ctx context.Context, tx *store.Tx, user, employee string, day int64) error {
	if employee != "" {
		if err := tx.DeleteSheet(ctx, store.DeleteSheetParams{EmployeeID: employee, Day: day}); err != nil {
			return err
		}
		if err := tx.DropOtherRowsOf(ctx, store.DropOtherRowsOfParams{EmployeeID: employee, Day: day}); err != nil {
			return err
		}
	}
	return errors.Join(
		tx.DeleteStampsOfUserDay(ctx, store.DeleteStampsOfUserDayParams{UserID: user, Day: day}),
		tx.DeleteItemsOfUserDay(ctx, store.DeleteItemsOfUserDayParams{UserID: user, Day: day}),
		tx.DeleteAccessesOfUserDay(ctx, store.DeleteAccessesOfUserDayParams{UserID: user, Day: day}),
		tx.DeletePersonDay(ctx, store.DeletePersonDayParams{UserID: user, Day: day}),
	)
}

// eraseTexts takes the texts and the salts off a portion of the audit chain. What is left, the hashes, still proves that no row is missing.
func (j *tidying) eraseTexts(ctx context.Context, tx *store.Tx, r *store.Retention) (more bool, err error) {
	if j.erase.IsZero() {
		return false, nil
	}
	rows, err := tx.AuditAges(ctx, store.AuditAgesParams{After: r.AuditSeq, Most: rowsAPortion})
	if err != nil {
		return false, err
	}
	from, border := r.AuditSeq, store.Millis(j.erase.Start())
	for _, row := range rows {
		if row.At >= border {
			break
		}
		r.AuditSeq = row.Seq
	}
	if r.AuditSeq == from {
		return false, nil
	}
	if err := tx.EraseAuditTexts(ctx, store.EraseAuditTextsParams{After: from, Until: r.AuditSeq}); err != nil {
		return false, err
	}
	tx.Audit("texts_erased", map[string]string{"until": strconv.FormatInt(r.AuditSeq, 10)})
	return true, nil
}

// eraseLists takes ended items that belong to no day any more, and lists of code changes.
func (j *tidying) eraseLists(ctx context.Context, tx *store.Tx, _ *store.Retention) (more bool, err error) {
	if j.erase.IsZero() {
		return false, nil
	}
	before := store.Millis(j.erase.Start())
	n, err := tx.DeleteEndedItems(ctx, store.DeleteEndedItemsParams{Before: before, Most: rowsAPortion})
	if err != nil || n > 0 {
		return n > 0, err
	}
	list, err := tx.OldestCodeList(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil || list.PlannedAt >= before {
		return false, err
	}
	return true, errors.Join(tx.DeleteCodeChangesOfList(ctx, list.ID), tx.DeleteCodeList(ctx, list.ID))
}

// erasePeople takes those who have been gone that long and of whom no day is left, with their sealed names.
func (j *tidying) erasePeople(ctx context.Context, tx *store.Tx, _ *store.Retention) (more bool, err error) {
	if j.erase.IsZero() {
		return false, nil
	}
	before := store.Millis(j.erase.Start())
	links, err := tx.DeleteLinksOfNobody(ctx, before)
	if err != nil {
		return false, err
	}
	people, err := tx.DeleteGonePeople(ctx, before)
	if err != nil {
		return false, err
	}
	employees, err := tx.DeleteGoneEmployees(ctx, before)
	if err == nil && links+people+employees > 0 {
		tx.Audit("people_erased", map[string]string{"users": strconv.FormatInt(people, 10), "employees": strconv.FormatInt(employees, 10)})
	}
	return false, err
}

// excludedDoors are the doors that a person has taken out.
func excludedDoors(ctx context.Context, q *store.Queries) (map[string]bool, error) {
	doors, err := q.Doors(ctx)
	out := make(map[string]bool)
	for _, door := range doors {
		if door.Excluded == 1 {
			out[door.ID] = true
		}
	}
	return out, err
}
