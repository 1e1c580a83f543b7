package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options say where the database is.
type Options struct {
	// Path is the file. Its folder must exist; the file is made with mode 0600.
	Path string
	// Driver and DSN replace the usual ones, for tests that put another file system under SQLite. With a DSN, Path is not used and
	// one connection serves reading and writing.
	Driver, DSN string
	// Throwaway spares the waiting for the disk, for a database that is deleted afterwards (demo, tests): it survives the end of the process
	// at any instant, but not a power cut.
	Throwaway bool
}

// Store is the open database. It is safe for concurrent use: one writer at a time, readers beside it.
type Store struct {
	write, read *sql.DB
	// Statements are prepared once: preparing one takes longer than most of them run.
	writing, reading *Queries
	head             headSeal
}

// Tx is one transaction that may write.
type Tx struct {
	*Queries
	tx   *sql.Tx
	now  time.Time
	head *headSeal
	rows []auditRow

	spoilt error // a part that could not be undone: nothing of the transaction may stay
}

// Now is the one instant of the transaction: everything it writes happened then.
func (t *Tx) Now() time.Time { return t.now }

// minimumSQLite is the oldest library whose WAL reset can't lose commits (sqlite.org/wal.html, "the WAL-reset bug").
var minimumSQLite = []int{3, 51, 3}

// ErrNewer is returned for a database that a newer version of the program has written.
var ErrNewer = errors.New("the database was written by a newer version of this program; install that version")

// Open opens the database, checks it and brings its schema up to date.
func Open(ctx context.Context, o Options) (*Store, error) {
	driver, dsn, readers := o.Driver, o.DSN, 0
	if dsn == "" {
		if err := prepareFile(o.Path); err != nil {
			return nil, err
		}
		driver, dsn, readers = "sqlite", usualDSN(o.Path, o.Throwaway), 4
	}
	s, err := connect(driver, dsn, readers)
	if err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// writerCache is how much of the file the writer keeps in memory, in KiB: the upper parts of the indexes, so that taking in a backlog does not
// read them again and again. It is taken as it is needed.
const writerCache = 16 << 10

func connect(driver, dsn string, readers int) (*Store, error) {
	writing := dsn
	if readers > 0 {
		writing += "&_pragma=cache_size(-" + strconv.Itoa(writerCache) + ")"
		writing += "&_txlock=immediate" // a transaction that reads first and writes then would otherwise fail with SQLITE_BUSY
	}
	write, err := sql.Open(driver, writing)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	write.SetMaxOpenConns(1)
	s := &Store{write: write, read: write}
	if readers == 0 {
		return s, nil
	}
	if s.read, err = sql.Open(driver, dsn+"&_pragma=query_only(1)"); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the database for reading: %w", err), write.Close())
	}
	s.read.SetMaxOpenConns(readers)
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	if err := s.checkVersion(ctx); err != nil {
		return err
	}
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("opening the migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, s.write, sub)
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("reading the schema's version: %w", err)
	}
	if current > target {
		return fmt.Errorf("%w (its schema is %d, this program knows %d)", ErrNewer, current, target)
	}
	if current > 0 && current < target {
		if err := s.backup(ctx, current); err != nil {
			return err
		}
	}
	if err := s.makeShrinkable(ctx); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bringing the schema from %d to %d: %w", current, target, err)
	}
	return s.prepareQueries(ctx)
}

func (s *Store) prepareQueries(ctx context.Context) (err error) {
	if s.writing, err = Prepare(ctx, s.write); err != nil {
		return fmt.Errorf("preparing the queries: %w", err)
	}
	s.reading = s.writing
	if s.read != s.write {
		if s.reading, err = Prepare(ctx, s.read); err != nil {
			return fmt.Errorf("preparing the queries for reading: %w", err)
		}
	}
	return nil
}

func (s *Store) checkVersion(ctx context.Context) error {
	var v string
	if err := s.write.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&v); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	if !atLeast(v, minimumSQLite) {
		return fmt.Errorf("SQLite %s is too old: 3.51.3 or later is needed, for older ones can lose commits", v)
	}
	return nil
}

func atLeast(version string, least []int) bool {
	parts := strings.Split(version, ".")
	for i, want := range least {
		if i >= len(parts) {
			return false
		}
		have, err := strconv.Atoi(parts[i])
		if err != nil || have < want {
			return false
		}
		if have > want {
			return true
		}
	}
	return true
}

func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the data folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) // SQLite gives its -wal and -shm the mode of the database
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	return nil
}

// usualDSN: foreign tools may lock the file for a while (backups), so writers wait 10 s; secure_delete so that erased names do not
// stay in free pages.
func usualDSN(path string, throwaway bool) string {
	synchronous := "FULL"
	if throwaway {
		synchronous = "OFF"
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}
	return u.String() + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + synchronous + ")&_pragma=foreign_keys(1)" +
		"&_pragma=secure_delete(1)"
}

// Close closes the database.
func (s *Store) Close() error {
	var errs []error
	if s.reading != nil && s.reading != s.writing {
		errs = append(errs, s.reading.Close())
	}
	if s.writing != nil {
		errs = append(errs, s.writing.Close())
	}
	if s.read != s.write {
		errs = append(errs, s.read.Close())
	}
	return errors.Join(append(errs, s.write.Close())...)
}

// View runs queries that only read. They see one state of the database.
func (s *Store) View(ctx context.Context, f func(q *Queries) error) error {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: s.read != s.write})
	if err != nil {
		return fmt.Errorf("reading the database: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	return f(s.reading.WithTx(tx))
}

// Update runs f in one transaction at the instant now. When it returns nil, everything f wrote is durable; otherwise nothing is, unless the disk
// failed while the transaction was being committed: then it may be.
func (s *Store) Update(ctx context.Context, now time.Time, f func(tx *Tx) error) error {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("writing the database: %w", err)
	}
	defer func() { _ = conn.Close() }() // back to the pool
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("writing the database: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	t := &Tx{Queries: s.writing.WithTx(tx), tx: tx, now: now, head: &s.head}
	if err := f(t); err != nil {
		return err
	}
	if t.spoilt != nil {
		return t.spoilt
	}
	if err := t.writeAudit(ctx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if ctx.Err() == nil {
			giveUp(conn)
		}
		return fmt.Errorf("writing the database: %w", err)
	}
	return nil
}

// giveUp closes a connection for good. After a failed commit nobody knows what of it is on the disk, and a system may forget what it failed to
// write and report success the next time: so the next one opens the file anew and reads what is there.
func giveUp(conn *sql.Conn) { _ = conn.Raw(func(any) error { return driver.ErrBadConn }) }

// Part runs f, which stays or goes as one: when f fails or panics, what it wrote and audited is undone, and what the transaction wrote before
// stands. The error or the panic goes on to the caller.
func (t *Tx) Part(ctx context.Context, f func() error) (err error) {
	audited := len(t.rows)
	if _, err := t.tx.ExecContext(ctx, "SAVEPOINT part"); err != nil {
		return fmt.Errorf("writing the database: %w", err)
	}
	done := false
	defer func() { // also on the way of a panic
		if done {
			return
		}
		t.rows = t.rows[:audited]
		if _, undo := t.tx.ExecContext(context.WithoutCancel(ctx), "ROLLBACK TO part; RELEASE part"); undo != nil {
			t.spoilt = fmt.Errorf("undoing a part of a transaction: %w", undo)
			err = errors.Join(err, t.spoilt)
		}
	}()
	if err := f(); err != nil {
		return err
	}
	if _, err := t.tx.ExecContext(ctx, "RELEASE part"); err != nil {
		return fmt.Errorf("writing the database: %w", err)
	}
	done = true
	return nil
}

// Check runs SQLite's own check of the whole file and returns what it finds wrong.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, "PRAGMA integrity_check")
	if err != nil {
		return nil, fmt.Errorf("checking the database: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var wrong []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, fmt.Errorf("checking the database: %w", err)
		}
		if line != "ok" {
			wrong = append(wrong, line)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("checking the database: %w", err)
	}
	return wrong, nil
}

// Millis is t as it stands in the database; 0 for the zero time.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Time is the instant that stands in the database as ms, in UTC; the zero time for 0.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Flag is b as it stands in the database.
func Flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
