package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/browser"
)

// shell is a program running as in a shell of its own: a real process with its own standard input and output.
type shell struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
	mu    sync.Mutex
	said  bytes.Buffer // everything it wrote
}

// start runs dakokubridge. It is killed at the end of the test if it still runs then.
func start(t *testing.T, args ...string) *shell {
	t.Helper()
	s := &shell{t: t, cmd: exec.CommandContext(t.Context(), "dakokubridge", args...)}
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.cmd.Stderr = s
	s.lines = bufio.NewScanner(io.TeeReader(out, s))
	s.lines.Buffer(nil, 16<<20)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			s.cmd.Process.Kill()
			s.cmd.Wait()
		}
	})
	return s
}

func (s *shell) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said.Write(b)
}

// everything is what the process wrote to either output so far.
func (s *shell) everything() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said.String()
}

// line waits for the next line of standard output.
func (s *shell) line() string {
	s.t.Helper()
	if !s.lines.Scan() {
		s.t.Fatalf("%v ended early: %v\n%s", s.cmd.Args, s.lines.Err(), s.everything())
	}
	return s.lines.Text()
}

// wait waits for the end and gives the exit code and the rest of standard output.
func (s *shell) wait() (code int, rest string) {
	s.t.Helper()
	s.in.Close()
	var b strings.Builder
	for s.lines.Scan() {
		fmt.Fprintln(&b, s.lines.Text())
	}
	s.cmd.Wait()
	return s.cmd.ProcessState.ExitCode(), b.String()
}

// stop ends the process as a service manager would, and wants it to end well.
func (s *shell) stop() {
	s.t.Helper()
	asked := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if code, _ := s.wait(); code != exitDone {
		s.t.Errorf("%v ended with %d\n%s", s.cmd.Args, code, s.everything())
	}
	s.t.Logf("%v ended %v after SIGTERM", s.cmd.Args, time.Since(asked).Round(time.Millisecond))
}

// command runs dakokubridge to its end and wants an exit code.
func command(t *testing.T, want int, args ...string) string {
	t.Helper()
	s := start(t, args...)
	code, out := s.wait()
	if code != want {
		t.Fatalf("%v ended with %d, want %d\n%s", args, code, want, s.everything())
	}
	if want != exitDone {
		return s.everything()
	}
	return out
}

// world is a simulator process, as whoever only reads its first line knows it.
type world struct {
	*shell
	simulator.Description
}

func startWorld(t *testing.T, args ...string) *world {
	t.Helper()
	w := &world{shell: start(t, append([]string{"simulator"}, args...)...)}
	if err := json.Unmarshal([]byte(w.line()), &w.Description); err != nil {
		t.Fatal(err)
	}
	return w
}

// control posts to, or with a nil body reads from, one of the simulator's control endpoints.
func (w *world) control(name string, body, into any) {
	w.t.Helper()
	var res *http.Response
	var err error
	url := w.Akerun.BaseURL + "/_simulator/" + name
	if body == nil {
		res, err = http.Get(url)
	} else {
		var b []byte
		if b, err = json.Marshal(body); err != nil {
			w.t.Fatal(err)
		}
		res, err = http.Post(url, "application/json", bytes.NewReader(b))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s %v %s", name, res.Status, err, b)
	}
	if into != nil {
		if err := json.Unmarshal(b, into); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) now() time.Time {
	w.t.Helper()
	var shown struct{ Now time.Time }
	w.control("clock", nil, &shown)
	return shown.Now
}

// profile makes a data folder whose settings lead to this world, clock included.
func (w *world) profile() string {
	w.t.Helper()
	dir := filepath.Join(w.t.TempDir(), "p")
	if err := os.Mkdir(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	settings := fmt.Sprintf("clock_url = %q\n[akerun]\nbase_url = %q\nclient_id = %q\nredirect_uri = %q\n[salesforce]\nlogin_url = %q\nclient_id = %q\n",
		w.ClockURL, w.Akerun.BaseURL, w.Akerun.ClientID, w.Akerun.RedirectURI, w.Salesforce.BaseURL, w.Salesforce.ClientID)
	if err := os.WriteFile(filepath.Join(dir, "settings.toml"), []byte(settings), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return dir
}

func (w *world) akerunUser(role string) simulator.AkerunUser {
	w.t.Helper()
	for _, u := range w.Akerun.Users {
		if u.Role == role {
			return u
		}
	}
	w.t.Fatalf("nobody is %s", role)
	return simulator.AkerunUser{}
}

func (w *world) salesforceUser(role string) simulator.SalesforceUser {
	w.t.Helper()
	for _, u := range w.Salesforce.Users {
		if u.Role == role {
			return u
		}
	}
	w.t.Fatalf("nobody is %s", role)
	return simulator.SalesforceUser{}
}

// signInAkerun does what a person does: gives the secret, opens the address that is printed, signs in, and pastes back the address
// that the browser ended on.
func (w *world) signInAkerun(dir, role string) *shell {
	w.t.Helper()
	u := w.akerunUser(role)
	s := start(w.t, "--profile", dir, "signin", "akerun", "--client-secret-stdin", "--mail", u.Mail)
	fmt.Fprintln(s.in, w.Akerun.ClientSecret)
	fmt.Fprintln(s.in, w.browse(s.line(), u.Mail, u.Password))
	if code, _ := s.wait(); code != exitDone {
		w.t.Fatalf("signin akerun ended with %d\n%s", code, s.everything())
	}
	return s
}

func (w *world) signInSalesforce(dir, role string) *shell {
	w.t.Helper()
	u := w.salesforceUser(role)
	s := start(w.t, "--profile", dir, "signin", "salesforce")
	w.browse(s.line(), u.Username, u.Password)
	if code, _ := s.wait(); code != exitDone {
		w.t.Fatalf("signin salesforce ended with %d\n%s", code, s.everything())
	}
	return s
}

func (w *world) browse(address, user, password string) (ended string) {
	w.t.Helper()
	b, err := browser.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer b.Close()
	u, err := b.SignIn(w.t.Context(), address, user, password, true)
	if err != nil {
		w.t.Fatal(err)
	}
	return u.String()
}
