package rename

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestBoard_B10_AntivirusRenameDenied: a rename that is denied ten times happens at the eleventh, after waiting longer each time; one that is denied
// for good, or fails for another reason, ends with that error.
func TestBoard_B10_AntivirusRenameDenied(t *testing.T) {
	missing := &os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.ENOENT}
	virus := &os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EACCES}
	for name, c := range map[string]struct {
		denials int
		then    error
		want    error
		tries   int
		takes   time.Duration
	}{
		"at once":            {0, nil, nil, 1, 0},
		"after ten denials":  {10, nil, nil, 11, 1375 * time.Millisecond},
		"denied for good":    {100, nil, fs.ErrPermission, 11, 1375 * time.Millisecond},
		"gone after two":     {2, missing, fs.ErrNotExist, 3, 75 * time.Millisecond},
		"never there at all": {0, missing, fs.ErrNotExist, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, n := time.Now(), 0
				err := insist(func() error {
					if n++; n <= c.denials {
						return virus
					}
					return c.then
				})
				if !errors.Is(err, c.want) || n != c.tries || time.Since(begun) != c.takes {
					t.Errorf("%v after %d tries in %s, want %v after %d in %s", err, n, time.Since(begun), c.want, c.tries, c.takes)
				}
			})
		})
	}
}

func TestPatiently(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "new"), filepath.Join(dir, "old")
	for path, text := range map[string]string{from: "new", to: "old"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Patiently(from, to); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(to); err != nil || string(text) != "new" {
		t.Errorf("%q %v", text, err)
	}
	if err := Patiently(from, to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
