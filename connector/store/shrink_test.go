package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// filled holds accesses with a mark that can be looked for in the file.
func filled(t *testing.T, path string, rows int) *Store {
	t.Helper()
	s := open(t, path)
	must(t, s.Update(t.Context(), noon, func(tx *Tx) error {
		for n := range rows {
			a := access(fmt.Sprint(n))
			a.Action = "CANARY" + strings.Repeat("y", 500)
			if _, err := tx.InsertAccess(t.Context(), a); err != nil {
				return err
			}
		}
		return nil
	}))
	return s
}

// TestBoard_M08_ErasedFactsAreGone: what is erased stands neither in free pages nor in the write-ahead log, and the file becomes smaller in steps.
func TestBoard_M08_ErasedFactsAreGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := filled(t, path, 4000)
	if done, err := s.EmptyLog(t.Context()); !done || err != nil {
		t.Fatal(done, err)
	}
	before := size(t, path)
	must(t, s.Update(t.Context(), noon, func(tx *Tx) error {
		return tx.DeleteAccessesOfUserDay(t.Context(), DeleteAccessesOfUserDayParams{UserID: "U1", Day: 20782})
	}))
	steps, gave, last := 0, true, before
	for ; gave; steps++ {
		var err error
		gave, err = s.Shrink(t.Context(), 100)
		must(t, err)
		if done, err := s.EmptyLog(t.Context()); !done || err != nil {
			t.Fatal(done, err)
		}
		if now := size(t, path); now > last || last-now > 110*4096 {
			t.Errorf("a step goes from %d to %d bytes", last, now)
		} else {
			last = now
		}
	}
	if steps < 3 || last > before/4 {
		t.Errorf("%d steps, from %d to %d bytes", steps, before, last)
	}
	for _, file := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(file)
		must(t, err)
		if bytes.Contains(b, []byte("CANARY")) {
			t.Errorf("%s holds what was erased", filepath.Base(file))
		}
	}
	must(t, s.Close())
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	return info.Size()
}

// A reader keeps the log from being emptied, and is not waited for.
func TestEmptyLogLeavesReadersAlone(t *testing.T) {
	s := filled(t, filepath.Join(t.TempDir(), "a.db"), 10)
	must(t, s.View(t.Context(), func(q *Queries) error {
		if _, err := q.Doors(t.Context()); err != nil {
			return err
		}
		must(t, s.Update(t.Context(), noon, insert(t.Context(), "beside")))
		done, err := s.EmptyLog(t.Context())
		if done {
			t.Error("the log was emptied under a reader")
		}
		return err
	}))
	if done, err := s.EmptyLog(t.Context()); !done || err != nil {
		t.Error(done, err)
	}
	if patience := s.number(t, "PRAGMA busy_timeout"); patience != 10_000 {
		t.Errorf("writers wait %d ms", patience)
	}
}

// A file from before shrinking was thought of learns it at the next start.
func TestOldFilesLearnToShrink(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := filled(t, path, 10)
	s.exec(t, "PRAGMA auto_vacuum = 0")
	s.exec(t, "VACUUM")
	if mode := s.number(t, "PRAGMA auto_vacuum"); mode != 0 {
		t.Fatalf("mode %d", mode)
	}
	must(t, s.Close())
	s = open(t, path)
	if mode := s.number(t, "PRAGMA auto_vacuum"); mode != incremental {
		t.Errorf("mode %d", mode)
	}
	if n := s.number(t, "SELECT COUNT(*) FROM access"); n != 10 {
		t.Errorf("%d rows", n)
	}
}
