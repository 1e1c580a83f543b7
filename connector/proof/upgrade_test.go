package proof_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/salesforceserver"
	"dakokubridge/connector/vault"
)

// releasedVariable asks for dumps of the database as each released schema has it, to be written anew.
const releasedVariable = "DAKOKUBRIDGE_WRITE_DUMPS"

// released is where they are, by number; the schema of a new migration needs one before it is released.
const released = "../store/testdata/released"

// releasedKey is the sealing key under which the dumps were written.
const releasedKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

// playToFullOutbox plays a morning in which the program dies while stamps are under way: of six people two are done, one waits for the
// batch, one has to be sent again, and two were just sent.
func playToFullOutbox(t *testing.T) (r *rig.Rig, people []rig.Person) {
	t.Helper()
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	dead := false
	r = rig.Quiet(t, rig.Options{Hook: func(_ context.Context, point string) error {
		if !dead && point == engine.HookOutboxAfterSend && !r.World.Clock().Now().Before(start.Add(4*time.Hour+29*time.Minute)) {
			dead = true
			return errCrash
		}
		return nil
	}})
	must(t, r.Close())
	r.Dir = t.TempDir()
	must(t, r.Vault.Set(t.Context(), vault.SealingKey, releasedKey))
	r.Reopen()
	d := r.World.Description("", "").Akerun
	must(t, r.SetAkerunClient(t.Context(), d.ClientID, d.ClientSecret))
	for i := range 6 {
		people = append(people, r.Hire(fmt.Sprint("K", i)))
	}
	r.Link(start)
	r.Enter(people[0], start.Add(3*time.Hour))
	r.Enter(people[1], start.Add(3*time.Hour+time.Minute))
	r.RunUntil(start.Add(4 * time.Hour))
	r.Switch(connector.Salesforce, "batch_on", false)
	r.Enter(people[2], start.Add(4*time.Hour+time.Minute))
	r.RunUntil(start.Add(4*time.Hour + 15*time.Minute))
	r.Switch(connector.Salesforce, "row_errors", []salesforceserver.RowFailure{{Count: 100, EmployeeID: people[3].Employee, StatusCode: "UNABLE_TO_LOCK_ROW"}})
	r.Enter(people[3], start.Add(4*time.Hour+16*time.Minute))
	r.RunUntil(start.Add(4*time.Hour + 22*time.Minute))
	r.Enter(people[4], start.Add(4*time.Hour+23*time.Minute))
	r.Enter(people[5], start.Add(4*time.Hour+24*time.Minute))
	if !r.RunToCrash(start.Add(5 * time.Hour)) {
		t.Fatal("it does not die")
	}
	if states := outboxStates(t, r.Dir); states != "accepted=1 on_sheet=2 planned=1 sending=2" {
		t.Fatalf("the outbox holds %s", states)
	}
	r.Switch(connector.Salesforce, "row_errors", []salesforceserver.RowFailure{})
	r.Switch(connector.Salesforce, "batch_on", true)
	return r, people
}

// TestBoard_K05_UpgradeWithFullOutbox: the program is replaced by this one while its outbox is full, from each schema that was ever released.
func TestBoard_K05_UpgradeWithFullOutbox(t *testing.T) {
	if os.Getenv(releasedVariable) != "" {
		writeReleased(t)
	}
	dumps, err := filepath.Glob(filepath.Join(released, "*.sql"))
	must(t, err)
	for _, version := range versions(t)[:len(versions(t))-1] { // the newest needs one when the next comes
		if !slices.Contains(dumps, filepath.Join(released, fmt.Sprintf("%d.sql", version))) {
			t.Errorf("there is no dump of schema %d: write it with %s=1", version, releasedVariable)
		}
	}
	for _, dump := range dumps {
		t.Run("schema-"+strings.TrimSuffix(filepath.Base(dump), ".sql"), func(t *testing.T) {
			r, people := playToFullOutbox(t)
			must(t, r.Close())
			path := filepath.Join(r.Dir, "dakokubridge.db")
			for _, name := range []string{path, path + "-wal", path + "-shm"} {
				must(t, os.RemoveAll(name))
			}
			restore(t, path, dump)
			r.Reopen()
			start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
			for _, p := range people {
				r.Enter(p, start.Add(13*time.Hour))
			}
			if r.RunToCrash(start.Add(25 * time.Hour)) {
				t.Fatal("it dies again")
			}
			if v := r.Judge(nil); !v.Valid || v.Stamped != 12 {
				t.Error(v.Story())
			}
			if open := r.Open(); len(open) > 0 {
				t.Errorf("open: %q", open)
			}
		})
	}
}

// outboxStates counts the stamps by their state.
func outboxStates(t *testing.T, dir string) (text string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "dakokubridge.db")+"?_pragma=busy_timeout(10000)")
	must(t, err)
	defer func() { _ = db.Close() }()
	must(t, db.QueryRow("SELECT group_concat(state || '=' || n, ' ') FROM (SELECT state, COUNT(*) AS n FROM outbox GROUP BY state ORDER BY state)").Scan(&text))
	return text
}

// versions are the numbers of the migrations, in order.
func versions(t *testing.T) (numbers []int) {
	t.Helper()
	files, err := filepath.Glob("../store/migrations/*.sql")
	must(t, err)
	for _, f := range files {
		number, _, _ := strings.Cut(filepath.Base(f), "_")
		n, err := strconv.Atoi(number)
		must(t, err)
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	return numbers
}

// restore makes a database from a dump.
func restore(t *testing.T, path, dump string) {
	t.Helper()
	text, err := os.ReadFile(dump)
	must(t, err)
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)")
	must(t, err)
	_, err = db.ExecContext(t.Context(), string(text))
	must(t, errors.Join(err, db.Close(), os.Chmod(path, 0o600)))
}

// writeReleased writes the dumps: the database of this program, taken back migration by migration.
func writeReleased(t *testing.T) {
	t.Helper()
	r, _ := playToFullOutbox(t)
	must(t, r.Close())
	db, err := sql.Open("sqlite", "file:"+filepath.Join(r.Dir, "dakokubridge.db"))
	must(t, err)
	defer func() { must(t, db.Close()) }()
	p, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("../store/migrations"))
	must(t, err)
	must(t, os.MkdirAll(released, 0o755))
	for _, version := range slices.Backward(versions(t)) {
		_, err := p.DownTo(t.Context(), int64(version))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(released, fmt.Sprintf("%d.sql", version)), []byte(dumpOf(t, db)), 0o644))
	}
}

// dumpOf gives the statements that make a database anew.
func dumpOf(t *testing.T, db *sql.DB) string {
	t.Helper()
	var b strings.Builder
	lines := func(query string) (out []string) {
		rows, err := db.QueryContext(t.Context(), query)
		must(t, err)
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var line string
			must(t, rows.Scan(&line))
			out = append(out, line)
		}
		must(t, rows.Err())
		return out
	}
	b.WriteString("BEGIN;\n")
	for _, s := range lines("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid") {
		b.WriteString(s + ";\n")
	}
	for _, table := range lines("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid") {
		columns := lines("SELECT 'quote(' || name || ')' FROM pragma_table_info('" + table + "') ORDER BY cid")
		for _, row := range lines("SELECT " + strings.Join(columns, " || ', ' || ") + " FROM " + table + " ORDER BY 1") {
			b.WriteString("INSERT INTO " + table + " VALUES (" + row + ");\n")
		}
	}
	for _, s := range lines("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid") {
		b.WriteString(s + ";\n")
	}
	b.WriteString("COMMIT;\n")
	return b.String()
}
