package logs

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// paper is a file that notes what is done to it.
type paper struct{ did []string }

func (p *paper) Write(line []byte) (int, error) {
	p.did = append(p.did, string(line))
	return len(line), nil
}
func (p *paper) Rotate() error { p.did = append(p.did, "rotate"); return nil }
func (p *paper) Close() error  { return nil }

func TestALogIsPutAwayWhenItsDayIsOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(path, []byte("an older line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	monday := time.Date(2026, 11, 23, 23, 59, 0, 0, time.UTC)
	if err := os.Chtimes(path, monday, monday); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	p, now := &paper{}, monday.Add(30*time.Second)
	d := newDaily(p, info, func() time.Time { return now })
	for _, step := range []struct {
		after time.Duration
		line  string
	}{{0, "monday"}, {time.Minute, "tuesday"}, {time.Hour, "tuesday again"}, {72 * time.Hour, "friday"}, {-24 * time.Hour, "clock set back"}} {
		now = now.Add(step.after)
		if _, err := io.WriteString(d, step.line); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"monday", "rotate", "tuesday", "tuesday again", "rotate", "friday", "rotate", "clock set back"}
	if !slices.Equal(p.did, want) {
		t.Errorf("%q, want %q", p.did, want)
	}
}

func TestLogsStayWithinTheirSpace(t *testing.T) {
	if total := fileMegabytes * (filesKept + 1); total > 100 || daysKept != 7 {
		t.Errorf("%d MB, %d days", total, daysKept)
	}
}

func TestALogIsPrintedTooWhenAskedFor(t *testing.T) {
	var printed bytes.Buffer
	path := filepath.Join(t.TempDir(), "log")
	log, closer, err := Open(path, slog.LevelDebug, &printed)
	if err != nil {
		t.Fatal(err)
	}
	log.Debug("a call", "authorization", "Bearer abcdefgh12345678")
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(path)
	if err != nil || len(kept) == 0 || !bytes.Equal(kept, printed.Bytes()) || bytes.Contains(kept, []byte("abcdefgh")) {
		t.Errorf("%v\nkept    %s\nprinted %s", err, kept, printed.Bytes())
	}
}
