package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// mayWalk are the queries that no poll runs (a person's click or a command does), or that stop at the first row.
var mayWalk = map[string]string{
	"AnythingDone":        "stops at the first row",
	"CodeLists":           "takes the newest few",
	"AllItems":            "items --all, and the demo's total",
	"ItemsBetween":        "days",
	"ItemsToAskFor":       "resend",
	"StampsToAskFor":      "resend",
	"LastAccess":          "stops at the newest of the 事業所, and runs after a day's silence only",
	"NewestRecords":       "stops at the newest few",
	"OldestCodeList":      "stops at the first row",
	"DeleteLinksOfNobody": "once a day, through a line per person and change of code",
	"SetDoorExcluded":     "a door is excluded by hand",
	"SheetBetween":        "month",
	"LinksSince":          "the morning report, once a day",
	"OtherRowsBetween":    "month",
}

// small are the tables that hold a line per person, door or side: reading all of one costs what a page of accesses costs.
var small = map[string]bool{
	"integration": true, "side": true, "reading": true, "audit_head": true, "door": true, "person": true, "employee": true,
}

// TestPlans reads how SQLite would carry out each query. A poll's queries must not walk through a table that grows with the days.
func TestPlans(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "a.db"))
	partial := partialIndexes(t, s)
	queries := generatedQueries(t)
	if len(queries) < 80 {
		t.Fatalf("found %d queries only", len(queries))
	}
	for name, query := range queries {
		t.Run(name, func(t *testing.T) {
			for _, step := range plan(t, s, query) {
				table, index := scanned(step)
				if table == "" || small[table] || partial[index] || strings.Contains(step, "VIRTUAL TABLE") {
					continue
				}
				if mayWalk[name] == "" {
					t.Errorf("%s\n%s", step, query)
				}
			}
		})
	}
}

// hot are the queries that are run for each row of a day, with the index that finds just what they ask for: another one would walk
// through everybody's day for each person.
var hot = map[string]string{
	"AccessesOfDay":       "INDEX access_by_person (user_id=? AND day=?)",
	"StampsOfDay":         "INDEX sqlite_autoindex_outbox_2 (employee_id=? AND day=?)",
	"StampsOfUserDay":     "INDEX outbox_by_user (user_id=? AND day=?)",
	"PersonDay":           "PRIMARY KEY (user_id=? AND day=?)",
	"PersonDayOfEmployee": "INDEX person_day_of_employee (employee_id=? AND day=?)",
	"TouchDayIfKnown":     "PRIMARY KEY (user_id=? AND day=?)",
	"DayDecided":          "PRIMARY KEY (user_id=? AND day=?)",
	"LinksOf":             "INDEX link_by_user (user_id=?)",
	"LiveItemsOfDay":      "INDEX item_of_person (user_id=? AND day=?)",
	"UpdateItemDetail":    "INDEX item_of_person (user_id=? AND day=?)",
	"CureReason":          "INDEX item_once (reason=? AND user_id=? AND day=? AND subject=?)",
	"LiveItemsOfUserDay":  "INDEX item_of_person (user_id=? AND day=?)",
	"FirstAccessesOfDay":  "INDEX access_by_person (user_id=? AND day=?)",
	"LiveItemsOfReason":   "INDEX item_once (reason=?)",
	"SheetOf":             "PRIMARY KEY (employee_id=? AND day=?)",
	"OtherRowsOf":         "INDEX other_row_of_day (employee_id=? AND day=?)",
	"DropOtherRowsOf":     "INDEX other_row_of_day (employee_id=? AND day=?)",
	"ReplanStamp":         "INDEX sqlite_autoindex_outbox_2 (employee_id=? AND day=? AND kind=? AND revision=?)",
	"StampsToSend":        "INDEX outbox_waiting (state=? AND not_before<?)",
	"StampsUnknown":       "INDEX outbox_waiting (state=? AND not_before<?)",
	"StampsSending":       "INDEX outbox_waiting (state=?)",
	"LastAccess":          "INDEX access_by_day (day=? AND org=?)",
	"PeopleOfDay":         "INDEX person_day_by_day (day=? AND user_id>?)",
	"StampsToCheck":       "INDEX outbox_check (next_check>? AND next_check<?)",
}

func TestHotPlans(t *testing.T) {
	s := fresh(t)
	queries := generatedQueries(t)
	for name, want := range hot {
		steps := plan(t, s, queries[name])
		if len(steps) == 0 || !strings.Contains(steps[0], want) {
			t.Errorf("%s: %q, want %s", name, steps, want)
		}
	}
}

// A SEARCH that names neither a column to search by nor an index (that is: of which it takes the first or last row) walks the table too.
var (
	scanStep = regexp.MustCompile(`^SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?`)
	walkStep = regexp.MustCompile(`^SEARCH (\w+)(?: USING PRIMARY KEY)?$`)
)

// scanned names the table that a step of a plan walks through from end to end, and the index by which it does.
func scanned(step string) (table, index string) {
	if m := scanStep.FindStringSubmatch(step); m != nil {
		return m[1], m[2]
	}
	if m := walkStep.FindStringSubmatch(step); m != nil {
		return m[1], ""
	}
	return "", ""
}

func TestScanned(t *testing.T) {
	for step, want := range map[string][2]string{
		"SCAN access": {"access", ""},
		"SCAN person_day USING INDEX person_day_dirty":       {"person_day", "person_day_dirty"},
		"SCAN outbox USING COVERING INDEX outbox_by_day":     {"outbox", "outbox_by_day"},
		"SEARCH access USING PRIMARY KEY (org=? AND id=?)":   {"", ""},
		"USE TEMP B-TREE FOR ORDER BY":                       {"", ""},
		"SEARCH item USING INDEX item_of_person (user_id=?)": {"", ""},
		"SEARCH outbox":                                        {"outbox", ""},
		"SEARCH person_day USING PRIMARY KEY":                  {"person_day", ""},
		"SEARCH b USING COVERING INDEX access_by_day":          {"", ""},
		"SCAN CONSTANT ROW":                                    {"CONSTANT", ""},
		"SCAN link USING INDEX link_open_user":                 {"link", "link_open_user"},
		"SEARCH person_day USING INDEX person_day_due (due>?)": {"", ""},
	} {
		if table, index := scanned(step); table != want[0] || index != want[1] {
			t.Errorf("%s: %q %q", step, table, index)
		}
	}
}

// partialIndexes are those that hold only the rows that still wait for something.
func partialIndexes(t *testing.T, s *Store) map[string]bool {
	t.Helper()
	found := make(map[string]bool)
	rows, err := s.read.QueryContext(t.Context(), "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		found[name] = true
	}
	must(t, rows.Err())
	delete(found, "access_by_person") // all accesses of people, so it grows
	delete(found, "person_day_of_employee")
	return found
}

func plan(t *testing.T, s *Store, query string) (steps []string) {
	t.Helper()
	most := 0
	for _, m := range regexp.MustCompile(`\?(\d+)`).FindAllStringSubmatch(query, -1) {
		n, err := strconv.Atoi(m[1])
		must(t, err)
		most = max(most, n)
	}
	rows, err := s.write.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, make([]any, most)...)
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		must(t, rows.Scan(&id, &parent, &unused, &detail))
		steps = append(steps, detail)
	}
	must(t, rows.Err())
	return steps
}

// generatedQueries reads the texts that sqlc generated, by the names of their methods.
func generatedQueries(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.sql.go")
	must(t, err)
	queries := make(map[string]string)
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		must(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING || !strings.HasPrefix(literal.Value, "`-- name: ") {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			must(t, err)
			head, body, _ := strings.Cut(text, "\n")
			queries[strings.Fields(head)[2]] = body
			return true
		})
	}
	return queries
}
