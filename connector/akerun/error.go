package akerun

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"dakokubridge/connector/transport"
)

// Causes of an Error.
const (
	CauseOffline     = transport.CauseOffline
	CauseProxy       = transport.CauseProxy
	CauseTimeout     = transport.CauseTimeout
	CauseTLS         = transport.CauseTLS
	CauseCancelled   = transport.CauseCancelled
	CauseRateLimited = "rate_limited" // 429, or a 403 that says so
	CauseServer      = "server"       // 5xx
	CauseLoginNeeded = "login_needed" // a renewed access token is refused too, or the refresh token is dead
	CauseNoRights    = "no_rights"    // 403: the account may not do or see this (rank lost, left the 事業所, …)
	CauseNotFound    = "not_found"    // 404
	CauseBadAnswer   = "bad_answer"   // not what the API gives: HTML, empty, cut short, a list that is missing
	CauseBadRequest  = "bad_request"  // the server does not understand us
	CauseBadClient   = "bad_client"   // client id or client secret are wrong
	CauseNoSecret    = "no_client_secret"

	// Only of Exchange:
	CauseRefused      = "refused"       // the person refused, or Akerun did (error=…)
	CauseWrongAddress = "wrong_address" // not the redirect address of this application
	CauseWrongState   = "wrong_state"   // of another sign-in, or none
	CauseNoCode       = "no_code"       // the right address, without a code
	CauseCodeRefused  = "code_refused"  // the code was used already or is older than ten minutes
)

const (
	adviceAgain = "again"
	adviceAsk   = "ask"
	adviceStop  = "stop"
)

// Error is a call that did not bring what was asked. Its text holds no token and no body, at most 200 masked bytes of it.
type Error struct {
	Status int    // of HTTP; 0: no answer
	Code   string // Akerun's own code or OAuth's error; "" where there was none

	doing, cause, advice string
	detail               string
	retryAfter           time.Time
	sent                 bool
	err                  error
}

// Error says what was being done and what happened.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.doing + ": " + e.cause)
	if e.Status != 0 {
		fmt.Fprintf(&b, " (HTTP %d", e.Status)
		if e.Code != "" {
			b.WriteString(" " + e.Code)
		}
		b.WriteString(")")
	}
	if e.detail != "" {
		b.WriteString(": " + e.detail)
	}
	if e.err != nil {
		b.WriteString(": " + transport.Redact(e.err.Error()))
	}
	return b.String()
}

// Unwrap gives the error beneath, if any.
func (e *Error) Unwrap() error { return e.err }

// Cause is one of the Cause constants.
func (e *Error) Cause() string { return e.cause }

// Advice is "again" (back off and repeat), "ask" (a person must act) or "stop" (broken contract or our bug).
func (e *Error) Advice() string { return e.advice }

// RetryAfter is the instant in UTC before which the server wants no further call; zero where it named none.
func (e *Error) RetryAfter() time.Time { return e.retryAfter }

// Sent tells whether the request may have been carried out although no answer says so.
func (e *Error) Sent() bool { return e.sent }

// broken is a call without a complete answer.
func broken(doing string, err error) *Error {
	e := &Error{doing: doing, cause: transport.Cause(err), advice: adviceAgain, sent: transport.Sent(err), err: transport.Inner(err)}
	if errors.Is(err, transport.ErrTooLarge) || e.cause == "" {
		e.cause = CauseBadAnswer
	}
	return e
}

// badAnswer is a 2xx answer that is not what it should be. Why may say nothing of the body's content, which holds names.
func badAnswer(doing, why string) *Error {
	return &Error{doing: doing, Status: http.StatusOK, cause: CauseBadAnswer, advice: adviceAgain, sent: true, detail: why}
}

var plainCode = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// problem is the body of an error: {"code","message"} from /v3, {"error","error_description"} from /oauth.
type problem struct {
	Code        string `json:"code"`
	Message     string `json:"message"`
	OAuth       string `json:"error"`
	Description string `json:"error_description"`
}

// read takes what it understands of body.
func (p *problem) read(body []byte) (code, text string, ok bool) {
	if json.Unmarshal(body, p) != nil {
		return "", "", false
	}
	code, text = p.Code, p.Message
	if code == "" {
		code, text = p.OAuth, p.Description
	}
	if !plainCode.MatchString(code) {
		code = ""
	}
	return code, text, code != "" || text != ""
}

// rejected is an answer other than 2xx of /v3.
func rejected(doing string, resp *http.Response, body []byte, received time.Time, known []string) *Error {
	e := &Error{doing: doing, Status: resp.StatusCode, retryAfter: transport.RetryAfter(resp.Header, received)}
	var p problem
	code, text, ok := p.read(body)
	if !ok {
		text = string(body)
	}
	e.Code, e.detail = code, transport.Snippet([]byte(text), known...)
	e.cause, e.advice, e.sent = judge(resp.StatusCode, code)
	return e
}

// judge gives cause, advice and whether the outcome is unknown. Akerun puts many refusals under 403, so the code decides there; a 403
// with an unknown code, or with none, is taken as a lack of rights and never as an empty list.
func judge(status int, code string) (cause, advice string, sent bool) {
	switch {
	case status >= 500:
		return CauseServer, adviceAgain, true
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && saysLimit(code):
		return CauseRateLimited, adviceAgain, false
	case status == http.StatusRequestTimeout:
		return CauseTimeout, adviceAgain, false
	case status == http.StatusUnauthorized:
		return CauseLoginNeeded, adviceAsk, false
	case status == http.StatusForbidden:
		return CauseNoRights, adviceAsk, false
	case status == http.StatusNotFound:
		return CauseNotFound, adviceAsk, false
	case status >= 400:
		return CauseBadRequest, adviceStop, false
	}
	return CauseBadAnswer, adviceAgain, true // 1xx and 3xx: nothing that this API does
}

func saysLimit(code string) bool {
	return strings.Contains(code, "limit") || strings.Contains(code, "too_many") || strings.Contains(code, "throttl")
}
