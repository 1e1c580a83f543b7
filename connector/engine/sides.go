package engine

import (
	"context"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// SignedIn writes down that a person has signed in to a side: 要再連携 of that side and its items end, and it is called again at once.
func SignedIn(ctx context.Context, tx *store.Tx, side string, p store.SideSignedInParams) error {
	if err := clearRelink(ctx, tx, side); err != nil {
		return err
	}
	for _, r := range sideReasons {
		if err := cure(ctx, tx, r, "", attendance.Day{}, side); err != nil {
			return err
		}
	}
	return tx.SideSignedIn(ctx, p)
}

// SignedOut writes down that a side's sign-in was ended on purpose.
func SignedOut(ctx context.Context, tx *store.Tx, side string) error {
	for _, r := range sideReasons {
		if err := cure(ctx, tx, r, "", attendance.Day{}, side); err != nil {
			return err
		}
	}
	return tx.SideSignedOut(ctx, side)
}

// ForgetCursors makes the readings begin anew for another 事業所. When one was linked before, only what comes from now on is read: what
// the former one showed until then is settled under it.
func ForgetCursors(ctx context.Context, tx *store.Tx, fromNow bool, org string) error {
	for _, name := range []string{readingNew, readingShort, readingFull} {
		fresh := store.SaveReadingParams{Name: name, Org: org}
		if fromNow && name == readingNew {
			fresh.FromAt = store.Millis(tx.Now())
		}
		if err := tx.SaveReading(ctx, fresh); err != nil {
			return err
		}
	}
	return tx.SaveReading(ctx, store.SaveReadingParams{Name: readingPeople})
}

// ReadRest reads what the linked 事業所 has shown until now, before next takes its place: it is settled under the former. Where the account may
// not read there any more, there is nothing to wait for. No stage may run meanwhile: see Locked.
func (e *Engine) ReadRest(ctx context.Context, next string) error {
	in, err := e.integration(ctx)
	if err != nil || in.AkerunOrg == "" || in.AkerunOrg == next || in.Phase != phaseWaiting && in.Phase != phaseRunning {
		return err
	}
	var side store.Side
	err = e.p.Store.View(ctx, func(q *store.Queries) (err error) {
		side, err = q.Side(ctx, sideAkerun)
		return err
	})
	if err != nil || side.RelinkCause != "" {
		return err
	}
	if !e.mayCall(ctx, sideAkerun) {
		return ErrNotNow
	}
	err = e.readAccesses(ctx, in)
	if advice, _ := AdviceOf(err); err != nil && advice == "ask" {
		return nil
	}
	return err
}
