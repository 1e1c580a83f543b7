package salesforceserver

import (
	"cmp"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxURI   = 16_384   // bytes; more is 414
	maxBody  = 50 << 20 // bytes; more is 413
	maxLog   = 200_000  // requests kept
	logSlack = 20_000   // how many are dropped at once
)

// call is one request as the handlers see it.
type call struct {
	s       *Server
	method  string
	path    string // escaped
	query   url.Values
	header  http.Header
	body    []byte
	base    string // scheme and host under which the client reached the server
	cookies []*http.Cookie
	now     time.Time // by the simulator's clock

	user    *user
	version string // v60.0
	counted bool
	writes  bool
	late    bool // runs from the list of delayed writes
}

// ServeHTTP answers one request: sign-in pages, OAuth endpoints and the REST API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	most := int64(maxBody)
	if r.Method == http.MethodPut {
		most = maxUpload
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		http.Error(w, "request entity too large", http.StatusRequestEntityTooLarge)
		return
	}
	c := s.newCall(r, body)
	a, f, date := s.handle(c, len(r.RequestURI))
	if f != nil && f.Hang {
		<-r.Context().Done()
	}
	if f != nil && (f.Drop || f.Hang) {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h["Date"] = nil
	if date != "" {
		h.Set("Date", date)
	}
	if a.contentType != "" {
		h.Set("Content-Type", a.contentType)
	}
	for name, value := range a.header {
		h.Set(name, value)
	}
	h.Set("Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private")
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // a client that has gone is no error of the server
	}
}

func (s *Server) newCall(r *http.Request, body []byte) *call {
	base := s.options.BaseURL
	if base == "" {
		base = "http://" + r.Host
		if r.TLS != nil {
			base = "https://" + r.Host
		}
	}
	c := &call{s: s, method: r.Method, path: r.URL.EscapedPath(), query: r.URL.Query(), header: r.Header, body: body, base: strings.TrimRight(base, "/"), cookies: r.Cookies()}
	if m := c.query.Get("_HttpMethod"); m != "" && c.method == http.MethodPost {
		c.method = strings.ToUpper(m)
	}
	if c.method == http.MethodHead {
		c.method = http.MethodGet
	}
	return c
}

// handle makes the answer under the lock, or the failure that stands in its place, and logs the request.
func (s *Server) handle(c *call, uri int) (a answer, f *Failure, date string) {
	defer s.enter()()
	c.now = s.now()
	f = s.nextFailure(c)
	entry := &Request{At: c.now, Method: c.method, Path: maskedPath(c), Failed: f != nil}
	s.log = append(s.log, entry)
	switch {
	case uri > maxURI:
		a = answer{status: http.StatusRequestURITooLong, contentType: "text/html", body: []byte("<h1>URI Too Long</h1>")}
	case f == nil || f.AfterApply:
		a = s.route(c)
	case f.ApplyAfter > 0:
		s.delayed = append(s.delayed, delayedWrite{c.now.Add(time.Duration(f.ApplyAfter)), func(now time.Time) {
			c.now, c.late = now, true
			s.route(c)
		}})
	}
	if f != nil {
		a = f.answer(c)
	}
	entry.Status, entry.API = a.status, c.counted
	if f != nil && (f.Drop || f.Hang) {
		entry.Status = 0
	}
	if c.writes {
		entry.Body = c.body
	}
	if len(s.log) > maxLog+logSlack {
		s.log = slices.Delete(s.log, 0, logSlack)
	}
	return a, f, s.date()
}

// date is the Date header; empty for none.
func (s *Server) date() string {
	switch s.switches.DateHeader {
	case "none":
		return ""
	case "garbage":
		return "yesterday, or so"
	}
	offset, _ := s.switches.dateOffset() // checked when the switch was set
	return s.now().Add(offset).Format(http.TimeFormat)
}

// nextFailure takes the failure that a switch ordered for this request; nil for none.
func (s *Server) nextFailure(c *call) *Failure {
	for i := range s.switches.FailNext {
		f := &s.switches.FailNext[i]
		if f.Method != "" && f.Method != c.method || !strings.Contains(c.path, f.Path) {
			continue
		}
		taken := *f
		if f.Count--; f.Count <= 0 {
			s.switches.FailNext = slices.Delete(slices.Clone(s.switches.FailNext), i, i+1)
		}
		return &taken
	}
	if s.switches.ResponseLost > 0 && isWrite(c) {
		s.switches.ResponseLost--
		return &Failure{Drop: true, AfterApply: true}
	}
	return nil
}

// isWrite says whether a request changes records.
func isWrite(c *call) bool {
	if !strings.HasPrefix(c.path, "/services/data/") || c.method == http.MethodGet {
		return false
	}
	_, rest, _ := strings.Cut(strings.TrimPrefix(c.path, "/services/data/"), "/")
	reading := c.method == http.MethodPost && strings.HasPrefix(rest, "composite/sobjects/")
	return !reading
}

var failureCodes = map[int]string{401: "INVALID_SESSION_ID", 403: "REQUEST_LIMIT_EXCEEDED", 404: "NOT_FOUND", 429: "REQUEST_LIMIT_EXCEEDED", 503: "SERVER_UNAVAILABLE"}

func (f *Failure) answer(c *call) answer {
	status := cmp.Or(f.Status, http.StatusInternalServerError)
	code := cmp.Or(f.Code, failureCodes[status], "UNKNOWN_EXCEPTION")
	message := cmp.Or(f.Message, "An unexpected error occurred. Please include this ErrorId if you contact support: 1234567890-12345 (-1234567890)")
	a := failure(&apiError{status, code, message})
	if strings.HasPrefix(c.path, "/services/oauth2/") {
		a = oauthError(status, cmp.Or(f.Code, "unknown_error"), message)
	}
	if f.HTML {
		a = htmlError(status)
	}
	if f.RetryAfter != "" {
		a.header = map[string]string{"Retry-After": f.RetryAfter}
	}
	return a
}

func htmlError(status int) answer {
	return answer{status: status, contentType: "text/html; charset=UTF-8", body: []byte("<!DOCTYPE html><html><head><title>We are down for maintenance</title></head><body><h1>Sorry to interrupt</h1></body></html>")}
}

// maskedPath is a request's path and query without secrets.
func maskedPath(c *call) string {
	q := url.Values{}
	for name, values := range c.query {
		q[name] = values
		switch name {
		case "code", "token", "access_token", "refresh_token", "code_verifier", "code_challenge", "state", "request":
			q[name] = []string{"…"}
		}
	}
	if len(q) == 0 {
		return c.path
	}
	return c.path + "?" + q.Encode()
}

// announce calls OnWrite without the lock, and takes the time anew because the hook may have taken some.
func (c *call) announce(rows []Write) {
	c.writes = true
	hook := c.s.options.OnWrite
	if hook == nil || len(rows) == 0 {
		return
	}
	for i := range rows {
		rows[i].Username, rows[i].At = c.user.Username, c.now
	}
	func() {
		c.s.mu.Unlock()
		defer c.s.mu.Lock()
		hook(rows)
	}()
	if !c.late {
		c.now = c.s.now()
		c.s.advance(c.now)
	}
}

// parts splits the path after a prefix into its unescaped segments.
func parts(path string) ([]string, bool) {
	out := strings.Split(strings.Trim(path, "/"), "/")
	for i := range out {
		p, err := url.PathUnescape(out[i])
		if err != nil {
			return nil, false
		}
		out[i] = p
	}
	return out, true
}
