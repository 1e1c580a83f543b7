package akerunserver

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start is a Tuesday, 20:00 in Japan.
var start = time.Date(2026, 11, 24, 20, 0, 0, 0, company.Japan)

// world is a server with a client that is signed in.
type world struct {
	t testing.TB
	*Server
	clock *clock.Clock
	real  time.Time
	token string
	org   string
}

func newWorld(t testing.TB, o company.Options) *world {
	t.Helper()
	if o.From.IsZero() {
		o.From = start
	}
	c, err := company.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, clock: clock.Jump(o.From), real: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), org: c.Organizations[0].ID}
	w.Server, err = New(Options{Company: c, Now: w.clock.Now, RealNow: func() time.Time { return w.real }, Seed: o.Seed})
	if err != nil {
		t.Fatal(err)
	}
	w.token = w.signIn(company.SuperManager)
	return w
}

// signIn makes a token without the pages, which have tests of their own.
func (w *world) signIn(role company.Rank) string {
	for _, a := range w.company.AkerunAccounts {
		if a.Role == string(role) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.issue(a.User).access
		}
	}
	w.t.Fatalf("nobody is %s", role)
	return ""
}

func (w *world) do(method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+w.token)
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	a := httptest.NewRecorder()
	w.ServeHTTP(a, r)
	return a
}

// get reads a /v3 answer, which must have the status, into a value.
func get[T any](w *world, status int, path string) (v T) {
	w.t.Helper()
	return want[T](w, status, "GET", path, "")
}

func want[T any](w *world, status int, method, path, body string) (v T) {
	w.t.Helper()
	a := w.do(method, path, body)
	if a.Code != status {
		w.t.Fatalf("%s %s: status %d, want %d: %.300s", method, path, a.Code, status, a.Body)
	}
	d := json.NewDecoder(a.Body)
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return v
}

type shownUser struct{ ID, Name string }

type shownAccess struct {
	ID         json.Number
	Action     string
	DeviceType string `json:"device_type"`
	AccessedAt string `json:"accessed_at"`
	Akerun     shownUser
	User       *shownUser
}

type accessList struct{ Accesses []shownAccess }

type failure struct{ Code, Message string }

func (w *world) accesses(q string) []shownAccess {
	w.t.Helper()
	return get[accessList](w, http.StatusOK, "/v3/organizations/"+w.org+"/accesses?"+q).Accesses
}

func (w *world) set(name, value string) {
	w.t.Helper()
	if err := w.SetSwitch(name, json.RawMessage(value)); err != nil {
		w.t.Fatal(err)
	}
}

func at(t time.Time) string { return url.QueryEscape(t.Format(time.RFC3339)) }
