package connector_test

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/akerunserver"
)

// line is the way to the servers, which can be cut, and remembers when each server was called.
type line struct {
	next http.RoundTripper
	now  func() time.Time

	mu    sync.Mutex
	down  map[string]bool // by base URL; "" cuts all
	calls map[string][]time.Time
}

func newLine() *line { return &line{down: map[string]bool{}, calls: map[string][]time.Time{}} }

func (l *line) over(next http.RoundTripper) http.RoundTripper {
	l.next = next
	return l
}

func (l *line) cut(url string, down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down[url] = down
}

// callsBetween counts the calls to a server in [from, until).
func (l *line) callsBetween(url string, from, until time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, at := range l.calls[url] {
		if !at.Before(from) && at.Before(until) {
			n++
		}
	}
	return n
}

func (l *line) RoundTrip(q *http.Request) (*http.Response, error) {
	url := "http://" + q.URL.Host
	l.mu.Lock()
	down := l.down[""] || l.down[url]
	if l.now != nil {
		l.calls[url] = append(l.calls[url], l.now())
	}
	l.mu.Unlock()
	if down {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ENETUNREACH}
	}
	return l.next.RoundTrip(q)
}

func onLine(t *testing.T, o rig.Options) (*rig.Rig, rig.Person, *line) {
	t.Helper()
	l := newLine()
	o.Transport = l.over
	r, p := linkedAndBusy(t, o)
	l.mu.Lock()
	l.now = r.World.Clock().Now
	l.mu.Unlock()
	return r, p, l
}

// TestOffline: without a network nothing is lost, one line says so, and all is sent when it is back.
func TestOffline(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, side, until string
		rows              []string // at the end of the outage
		open              []string
	}{
		{"6 hours, both sides", "", "26 02:00", threeDays[:1], []string{"OFFLINE", "OFFLINE"}},
		{"over 05:00, Akerun", simulator.PipeAkerunURL, "26 08:00", threeDays[:1], []string{"OFFLINE"}},
		{"over 05:00, Salesforce", simulator.PipeSalesforceURL, "26 08:00", threeDays[:1], []string{"OFFLINE"}},
		{"3 days, both sides", "", "28 20:00", threeDays[:1], []string{"OFFLINE", "OFFLINE"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, p, l := onLine(t, rig.Options{})
			l.cut(tt.side, true)
			r.RunUntil(at("25 21:15"))
			wantPhase(t, r, connector.Running) // network trouble is no state
			if st := status(t, r); len(st.Warnings) != len(tt.open) {
				t.Errorf("warnings %q", st.Warnings)
			}
			wantOpen(t, r, tt.open...)
			r.RunUntil(at(tt.until))
			wantRows(t, r, p, tt.rows...)
			wantOpen(t, r, tt.open...)
			l.cut(tt.side, false)
			r.RunUntil(at(tt.until).Add(25 * time.Minute))
			wantOpen(t, r)
			r.RunUntil(at("29 08:00"))
			wantRows(t, r, p, threeDays...)
			wantOpen(t, r)
			r.MustHold(nil)
		})
	}
}

// TestOfflineFromTheStart: the program is started again without a network and gets going when there is one.
func TestOfflineFromTheStart(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]time.Duration{"right clock": 0, "12 hours fast": 12 * time.Hour, "12 hours slow": -12 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, p, l := onLine(t, rig.Options{})
			ok(t, r.Close())
			l.cut("", true)
			r.SetWrong(off)
			r.Reopen()
			r.RunUntil(at("26 02:00"))
			wantRows(t, r, p, threeDays[:1]...)
			l.cut("", false)
			r.RunUntil(at("26 04:50"))
			wantRows(t, r, p, threeDays[:1]...)
			r.RunUntil(at("26 05:15"))
			wantRows(t, r, p, threeDays[:2]...)
			r.RunUntil(at("26 09:30"))
			wantRows(t, r, p, threeDays[:3]...)
			r.MustHold(nil)
		})
	}
}

// TestServerTrouble: servers that answer with errors are spared, shown when it lasts, and nothing is lost.
func TestServerTrouble(t *testing.T) {
	t.Parallel()
	akerun := func(f akerunserver.Fault) func(*rig.Rig) {
		return func(r *rig.Rig) { r.World.AkerunServer().Inject(f) }
	}
	salesforce := func(name string, bad, good any) (func(*rig.Rig), func(*rig.Rig)) {
		return func(r *rig.Rig) { r.Switch(connector.Salesforce, name, bad) }, func(r *rig.Rig) { r.Switch(connector.Salesforce, name, good) }
	}
	down, up := salesforce("maintenance", "down", "")
	readOnly, writable := salesforce("maintenance", "read_only", "")
	html, json := salesforce("html_error", 502, 0)
	limit, free := salesforce("daily_limit", 1, 100000)
	busy, calm := salesforce("concurrent_limit", true, false)
	heal := func(r *rig.Rig) { r.World.AkerunServer().Heal() }
	tests := []struct {
		name        string
		spoil, mend func(*rig.Rig)
		side        string
		item        string
		mostCalls   int // in the 12 hours of the trouble
	}{
		{"Akerun 502", akerun(akerunserver.Fault{Path: "/v3", Kind: akerunserver.FaultStatus, Status: 502}), heal, simulator.PipeAkerunURL, "SERVER_TROUBLE", 200},
		{"Akerun HTML", akerun(akerunserver.Fault{Path: "/v3", Kind: akerunserver.FaultHTML}), heal, simulator.PipeAkerunURL, "BAD_ANSWER", 200},
		{"Akerun {}", akerun(akerunserver.Fault{Path: "/v3", Kind: akerunserver.FaultEmptyObject}), heal, simulator.PipeAkerunURL, "BAD_ANSWER", 200},
		{"Akerun 429 without a time", akerun(akerunserver.Fault{Path: "/v3", Kind: akerunserver.FaultStatus, Status: 429, Code: "rate_limited"}), heal, simulator.PipeAkerunURL, "LIMIT_REACHED", 200},
		{"Akerun 403 of an unknown meaning", akerun(akerunserver.Fault{Path: "/accesses", Kind: akerunserver.FaultStatus, Status: 403, Code: "something_new"}), heal, simulator.PipeAkerunURL, "RIGHTS_LOST", 400},
		{"Akerun 403 without a body", akerun(akerunserver.Fault{Path: "/accesses", Kind: akerunserver.FaultEmpty, Status: 403}), heal, simulator.PipeAkerunURL, "RIGHTS_LOST", 400},
		{"Salesforce down", down, up, simulator.PipeSalesforceURL, "SERVER_TROUBLE", 200},
		{"Salesforce read only", readOnly, writable, simulator.PipeSalesforceURL, "SERVER_TROUBLE", 800},
		{"Salesforce HTML", html, json, simulator.PipeSalesforceURL, "SERVER_TROUBLE", 200},
		{"Salesforce's calls used up", limit, free, simulator.PipeSalesforceURL, "LIMIT_REACHED", 100},
		{"Salesforce too busy", busy, calm, simulator.PipeSalesforceURL, "LIMIT_REACHED", 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, p, l := onLine(t, rig.Options{})
			tt.spoil(r)
			r.RunUntil(at("26 08:00"))
			wantRows(t, r, p, threeDays[:1]...)
			wantOpen(t, r, tt.item)
			if n := l.callsBetween(tt.side, at("25 20:00"), at("26 08:00")); n > tt.mostCalls {
				t.Errorf("%d calls in 12 hours of trouble", n)
			}
			tt.mend(r)
			r.RunUntil(at("26 08:30"))
			wantRows(t, r, p, threeDays[:2]...)
			wantOpen(t, r)
			wantPhase(t, r, connector.Running)
			r.RunUntil(at("26 09:30"))
			wantRows(t, r, p, threeDays[:3]...)
			r.MustHold(nil)
		})
	}
}

// TestRetryAfter: no call before the time that a server names, in whatever form, and the wait is shown while it lasts.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for header, wait := range map[string]time.Duration{"7200": 2 * time.Hour, "+3h": 3 * time.Hour, "86400": 24 * time.Hour} {
		t.Run("Akerun "+header, func(t *testing.T) {
			t.Parallel()
			r, p, l := onLine(t, rig.Options{})
			r.World.AkerunServer().Inject(akerunserver.Fault{Path: "/v3", Kind: akerunserver.FaultStatus, Status: 429, Code: "rate_limited", RetryAfter: header, Times: 1})
			begun := at("25 20:00")
			r.RunUntil(begun.Add(wait))
			if n := l.callsBetween(simulator.PipeAkerunURL, begun, begun.Add(wait)); n != 1 {
				t.Errorf("%d calls before the time named", n)
			}
			wantOpen(t, r, "LIMIT_REACHED")
			r.RunUntil(at("28 08:00"))
			wantRows(t, r, p, threeDays...)
			wantOpen(t, r)
		})
	}
	t.Run("Salesforce", func(t *testing.T) {
		t.Parallel()
		r, p, l := onLine(t, rig.Options{})
		r.RunUntil(at("26 04:59"))
		r.Switch(connector.Salesforce, "fail_next", []map[string]any{{"status": 503, "retry_after": "7200"}})
		r.RunUntil(at("26 07:00"))
		if n := l.callsBetween(simulator.PipeSalesforceURL, at("26 04:59"), at("26 06:59")); n != 1 {
			t.Errorf("%d calls before the time named", n)
		}
		r.RunUntil(at("28 08:00"))
		wantRows(t, r, p, threeDays...)
		wantOpen(t, r)
	})
}

// TestPartialSuccess: of 200 rows in one call two are refused for good and one is locked for a while; the others pass at once.
func TestPartialSuccess(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	people := make([]rig.Person, 200)
	for i := range people {
		people[i] = r.Hire("8" + strings.Repeat("0", 3-len(strconv.Itoa(i))) + strconv.Itoa(i))
		r.Enter(people[i], times("25 09:00", "25 18:00")...)
	}
	r.RunUntil(at("25 08:50"))
	type failure struct {
		Count      int    `json:"count"`
		StatusCode string `json:"status_code"`
		EmployeeID string `json:"employee_id"`
	}
	r.Switch(connector.Salesforce, "row_errors", []failure{
		{1000, "FIELD_CUSTOM_VALIDATION_EXCEPTION", people[3].Employee}, {1000, "REQUIRED_FIELD_MISSING", people[77].Employee}, {5, "UNABLE_TO_LOCK_ROW", people[120].Employee},
	})
	r.RunUntil(at("25 09:12"))
	n := 0
	for _, p := range people {
		n += len(r.Rows(p))
	}
	if n < 197 {
		t.Errorf("%d rows of the others after one call", n)
	}
	r.RunUntil(at("25 10:30"))
	wantRows(t, r, people[3])
	wantRows(t, r, people[77])
	wantRows(t, r, people[120], "11-25 in 09:00:00")
	wantOpen(t, r, "REJECTED 11-25 8003", "REJECTED 11-25 8077")
	r.Switch(connector.Salesforce, "row_errors", []failure{})
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, people[3], "11-25 out 18:00:00")
	wantRows(t, r, people[4], "11-25 in 09:00:00", "11-25 out 18:00:00")
	r.MustHold(nil)
}

// TestBoard_J07_LogVolume: five days without a network are no flood in the log: not more than a few lines for each try.
func TestBoard_J07_LogVolume(t *testing.T) {
	t.Parallel()
	log := &lines{}
	r, p, f := onFailing(t, 20*time.Minute, rig.Options{Log: slog.New(slog.NewJSONHandler(log, nil))})
	r.RunUntil(at("25 20:00"))
	f.set(func(time.Time, string) error { return errors.New("dial tcp: network is unreachable") })
	log.count()
	r.RunUntil(at("30 20:00"))
	const tries = 5 * 24 * 3
	if n, size := log.count(); n == 0 || n > 4*tries || size > 1<<20 {
		t.Errorf("%d lines, %d bytes in five days of %d tries", n, size, tries)
	}
	f.set(nil)
	r.RunUntil(at("30 21:00"))
	wantRows(t, r, p, threeDays...)
}

// lines counts what is logged.
type lines struct {
	mu      sync.Mutex
	n, size int
}

func (l *lines) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n, l.size = l.n+1, l.size+len(line)
	return len(line), nil
}

// count gives the lines and bytes since it was asked last.
func (l *lines) count() (n, size int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, size = l.n, l.size
	l.n, l.size = 0, 0
	return n, size
}
