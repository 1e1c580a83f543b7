package text

import (
	"context"
	"errors"

	"dakokubridge/connector"
)

// Error is what to tell a person about an error: what happened and what to do. Never the error itself, which is English and for
// the log.
func Error(err error) string {
	var said *connector.Error
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.Canceled):
		return Of("error_cancelled_here")
	case !errors.As(err, &said):
		return Of("error_internal")
	}
	args := Args{"Side": Side(connector.Side(said.Detail["side"])), "user": "–", "missing": "–", "earliest": "–"}
	for name, value := range said.Detail {
		args[name] = value
	}
	if cause := said.Detail["cause"]; cause != "" && known("cause_"+cause) {
		return Of("cause_"+cause, args)
	}
	return Of("error_"+string(said.Code), args)
}

// Side is the name of a side.
func Side(s connector.Side) string {
	switch s {
	case connector.Akerun:
		return "Akerun"
	case connector.Salesforce:
		return "Salesforce"
	}
	return Of("side_any")
}

// Phase is the word of a phase.
func Phase(p connector.Phase) string { return Of("phase_" + string(p)) }

// Reason is the short name of a reason of the rules, such as NO_CLOCK_OUT.
func Reason(code string) string { return Of("reason_" + code) }

// Kind is 出勤 or 退勤, for in and out.
func Kind(kind string) string { return Of("kind_" + kind) }

// StampState is the word of a stamp's state, such as on_sheet.
func StampState(state string) string { return Of("stamp_" + state) }

// List is the name of one of the three lists, such as stopped.
func List(list string) string { return Of("list_" + list) }

// known tells whether there is a text of that key.
func known(key string) bool { return Of(key) != key }
