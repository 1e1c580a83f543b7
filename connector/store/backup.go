package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"dakokubridge/connector/rename"
)

// copySuffix stands between the database's name and the schema's number in the name of a copy.
const copySuffix = ".before-"

// backup copies the database, as it is with schema version, to the file PATH.before-VERSION beside it (mode 0600), over a former copy of that
// version. The copy is whole or not there: it is made under another name first. A database without a file has nothing to copy, and where one
// that was given by its DSN is kept is not known here.
func (s *Store) backup(ctx context.Context, version int64) (err error) {
	path, err := s.file(ctx)
	if err != nil || path == "" {
		return err
	}
	target := path + copySuffix + strconv.FormatInt(version, 10)
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

// file is the path of the database; "" for one without a file, or where only its DSN is known.
func (s *Store) file(ctx context.Context) (path string, err error) {
	if s.read == s.write {
		return "", nil
	}
	if err := s.write.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path); err != nil {
		return "", fmt.Errorf("finding the database's file: %w", err)
	}
	return path, nil
}

// ForgetCopies deletes the copies that were made before changes of the schema, whole or not: they hold what has been erased since.
func (s *Store) ForgetCopies(ctx context.Context) error {
	path, err := s.file(ctx)
	if err != nil || path == "" {
		return err
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("looking for copies of the database: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(path)+copySuffix) {
			err = errors.Join(err, os.Remove(filepath.Join(filepath.Dir(path), e.Name())))
		}
	}
	if err != nil {
		return fmt.Errorf("deleting copies of the database: %w", err)
	}
	return nil
}
