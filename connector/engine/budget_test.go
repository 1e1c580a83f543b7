package engine

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// stepClock jumps to whatever is waited for.
type stepClock struct{ now time.Time }

func (c *stepClock) Now() time.Time { return c.now }

func (c *stepClock) WaitUntil(ctx context.Context, t time.Time) error {
	if t.After(c.now) {
		c.now = t
	}
	return ctx.Err()
}

func TestBudgetHoldsInEveryMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &stepClock{now: time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)}
		most := rapid.IntRange(1, 12).Draw(t, "calls a minute")
		b := NewBudget(c, most)
		var calls []time.Time
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				c.now = c.now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
			case 1: // what was called before the change is no breach of the new number
				most = rapid.IntRange(1, 12).Draw(t, "new number")
				b.Resize(most)
				calls = calls[max(0, len(calls)-most):]
			default:
				if err := b.Pace(t.Context()); err != nil {
					t.Fatal(err)
				}
				calls = append(calls, c.now)
			}
			if n := len(calls); n > most && calls[n-1].Sub(calls[n-1-most]) < time.Minute {
				t.Fatalf("%d calls within %v, %d are allowed", most+1, calls[n-1].Sub(calls[n-1-most]), most)
			}
		}
	})
}

func TestBudgetSparesAThird(t *testing.T) {
	c := &stepClock{now: time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)}
	b := NewBudget(c, 30)
	spent := 0
	for ; b.spareAt().IsZero(); spent++ {
		if err := b.Pace(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.now = c.now.Add(time.Second)
	}
	if want := c.now.Add(-20 * time.Second).Add(time.Minute); spent != 20 || !b.spareAt().Equal(want) {
		t.Errorf("%d calls to spare, the next at %v; want 20, and %v", spent, b.spareAt(), want)
	}
	for range 10 {
		before := c.now
		if err := b.Pace(t.Context()); err != nil || !c.now.Equal(before) {
			t.Fatal("reading has to wait:", c.now.Sub(before), err)
		}
	}
	if NewBudget(c, 1).spareAt() != (time.Time{}) {
		t.Error("with one call a minute no code would ever be written")
	}
}

func TestBudgetAfterTheClockWasSetBack(t *testing.T) {
	c := &stepClock{now: time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)}
	b := NewBudget(c, 1)
	if err := b.Pace(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.now = c.now.Add(-time.Hour)
	before := c.now
	if err := b.Pace(t.Context()); err != nil || c.now.Sub(before) > time.Minute {
		t.Errorf("waited %v, %v", c.now.Sub(before), err)
	}
}
