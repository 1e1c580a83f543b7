package engine

import (
	"context"
	"time"
)

// Clock is the time of the PC, or of a demo. Now may carry a monotonic reading, which then measures the time between two readings
// whatever happens to the wall clock.
type Clock interface {
	Now() time.Time
	// WaitUntil returns when Now has reached t, or with ctx's error. It notices a sleep of the PC within 15 s of waking.
	WaitUntil(ctx context.Context, t time.Time) error
}
