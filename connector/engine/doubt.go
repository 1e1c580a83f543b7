package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

const (
	// doubtSeen is the detail of UNREADABLE_ACCESS and FUTURE_ACCESS that tells when such a row was met last.
	doubtSeen = "seen"
	// doubtAt is the detail that holds the instant of a row whose time can't be right.
	doubtAt = "at"
	// onTime is how old a row of a door may be when it is first seen, so that it shows a right clock and no late upload of a wrong one.
	onTime = 15 * time.Minute
	// pastFuture is how long after its own instant a row from the future is listed, when its door says nothing any more.
	pastFuture = 24 * time.Hour
)

// doubt is a live item about a row, or a door's rows, that could not be right.
type doubt struct {
	id      int64
	reason  attendance.Reason
	subject string // the door for an impossible time, else the row's id
	since   time.Time
	seen    time.Time // when such a row was met last
	at      time.Time // the impossible instant; zero for a row that can't be read
}

// doubts lists what is live of UNREADABLE_ACCESS and FUTURE_ACCESS.
func doubts(ctx context.Context, q *store.Queries) ([]doubt, error) {
	live, err := q.LiveItemsOfDay(ctx, store.LiveItemsOfDayParams{})
	if err != nil {
		return nil, err
	}
	var found []doubt
	for _, i := range live {
		d := doubt{id: i.ID, reason: attendance.Reason(i.Reason), subject: i.Subject, since: store.Time(i.Since), seen: store.Time(i.Since)}
		if d.reason != attendance.UnreadableAccess && d.reason != attendance.FutureAccess {
			continue
		}
		var detail map[string]string
		if err := json.Unmarshal([]byte(i.Detail), &detail); err != nil {
			return nil, fmt.Errorf("reading the item %d: %w", i.ID, err)
		}
		if t, err := time.Parse(time.RFC3339, detail[doubtSeen]); err == nil {
			d.seen = t
		}
		if t, err := time.Parse(time.RFC3339, detail[doubtAt]); err == nil {
			d.at = t
		}
		found = append(found, d)
	}
	return found, nil
}

// settleDoubts ends what a sound row proves to be over: the row itself could not be read before, or its door's clock was wrong and is right. Only
// a new row tells of the clock: one from the future is sound, too, when it is met again after its time has come.
func (k *keeping) settleDoubts(ctx context.Context, a akerun.Access, added bool) error {
	for _, d := range k.doubts {
		mended := d.at.IsZero() && d.subject == a.ID
		right := added && !d.at.IsZero() && d.subject == a.DoorID && a.At.After(d.seen) && k.seen.Sub(a.At) <= onTime
		if !mended && !right {
			continue
		}
		if err := d.end(ctx, k.tx); err != nil {
			return err
		}
		k.doubts = slices.DeleteFunc(slices.Clone(k.doubts), func(o doubt) bool { return o.id == d.id })
	}
	return nil
}

func (d doubt) end(ctx context.Context, tx *store.Tx) error {
	return cure(ctx, tx, d.reason, "", attendance.Day{}, d.subject)
}

// forgetUnmet ends UNREADABLE_ACCESS of a row that a whole look-back has passed without meeting it: Akerun does not serve it any more. Rows
// from before the look-back's window it can't tell anything of.
func forgetUnmet(ctx context.Context, tx *store.Tx, r store.Reading) error {
	if r.Name != readingFull {
		return nil
	}
	live, err := doubts(ctx, tx.Queries)
	if err != nil {
		return err
	}
	for _, d := range live {
		if d.at.IsZero() && d.seen.Before(store.Time(r.BegunAt)) && !d.since.Before(store.Time(r.FromAt)) {
			if err := d.end(ctx, tx); err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetFuture ends FUTURE_ACCESS when the instant has been reached, a day has passed, and no further row came from the future.
func (e *Engine) forgetFuture(ctx context.Context) error {
	var live []doubt
	err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
		live, err = doubts(ctx, q)
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range live {
		if d.reason != attendance.FutureAccess || e.now().Before(d.at.Add(pastFuture)) {
			continue
		}
		if err := e.update(ctx, func(tx *store.Tx) error { return d.end(ctx, tx) }); err != nil {
			return err
		}
	}
	return nil
}
