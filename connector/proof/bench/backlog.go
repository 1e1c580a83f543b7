package main

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	_ "modernc.org/sqlite" // to read the rows that the connector has kept

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
)

const (
	// reachImport: so often the time of a bare import may pass until everything is read, decided and durable.
	reachImport = 6
	// reachSort: so often the time of a bare sort may pass until everything is decided.
	reachSort = 2
	// reachPeak is how much memory the engine may have meanwhile, and spread how far twice the rows may lie from that.
	reachPeak, spread = 100 << 20, 0.2
)

// measureBacklog has company L's connector come back to a million accesses.
func measureBacklog(ctx context.Context, b *run) error {
	once, err := b.catchUp(ctx, b.rows)
	if err != nil {
		return err
	}
	if b.wants("P3") {
		imported, err := b.importRows(ctx, once.database)
		if err != nil {
			return err
		}
		ratio := once.took.Seconds() / imported.Seconds()
		b.add(compared("P3", fmt.Sprintf("%s for %d accesses", seconds(once.took), once.accesses), seconds(imported)+", sqlite3 .import", ratio, reachImport))
	}
	if b.wants("P4") {
		if err := b.decideAlone(ctx, once.database); err != nil {
			return err
		}
	}
	if !b.wants("P7") {
		return nil
	}
	if err := os.RemoveAll(filepath.Dir(once.database)); err != nil {
		return err
	}
	twice, err := b.catchUp(ctx, 2*b.rows)
	if err != nil {
		return err
	}
	grown := float64(twice.peak)/float64(once.peak) - 1
	b.add(row{
		ID: "P7", Measured: fmt.Sprintf("%s; %s for twice the rows (%+.0f %%)", mebibytes(once.peak), mebibytes(twice.peak), 100*grown), Yardstick: "–",
		Reach: "≤ " + mebibytes(reachPeak) + ", ± 20 %", Met: once.peak <= reachPeak && twice.peak <= reachPeak && grown <= spread,
	})
	return os.RemoveAll(filepath.Dir(twice.database))
}

// backlog is what it took to catch up.
type backlog struct {
	accesses int
	took     time.Duration
	peak     int64
	database string
}

// catchUp lets so many accesses pass while the connector is off, and measures it reading and deciding them. It is paused, so that nothing is sent.
func (b *run) catchUp(ctx context.Context, accesses int) (found backlog, err error) {
	first := monday()
	o, err := openOffice(ctx, simulator.Options{Seed: 1, Size: company.Large, From: first.Add(-12 * time.Hour), History: -1, Clock: clock.Jump(first.Add(-12 * time.Hour))})
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	c, err := startEngine(ctx)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, c.stop()) }()
	found.database = filepath.Join(b.dir, fmt.Sprintf("backlog%d", accesses), "dakokubridge.db")
	p := profile{Dir: filepath.Dir(found.database), Durable: true}
	if err := c.tell("Join", JoinArgs{Profile: p, Where: o.description(), Now: o.Clock().Now()}); err != nil {
		return found, err
	}
	if err := c.tell("Begin", first); err != nil {
		return found, err
	}
	if err := c.tell("Pause", None{}); err != nil {
		return found, err
	}
	end := first
	for n := 0; n < accesses && ctx.Err() == nil; {
		from := end
		end = end.AddDate(0, 0, 1)
		if err := o.Clock().Set(end); err != nil {
			return found, err
		}
		for range o.AkerunServer().Accesses(from, end) {
			n++
		}
	}
	if err := errors.Join(c.tell("SetClock", end), c.forgetPeak()); err != nil {
		return found, err
	}
	if b.traces != "" {
		if err := c.tell("Profile", filepath.Join(b.traces, fmt.Sprintf("backlog%d.prof", accesses))); err != nil {
			return found, err
		}
	}
	if err := c.client.Call("Engine.Sync", None{}, &found.took); err != nil {
		return found, err
	}
	if found.peak, err = c.memory("VmHWM"); err != nil {
		return found, err
	}
	return found, b.caughtUp(c, &found)
}

// caughtUp makes sure that all has been read and decided.
func (b *run) caughtUp(c *child, found *backlog) error {
	var q connector.Queue
	if err := c.client.Call("Engine.Queue", None{}, &q); err != nil {
		return err
	}
	if err := c.tell("Close", None{}); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", found.database)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRow("SELECT COUNT(*) FROM access").Scan(&found.accesses); err != nil {
		return err
	}
	b.say("%d accesses, %d stamps to be in %s, peak %s", found.accesses, q.Planned, seconds(found.took), mebibytes(found.peak))
	if q.DirtyDays > 0 || q.Planned < found.accesses/20 {
		return fmt.Errorf("the backlog was not worked off: %+v of %d accesses", q, found.accesses)
	}
	return nil
}

// importRows has the sqlite3 command put the same rows into the same table with the same indexes.
func (b *run) importRows(ctx context.Context, database string) (time.Duration, error) {
	rows, schema := filepath.Join(b.dir, "rows.csv"), filepath.Join(b.dir, "schema.sql")
	defer func() { _, _ = os.Remove(rows), os.Remove(schema) }()
	if err := exportRows(ctx, database, rows, schema); err != nil {
		return 0, err
	}
	var all []time.Duration
	for n := range 3 {
		into := filepath.Join(b.dir, fmt.Sprintf("import%d.db", n))
		if _, err := sqlite3(ctx, into, ".read "+schema, "PRAGMA journal_mode=WAL;"); err != nil {
			return 0, err
		}
		begun := time.Now()
		if _, err := sqlite3(ctx, into, "PRAGMA synchronous=FULL;", ".import --csv "+rows+" access"); err != nil {
			return 0, err
		}
		all = append(all, time.Since(begun))
		n, err := sqlite3(ctx, into, "SELECT COUNT(*) FROM access;")
		if err != nil {
			return 0, err
		}
		if got, _ := strconv.Atoi(string(bytes.TrimSpace(n))); got < b.rows/2 {
			return 0, fmt.Errorf("sqlite3 imported %s rows only", n)
		}
		if err := os.Remove(into); err != nil {
			return 0, err
		}
	}
	return median(all), nil
}

func sqlite3(ctx context.Context, database string, commands ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "sqlite3", append([]string{"-batch", database}, commands...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("running sqlite3 (make bench installs it): %w", err)
	}
	return out, nil
}

// exportRows writes the accesses as CSV, in the order of their ids, and the statements that make their table.
func exportRows(ctx context.Context, database, rows, schema string) error {
	db, err := sql.Open("sqlite", database)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var statements bytes.Buffer
	err = each(ctx, db, "SELECT sql FROM sqlite_master WHERE tbl_name = 'access' AND sql IS NOT NULL ORDER BY type DESC", 1, func(cell []string) error {
		statements.WriteString(cell[0] + ";\n")
		return nil
	})
	if err != nil {
		return err
	}
	if err := os.WriteFile(schema, statements.Bytes(), 0o600); err != nil {
		return err
	}
	f, err := os.Create(rows)
	if err != nil {
		return err
	}
	w := csv.NewWriter(f)
	var columns int
	if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM pragma_table_info('access')").Scan(&columns); err != nil {
		return err
	}
	if err := each(ctx, db, "SELECT * FROM access", columns, w.Write); err != nil {
		return err
	}
	w.Flush()
	return errors.Join(w.Error(), f.Close())
}

// each reads rows as text.
func each(ctx context.Context, db *sql.DB, query string, columns int, f func(cells []string) error) error {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	cells, places := make([]string, columns), make([]any, columns)
	for i := range cells {
		places[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			return err
		}
		if err := f(cells); err != nil {
			return err
		}
	}
	return rows.Err()
}

// decideAlone runs the rules over all days in memory, against sorting the same accesses.
func (b *run) decideAlone(ctx context.Context, database string) error {
	accesses, err := readAccesses(ctx, database)
	if err != nil {
		return err
	}
	rules, days := attendance.DefaultRules(), attendanceDays(accesses)
	last := attendance.DayOf(accesses[len(accesses)-1].At)
	var sorting, deciding []time.Duration
	for range 5 {
		shuffled := slices.Clone(accesses)
		begun := time.Now()
		slices.SortFunc(shuffled, func(x, y attendance.Access) int {
			if c := cmp.Compare(x.User, y.User); c != 0 {
				return c
			}
			return x.At.Compare(y.At)
		})
		sorting = append(sorting, time.Since(begun))
		stamps := 0
		begun = time.Now()
		for _, day := range days {
			stamps += len(attendance.Decide(rules, factsOf(day, last)).Stamps)
		}
		deciding = append(deciding, time.Since(begun))
		if stamps < len(days) {
			return fmt.Errorf("%d stamps for %d days", stamps, len(days))
		}
	}
	sorted, decided := median(sorting), median(deciding)
	b.say("%d days decided", len(days))
	b.add(compared("P4", seconds(decided), seconds(sorted)+", slices.SortFunc", decided.Seconds()/sorted.Seconds(), reachSort))
	return nil
}

func readAccesses(ctx context.Context, database string) (all []attendance.Access, err error) {
	db, err := sql.Open("sqlite", database)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(ctx, "SELECT id, at, user_id, door_id, action, device, seen_at FROM access WHERE user_id <> '' ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var a attendance.Access
		var at, seen int64
		if err := rows.Scan(&a.ID, &at, &a.User, &a.Door, &a.Action, &a.Device, &seen); err != nil {
			return nil, err
		}
		a.At, a.Seen = time.UnixMilli(at).UTC(), time.UnixMilli(seen).UTC()
		all = append(all, a)
	}
	return all, rows.Err()
}

// attendanceDays puts the accesses of each person's day together, as the database gives them to the rules.
func attendanceDays(accesses []attendance.Access) [][]attendance.Access {
	type personDay struct {
		user string
		day  attendance.Day
	}
	place := make(map[personDay]int)
	var days [][]attendance.Access
	for _, a := range accesses {
		k := personDay{a.User, attendance.DayOf(a.At)}
		i, ok := place[k]
		if !ok {
			i = len(days)
			place[k] = i
			days = append(days, nil)
		}
		days[i] = append(days[i], a)
	}
	return days
}

// factsOf is a closed day of which all is read and nothing has been sent.
func factsOf(accesses []attendance.Access, last attendance.Day) attendance.Facts {
	start, now := monday(), last.End()
	return attendance.Facts{
		Day: attendance.DayOf(accesses[0].At), Accesses: accesses, FirstStart: start, Start: start, Now: now, ReadUntil: now, ReadAt: now, TargetDateWritable: true,
	}
}
