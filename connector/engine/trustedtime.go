package engine

import (
	"sync"
	"time"
)

// trustedTime carries the Date headers of both servers on by the monotonic clock, so that a PC with a wrong clock sends nothing early.
type trustedTime struct {
	clock Clock
	mu    sync.Mutex
	sides map[string]observation
}

type observation struct {
	date time.Time // what the server said
	at   time.Time // the PC's clock then, with its monotonic reading
}

func newTrustedTime(c Clock) *trustedTime {
	return &trustedTime{clock: c, sides: make(map[string]observation)}
}

// observe notes the Date header of one side's answer.
func (t *trustedTime) observe(side string, date time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sides[side] = observation{date: date.UTC(), at: t.clock.Now()}
}

// now returns the earlier of the two servers' times. ok is false until both have been heard: then whatever needs the time waits.
func (t *trustedTime) now() (at time.Time, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	if mutated("M6") {
		return now, true
	}
	for _, o := range t.sides {
		if carried := o.carriedTo(now); at.IsZero() || carried.Before(at) {
			at = carried
		}
	}
	return at, len(t.sides) == 2
}

// later returns the later of the servers' times, zero while none has been heard.
func (t *trustedTime) later() (at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	for _, o := range t.sides {
		if carried := o.carriedTo(now); carried.After(at) {
			at = carried
		}
	}
	return at
}

// heard tells whether any server has told the time yet.
func (t *trustedTime) heard() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.sides) > 0
}

// of returns one side's time, zero while it has not been heard.
func (t *trustedTime) of(side string) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	o, heard := t.sides[side]
	if mutated("M6") {
		return t.clock.Now()
	}
	if !heard {
		return time.Time{}
	}
	return o.carriedTo(t.clock.Now())
}

// silence is for how long a side has said nothing; zero while it has never been heard.
func (t *trustedTime) silence(side string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	o, heard := t.sides[side]
	if !heard {
		return 0
	}
	return t.clock.Now().Sub(o.at)
}

// apart tells how far the two servers' times lie from each other.
func (t *trustedTime) apart() time.Duration {
	a, s := t.of(sideAkerun), t.of(sideSalesforce)
	if a.IsZero() || s.IsZero() {
		return 0
	}
	return a.Sub(s).Abs()
}

// doubtful tells whether a side should be asked for the time again: it was never heard, or the PC's wall clock and its monotonic
// clock have gone apart since, as they do when a PC sleeps or its clock is set.
func (t *trustedTime) doubtful(side string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	o, heard := t.sides[side]
	return !heard || o.apartAt(t.clock.Now())
}

// jumped tells whether the PC has slept or its clock was set since a side was heard, so that the time has to be asked for at once.
func (t *trustedTime) jumped() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	for _, o := range t.sides {
		if o.apartAt(now) {
			return true
		}
	}
	return false
}

// apartAt tells whether the PC's wall clock and its monotonic clock have gone apart since the observation.
func (o observation) apartAt(now time.Time) bool {
	wall := now.Round(0).Sub(o.at.Round(0)) // Round(0) takes the monotonic reading off
	return (wall - now.Sub(o.at)).Abs() > time.Minute
}

func (o observation) carriedTo(now time.Time) time.Time { return o.date.Add(now.Sub(o.at)) }
