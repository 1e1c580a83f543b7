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

// jump is how far the PC's clock may go apart from the time that has really passed before a wait ends early. What NTP corrects is less.
const jump = 30 * time.Second

// Wall is the clock of this PC.
type Wall struct {
	now func() time.Time // nil: time.Now
}

// Now is the PC's time with Go's monotonic reading, and so in the zone of the PC: turning it into another takes that reading off. A span
// between two readings is the time that has really passed, whatever anybody does to the clock meanwhile.
func (w Wall) Now() time.Time {
	if w.now != nil {
		return w.now()
	}
	return time.Now()
}

// WaitUntil returns when the clock shows t or later, or with ctx's error. It looks again at least every 15 s, and returns early when the
// clock has been set or the PC has slept meanwhile: t was reckoned by a clock that no longer holds, and waiting for it could take hours too long.
func (w Wall) WaitUntil(ctx context.Context, t time.Time) error {
	t = t.Round(0) // by the wall clock alone
	began, since := w.Now().Round(0), time.Now()
	for {
		now := w.Now().Round(0)
		left := t.Sub(now)
		if left <= 0 {
			return ctx.Err()
		}
		if (now.Sub(began) - time.Since(since)).Abs() > jump {
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
