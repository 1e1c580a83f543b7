package engine

import (
	"context"
	"sync"
	"testing"
	"time"
	"unsafe"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var tokyo = time.FixedZone("JST", 9*60*60)

// jst reads "25 09:00:00" as an instant of November 2026 in Japan.
func jst(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-11-"+text, tokyo)
	if err != nil {
		panic(err)
	}
	return t
}

// handClock is a clock that a test moves, and that jumps to what is waited for.
type handClock struct {
	mu     sync.Mutex
	now    time.Time
	waited []time.Duration
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) WaitUntil(ctx context.Context, t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := t.Sub(c.now); d > 0 {
		c.waited = append(c.waited, d)
		c.now = t
	}
	return ctx.Err()
}

func (c *handClock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// setWall moves the wall clock of the PC alone, as a person or a sleep does: the monotonic reading goes on from where it was.
func (c *handClock) setWall(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.now
	// The first word of a time.Time with a monotonic reading holds the wall clock's seconds from bit 30 on (package time, Time).
	*(*uint64)(unsafe.Pointer(&c.now)) += uint64(d/time.Second) << 30
	if !c.now.Equal(before) || c.now.Round(0).Sub(before.Round(0)) != d {
		panic("time.Time is laid out in another way")
	}
}

func TestSetWall(t *testing.T) {
	c := &handClock{now: time.Now()}
	before := c.now
	c.setWall(time.Hour)
	if got := c.Now().Sub(before); got != 0 {
		t.Errorf("by the monotonic clock %s have passed", got)
	}
	if got := c.Now().Round(0).Sub(before.Round(0)); got != time.Hour {
		t.Errorf("by the wall clock %s have passed", got)
	}
}
