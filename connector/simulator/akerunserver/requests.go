package akerunserver

import (
	"net/http"
	"net/url"
	"time"
)

// Request is one request as the server saw it. It holds no secret: of /oauth only the path is kept.
type Request struct {
	At     time.Time // simulated
	Real   time.Time
	Method string
	Path   string
	Query  url.Values // of /v3
	Status int        // 0 when the connection was broken instead of answered
}

// keptRequests bounds the log; the counts go on.
const keptRequests = 100_000

type requestLog struct {
	requests []Request
	counts   map[string]int
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// record is deferred around each request and lets a panic that breaks the connection go on.
func (s *Server) record(r *http.Request, w *statusWriter) {
	broken := recover()
	entry := Request{Real: s.realNow(), Method: r.Method, Path: r.URL.Path, Status: w.status}
	if broken != nil {
		entry.Status = 0
	}
	if len(r.URL.Path) > 3 && r.URL.Path[:3] == "/v3" {
		entry.Query = r.URL.Query()
	}
	s.mu.Lock()
	entry.At = s.now()
	s.log.counts[r.Method+" "+r.URL.Path]++
	s.log.requests = append(s.log.requests, entry)
	if len(s.log.requests) > 2*keptRequests {
		s.log.requests = append([]Request(nil), s.log.requests[keptRequests:]...)
	}
	s.mu.Unlock()
	if broken != nil {
		panic(broken)
	}
}

// Requests returns the latest requests in the order of their answers, at least the last 100,000.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.log.requests...)
}

// Counts returns how many requests there were, by method and path, such as "POST /oauth/token".
func (s *Server) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := make(map[string]int, len(s.log.counts))
	for k, n := range s.log.counts {
		counts[k] = n
	}
	return counts
}
