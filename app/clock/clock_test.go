package clock

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWallWaitsByTheWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		want := began.Add(10 * time.Minute)
		if err := (Wall{}).WaitUntil(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		if got := time.Now(); !got.Equal(want) {
			t.Errorf("waited until %v, want %v", got, want)
		}
	})
}

// While a PC sleeps its timers stand still and its wall clock goes on. A wait over such a sleep has to end within a tick of
// waking up.
func TestBoard_C01_WallNoticesSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slept time.Duration
		var mu sync.Mutex
		w := Wall{now: func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			return time.Now().Add(slept)
		}}
		began := time.Now()
		time.AfterFunc(40*time.Second, func() {
			mu.Lock()
			defer mu.Unlock()
			slept = 7 * time.Hour
		})
		if err := w.WaitUntil(t.Context(), began.Add(5*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if awake := time.Since(began); awake < 40*time.Second || awake > 40*time.Second+tick {
			t.Errorf("the wait ended %v after it began, 40 s to 55 s were due", awake)
		}
	})
}

// Whoever waits for 05:00 at 04:00 and has the clock set back to midnight would otherwise wait five hours for a minute.
func TestBoard_C08_WallNoticesAClockThatWasSet(t *testing.T) {
	for _, by := range []time.Duration{-5 * time.Hour, -40 * time.Second, 40 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			var set atomic.Int64
			w := Wall{now: func() time.Time { return time.Now().Add(time.Duration(set.Load())) }}
			began := time.Now()
			time.AfterFunc(50*time.Second, func() { set.Store(int64(by)) })
			if err := w.WaitUntil(t.Context(), began.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			if passed := time.Since(began); passed < 50*time.Second || passed > 50*time.Second+tick {
				t.Errorf("set by %v: noticed after %v, 50 s to 65 s were due", by, passed)
			}
		})
	}
}

// What NTP does all the time ends no wait.
func TestWallWaitsOnThroughSmallCorrections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var set atomic.Int64
		w := Wall{now: func() time.Time { return time.Now().Add(time.Duration(set.Load())) }}
		began := time.Now()
		time.AfterFunc(50*time.Second, func() { set.Store(int64(-10 * time.Second)) })
		if err := w.WaitUntil(t.Context(), began.Add(5*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if passed := time.Since(began); passed != 5*time.Minute+10*time.Second {
			t.Errorf("the wait took %v", passed)
		}
	})
}

// The engine measures by the difference between the two clocks of a PC, so a reading has to carry both.
func TestWallCarriesTheMonotonicClock(t *testing.T) {
	if now := (Wall{}).Now(); now.String() == now.Round(0).String() {
		t.Errorf("%v has no monotonic reading", now)
	}
}

func TestWaitsEndWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &dial{now: time.Now(), speed: 1}
		remote := open(t, server)
		for name, c := range map[string]interface {
			WaitUntil(context.Context, time.Time) error
		}{"wall": Wall{}, "remote": remote} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			began := time.Now()
			if err := c.WaitUntil(ctx, began.Add(time.Hour)); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
			if got := time.Since(began); got != time.Minute {
				t.Errorf("%s: ended after %v", name, got)
			}
			cancel()
		}
	})
}

// dial is the face of a simulator's clock, without a network.
type dial struct {
	mu    sync.Mutex
	set   time.Time // real time at which it showed now
	now   time.Time
	speed float64
	mode  string
	fail  bool
}

func (d *dial) turn(now time.Time, speed float64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.set, d.now, d.speed = time.Now(), now, speed
}

func (d *dial) shown() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now.Add(time.Duration(float64(time.Since(d.set)) * d.speed))
}

func (d *dial) RoundTrip(*http.Request) (*http.Response, error) {
	d.mu.Lock()
	fail, speed, mode := d.fail, d.speed, d.mode
	d.mu.Unlock()
	if fail {
		return nil, errors.New("nobody there")
	}
	body, err := json.Marshal(map[string]any{"now": d.shown(), "speed": speed, "mode": mode})
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(string(body)))}, err
}

func open(t *testing.T, d *dial) *Remote {
	t.Helper()
	if d.set.IsZero() {
		d.set = time.Now()
	}
	r, err := OpenRemote(t.Context(), "http://127.0.0.1/clock", &http.Client{Transport: d})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestRemoteKeepsStepWithAFastClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
		d := &dial{now: start, speed: 720, mode: "speed"}
		r := open(t, d)
		began := time.Now()
		if err := r.WaitUntil(t.Context(), start.Add(24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if real := time.Since(began); real < 2*time.Minute || real > 2*time.Minute+time.Second {
			t.Errorf("a day at 720 took %v", real)
		}
		if got := r.Now(); got.Before(start.Add(24*time.Hour)) || got.Location() != time.UTC {
			t.Errorf("woke at %v", got)
		}
	})
}

func TestRemoteFollowsJumpsAndChangesOfSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
		d := &dial{now: start, speed: 0, mode: "jump"}
		r := open(t, d)
		time.AfterFunc(10*time.Second+time.Millisecond, func() { d.turn(start.Add(9*time.Hour), 0) })
		began := time.Now()
		if err := r.WaitUntil(t.Context(), start.Add(8*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if real := time.Since(began); real > 12*time.Second {
			t.Errorf("a jump was noticed after %v", real)
		}
		if got := r.Now(); !got.Equal(start.Add(9 * time.Hour)) {
			t.Errorf("shows %v", got)
		}
		d.turn(start, 0) // set back on purpose, and by much
		time.Sleep(2 * time.Second)
		if got := r.Now(); !got.Equal(start) {
			t.Errorf("after being set back it shows %v", got)
		}
	})
}

func TestRemoteNeverTurnsBackForASmallCorrection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
		d := &dial{now: start, speed: 720, mode: "speed"}
		r := open(t, d)
		last := r.Now()
		for range 40 {
			time.Sleep(100 * time.Millisecond)
			d.turn(d.shown().Add(-20*time.Millisecond*720), 720)
			if got := r.Now(); got.Before(last) {
				t.Fatalf("ran back from %v to %v", last, got)
			} else {
				last = got
			}
		}
	})
}

func TestRemoteCarriesOnWhileItCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
		d := &dial{now: start, speed: 60, mode: "speed"}
		r := open(t, d)
		d.mu.Lock()
		d.fail = true
		d.mu.Unlock()
		time.Sleep(10 * time.Second)
		if got := r.Now(); !got.Equal(start.Add(10 * time.Minute)) {
			t.Errorf("shows %v", got)
		}
	})
}

func TestRemoteRefusesWhatIsNoClock(t *testing.T) {
	for name, answer := range map[string]*http.Response{
		"not found":       {StatusCode: 404, Status: "404 Not Found", Body: io.NopCloser(strings.NewReader("{}"))},
		"no time":         {StatusCode: 200, Body: io.NopCloser(strings.NewReader("{}"))},
		"backwards":       {StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"now":"2026-11-22T00:00:00Z","speed":-1}`))},
		"too fast":        {StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"now":"2026-11-22T00:00:00Z","speed":1e9}`))},
		"a page":          {StatusCode: 200, Body: io.NopCloser(strings.NewReader("<html>"))},
		"an endless page": {StatusCode: 200, Body: io.NopCloser(strings.NewReader(strings.Repeat(" ", 1<<20) + `{"now":"2026-11-22T00:00:00Z"}`))},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := OpenRemote(t.Context(), "http://127.0.0.1/clock", &http.Client{Transport: fixed{answer}})
			if err == nil {
				r.Close()
				t.Error("taken for a clock")
			}
		})
	}
}

type fixed struct{ r *http.Response }

func (f fixed) RoundTrip(*http.Request) (*http.Response, error) { return f.r, nil }
