package engine

import (
	"context"
	"errors"
	"strconv"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

const (
	// clockOff is how far the PC's clock may be from the servers' before somebody is told.
	clockOff = 5 * time.Minute
	// silence is how long trusted time may be missing before somebody is told.
	silence = 5 * time.Minute
)

// watch looks after what no other stage does: the clock, the keychain, and sign-ins that would expire from disuse.
func (e *Engine) watch(ctx context.Context) error {
	sure := e.sure()
	wall := e.p.Clock.Now().Round(0)
	if err := e.state(ctx, itemOf(attendance.NoTrustedTime, sourceEngine), e.unsureFor(wall, sure) > silence); err != nil {
		return err
	}
	if !sure.IsZero() {
		wrong := wall.Sub(sure).Abs() > clockOff || e.trusted.apart() > clockOff
		if err := e.state(ctx, itemOf(attendance.ClockWrong, sourceEngine), wrong); err != nil {
			return err
		}
	}
	locked := e.p.Akerun.Tokens().Trouble() != nil || e.p.Salesforce.Tokens().Trouble() != nil
	if err := e.state(ctx, itemOf(attendance.Keychain, sourceEngine).about("token"), locked); err != nil {
		return err
	}
	if err := e.showLasting(ctx); err != nil {
		return err
	}
	if err := e.forgetOther(ctx); err != nil {
		return err
	}
	if err := e.forgetFuture(ctx); err != nil {
		return err
	}
	if err := e.showStuck(ctx); err != nil {
		return err
	}
	if err := e.showSilence(ctx); err != nil {
		return err
	}
	return e.keepAlive(ctx)
}

// auditRowsATurn is what verifying may read in one turn: about a tenth of a second.
const auditRowsATurn = 20_000

// verify walks along the audit chain once after each start, a part in each turn, and lists a break.
func (e *Engine) verify(ctx context.Context) error {
	if e.audit == nil {
		return nil
	}
	done, err := e.p.Store.WalkAudit(ctx, e.audit, auditRowsATurn)
	if err != nil || !done {
		return err
	}
	problems := e.audit.Report.Problems
	e.audit = nil
	broken := itemOf(attendance.AuditBroken, sourceEngine)
	if len(problems) > 0 {
		e.p.Log.Error("the audit chain does not verify", "problems", len(problems), "first", problems[0])
		broken = broken.with(map[string]string{"problems": strconv.Itoa(len(problems)), "first": problems[0]})
	}
	return e.state(ctx, broken, len(problems) > 0)
}

// showLasting lists a side that has been failing for a while although nobody called it again: it asked to be left alone.
func (e *Engine) showLasting(ctx context.Context) error {
	for _, name := range []string{sideAkerun, sideSalesforce} {
		var side store.Side
		err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
			side, err = q.Side(ctx, name)
			return err
		})
		if err != nil {
			return err
		}
		if side.FailingSince == 0 || e.now().Sub(store.Time(side.FailingSince)) < showAfter {
			continue
		}
		if err := e.state(ctx, itemOf(attendance.Reason(side.FailingCause), sourceEngine).about(name), true); err != nil {
			return err
		}
	}
	return nil
}

// state opens or cures an item, writing only where that changes something.
func (e *Engine) state(ctx context.Context, i item, holds bool) error {
	open := false
	err := e.p.Store.View(ctx, func(q *store.Queries) error {
		live, err := q.LiveItemsOfDay(ctx, store.LiveItemsOfDayParams{UserID: i.user, Day: numberOrNone(i.day)})
		for _, l := range live {
			open = open || l.Reason == string(i.reason) && l.Subject == i.subject
		}
		return err
	})
	if err != nil || open == holds {
		return err
	}
	if holds {
		return e.openItem(ctx, i)
	}
	return e.update(ctx, func(tx *store.Tx) error { return cure(ctx, tx, i.reason, i.user, i.day, i.subject) })
}

// unsureFor is for how long, by the PC's clock, trusted time has been missing.
func (e *Engine) unsureFor(wall, sure time.Time) time.Duration {
	switch {
	case !sure.IsZero():
		e.unsureSince = time.Time{}
		return 0
	case e.unsureSince.IsZero() || wall.Before(e.unsureSince):
		e.unsureSince = wall
	}
	return wall.Sub(e.unsureSince)
}

// keepAlive renews sign-ins that have been idle for a week: Salesforce lets them die after 30 days.
func (e *Engine) keepAlive(ctx context.Context) error {
	var errs []error
	if e.mayCall(ctx, sideAkerun) {
		if err := e.p.Akerun.Tokens().Idle(ctx); err != nil {
			errs = append(errs, e.noteTrouble(ctx, trouble{sideAkerun, err}))
		}
	}
	if e.mayCall(ctx, sideSalesforce) {
		if err := e.p.Salesforce.Tokens().Idle(ctx); err != nil {
			errs = append(errs, e.noteTrouble(ctx, trouble{sideSalesforce, err}))
		}
	}
	return errors.Join(errs...)
}
