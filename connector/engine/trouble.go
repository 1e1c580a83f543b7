package engine

import (
	"context"
	"errors"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/transport"
)

// trouble is an error of one side. Stages return it; the loop notes it in the store.
type trouble struct {
	side string
	err  error
}

func (t trouble) Error() string { return t.side + ": " + t.err.Error() }
func (t trouble) Unwrap() error { return t.err }

func asTrouble(err error) (trouble, bool) {
	var t trouble
	ok := errors.As(err, &t)
	return t, ok
}

// advised is what the clients' errors tell of themselves.
type advised interface {
	error
	Advice() string        // again, ask or stop
	RetryAfter() time.Time // zero when the server named no time
	Cause() string         // of the client's closed set
	Sent() bool            // the request may have been carried out
}

// AdviceOf tells what the clients' errors tell of themselves: advice is again, ask or stop, cause is of the client's closed set.
func AdviceOf(err error) (advice, cause string) {
	advice, cause, _ = adviceOf(err)
	return advice, cause
}

func adviceOf(err error) (advice, cause string, after time.Time) {
	var a advised
	if errors.As(err, &a) {
		return a.Advice(), a.Cause(), a.RetryAfter()
	}
	return "stop", "unexpected", time.Time{}
}

// maybeSent tells whether the request of err may have been carried out. Whatever can't be told may have been.
func maybeSent(err error) bool {
	var a advised
	return !errors.As(err, &a) || a.Sent()
}

// How long a side is left alone after a failure that names no time itself.
const (
	// againLongest bounds the doubling: a side that is back is noticed within five minutes.
	againLongest = 5 * time.Minute
	// askEvery: rights and sign-ins come back by a person's hand, who should not have to press anything in this program for it.
	askEvery = 10 * time.Minute
	// limitEvery: a used-up limit of the day frees itself bit by bit.
	limitEvery = 15 * time.Minute
	// showAfter keeps short breaks of the network out of 停止中.
	showAfter = 4 * time.Minute
)

// reasonOf names a cause in the rules' words.
func reasonOf(side, advice, cause string) attendance.Reason {
	switch cause {
	case "login_needed", "ip_restricted", "app_blocked", "app_not_installed":
		return attendance.LoginNeeded
	case "no_rights", "not_allowed":
		if side == sideSalesforce {
			return attendance.ObjectOutOfReach
		}
		return attendance.RightsLost
	case "not_found":
		return attendance.ObjectOutOfReach
	case "wrong_org":
		return attendance.WrongTenant
	case "locked", "keychain":
		return attendance.Keychain
	case "limit", "rate_limited", "storage":
		return attendance.LimitReached
	case "tls":
		return attendance.TLSRefused
	case "server":
		return attendance.ServerTrouble
	case "offline", "timeout", "proxy":
		return attendance.Offline
	}
	if advice == "ask" {
		return attendance.LoginNeeded
	}
	return attendance.BadAnswer
}

// sideReasons are the items that a side opens about itself and that end when it answers well again.
var sideReasons = []attendance.Reason{
	attendance.LoginNeeded, attendance.RightsLost, attendance.ObjectOutOfReach, attendance.WrongTenant, attendance.Keychain,
	attendance.LimitReached, attendance.TLSRefused, attendance.ServerTrouble, attendance.Offline, attendance.BadAnswer,
}

// noteTrouble writes down that a side fails: when it may be called again, and, when a person must act or it has lasted, the item.
func (e *Engine) noteTrouble(ctx context.Context, t trouble) error {
	if ctx.Err() != nil {
		return nil // we are being stopped: that is no news of the side
	}
	advice, cause, after := adviceOf(t.err)
	e.p.Log.Warn("a side fails", "side", t.side, "advice", advice, "cause", cause, "error", t.err)
	return e.update(ctx, func(tx *store.Tx) error {
		side, err := tx.Side(ctx, t.side)
		if err != nil {
			return err
		}
		reason := reasonOf(t.side, advice, cause)
		// Before any server has told the time, the next poll tries again: an hour reckoned by a PC whose clock is fast may be half a day.
		if at := tx.Now().Add(patience(advice, cause, side.Failures, e.p.Poll)); after.Before(at) && e.trusted.heard() {
			after = at
		}
		if err := tx.SideFailed(ctx, store.SideFailedParams{At: store.Millis(tx.Now()), Cause: string(reason), NotBefore: store.Millis(after), Name: t.side}); err != nil {
			return err
		}
		if side.FailingCause != string(reason) {
			tx.Audit("side_failed", map[string]string{"side": t.side, "reason": string(reason), "cause": cause})
		}
		if advice == "ask" && relinkCauses[reason] && side.RelinkCause == "" {
			if err := e.setRelink(ctx, tx, t.side, reason); err != nil {
				return err
			}
		}
		// A second failure after a long silence has lasted, too: nobody knows when it began.
		lasted := side.FailingSince > 0 && (tx.Now().Sub(store.Time(side.FailingSince)) >= showAfter || e.trusted.silence(t.side) >= showAfter)
		if advice != "again" || lasted {
			return openItem(ctx, tx, itemOf(reason, sourceEngine).about(t.side).with(network(cause, t.err)))
		}
		return nil
	})
}

// network tells what an administrator of the network has to know of a failure: that it is the proxy, or who signs certificates in between.
func network(cause string, err error) map[string]string {
	if cause == transport.CauseProxy {
		return map[string]string{"cause": cause}
	}
	if issuer := transport.Issuer(err); issuer != "" {
		return map[string]string{"issuer": issuer}
	}
	return nil
}

// patience is how long a side is left alone.
func patience(advice, cause string, failures int64, poll time.Duration) time.Duration {
	switch {
	case cause == "limit" || cause == "storage":
		return limitEvery
	case advice == "ask" || advice == "stop":
		return askEvery
	case cause == "offline":
		return poll // nothing reaches the server, so nothing has to be spared
	}
	wait := 5 * time.Second << min(failures, 10)
	return min(wait, againLongest)
}

// relinkCauses are the causes of 要再連携.
var relinkCauses = map[attendance.Reason]bool{
	attendance.LoginNeeded: true, attendance.RightsLost: true, attendance.EmployeeRights: true,
	attendance.ObjectOutOfReach: true, attendance.WrongTenant: true,
}

func (e *Engine) setRelink(ctx context.Context, tx *store.Tx, side string, reason attendance.Reason) error {
	tx.Audit("relink_needed", map[string]string{"side": side, "reason": string(reason)})
	if err := tx.SetRelink(ctx, store.SetRelinkParams{Cause: string(reason), Since: store.Millis(tx.Now()), Name: side}); err != nil {
		return err
	}
	return openItem(ctx, tx, itemOf(reason, sourceEngine).about(side))
}

// clearRelink ends 要再連携 of a side and cures its items.
func clearRelink(ctx context.Context, tx *store.Tx, side string) error {
	s, err := tx.Side(ctx, side)
	if err != nil {
		return err
	}
	if s.RelinkCause == "" {
		return nil
	}
	tx.Audit("relink_cured", map[string]string{"side": side, "reason": s.RelinkCause})
	if err := tx.SetRelink(ctx, store.SetRelinkParams{Name: side}); err != nil {
		return err
	}
	return cure(ctx, tx, attendance.Reason(s.RelinkCause), "", attendance.Day{}, side)
}

// noteWell writes down that a side answers again. Rights that Salesforce refused are cured by the check of rights alone.
func (e *Engine) noteWell(ctx context.Context, name string) error {
	var side store.Side
	err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
		side, err = q.Side(ctx, name)
		return err
	})
	if err != nil || (side.FailingSince == 0 && side.NotBefore == 0) {
		return err
	}
	return e.update(ctx, func(tx *store.Tx) error {
		if err := tx.SideWell(ctx, name); err != nil {
			return err
		}
		tx.Audit("side_well", map[string]string{"side": name, "reason": side.FailingCause})
		for _, r := range sideReasons {
			if string(r) == side.RelinkCause && !selfCuring(name, r) {
				continue
			}
			if err := cure(ctx, tx, r, "", attendance.Day{}, name); err != nil {
				return err
			}
		}
		if selfCuring(name, attendance.Reason(side.RelinkCause)) {
			return clearRelink(ctx, tx, name)
		}
		return nil
	})
}

// selfCuring tells whether an answer alone proves that the cause is gone: Akerun reads again, or a sign-in works again. What the
// Salesforce user may write is proven by the check of rights only.
func selfCuring(side string, r attendance.Reason) bool {
	return side == sideAkerun || r == attendance.LoginNeeded
}

// mayCall tells whether a side may be called now: it has a sign-in and has not asked to be left alone.
func (e *Engine) mayCall(ctx context.Context, name string) bool {
	ok := false
	_ = e.p.Store.View(ctx, func(q *store.Queries) error {
		side, err := q.Side(ctx, name)
		ok = err == nil && side.SignedInAt > 0 && (side.NotBefore <= store.Millis(e.now()) || e.unreached(side))
		return err
	})
	return ok
}
