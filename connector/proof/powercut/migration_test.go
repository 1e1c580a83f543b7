//go:build !race

package powercut_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dakokubridge/connector/proof/powercut"
)

// released is where there is a database of each schema that was released, by number.
const released = "../../store/testdata/released"

// schemaTable is goose's record of the migrations.
const schemaTable = "goose_db_version"

// TestVolumeMigrationCuts is A10 of the board: the power fails at any operation while the program brings a database of a former release up to date, or
// makes its first one. What is left has the old schema or the new one, with the same data, and the next start goes on from there.
func TestVolumeMigrationCuts(t *testing.T) {
	dumps, err := filepath.Glob(filepath.Join(released, "*.sql"))
	must(t, err)
	if len(dumps) == 0 {
		t.Fatal("no dumps")
	}
	t.Run("A10-power-cut-in-migration/from-nothing", func(t *testing.T) { cutMigration(t, nil, nil) })
	images, tables := map[int]powercut.Image{}, map[int]string{}
	for _, dump := range dumps {
		n, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(dump), ".sql"))
		must(t, err)
		images[n] = restored(t, dump)
		tables[n] = tablesOf(t, images[n])
	}
	for _, from := range slices.Sorted(maps.Keys(images)) {
		t.Run(fmt.Sprintf("A10-power-cut-in-migration/from-%d", from), func(t *testing.T) { cutMigration(t, images[from], tables) })
	}
}

// restored makes the disk of a database from its dump; it was closed before the power went.
func restored(t *testing.T, dump string) powercut.Image {
	t.Helper()
	text, err := os.ReadFile(dump)
	must(t, err)
	d := powercut.NewDisk(nil)
	db, end, err := opened(d)
	must(t, err)
	_, err = db.ExecContext(t.Context(), string(text))
	must(t, err)
	end()
	return d.Least()
}

// tablesOf tells how a database is built, as one text.
func tablesOf(t *testing.T, i powercut.Image) string {
	t.Helper()
	db, end, err := opened(powercut.NewDisk(i))
	must(t, err)
	defer end()
	text, err := texts(t.Context(), db, "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name")
	must(t, err)
	return text
}

func cutMigration(t *testing.T, from powercut.Image, tables map[int]string) {
	t.Helper()
	before := map[string]string{}
	if from != nil {
		var err error
		before, err = contents(t.Context(), from)
		must(t, err)
	}
	d := powercut.NewDisk(from)
	var left []cutImage
	fates := 1 + cuts(t, 0)/500
	d.Before(func(o powercut.Operation) error {
		for n := range fates {
			if changes(o) {
				left = append(left, cutImage{at: o, left: d.Survivors(source(o.N, n))})
			}
		}
		return nil
	})
	s, err := openStore(t.Context(), d, 0)
	must(t, err)
	must(t, s.Close())
	d.Unmount()
	for n := range tables {
		if now := version(t, d.Least()); now < n {
			t.Fatalf("brought up to %d only", now)
		}
	}
	step := max(1, len(left)/cuts(t, 25))
	for n := 0; n < len(left); n += step {
		i := left[n]
		after, err := contents(t.Context(), i.left)
		if err == nil {
			err = errors.Join(same(before, after), between(t, i.left, tables), goesOn(t.Context(), i.left, 0))
		}
		if err != nil {
			t.Fatalf("cut at %s: %v", i.at, err)
		}
		// What the start after the cut has made of it still holds the data.
		d := powercut.NewDisk(i.left)
		s, err := openStore(t.Context(), d, 0)
		must(t, err)
		must(t, s.Close())
		d.Unmount()
		if after, err = contents(t.Context(), d.Least()); err == nil {
			err = same(before, after)
		}
		if err != nil {
			t.Fatalf("cut at %s, then started: %v", i.at, err)
		}
	}
	t.Logf("%d power cuts of %d", (len(left)+step-1)/step, len(left))
}

// same wants all data of before in after.
func same(before, after map[string]string) error {
	for name, rows := range before {
		if name == schemaTable || name == "sqlite_sequence" {
			continue
		}
		now := after[name]
		if columns(now) > columns(rows) { // a migration has added some
			continue
		}
		if now != rows {
			return fmt.Errorf("table %s was\n%s\nand is\n%s", name, rows, now)
		}
	}
	return nil
}

// columns tells how wide the rows of a text are.
func columns(rows string) int {
	line, _, _ := strings.Cut(rows, "\n")
	return strings.Count(line, " ")
}

// between wants a database to be built as its recorded schema says, as far as that one was released.
func between(t *testing.T, i powercut.Image, tables map[int]string) error {
	t.Helper()
	n := version(t, i)
	if now := tablesOf(t, i); tables[n] != "" && now != tables[n] {
		return fmt.Errorf("the schema says it is %d and has\n%s", n, now)
	}
	return nil
}

// version is the schema that a database says it has; 0 for none.
func version(t *testing.T, i powercut.Image) int {
	t.Helper()
	db, end, err := opened(powercut.NewDisk(i))
	must(t, err)
	defer end()
	text, err := texts(t.Context(), db, "SELECT MAX(version_id) FROM "+schemaTable)
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return 0
	}
	return n
}
