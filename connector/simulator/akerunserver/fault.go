package akerunserver

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"
)

// Fault is something that goes wrong with requests, tried in the order of the list; the first that fits is used.
type Fault struct {
	Path       string `json:"path"`        // fits requests whose path contains it; empty: all
	Method     string `json:"method"`      // fits this method; empty: all
	Kind       string `json:"kind"`        // one of the Fault… names
	Status     int    `json:"status"`      // of FaultStatus, FaultEmpty, FaultHTML, FaultRedirect; 0: the kind's own
	Code       string `json:"code"`        // of FaultStatus: the error's code
	Message    string `json:"message"`     // of FaultStatus
	RetryAfter string `json:"retry_after"` // of FaultStatus: the header as it stands, or "+30s" for a date so far ahead of the simulated clock
	Location   string `json:"location"`    // of FaultRedirect
	DelayMS    int    `json:"delay_ms"`    // real milliseconds before the answer, with every kind
	Skip       int    `json:"skip"`        // so many fitting requests pass unharmed first
	Times      int    `json:"times"`       // so many requests suffer; 0: until the switch is set again
}

// What a Fault does.
const (
	FaultStatus      = "status"       // an error answer in Akerun's form; nothing is done
	FaultEmpty       = "empty"        // an answer without a body
	FaultHTML        = "html"         // a page instead of JSON, as a proxy or a sorry server shows
	FaultEmptyObject = "empty_object" // {} with status 200
	FaultRedirect    = "redirect"     // 302 to Location
	FaultSlow        = "slow"         // the right answer, after DelayMS
	FaultLost        = "lost"         // the request is carried out, and the connection breaks before the answer
	FaultRefused     = "refused"      // the connection breaks and nothing is done
	FaultTruncated   = "truncated"    // the right answer's first half, then the connection breaks
)

// takeFault returns the fault that strikes r, if any, and counts it.
func (s *Server) takeFault(r *http.Request) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.faults {
		f := &s.faults[i]
		if f.spent || !strings.Contains(r.URL.Path, f.Path) || f.Method != "" && f.Method != r.Method {
			continue
		}
		f.seen++
		if f.seen <= f.Skip {
			continue
		}
		f.spent = f.Times > 0 && f.seen-f.Skip >= f.Times
		return f.Fault, true
	}
	return Fault{}, false
}

// fault is a Fault with its count.
type fault struct {
	Fault
	seen  int
	spent bool
}

// suffer answers r as the fault wants it; right is the way without.
func (s *Server) suffer(w http.ResponseWriter, r *http.Request, f Fault, right http.HandlerFunc) {
	if !pause(r, f.DelayMS) {
		return
	}
	status := func(own int) int {
		if f.Status != 0 {
			return f.Status
		}
		return own
	}
	switch f.Kind {
	case FaultSlow:
		right(w, r)
	case FaultLost:
		right(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	case FaultRefused:
		panic(http.ErrAbortHandler)
	case FaultTruncated:
		half(w, r, right)
	case FaultEmpty:
		w.WriteHeader(status(http.StatusOK))
	case FaultHTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status(http.StatusOK))
		fmt.Fprint(w, "<!DOCTYPE html><html><head><title>メンテナンス中</title></head><body><h1>ただいまメンテナンス中です</h1></body></html>")
	case FaultEmptyObject:
		answer(w, status(http.StatusOK), struct{}{})
	case FaultRedirect:
		w.Header().Set("Location", f.Location)
		w.WriteHeader(status(http.StatusFound))
	default:
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", s.retryAfter(f.RetryAfter))
		}
		refuse(w, status(http.StatusInternalServerError), or(f.Code, "internal_error"), or(f.Message, "Something went wrong."))
	}
}

// retryAfter turns "+30s" into a date of the simulated clock and leaves everything else as it stands.
func (s *Server) retryAfter(value string) string {
	d, err := time.ParseDuration(value)
	if err != nil || !strings.HasPrefix(value, "+") {
		return value
	}
	return s.now().Add(d).Format(http.TimeFormat)
}

// half sends the first half of the right answer and breaks the connection.
func half(w http.ResponseWriter, r *http.Request, right http.HandlerFunc) {
	whole := httptest.NewRecorder()
	right(whole, r)
	for k, v := range whole.Header() {
		w.Header()[k] = v
	}
	body := whole.Body.Bytes()
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(whole.Code)
	_, _ = w.Write(body[:len(body)/2]) // the connection is about to break anyway
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// pause waits that many real milliseconds, or less when the client has gone; then it returns false.
func pause(r *http.Request, ms int) bool {
	if ms <= 0 {
		return true
	}
	timer := time.NewTimer(time.Duration(ms) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
