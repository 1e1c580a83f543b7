package store

import (
	"context"
	"fmt"
)

// incremental is SQLite's number for a file that gives free pages back when it is asked to (sqlite.org/pragma.html, auto_vacuum).
const incremental = 2

// makeShrinkable prepares a file for Shrink. A new one is empty and costs nothing; one from before is written anew once. Where that fails (a full
// disk, a backup that reads), the file goes on reusing its free pages, and the next start tries again.
func (s *Store) makeShrinkable(ctx context.Context) error {
	var mode int
	if err := s.write.QueryRowContext(ctx, "PRAGMA auto_vacuum").Scan(&mode); err != nil {
		return fmt.Errorf("reading how the database shrinks: %w", err)
	}
	if mode == incremental {
		return nil
	}
	if _, err := s.write.ExecContext(ctx, fmt.Sprintf("PRAGMA auto_vacuum = %d", incremental)); err != nil {
		return fmt.Errorf("having the database shrink: %w", err)
	}
	_, _ = s.write.ExecContext(ctx, "VACUUM")
	return ctx.Err()
}

// spareShare of the file may be free pages: what tomorrow's rows will need anyway.
const spareShare = 20

// Shrink gives at most so many free pages back to the file system, where more than a twentieth of the file is free, and tells whether it gave
// any. It is one short transaction.
func (s *Store) Shrink(ctx context.Context, pages int) (gave bool, err error) {
	var free, all int
	if err := s.read.QueryRowContext(ctx, "SELECT (SELECT freelist_count FROM pragma_freelist_count), (SELECT page_count FROM pragma_page_count)").Scan(&free, &all); err != nil {
		return false, fmt.Errorf("counting the free pages: %w", err)
	}
	if free*spareShare <= all || free < pages {
		return false, nil
	}
	// The statement gives one page back a step, so all its steps have to be taken.
	rows, err := s.write.QueryContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pages))
	if err != nil {
		return false, fmt.Errorf("shrinking the database: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		gave = true
	}
	if err := rows.Err(); err != nil {
		return gave, fmt.Errorf("shrinking the database: %w", err)
	}
	return true, nil
}

// EmptyLog brings all that the write-ahead log holds into the database's file and cuts the log to nothing, so that what has been erased stands
// nowhere any more. It does not wait for readers: while there is one it returns false, and is to be tried again.
func (s *Store) EmptyLog(ctx context.Context) (done bool, err error) {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return false, fmt.Errorf("emptying the database's log: %w", err)
	}
	defer func() { _ = conn.Close() }()
	var patience, busy, pages, moved int
	if err := conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&patience); err != nil {
		return false, fmt.Errorf("emptying the database's log: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return false, fmt.Errorf("emptying the database's log: %w", err)
	}
	err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved)
	if _, again := conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", patience)); again != nil {
		return false, fmt.Errorf("emptying the database's log: %w", again)
	}
	if err != nil {
		return false, fmt.Errorf("emptying the database's log: %w", err)
	}
	return busy == 0, nil
}
