package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

const (
	// requestLife is how long Salesforce may still carry out a request whose sender has given up: 10 minutes, and some to be sure.
	requestLife = 12 * time.Minute
	// unknownFor is how long an outcome may stay unknown before a person is told.
	unknownFor = time.Hour
)

// markLeftovers turns rows that an earlier process left as sending into unknown ones: it may have died before, while or after they were
// carried out.
func (e *Engine) markLeftovers(ctx context.Context) error {
	return e.inBatches(ctx, func(ctx context.Context, tx *store.Tx) (int, error) {
		rows, err := tx.StampsSending(ctx, rowsACall)
		for _, row := range rows {
			tx.Audit("left_over", map[string]string{"key": row.Key})
			if err := tx.StampUnknown(ctx, store.StampUnknownParams{Since: store.Millis(tx.Now()), Answer: "left over", ID: row.ID}); err != nil {
				return 0, err
			}
		}
		return len(rows), err
	})
}

// inBatches repeats f, one transaction each, until it finds less than a call's worth of rows.
func (e *Engine) inBatches(ctx context.Context, f func(context.Context, *store.Tx) (int, error)) error {
	for {
		n := 0
		err := e.update(ctx, func(tx *store.Tx) (err error) {
			n, err = f(ctx, tx)
			return err
		})
		if err != nil || n < rowsACall {
			return err
		}
	}
}

// settle finds out what became of rows with an unknown outcome, by their keys. A row that TeamSpirit has is accepted. A row that it has
// not may be sent again: at once where the key field is unique, since a late first attempt then meets a duplicate; and otherwise only
// when no attempt can be carried out any more. (An upsert by a plain external id could meet its own late first attempt and change the
// row that is there, so it waits as well.)
func (e *Engine) settle(ctx context.Context, r rights) error {
	for {
		var rows []store.Outbox
		err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
			rows, err = q.StampsUnknown(ctx, store.StampsUnknownParams{Now: store.Millis(e.now()), Most: rowsAtOnce})
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		asked := e.now()
		found, err := e.findByKey(ctx, rows)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(rows, daysAtOnce) {
			err := e.update(ctx, func(tx *store.Tx) error {
				for _, row := range some {
					if err := e.settleRow(ctx, tx, r, row, found[row.Key], asked); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		if len(rows) < rowsAtOnce {
			return nil
		}
	}
}

func (e *Engine) findByKey(ctx context.Context, rows []store.Outbox) (map[string]teamspirit.Row, error) {
	found := make(map[string]teamspirit.Row, len(rows))
	take := func(page []teamspirit.Row) error {
		for _, r := range page {
			if old, double := found[r.Key]; !double || r.Created.Before(old.Created) {
				found[r.Key] = r
			}
		}
		return nil
	}
	err := e.rowsOfKeys(ctx, rows, take)
	if err != nil {
		return nil, trouble{sideSalesforce, fmt.Errorf("looking %d stamps up by key: %w", len(rows), err)}
	}
	return found, nil
}

// rowsOfKeys asks for the rows by key, or where that would take more calls, for all rows of their days.
func (e *Engine) rowsOfKeys(ctx context.Context, rows []store.Outbox, yield func([]teamspirit.Row) error) error {
	days := asks(rows)
	if 10*rowsACall*len(days) < len(rows) {
		for _, a := range days {
			if err := e.p.TeamSpirit.Rows(ctx, a.first.Start(), a.last.End(), a.employees, yield); err != nil {
				return err
			}
		}
		return nil
	}
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.Key
	}
	list, err := e.p.TeamSpirit.RowsByKey(ctx, keys)
	if err != nil {
		return err
	}
	return yield(list)
}

func (e *Engine) settleRow(ctx context.Context, tx *store.Tx, r rights, row store.Outbox, found teamspirit.Row, asked time.Time) error {
	if found.ID != "" {
		if row.Answer == duplicateValue && row.Attempts == 1 {
			// It was there before our only attempt.
			if err := meetOurs(ctx, tx); err != nil {
				return err
			}
		}
		return e.accepted(ctx, tx, row, found.ID, "found by key")
	}
	since := store.Time(row.UnknownSince)
	if row.Answer == duplicateValue {
		return e.duplicateOfNothing(ctx, tx, row, asked)
	}
	if r.Key == teamspirit.KeyUnique && !mutated("R16") || asked.Sub(since) >= requestLife || mutated("M15") {
		tx.Audit("settled", map[string]string{"key": row.Key, "found": "false"})
		return tx.StampBack(ctx, store.StampBackParams{Answer: "not there", ID: row.ID})
	}
	if asked.Sub(since) >= unknownFor {
		if err := openItem(ctx, tx, unknownOutcome(row)); err != nil {
			return err
		}
	}
	return tx.StampUnknown(ctx, store.StampUnknownParams{
		Since: row.UnknownSince, NotBefore: store.Millis(nextLook(since, asked)), Answer: row.Answer, ID: row.ID,
	})
}

const (
	// duplicateValue is Salesforce's word for a unique field that has this value already.
	duplicateValue = "DUPLICATE_VALUE"
	// duplicateAgain: a row that is there but hidden from this user shows up when somebody gives the rights, not sooner.
	duplicateAgain = 30 * time.Minute
)

// duplicateOfNothing: Salesforce refuses the key as taken and shows no row with it. Sending again can't help; a person is told.
func (e *Engine) duplicateOfNothing(ctx context.Context, tx *store.Tx, row store.Outbox, asked time.Time) error {
	if err := openItem(ctx, tx, unknownOutcome(row)); err != nil {
		return err
	}
	return tx.StampUnknown(ctx, store.StampUnknownParams{
		Since: row.UnknownSince, NotBefore: store.Millis(asked.Add(duplicateAgain)), Answer: row.Answer, ID: row.ID,
	})
}

func unknownOutcome(row store.Outbox) item {
	return itemOf(attendance.UnknownOutcome, sourceDeliver).of(row.UserID, row.EmployeeID, dayOf(row.Day)).about(row.Kind)
}

// nextLook is when a row that is not there yet is looked for again: a late attempt mostly turns up at once.
func nextLook(since, now time.Time) time.Time {
	next := now.Add(2 * time.Minute)
	if since.After(now) { // a bulk job that is out of sight and may be at work for hours
		next = now.Add(recheckEvery)
	}
	if end := since.Add(requestLife); next.After(end) {
		return end
	}
	return next
}
