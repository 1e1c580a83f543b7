package connector_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

// failing is a way to the servers that fails as an error says, while it says anything.
type failing struct {
	next http.RoundTripper
	now  func() time.Time

	mu    sync.Mutex
	fail  func(now time.Time, url string) error
	calls int
}

func (f *failing) RoundTrip(q *http.Request) (*http.Response, error) {
	f.mu.Lock()
	f.calls++
	fail, now := f.fail, f.now
	f.mu.Unlock()
	if fail != nil {
		if err := fail(now(), "http://"+q.URL.Host); err != nil {
			return nil, err
		}
	}
	return f.next.RoundTrip(q)
}

// set changes how calls fail and gives the number of calls since it was set last.
func (f *failing) set(fail func(now time.Time, url string) error) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	calls := f.calls
	f.fail, f.calls = fail, 0
	return calls
}

// onFailing is linkedAndBusy on a way that can be made to fail, with a poll of its own.
func onFailing(t *testing.T, poll time.Duration, o rig.Options) (*rig.Rig, rig.Person, *failing) {
	t.Helper()
	f := &failing{}
	o.Transport = func(next http.RoundTripper) http.RoundTripper {
		f.next = next
		return f
	}
	o.Settings = func(s *settings.Settings) { s.Engine.PollInterval = poll }
	r := linked(t, o)
	f.now = r.World.Clock().Now
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "27 09:00", "27 18:00")...)
	return r, p, f
}

// doze lets the PC sleep until ten minutes before an instant, and runs until then: what happens in between costs no polls.
func doze(t *testing.T, r *rig.Rig, until time.Time) {
	t.Helper()
	ok(t, r.World.Clock().Set(until.Add(-10*time.Minute)))
	r.RunUntil(until)
}

// TestBoardSilence: a service that is gone while there is nothing to do is on the screen within five minutes (L4), and off it within as many.
func TestBoardSilence(t *testing.T) {
	t.Parallel()
	for _, gone := range []string{simulator.PipeAkerunURL, simulator.PipeSalesforceURL} {
		t.Run("D01-offline-while-idle "+gone, func(t *testing.T) {
			t.Parallel()
			r, _, f := onFailing(t, time.Minute, rig.Options{})
			doze(t, r, at("25 13:07"))
			f.set(func(_ time.Time, url string) error {
				if url == gone {
					return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "example", IsNotFound: true}}
				}
				return nil
			})
			r.RunUntil(at("25 13:12"))
			wantOpen(t, r, "OFFLINE")
			wantPhase(t, r, connector.Running)
			f.set(nil)
			r.RunUntil(at("25 13:17"))
			wantOpen(t, r)
			r.RunUntil(at("25 14:17"))
			if calls := f.set(nil); calls > 150 {
				t.Errorf("%d calls in an idle hour", calls)
			}
		})
	}
	t.Run("I08-five-approvals-limit", func(t *testing.T) {
		t.Parallel()
		r, p, _ := onFailing(t, time.Minute, rig.Options{})
		doze(t, r, at("25 13:07"))
		r.Switch(connector.Salesforce, "approvals_limit", 1)
		r.World.SalesforceServer().RevokeTokens("renkei@sakura-shoji.example") // the oldest of too many ends as if revoked
		r.RunUntil(at("25 13:12"))
		wantOpen(t, r, "LOGIN_NEEDED")
		wantPhase(t, r, connector.NeedsLink)
		_, err := r.SignIn(connector.Salesforce, "admin")
		ok(t, err)
		wantOpen(t, r)
		doze(t, r, at("26 05:15"))
		wantRows(t, r, p, threeDays[:2]...)
	})
}

// TestBoardLine holds group D's cases of a line that does not work as one should.
func TestBoardLine(t *testing.T) {
	t.Parallel()
	offline := &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "example", IsNotFound: true}}
	expired := &net.OpError{Op: "remote error", Err: x509.CertificateInvalidError{Reason: x509.Expired}}
	tests := []struct {
		name  string
		poll  time.Duration
		until string // of the fault, which begins on the 25th at 20:00
		fail  func(now time.Time, url string) error
		item  string // when it ends
		calls int    // at most while it lasts
	}{
		{"D02-offline-5-days", 20 * time.Minute, "30 20:00", func(time.Time, string) error { return offline }, "OFFLINE", 2000},
		{"D03-flap", 15 * time.Second, "25 22:00", func(now time.Time, _ string) error {
			if now.Unix()/7%2 == 0 {
				return offline
			}
			return nil
		}, "", 2500},
		{"D12-dns-fail", 20 * time.Minute, "26 08:00", func(time.Time, string) error { return offline }, "OFFLINE", 200},
		{"D12-dns-wrong-ip", 20 * time.Minute, "26 08:00", func(time.Time, string) error {
			return x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"evil.example"}}, Host: "api.akerun.example"}
		}, "TLS_REFUSED", 200},
		{"C06-clock-1970-tls-fails", 20 * time.Minute, "26 08:00", func(time.Time, string) error { return expired }, "TLS_REFUSED", 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, p, f := onFailing(t, tt.poll, rig.Options{})
			doze(t, r, at("25 09:15"))
			doze(t, r, at("25 20:00"))
			wantRows(t, r, p, threeDays[:1]...)
			if tt.name == "C06-clock-1970-tls-fails" {
				r.SetWrong(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).Sub(at("25 20:00")))
			}
			f.set(tt.fail)
			until := at(tt.until)
			r.RunUntil(until)
			wantRows(t, r, p, threeDays[:1]...)
			if open := r.Open(); tt.item != "" && !slices.Contains(open, tt.item) || tt.item == "" && len(open) > 0 {
				t.Errorf("open %q, want %q", open, tt.item)
			}
			if calls := f.set(nil); calls > tt.calls {
				t.Errorf("%d calls in the time of trouble", calls)
			}
			r.SetWrong(0)
			r.RunUntil(until.Add(25 * time.Minute))
			wantOpen(t, r)
			if end := at("28 08:00"); until.Before(end) {
				doze(t, r, end)
				r.RunUntil(end.Add(15 * time.Minute))
			}
			wantRows(t, r, p, threeDays...)
			r.MustHold(nil)
		})
	}
}

// TestBoardC03_Darkwake: thirty wakes of 55 s a night make no storm of calls, and no sign-in is asked for.
func TestBoardC03_Darkwake(t *testing.T) {
	t.Parallel()
	r, p, f := onFailing(t, time.Minute, rig.Options{})
	doze(t, r, at("25 09:15"))
	doze(t, r, at("25 22:00"))
	refreshes := countCalls(r, "/services/oauth2/token")
	f.set(nil)
	for i := range 30 {
		wake := at("25 22:14").Add(time.Duration(i) * 14 * time.Minute)
		ok(t, r.World.Clock().Set(wake))
		r.RunUntil(wake.Add(55 * time.Second))
	}
	if calls := f.set(nil); calls > 30*12 {
		t.Errorf("%d calls in 30 short wakes", calls)
	}
	if more := countCalls(r, "/services/oauth2/token") - refreshes; more > 30 {
		t.Errorf("%d tokens were asked for", more)
	}
	ok(t, r.World.Clock().Set(at("26 08:50")))
	r.RunUntil(at("26 09:15"))
	wantRows(t, r, p, threeDays[:3]...)
	wantOpen(t, r)
	r.MustHold(nil)
}

// TestBoardE14_HistoryShrinks: Akerun drops what is older than two days while the PC is off for five; the gap is named, and what is left is stamped.
func TestBoardE14_HistoryShrinks(t *testing.T) {
	t.Parallel()
	switches := akerunserver.Defaults()
	switches.HistoryDays = 2
	r, p, _ := onFailing(t, 10*time.Minute, rig.Options{Akerun: &switches})
	r.Enter(p, times("30 09:00", "30 18:00")...)
	r.RunUntil(at("25 20:00"))
	ok(t, r.World.Clock().Set(at("30 20:00")))
	r.RunUntil(at("30 20:30"))
	items, err := r.Items(t.Context(), connector.ItemQuery{})
	ok(t, err)
	if len(items) != 1 || items[0].Reason != "TOO_OLD" || items[0].Detail["from"] != "2026-11-25T18:00:00+09:00" || items[0].Detail["to"] != "2026-11-30T09:00:00+09:00" {
		t.Errorf("listed: %+v", items)
	}
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-30 in 09:00:00")
	r.MustHold(nil)
}

// TestBoardN11_OfficialLinkAlsoOn: another link stamps from the same doors. Its rows stand, nothing is doubled, and somebody is told.
func TestBoardN11_OfficialLinkAlsoOn(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p, q := r.Hire("7001"), r.Hire("7002")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.Enter(q, times("25 09:30", "25 18:30")...)
	foreign := func(p rig.Person, kind, when string) {
		_, err := r.World.SalesforceServer().AddForeignRow(salesforceserver.StampRow{
			EmployeeID: p.Employee, Kind: kind, At: at(when), TargetDate: "2026-11-25", Device: "Akerun",
		})
		ok(t, err)
	}
	r.RunUntil(at("25 08:55"))
	foreign(p, "in", "25 09:00")
	r.RunUntil(at("25 18:20"))
	foreign(p, "out", "25 18:00")
	r.RunUntil(at("26 07:00"))
	wantRows(t, r, p)
	wantRows(t, r, q, "11-25 in 09:30:00", "11-25 out 18:30:00")
	wantOpen(t, r, "OTHER_CONNECTOR")
	r.RunUntil(at("27 12:00")) // it was switched off
	wantOpen(t, r)
	r.MustHold(nil)
}

// database opens the profile's database beside the connector, as a tool would.
func database(t *testing.T, r *rig.Rig) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(r.Dir, "dakokubridge.db")+"?_pragma=busy_timeout(10000)")
	ok(t, err)
	t.Cleanup(func() { ok(t, db.Close()) })
	return db
}

// TestBoardK11_RuleChange: what an older version of the rules has decided and sent keeps that version, and the audit chain shows both.
func TestBoardK11_RuleChange(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.RunUntil(at("25 12:00"))
	db := database(t, r)
	_, err := db.ExecContext(t.Context(), "UPDATE outbox SET rules = rules - 1") // as the version before has written it
	ok(t, err)
	r.Restart()
	_, err = db.ExecContext(t.Context(), "UPDATE person_day SET dirty = 1")
	ok(t, err)
	r.RunUntil(at("26 07:00"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00")
	rows, err := db.QueryContext(t.Context(), "SELECT kind, rules FROM outbox ORDER BY kind")
	ok(t, err)
	defer func() { _ = rows.Close() }()
	versions := map[string]int{}
	for rows.Next() {
		var kind string
		var version int
		ok(t, rows.Scan(&kind, &version))
		versions[kind] = version
	}
	ok(t, rows.Err())
	if versions["in"] != attendance.Version-1 || versions["out"] != attendance.Version {
		t.Errorf("versions %v", versions)
	}
	if n := audited(t, db, "decided", "rules"); len(n) != 2 {
		t.Errorf("the audit chain tells the version of %d decisions", len(n))
	}
	r.MustHold(nil)
}

// audited lists a value of the audit rows of a kind that have it.
func audited(t *testing.T, db *sql.DB, kind, name string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT body FROM audit WHERE kind = ? ORDER BY seq", kind)
	ok(t, err)
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var body string
		ok(t, rows.Scan(&body))
		var detail map[string]string
		ok(t, json.Unmarshal([]byte(body), &detail))
		if detail[name] != "" {
			out = append(out, detail[name])
		}
	}
	ok(t, rows.Err())
	return out
}

// TestBoardM11_AuditVersusSink: after lost requests, lost answers and refusals each of TeamSpirit's rows has its decision, attempt and acceptance in
// the audit chain, and the chain accepts nothing that TeamSpirit has not.
func TestBoardM11_AuditVersusSink(t *testing.T) {
	t.Parallel()
	for _, key := range []string{salesforceserver.KeyUnique, salesforceserver.KeyPlain} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			switches := salesforceserver.DefaultSwitches()
			switches.UniqueKey = key
			start := at("25 05:00")
			r := rig.New(t, rig.Options{Seed: 11, Size: company.Small, Days: 3, From: start.Add(-90 * time.Minute), History: -1, Salesforce: &switches,
				Settings: func(s *settings.Settings) { s.Engine.PollInterval = 10 * time.Minute }})
			r.Link(start)
			for i, until := range []string{"25 08:30", "25 09:10", "25 10:00", "26 04:59", "26 05:20"} {
				fault := []map[string]any{{"path": "/composite/sobjects", "method": "POST", "drop": true, "after_apply": i%2 == 0}}
				r.Switch(connector.Salesforce, "fail_next", fault)
				r.RunUntil(at(until))
			}
			r.Switch(connector.Salesforce, "fail_next", []map[string]any{})
			r.RunUntil(at("26 07:00"))
			r.MustHold(nil)
			db := database(t, r)
			accepted := map[string]string{} // record by key
			records, keys := audited(t, db, "accepted", "record"), audited(t, db, "accepted", "key")
			for i, k := range keys {
				accepted[k] = records[i]
			}
			rows := 0
			for _, row := range r.World.SalesforceServer().StampRows() {
				if row.CreatedBy == "" {
					continue
				}
				rows++
				if accepted[row.Key] != row.ID || !slices.Contains(audited(t, db, "decided", "key"), row.Key) || !slices.Contains(audited(t, db, "sending", "key"), row.Key) {
					t.Errorf("row %s of key %s: the chain has accepted it as %q", row.ID, row.Key, accepted[row.Key])
				}
				delete(accepted, row.Key)
			}
			if rows < 8 || len(accepted) > 0 {
				t.Errorf("%d rows; accepted without a row: %v", rows, accepted)
			}
		})
	}
}

// TestBoardK12_CleanQuitResume: ended at 17:00 and started at 09:00, the program sends what is due at once.
func TestBoardK12_CleanQuitResume(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00", "26 08:55", "26 18:00")...)
	r.RunUntil(at("25 17:00"))
	ok(t, r.Close())
	ok(t, r.World.Clock().Set(at("26 09:00")))
	r.Reopen()
	r.RunUntil(at("26 09:15"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 08:55:00")
	wantOpen(t, r)
	r.MustHold(nil)
}

// TestBoardC08_ClockStepForward: the PC's clock jumps by forty minutes at 04:30, and nothing leaves before 05:00 by the servers' time.
func TestBoardC08_ClockStepForward(t *testing.T) {
	t.Parallel()
	r, p := linkedAndBusy(t, rig.Options{})
	r.RunUntil(at("26 04:30"))
	r.SetWrong(40 * time.Minute)
	r.RunUntil(at("26 04:58"))
	wantRows(t, r, p, threeDays[:1]...)
	r.RunUntil(at("26 05:40"))
	wantRows(t, r, p, threeDays[:2]...)
	wantOpen(t, r, "CLOCK_WRONG")
	r.MustHold(nil)
}

// TestBoardM04_PanicDump: a panic whose value is a secret leaves it neither in the log nor in an item nor in any file of the profile.
func TestBoardM04_PanicDump(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var secret atomic.Pointer[string]
	r := linked(t, rig.Options{
		Log: slog.New(transport.RedactingHandler(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		Hook: func(_ context.Context, point string) error {
			if s := secret.Load(); s != nil && (point == engine.HookDecideDay || point == engine.HookIngestBeforeCommit) {
				panic(fmt.Errorf("renewing with %s", *s))
			}
			return nil
		},
	})
	token, err := r.Vault.Get(t.Context(), vault.SalesforceRefreshToken)
	ok(t, err)
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.RunUntil(at("25 08:50"))
	secret.Store(&token)
	r.RunUntil(at("25 09:30"))
	if open := r.Open(); !slices.Contains(open, "PANIC") {
		t.Errorf("open %q", open)
	}
	secret.Store(nil)
	r.RunUntil(at("26 07:00"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00")
	if !strings.Contains(log.String(), "panic in a stage") {
		t.Error("the panic is not in the log")
	}
	ok(t, r.Close())
	entries, err := os.ReadDir(r.Dir)
	ok(t, err)
	found := map[string]string{"the log": log.String()}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(r.Dir, e.Name()))
		ok(t, err)
		found[e.Name()] = string(data)
	}
	for name, text := range found {
		if strings.Contains(text, token) {
			t.Errorf("the secret is in %s", name)
		}
	}
	r.Reopen()
}
