package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/roster"
	"dakokubridge/connector/store"
)

const (
	// codesATurn bounds how long a turn is held up by writing codes.
	codesATurn = 20
	// codesPause keeps turns apart that have nothing to do but codes.
	codesPause = time.Second
	// codeAttempts is how often a code is written that Akerun takes without keeping it, or answers with errors of its own.
	codeAttempts = 5
	// codesSeenFor is how long one reading of all users serves to tell whether a code is still the one that was to be replaced.
	codesSeenFor = 10 * time.Minute
	// codesOneByOne: for fewer changes than this, each user is read by itself, which costs less than reading all of them.
	codesOneByOne = 10
)

// The states of a code change, and why it ended without being written.
const (
	codeDone      = "done"
	codeFailed    = "failed"
	codeCancelled = "cancelled"

	codeChangedMeanwhile = "changed_meanwhile" // somebody else has given the user another code since
	codeNotTaken         = "not_taken"         // Akerun says yes and keeps the former code
)

// codesSeen is one reading of all users' codes.
type codesSeen struct {
	org  string
	at   time.Time // by the PC's clock
	code map[string]string
}

// codes writes ユーザーコード to Akerun: what waits, one by one, as far as the calls allow that reading leaves over. Each change is durable as
// sending before it leaves, and one whose outcome is unknown is settled by reading the user.
func (e *Engine) codes(ctx context.Context) error {
	if err := e.markCodesLeftOver(ctx); err != nil {
		return err
	}
	in, err := e.integration(ctx)
	if err != nil || in.AkerunOrg == "" || !e.mayCall(ctx, sideAkerun) {
		return err
	}
	worked := false
	for n := 0; n < codesATurn && ctx.Err() == nil && e.p.AkerunCalls.spareAt().IsZero(); n++ {
		c, ok, err := e.nextCode(ctx)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		worked = true
		if err := e.codeStep(ctx, in, c); err != nil {
			return err
		}
	}
	if !worked {
		return nil
	}
	if err := e.noteWell(ctx, sideAkerun); err != nil {
		return err
	}
	return e.rematchWhenWritten(ctx)
}

// markCodesLeftOver: an earlier process may have died before, while or after these were written.
func (e *Engine) markCodesLeftOver(ctx context.Context) error {
	if open, err := e.openCodes(ctx); err != nil || open == 0 {
		return err
	}
	return e.update(ctx, func(tx *store.Tx) error {
		rows, err := tx.CodeChangesLeftOver(ctx)
		for _, c := range rows {
			tx.Audit("user_code_left_over", codeDetail(c))
		}
		return err
	})
}

func (e *Engine) openCodes(ctx context.Context) (open int64, err error) {
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		open, err = q.CountOpenCodeChanges(ctx)
		return err
	})
	return open, err
}

// nextCode takes the next change that can be worked on: unknown outcomes first, then what waits.
func (e *Engine) nextCode(ctx context.Context) (c store.CodeChange, ok bool, err error) {
	now := store.Millis(e.now())
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		c, err = q.NextUnknownCodeChange(ctx, now)
		if errors.Is(err, sql.ErrNoRows) {
			c, err = q.NextCodeChange(ctx, now)
		}
		return err
	})
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("reading the next code to write: %w", err)
	}
	return c, true, nil
}

// codeStep settles one change or writes it.
func (e *Engine) codeStep(ctx context.Context, in store.Integration, c store.CodeChange) error {
	if c.State == "unknown" {
		return e.settleCode(ctx, in, c)
	}
	has, there, err := e.codeNow(ctx, in, c)
	if err != nil {
		return e.codeTrouble(ctx, c, c.Attempts, err)
	}
	switch {
	case !there:
		return e.endCode(ctx, c, codeFailed, akerun.CauseNotFound)
	case sameCode(has, c.Code):
		return e.endCode(ctx, c, codeDone, "there already")
	case !sameCode(has, c.Former):
		return e.codeChanged(ctx, c, has)
	}
	return e.writeCode(ctx, in, c)
}

func sameCode(a, b string) bool { return roster.CleanCode(a) == roster.CleanCode(b) }

// codeNow reads which code the user has now: by itself, or for long lists out of one reading of everyone. What is undone is always read by
// itself, for it must not take away what somebody has typed since.
func (e *Engine) codeNow(ctx context.Context, in store.Integration, c store.CodeChange) (code string, there bool, err error) {
	many, err := e.longList(ctx, c)
	if err != nil {
		return "", false, err
	}
	if !many {
		u, err := e.p.Akerun.User(ctx, in.AkerunOrg, c.UserID)
		if _, cause, _ := adviceOf(err); err != nil && cause == akerun.CauseNotFound {
			return "", false, nil
		}
		return u.Code, err == nil, err
	}
	now := e.p.Clock.Now()
	if age := now.Sub(e.seen.at); e.seen.org != in.AkerunOrg || age < 0 || age >= codesSeenFor {
		users, err := e.p.Akerun.AllUsers(ctx, in.AkerunOrg)
		if err != nil {
			return "", false, err
		}
		e.seen = codesSeen{org: in.AkerunOrg, at: now, code: make(map[string]string, len(users))}
		for _, u := range users {
			e.seen.code[u.ID] = u.Code
		}
	}
	code, there = e.seen.code[c.UserID]
	return code, there, nil
}

// longList tells whether c is one of many.
func (e *Engine) longList(ctx context.Context, c store.CodeChange) (bool, error) {
	open, err := e.openCodes(ctx)
	if err != nil || open < codesOneByOne {
		return false, err
	}
	var l store.CodeList
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		l, err = q.CodeList(ctx, c.List)
		return err
	})
	return l.Undoes == 0, err
}

// rematchWhenWritten matches people anew from what is stored when nothing waits any more: the codes that were written link people without
// another reading of both sides.
func (e *Engine) rematchWhenWritten(ctx context.Context) error {
	open, err := e.openCodes(ctx)
	if err != nil || open > 0 {
		return err
	}
	seal, err := e.p.Sealer(ctx)
	if err != nil {
		return trouble{sideAkerun, locked{err}}
	}
	in, err := e.integration(ctx)
	if err != nil {
		return err
	}
	return e.update(ctx, func(tx *store.Tx) error {
		k := peopleKeeper{tx: tx, seal: seal, today: attendance.DayOf(tx.Now()), firstStart: store.Time(in.FirstStart)}
		return k.rematch(ctx)
	})
}

// WriteCodes writes all ユーザーコード that wait, and returns when none waits any more. It may be called beside Run; the loop's turns go on in
// between. The error is that of the first trouble with Akerun, which is noted as well.
func (e *Engine) WriteCodes(ctx context.Context) error {
	for {
		err := e.Locked(func() error {
			if in, err := e.integration(ctx); err != nil || in.AkerunOrg == "" {
				return err
			}
			return e.codes(ctx)
		})
		e.tellChange()
		if t, ok := asTrouble(err); ok {
			return errors.Join(err, e.noteTrouble(ctx, t))
		}
		if err != nil {
			return err
		}
		next := e.codesDue(ctx)
		if next.IsZero() {
			return ctx.Err()
		}
		if err := e.p.Clock.WaitUntil(ctx, next); err != nil {
			return err
		}
	}
}

// codesDue is when codes can be written next, by the PC's clock; zero when none waits or Akerun may not be called.
func (e *Engine) codesDue(ctx context.Context) time.Time {
	wall, now := e.p.Clock.Now().Round(0), e.now()
	if open, err := e.openCodes(ctx); err != nil || open == 0 || !e.mayCall(ctx, sideAkerun) {
		return time.Time{}
	}
	next := wall.Add(codesPause)
	if _, ready, err := e.nextCode(ctx); err != nil || !ready {
		later := int64(0)
		err = e.p.Store.View(ctx, func(q *store.Queries) (err error) {
			later, err = q.NextCodeChangeTime(ctx, store.Millis(now))
			return err
		})
		if err != nil || later == 0 {
			return time.Time{}
		}
		next = wall.Add(max(store.Time(later).Sub(now), codesPause))
	}
	if spare := e.p.AkerunCalls.spareAt(); spare.After(next) {
		return spare
	}
	return next
}
