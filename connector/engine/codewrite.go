package engine

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/store"
)

// writeCode writes one code: durable as sending before the first byte leaves, and the answer written down.
func (e *Engine) writeCode(ctx context.Context, in store.Integration, c store.CodeChange) error {
	sending := false
	err := e.update(ctx, func(tx *store.Tx) error {
		n, err := tx.CodeChangeSending(ctx, store.CodeChangeSendingParams{At: store.Millis(tx.Now()), ID: c.ID})
		sending = n == 1
		return err
	})
	if err != nil || !sending { // cancelled since it was taken
		return err
	}
	c.Attempts++
	if err := e.hook(ctx, HookCodeBeforeSend); err != nil {
		return err
	}
	_, err = e.p.Akerun.SetUserCode(ctx, in.AkerunOrg, c.UserID, c.Code)
	if hookErr := e.hook(ctx, HookCodeAfterSend); hookErr != nil {
		return hookErr
	}
	ctx = context.WithoutCancel(ctx) // what came of it is written down even while we are being stopped
	if err == nil {
		return e.endCode(ctx, c, codeDone, "")
	}
	if maybeSent(err) {
		return e.codeUnknown(ctx, c, err)
	}
	return e.codeTrouble(ctx, c, c.Attempts-1, err)
}

// codeUnknown notes that nobody knows whether a code was written. A trouble of the line or of the whole server is one of the side as well.
func (e *Engine) codeUnknown(ctx context.Context, c store.CodeChange, cause error) error {
	err := e.update(ctx, func(tx *store.Tx) error {
		return tx.CodeChangeUnknown(ctx, store.CodeChangeUnknownParams{NotBefore: store.Millis(tx.Now().Add(codeWait(c))), Why: causeOf(cause), ID: c.ID})
	})
	if err == nil && !aboutOneCode(cause) {
		return trouble{sideAkerun, cause}
	}
	return err
}

// codeWait is how long a change is left alone after a failure.
func codeWait(c store.CodeChange) time.Duration { return 5 * time.Second << min(c.Attempts, 6) }

// aboutOneCode tells whether an error may be about this one user or code, so that the others can go on.
func aboutOneCode(err error) bool {
	switch causeOf(err) {
	case akerun.CauseServer, akerun.CauseBadAnswer, akerun.CauseBadRequest, akerun.CauseNotFound, akerun.CauseNoRights:
		return true
	}
	return false
}

// codeTrouble notes a failure with which surely nothing was written; attempts is how often the code has left by now.
func (e *Engine) codeTrouble(ctx context.Context, c store.CodeChange, attempts int64, cause error) error {
	var refused *akerun.Error
	one := errors.As(cause, &refused) && aboutOneCode(cause)
	if one {
		attempts++
		if !maybeSent(cause) || attempts >= codeAttempts {
			return e.endCode(ctx, c, codeFailed, strings.TrimSpace(refused.Cause()+" "+refused.Code))
		}
	}
	err := e.update(ctx, func(tx *store.Tx) error {
		return tx.CodeChangeBack(ctx, store.CodeChangeBackParams{Attempts: attempts, NotBefore: store.Millis(tx.Now().Add(codeWait(c))), Why: causeOf(cause), ID: c.ID})
	})
	if err != nil || one {
		return err
	}
	return trouble{sideAkerun, cause}
}

// settleCode reads the user to find out what became of a change.
func (e *Engine) settleCode(ctx context.Context, in store.Integration, c store.CodeChange) error {
	u, err := e.p.Akerun.User(ctx, in.AkerunOrg, c.UserID)
	if causeOf(err) == akerun.CauseNotFound {
		return e.endCode(ctx, c, codeFailed, akerun.CauseNotFound)
	}
	if err != nil {
		return e.codeUnknown(ctx, c, err)
	}
	switch {
	case sameCode(u.Code, c.Code):
		return e.endCode(ctx, c, codeDone, "read back")
	case !sameCode(u.Code, c.Former):
		return e.codeChanged(ctx, c, u.Code)
	case c.Attempts >= codeAttempts:
		why := c.Why
		if why == "" || why == akerun.CauseBadAnswer {
			why = codeNotTaken
		}
		return e.endCode(ctx, c, codeFailed, why)
	}
	return e.update(ctx, func(tx *store.Tx) error {
		l, err := tx.CodeList(ctx, c.List)
		if err != nil {
			return err
		}
		if l.CancelledAt > 0 {
			tx.Audit("user_code_cancelled", codeDetail(c))
			return tx.CodeChangeEnded(ctx, store.CodeChangeEndedParams{State: codeCancelled, At: store.Millis(tx.Now()), ID: c.ID})
		}
		return tx.CodeChangeBack(ctx, store.CodeChangeBackParams{Attempts: c.Attempts, NotBefore: store.Millis(tx.Now().Add(codeWait(c))), Why: c.Why, ID: c.ID})
	})
}

// codeChanged gives a change up because the user has got another code by another hand, and remembers that code.
func (e *Engine) codeChanged(ctx context.Context, c store.CodeChange, has string) error {
	if err := e.endCode(ctx, c, codeFailed, codeChangedMeanwhile); err != nil {
		return err
	}
	return e.update(ctx, func(tx *store.Tx) error {
		return tx.SetPersonCode(ctx, store.SetPersonCodeParams{Code: has, UserID: c.UserID})
	})
}

// endCode writes down that a change is done, or that it won't be made.
func (e *Engine) endCode(ctx context.Context, c store.CodeChange, state, why string) error {
	if state == codeDone && e.seen.code != nil {
		e.seen.code[c.UserID] = c.Code
	}
	return e.update(ctx, func(tx *store.Tx) error {
		detail := codeDetail(c)
		if why != "" {
			detail["why"] = why
		}
		kind := "user_code"
		if state != codeDone {
			kind = "user_code_" + state
		}
		tx.Audit(kind, detail)
		if err := tx.CodeChangeEnded(ctx, store.CodeChangeEndedParams{State: state, Why: why, At: store.Millis(tx.Now()), ID: c.ID}); err != nil || state != codeDone {
			return err
		}
		if err := tx.SetPersonCode(ctx, store.SetPersonCodeParams{Code: c.Code, UserID: c.UserID}); err != nil {
			return err
		}
		// What waits for this user replaces the code that the user has now.
		return tx.RebaseCodeChanges(ctx, store.RebaseCodeChangesParams{Former: c.Code, UserID: c.UserID})
	})
}

// codeDetail is what the audit keeps of a change.
func codeDetail(c store.CodeChange) map[string]string {
	return map[string]string{"user": c.UserID, "code": c.Code, "former": c.Former, "list": strconv.FormatInt(c.List, 10), "attempt": strconv.FormatInt(c.Attempts, 10)}
}
