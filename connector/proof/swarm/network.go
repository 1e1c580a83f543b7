package swarm

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"dakokubridge/connector"
)

// Kinds of bad weather: what the network and the servers' front ends do to a request.
const (
	offline    = "offline"     // no connection
	cut        = "cut"         // the connection breaks after the request may have left; nothing is done
	lost       = "lost"        // it is carried out and the answer is lost
	zombie     = "zombie"      // a write is carried out minutes after its sender has given up
	server5xx  = "5xx"         // 500, 502 or 503, nothing is done
	failedDone = "failed_done" // 500, and yet it was carried out
	slowDown   = "slow_down"   // 429 of Akerun, REQUEST_LIMIT_EXCEEDED of Salesforce
	page       = "page"        // a page of HTML where JSON was due
	hollow     = "hollow"      // {} where a list was due
	expired    = "expired"     // 401 for a token that still looks good
	hang       = "hang"        // no answer comes within the call's deadline; whether and when it is carried out is another matter
	refresh    = "refresh"     // 401, and the answer to the renewal of the token is lost
)

// deadline is how long the connector waits for an answer.
const deadline = time.Minute

// weather is a span of time in which requests to a side may meet a kind of trouble.
type weather struct {
	side        connector.Side
	kind        string
	from, until time.Time
	rate        float64
}

// network is the way to the servers, with the seed's weather on it.
type network struct {
	way   http.RoundTripper
	now   func() time.Time
	set   func(name string, value any) // sets a switch of the Salesforce server
	pass  func(time.Duration)          // lets time pass while a call is under way
	crash func()

	mu       sync.Mutex
	random   *rand.Rand
	weather  []weather
	calm     bool // no weather and no crash: a person is signing in, or everything has been healed
	expiries int  // 401 given out since the connector was opened; it refreshes six times an hour at most, in real time
	doom     *doom
	sending  map[string]bool // keys of the write that is on its way just now
	events   func(format string, args ...any)
}

// doom is a crash that waits for a request.
type doom struct {
	write bool // for a write only
	skip  int  // so many fitting requests pass first
	after bool // dies when the answer is there, else before the request leaves
}

// RoundTrip carries one request, or does to it what the weather has in store.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	body, err := take(r)
	if err != nil {
		return nil, err
	}
	side := connector.Akerun
	if strings.HasSuffix(r.URL.Host, ":18002") {
		side = connector.Salesforce
	}
	c := call{Request: r, side: side, body: body, data: strings.HasPrefix(r.URL.Path, "/v3/") || strings.HasPrefix(r.URL.Path, "/services/data/"), write: isWrite(r)}
	c.renewal = strings.HasSuffix(r.URL.Path, "/token") && bytes.Contains(body, []byte("grant_type=refresh_token"))
	if n.calm {
		return n.way.RoundTrip(r)
	}
	if n.strikes(c, false) {
		n.die()
	}
	resp, err := n.carry(c)
	if n.strikes(c, true) {
		n.die()
	}
	return resp, err
}

// call is a request under way.
type call struct {
	*http.Request
	side    connector.Side
	body    []byte
	data    bool // to the API, not to the sign-in
	write   bool // of stamps
	renewal bool // of the tokens
}

// die ends the process in the middle of this call: no line of it runs on.
func (n *network) die() {
	n.doom = nil
	n.events("dies at a request")
	n.crash()
	runtime.Goexit()
}

func (n *network) strikes(c call, after bool) bool {
	d := n.doom
	if d == nil || !c.data || d.write && !c.write || d.after != after {
		return false
	}
	d.skip--
	return d.skip < 0
}

func isWrite(r *http.Request) bool {
	return r.Method == http.MethodPatch || r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/composite/sobjects")
}

// take reads the body once, so that it can be looked at and still be sent.
func take(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, r.Body.Close()
}

func (n *network) carry(c call) (*http.Response, error) {
	kind := n.pick(c)
	if kind != "" && c.write {
		n.events("a write meets: %s", kind)
	}
	switch kind {
	case "":
		return n.forward(c)
	case offline:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Err: errors.New("network is unreachable")}
	case cut:
		return nil, &net.OpError{Op: "write", Net: "pipe", Err: errors.New("connection reset by peer")}
	case lost, failedDone:
		if err := n.unheard(c); err != nil {
			return nil, err
		}
		if kind == failedDone {
			return n.answer(c.Request, http.StatusInternalServerError, `[{"errorCode":"UNKNOWN_EXCEPTION","message":"An unexpected error occurred."}]`), nil
		}
		return nil, errLost
	case zombie:
		late := 5*time.Second + time.Duration(n.random.Int64N(int64(4*time.Minute)))
		if n.random.IntN(3) > 0 { // mostly so late that the next poll comes before it
			late += 5 * time.Minute
		}
		return n.haunted(c, late)
	case hang:
		return n.hang(c)
	case refresh:
		if c.renewal {
			return nil, cmp.Or(n.unheard(c), error(errLost))
		}
	}
	return n.refuse(c.Request, c.side, kind), nil
}

// errLost is what is heard of a call whose answer is lost.
var errLost = &net.OpError{Op: "read", Net: "pipe", Err: io.ErrUnexpectedEOF}

// unheard has a call carried out and drops the answer.
func (n *network) unheard(c call) error {
	resp, err := n.forward(c)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.Body.Close()
}

// haunted drops a write, which the server carries out later.
func (n *network) haunted(c call, late time.Duration) (*http.Response, error) {
	n.set("fail_next", []map[string]any{{"method": c.Method, "path": "/composite/sobjects", "drop": true, "apply_after": late.String()}})
	n.sending = nil
	return n.way.RoundTrip(c.Request)
}

// hang lets the call's deadline pass. A write is carried out before that, after its sender has given up, or never.
func (n *network) hang(c call) (*http.Response, error) {
	var err error
	switch n.random.IntN(3) {
	case 0:
		err = n.unheard(c)
	case 1:
		if c.write {
			_, _ = n.haunted(c, deadline+time.Duration(n.random.Int64N(int64(9*time.Minute)))) // the server closes the connection, in the test's way of being late
		}
	}
	n.pass(deadline)
	return nil, cmp.Or(err, error(&net.OpError{Op: "read", Net: "pipe", Err: os.ErrDeadlineExceeded}))
}

// forward hands a request to the servers and remembers, while it is there, which stamps it carries.
func (n *network) forward(c call) (*http.Response, error) {
	if c.write {
		n.sending = keys(c.body)
		defer func() { n.sending = nil }()
	}
	return n.way.RoundTrip(c.Request)
}

func keys(body []byte) map[string]bool {
	var collection struct {
		Records []map[string]any `json:"records"`
	}
	out := map[string]bool{}
	if json.Unmarshal(body, &collection) != nil {
		return out
	}
	for _, record := range collection.Records {
		for name, value := range record {
			if text, ok := value.(string); ok && strings.HasSuffix(name, "UniqueKey__c") {
				out[text] = true
			}
		}
	}
	return out
}

// pick finds the trouble that strikes a request; each weather of the hour throws its die, so that the draw depends on nothing else.
func (n *network) pick(c call) (kind string) {
	now := n.now()
	for _, w := range n.weather {
		if w.side != c.side || now.Before(w.from) || !now.Before(w.until) {
			continue
		}
		strikes := n.random.Float64() < w.rate
		switch {
		case !strikes || kind != "":
		case w.kind == zombie && !c.write, w.kind != offline && !c.data && !(w.kind == refresh && c.renewal):
		case (w.kind == expired || w.kind == refresh && !c.renewal) && n.expiries >= 2:
		default:
			kind = w.kind
			if kind == expired || kind == refresh && !c.renewal {
				n.expiries++
			}
		}
	}
	return kind
}

// refuse answers in a server's stead.
func (n *network) refuse(r *http.Request, side connector.Side, kind string) *http.Response {
	force := side == connector.Salesforce
	switch kind {
	case server5xx:
		status := []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable}[n.random.IntN(3)]
		if status == http.StatusBadGateway {
			return n.answer(r, status, "<html>bad gateway</html>")
		}
		if force {
			return n.answer(r, status, `[{"errorCode":"SERVER_UNAVAILABLE","message":"Too busy"}]`)
		}
		return n.answer(r, status, `{"code":"internal_error","message":"Something went wrong."}`)
	case slowDown:
		if force {
			return n.answer(r, http.StatusForbidden, `[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded."}]`)
		}
		resp := n.answer(r, http.StatusTooManyRequests, `{"code":"too_many_requests"}`)
		switch n.random.IntN(3) {
		case 0:
			resp.Header.Set("Retry-After", fmt.Sprint(n.random.IntN(300)))
		case 1:
			resp.Header.Set("Retry-After", n.now().Add(time.Duration(n.random.IntN(300))*time.Second).UTC().Format(http.TimeFormat))
		}
		return resp
	case page:
		return n.answer(r, http.StatusOK, "<!DOCTYPE html><html><body>ただいまメンテナンス中です</body></html>")
	case hollow:
		return n.answer(r, http.StatusOK, "{}")
	}
	if force {
		return n.answer(r, http.StatusUnauthorized, `[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]`)
	}
	return n.answer(r, http.StatusUnauthorized, `{"code":"unauthorized"}`)
}

func (n *network) answer(r *http.Request, status int, body string) *http.Response {
	content := "application/json; charset=utf-8"
	if strings.HasPrefix(body, "<") {
		content = "text/html"
	}
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status, " ", http.StatusText(status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Date": {n.now().UTC().Format(http.TimeFormat)}, "Content-Type": {content}},
		Body:   io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// quiet keeps weather and crashes away while f runs.
func (n *network) quiet(f func()) {
	n.mu.Lock()
	before := n.calm
	n.calm = true
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.calm = before
	}()
	f()
}

// with changes something while no request is under way.
func (n *network) with(f func(n *network)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	f(n)
}
