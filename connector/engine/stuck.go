package engine

import (
	"context"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// stuckAfter is how long a stamp may be tried in vain before somebody is told: longer than a lock or the wait for a lost answer lasts.
const stuckAfter = 15 * time.Minute

// stuckSubject tells this item from the one about a side that answers nothing: reading goes well, so that one is cured at each reading.
const stuckSubject = sideSalesforce + " writing"

// showStuck lists that stamps are tried again and again and not taken although the side answers, as in a maintenance that only lets read.
func (e *Engine) showStuck(ctx context.Context) error {
	in, err := e.integration(ctx)
	if err != nil {
		return err
	}
	_, may, err := e.maySend(ctx, in)
	if err != nil {
		return err
	}
	stuck := int64(0)
	if may {
		err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
			stuck, err = q.CountStuck(ctx, store.Millis(e.now().Add(-stuckAfter)))
			return err
		})
		if err != nil {
			return err
		}
	}
	late, err := e.jobLate(ctx)
	if err != nil {
		return err
	}
	return e.state(ctx, itemOf(attendance.ServerTrouble, sourceEngine).about(stuckSubject), stuck > 0 || late)
}
