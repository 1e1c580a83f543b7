package store

import (
	"context"
	"fmt"
)

// Versions are those of the database: of its schema, and of SQLite itself.
type Versions struct {
	Schema int64
	SQLite string
}

// Versions tells which schema the database has and which SQLite serves it.
func (s *Store) Versions(ctx context.Context) (Versions, error) {
	var v Versions
	err := s.read.QueryRowContext(ctx, "SELECT sqlite_version(), (SELECT MAX(version_id) FROM goose_db_version WHERE is_applied)").Scan(&v.SQLite, &v.Schema)
	if err != nil {
		return v, fmt.Errorf("reading the versions of the database: %w", err)
	}
	return v, nil
}
