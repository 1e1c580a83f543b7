package store

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// lockVariable tells a test process to hold the write lock of the database it names until its standard input ends.
const lockVariable = "DAKOKUBRIDGE_TEST_LOCK"

func holdLock() {
	fail := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: os.Getenv(lockVariable)}).EscapedPath())
	fail(err)
	tx, err := db.Conn(context.Background())
	fail(err)
	_, err = tx.ExecContext(context.Background(), "BEGIN IMMEDIATE")
	fail(err)
	fmt.Println("locked")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// lockedByAnother: another process (a backup tool) holds the lock. Whoever writes waits; readers do not even notice.
func lockedByAnother(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.db")
	s := open(t, path)
	self, err := os.Executable()
	must(t, err)
	other := exec.CommandContext(t.Context(), self, "-test.run=^$")
	other.Env = append(os.Environ(), lockVariable+"="+path)
	let, err := other.StdinPipe()
	must(t, err)
	out, err := other.StdoutPipe()
	must(t, err)
	must(t, other.Start())
	if line, err := bufio.NewReader(out).ReadString('\n'); strings.TrimSpace(line) != "locked" {
		t.Fatal(line, err)
	}
	// The lock is let go below only: a reader that waited for the writer would fail here when SQLite's patience ends.
	if n := count(t, s); n != 0 {
		t.Errorf("%d rows", n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.Update(ctx, noon, insert(ctx, "0")); !errors.Is(err, context.DeadlineExceeded) && !isBusy(err) {
		t.Errorf("with the lock elsewhere and no time: %v", err)
	}
	waiting := make(chan error)
	go func() { waiting <- s.Update(t.Context(), noon, insert(t.Context(), "1")) }()
	must(t, let.Close())
	must(t, <-waiting)
	must(t, other.Wait())
	if n := count(t, s); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func isBusy(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "SQLITE_BUSY") || strings.Contains(err.Error(), "interrupted"))
}
