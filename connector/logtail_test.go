package connector

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A trouble of the night is told of in the morning, when the log of a new day has hardly begun.
func TestTheEndOfTheLogReachesBackToTheDaysBefore(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := &Local{c: Config{LogPath: filepath.Join(dir, "dakokubridge.log")}}
	if b, err := l.logTail(); err != nil || len(b) > 0 {
		t.Errorf("without a log: %q %v", b, err)
	}
	write("dakokubridge-2026-11-23T00-00-02.000.log", "sunday\n")
	write("dakokubridge-2026-11-24T00-00-01.000.log", "monday\n")
	write("dakokubridge.log", "tuesday\n")
	write("another.log", "nothing of ours\n")
	if b, err := l.logTail(); err != nil || string(b) != "sunday\nmonday\ntuesday\n" {
		t.Errorf("%q %v", b, err)
	}
	line := strings.Repeat("x", 99) + "\n"
	write("dakokubridge-2026-11-24T00-00-01.000.log", "cut off\n"+strings.Repeat(line, logTail/100+1))
	b, err := l.logTail()
	if err != nil || len(b) > logTail || !strings.HasSuffix(string(b), line+"tuesday\n") || strings.Contains(string(b), "cut") || !strings.HasPrefix(string(b), line) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
