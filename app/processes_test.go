package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"dakokubridge/app/output"
	"dakokubridge/app/profile"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/witness"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/vault"
)

// insideVariable tells this test that it runs in a D-Bus session of its own, with a keychain that is unlocked.
const insideVariable = "DAKOKUBRIDGE_TEST_SESSION"

// inSession runs the calling test once more as a process in a private D-Bus session with a real, unlocked gnome-keyring, and tells
// whether this is that process. HOME is a temporary folder there: no keyring and no profile of this machine is touched.
func inSession(t *testing.T) bool {
	t.Helper()
	if os.Getenv(insideVariable) != "" {
		return true
	}
	if runtime.GOOS != "linux" {
		t.Skip("a private keychain can be had on Linux only")
	}
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed (packages dbus and gnome-keyring)", program)
		}
	}
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.MkdirTemp("/tmp", "dkbtest") // short: sockets lie below it
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(home)
	cmd := exec.CommandContext(t.Context(), "dbus-run-session", "--", "sh", "-c",
		`printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null || exit 97; exec "$0" -test.run="^$1\$" -test.v`, test, t.Name())
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if name != "HOME" && name != "DBUS_SESSION_BUS_ADDRESS" && name != "GNOME_KEYRING_CONTROL" && !strings.HasPrefix(name, "XDG_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, insideVariable+"=1", "HOME="+home, "XDG_RUNTIME_DIR="+home, "XDG_DATA_HOME="+home+"/data",
		"XDG_CONFIG_HOME="+home+"/config", "XDG_CACHE_HOME="+home+"/cache", "TMPDIR="+home, "TZ=America/New_York")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}

// The whole way with real processes, as from four shells, in step by clock_url: the simulator, two sign-ins through its pages, begin,
// run, and what the others see meanwhile through the owner's socket.
func TestFourShells(t *testing.T) {
	if !inSession(t) {
		return
	}
	w := startWorld(t, "--seed", "5", "--speed", "240", "--from", "2026-11-24T03:00")
	dir := w.profile()
	said := []*shell{w.signInAkerun(dir, "super_manager"), w.signInSalesforce(dir, "admin")}

	checked := command(t, exitDone, "--profile", dir, "check")
	if !strings.Contains(checked, "ADMIN") || !strings.Contains(checked, "super manager") {
		t.Errorf("check says\n%s", checked)
	}
	if early := command(t, exitWrong, "--profile", dir, "begin", "--start", "2026-11-24T03:30"); !strings.Contains(early, "2026-11-24") {
		t.Errorf("a start too early is refused without the earliest one: %s", early)
	}
	if begun := command(t, exitDone, "--profile", dir, "begin", "--start", "next-5"); !strings.Contains(begun, "2026-11-24 05:00:00") {
		t.Errorf("begin says\n%s", begun)
	}
	var status struct {
		Phase string `json:"phase"`
	}
	decode(t, command(t, exitDone, "--profile", dir, "status", "--json"), &status)
	if status.Phase != "waiting" {
		t.Errorf("before the start the state is %s", status.Phase)
	}
	run, ran := passADay(t, w, dir)
	said = append(said, ran...)
	decode(t, command(t, exitDone, "--profile", dir, "status", "--json"), &status)
	if status.Phase != "running" {
		t.Errorf("after the start the state is %s", status.Phase)
	}
	noSecrets(t, w, dir, said)
	second := start(t, "--profile", dir, "run")
	days := decodeDays(t, command(t, exitDone, "--profile", dir, "days", "--from", "2026-11-24", "--to", "2026-11-24", "--json"))
	compare(t, w, dir, days)
	command(t, exitDone, "--profile", dir, "verify")
	if code, _ := second.wait(); code != exitFailed || !strings.Contains(second.everything(), "in use") {
		t.Errorf("a second run ended with %d: %s", code, second.everything())
	}
	run.stop()
	noSecrets(t, w, dir, said)
	// The lock is free again, and a single command takes it.
	command(t, exitDone, "--profile", dir, "status")
	w.stop()
}

// passADay lets the business day go by. Where something happens, run goes at the simulator's speed and a sync from another process
// waits until its loop has gone round once; in between the PC is off. It returns the run that is still going, and all there were.
func passADay(t *testing.T, w *world, dir string) (run *shell, all []*shell) {
	t.Helper()
	jst := func(day, hour, minute int) time.Time {
		return time.Date(2026, 11, day, hour, minute, 0, 0, output.Japan)
	}
	for _, leg := range []struct{ from, until time.Time }{
		{jst(24, 4, 58), jst(24, 5, 3)},  // the start
		{jst(24, 9, 0), jst(24, 9, 30)},  // people come in
		{jst(25, 4, 58), jst(25, 5, 45)}, // the close, the batch, the confirmation
	} {
		if run != nil {
			run.stop()
		}
		if w.now().Before(leg.from) {
			w.control("clock", map[string]any{"now": leg.from}, nil)
		}
		run = start(t, "--profile", dir, "run")
		run.line()
		all = append(all, run)
		for w.now().Before(leg.until) {
			command(t, exitDone, "--profile", dir, "sync")
		}
	}
	return run, all
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
}

// shownDay is a line of days --json, as far as the test needs it.
type shownDay struct {
	Day        string `json:"day"`
	EmployeeID string `json:"employee_id"`
	Stamps     []struct {
		Kind     string    `json:"kind"`
		At       time.Time `json:"at"`
		State    string    `json:"state"`
		RecordID string    `json:"record_id"`
	} `json:"stamps"`
}

func decodeDays(t *testing.T, text string) (days []shownDay) {
	t.Helper()
	decode(t, text, &days)
	return days
}

// compare holds what days says against the rows in TeamSpirit, and the whole against the checker.
func compare(t *testing.T, w *world, dir string, days []shownDay) {
	t.Helper()
	var seen simulator.Evidence
	w.control("evidence?from="+url.QueryEscape("2026-11-23T00:00:00Z"), nil, &seen)
	rows := map[string]string{}
	for _, r := range seen.Stamps {
		rows[r.ID] = r.EmployeeID + r.Kind + strconv.FormatInt(r.At.Unix(), 10)
	}
	shown := 0
	for _, d := range days {
		for _, s := range d.Stamps {
			if s.RecordID == "" {
				continue
			}
			shown++
			if rows[s.RecordID] != d.EmployeeID+s.Kind+strconv.FormatInt(s.At.Unix(), 10) {
				t.Errorf("days shows %+v of %s, TeamSpirit has %q", s, d.EmployeeID, rows[s.RecordID])
			}
		}
	}
	if shown != len(rows) || shown < 40 {
		t.Errorf("days shows %d stamps, TeamSpirit has %d", shown, len(rows))
	}
	var items []struct {
		Reason     string `json:"reason"`
		Day        string `json:"day"`
		UserID     string `json:"user_id"`
		EmployeeID string `json:"employee_id"`
		State      string `json:"state"`
	}
	decode(t, command(t, exitDone, "--profile", dir, "items", "--all", "--json"), &items)
	var status struct {
		Salesforce struct {
			OrganizationID string `json:"organization_id"`
		} `json:"salesforce"`
	}
	decode(t, command(t, exitDone, "--profile", dir, "status", "--json"), &status)
	e := witness.FromSimulator(seen, status.Salesforce.OrganizationID, nil)
	e.Starts = []proof.Start{{From: time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)}}
	for _, i := range items {
		e.Items = append(e.Items, proof.Item{Person: cmp.Or(i.EmployeeID, i.UserID), Day: i.Day, Reason: i.Reason, State: i.State})
	}
	if v := proof.Check(e); !v.Valid {
		t.Error(v.Story())
	}
}

// noSecrets looks for everything secret in all that the profile holds, in what was printed and in the arguments and the environment
// of the running process, and for names in the open.
func noSecrets(t *testing.T, w *world, dir string, said []*shell) {
	t.Helper()
	p, err := profile.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	places := files(t, dir)
	for _, s := range said {
		name := strings.Join(s.cmd.Args, " ")
		places["the output of "+name] = []byte(s.everything())
		places["the arguments of "+name] = []byte(name)
		for _, kind := range []string{"cmdline", "environ"} {
			if b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.cmd.Process.Pid), kind)); err == nil {
				places[kind+" of "+name] = b
			}
		}
	}
	nowhere(t, secrets(t, w, p), places)
	names := map[string]string{}
	for _, name := range w.names(t) {
		names["the name "+name] = name
	}
	nowhere(t, names, files(t, dir))
}

// nowhere looks for each of some texts in each of some places.
func nowhere(t *testing.T, texts map[string]string, places map[string][]byte) {
	t.Helper()
	for where, content := range places {
		for what, text := range texts {
			if bytes.Contains(content, []byte(text)) {
				t.Errorf("%s is in %s", what, where)
			}
		}
	}
}

// secrets are those in the keychain, and the passwords of the simulator's people.
func secrets(t *testing.T, w *world, p *profile.Profile) map[string]string {
	t.Helper()
	all := map[string]string{"Akerun's client secret": w.Akerun.ClientSecret}
	for _, name := range []string{vault.AkerunRefreshToken, vault.SalesforceRefreshToken, vault.SealingKey} {
		secret, err := vault.Keychain(p.KeychainService()).Get(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = secret
	}
	for _, u := range w.Akerun.Users {
		all["the password of "+u.Mail] = u.Password
	}
	for _, u := range w.Salesforce.Users {
		all["the password of "+u.Username] = u.Password
	}
	return all
}

// files are all files of the profile: database, write-ahead log, logs, settings.
func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 4 {
		t.Fatalf("only %d files in the profile", len(all))
	}
	return all
}

// names are the names of everybody in the company.
func (w *world) names(t *testing.T) (names []string) {
	t.Helper()
	var seen simulator.Evidence
	w.control("evidence?from="+url.QueryEscape(w.now().Format(time.RFC3339)), nil, &seen)
	for _, e := range seen.Employees {
		names = append(names, e.Name)
	}
	if len(names) < 10 {
		t.Fatalf("only %d names", len(names))
	}
	return names
}

// An employee may sign in to Salesforce, and everybody's stamps would fail: check says so and what to ask for, and begin refuses.
func TestAnEmployeeCannotBegin(t *testing.T) {
	if !inSession(t) {
		return
	}
	w := startWorld(t, "--speed", "1", "--from", "2026-11-24T03:00")
	dir := w.profile()
	w.signInAkerun(dir, "super_manager")
	w.signInSalesforce(dir, "employee")
	if said := command(t, exitFailed, "--profile", dir, "check"); !strings.Contains(said, "EMPLOYEE") || !strings.Contains(said, "blocked") {
		t.Errorf("check says\n%s", said)
	}
	var found struct {
		Blocked bool     `json:"blocked"`
		Blocks  []string `json:"blocks"`
		Rights  struct {
			Verdict string `json:"verdict"`
			Ask     string `json:"ask"`
		} `json:"rights"`
	}
	said := command(t, exitFailed, "--profile", dir, "check", "--json")
	decode(t, said, &found)
	if !found.Blocked || found.Rights.Verdict != "EMPLOYEE" || found.Rights.Ask == "" || len(found.Blocks) == 0 {
		t.Errorf("check --json says\n%s", said)
	}
	for _, confirmed := range [][]string{nil, {"--confirmed"}} {
		args := append([]string{"--profile", dir, "begin", "--start", "next-5"}, confirmed...)
		if said := command(t, exitFailed, args...); strings.Count(said, "\n") != 1 {
			t.Errorf("begin says\n%s", said)
		}
	}
	// With somebody else's sign-in it goes on, without starting over.
	w.signInSalesforce(dir, "admin")
	command(t, exitDone, "--profile", dir, "check")
	w.stop()
}

// A sign-in that is given up leaves nothing behind: the next one finds its port free.
func TestASignInGivenUp(t *testing.T) {
	if !inSession(t) {
		return
	}
	w := startWorld(t)
	dir := w.profile()
	for range 4 { // there are three ports
		s := start(t, "--profile", dir, "signin", "salesforce")
		s.line()
		if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if code, _ := s.wait(); code != exitFailed {
			t.Errorf("ended with %d\n%s", code, s.everything())
		}
	}
	w.signInSalesforce(dir, "admin")
	w.stop()
}

func TestTheSimulatorDescribesItself(t *testing.T) {
	w := startWorld(t, "--seed", "7", "--speed", "0", "--from", "2026-11-24T07:00")
	if want := time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC); !w.now().Equal(want) || w.ClockURL != w.Akerun.BaseURL+"/_simulator/clock" {
		t.Error(w.now(), w.ClockURL)
	}
	for _, role := range []string{"super_manager", "manager", "member"} {
		if u := w.akerunUser(role); u.Mail == "" || u.Password == "" {
			t.Error(role)
		}
	}
	for _, role := range []string{"admin", "employee"} {
		if u := w.salesforceUser(role); u.Username == "" || u.Password == "" {
			t.Error(role)
		}
	}
	if w.Akerun.ClientID == "" || w.Akerun.ClientSecret == "" || w.Akerun.RedirectURI == "" || w.Salesforce.ClientID == "" || len(w.Salesforce.RedirectURIs) != 3 {
		t.Errorf("%+v", w.Description)
	}
	w.stop()
}
