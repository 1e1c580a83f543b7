package engine

import (
	"context"

	"dakokubridge/connector/attendance"
)

// ShowUntold lists that a receiver beyond this PC can't be told, or ends that. cause says why, without addresses.
func (e *Engine) ShowUntold(ctx context.Context, receiver, cause string, holds bool) error {
	return e.state(ctx, itemOf(attendance.NotTold, sourceEngine).about(receiver).with(map[string]string{"receiver": receiver, "text": cause}), holds)
}
