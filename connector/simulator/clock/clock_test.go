package clock

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)

func TestAJumpingClockStandsStillUntilItIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Jump(start)
		time.Sleep(time.Hour)
		if !c.Now().Equal(start) {
			t.Fatalf("the clock moved by itself to %s", c.Now())
		}
		want := start.Add(26 * time.Hour)
		before := time.Now()
		if err := c.WaitUntil(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if !c.Now().Equal(want) {
			t.Fatalf("jumped to %s, want %s", c.Now(), want)
		}
		if took := time.Since(before); took > time.Millisecond {
			t.Fatalf("a jump took %s of real time", took)
		}
	})
}

func TestWaitersOfAJumpingClockReturnEarliestFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Jump(start)
		var mu sync.Mutex
		var seen []time.Duration
		var wg sync.WaitGroup
		for _, after := range []time.Duration{5 * time.Hour, time.Minute, 3 * time.Hour} {
			wg.Go(func() {
				if err := c.WaitUntil(t.Context(), start.Add(after)); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				seen = append(seen, c.Now().Sub(start))
			})
		}
		wg.Wait()
		if want := []time.Duration{time.Minute, 3 * time.Hour, 5 * time.Hour}; !slices.Equal(seen, want) {
			t.Fatalf("waiters returned at %v, want %v", seen, want)
		}
	})
}

func TestAFasterClockSleepsTheFittingRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Speed(start, 720)
		before := time.Now()
		if err := c.WaitUntil(t.Context(), start.Add(12*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(before); took < time.Minute || took > time.Minute+time.Millisecond {
			t.Fatalf("12 hours at 720 × took %s, want a minute", took)
		}
		if c.Now().Before(start.Add(12 * time.Hour)) {
			t.Fatal("returned before its instant")
		}
	})
}

func TestARunningWaitNoticesSetAndSpeed(t *testing.T) {
	for name, change := range map[string]func(*Clock) error{
		"set":     func(c *Clock) error { return c.Set(start.Add(24 * time.Hour)) },
		"advance": func(c *Clock) error { return c.Advance(24 * time.Hour) },
		"speed":   func(c *Clock) error { return c.SetSpeed(1e9) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := Speed(start, 1)
				done := make(chan error, 1)
				go func() { done <- c.WaitUntil(t.Context(), start.Add(10*time.Hour)) }()
				time.Sleep(time.Second)
				if err := change(c); err != nil {
					t.Fatal(err)
				}
				before := time.Now()
				if err := <-done; err != nil {
					t.Fatal(err)
				}
				if took := time.Since(before); took > time.Second {
					t.Fatalf("noticed only after %s", took)
				}
			})
		})
	}
}

func TestARealClockFollowsTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		offset := time.Until(start)
		c := Real(offset)
		time.Sleep(40 * time.Hour)
		if want := start.Add(40 * time.Hour); !c.Now().Equal(want) {
			t.Fatalf("shows %s, want %s", c.Now(), want)
		}
		if err := c.WaitUntil(t.Context(), start.Add(72*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if d := c.Now().Sub(start.Add(72 * time.Hour)); d < 0 || d > time.Millisecond {
			t.Fatalf("woke %s off its instant", d)
		}
	})
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	for name, c := range map[string]*Clock{"real": Real(0), "speed": Speed(start, 2)} {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.WaitUntil(ctx, c.Now().Add(time.Hour)) }()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := Jump(start)
	if err := c.WaitUntil(ctx, start.Add(time.Hour)); !errors.Is(err, context.Canceled) || !c.Now().Equal(start) {
		t.Errorf("a cancelled wait returned %v and moved the clock to %s", err, c.Now())
	}
}

func TestTimeDoesNotGoBack(t *testing.T) {
	c := Jump(start)
	if err := c.Set(start.Add(-time.Second)); !errors.Is(err, ErrBackwards) {
		t.Errorf("Set: %v", err)
	}
	if err := c.Advance(-time.Second); !errors.Is(err, ErrBackwards) {
		t.Errorf("Advance: %v", err)
	}
	if err := c.SetSpeed(-1); err == nil {
		t.Error("a negative speed was taken")
	}
	if !c.Now().Equal(start) {
		t.Errorf("the clock shows %s", c.Now())
	}
}

func TestApply(t *testing.T) {
	later := start.Add(time.Hour)
	for name, tt := range map[string]struct {
		change Change
		want   time.Time
		fails  bool
	}{
		"nothing":     {Change{}, start, true},
		"now":         {Change{Now: &later}, later, false},
		"advance":     {Change{Advance: "26h30m"}, start.Add(26*time.Hour + 30*time.Minute), false},
		"both":        {Change{Now: &later, Advance: "1m"}, later.Add(time.Minute), false},
		"no duration": {Change{Advance: "soon"}, start, true},
	} {
		c := Jump(start)
		if err := c.Apply(tt.change); (err != nil) != tt.fails {
			t.Errorf("%s: %v", name, err)
		}
		if !c.Now().Equal(tt.want) {
			t.Errorf("%s: the clock shows %s, want %s", name, c.Now(), tt.want)
		}
	}
	c := Jump(start)
	if err := c.Apply(Change{Speed: 60}); err != nil || c.State().Mode != ModeSpeed || c.State().Speed != 60 {
		t.Errorf("speed: %v, %+v", err, c.State())
	}
}
