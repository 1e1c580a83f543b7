package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"

	"dakokubridge/connector/rename"
)

// backup copies the database, as it is with schema version, to the file PATH.before-VERSION beside it (mode 0600), over a former copy of that
// version. The copy is whole or not there: it is made under another name first. A database without a file has nothing to copy, and where one
// that was given by its DSN is kept is not known here.
func (s *Store) backup(ctx context.Context, version int64) (err error) {
	if s.read == s.write {
		return nil
	}
	var path string
	if err := s.write.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path); err != nil {
		return fmt.Errorf("finding the database's file: %w", err)
	}
	if path == "" {
		return nil
	}
	target := path + ".before-" + strconv.FormatInt(version, 10)
	temp := target + ".tmp"
	defer func() {
		if err != nil {
			os.Remove(temp)
		}
	}()
	if err := os.WriteFile(temp, nil, 0o600); err != nil { // SQLite writes into a file that is empty
		return fmt.Errorf("making a copy of the database: %w", err)
	}
	if _, err := s.write.ExecContext(ctx, "VACUUM INTO ?", temp); err != nil {
		return fmt.Errorf("copying the database: %w", err)
	}
	if err := reachDisk(temp); err != nil {
		return fmt.Errorf("copying the database: %w", err)
	}
	if err := rename.Patiently(temp, target); err != nil {
		return fmt.Errorf("naming the copy of the database: %w", err)
	}
	return nil
}

// reachDisk waits until a file is on the disk.
func reachDisk(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
