package connector_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
)

// keptRows counts rows of the closed or open database.
func keptRows(t *testing.T, r *rig.Rig, query string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(r.Dir, "dakokubridge.db"))
	ok(t, err)
	defer func() { _ = db.Close() }()
	ok(t, db.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

// later sets the clock on while the program is off, and runs it for an hour.
func later(t *testing.T, r *rig.Rig, to time.Time) {
	t.Helper()
	ok(t, r.World.Clock().Set(to))
	r.RunUntil(to.Add(time.Hour))
}

// TestBoard_M08_Retention: after 13 months a day is its first and its last access, after the years of the setting it is nothing, and the audit chain verifies
// all along. Nothing is stamped again, though Akerun shows all of it again.
func TestBoard_M08_Retention(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p, shortDay := r.Hire("7001"), r.Hire("7002")
	r.Enter(p, times("25 09:00", "25 12:01", "25 12:58", "25 15:00", "25 18:00")...)
	r.Enter(shortDay, times("25 09:00", "25 09:02")...)
	r.RunUntil(at("27 08:00"))
	rows := []string{"11-25 in 09:00:00", "11-25 out 18:00:00"}
	wantRows(t, r, p, rows...)
	const accesses = "SELECT COUNT(*) FROM access WHERE day = (SELECT MIN(day) FROM person_day)"
	if n := keptRows(t, r, accesses); n != 7 {
		t.Fatalf("%d accesses", n)
	}

	later(t, r, at("25 08:00").AddDate(0, 13, 0))
	if n := keptRows(t, r, accesses); n != 7 {
		t.Errorf("after 13 months to the day %d accesses are left", n)
	}
	later(t, r, at("26 08:00").AddDate(0, 13, 0))
	if n := keptRows(t, r, accesses); n != 4 {
		t.Errorf("after 13 months and a day %d accesses are left", n)
	}
	days, err := r.Days(t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-25"})
	ok(t, err)
	for _, d := range days {
		if d.UserID == p.User && (!d.First.Equal(at("25 09:00")) || !d.Last.Equal(at("25 18:00")) || len(d.Stamps) != 2) {
			t.Errorf("the day shows %+v", d)
		}
	}

	readAllAgain(t, r)
	later(t, r, at("27 08:00").AddDate(0, 13, 0))
	if n := keptRows(t, r, accesses); n != 4 {
		t.Errorf("read again, %d accesses are there", n)
	}

	later(t, r, at("27 08:00").AddDate(5, 0, 0))
	for _, table := range []string{"access", "person_day", "outbox", "sheet", "other_row"} {
		if n := keptRows(t, r, "SELECT COUNT(*) FROM "+table+" WHERE day <= 20783"); n != 0 { // 2026-11-26
			t.Errorf("after 5 years %d rows of %s are left", n, table)
		}
	}
	// That the day was erased is told without saying whose.
	if n := keptRows(t, r, "SELECT COUNT(*) FROM audit WHERE body LIKE '%2026-11-25T%'"); n != 0 {
		t.Errorf("%d texts of the audit chain are left", n)
	}
	found, err := r.Verify(t.Context())
	ok(t, err)
	if !found.OK || found.Rows < 10 {
		t.Errorf("the audit chain: %+v", found)
	}
	readAllAgain(t, r)
	later(t, r, at("28 08:00").AddDate(5, 0, 0))
	if n := keptRows(t, r, "SELECT COUNT(*) FROM access"); n != 0 {
		t.Errorf("%d erased accesses came back", n)
	}
	wantRows(t, r, p, rows...)

	ok(t, r.Close())
	for _, name := range []string{"dakokubridge.db", "dakokubridge.db-wal"} {
		b, err := os.ReadFile(filepath.Join(r.Dir, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("2026-11-25T09:00:00+09:00")) {
			t.Errorf("%s still holds the instant of a stamp", name)
		}
	}
	r.Reopen()
}

// readAllAgain has the connector begin its reading anew, as it does for another 事業所.
func readAllAgain(t *testing.T, r *rig.Rig) {
	t.Helper()
	ok(t, r.Close())
	db, err := sql.Open("sqlite", filepath.Join(r.Dir, "dakokubridge.db"))
	ok(t, err)
	_, err = db.ExecContext(t.Context(), "UPDATE reading SET from_at = 0, after_id = '' WHERE name = 'new'")
	ok(t, err)
	ok(t, db.Close())
	r.Reopen()
}

// Without the servers' time nothing is erased: a PC whose clock is years ahead must not lose its records.
func TestRetentionGoesByTheServersTime(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 12:00", "25 18:00")...)
	r.RunUntil(at("26 08:00"))
	r.SetWrong(10 * 365 * 24 * time.Hour)
	r.RunUntil(at("26 10:00"))
	if n := keptRows(t, r, "SELECT COUNT(*) FROM access"); n != 3 {
		t.Errorf("%d accesses are left", n)
	}
}
