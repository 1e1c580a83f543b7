package token

import (
	"errors"
	"time"

	"dakokubridge/connector/transport"
)

// Causes of an Error. Errors of Config.Refresh that are neither a dead nor a lost refresh token come through with their own.
const (
	CauseLoginNeeded = "login_needed" // a person must sign in again
	CauseLimit       = "limit"        // six refreshes within the hour; RetryAfter says when the next may be
	CauseLocked      = "locked"       // the keychain does not answer
	CauseTooBig      = "too_big"      // the refresh token is longer than the keychain takes
	CauseBadAnswer   = "bad_answer"   // the sign-in gave no usable tokens
	CauseClosed      = "cancelled"    // the keeper is closed
	CauseBug         = "bug"          // a panic while refreshing
)

// Advice of an Error, as the engine knows it.
const (
	adviceAgain = "again"
	adviceAsk   = "ask"
	adviceStop  = "stop"
)

// Error is why no access token can be given. It holds no token.
type Error struct {
	cause, advice string
	retryAfter    time.Time
	err           error
}

// Error says what was being done and what is wrong, with secrets masked.
func (e *Error) Error() string {
	return "access token: " + e.cause + ": " + transport.Redact(e.err.Error())
}

// Unwrap gives the reason.
func (e *Error) Unwrap() error { return e.err }

// Cause is one of the Cause constants.
func (e *Error) Cause() string { return e.cause }

// Advice is "again", "ask" or "stop".
func (e *Error) Advice() string { return e.advice }

// RetryAfter is the earliest next attempt by the clock of Config.Now; zero: none named.
func (e *Error) RetryAfter() time.Time { return e.retryAfter }

// Sent is false: the call that wanted the token was not made.
func (e *Error) Sent() bool { return false }

// LoginNeeded tells whether err says that a person must sign in again.
func LoginNeeded(err error) bool { return causeOf(err) == CauseLoginNeeded }

// classified is what the errors of Config.Refresh tell about themselves.
type classified interface {
	error
	Cause() string
	Sent() bool
}

func causeOf(err error) string {
	var c classified
	if errors.As(err, &c) {
		return c.Cause()
	}
	return ""
}

// lost tells whether the refresh token may have been used up by a call whose answer never came. An answer that names a failure of the
// server is an answer: asking again later is all there is to do, and no reason to trouble anybody.
func lost(err error) bool {
	var c classified
	if !errors.As(err, &c) {
		return transport.Sent(err)
	}
	return c.Sent() && c.Cause() != "server" && c.Cause() != "rate_limited"
}

// counts tells whether the refresh reached a server and so counts for the hour's limit.
func counts(err error) bool {
	if err == nil || lost(err) {
		return true
	}
	switch causeOf(err) {
	case transport.CauseOffline, transport.CauseProxy, transport.CauseTimeout, transport.CauseTLS, transport.CauseCancelled:
		return false
	}
	return true
}
