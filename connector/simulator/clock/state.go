package clock

import (
	"errors"
	"fmt"
	"time"
)

// State is what GET /_simulator/clock answers.
type State struct {
	Now   time.Time `json:"now"`   // UTC, RFC 3339 with nanoseconds
	Speed float64   `json:"speed"` // simulated seconds per real second; 0 for a jumping clock, which stands between jumps
	Mode  Mode      `json:"mode"`
}

// Change is what POST /_simulator/clock takes; one or more fields, applied in the order speed, now, advance.
type Change struct {
	Now     *time.Time `json:"now,omitempty"`
	Advance string     `json:"advance,omitempty"` // as time.ParseDuration reads it, e.g. "26h30m"
	Speed   float64    `json:"speed,omitempty"`
}

// State returns the clock's instant, speed and mode, taken together.
func (c *Clock) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return State{Now: c.now(), Speed: c.speed, Mode: c.mode}
}

// Apply carries out a Change. It returns an error, having changed nothing more, at the first field that cannot be applied.
func (c *Clock) Apply(ch Change) error {
	if ch.Speed == 0 && ch.Now == nil && ch.Advance == "" {
		return errors.New("changing the clock: give now, advance or speed")
	}
	if ch.Speed != 0 {
		if err := c.SetSpeed(ch.Speed); err != nil {
			return err
		}
	}
	if ch.Now != nil {
		if err := c.Set(*ch.Now); err != nil {
			return err
		}
	}
	if ch.Advance == "" {
		return nil
	}
	d, err := time.ParseDuration(ch.Advance)
	if err != nil {
		return fmt.Errorf("reading how far to advance the clock: %w", err)
	}
	return c.Advance(d)
}
