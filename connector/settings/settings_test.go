package settings

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func load(t *testing.T, text string) (Settings, []Warning, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settings.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path)
}

func TestMissingFileGivesDefaults(t *testing.T) {
	s, warnings, err := Load(filepath.Join(t.TempDir(), "none.toml"))
	if err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	if d := cmp.Diff(Default(), s); d != "" {
		t.Error(d)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

// What the README shows as the values of a file that leaves everything out has to be just that.
func TestTheReadmeShowsTheDefaults(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(readme), "```toml\n")
	block, _, ended := strings.Cut(block, "```")
	if !found || !ended {
		t.Fatal("the README has no settings any more")
	}
	s, warnings, err := Parse([]byte(block))
	if err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	if d := cmp.Diff(Default(), s); d != "" {
		t.Error(d)
	}
	for _, key := range []string{"language", "proxy", "clock_url", "start_at_sign_in", "notifications", "keep_years", "closing_day", "apart_minutes", "base_url", "client_id", "redirect_uri", "login_url", "callback_ports",
		"poll_interval", "people_interval", "minimum_span", "look_back_days", "deny", "akerun_per_minute", "salesforce_share", "[teamspirit]", "mail_server", "mail_security", "mail_user", "mail_from", "mail_to", "webhooks", "morning", "names"} {
		if !strings.Contains(block, key) {
			t.Errorf("the README does not tell of %s", key)
		}
	}
}

func TestEverySettingIsRead(t *testing.T) {
	s, warnings, err := load(t, "\xef\xbb\xbf"+`
language = "en"
proxy = "http://proxy.example.co.jp:8080"
clock_url = "http://127.0.0.1:9001/_simulator/clock"
start_at_sign_in = true
notifications = false
keep_years = 7
closing_day = 20
apart_minutes = 5
[akerun]
base_url = "http://127.0.0.1:9001/"
client_id = "abc"
redirect_uri = "https://example.co.jp/cb"
[salesforce]
login_url = "http://[::1]:9002"
client_id = "3MVG"
callback_ports = [20001, 20002]
[teamspirit]
stamp = "other__ExternalAttendance__c"
[engine]
poll_interval = "90s"
people_interval = 600
minimum_span = "10m"
look_back_days = 3
deny = ["autolock", "hand"]
akerun_per_minute = 10
salesforce_share = 0.5
[notify]
mail_server = "smtp.example.co.jp:465"
mail_security = "tls"
mail_user = "bridge"
mail_from = "bridge@example.co.jp"
mail_to = ["hr@example.co.jp", "it@example.co.jp"]
webhooks = ["teams 人事", "slack 情シス"]
morning = "08:30"
names = true
`)
	if err != nil || len(warnings) > 0 {
		t.Fatal(warnings, err)
	}
	want := Settings{
		Akerun:     Akerun{"http://127.0.0.1:9001", "abc", "https://example.co.jp/cb"},
		Salesforce: Salesforce{"http://[::1]:9002", "3MVG", []int{20001, 20002}},
		TeamSpirit: map[string]string{"stamp": "other__ExternalAttendance__c"},
		Engine: Engine{90 * time.Second, 10 * time.Minute, 10 * time.Minute, 3,
			[]string{"autolock", "hand"}, 10, 0.5},
		ClockURL: "http://127.0.0.1:9001/_simulator/clock",
		Language: "en", Proxy: "http://proxy.example.co.jp:8080",
		StartAtSignIn: true, Notifications: false, KeepYears: 7, ClosingDay: 20, ApartMinutes: 5,
		Notify: Notify{"smtp.example.co.jp:465", "tls", "bridge", "bridge@example.co.jp", []string{"hr@example.co.jp", "it@example.co.jp"},
			[]string{"teams 人事", "slack 情シス"}, "08:30", true},
	}
	if d := cmp.Diff(want, s); d != "" {
		t.Error(d)
	}
}

func TestBoard(t *testing.T) {
	t.Run("N12-poll-interval-extremes", func(t *testing.T) {
		for text, want := range map[string]time.Duration{
			"0":                          15 * time.Second,
			"-1":                         15 * time.Second,
			`"1ms"`:                      15 * time.Second,
			`"14s"`:                      15 * time.Second,
			`"8760h"`:                    time.Hour,
			"31536000":                   time.Hour,
			"9223372036854775807":        time.Hour,
			"-9223372036854775808":       15 * time.Second,
			`"61m"`:                      time.Hour,
			`"15s"`:                      15 * time.Second,
			`"1h"`:                       time.Hour,
			"3600":                       time.Hour,
			`"1m0.5s"`:                   60*time.Second + 500*time.Millisecond,
			`"2562047h47m16.854775807s"`: time.Hour,
		} {
			s, warnings, err := load(t, "# a comment\n[engine]\npoll_interval = "+text+"\n")
			if err != nil {
				t.Errorf("%s: %v", text, err)
				continue
			}
			if s.Engine.PollInterval != want {
				t.Errorf("%s: got %v, want %v", text, s.Engine.PollInterval, want)
			}
			inside := text == `"15s"` || text == `"1h"` || text == "3600" || text == `"1m0.5s"`
			if inside != (len(warnings) == 0) {
				t.Errorf("%s: warnings %v", text, warnings)
			}
			if len(warnings) > 0 && (warnings[0].Line != 3 || !strings.Contains(warnings[0].String(), "line 3: engine.poll_interval")) {
				t.Errorf("%s: warning without its line: %v", text, warnings[0])
			}
		}
	})
	t.Run("N13-config-half-written", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "settings.toml")
		s := Default()
		s.Akerun.ClientID = "first"
		if err := s.Save(path); err != nil {
			t.Fatal(err)
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		// A file cut anywhere is read as a shorter file or refused with its line, and never read as something else.
		for cut := range whole {
			got, _, err := Parse(whole[:cut])
			if err == nil && got.Akerun.ClientID != "" && got.Akerun.ClientID != "first" {
				t.Errorf("cut at %d: client id %q", cut, got.Akerun.ClientID)
			}
			if err != nil && !strings.Contains(err.Error(), "line ") {
				t.Errorf("cut at %d: no line in %v", cut, err)
			}
		}
		// What can't be saved leaves the old file and no other.
		bad := s
		bad.Akerun.BaseURL = "ftp://example.com"
		if err := bad.Save(path); err == nil {
			t.Error("saved what Check refuses")
		}
		if got, _, err := Load(path); err != nil || got.Akerun.ClientID != "first" {
			t.Error(got, err)
		}
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(entries) != 1 {
			t.Error("left over files", entries, err)
		}
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Error(info.Mode(), err)
		}
	})
	t.Run("N13-folder-not-writable", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "settings.toml")
		if err := Default().Save(path); err != nil {
			t.Fatal(err)
		}
		// A folder in the file's place makes the last step fail on every system and for every user, root included.
		blocked := filepath.Join(t.TempDir(), "settings.toml")
		if err := os.MkdirAll(filepath.Join(blocked, "x"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := Default().Save(blocked); err == nil {
			t.Error("no error")
		}
		entries, err := os.ReadDir(filepath.Dir(blocked))
		if err != nil || len(entries) != 1 {
			t.Error("left over files", entries, err)
		}
	})
}

func TestRefused(t *testing.T) {
	const loop = "[akerun]\nbase_url = \"http://localhost:1\"\n[salesforce]\nlogin_url = \"http://127.0.0.1:2\"\n"
	for name, c := range map[string]struct{ text, want string }{
		"http to a stranger":            {"[akerun]\nbase_url = \"http://api.akerun.com\"", "line 2: akerun.base_url"},
		"a name that looks local":       {"[akerun]\nbase_url = \"http://localhost.example.com\"", "line 2: akerun.base_url"},
		"user in front of the host":     {"[salesforce]\nlogin_url = \"https://localhost@example.com\"", "line 2: salesforce.login_url"},
		"no address":                    {"[salesforce]\nlogin_url = \"example\"", "line 2: salesforce.login_url"},
		"empty address":                 {"[salesforce]\nlogin_url = \"\"", "line 2: salesforce.login_url"},
		"clock with real services":      {"clock_url = \"http://127.0.0.1:1/clock\"", "line 1: clock_url: only allowed while every address is on this PC"},
		"clock with one real service":   {"clock_url = \"http://127.0.0.1:1/clock\"\n[akerun]\nbase_url = \"http://localhost:1\"", "salesforce.login_url is https://login.salesforce.com"},
		"clock from outside":            {"clock_url = \"https://example.com/clock\"\n" + loop, "line 1: clock_url"},
		"port twice":                    {"[salesforce]\ncallback_ports = [17171, 17171]", "17171 is there twice"},
		"low port":                      {"[salesforce]\ncallback_ports = [80]", "80 is outside"},
		"no port":                       {"[salesforce]\ncallback_ports = []", "at least one port"},
		"no time span":                  {"[engine]\npoll_interval = \"soon\"", "line 2"},
		"text for a number":             {"[engine]\nlook_back_days = \"7\"", "line 2"},
		"half a line":                   {"language = \"ja\"\n[akerun]\nclient_id = \"ab", "line 3"},
		"a key twice":                   {"language = \"ja\"\nlanguage = \"en\"", "line 2"},
		"language":                      {"language = \"fr\"", "line 1: language"},
		"proxy":                         {"proxy = \"proxy:8080\"", "line 1: proxy"},
		"a password in the proxy":       {"proxy = \"http://u:secret@proxy:8080\"", "line 1: proxy: proxy:8080 must be written without user and password"},
		"redirect over http":            {"[akerun]\nredirect_uri = \"http://example.com\"", "line 2: akerun.redirect_uri"},
		"an address that hides a query": {"[akerun]\nbase_url = \"https://api.akerun.com?x=1\"", "line 2: akerun.base_url"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := load(t, c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
	if _, _, err := load(t, "clock_url = \"http://127.0.0.1:1/clock\"\n"+loop); err != nil {
		t.Error("a rehearsal with everything on this PC is refused:", err)
	}
}

func TestUnknownKeysAreWarningsWithTheirLine(t *testing.T) {
	s, warnings, err := load(t, "langauge = \"ja\"\n[engine]\nlook_back_days = 3\npol_interval = 3\n[elsewhere]\na = 1\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.Engine.LookBackDays != 3 {
		t.Error("the known setting beside an unknown one was lost")
	}
	var got []string
	for _, w := range warnings {
		got = append(got, w.String())
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{"line 1: langauge", "line 4: engine.pol_interval", "line 5: elsewhere"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
}

func TestSaveThenLoadGivesTheSame(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		s := Default()
		s.Akerun.ClientID = rapid.String().Draw(t, "client")
		s.Engine.PollInterval = time.Duration(rapid.Int64Range(int64(15*time.Second), int64(time.Hour)).Draw(t, "poll"))
		s.Engine.LookBackDays = rapid.IntRange(1, 31).Draw(t, "days")
		s.StartAtSignIn, s.Notifications = rapid.Bool().Draw(t, "start"), rapid.Bool().Draw(t, "notify")
		s.KeepYears = rapid.IntRange(3, 30).Draw(t, "years")
		s.Engine.SalesforceShare = rapid.Float64Range(0.1, 1).Draw(t, "share")
		s.Engine.Deny = rapid.SliceOfN(rapid.String(), 0, 4).Draw(t, "deny")
		s.TeamSpirit = rapid.MapOf(rapid.StringN(1, 20, -1), rapid.String()).Draw(t, "names")
		s.Salesforce.CallbackPorts = rapid.SliceOfNDistinct(rapid.IntRange(1024, 65535), 1, 4, rapid.ID[int]).Draw(t, "ports")
		path := filepath.Join(dir, "settings.toml")
		if err := s.Save(path); err != nil {
			t.Fatal(err)
		}
		got, warnings, err := Load(path)
		if err != nil || len(warnings) > 0 {
			t.Fatal(warnings, err)
		}
		if d := cmp.Diff(s, got); d != "" {
			t.Fatal(d)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("[engine]\npoll_interval = \"90s\"\n"))
	f.Add([]byte("clock_url = \"http://127.0.0.1:1\"\n[akerun]\nbase_url=\"http://localhost\"\n[salesforce]\nlogin_url=\"http://[::1]\""))
	f.Add([]byte("[teamspirit]\n\"a b\" = '''x'''\nengine.deny = []"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, _, err := Parse(text)
		if err != nil {
			return
		}
		if err := s.Check(); err != nil {
			t.Fatalf("accepted, yet Check refuses it: %v", err)
		}
		if s.ClockURL != "" && (!Loopback(s.Akerun.BaseURL) || !Loopback(s.Salesforce.LoginURL)) {
			t.Fatal("a clock from outside together with a real service")
		}
		if len(s.OutOfLimits()) > 0 {
			t.Fatal("a number outside its limits got through")
		}
	})
}

func TestOneSettingIsChangedByItsName(t *testing.T) {
	s := Default()
	for _, c := range []struct {
		name, value string
		want        func(*Settings)
		refused     string
	}{
		{name: "engine.poll_interval", value: "90s", want: func(s *Settings) { s.Engine.PollInterval = 90 * time.Second }},
		{name: "engine.deny", value: `["a", "b"]`, want: func(s *Settings) { s.Engine.Deny = []string{"a", "b"} }},
		{name: "notifications", value: "false", want: func(s *Settings) { s.Notifications = false }},
		{name: "language", value: "en", want: func(s *Settings) { s.Language = "en" }},
		{name: "akerun.client_id", value: "123", want: func(s *Settings) { s.Akerun.ClientID = "123" }},
		{name: "teamspirit.stamp", value: "x__c", want: func(s *Settings) { s.TeamSpirit["stamp"] = "x__c" }},
		{name: "engine.poll_intervall", value: "90s", refused: "is no setting"},
		{name: "engine.look_back_days", value: "99", refused: "outside"},
		{name: "language", value: "fr", refused: "neither ja nor en"},
	} {
		got, err := With(s, c.name, c.value)
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%s = %s: %v, want %q in it", c.name, c.value, err, c.refused)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s = %s: %v", c.name, c.value, err)
			continue
		}
		c.want(&s)
		if d := cmp.Diff(s, got); d != "" {
			t.Errorf("%s = %s: %s", c.name, c.value, d)
		}
	}
}
