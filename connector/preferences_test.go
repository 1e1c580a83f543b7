package connector_test

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/vault"
)

// opened opens a connector that keeps its settings in a file.
func opened(t *testing.T) (*connector.Local, string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "settings.toml")
	l, err := connector.Open(t.Context(), connector.Config{
		Dir: dir, Vault: vault.Memory(), Clock: clock.Jump(at("24 20:00")), Settings: settings.Default(), SettingsPath: path, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, path
}

func mustSettings(t *testing.T, l *connector.Local) connector.Settings {
	t.Helper()
	s, err := l.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSettingsAreWrittenAndInForceAtOnce(t *testing.T) {
	l, path := opened(t)
	s := mustSettings(t, l)
	s.Engine.PollInterval, s.Engine.MinimumSpan, s.Engine.AkerunPerMinute = 2*time.Minute, 10*time.Minute, 12
	s.Language, s.Proxy, s.KeepYears, s.Notifications = "en", " http://proxy.example:8080 ", 7, false
	s.Engine.Deny = []string{" autolock ", "", "autolock", "hand"}
	if err := l.SetSettings(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	want := s
	want.Proxy, want.Engine.Deny = "http://proxy.example:8080", []string{"autolock", "hand"}
	if d := cmp.Diff(want, mustSettings(t, l)); d != "" {
		t.Error(d)
	}
	saved, warnings, err := settings.Load(path)
	if err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	if d := cmp.Diff(want, saved); d != "" {
		t.Error("in the file:", d)
	}
	h, err := l.History(t.Context(), connector.HistoryQuery{Kind: "settings"})
	if err != nil || len(h) != 1 || !strings.Contains(h[0].Detail["names"], "Engine.PollInterval") || strings.Contains(h[0].Detail["names"], "LookBackDays") {
		t.Error(h, err)
	}
}

func TestWrongSettingsAreNamedAndChangeNothing(t *testing.T) {
	l, path := opened(t)
	for name, c := range map[string]struct {
		edit    func(*connector.Settings)
		setting string
	}{
		"too often":    {func(s *connector.Settings) { s.Engine.PollInterval = time.Second }, "engine.poll_interval"},
		"too far back": {func(s *connector.Settings) { s.Engine.LookBackDays = 99 }, "engine.look_back_days"},
		"no proxy":     {func(s *connector.Settings) { s.Proxy = "proxy:8080" }, "proxy"},
		"a password":   {func(s *connector.Settings) { s.Proxy = "http://u:canary@proxy:8080" }, "proxy"},
		"no language":  {func(s *connector.Settings) { s.Language = "fr" }, "language"},
		"another clock": {func(s *connector.Settings) {
			s.ClockURL = "http://127.0.0.1:1/clock"
			s.Akerun.BaseURL = "http://127.0.0.1:1"
			s.Salesforce.LoginURL = "http://127.0.0.1:1"
		}, "clock_url"},
		"a field's name": {func(s *connector.Settings) { s.TeamSpirit["nothing_like_it"] = "x" }, "teamspirit"},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustSettings(t, l)
			c.edit(&s)
			err := l.SetSettings(t.Context(), s)
			wantCode(t, err, connector.CodeBadInput)
			var e *connector.Error
			if errors.As(err, &e) && (e.Detail["setting"] != c.setting || strings.Contains(e.Text, "canary")) {
				t.Errorf("%v names %q, want %q", e, e.Detail["setting"], c.setting)
			}
			if d := cmp.Diff(settings.Default(), mustSettings(t, l)); d != "" {
				t.Error(d)
			}
			if _, err := os.Stat(path); !os.IsNotExist(err) {
				t.Error("a file was written", err)
			}
		})
	}
}

func TestWhatWasWrittenByHandIsNotLost(t *testing.T) {
	l, path := opened(t)
	if err := os.WriteFile(path, []byte("language = \"en\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := mustSettings(t, l)
	s.KeepYears = 9
	wantCode(t, l.SetSettings(t.Context(), s), connector.CodeWrongState)
	if b, err := os.ReadFile(path); err != nil || string(b) != "language = \"en\"\n" {
		t.Errorf("%q %v", b, err)
	}
	if mustSettings(t, l).KeepYears != 5 {
		t.Error("in force all the same")
	}
}

func TestAddressesStandWhileTheIntegrationRuns(t *testing.T) {
	r := linked(t, rig.Options{Seed: 1})
	s := mustSettings(t, r.Local)
	s.Salesforce.LoginURL = "https://test.salesforce.com"
	wantCode(t, r.SetSettings(t.Context(), s), connector.CodeWrongState)
	s = mustSettings(t, r.Local)
	s.Engine.PollInterval = 5 * time.Minute
	if err := r.SetSettings(t.Context(), s); err != nil {
		t.Error(err)
	}
}

func TestAnotherSignInHostHoldsForTheNextSignIn(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	s := mustSettings(t, r.Local)
	was := s.Salesforce.LoginURL
	s.Salesforce.LoginURL = "https://example--dev.sandbox.my.salesforce.com"
	if err := r.SetSettings(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	begun, err := r.BeginSignIn(t.Context(), connector.SignInRequest{Side: connector.Salesforce})
	if err != nil || !strings.HasPrefix(begun.Address, s.Salesforce.LoginURL+"/") {
		t.Error(begun, err)
	}
	s.Salesforce.LoginURL = was
	if err := r.SetSettings(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if _, err := r.SignIn(connector.Salesforce, "admin"); err != nil {
		t.Error("back at the former host:", err)
	}
}

// The five minutes hold for the day that is open when they are changed.
func TestTheLeastSpanIsTakenAtOnce(t *testing.T) {
	r := linked(t, rig.Options{Seed: 1})
	p := r.Hire("77001")
	r.Enter(p, times("25 09:00", "25 09:20")...)
	r.RunUntil(at("25 20:00"))
	s := mustSettings(t, r.Local)
	s.Engine.MinimumSpan = time.Hour
	if err := r.SetSettings(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	r.RunUntil(at("26 06:00"))
	wantRows(t, r, p, "11-25 in 09:00:00")
	wantOpen(t, r, "NO_CLOCK_OUT 11-25 77001")
}

func TestDoorsTellTheirLastDay(t *testing.T) {
	r := linked(t, rig.Options{Seed: 1})
	p := r.Hire("77001")
	r.Enter(p, times("25 09:00", "25 18:00")...)
	r.RunUntil(at("25 20:00"))
	doors, err := r.Doors(t.Context())
	if err != nil || len(doors) != 1 || doors[0].LastDay != "2026-11-25" || doors[0].Excluded || doors[0].Name == "" {
		t.Fatalf("%+v %v", doors, err)
	}
	if err := r.ExcludeDoors(t.Context(), []string{doors[0].ID}, true); err != nil {
		t.Fatal(err)
	}
	if doors, err = r.Doors(t.Context()); err != nil || !doors[0].Excluded {
		t.Errorf("%+v %v", doors, err)
	}
}
