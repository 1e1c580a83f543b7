//go:build mutants

package engine

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// mutated tells whether the engine is wrong in a named way: the one that the environment names.
func mutated(name string) bool { return os.Getenv("DAKOKUBRIDGE_MUTANT") == name }

// mutantCursor, M1: the cursor is saved before the rows.
func (e *Engine) mutantCursor(ctx context.Context, save func(*store.Tx) error) error {
	if !mutated("M1") {
		return nil
	}
	return e.update(ctx, save)
}

// mutantPayloads, M2: no attempt knows of another, for none has a key.
func mutantPayloads(payloads [][]byte, n teamspirit.Names) [][]byte {
	if !mutated("M2") {
		return payloads
	}
	out := slices.Clone(payloads)
	for i, p := range out {
		begin := bytes.Index(p, fmt.Appendf(nil, `,"%s":"`, n.UniqueKey))
		end := begin + len(n.UniqueKey) + len(`,"":"`)
		end += bytes.IndexByte(p[end:], '"') + 1
		out[i] = slices.Concat(p[:begin], p[end:])
	}
	return out
}

// mutantReading, M4: reading goes on after the last access's time, and the ids count for nothing.
func (e *Engine) mutantReading(ctx context.Context, r store.Reading) store.Reading {
	if !mutated("M4") {
		return r
	}
	_ = e.p.Store.View(ctx, func(q *store.Queries) error {
		last, err := q.LastAccess(ctx, r.Org)
		if err == nil {
			r.FromAt = max(r.FromAt, last.At+2000) // one second is taken off where the page is asked for
		}
		return nil
	})
	r.AfterID = ""
	return r
}

// mutantQuery, M10: one page is asked for, the newest rows.
func mutantQuery(q akerun.AccessQuery) akerun.AccessQuery {
	if mutated("M10") {
		q.AfterID, q.Descending = "", true
	}
	return q
}

// mutantDay, M5: days begin at midnight.
func mutantDay(at time.Time) attendance.Day {
	if mutated("M5") {
		at = at.Add(5 * time.Hour)
	}
	return attendance.DayOf(at)
}

// mutantRows, M8: what is older than 24 hours is not sent. M11: nothing passes the first row.
func (e *Engine) mutantRows(rows []store.Outbox) []store.Outbox {
	switch {
	case mutated("M8"):
		return slices.DeleteFunc(rows, func(r store.Outbox) bool { return e.now().Sub(store.Time(r.At)) > 24*time.Hour })
	case mutated("M11"):
		slices.SortFunc(rows, func(a, b store.Outbox) int { return cmp.Compare(a.ID, b.ID) })
		return rows[:min(1, len(rows))]
	}
	return rows
}

// mutantDone, M12: rows are called done before they are sent.
func (e *Engine) mutantDone(ctx context.Context, rows []store.Outbox) error {
	if !mutated("M12") {
		return nil
	}
	return e.update(ctx, func(tx *store.Tx) error {
		for _, row := range rows {
			if err := tx.StampOnSheet(ctx, row.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// mutantWait, M3: what failed is not tried again.
func mutantWait(notBefore int64) int64 {
	if mutated("M3") {
		return store.Millis(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	}
	return notBefore
}
