package proof_test

import (
	"context"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/company"
)

// TestVolumeMorning plays the 05:00 of a company of 10,000 in a bubble, with 100 ms for each call to Salesforce: one bulk job carries the 退勤. It logs
// calls and times and fails on none of them.
func TestVolumeMorning(t *testing.T) {
	if os.Getenv(longVariable) == "" {
		t.Skip("minutes; set " + longVariable)
	}
	m := &morning{}
	r := rig.New(t, rig.Options{
		Seed: 1, Size: company.Large, Days: 2, History: -1, Settings: func(s *settings.Settings) { s.Engine.PollInterval = time.Hour },
		Transport: func(way http.RoundTripper) http.RoundTripper { m.way = way; return m },
		Hook: func(_ context.Context, point string) error {
			m.note(point)
			return nil
		},
	})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	r.Link(start)
	m.now, m.five = r.World.Clock().Now, start.AddDate(0, 0, 1)
	r.Bubble(t, func() {
		m.slow = true
		r.RunUntil(m.five.Add(65 * time.Minute))
		if v := r.Judge(nil); !v.Valid {
			t.Error(v.Story())
		}
	})
	out := 0
	for _, s := range r.World.SalesforceServer().StampRows() {
		if s.Kind == "out" && s.CreatedBy != "" {
			out++
		}
	}
	if m.jobs != 1 || out < 5000 {
		t.Errorf("%d jobs for %d 退勤", m.jobs, out)
	}
	serial := time.Duration((out+199)/200) * 100 * time.Millisecond
	t.Logf("%d 退勤: %d calls, %.4f a stamp (%v); all accepted %s after the first look, serial calls of 200 take %s: %.2f",
		out, m.calls, float64(m.calls)/float64(out), m.kinds, m.accepted.Sub(m.first), serial, m.accepted.Sub(m.first).Seconds()/serial.Seconds())
}

// morning makes the calls to Salesforce slow and counts those after 05:00.
type morning struct {
	way  http.RoundTripper
	now  func() time.Time
	five time.Time
	slow bool

	mu              sync.Mutex
	calls, jobs     int
	kinds           map[string]int
	look            time.Time // when a look at the days began last
	first, accepted time.Time // the look before the job, and when its results were written down
}

func (m *morning) RoundTrip(r *http.Request) (*http.Response, error) {
	if m.slow && strings.HasSuffix(r.URL.Host, ":18002") {
		time.Sleep(100 * time.Millisecond)
		m.count(r)
	}
	return m.way.RoundTrip(r)
}

func (m *morning) count(r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now().Before(m.five) || !strings.HasPrefix(r.URL.Path, "/services/data/") {
		return
	}
	kind := r.Method
	switch q := r.URL.Query().Get("q"); {
	case strings.Contains(q, "AtkEmpDay"):
		kind = "sheet"
	case strings.Contains(q, "FROM teamspirit__ExternalAttendance"):
		kind = "stamps"
	case strings.Contains(q, "AtkEmp"):
		kind = "people"
	case strings.Contains(r.URL.Path, "/jobs/"):
		kind = "job"
	case strings.HasPrefix(r.URL.Path, "/services/data/v62.0/query/"):
		kind = "next page"
	}
	if m.kinds == nil {
		m.kinds = map[string]int{}
	}
	m.kinds[kind]++
	m.calls++
	if kind == "stamps" {
		m.look = m.now().Add(-100 * time.Millisecond)
	}
}

func (m *morning) note(point string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now == nil || m.now().Before(m.five) {
		return
	}
	switch point {
	case engine.HookBulkBeforeCreate:
		m.first = m.look
	case engine.HookBulkAfterCreate:
		m.jobs++
	case engine.HookBulkRecorded:
		m.accepted = m.now()
	}
}
