package swarm

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver by which the database is looked at from outside

	"dakokubridge/connector/proof"
	"dakokubridge/connector/simulator/salesforceserver"
)

// databaseName is the file in the profile's folder.
const databaseName = "dakokubridge.db"

// durable looks at what the connector has on disk, from outside.
type durable struct{ db *sql.DB }

func openDurable(dir string) (*durable, error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, databaseName)+"?_pragma=query_only(1)&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, fmt.Errorf("opening the database for a look: %w", err)
	}
	return &durable{db: db}, nil
}

// outbox looks at the rows of a write that has just arrived.
func (d *durable) outbox(writes []salesforceserver.Write, request int) (proof.Snapshot, error) {
	s := proof.Snapshot{At: writes[0].At, Request: request, Outbox: []proof.OutboxRow{}}
	for _, w := range writes {
		o := proof.OutboxRow{Key: w.Key}
		var payload []byte
		err := d.db.QueryRow("SELECT state, payload FROM outbox WHERE key = ?", w.Key).Scan(&o.State, &payload)
		if err == sql.ErrNoRows {
			continue
		}
		if err != nil {
			return s, fmt.Errorf("looking at the outbox: %w", err)
		}
		o.Payload = string(payload)
		s.Outbox = append(s.Outbox, o)
	}
	return s, nil
}

// facts looks at the accesses and at what the connector believes to have read.
func (d *durable) facts(now time.Time) (proof.Snapshot, error) {
	s := proof.Snapshot{At: now, Request: -1, Accesses: map[string]bool{}}
	rows, err := d.db.Query("SELECT id FROM access")
	if err != nil {
		return s, fmt.Errorf("looking at the accesses: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return s, fmt.Errorf("looking at the accesses: %w", err)
		}
		s.Accesses[id] = true
	}
	if err := rows.Err(); err != nil {
		return s, fmt.Errorf("looking at the accesses: %w", err)
	}
	return s, d.readings(&s)
}

func (d *durable) readings(s *proof.Snapshot) error {
	rows, err := d.db.Query("SELECT name, from_at, after_id, begun_at, done_at FROM reading WHERE name IN ('new', 'short', 'full')")
	if err != nil {
		return fmt.Errorf("looking at the cursors: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name, after string
		var from, begun, done int64
		if err := rows.Scan(&name, &from, &after, &begun, &done); err != nil {
			return fmt.Errorf("looking at the cursors: %w", err)
		}
		if name == "new" {
			s.Cursor = after
		} else if done > 0 && begun == done { // the window is that of the last reading, unless another has begun since
			s.Windows = append(s.Windows, proof.Window{From: time.UnixMilli(from), To: time.UnixMilli(done), ReadAt: time.UnixMilli(done)})
		}
	}
	return rows.Err()
}

// done tells whether a stamp has been seen on the sheet.
func (d *durable) done(key string) bool {
	var state string
	return d.db.QueryRow("SELECT state FROM outbox WHERE key = ?", key).Scan(&state) == nil && state == "on_sheet"
}

// pages is how many pages the database has.
func (d *durable) pages() (n int, err error) {
	err = d.db.QueryRow("PRAGMA page_count").Scan(&n)
	return n, err
}

// sound runs SQLite's own check.
func (d *durable) sound() (string, error) {
	var text string
	err := d.db.QueryRow("PRAGMA integrity_check").Scan(&text)
	return text, err
}

func (d *durable) close() { _ = d.db.Close() }
