//go:build !race

package powercut_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"dakokubridge/connector/proof/powercut"
)

// cutsVariable asks for so many power cuts in each of the cases about them.
const cutsVariable = "DAKOKUBRIDGE_CUTS"

// cuts is how many there are to be; fewer, where nothing is asked for.
func cuts(t *testing.T, usual int) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv(cutsVariable))
	if err != nil {
		return usual
	}
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func source(seed, stream int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), uint64(stream))) }

// opened opens the database of a disk past the store.
func opened(d *powercut.Disk) (db *sql.DB, end func(), err error) {
	db, err = sql.Open(powercut.Driver, d.Mount(0))
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	return db, func() { _ = db.Close(); d.Unmount() }, nil
}

// contents gives every row of every table as text, by table, and what SQLite's own check says if that is not "ok".
func contents(ctx context.Context, i powercut.Image) (map[string]string, error) {
	db, end, err := opened(powercut.NewDisk(i))
	if err != nil {
		return nil, err
	}
	defer end()
	var sound string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		return nil, errors.Join(err, fmt.Errorf("integrity_check: %s", sound))
	}
	names, err := texts(ctx, db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, name := range strings.Fields(names) {
		if all[name], err = texts(ctx, db, "SELECT * FROM "+name+" ORDER BY 1"); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func texts(ctx context.Context, db *sql.DB, query string) (string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return "", err
		}
		for _, v := range values {
			fmt.Fprintf(&b, "%v ", v)
		}
		b.WriteByte('\n')
	}
	return b.String(), rows.Err()
}

// TestVolumeForgetfulDisk: the disk does what the cases rely on: what was synced stays, and of the rest all may be lost.
func TestVolumeForgetfulDisk(t *testing.T) {
	d := powercut.NewDisk(nil)
	db, end, err := opened(d)
	must(t, err)
	defer end()
	run := func(statements ...string) {
		for _, s := range statements {
			_, err := db.ExecContext(t.Context(), s)
			must(t, err)
		}
	}
	run("CREATE TABLE a (n INTEGER, PRIMARY KEY (n)) WITHOUT ROWID", "CREATE TABLE b (n, m)", "INSERT INTO a VALUES (1)", "PRAGMA synchronous = OFF", "INSERT INTO b VALUES (2, 3)")
	kept, err := contents(t.Context(), d.Least())
	must(t, err)
	if kept["a"] != "1 \n" || kept["b"] != "" {
		t.Errorf("a cut leaves %q", kept)
	}
	all := 0
	for n := range 40 {
		left, err := contents(t.Context(), d.Survivors(source(1, n)))
		must(t, err)
		if left["a"] != "1 \n" {
			t.Errorf("cut %d leaves %q", n, left)
		}
		if left["b"] != "" {
			all++
		}
	}
	if all == 0 || all == 40 {
		t.Errorf("what was not synced survives %d of 40 cuts", all)
	}
	d.Cut()
	if _, err := db.ExecContext(t.Context(), "INSERT INTO a VALUES (2)"); err == nil {
		t.Error("a disk without power can be written to")
	}
}
