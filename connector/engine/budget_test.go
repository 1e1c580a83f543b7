package engine

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// bubbleClock is the time of a synctest bubble.
type bubbleClock struct{}

func (bubbleClock) Now() time.Time { return time.Now() }

func (bubbleClock) WaitUntil(ctx context.Context, t time.Time) error {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// within counts the calls in the minute that ends with the last one.
func within(calls []time.Time) (n int) {
	last := calls[len(calls)-1]
	for _, c := range calls {
		if last.Sub(c) < time.Minute {
			n++
		}
	}
	return n
}

// TestBudgetHolds: whatever the rhythm and however the limit is changed, no minute sees more calls than are allowed then.
func TestBudgetHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &handClock{now: jst("25 09:00:00")}
		limit := rapid.IntRange(1, 12).Draw(t, "limit")
		b := NewBudget(c, limit)
		var made []time.Time
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				c.move(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second)
			case 1:
				limit = rapid.IntRange(1, 12).Draw(t, "new limit")
				b.Resize(limit)
			default:
				before := c.Now()
				if err := b.Pace(context.Background()); err != nil {
					t.Fatal(err)
				}
				made = append(made, c.Now())
				if n := within(made); n > limit {
					t.Fatalf("%d calls within a minute, %d allowed: %v", n, limit, made)
				}
				if waited := c.Now().Sub(before); waited > time.Minute {
					t.Fatalf("waited %s", waited)
				}
			}
		}
	})
}

func TestBudgetOfManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(bubbleClock{}, 30)
		begun := time.Now()
		var mu sync.Mutex
		var made []time.Time
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if err := b.Pace(t.Context()); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				made = append(made, time.Now())
				if n := within(made); n > 30 {
					t.Errorf("%d calls within a minute", n)
				}
			})
		}
		wg.Wait()
		if took := time.Since(begun); took != 3*time.Minute {
			t.Errorf("100 calls took %s", took)
		}
	})
}

func TestBudgetWaitsNoLongerThanAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(bubbleClock{}, 1)
		if err := b.Pace(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := b.Pace(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if err := b.Pace(t.Context()); err != nil { // the call that was given up is not spent
			t.Fatal(err)
		}
	})
}

func TestBudgetAfterTheClockWasSetBack(t *testing.T) {
	c := &handClock{now: jst("25 09:00:00")}
	b := NewBudget(c, 2)
	for range 2 {
		if err := b.Pace(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	c.move(-12 * time.Hour)
	for range 10 {
		if err := b.Pace(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, waited := range c.waited {
		if waited > time.Minute {
			t.Errorf("a call waits %s for a clock that was set back", waited)
		}
	}
	if len(c.waited) < 3 {
		t.Errorf("10 calls of 2 a minute waited %d times", len(c.waited))
	}
}

// TestBudgetSparesAThird: what can wait takes two thirds of the calls at most, and knows when the next comes free.
func TestBudgetSparesAThird(t *testing.T) {
	c := &handClock{now: jst("25 09:00:00")}
	b := NewBudget(c, 30)
	spent := 0
	for ; b.spareAt().IsZero(); spent++ {
		if err := b.Pace(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.move(time.Second)
	}
	if want := jst("25 09:01:00"); spent != 20 || !b.spareAt().Equal(want) {
		t.Errorf("%d calls to spare, the next at %v; want 20, and %v", spent, b.spareAt(), want)
	}
	for range 10 {
		if err := b.Pace(t.Context()); err != nil || len(c.waited) > 0 {
			t.Fatal("reading has to wait: ", c.waited, err)
		}
	}
	if !NewBudget(c, 1).spareAt().IsZero() {
		t.Error("with one call a minute no code would ever be written")
	}
}
