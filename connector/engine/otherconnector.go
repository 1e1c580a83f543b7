package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

const (
	// otherSeen is the detail of OTHER_CONNECTOR that tells when a row of the other one was met last.
	otherSeen = "seen"
	// aloneAfter is how long no such row must have been met: every PC meets one a day on which somebody works.
	aloneAfter = 24 * time.Hour
)

// meetOther lists that a row of another connector was met: with a key of ours, or of the same accesses.
func meetOther(ctx context.Context, tx *store.Tx) error {
	return openItem(ctx, tx, itemOf(attendance.OtherConnector, sourceDeliver).with(map[string]string{otherSeen: japanTime(tx.Now())}))
}

// meetOurs lists that a row was met that another installation of this program wrote, and remembers it: see standby.go.
func meetOurs(ctx context.Context, tx *store.Tx) error {
	if err := meetOther(ctx, tx); err != nil {
		return err
	}
	return tx.MetOther(ctx, store.Millis(tx.Now()))
}

// forgetOther ends OTHER_CONNECTOR when the other one has been silent for a day, and not before this one has ceased to stand by.
func (e *Engine) forgetOther(ctx context.Context) error {
	var (
		live []store.Item
		in   store.Integration
		r    rights
	)
	err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
		if in, err = q.Integration(ctx); err != nil {
			return err
		}
		if r, err = readRights(ctx, q); err != nil {
			return err
		}
		live, err = q.LiveItemsOfDay(ctx, store.LiveItemsOfDayParams{})
		return err
	})
	if err != nil {
		return err
	}
	if in.OtherAt > 0 {
		if !alone(in, r.Key, e.now()) {
			return nil
		}
		if err := e.update(ctx, func(tx *store.Tx) error { return tx.ForgetOther(ctx) }); err != nil {
			return err
		}
	}
	for _, i := range live {
		if i.Reason != string(attendance.OtherConnector) {
			continue
		}
		var detail map[string]string
		if err := json.Unmarshal([]byte(i.Detail), &detail); err != nil {
			return fmt.Errorf("reading the item %d: %w", i.ID, err)
		}
		seen, err := time.Parse(time.RFC3339, detail[otherSeen])
		if err == nil && e.now().Sub(seen) < aloneAfter {
			continue
		}
		return e.update(ctx, func(tx *store.Tx) error { return cure(ctx, tx, attendance.OtherConnector, "", attendance.Day{}, "") })
	}
	return nil
}
