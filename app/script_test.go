package main

import (
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestScripts(t *testing.T) { scripts(t, "testdata/script") }

// Days of the demo; long with the race detector, so it runs without.
func TestVolumeScripts(t *testing.T) { scripts(t, "testdata/volume") }

func scripts(t *testing.T, dir string) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			// No keychain, no screen, a zone far from Japan: nothing that is said may depend on them.
			e.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
			e.Setenv("XDG_RUNTIME_DIR", "")
			e.Setenv("XDG_CONFIG_HOME", e.WorkDir+"/config")
			e.Setenv("DISPLAY", "")
			e.Setenv("WAYLAND_DISPLAY", "")
			e.Setenv("TZ", "America/New_York")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	})
}

// exits runs "exits CODE COMMAND ARGS…" and wants that exit code. What ends with another than 0 has to say so in one line.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%v exited with %d, want %d", args[1:], got, want)
	}
	if said := ts.ReadFile("stderr"); want == exitWrong && (strings.Count(said, "\n") != 1 || !strings.HasPrefix(said, "dakokubridge: ")) {
		ts.Fatalf("%v did not say what to do in one line:\n%s", args[1:], said)
	}
}
