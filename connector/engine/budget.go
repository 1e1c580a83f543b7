package engine

import (
	"context"
	"sync"
	"time"
)

// budget spends no more than a number of calls in any minute. It counts by the engine's clock and not with x/time/rate, whose burst
// lets twice the number through in an unlucky minute.
type budget struct {
	clock Clock
	mu    sync.Mutex
	calls []time.Time // ring of the last calls
	next  int
}

func newBudget(c Clock, perMinute int) *budget {
	return &budget{clock: c, calls: make([]time.Time, perMinute)}
}

// pace waits until another call is within the budget.
func (b *budget) pace(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if free := b.calls[b.next].Add(time.Minute); !b.calls[b.next].IsZero() {
		// The PC's clock may have been set back: nobody waits longer than a minute for that.
		if now := b.clock.Now(); free.After(now) && !free.After(now.Add(time.Minute)) {
			if err := b.clock.WaitUntil(ctx, free); err != nil {
				return err
			}
		}
	}
	b.calls[b.next] = b.clock.Now()
	b.next = (b.next + 1) % len(b.calls)
	return ctx.Err()
}
