package output

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
	"pgregory.net/rapid"
)

func TestBoard_M09_NoCellIsAFormula(t *testing.T) {
	var b bytes.Buffer
	cells := []string{"=1+1", "+81-3", "-2", "@SUM(A1)", "\tx", "\rx", "\nx", "0028", "山田", "", "a=b", `"quoted", with comma`}
	if err := CSV(&b, [][]string{cells}); err != nil {
		t.Fatal(err)
	}
	text, hasMark := strings.CutPrefix(b.String(), "\ufeff")
	if !hasMark {
		t.Error("no byte order mark: Excel would read another encoding")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range rows[0] {
		if got != "" && strings.ContainsRune("=+-@\t\r\n", rune(got[0])) {
			t.Errorf("%q came out as %q", cells[i], got)
		}
		if i >= 7 && got != cells[i] {
			t.Errorf("%q came out as %q", cells[i], got)
		}
	}
}

func TestJSONHasSnakeNamesJapanTimeAndNoNullLists(t *testing.T) {
	type inner struct {
		UserID string
		At     time.Time
	}
	value := struct {
		OK        bool
		AuditHead string
		JSONName  string
		Count     int64
		Never     time.Time
		List      []inner
		None      []string
		Why       map[string]string
		NoMap     map[string]int
	}{OK: true, Count: 3, List: []inner{{"U-1", time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)}}, Why: map[string]string{"WebFirst": "<x>"}}
	var b bytes.Buffer
	if err := JSON(&b, value); err != nil {
		t.Fatal(err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, b.Bytes()); err != nil {
		t.Fatal(err)
	}
	const want = `{"ok":true,"audit_head":"","json_name":"","count":3,"never":null,` +
		`"list":[{"user_id":"U-1","at":"2026-11-24T05:00:00+09:00"}],"none":[],"why":{"WebFirst":"\u003cx\u003e"},"no_map":{}}`
	if compact.String() != want {
		t.Errorf("got  %s\nwant %s", compact.String(), want)
	}
}

func TestColumnsStayStraightWithJapaneseText(t *testing.T) {
	var b bytes.Buffer
	if err := Table(&b, [][]string{{"a", "x"}, {"山田 太郎", "x"}, {"evil\x1b[2J\nline", "x"}}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines: %q", len(lines), b.String())
	}
	width := runewidth.StringWidth(lines[0])
	for _, line := range lines {
		if runewidth.StringWidth(line) != width || strings.ContainsRune(line, '\x1b') {
			t.Errorf("%q", line)
		}
	}
}

func TestTimesOfTheNightBelongToTheDayBefore(t *testing.T) {
	jst := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 7, 0, Japan) }
	for want, at := range map[string]time.Time{
		"09:00:07":            jst(24, 9, 0).UTC(),
		"25:30:07":            jst(25, 1, 30),
		"28:59:07":            jst(25, 4, 59),
		"2026-11-27 01:00:07": jst(27, 1, 0),
		"2026-11-23 23:00:07": jst(23, 23, 0),
		"-":                   {},
	} {
		if got := TimeOn("2026-11-24", at); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := Instant(time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)); got != "2026-11-24 05:00:00" {
		t.Error(got)
	}
}

func TestAnyCSVReadsBackButForTheMarks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SliceOfN(rapid.StringMatching(`[ -~あ-ん]{1,12}`), 1, 6).Draw(t, "row")
		var b bytes.Buffer
		if err := CSV(&b, [][]string{row}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 1 || len(rows[0]) != len(row) {
			t.Fatal(rows, err)
		}
		for i, got := range rows[0] {
			if got != row[i] && got != "'"+row[i] {
				t.Fatalf("%q became %q", row[i], got)
			}
		}
	})
}
