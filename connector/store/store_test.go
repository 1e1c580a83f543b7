package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(lockVariable) != "" {
		holdLock()
		return
	}
	goleak.VerifyTestMain(m)
}

var noon = time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Path: path})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func fresh(t testing.TB) *Store {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "a.db"))
}

// write runs one statement past the queries.
func (s *Store) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	_, err := s.write.ExecContext(t.Context(), statement, args...)
	must(t, err)
}

func (s *Store) number(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	must(t, s.write.QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n
}

func access(id string) InsertAccessParams {
	return InsertAccessParams{Org: "O1", ID: id, At: Millis(noon), Day: 20782, UserID: "U1", DoorID: "D1", SeenAt: Millis(noon)}
}

func insert(ctx context.Context, ids ...string) func(*Tx) error {
	return func(tx *Tx) error {
		for _, id := range ids {
			if _, err := tx.InsertAccess(ctx, access(id)); err != nil {
				return err
			}
		}
		return nil
	}
}

func accesses(ctx context.Context, q *Queries) (int64, error) {
	rows, err := q.AccessesOfDay(ctx, AccessesOfDayParams{UserID: "U1", Day: 20782})
	return int64(len(rows)), err
}

func count(t testing.TB, s *Store) (n int64) {
	t.Helper()
	must(t, s.View(t.Context(), func(q *Queries) (err error) {
		n, err = accesses(t.Context(), q)
		return err
	}))
	return n
}

func TestOpenAgainKeepsEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := Open(t.Context(), Options{Path: path})
	must(t, err)
	must(t, s.Update(t.Context(), noon, insert(t.Context(), "1", "22222222222222222222")))
	must(t, s.Close())
	again := open(t, path)
	if n := count(t, again); n != 2 {
		t.Errorf("%d accesses after opening again", n)
	}
	if wrong, err := again.Check(t.Context()); err != nil || len(wrong) > 0 {
		t.Errorf("check: %v %v", wrong, err)
	}
}

func TestNamesOfPlaces(t *testing.T) {
	for _, name := range []string{"with space", "日本語 フォルダー", "a#b", "a?b", "a%20b", "a&b=c", "a;b", "a'b\"c", "a+b"} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.ContainsAny(name, `?"`) {
				t.Skip("no such name there")
			}
			path := filepath.Join(t.TempDir(), name, name+".db")
			s := open(t, path)
			must(t, s.Update(t.Context(), noon, insert(t.Context(), "1")))
			if n := count(t, s); n != 1 {
				t.Errorf("%d accesses", n)
			}
			if info, err := os.Stat(path); err != nil || info.Size() == 0 {
				t.Errorf("the database is not at its path: %v %v", info, err)
			}
			for _, pragma := range []string{"journal_mode", "busy_timeout", "synchronous", "foreign_keys", "secure_delete"} {
				var value string
				must(t, s.write.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&value))
				if want := map[string]string{"journal_mode": "wal", "busy_timeout": "10000", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"}[pragma]; value != want {
					t.Errorf("%s is %s, want %s", pragma, value, want)
				}
			}
		})
	}
}

func TestModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has access lists instead")
	}
	dir := filepath.Join(t.TempDir(), "profile")
	s := open(t, filepath.Join(dir, "a.db"))
	must(t, s.Update(t.Context(), noon, insert(t.Context(), "1")))
	seen := 0
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		must(t, err)
		info, err := d.Info()
		must(t, err)
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", filepath.Base(path), info.Mode().Perm(), want)
		}
		seen++
		return nil
	}))
	if seen != 4 { // folder, database, -wal, -shm
		t.Errorf("%d files", seen)
	}
}

// versionGuard: a library that can lose commits is refused.
func versionGuard(t *testing.T) {
	for version, good := range map[string]bool{
		"3.51.2": false, "3.51.3": true, "3.51.10": true, "3.52.0": true, "4.0.0": true, "3.7.17": false, "3.51": false, "": false, "3.x.1": false, "3.53.4": true,
		"2.99.99": false,
	} {
		if atLeast(version, minimumSQLite) != good {
			t.Errorf("%q: %v", version, !good)
		}
	}
	must(t, fresh(t).checkVersion(t.Context()))
	old := minimumSQLite
	defer func() { minimumSQLite = old }()
	minimumSQLite = []int{99, 0, 0}
	if _, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "a.db")}); err == nil || !strings.Contains(err.Error(), "too old") {
		t.Errorf("an old SQLite is taken: %v", err)
	}
}

func TestNewerSchemaIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := Open(t.Context(), Options{Path: path})
	must(t, err)
	must(t, s.Update(t.Context(), noon, insert(t.Context(), "1")))
	s.exec(t, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)")
	s.exec(t, "ALTER TABLE access ADD COLUMN later TEXT")
	must(t, s.Close())
	before, err := os.ReadFile(path)
	must(t, err)
	if _, err := Open(t.Context(), Options{Path: path}); !errors.Is(err, ErrNewer) {
		t.Fatalf("a newer schema is taken: %v", err)
	}
	after, err := os.ReadFile(path)
	must(t, err)
	if string(before) != string(after) {
		t.Error("a database of a newer version was changed")
	}
}

func TestNoDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	must(t, os.WriteFile(path, []byte(strings.Repeat("this is no database\n", 500)), 0o600))
	if s, err := Open(t.Context(), Options{Path: path}); err == nil {
		must(t, s.Close())
		t.Error("a text file is taken for a database")
	}
	if s, err := Open(t.Context(), Options{Path: t.TempDir()}); err == nil {
		must(t, s.Close())
		t.Error("a folder is taken for a database")
	}
}

func TestUpdateIsAllOrNothing(t *testing.T) {
	s := fresh(t)
	ctx := t.Context()
	broken := errors.New("broken")
	err := s.Update(ctx, noon, func(tx *Tx) error {
		tx.Audit("never", nil)
		if err := insert(ctx, "1", "2")(tx); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = s.Update(ctx, noon, func(tx *Tx) error {
			must(t, insert(ctx, "3")(tx))
			panic("in the middle")
		})
	}()
	cancelled, cancel := context.WithCancel(ctx)
	if err := s.Update(cancelled, noon, func(tx *Tx) error {
		must(t, insert(ctx, "4")(tx))
		cancel()
		return nil
	}); err == nil {
		t.Error("a cancelled transaction is said to be written")
	}
	if n := count(t, s); n != 0 {
		t.Errorf("%d rows of failed transactions are there", n)
	}
	report, err := s.VerifyAudit(ctx)
	if err != nil || report.Rows != 0 {
		t.Errorf("audit after failed transactions: %+v %v", report, err)
	}
	must(t, s.Update(ctx, noon, insert(ctx, "5"))) // the writer is free again
}

func TestViewCanNotWrite(t *testing.T) {
	s := fresh(t)
	err := s.View(t.Context(), func(q *Queries) error {
		_, err := q.InsertAccess(t.Context(), access("1"))
		return err
	})
	if err == nil || count(t, s) != 0 {
		t.Errorf("a view has written: %v", err)
	}
}

// TestReadersBesideTheWriter: views go on while a transaction is open, each sees one state, and none sees half of a transaction.
func TestReadersBesideTheWriter(t *testing.T) {
	s := fresh(t)
	ctx := t.Context()
	must(t, s.Update(ctx, noon, func(tx *Tx) error {
		must(t, insert(ctx, "1", "2")(tx))
		if n := count(t, s); n != 0 {
			t.Errorf("%d rows are seen before they are committed", n)
		}
		return nil
	}))
	must(t, s.View(ctx, func(q *Queries) error {
		before, err := accesses(ctx, q)
		must(t, err)
		must(t, s.Update(ctx, noon, insert(ctx, "3")))
		after, err := accesses(ctx, q)
		must(t, err)
		if before != 2 || after != 2 {
			t.Errorf("one view saw %d, then %d rows", before, after)
		}
		return nil
	}))
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Go(func() {
			for i := range 20 {
				must(t, s.Update(ctx, noon, insert(ctx, fmt.Sprintf("a%d-%d", w, i), fmt.Sprintf("b%d-%d", w, i))))
			}
		})
	}
	for range 6 {
		wg.Go(func() {
			for range 20 {
				if n := count(t, s); n%2 != 1 {
					t.Errorf("%d rows: half a transaction", n)
				}
			}
		})
	}
	wg.Wait()
	if n := count(t, s); n != 123 {
		t.Errorf("%d rows", n)
	}
}

// TestOneConnection: with a file system of a test's own there is a single connection for all.
func TestOneConnection(t *testing.T) {
	s, err := Open(t.Context(), Options{Driver: "sqlite", DSN: "file:" + filepath.Join(t.TempDir(), "a.db") + "?_pragma=foreign_keys(1)"})
	must(t, err)
	defer func() { must(t, s.Close()) }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for i := range 3 {
		must(t, s.Update(ctx, noon, insert(ctx, fmt.Sprint(i))))
		if n := count(t, s); n != int64(i+1) {
			t.Errorf("%d rows", n)
		}
	}
}

func TestInstants(t *testing.T) {
	for _, at := range []time.Time{{}, noon, noon.Add(999 * time.Millisecond), time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got := Time(Millis(at)); !got.Equal(at) || got.IsZero() != at.IsZero() {
			t.Errorf("%s became %s", at, got)
		}
	}
	if Flag(true) != 1 || Flag(false) != 0 {
		t.Error("flags")
	}
}

// TestConstraints: whatever the code above may do wrong, the database itself refuses what must never be.
func TestConstraints(t *testing.T) {
	s := fresh(t)
	stamp := `INSERT INTO outbox (employee_id, user_id, day, kind, revision, key, payload, at, access_id, rules, origin, state, planned_at)
		VALUES (?, 'U1', ?, ?, ?, ?, x'00', 1, 'a', 1, ?, ?, 1)`
	s.exec(t, stamp, "E1", 1, "in", 1, "k1", "live", "planned")
	s.exec(t, stamp, "E1", 1, "in", 2, "k2", "live", "planned")
	s.exec(t, stamp, "E1", 1, "out", 1, "k3", "live", "planned")
	s.exec(t, "INSERT INTO link (user_id, employee_id, from_day, opened_at, sound_at) VALUES ('U1', 'E1', 1, 1, 1)")
	s.exec(t, "INSERT INTO person_day (user_id, day, employee_id) VALUES ('U1', 1, 'E1'), ('U2', 1, ''), ('U3', 1, '')")
	item := "INSERT INTO item (list, source, reason, state, since) VALUES (?, ?, 'X', ?, 1)"
	s.exec(t, item, "action", "decide", "open")
	s.exec(t, item, "action", "decide", "cured")
	s.exec(t, "INSERT INTO access (org, id, at, day, seen_at) VALUES ('O1', '1', 1, 1, 1)")
	for name, statement := range map[string][]any{
		"same employee, day, kind and revision": {stamp, "E1", 1, "in", 1, "k9", "live", "planned"},
		"same key":                              {stamp, "E2", 1, "in", 1, "k1", "live", "planned"},
		"unknown kind":                          {stamp, "E3", 1, "break", 1, "k4", "live", "planned"},
		"revision 0":                            {stamp, "E3", 1, "in", 0, "k4", "live", "planned"},
		"unknown state":                         {stamp, "E3", 1, "in", 1, "k4", "live", "done"},
		"unknown origin":                        {stamp, "E3", 1, "in", 1, "k4", "by magic", "planned"},
		"access twice":                          {"INSERT INTO access (org, id, at, day, seen_at) VALUES ('O1', '1', 2, 2, 2)"},
		"access without id":                     {"INSERT INTO access (org, id, at, day, seen_at) VALUES ('O1', '', 1, 1, 1)"},
		"second open link of a user":            {"INSERT INTO link (user_id, employee_id, from_day, opened_at, sound_at) VALUES ('U1', 'E2', 1, 1, 1)"},
		"second open link of an employee":       {"INSERT INTO link (user_id, employee_id, from_day, opened_at, sound_at) VALUES ('U2', 'E1', 1, 1, 1)"},
		"an employee's day for two users":       {"INSERT INTO person_day (user_id, day, employee_id) VALUES ('U4', 1, 'E1')"},
		"a second state":                        {"INSERT INTO integration (id, phase) VALUES (2, 'running')"},
		"unknown phase":                         {"UPDATE integration SET phase = 'well'"},
		"paused by half":                        {"UPDATE integration SET paused = 2"},
		"a third side":                          {"INSERT INTO side (name) VALUES ('google')"},
		"a fifth reading":                       {"INSERT INTO reading (name) VALUES ('old')"},
		"unknown list":                          {item, "misc", "decide", "open"},
		"unknown source":                        {item, "action", "me", "open"},
		"unknown state of an item":              {item, "action", "decide", "maybe"},
		"the same item twice":                   {item, "action", "decide", "closed"},
		"a second head":                         {"INSERT INTO audit_head (id, seq, hash) VALUES (2, 0, x'00')"},
		"an audit row twice":                    {"INSERT INTO audit (seq, at, kind, digest, hash) VALUES (1, 1, 'a', x'00', x'00'), (1, 1, 'a', x'00', x'00')"},
	} {
		if _, err := s.write.ExecContext(t.Context(), statement[0].(string), statement[1:]...); err == nil {
			t.Errorf("%s: the database takes it", name)
		} else if !strings.Contains(err.Error(), "constraint") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAccessesAreFacts(t *testing.T) {
	s := fresh(t)
	ctx := t.Context()
	must(t, s.Update(ctx, noon, insert(ctx, "1")))
	must(t, s.Update(ctx, noon, func(tx *Tx) error {
		again := access("1")
		again.At, again.UserID = 1, "somebody else"
		n, err := tx.InsertAccess(ctx, again)
		if n != 0 {
			t.Errorf("%d rows written", n)
		}
		return err
	}))
	must(t, s.View(ctx, func(q *Queries) error {
		rows, err := q.AccessesOfDay(ctx, AccessesOfDayParams{UserID: "U1", Day: 20782})
		if len(rows) != 1 || rows[0].At != Millis(noon) {
			t.Errorf("%+v", rows)
		}
		return err
	}))
}

func TestNoRows(t *testing.T) {
	s := fresh(t)
	must(t, s.View(t.Context(), func(q *Queries) error {
		if _, err := q.Employee(t.Context(), "nobody"); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("%v", err)
		}
		return nil
	}))
}

// TestAPartStaysOrGoesAsOne: what a failing or panicking part of a transaction wrote is gone, rows of the audit chain included, and the rest stays.
func TestAPartStaysOrGoesAsOne(t *testing.T) {
	for name, end := range map[string]func() error{"error": func() error { return errors.New("no") }, "panic": func() error { panic("no") }} {
		t.Run(name, func(t *testing.T) {
			s := fresh(t)
			must(t, s.Update(t.Context(), time.Now(), func(tx *Tx) error {
				write := func(user string, end func() error) (err error) {
					defer func() {
						if p := recover(); p != nil {
							err = fmt.Errorf("%v", p)
						}
					}()
					return tx.Part(t.Context(), func() error {
						tx.Audit("touched", map[string]string{"user": user})
						if err := tx.TouchDay(t.Context(), TouchDayParams{UserID: user, Day: 1}); err != nil {
							return err
						}
						return end()
					})
				}
				good := func() error { return nil }
				if err := write("before", good); err != nil {
					return err
				}
				if err := write("spoilt", end); err == nil {
					t.Error("the failure was lost")
				}
				return write("after", good)
			}))
			var users []string
			must(t, s.View(t.Context(), func(q *Queries) error {
				days, err := q.DirtyDays(t.Context(), 10)
				for _, d := range days {
					users = append(users, d.UserID)
				}
				return err
			}))
			slices.Sort(users)
			if !slices.Equal(users, []string{"after", "before"}) {
				t.Errorf("written: %q", users)
			}
			report, err := s.VerifyAudit(t.Context())
			must(t, err)
			if report.Rows != 2 || len(report.Problems) > 0 {
				t.Errorf("the audit chain: %+v", report)
			}
		})
	}
}

// TestLastAccess: the last access of a 事業所 is its own; those of another on later days hide nothing.
func TestLastAccess(t *testing.T) {
	s := fresh(t)
	must(t, s.Update(t.Context(), noon, func(tx *Tx) error {
		for _, a := range []InsertAccessParams{
			{Org: "A", ID: "1", At: 10, Day: 5}, {Org: "A", ID: "2", At: 30, Day: 6}, {Org: "A", ID: "3", At: 20, Day: 6}, {Org: "B", ID: "4", At: 99, Day: 9},
		} {
			if _, err := tx.InsertAccess(t.Context(), a); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, s.View(t.Context(), func(q *Queries) error {
		for org, want := range map[string]string{"A": "2", "B": "4"} {
			if last, err := q.LastAccess(t.Context(), org); err != nil || last.ID != want {
				t.Errorf("the last access of %s is %+v, %v", org, last, err)
			}
		}
		if _, err := q.LastAccess(t.Context(), "C"); !errors.Is(err, sql.ErrNoRows) {
			t.Errorf("the last access of nobody: %v", err)
		}
		return nil
	}))
}
