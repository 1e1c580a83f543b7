package clock

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// every is how often a clock elsewhere is looked at, in real time. In between its time is carried on by its speed. It is short
	// because until the next look a clock that was set is behind the servers that live by it.
	every = 200 * time.Millisecond
	// maxAnswer bounds what is read of a clock's answer, which is some sixty bytes.
	maxAnswer = 4 << 10
	// maxSpeed is the fastest clock that is believed; beyond it the time between two looks would be days.
	maxSpeed = 100_000
)

// Remote is the clock of a simulator in another process, read over HTTP.
type Remote struct {
	url    string
	client *http.Client

	mu     sync.Mutex
	last   reading
	latest time.Time // the latest time told, so that small corrections never turn time back
	looked chan struct{}

	cancel context.CancelFunc
	done   chan struct{}
}

// reading is the other clock as it was seen at an instant of this PC's monotonic clock.
type reading struct {
	now   time.Time
	speed float64 // its seconds in one of ours; 0 while it only jumps
	seen  time.Time
}

func (r reading) at(t time.Time) time.Time {
	return r.now.Add(time.Duration(float64(t.Sub(r.seen)) * r.speed))
}

// OpenRemote reads the clock at url once and then several times a second until Close.
func OpenRemote(ctx context.Context, url string, client *http.Client) (*Remote, error) {
	r := &Remote{url: url, client: client, looked: make(chan struct{}), done: make(chan struct{})}
	if err := r.look(ctx); err != nil {
		return nil, err
	}
	ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go r.follow(ctx)
	return r, nil
}

// Close stops following the clock; it goes on from what was seen last.
func (r *Remote) Close() error {
	r.cancel()
	<-r.done
	return nil
}

func (r *Remote) follow(ctx context.Context) {
	defer close(r.done)
	for sleep(ctx, every) == nil {
		// A clock that can't be read for a while is carried on; when its process has ended, so have both servers.
		_ = r.look(ctx)
	}
}

// look reads the clock. Its answer is taken as of the middle of the call.
func (r *Remote) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return fmt.Errorf("reading the clock at %s: %w", r.url, err)
	}
	sent := time.Now()
	res, err := r.client.Do(req)
	if err != nil {
		return fmt.Errorf("reading the clock at %s: %w", r.url, err)
	}
	defer res.Body.Close()
	var shown struct {
		Now   time.Time `json:"now"`
		Speed float64   `json:"speed"`
		Mode  string    `json:"mode"` // speed, jump or real
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("reading the clock at %s: it answered %s", r.url, res.Status)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&shown); err != nil {
		return fmt.Errorf("reading the clock at %s: %w", r.url, err)
	}
	switch shown.Mode {
	case "jump":
		shown.Speed = 0
	case "real":
		shown.Speed = 1
	}
	if shown.Now.IsZero() || !(shown.Speed >= 0 && shown.Speed <= maxSpeed) {
		return fmt.Errorf("reading the clock at %s: %v at speed %v is no time", r.url, shown.Now, shown.Speed)
	}
	seen := sent.Add(time.Since(sent) / 2)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = reading{now: shown.Now.UTC(), speed: shown.Speed, seen: seen}
	close(r.looked)
	r.looked = make(chan struct{})
	return nil
}

// Now is the other clock's time in UTC. It never runs back by less than a real second's worth: that much is the error of
// looking from afar; a clock set back by more is followed.
func (r *Remote) Now() time.Time {
	now, _, _ := r.read()
	return now
}

func (r *Remote) read() (now time.Time, speed float64, looked <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now = r.last.at(time.Now())
	slack := time.Duration(max(r.last.speed, 1) * float64(time.Second))
	if back := r.latest.Sub(now); back > 0 && back <= slack {
		now = r.latest
	}
	r.latest = now
	return now, r.last.speed, r.looked
}

// WaitUntil returns when the other clock shows t or later, or with ctx's error. A clock that stands still or jumps is
// noticed within a fraction of a second.
func (r *Remote) WaitUntil(ctx context.Context, t time.Time) error {
	for {
		now, speed, looked := r.read()
		left := t.Sub(now)
		if left <= 0 {
			return ctx.Err()
		}
		span := tick
		if speed > 0 {
			span = min(span, time.Duration(float64(left)/speed)+1)
		}
		timer := time.NewTimer(span)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-looked: // it may have been set, or run at another speed
		case <-timer.C:
		}
		timer.Stop()
	}
}
