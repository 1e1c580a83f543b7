package engine

import (
	"context"
	"sync"
	"time"
)

// Budget spends no more than a number of calls in any minute. It counts by the engine's clock and not with x/time/rate, whose burst
// lets twice the number through in an unlucky minute.
type Budget struct {
	clock Clock
	mu    sync.Mutex
	calls []time.Time // ring of the last calls
	next  int
}

// NewBudget makes a budget of perMinute calls by the clock c.
func NewBudget(c Clock, perMinute int) *Budget {
	return &Budget{clock: c, calls: make([]time.Time, perMinute)}
}

// Resize changes the number of calls a minute from now on. Calls spent lately count on.
func (b *Budget) Resize(perMinute int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if perMinute == len(b.calls) {
		return
	}
	calls := make([]time.Time, perMinute) // the newest calls last, as far as they fit; next is the oldest slot
	for i := range min(perMinute, len(b.calls)) {
		calls[perMinute-1-i] = b.calls[(b.next-1-i+2*len(b.calls))%len(b.calls)]
	}
	b.calls, b.next = calls, 0
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
	if free = b.freeAt(b.next); !free.IsZero() {
		return free
	}
	b.calls[b.next] = b.clock.Now()
	b.next = (b.next + 1) % len(b.calls)
	return time.Time{}
}

// freeAt is when the call in a slot is a minute old; zero when it is already. The PC's clock may have been set back: nobody waits longer
// than a minute for that.
func (b *Budget) freeAt(slot int) time.Time {
	if b.calls[slot].IsZero() {
		return time.Time{}
	}
	free := b.calls[slot].Add(time.Minute)
	if now := b.clock.Now(); !free.After(now) || free.After(now.Add(time.Minute)) {
		return time.Time{}
	}
	return free
}

// spareAt is when there is a call to spare: one that leaves a third of the budget to the readings, which must not wait for what can wait.
// It is zero when there is one now.
func (b *Budget) spareAt() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.freeAt((b.next + len(b.calls)/3) % len(b.calls))
}

// SetLimit changes how many calls a minute there are; calls made already count.
func (b *Budget) SetLimit(perMinute int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	made := append(b.calls[b.next:len(b.calls):len(b.calls)], b.calls[:b.next]...) // oldest first
	b.calls, b.next = make([]time.Time, perMinute), 0
	if len(made) > perMinute {
		made = made[len(made)-perMinute:]
	}
	copy(b.calls[perMinute-len(made):], made)
}
