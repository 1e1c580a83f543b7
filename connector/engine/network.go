package engine

import (
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// NetworkChanged says that the PC's network has become another one: a side that could not be reached is tried at once, without waiting for
// the next poll. What a server itself has asked for, such as to be left alone, stands.
func (e *Engine) NetworkChanged() {
	e.mu.Lock()
	e.network = true
	e.mu.Unlock()
	e.Wake(true)
}

// unreached tells whether a side is to be tried before its time in this turn.
func (e *Engine) unreached(side store.Side) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.retrying && side.FailingCause == string(attendance.Offline)
}
