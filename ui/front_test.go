package ui

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestAWindowIsRaisedEachTimeItIsAskedFor(t *testing.T) {
	asked, raised := make(chan struct{}), 0
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		fronts(t.Context(), asked, func(f func()) { f() }, func() { raised++ })
	}()
	asked <- struct{}{}
	asked <- struct{}{}
	close(asked) // the owner has ended
	<-ended
	if raised != 2 {
		t.Errorf("raised %d times", raised)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fronts(ctx, nil, nil, nil) // nothing asks for the window of a demo, and it ends all the same
}

// At sign-in the tray may come later than this program. Where none comes, the window is shown after all.
func TestAHiddenStartWaitsForTheTray(t *testing.T) {
	for _, c := range []struct {
		name    string
		after   time.Duration // when there is a tray
		present bool
		took    time.Duration
	}{
		{"at once", 0, true, 0},
		{"a slow desktop", 7500 * time.Millisecond, true, 8 * time.Second},
		{"never", time.Hour, false, traySeconds * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			present, err := trayComes(t.Context(), func(context.Context) bool { return time.Since(began) >= c.after }, time.Second)
			if err != nil || present != c.present || time.Since(began) != c.took {
				t.Errorf("%s: %v after %v, %v", c.name, present, time.Since(began), err)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := trayComes(ctx, func(context.Context) bool { return false }, time.Hour); err == nil {
		t.Error("it waits for a tray in a program that has ended")
	}
}
