// Package clock holds the two clocks that a process can live by: the one of this PC, and for rehearsals the simulator's.
//
// Both notice that time has jumped, whether because the PC slept or because somebody set a clock. The package decides nothing
// by the time it tells: trusted time is the engine's.
package clock

import (
	"context"
	"time"
)

// tick is how long a wait goes on without looking at the clock. Timers stop while a PC sleeps, so a wait that began before the
// lid was closed would otherwise last too long by the whole sleep.
const tick = 15 * time.Second

// Wall is the clock of this PC.
type Wall struct {
	now func() time.Time // nil: time.Now
}

// Now is the PC's time in UTC, without the monotonic reading: it is compared with times from databases and servers.
func (w Wall) Now() time.Time {
	if w.now != nil {
		return w.now().UTC().Round(0)
	}
	return time.Now().UTC().Round(0)
}

// WaitUntil returns when the clock shows t or later, or with ctx's error. It looks again at least every 15 s.
func (w Wall) WaitUntil(ctx context.Context, t time.Time) error {
	for {
		left := t.Sub(w.Now())
		if left <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, min(left, tick)); err != nil {
			return err
		}
	}
}

// sleep waits for a span of real time.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
