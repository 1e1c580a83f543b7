// Package clock is the time that both simulated servers, and a connector in step with them, live in.
//
// It knows nothing of servers or companies, and it is not for production: the engine takes it only where every base URL is a
// loopback address.
package clock

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
)

// Mode says how a Clock moves.
type Mode string

const (
	// ModeJump stands still until it is set or somebody waits: WaitUntil moves it to the instant waited for.
	ModeJump Mode = "jump"
	// ModeSpeed runs a fixed number of times faster (or slower) than real time.
	ModeSpeed Mode = "speed"
	// ModeReal runs as the machine's clock does, at an offset. Inside a testing/synctest bubble that is the bubble's virtual time.
	ModeReal Mode = "real"
)

// settle is how long, in real time, a waiter of a jumping clock lets others announce an earlier instant before it jumps.
// Two goroutines that wait in turns then meet their instants in order, and a lone waiter still plays days in seconds.
const settle = 200 * time.Microsecond

// longestSleep bounds one sleep of a running clock, so that a PC that slept, or a changed wall clock, is noticed.
const longestSleep = 15 * time.Second

// ErrBackwards is returned by Set and Advance when they would turn time back, which no server's clock does.
var ErrBackwards = errors.New("the simulated clock does not go backwards")

// Clock is a settable clock, safe for concurrent use. It starts no goroutine. Make one with Jump, Speed or Real.
type Clock struct {
	mu      sync.Mutex
	mode    Mode
	speed   float64
	base    time.Time        // simulated time at started, UTC
	started time.Time        // real time of base; unused by ModeJump
	changed chan struct{}    // closed and replaced whenever base or speed is changed from outside, or a waiter jumped
	waiting map[*waiter]bool // of a jumping clock
}

type waiter struct{ until time.Time }

// Jump returns a clock that stands at the given instant and jumps to whatever is waited for.
func Jump(at time.Time) *Clock {
	return &Clock{mode: ModeJump, base: plain(at), changed: make(chan struct{}), waiting: map[*waiter]bool{}}
}

// Speed returns a clock that shows the given instant now and runs times times as fast as real time. A value that is not
// positive and finite counts as 1.
func Speed(at time.Time, times float64) *Clock {
	return &Clock{mode: ModeSpeed, speed: sound(times), base: plain(at), started: time.Now(), changed: make(chan struct{})}
}

// Real returns a clock that is always offset ahead of the machine's wall clock.
func Real(offset time.Duration) *Clock {
	now := time.Now().Round(0) // without the monotonic reading, so that a sleeping PC's time passes too
	return &Clock{mode: ModeReal, speed: 1, base: plain(now.Add(offset)), started: now, changed: make(chan struct{})}
}

// Now returns the simulated instant in UTC, without a monotonic reading.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	if c.mode == ModeJump {
		return c.base
	}
	real := time.Since(c.started)
	if c.speed == 1 {
		return c.base.Add(real)
	}
	return c.base.Add(time.Duration(float64(real) * c.speed))
}

// Set moves the clock to t. It returns ErrBackwards, and changes nothing, when t lies before Now.
func (c *Clock) Set(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); t.Before(now) {
		return fmt.Errorf("setting the clock from %s to %s: %w", now.Format(time.RFC3339), t.Format(time.RFC3339), ErrBackwards)
	}
	c.restart(plain(t))
	return nil
}

// Advance moves the clock forward by d of simulated time.
func (c *Clock) Advance(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d < 0 {
		return fmt.Errorf("advancing the clock by %s: %w", d, ErrBackwards)
	}
	c.restart(c.now().Add(d))
	return nil
}

// SetSpeed makes the clock run times times as fast as real time from now on, whatever its mode was.
func (c *Clock) SetSpeed(times float64) error {
	if sound(times) != times {
		return fmt.Errorf("setting the clock's speed to %v: it must be a positive number", times)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	c.mode, c.speed = ModeSpeed, times
	c.restart(now)
	return nil
}

// restart lets the clock go on from t and wakes everybody who waits; the caller holds the lock.
func (c *Clock) restart(t time.Time) {
	c.base, c.started = t, time.Now()
	if c.mode == ModeReal {
		c.started = c.started.Round(0)
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// WaitUntil returns nil as soon as the clock shows t or later, and the context's error when that ends first.
//
// A running clock sleeps (t − now) / speed of real time and notices when it is set or its speed changes meanwhile. A jumping
// clock moves itself: once no other waiter asks for an earlier instant it jumps to t, so of several waiters the one with the
// earliest instant returns first, and the others look again.
func (c *Clock) WaitUntil(ctx context.Context, t time.Time) error {
	w := &waiter{until: plain(t)}
	defer c.leave(w)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		sleep, changed, there := c.approach(w)
		if there {
			return nil
		}
		timer := time.NewTimer(sleep)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-changed:
			timer.Stop()
		case <-timer.C:
			c.jump(w)
		}
	}
}

// approach tells whether w's instant has come, and if not, how long to sleep for it and what announces a change.
func (c *Clock) approach(w *waiter) (sleep time.Duration, changed <-chan struct{}, there bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := w.until.Sub(c.now())
	if left <= 0 {
		return 0, nil, true
	}
	if c.mode == ModeJump {
		c.waiting[w] = true
		return settle, c.changed, false
	}
	real := math.Ceil(float64(left)/c.speed) + 1
	return time.Duration(math.Min(real, float64(longestSleep))), c.changed, false
}

// jump moves a jumping clock to w's instant if nobody waits for an earlier one.
func (c *Clock) jump(w *waiter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mode != ModeJump || !c.base.Before(w.until) {
		return
	}
	for other := range c.waiting {
		if other.until.Before(w.until) {
			return
		}
	}
	c.restart(w.until)
}

func (c *Clock) leave(w *waiter) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waiting, w)
}

func plain(t time.Time) time.Time { return t.Round(0).UTC() }

func sound(times float64) float64 {
	if times > 0 && !math.IsInf(times, 0) {
		return times
	}
	return 1
}
