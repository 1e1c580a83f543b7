package engine

import (
	"context"
	"time"
)

// Clock is the time of the PC, or of a demo. Now may carry a monotonic reading, which then measures the time between two readings
// whatever happens to the wall clock.
type Clock interface {
	Now() time.Time
	// WaitUntil returns when Now has reached t, or with ctx's error. It may return early where the clock was set or the PC has slept: whoever
	// waits looks again. It notices both within 15 s.
	WaitUntil(ctx context.Context, t time.Time) error
}
