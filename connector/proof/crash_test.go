package proof_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"

	_ "modernc.org/sqlite"
)

// points are where a process may die, by the names of the board.
var points = []string{
	engine.HookIngestBeforeCommit, engine.HookIngestAfterCommit, engine.HookDecideDay, engine.HookOutboxBeforeSend, engine.HookOutboxAfterSend, engine.HookOutboxAfterCommit,
}

// keyFields are the three things that UniqueKey__c may be.
var keyFields = []string{salesforceserver.KeyUnique, salesforceserver.KeyExternalID, salesforceserver.KeyPlain}

// longVariable asks for every crash there is and for 200 kills instead of 30.
const longVariable = "DAKOKUBRIDGE_TEST_LONG"

var errCrash = errors.New("crash")

// TestBoard holds the cases of the board that kill the connector within this process: it dies the first time it passes a point, and once in
// the middle of two short days, and is started again.
func TestBoard(t *testing.T) { crashes(t, 2) }

// TestVolumeCrashes has it die every time it passes where stamps are sent, and a few times where accesses are read and days decided.
func TestVolumeCrashes(t *testing.T) { crashes(t, 1<<30) }

// crashes plays at most so many crashes at each point, for each kind of key field.
func crashes(t *testing.T, most int) {
	names := map[string]string{
		engine.HookIngestBeforeCommit: "A01-kill9-before-ingest-commit", engine.HookIngestAfterCommit: "A02-kill9-after-ingest-before-decide",
		engine.HookOutboxBeforeSend: "A03-kill9-after-outbox-before-send", engine.HookOutboxAfterSend: "A04-kill9-after-send-before-ack-commit",
		engine.HookOutboxAfterCommit: "A05-kill9-in-05:00-run/after-ack", engine.HookDecideDay: "A05-kill9-in-05:00-run/in-a-decision",
	}
	for _, key := range keyFields {
		hits := playCrash(t, key, "", 0)
		for _, point := range points {
			if hits[point] == 0 {
				t.Fatalf("%s is never passed", point)
			}
			most := most
			if slices.Index(points, point) < slices.Index(points, engine.HookOutboxBeforeSend) {
				if key != salesforceserver.KeyUnique {
					continue // what the key field is does not matter before anything is sent
				}
				if os.Getenv(longVariable) == "" {
					most = min(most, 5) // of the many times that it is passed
				}
			}
			t.Run(names[point]+"/"+key, func(t *testing.T) {
				for n := 1; n <= hits[point]; n += max(1, (hits[point]+most-1)/most) {
					playCrash(t, key, point, n)
				}
			})
		}
	}
}

// TestOneConnection is B12 of the board: with one connection to the database for all, a query within a query would wait for itself for ever.
func TestOneConnection(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Database: func(dir string) (driver, dsn string) {
		return "sqlite", "file:" + filepath.Join(dir, "one.db") + "?_pragma=foreign_keys(1)"
	}})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	p := r.Hire("K1")
	r.Enter(p, start.Add(4*time.Hour), start.Add(13*time.Hour))
	r.Link(start)
	hung := time.AfterFunc(10*time.Minute, func() { panic("the connector waits for its own connection") })
	defer hung.Stop()
	r.RunUntil(start.Add(25 * time.Hour))
	if v := r.Judge(nil); !v.Valid || v.Stamped != 2 {
		t.Error(v.Story())
	}
}

// TestPanicInACall: a panic while stamps are being sent ends neither the process nor the loop, and is shown.
func TestPanicInACall(t *testing.T) {
	panics := 0
	r := rig.Quiet(t, rig.Options{Hook: func(_ context.Context, point string) error {
		if point == engine.HookOutboxAfterSend && panics == 0 {
			panics++
			panic("in a call")
		}
		return nil
	}})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	r.Enter(r.Hire("K1"), start.Add(4*time.Hour), start.Add(13*time.Hour))
	r.Link(start)
	r.RunUntil(start.Add(25 * time.Hour))
	if v := r.Judge(nil); !v.Valid || v.Stamped != 2 || panics != 1 {
		t.Error(v.Story())
	}
	if open := r.Open(); len(open) != 1 || open[0] != "PANIC" {
		t.Errorf("open: %q", open)
	}
}

// TestPanicInADecision is A13 of the board: a panic over one person's day, before anything of it is written or after everything, holds up nobody
// else, is shown, and leaves nothing of that day half done.
func TestPanicInADecision(t *testing.T) {
	for _, at := range []string{engine.HookDecideDay, engine.HookDecidedDay} {
		t.Run(at, func(t *testing.T) {
			var panics atomic.Int64
			r := rig.Quiet(t, rig.Options{Hook: func(_ context.Context, point string) error {
				if point == at && panics.Add(1) == 1 {
					panic("over a day")
				}
				return nil
			}})
			start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
			for i := range 3 {
				r.Enter(r.Hire(fmt.Sprint("K", i)), start.Add(4*time.Hour), start.Add(13*time.Hour))
			}
			r.Link(start)
			r.RunUntil(start.Add(4*time.Hour + 20*time.Minute))
			if rows := len(r.World.SalesforceServer().StampRows()); rows != 2 {
				t.Errorf("%d of the two others are stamped", rows)
			}
			if open := r.Open(); len(open) != 1 || !strings.HasPrefix(open[0], "PANIC 11-25 K") {
				t.Errorf("open: %q", open)
			}
			r.RunUntil(start.Add(25 * time.Hour))
			if v := r.Judge(nil); !v.Valid || v.Stamped != 6 {
				t.Error(v.Story())
			}
			if open := r.Open(); len(open) != 0 {
				t.Errorf("still open: %q", open)
			}
		})
	}
}

// TestTamperedAudit is M10 of the board, at the start: a row of the audit chain is edited while the program is off.
func TestTamperedAudit(t *testing.T) {
	r := rig.Quiet(t, rig.Options{})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	r.Enter(r.Hire("K1"), start.Add(4*time.Hour), start.Add(13*time.Hour))
	r.Link(start)
	r.RunUntil(start.Add(5 * time.Hour))
	edit := func(statement string) {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(r.Dir, "dakokubridge.db")+"?_pragma=busy_timeout(10000)")
		if err == nil {
			_, err = db.Exec(statement)
			err = errors.Join(err, db.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	edit("UPDATE audit SET body = replace(body, 'decided', 'x') || ' ' WHERE seq = 2")
	r.Restart()
	r.RunUntil(start.Add(6 * time.Hour))
	if open := r.Open(); !slices.Equal(open, []string{"AUDIT_BROKEN"}) {
		t.Errorf("open: %q", open)
	}
	edit("UPDATE audit SET body = rtrim(body) WHERE seq = 2")
	r.Restart()
	r.RunUntil(start.Add(25 * time.Hour))
	if open := r.Open(); len(open) != 0 {
		t.Errorf("still open: %q", open)
	}
	if v := r.Judge(nil); !v.Valid || v.Stamped != 2 {
		t.Error(v.Story())
	}
}

// playCrash plays two days of three people, dies when point is passed for the n-th time, goes on from what is on disk, and tells how
// often each point was passed. n of 0 lets it live.
func playCrash(t *testing.T, key, point string, n int) map[string]int {
	t.Helper()
	var (
		mu   sync.Mutex
		hits = make(map[string]int)
		live atomic.Bool
		w    writeAhead
	)
	switches := salesforceserver.DefaultSwitches()
	switches.UniqueKey = key
	r := rig.Quiet(t, rig.Options{
		Salesforce: &switches,
		Settings:   func(s *settings.Settings) { s.Engine.PollInterval = time.Hour },
		OnWrite:    func(rows []salesforceserver.Write) { w.check(t, rows) },
		Hook: func(_ context.Context, p string) error {
			mu.Lock()
			defer mu.Unlock()
			if !live.Load() {
				return nil
			}
			if hits[p]++; p == point && hits[p] == n {
				return errCrash
			}
			return nil
		},
	})
	w.open(t, r.Dir)
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	var people []rig.Person
	for i := range 3 {
		people = append(people, r.Hire(fmt.Sprint("K", i)))
	}
	for i, p := range people {
		r.Enter(p, start.Add(4*time.Hour+time.Duration(i)*time.Minute), start.Add(13*time.Hour))
	}
	r.Enter(people[0], start.Add(25*time.Hour), start.Add(26*time.Hour)) // after the close
	late := start.Add(22 * time.Hour)
	r.Access(akerunserver.NewAccess{User: people[1].User, At: late, Up: start.Add(26 * time.Hour)}) // a correction
	r.Link(start)
	live.Store(true)
	end := start.Add(49 * time.Hour)
	if r.RunToCrash(end) {
		r.Restart()
		if r.RunToCrash(end) {
			t.Fatal("crashed twice")
		}
	} else if n > 0 {
		t.Fatalf("%s was not passed %d times", point, n)
	}
	v := r.Judge(nil)
	if !v.Valid || v.Stamped != 9 {
		t.Errorf("dead at %s, %d, key %s: %d stamps\n%s", point, n, key, v.Stamped, v.Story())
	}
	if w.writes.Load() == 0 {
		t.Error("no write was looked at")
	}
	return hits
}

// writeAhead looks into the database whenever a row reaches Salesforce (S8): the outbox has it already, as sending, with the same bytes.
type writeAhead struct {
	db     *sql.DB
	mu     sync.Mutex
	bodies map[string][]byte
	writes atomic.Int64
}

func (w *writeAhead) open(t *testing.T, dir string) {
	t.Helper()
	var err error
	w.bodies = make(map[string][]byte)
	if w.db, err = sql.Open("sqlite", "file:"+filepath.Join(dir, "dakokubridge.db")+"?_pragma=query_only(1)&_pragma=busy_timeout(10000)"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
}

func (w *writeAhead) check(t *testing.T, rows []salesforceserver.Write) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, row := range rows {
		w.writes.Add(1)
		var state string
		var payload []byte
		if err := w.db.QueryRow("SELECT state, payload FROM outbox WHERE key = ?", row.Key).Scan(&state, &payload); err != nil {
			t.Errorf("a row reached Salesforce that the outbox has not: %s %v", row.Body, err)
			continue
		}
		if state != "sending" {
			t.Errorf("%s reached Salesforce while it was %s", row.Key, state)
		}
		if !bytes.Equal(payload, row.Body) {
			t.Errorf("%s was sent as %s, the outbox has %s", row.Key, row.Body, payload)
		}
		if before, again := w.bodies[row.Key]; again && !bytes.Equal(before, row.Body) {
			t.Errorf("%s was sent first as %s, then as %s", row.Key, before, row.Body)
		}
		w.bodies[row.Key] = bytes.Clone(row.Body)
	}
}
