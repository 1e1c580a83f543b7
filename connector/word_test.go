package connector_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/vault"
)

// channel is a Slack channel that remembers what was posted, and refuses while it is closed.
type channel struct {
	*httptest.Server
	mu     sync.Mutex
	texts  []string
	closed bool
}

func newChannel(t *testing.T) *channel {
	c := &channel{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var m struct{ Text string }
		_ = json.Unmarshal(body, &m)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.closed {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		c.texts = append(c.texts, m.Text)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *channel) shut(closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = closed
}

// posted takes what was posted since.
func (c *channel) posted() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	texts := c.texts
	c.texts = nil
	return texts
}

func wantPosted(t *testing.T, c *channel, want ...string) {
	t.Helper()
	got := c.posted()
	if len(got) != len(want) {
		t.Errorf("posted %q, want %q", got, want)
		return
	}
	for i, parts := range want {
		for _, part := range strings.Split(parts, "|") {
			if !strings.Contains(got[i], part) {
				t.Errorf("posted %q, want %q in it", got[i], part)
			}
		}
	}
}

// toldOffice is a quiet office with two channels; the second one may be told names.
func toldOffice(t *testing.T, names bool) (r *rig.Rig, hr, it *channel) {
	t.Helper()
	hr, it = newChannel(t), newChannel(t)
	r = linked(t, rig.Options{Settings: func(s *settings.Settings) {
		s.Notify.Webhooks, s.Notify.Morning, s.Notify.Names = []string{"slack 人事", "slack 情シス"}, "08:30", names
	}})
	ok(t, r.SetReceiverSecret(t.Context(), "slack 人事", hr.URL+"/hr"))
	ok(t, r.SetReceiverSecret(t.Context(), "slack 情シス", it.URL+"/it"))
	return r, hr, it
}

// TestWordOfStopping: two channels are told once of a cause of 停止中 and once of its cure, over a restart too.
func TestWordOfStopping(t *testing.T) {
	t.Parallel()
	r, hr, it := toldOffice(t, false)
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.RunUntil(at("25 07:00"))
	wantPosted(t, hr)
	r.Switch(connector.Salesforce, "maintenance", "down")
	r.RunUntil(at("25 10:00"))
	r.Restart()
	r.RunUntil(at("25 12:00"))
	wantPosted(t, hr, "停止中: サーバーの障害・メンテナンス|ダッシュボード", "朝の報告 2026-11-25")
	wantPosted(t, it, "停止中: サーバーの障害・メンテナンス", "朝の報告 2026-11-25")
	r.Switch(connector.Salesforce, "maintenance", "")
	r.RunUntil(at("25 14:00"))
	wantPosted(t, hr, "解消: サーバーの障害・メンテナンス")
	wantPosted(t, it, "解消: サーバーの障害・メンテナンス")
	wantRows(t, r, p, "11-25 in 09:00:00")
}

// TestMorningReport: yesterday's stamps, what is open and who is new, with names only where they may be.
func TestMorningReport(t *testing.T) {
	t.Parallel()
	for _, names := range []bool{false, true} {
		r, hr, _ := toldOffice(t, names)
		p, once := r.Hire("7001"), r.Hire("7002")
		r.Enter(p, times("25 09:00", "25 18:00")...)
		r.Enter(once, times("25 09:00")...)
		r.RunUntil(at("25 20:00"))
		hr.posted()
		late := r.Hire("7003")
		r.RunUntil(at("26 08:20"))
		wantPosted(t, hr)
		r.RunUntil(at("26 12:00"))
		report := hr.posted()
		if len(report) != 1 || !strings.Contains(report[0], "2026-11-25 の打刻: 出勤 2件、退勤 1件") || !strings.Contains(report[0], "確認リスト 1件") ||
			!strings.Contains(report[0], "新しく連携された人: 1人") {
			t.Fatalf("%q", report)
		}
		if named := strings.Contains(report[0], late.Code); named != names {
			t.Errorf("names %v: %q", names, report[0])
		}
	}
}

// TestUntold: a channel that refuses is an item, holds no stamp up, and is told what it missed.
func TestUntold(t *testing.T) {
	t.Parallel()
	r, hr, it := toldOffice(t, false)
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.RunUntil(at("25 07:00"))
	hr.shut(true)
	for _, until := range []string{"25 08:40", "25 09:00", "25 09:30"} { // the end of a run waits for what is being told
		r.RunUntil(at(until))
	}
	wantRows(t, r, p, "11-25 in 09:00:00")
	wantOpen(t, r, "NOT_TOLD")
	wantPosted(t, it, "朝の報告")
	all, err := r.Receivers(t.Context())
	ok(t, err)
	if len(all) != 2 || all[0].Failing.IsZero() || !strings.Contains(all[0].Cause, "503") || strings.Contains(all[0].Cause, "/hr") || !all[1].Failing.IsZero() {
		t.Errorf("%+v", all)
	}
	hr.shut(false)
	r.RunUntil(at("25 12:00"))
	wantPosted(t, hr, "朝の報告")
	wantOpen(t, r)
}

// TestTestReceivers: the button tells of each receiver whether it was reached; secrets are in the keychain alone.
func TestTestReceivers(t *testing.T) {
	t.Parallel()
	hr := newChannel(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	ok(t, closed.Close())
	r := rig.Quiet(t, rig.Options{Settings: func(s *settings.Settings) {
		s.Notify.Webhooks = []string{"slack 人事", "teams 情シス"}
		s.Notify.MailServer, s.Notify.MailSecurity, s.Notify.MailFrom, s.Notify.MailTo = closed.Addr().String(), "none", "bridge@example.co.jp", []string{"hr@example.co.jp"}
	}})
	ok(t, r.SetReceiverSecret(t.Context(), "slack 人事", hr.URL+"/hr"))
	wantCode(t, r.SetReceiverSecret(t.Context(), "slack somebody", hr.URL), connector.CodeNotFound)
	wantCode(t, r.SetReceiverSecret(t.Context(), "teams 情シス", "http://hooks.example.com/"), connector.CodeBadInput)
	all, err := r.TestReceivers(t.Context())
	ok(t, err)
	state := func(name string) connector.Receiver {
		return all[slices.IndexFunc(all, func(r connector.Receiver) bool { return r.Name == name })]
	}
	if m := state("mail"); !m.Ready || m.Failing.IsZero() || !m.SentAt.IsZero() {
		t.Errorf("no mail server answers: %+v", m)
	}
	if w := state("slack 人事"); !w.Ready || !w.Failing.IsZero() || w.SentAt.IsZero() {
		t.Errorf("the channel was told: %+v", w)
	}
	if w := state("teams 情シス"); w.Ready || !strings.Contains(w.Cause, "not been given") {
		t.Errorf("no address was given: %+v", w)
	}
	wantPosted(t, hr, "試し送り")
	if kept, err := r.Vault.Get(t.Context(), vault.Webhook("slack 人事")); err != nil || kept != hr.URL+"/hr" {
		t.Errorf("%q %v", kept, err)
	}
	ok(t, r.SetReceiverSecret(t.Context(), "slack 人事", ""))
	if all, err = r.Receivers(t.Context()); err != nil || state("slack 人事").Ready {
		t.Errorf("%+v %v", all, err)
	}
}
