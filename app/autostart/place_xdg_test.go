//go:build !windows && !darwin

package autostart

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAnEntryIsSetOnceAndRemoved(t *testing.T) {
	config := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	path := filepath.Join(config, "autostart", "dakokubridge.desktop")
	e := usual
	for _, step := range []struct {
		program string
		changed bool
	}{{"/one", true}, {"/one", false}, {"/moved/to/two", true}} {
		e.Program = step.program
		changed, err := Set(e)
		if err != nil || changed != step.changed {
			t.Errorf("%s: changed %v, %v", step.program, changed, err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != string(desktopEntry(e)) {
			t.Errorf("%s: %v\n%s", step.program, err, b)
		}
	}
	for range 2 { // the second finds nothing
		if err := Remove(e); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
