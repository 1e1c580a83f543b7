package store

import (
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/pressly/goose/v3"
)

// atVersion makes a database as a program of schema version left it, with one table of a stranger to know it by.
func atVersion(t *testing.T, path string, version int64) {
	t.Helper()
	db, err := sql.Open("sqlite", usualDSN(path, false))
	must(t, err)
	defer func() { must(t, db.Close()) }()
	sub, err := fs.Sub(migrations, "migrations")
	must(t, err)
	p, err := goose.NewProvider(goose.DialectSQLite3, db, sub)
	must(t, err)
	_, err = p.UpTo(t.Context(), version)
	must(t, err)
	_, err = db.ExecContext(t.Context(), "CREATE TABLE mark (v TEXT); INSERT INTO mark VALUES ('as it was')")
	must(t, err)
}

func TestACopyIsMadeBeforeTheSchemaChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	must(t, os.WriteFile(path, nil, 0o600))
	atVersion(t, path, 1)
	must(t, os.WriteFile(path+".before-1", []byte("an older copy, from before somebody went back"), 0o600))
	open(t, path)
	names, err := filepath.Glob(path + ".before-*")
	must(t, err)
	if want := []string{path + ".before-1"}; !slices.Equal(names, want) {
		t.Fatalf("copies %q, want %q", names, want)
	}
	if info, err := os.Stat(names[0]); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	copied, err := sql.Open("sqlite", "file:"+names[0]+"?mode=ro")
	must(t, err)
	defer func() { must(t, copied.Close()) }()
	var mark string
	var version int64
	must(t, copied.QueryRowContext(t.Context(), "SELECT v FROM mark").Scan(&mark))
	must(t, copied.QueryRowContext(t.Context(), "SELECT max(version_id) FROM goose_db_version").Scan(&version))
	if mark != "as it was" || version != 1 {
		t.Errorf("the copy holds %q at version %d", mark, version)
	}
}

// A new database, and one that needs no change, get no copy.
func TestNoCopyWithoutAChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	for range 2 {
		s, err := Open(t.Context(), Options{Path: path})
		must(t, err)
		must(t, s.Close())
	}
	if names, err := filepath.Glob(path + ".*"); err != nil || len(names) > 0 {
		t.Errorf("%q %v", names, err)
	}
}

// Without room for the copy the schema stays as it is.
func TestNoChangeWithoutACopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	must(t, os.WriteFile(path, nil, 0o600))
	atVersion(t, path, 1)
	must(t, os.Mkdir(path+".before-1", 0o700)) // in the way of the copy
	if _, err := Open(t.Context(), Options{Path: path}); err == nil {
		t.Fatal("it went on without a copy")
	}
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	must(t, err)
	defer func() { must(t, db.Close()) }()
	var version int64
	must(t, db.QueryRowContext(t.Context(), "SELECT max(version_id) FROM goose_db_version").Scan(&version))
	if version != 1 {
		t.Errorf("the schema is %d", version)
	}
	if left, err := filepath.Glob(path + "*.tmp"); err != nil || len(left) > 0 {
		t.Errorf("left behind %q %v", left, err)
	}
}
