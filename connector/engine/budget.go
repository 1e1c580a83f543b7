package engine

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Budget spends no more than a number of calls in any minute. It counts by the engine's clock and not with x/time/rate, whose burst
// lets twice the number through in an unlucky minute.
type Budget struct {
	clock Clock
	mu    sync.Mutex
	limit int
	calls []time.Time // of the last minute, oldest first
}

// NewBudget makes a budget of perMinute calls by the clock c.
func NewBudget(c Clock, perMinute int) *Budget {
	return &Budget{clock: c, limit: perMinute}
}

// Resize changes the number of calls a minute from now on. Calls spent lately count on.
func (b *Budget) Resize(perMinute int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = perMinute
}

// Pace waits until another call is within the budget, and spends it.
func (b *Budget) Pace(ctx context.Context) error {
	for ctx.Err() == nil {
		free := b.take()
		if free.IsZero() {
			return nil
		}
		if err := b.clock.WaitUntil(ctx, free); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// take spends a call. While there is none, it returns when one comes free.
func (b *Budget) take() (free time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if free = b.freeAt(b.limit); free.IsZero() {
		b.calls = append(b.calls, b.clock.Now().Round(0))
	}
	return free
}

// freeAt is when fewer than limit calls will have been made within a minute; zero when that is so now. A call that lies in the future was made
// before the PC's clock was set back; it is forgotten, because nobody waits for that.
func (b *Budget) freeAt(limit int) time.Time {
	now := b.clock.Now().Round(0) // by the wall clock, as waiting goes
	b.calls = slices.DeleteFunc(b.calls, func(c time.Time) bool { return c.After(now) || now.Sub(c) >= time.Minute })
	if len(b.calls) < limit {
		return time.Time{}
	}
	return b.calls[len(b.calls)-limit].Add(time.Minute)
}

// spareAt is when there is a call to spare: one that leaves a third of the budget to the readings, which must not wait for what can wait.
// It is zero when there is one now.
func (b *Budget) spareAt() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.freeAt(b.limit - b.limit/3)
}
