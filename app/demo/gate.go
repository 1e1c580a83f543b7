package demo

import (
	"context"
	"sync"
	"time"

	"dakokubridge/connector/simulator/clock"
)

// gate is a clock that stops at an instant: whoever waits for a later one waits until the gate is opened further. Everything
// that is due before has then been done, however fast the clock runs or jumps.
type gate struct {
	*clock.Clock
	reached chan struct{} // gets a value when somebody waits beyond the end; holds one

	mu     sync.Mutex
	end    time.Time // zero: no end
	opened chan struct{}
}

func newGate(c *clock.Clock, end time.Time) *gate {
	return &gate{Clock: c, end: end, reached: make(chan struct{}, 1), opened: make(chan struct{})}
}

func (g *gate) until() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.end
}

// open moves the end.
func (g *gate) open(end time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.end = end
	close(g.opened)
	g.opened = make(chan struct{})
}

// WaitUntil returns when the clock has reached t, or with ctx's error. Beyond the end it goes as far as the end only.
func (g *gate) WaitUntil(ctx context.Context, t time.Time) error {
	for {
		g.mu.Lock()
		end, opened := g.end, g.opened
		g.mu.Unlock()
		if end.IsZero() || !t.After(end) {
			return g.Clock.WaitUntil(ctx, t)
		}
		if err := g.Clock.WaitUntil(ctx, end); err != nil {
			return err
		}
		select {
		case g.reached <- struct{}{}:
		default:
		}
		select {
		case <-opened:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
