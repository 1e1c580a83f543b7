package salesforce

import (
	"iter"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"dakokubridge/connector/simulator/soql"
)

func TestQuote(t *testing.T) {
	tests := []struct{ in, want string }{
		{`0028`, `'0028'`},
		{`' OR Name LIKE '%`, `'\' OR Name LIKE \'%'`},
		{`\`, `'\\'`},
		{"a\nb\r\t\b\f\"", `'a\nb\r\t\b\f\"'`},
		{`山田`, `'山田'`},
	}
	for _, tt := range tests {
		if got := Quote(tt.in); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.in, got, tt.want)
		}
	}
	if got := List([]string{"a", "'b"}); got != `('a','\'b')` {
		t.Errorf("got %s", got)
	}
}

// oneRow is an object with one row whose Name is text.
type oneRow struct{ text string }

var oneRowObject = soql.NewObject("Thing", []soql.Field{{Name: "Id", Type: soql.ID}, {Name: "Name", Type: soql.Text}})

func (s oneRow) Object(name string) *soql.Object {
	if name == oneRowObject.Name {
		return oneRowObject
	}
	return nil
}

func (s oneRow) Rows(*soql.Object, []soql.Constraint) iter.Seq[soql.Row] {
	return slices.Values([]soql.Row{{"a00000000000001AAA", s.text}})
}

func (s oneRow) Parent(*soql.Object, string) soql.Row { return nil }

// Whatever a code holds, quoting makes one literal of it that means the code again, and never changes the shape of the query.
func FuzzQuoteMeansTheSameString(f *testing.F) {
	for _, s := range []string{"0028", `' OR Name LIKE '%`, `\`, `\'`, `\\'`, "\n\r\t\b\f\"", `') OR (Name != '`, "山田 太郎", `\u0041`, "%_", "\x00", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || s == "" || len(s) > 2000 { // none of these can be in a text field
			return
		}
		now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
		query := "SELECT Id FROM Thing WHERE Name = " + Quote(s)
		r, err := soql.Run(query, oneRow{s}, now)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		if r.Len() != 1 {
			t.Errorf("%s does not find %q", query, s)
		}
		if r, err = soql.Run(query, oneRow{s + "x"}, now); err != nil || r.Len() != 0 {
			t.Errorf("%s finds %q too: %v", query, s+"x", err)
		}
	})
}

func TestParseDateTime(t *testing.T) {
	want := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)
	for _, s := range []string{"2026-11-22T01:02:03.000+0000", "2026-11-22T01:02:03+0000", "2026-11-22T01:02:03Z", "2026-11-22T01:02:03.000Z",
		"2026-11-22T10:02:03+0900", "2026-11-22T10:02:03+09:00", "2026-11-22T10:02:03.000000+09:00", "2026-11-21T16:02:03-09:00"} {
		got, err := ParseDateTime(s)
		if err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: got %s, %v", s, got, err)
		}
	}
	if got, err := ParseDateTime("2026-11-22T01:02:03.456+0000"); err != nil || got.Nanosecond() != 456e6 {
		t.Errorf("fraction: got %s, %v", got, err)
	}
	for _, s := range []string{"", "2026-11-22", "2026-11-22T01:02:03", "2026-11-22 01:02:03Z", "2026-13-22T01:02:03Z", "2026-11-22T25:02:03Z", "null"} {
		if got, err := ParseDateTime(s); err == nil {
			t.Errorf("%q: got %s, want an error", s, got)
		}
	}
}

func FuzzParseDateTime(f *testing.F) {
	f.Add("2026-11-22T01:02:03.000+0000")
	f.Add("2026-11-22T01:02:03+09:00")
	f.Add("2026-11-22T01:02:03Z")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseDateTime(s)
		if err != nil || got.Year() < 1 || got.Year() > 9999 {
			return
		}
		again, err := ParseDateTime(got.Format("2006-01-02T15:04:05.999999999-0700"))
		if err != nil || !again.Equal(got) {
			t.Errorf("%q: read as %s, then as %s: %v", s, got, again, err)
		}
	})
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "unix"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).
			In(time.FixedZone("x", rapid.IntRange(-14*3600, 14*3600).Draw(t, "offset")))
		back, err := ParseDateTime(DateTime(at))
		if err != nil || !back.Equal(at.Truncate(time.Second)) {
			t.Fatalf("%s came back as %s: %v", at, back, err)
		}
	})
}

func TestChunksKeepOrderAndBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("a0'\\あ")), 0, 300, -1), 0, 500).Draw(t, "values")
		var joined []string
		for _, c := range Chunks(values, 200) {
			if len(c) == 0 || len(c) > 200 {
				t.Fatalf("a chunk of %d", len(c))
			}
			if n := len(url.QueryEscape(List(c))); len(c) > 1 && n > 12_100 {
				t.Fatalf("a list of %d bytes in an address", n)
			}
			joined = append(joined, c...)
		}
		if !slices.Equal(joined, values) {
			t.Fatal("values were lost or moved")
		}
	})
}

func TestID18(t *testing.T) {
	tests := []struct {
		in, want string
		ok       bool
	}{
		{"00D000000000001", "00D000000000001EAA", true},
		{"00D000000000001EAA", "00D000000000001EAA", true},
		{"00D000000000001eaa", "00D000000000001EAA", true}, // a suffix in the wrong case is made anew
		{"001A0000006Vm9u", "001A0000006Vm9uIAC", true},    // example of Salesforce's help on 15- and 18-character ids
		{"00D00000000000", "", false},
		{"00D00000000000!", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		if got, ok := ID18(tt.in); got != tt.want || ok != tt.ok {
			t.Errorf("%q: got %q %v, want %q %v", tt.in, got, ok, tt.want, tt.ok)
		}
	}
}

func TestNamesThatMayStandInAQuery(t *testing.T) {
	for name, want := range map[string]bool{"Id": true, "teamspirit__EmpId__c": true, "": false, "a b": false, "a'b": false, "1a": false, "a)": false, strings.Repeat("a", 81): false} {
		if ValidName(name) != want {
			t.Errorf("%q: got %v", name, !want)
		}
	}
	if !ValidPath("a__r.b__c") || ValidPath("a..b") || ValidPath("a.") {
		t.Error("ValidPath is wrong")
	}
}
