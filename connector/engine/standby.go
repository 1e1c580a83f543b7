package engine

import (
	"context"
	"time"

	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// How two installations on one organisation share the work where the key field lets a stamp be doubled.
//
// Nothing but the stamps themselves passes between them. Whoever finds that a stamp it was about to send is there already has met the other
// one, and stands by from then on: it looks for each stamp when it is due, and sends it only if it is still absent two intervals later. Whoever leads
// meets nobody, since a stand-by writes only what is missing. A stand-by is alone again when it has had to write a stamp although it had not met
// the other one for a day before.
//
// Who has written nothing for a day, as at the first start or on a Monday, may not be alone without knowing it. It waits a moment of its own, so that of several
// who begin at the same instant one is the first and the others meet its stamps.

// standsBy tells whether this installation stands by at an instant.
func standsBy(in store.Integration, key teamspirit.KeyKind, now time.Time) bool {
	if key == teamspirit.KeyUnique || in.OtherAt == 0 {
		return false
	}
	return !alone(in, key, now)
}

// alone tells whether another installation that was met has been silent for long.
func alone(in store.Integration, key teamspirit.KeyKind, now time.Time) bool {
	met := store.Time(in.OtherAt)
	if key == teamspirit.KeyUnique {
		return now.Sub(met) >= aloneAfter
	}
	return store.Time(in.WroteAt).Sub(met) >= aloneAfter
}

// lets is how long a stamp must be absent before it is sent.
func (e *Engine) lets(in store.Integration, key teamspirit.KeyKind, now time.Time) time.Duration {
	switch {
	case key == teamspirit.KeyUnique:
		return 0
	case standsBy(in, key, now):
		return 2*e.p.Poll + e.p.Moment
	case now.Sub(store.Time(in.WroteAt)) >= aloneAfter:
		return e.p.Moment
	}
	return 0
}

// stepBack keeps those of rows, all of which were looked for just now and are absent, that are to be sent, and puts the others off.
func (e *Engine) stepBack(ctx context.Context, r rights, rows []store.Outbox) (going []store.Outbox, err error) {
	in, err := e.integration(ctx)
	if err != nil {
		return nil, err
	}
	wait := e.lets(in, r.Key, e.now())
	if wait == 0 || len(rows) == 0 {
		return rows, nil
	}
	err = e.update(ctx, func(tx *store.Tx) error {
		going = make([]store.Outbox, 0, len(rows))
		for _, row := range rows {
			since := store.Time(row.AbsentSince)
			if row.AbsentSince == 0 || since.After(tx.Now()) {
				since = tx.Now()
			} else if tx.Now().Sub(since) >= wait {
				going = append(going, row)
				continue
			}
			if err := tx.StampAbsent(ctx, store.StampAbsentParams{Since: store.Millis(since), NotBefore: store.Millis(since.Add(wait)), ID: row.ID}); err != nil {
				return err
			}
		}
		return nil
	})
	return going, err
}

// StandsBy tells whether another installation leads, and this one sends only what the other one leaves out.
func StandsBy(ctx context.Context, q *store.Queries, now time.Time) (bool, error) {
	in, err := q.Integration(ctx)
	if err != nil {
		return false, err
	}
	r, err := readRights(ctx, q)
	return (in.Phase == phaseWaiting || in.Phase == phaseRunning) && standsBy(in, r.Key, now), err
}
