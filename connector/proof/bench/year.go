package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/store"
)

const (
	// playedDays are played by the engine itself; the year is made of their rows, moved back by so many days again and again. A multiple of
	// a week, so that weekends stay weekends.
	playedDays = 7
	// rowText is what the columns of an access come to as text, in bytes.
	rowText = 73
)

// measureYear lets company M pass a day, looks how a poll goes, puts a year of history behind it, and looks again.
func measureYear(ctx context.Context, b *run) (err error) {
	first := monday()
	o, err := openOffice(ctx, simulator.Options{Seed: 1, Size: company.Medium, From: first.Add(-12 * time.Hour), History: -1, Clock: clock.Jump(first.Add(-12 * time.Hour))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	j, err := join(ctx, profile{Dir: filepath.Join(b.dir, "year"), Poll: time.Hour}, o.description(), &gate{Clock: o.Clock()})
	if err != nil {
		return err
	}
	closed := false
	defer func() {
		if !closed {
			err = errors.Join(err, j.Close())
		}
	}()
	if err := j.Begin(ctx, connector.BeginRequest{Start: first}); err != nil {
		return err
	}
	young, err := b.lookAtPolls(ctx, o, j, first.AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	if err := j.playUntil(ctx, first.AddDate(0, 0, playedDays).Add(7*time.Hour)); err != nil {
		return err
	}
	if err := j.Close(); err != nil {
		return err
	}
	if err := lengthen(ctx, j.database(), first, b.history); err != nil {
		return fmt.Errorf("putting a year behind the days that were played: %w", err)
	}
	if err := b.measureSize(ctx, j.database()); err != nil {
		return err
	}
	if err := j.reopen(ctx); err != nil {
		return err
	}
	old, err := b.lookAtPolls(ctx, o, j, first.AddDate(0, 0, playedDays+1))
	if err != nil {
		return err
	}
	b.add(row{
		ID: "P5", Measured: fmt.Sprintf("%s, %d calls", seconds(old.idle), old.calls), Yardstick: fmt.Sprintf("%s, %d calls, on day 1", seconds(young.idle), young.calls),
		Ratio: ratio(old.idle, young.idle), Reach: "≤ 1.1 ×, as many calls", Met: *ratio(old.idle, young.idle) <= 1.1 && old.calls == young.calls,
	})
	b.add(compared("P6", seconds(old.busy), seconds(young.busy)+" on day 1", *ratio(old.busy, young.busy), 1.2))
	closed = true
	if err := j.Close(); err != nil {
		return err
	}
	return b.idleYear(ctx, o, j)
}

func ratio(a, b time.Duration) *float64 {
	r := a.Seconds() / b.Seconds()
	return &r
}

// polls are what polls took.
type polls struct {
	idle  time.Duration // with nothing new
	calls int           // of it, to both sides
	busy  time.Duration // with a thousand new accesses
}

const (
	idlePolls = 41
	busyPolls = 7
)

// lookAtPolls plays until the early morning of a day, when hardly anybody comes, and measures polls there. The readings that are made every hour
// and every half hour fall outside the middle ones.
func (b *run) lookAtPolls(ctx context.Context, o *office, j *joined, day time.Time) (p polls, err error) {
	if err := j.playUntil(ctx, day.Add(20*time.Minute)); err != nil {
		return p, err
	}
	var took []time.Duration
	var calls []int
	for range idlePolls {
		before := o.requests()
		t, err := j.poll(ctx, o)
		if err != nil {
			return p, err
		}
		took, calls = append(took, t), append(calls, o.requests()-before)
	}
	slices.Sort(calls)
	p.idle, p.calls = median(took), calls[len(calls)/2]
	took = nil
	for range busyPolls {
		if err := o.enter(1000); err != nil {
			return p, err
		}
		t, err := j.poll(ctx, o)
		if err != nil {
			return p, err
		}
		took = append(took, t)
	}
	p.busy = median(took)
	b.say("a poll with nothing new %s (%d calls), with 1,000 accesses %s", seconds(p.idle), p.calls, seconds(p.busy))
	return p, nil
}

// poll lets a minute pass and the loop go round once.
func (j *joined) poll(ctx context.Context, o *office) (time.Duration, error) {
	if err := o.Clock().Advance(time.Minute); err != nil {
		return 0, err
	}
	begun := time.Now()
	err := j.Sync(ctx)
	return time.Since(begun), err
}

// requests counts what both servers were asked so far.
func (o *office) requests() int {
	return len(o.AkerunServer().Requests()) + len(o.SalesforceServer().RequestLog())
}

// enter sends so many people of the company through a door, now.
func (o *office) enter(people int) error {
	now := o.Clock().Now()
	users := o.AkerunServer().Users()
	for n := range people {
		if _, err := o.AkerunServer().AddAccess(akerunserver.NewAccess{User: users[n%len(users)].ID, At: now, Up: now}); err != nil {
			return fmt.Errorf("letting people in: %w", err)
		}
	}
	return nil
}

// copies are the statements that put the rows of the played days once more into the database, so many days (?1) earlier, as copy ?2.
var copies = []string{
	`INSERT INTO access (org, id, at, day, user_id, door_id, action, device, seen_at)
	 SELECT org, CAST(CAST(id AS INTEGER) - ?2 * (SELECT span FROM temp.played) AS TEXT), at - ?1 * 86400000, day - ?1, user_id, door_id, action, device, seen_at - ?1 * 86400000
	 FROM access WHERE day BETWEEN (SELECT first FROM temp.played) AND (SELECT last FROM temp.played)`,
	`INSERT INTO person_day (user_id, day, employee_id, settled_at, asked, dirty, due_at, decided_at)
	 SELECT user_id, day - ?1, employee_id, settled_at - ?1 * 86400000, asked, 0, 0, decided_at - ?1 * 86400000
	 FROM person_day WHERE day BETWEEN (SELECT first FROM temp.played) AND (SELECT last FROM temp.played) AND ?2 > 0`,
	`INSERT INTO outbox (employee_id, user_id, day, kind, revision, key, payload, at, access_id, rules, origin, state, why, attempts, planned_at, sent_at, record_id, accepted_at, checks, done_at, answer)
	 SELECT employee_id, user_id, day - ?1, kind, revision, 'db1/' || lower(hex(randomblob(16))), payload, at - ?1 * 86400000,
	   CAST(CAST(access_id AS INTEGER) - ?2 * (SELECT span FROM temp.played) AS TEXT), rules, origin, state, why, attempts, planned_at - ?1 * 86400000, sent_at - ?1 * 86400000,
	   record_id, accepted_at - ?1 * 86400000, checks, done_at - ?1 * 86400000, answer
	 FROM outbox WHERE day BETWEEN (SELECT first FROM temp.played) AND (SELECT last FROM temp.played) AND state IN ('on_sheet', 'processed', 'withdrawn')`,
	`INSERT INTO sheet (employee_id, day, push_start, push_end, real_start, real_end, start_time, end_time, read_at)
	 SELECT employee_id, day - ?1, push_start, push_end, real_start, real_end, start_time, end_time, read_at - ?1 * 86400000
	 FROM sheet WHERE day BETWEEN (SELECT first FROM temp.played) AND (SELECT last FROM temp.played) AND ?2 > 0`,
	`INSERT INTO other_row (id, employee_id, day, kind, at, status, device, read_at)
	 SELECT id || '-' || ?2, employee_id, day - ?1, kind, at - ?1 * 86400000, status, device, read_at - ?1 * 86400000
	 FROM other_row WHERE day BETWEEN (SELECT first FROM temp.played) AND (SELECT last FROM temp.played)`,
	`INSERT INTO item (list, source, reason, user_id, employee_id, day, subject, detail, state, since, ended, memo)
	 SELECT list, source, reason, user_id, employee_id, day - ?1, subject, detail, state, since - ?1 * 86400000, MAX(ended - ?1 * 86400000, 0), memo
	 FROM item WHERE day BETWEEN (SELECT first FROM temp.played) AND (SELECT last FROM temp.played) AND ?2 > 0`,
	`INSERT INTO traffic (org, day, door_id, morning, total) SELECT org, day - ?1, door_id, morning, total
	 FROM traffic WHERE day BETWEEN (SELECT first FROM temp.played) AND (SELECT last FROM temp.played) AND ?2 > 0`,
}

// lengthen puts a year before the days that were played: their own rows, day for day, as the engine has written them. The audit chain grows at its end,
// as it must, by the texts of those days.
func lengthen(ctx context.Context, database string, first time.Time, days int) error {
	db, err := sql.Open("sqlite", "file:"+database+"?_pragma=synchronous(0)&_pragma=cache_size(-200000)&_pragma=temp_store(2)")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { _ = db.Close() }()
	day := first.Add(4*time.Hour).Unix() / 86400 // the business day's date in Japan
	_, err = db.ExecContext(ctx, `CREATE TEMP TABLE played AS SELECT ?1 AS first, ?2 AS last, MAX(CAST(id AS INTEGER)) - MIN(CAST(id AS INTEGER)) + 1 AS span FROM access WHERE day BETWEEN ?1 AND ?2`,
		day, day+playedDays-1)
	if err != nil {
		return err
	}
	for n := 1; n*playedDays <= days; n++ {
		for _, statement := range copies {
			if _, err := db.ExecContext(ctx, statement, n*playedDays, n); err != nil {
				return err
			}
		}
	}
	if err := db.Close(); err != nil {
		return err
	}
	return lengthenAudit(ctx, database, first, days)
}

// lengthenAudit writes the texts of the played days into the chain again, as often as the rows.
func lengthenAudit(ctx context.Context, database string, first time.Time, days int) (err error) {
	s, err := store.Open(ctx, store.Options{Path: database, Throwaway: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var texts []store.Audit
	err = s.View(ctx, func(q *store.Queries) (err error) {
		texts, err = q.AuditAfter(ctx, store.AuditAfterParams{Most: 1 << 40})
		return err
	})
	if err != nil {
		return err
	}
	const atOnce = 5000
	last := first.AddDate(0, 0, playedDays)
	texts = slices.DeleteFunc(texts, func(a store.Audit) bool { return a.At < store.Millis(first) || a.At >= store.Millis(last) })
	for n := 1; n*playedDays <= days; n++ {
		for some := range slices.Chunk(texts, atOnce) {
			err := s.Update(ctx, last, func(tx *store.Tx) error {
				for _, a := range some {
					var detail map[string]string
					if err := json.Unmarshal([]byte(a.Body.String), &detail); err != nil {
						return err
					}
					tx.Audit(a.Kind, detail)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// measureSize compares the database, rows of every table and all, with the bare text of its accesses.
func (b *run) measureSize(ctx context.Context, database string) error {
	if _, err := sqlite3(ctx, database, "PRAGMA wal_checkpoint(TRUNCATE);"); err != nil {
		return err
	}
	info, err := os.Stat(database)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", database)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var rows, text int64
	err = db.QueryRowContext(ctx, `SELECT COUNT(*), SUM(length(org || id || at || day || user_id || door_id || action || device || seen_at) + 9) FROM access`).Scan(&rows, &text)
	if err != nil {
		return err
	}
	b.say("%d days of M: %d accesses, %.1f bytes of text each, %s in all", b.history+playedDays, rows, float64(text)/float64(rows), mebibytes(info.Size()))
	b.add(compared("P14", mebibytes(info.Size()), fmt.Sprintf("%s, %d accesses of %d bytes", mebibytes(rows*rowText), rows, rowText), float64(info.Size())/float64(rows*rowText), 3))
	return b.sayTables(ctx, database)
}

// sayTables tells which tables and indexes the size is made of.
func (b *run) sayTables(ctx context.Context, database string) error {
	out, err := sqlite3(ctx, database, "SELECT group_concat(name || ' ' || mib, ', ') FROM (SELECT name, SUM(pgsize) >> 20 AS mib FROM dbstat GROUP BY name HAVING mib > 0 ORDER BY mib DESC);")
	b.say("MiB: %s", out)
	return err
}

// copyProfile gives a process of its own a database that nobody else has open.
func copyProfile(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	in, err := os.Open(filepath.Join(from, "dakokubridge.db"))
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(filepath.Join(to, "dakokubridge.db"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
