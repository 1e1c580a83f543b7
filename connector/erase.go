package connector

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// auditRowsErased is how many rows of the audit chain one transaction looks through.
const auditRowsErased = 20_000

// ErasePerson erases all that is kept of a person who has left: accesses, days, stamps, items, names, and the texts of the audit chain, whose hashes
// stay as proof that nothing else was touched, and the copies of the database from before changes of its schema. Whoever is still in Akerun, was seen within the look-back, or has a stamp under way is refused: the
// next reading would bring it all back. TeamSpirit's own rows and files exported before are not ours to erase.
func (l *Local) ErasePerson(ctx context.Context, userID string) error {
	return l.engine.Locked(func() error {
		employees, err := l.mayErase(ctx, userID)
		if err != nil {
			return err
		}
		if err := l.eraseAuditTexts(ctx, append(employees, userID)); err != nil {
			return err
		}
		err = l.update(ctx, func(tx *store.Tx) error { return erasePerson(ctx, tx, userID, employees) })
		if err != nil {
			return err
		}
		if err := l.store.ForgetCopies(ctx); err != nil {
			return err
		}
		if done, err := l.store.EmptyLog(ctx); err == nil && !done {
			l.c.Log.Info("what was erased leaves the write-ahead log with the next checkpoint")
		} else if err != nil {
			return err
		}
		l.publish()
		return nil
	})
}

// mayErase tells whose employees' rows go with the person, or why nothing may go.
func (l *Local) mayErase(ctx context.Context, userID string) (employees []string, err error) {
	err = l.store.View(ctx, func(q *store.Queries) error {
		person, err := q.Person(ctx, userID)
		if errors.Is(err, sql.ErrNoRows) {
			return fail(CodeNotFound, "nothing is kept of an Akerun user %q", userID)
		}
		if err != nil {
			return err
		}
		last, err := q.LastDayOfUser(ctx, userID)
		if err != nil {
			return err
		}
		waiting, err := q.CountWaitingOfUser(ctx, userID)
		if err != nil {
			return err
		}
		today := attendance.DayOf(l.engine.Now())
		switch lookBack := l.settings().Engine.LookBackDays; {
		case person.GoneAt == 0:
			return fail(CodeWrongState, "the person is still a user of Akerun, which would bring everything back: remove the user there first")
		case last > 0 && attendance.DayFromNumber(int(last)).Add(lookBack+1).After(today):
			return fail(CodeWrongState, "the person was seen on %s: erase on %s or later, when Akerun is not read back so far any more",
				attendance.DayFromNumber(int(last)), attendance.DayFromNumber(int(last)).Add(lookBack+1))
		case waiting > 0:
			return fail(CodeWrongState, "%d stamps of the person are still under way: erase when they are done", waiting)
		}
		employees, err = q.EmployeesOfUser(ctx, userID)
		return err
	})
	return employees, err
}

// eraseAuditTexts takes away the texts in which one of ids stands, a part of the chain at a time.
func (l *Local) eraseAuditTexts(ctx context.Context, ids []string) error {
	for after := int64(0); ; after += auditRowsErased {
		end := int64(0)
		err := l.update(ctx, func(tx *store.Tx) (err error) {
			if end, err = tx.AuditEnd(ctx); err != nil {
				return err
			}
			for _, id := range ids {
				text := store.EraseAuditTextsOfParams{After: after, Until: after + auditRowsErased, ID: strconv.Quote(id)}
				if _, err := tx.EraseAuditTextsOf(ctx, text); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || after+auditRowsErased >= end {
			return err
		}
	}
}

func erasePerson(ctx context.Context, tx *store.Tx, userID string, employees []string) error {
	accesses, err := tx.EraseAccesses(ctx, userID)
	if err != nil {
		return err
	}
	stamps, err := tx.EraseStamps(ctx, userID)
	if err != nil {
		return err
	}
	days, err := tx.EraseDays(ctx, userID)
	if err != nil {
		return err
	}
	for _, erase := range []func(context.Context, string) error{tx.EraseLinks, tx.EraseItems, tx.EraseCodeChanges, tx.ErasePerson} {
		if err := erase(ctx, userID); err != nil {
			return err
		}
	}
	for _, id := range employees {
		for _, erase := range []func(context.Context, string) error{tx.EraseSheet, tx.EraseOtherRows, tx.EraseEmployee} {
			if err := erase(ctx, id); err != nil {
				return err
			}
		}
	}
	tx.Audit("erased", map[string]string{
		"accesses": strconv.FormatInt(accesses, 10), "stamps": strconv.FormatInt(stamps, 10), "days": strconv.FormatInt(days, 10),
	})
	return nil
}
