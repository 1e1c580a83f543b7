package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"dakokubridge/connector/transport"
)

// What to do about an [Error].
const (
	Again = "again" // back off and repeat
	Ask   = "ask"   // a person must act: sign in, give rights, install the app
	Stop  = "stop"  // our own mistake or a broken contract: repeating can't help
)

// Why a call failed: the closed set of [Error.Cause], together with the causes of package token that are not the same words.
const (
	CauseOffline          = "offline"           // the server can't be reached; surely nothing was sent
	CauseTimeout          = "timeout"           // no answer in time, or the connection broke after sending
	CauseTLS              = "tls"               // the certificate or protocol was refused, for instance by an inspecting proxy
	CauseProxy            = "proxy"             // the PC's proxy wants a sign-in (407)
	CauseCancelled        = "cancelled"         // our own context ended
	CauseRateLimited      = "rate_limited"      // 429, concurrent requests, login rate
	CauseLimit            = "limit"             // the org's calls of the day are used up
	CauseServer           = "server"            // 5xx, maintenance
	CauseLocked           = "locked"            // a record is locked for the moment
	CauseStorage          = "storage"           // the org's storage is full
	CauseLoginNeeded      = "login_needed"      // sign-in expired, revoked, or refused after a renewal
	CauseIPRestricted     = "ip_restricted"     // the org's network policy refuses this PC
	CauseNoRights         = "no_rights"         // the user may not do this
	CauseNotFound         = "not_found"         // object or field unknown to this user: not installed or no access
	CauseBadAnswer        = "bad_answer"        // an answer that is not what the API promises
	CauseBadRequest       = "bad_request"       // the server refuses the form of our request
	CauseWrongOrg         = "wrong_org"         // the tokens belong to another org than the linked one
	CausePortsBusy        = "ports_busy"        // every registered callback port is taken
	CauseRefused          = "refused"           // the person pressed 拒否 on the consent page
	CauseAppNotInstalled  = "app_not_installed" // an administrator must install the app or allow it
	CauseAppBlocked       = "app_blocked"       // an administrator blocked the app or this user's use of it
	CauseRedirectMismatch = "redirect_mismatch" // the callback address is not registered with the app
)

// Error is a failed call to Salesforce or to its login server.
// It never holds a token or a whole body: Message is Salesforce's own text, redacted and cut to 200 bytes.
type Error struct {
	Doing   string // what was being done
	Code    string // Salesforce's errorCode or OAuth error, "" when there was none
	Message string
	Status  int // HTTP status, 0 when there was no answer

	advice string
	cause  string
	sent   bool
	after  time.Time
	err    error
}

// Error implements error.
func (e *Error) Error() string {
	if e.err != nil {
		return e.Doing + ": " + snippet(e.err.Error())
	}
	s := e.Doing + ": " + e.cause
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

// Unwrap returns the error below, if there is one.
func (e *Error) Unwrap() error { return e.err }

// Advice returns [Again], [Ask] or [Stop].
func (e *Error) Advice() string { return e.advice }

// RetryAfter returns the instant before which the server asked not to be called again; zero when it named none.
func (e *Error) RetryAfter() time.Time { return e.after }

// Cause returns one of the Cause… constants.
func (e *Error) Cause() string { return e.cause }

// Sent reports whether the request may have been carried out although it failed. When false, it surely was not.
func (e *Error) Sent() bool { return e.sent }

// maxSnippet is how much of a foreign text goes into an error at most.
const maxSnippet = 200

// Snippet returns a text that came from the network in a form that may go into logs and lists: secrets masked, no control characters, 200 bytes at most.
func Snippet(s string) string { return snippet(s) }

// snippet redacts and cuts a text that came from the network.
func snippet(s string) string {
	if len(s) > 20*maxSnippet {
		s = s[:20*maxSnippet]
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return ' '
		}
		return r
	}, transport.Redact(s))
	if len(s) <= maxSnippet {
		return s
	}
	cut := maxSnippet
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}

// transportError makes the error of a call that brought no complete answer.
func transportError(doing string, err error) *Error {
	e := &Error{Doing: doing, advice: Again, cause: CauseTimeout, sent: transport.Sent(err), err: err}
	if f, ok := errors.AsType[*transport.Failure](err); ok {
		e.cause = f.Cause()
	}
	if errors.Is(err, transport.ErrTooLarge) {
		e.cause, e.sent = CauseBadAnswer, true
	}
	return e
}

// tokenError makes the error of a call that was not made for want of an access token. Whatever became of the refresh, the call itself was not sent.
func tokenError(doing string, err error) *Error {
	e := &Error{Doing: doing, advice: Again, cause: CauseCancelled, err: err}
	if known, ok := errors.AsType[interface {
		error
		Cause() string
		Advice() string
		RetryAfter() time.Time
	}](err); ok {
		e.cause, e.advice, e.after = known.Cause(), known.Advice(), known.RetryAfter()
	} else if errors.Is(err, context.DeadlineExceeded) {
		e.cause = CauseTimeout
	}
	return e
}

// apiFault is one entry of the list that Salesforce's REST API answers an error with.
type apiFault struct {
	ErrorCode string   `json:"errorCode"`
	Message   string   `json:"message"`
	Fields    []string `json:"fields"`
}

// decodeFaults reads the body of a REST error: a list, or a single object as some endpoints and gateways send it.
func decodeFaults(body []byte) (apiFault, bool) {
	var list []apiFault
	if json.Unmarshal(body, &list) == nil && len(list) > 0 && list[0].ErrorCode != "" {
		return list[0], true
	}
	var one struct {
		apiFault
		OAuth       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &one) != nil {
		return apiFault{}, false
	}
	if one.ErrorCode == "" {
		one.ErrorCode, one.Message = one.OAuth, one.Description
	}
	return one.apiFault, one.ErrorCode != ""
}

// verdict is what a status and code mean for the caller.
type verdict struct{ cause, advice string }

// apiCodes maps Salesforce's error codes, whatever the HTTP status they arrive with. Source: REST API Developer Guide, status codes and error responses.
var apiCodes = map[string]verdict{
	"API_DISABLED_FOR_ORG":                          {CauseNoRights, Ask},
	"API_CURRENTLY_DISABLED":                        {CauseNoRights, Ask},
	"INVALID_TYPE":                                  {CauseNotFound, Ask},
	"INVALID_FIELD":                                 {CauseNotFound, Ask},
	"NOT_FOUND":                                     {CauseNotFound, Ask},
	"STORAGE_LIMIT_EXCEEDED":                        {CauseStorage, Ask},
	"UNABLE_TO_LOCK_ROW":                            {CauseLocked, Again},
	"SERVER_UNAVAILABLE":                            {CauseServer, Again},
	"UNKNOWN_EXCEPTION":                             {CauseServer, Again},
	"QUERY_TIMEOUT":                                 {CauseServer, Again},
	"INVALID_QUERY_LOCATOR":                         {CauseServer, Again},
	"EXCEEDED_ID_LIMIT":                             {CauseBadRequest, Stop},
	"MALFORMED_QUERY":                               {CauseBadRequest, Stop},
	"JSON_PARSER_ERROR":                             {CauseBadRequest, Stop},
	"INSUFFICIENT_ACCESS":                           {CauseNoRights, Ask},
	"FUNCTIONALITY_NOT_ENABLED":                     {CauseNoRights, Ask},
	"INVALID_SESSION_ID":                            {CauseLoginNeeded, Ask},
	"INVALID_AUTH_HEADER":                           {CauseLoginNeeded, Ask},
	"Bad_OAuth_Token":                               {CauseLoginNeeded, Ask},
	"INSUFFICIENT_ACCESS_OR_READONLY":               {CauseNoRights, Ask},
	"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": {CauseNoRights, Ask},
}

// judge turns status, code and message of an API answer into a verdict.
func judge(status int, code, message string) verdict {
	if code == "REQUEST_LIMIT_EXCEEDED" {
		if strings.Contains(message, "Concurrent") {
			return verdict{CauseRateLimited, Again}
		}
		return verdict{CauseLimit, Again}
	}
	if unfitSession(message) {
		return verdict{CauseNoRights, Ask}
	}
	if v, ok := apiCodes[code]; ok {
		return v
	}
	return judgeStatus(status)
}

// judgeStatus is the verdict on an answer whose code says nothing.
func judgeStatus(status int) verdict {
	switch {
	case status == http.StatusUnauthorized:
		return verdict{CauseLoginNeeded, Ask}
	case status == http.StatusForbidden:
		return verdict{CauseNoRights, Ask}
	case status == http.StatusNotFound:
		return verdict{CauseNotFound, Ask}
	case status == http.StatusProxyAuthRequired:
		return verdict{CauseProxy, Ask}
	case status == http.StatusTooManyRequests:
		return verdict{CauseRateLimited, Again}
	case status == http.StatusRequestTimeout:
		return verdict{CauseTimeout, Again}
	case status == statusEdgeError || status >= 500:
		return verdict{CauseServer, Again}
	case status < 400: // a redirect or an informational answer where data was due
		return verdict{CauseBadAnswer, Again}
	}
	return verdict{CauseBadRequest, Stop}
}

// statusEdgeError is Salesforce's own 420: its edge could not pass the request on.
const statusEdgeError = 420

// mayBeApplied reports whether a request answered with status can have been carried out all the same.
func mayBeApplied(status int) bool {
	return status >= 500 || status == statusEdgeError || status == http.StatusRequestTimeout || status < 400
}

// unfitSession recognises the 401s that a new access token does not cure; renewing on them would go on for ever.
func unfitSession(message string) bool {
	return strings.Contains(message, "This session is not valid for use with the REST API") ||
		strings.Contains(message, "Connected app is not attached to Agent")
}

// apiError makes the error of an answer of the REST API that is no success.
func apiError(doing string, a answer) *Error {
	fault, known := decodeFaults(a.body)
	v := judge(a.status, fault.ErrorCode, fault.Message)
	if !known && v.advice != Again && v.cause != CauseProxy { // a gateway's page: no word of Salesforce about rights or sign-in
		v = verdict{CauseBadAnswer, Again}
	}
	return &Error{Doing: doing, Code: snippet(fault.ErrorCode), Message: snippet(fault.Message), Status: a.status,
		cause: v.cause, advice: v.advice, sent: mayBeApplied(a.status), after: a.retryAfter}
}

// badAnswer is the error of a 2xx answer that does not keep the API's promise.
// An answer that is no JSON at all is a gateway's or maintenance page and may pass; JSON of another shape will not.
func badAnswer(doing string, a answer, problem string) *Error {
	advice := Stop
	if !json.Valid(a.body) {
		advice = Again
	}
	return &Error{Doing: doing, Message: problem, Status: a.status, cause: CauseBadAnswer, advice: advice, sent: true}
}

// failure makes an error of our own, without an answer behind it and surely without anything sent.
func failure(doing, cause, advice, message string) *Error {
	return &Error{Doing: doing, Message: message, cause: cause, advice: advice}
}
