//go:build linux && !race

package window

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// machine is a PC of its own: a screen, a window manager, a session bus with a tray, and a browser that only notes addresses.
type machine struct {
	t       *testing.T
	home    string
	env     []string
	bus     *dbus.Conn
	tray    *watcher
	browser *browser
	opened  string // file to which addresses for the system's browser are written
	seen    int    // addresses taken from it
	program *exec.Cmd
	ended   chan error
	find    *finder
}

// patience is how long anything may take that has to happen; the machine may be busy.
const patience = 60 * time.Second

func newMachine(t *testing.T) *machine {
	t.Helper()
	for _, program := range []string{"Xvfb", "openbox", "xdotool", "xclip", "import", "dbus-daemon", "chromium", "chromedriver"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is missing: make test installs it", program)
		}
	}
	m := &machine{t: t, home: t.TempDir()}
	m.opened = filepath.Join(m.home, "opened")
	m.env = append(os.Environ(), "HOME="+m.home, "XDG_CACHE_HOME="+m.home+"/.cache", "XDG_CONFIG_HOME="+m.home+"/.config", "XDG_RUNTIME_DIR="+m.home, "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	must(t, os.MkdirAll(filepath.Join(m.home, ".cache", "fyne"), 0o700))
	m.fakeBrowser()
	m.screen()
	m.session()
	m.start("openbox")
	m.find = newFinder(t)
	m.tray = watch(t, m.bus)
	m.browser = newBrowser(t, m.env)
	return m
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fakeBrowser is what xdg-open finds on this machine.
func (m *machine) fakeBrowser() {
	bin := filepath.Join(m.home, "bin")
	must(m.t, os.MkdirAll(bin, 0o700))
	script := fmt.Sprintf("#!/bin/sh\nprintf '%%s\\n' \"$1\" >>'%s'\n", m.opened)
	must(m.t, os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(script), 0o700))
	m.env = append(m.env, "PATH="+bin+":"+os.Getenv("PATH"))
}

// screen starts an X server on a display of its own, which it chooses itself.
func (m *machine) screen() {
	r, w, err := os.Pipe()
	must(m.t, err)
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1360x900x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{w}
	m.run(cmd)
	must(m.t, w.Close())
	number, err := bufio.NewReader(r).ReadString('\n')
	must(m.t, err)
	m.env = append(m.env, "DISPLAY=:"+strings.TrimSpace(number), "WAYLAND_DISPLAY=")
}

// session starts a session bus and connects the test to it.
func (m *machine) session() {
	cmd := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address=1")
	out, err := cmd.StdoutPipe()
	must(m.t, err)
	m.run(cmd)
	address, err := bufio.NewReader(out).ReadString('\n')
	must(m.t, err)
	address = strings.TrimSpace(address)
	m.env = append(m.env, "DBUS_SESSION_BUS_ADDRESS="+address)
	m.bus, err = dbus.Connect(address)
	must(m.t, err)
	m.t.Cleanup(func() { _ = m.bus.Close() })
}

func (m *machine) start(name string, args ...string) {
	cmd := exec.Command(name, args...)
	m.run(cmd)
}

// run starts a process that ends with the test.
func (m *machine) run(cmd *exec.Cmd) {
	m.t.Helper()
	if cmd.Env == nil {
		cmd.Env = m.env
	}
	must(m.t, cmd.Start())
	m.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// tool runs a program to its end and gives what it printed.
func (m *machine) tool(stdin string, name string, args ...string) string {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env, cmd.Stdin = m.env, strings.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		m.t.Fatalf("%s %v: %v", name, args, err)
	}
	return strings.TrimSpace(string(out))
}

// play starts the program.
func (m *machine) play(binary string, args ...string) {
	m.t.Helper()
	said, err := os.Create(filepath.Join(m.home, "said"))
	must(m.t, err)
	m.program = exec.Command(binary, args...)
	m.program.Env, m.program.Stderr = m.env, said // a file: a pipe would be waited for while a child still holds it
	must(m.t, m.program.Start())
	must(m.t, said.Close())
	m.ended = make(chan error, 1)
	go func() { m.ended <- m.program.Wait() }()
	m.t.Cleanup(func() {
		_ = m.program.Process.Kill()
		if m.t.Failed() {
			m.t.Log("the program said:\n" + m.said())
		}
	})
	m.until("the window", func() bool {
		out, _ := m.try("xdotool", "search", "--onlyvisible", "--name", "打刻ブリッジ")
		return out != ""
	})
	id, _, _ := strings.Cut(m.tool("", "xdotool", "search", "--onlyvisible", "--name", "打刻ブリッジ"), "\n")
	m.tool("", "xdotool", "windowmove", id, "20", "30")
}

// try is tool for what may fail.
func (m *machine) try(name string, args ...string) (string, error) {
	cmd := exec.CommandContext(m.t.Context(), name, args...)
	cmd.Env = m.env
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// until looks again and again until something holds.
func (m *machine) until(what string, holds func() bool) {
	m.t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !holds() {
		select {
		case err := <-m.ended:
			m.t.Fatalf("the program ended while the test waited for %s: %v\n%s", what, err, m.said())
		case <-deadline.C:
			path := filepath.Join(os.TempDir(), "dakokubridge-window.png")
			m.tool("", "import", "-window", "root", path)
			m.t.Fatalf("waited %v for %s; the screen is in %s", patience, what, path)
		case <-ticker.C:
		}
	}
}

// see waits until a text is on the screen.
func (m *machine) see(words string) {
	m.t.Helper()
	m.until("「"+words+"」", func() bool { _, _, there := m.look(words); return there })
}

// look finds a text on the screen and gives its middle.
func (m *machine) look(words string) (x, y int, there bool) {
	m.t.Helper()
	path := filepath.Join(m.home, "screen.png")
	m.tool("", "import", "-window", "root", path)
	return m.find.on(path, words)
}

// click waits for a text and presses the mouse on it, dx and dy away from its middle.
func (m *machine) click(words string, away ...int) {
	m.t.Helper()
	var x, y int
	m.until("「"+words+"」", func() (there bool) { x, y, there = m.look(words); return there })
	if len(away) == 2 {
		x, y = x+away[0], y+away[1]
	}
	// The window reads the pointer once a frame, so the press has to come later than the move.
	m.tool("", "xdotool", "mousemove", fmt.Sprint(x), fmt.Sprint(y), "sleep", "0.3", "click", "1", "sleep", "0.2")
}

func (m *machine) typed(words string) {
	m.t.Helper()
	m.tool("", "xdotool", "type", "--delay", "20", words)
}

func (m *machine) key(name string) {
	m.t.Helper()
	m.tool("", "xdotool", "key", name)
}

// address waits for the next address that the program gives to the system's browser.
func (m *machine) address() string {
	m.t.Helper()
	var all []string
	m.until("an address in the browser", func() bool {
		b, _ := os.ReadFile(m.opened)
		all = strings.Fields(string(b))
		return len(all) > m.seen
	})
	m.seen++
	return all[m.seen-1]
}

// copied puts a text on the clipboard, as copying in the browser does.
func (m *machine) copied(words string) {
	m.t.Helper()
	cmd := exec.Command("xclip", "-selection", "clipboard", "-in")
	cmd.Env, cmd.Stdin = m.env, strings.NewReader(words)
	must(m.t, cmd.Run())
}

// said is what the program has written to stderr.
func (m *machine) said() string {
	b, _ := os.ReadFile(filepath.Join(m.home, "said"))
	return string(b)
}
