//go:build !mutants

package engine

import (
	"context"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// A build with the tag mutants is wrong in a way that the environment names, to show that the tests notice (mutant_chosen.go). In every
// other build these do nothing, and what stands behind mutated is left out.

func mutated(string) bool { return false }

func (e *Engine) mutantCursor(context.Context, func(*store.Tx) error) error { return nil }

func mutantPayloads(payloads [][]byte, _ teamspirit.Names) [][]byte { return payloads }

func (e *Engine) mutantReading(_ context.Context, r store.Reading) store.Reading { return r }

func mutantQuery(q akerun.AccessQuery) akerun.AccessQuery { return q }

func mutantDay(at time.Time) attendance.Day { return attendance.DayOf(at) }

func (e *Engine) mutantRows(rows []store.Outbox) []store.Outbox { return rows }

func (e *Engine) mutantDone(context.Context, []store.Outbox) error { return nil }

func mutantWait(notBefore int64) int64 { return notBefore }
