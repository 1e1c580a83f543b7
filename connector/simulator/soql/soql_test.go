package soql

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhere(t *testing.T) {
	tanaka, smith, oneil := "田中 花子", "Smith", "O'Neil"
	for _, c := range []struct {
		where string
		want  []string
	}{
		{"Name = 'SMITH'", []string{smith}},
		{"Name != 'smith'", []string{tanaka, oneil}},
		{"Name <> 'smith'", []string{tanaka, oneil}},
		{`Name = 'O\'Neil'`, []string{oneil}},
		{`Name = 'o\u0027neil'`, []string{oneil}},
		{"Name LIKE '%i%'", []string{smith, oneil}},
		{"Name LIKE '_mith'", []string{smith}},
		{"NOT Name LIKE '%i%'", []string{tanaka}},
		{"(NOT Name LIKE '%i%')", []string{tanaka}},
		{`Code__c LIKE '%\%c'`, []string{smith}},
		{`Code__c LIKE '0\%%'`, nil},
		{"Code__c = null", []string{oneil}},
		{"Code__c = ''", []string{oneil}},
		{"Code__c != NULL", []string{tanaka, smith}},
		{"Code__c IN ('0001', 'AB%C')", []string{tanaka, smith}},
		{"Code__c NOT IN ('0001')", []string{smith, oneil}},
		{"Code__c IN (null, '0001')", []string{tanaka, oneil}},
		{"Code__c < '1'", []string{tanaka}},
		{"Active__c = TRUE", []string{tanaka, oneil}},
		{"Active__c != true", []string{smith}},
		{"Active__c = true AND (Code__c = null OR Name = 'Smith')", []string{oneil}},
		{"(Active__c = true AND Code__c = null) OR Name = 'Smith'", []string{smith, oneil}},
		{"NOT (Active__c = true AND Code__c = null)", []string{tanaka, smith}},
		{"Entry__c >= 2020-04-01", []string{tanaka, oneil}},
		{"Entry__c < 2020-04-02", []string{tanaka}},
		{"Entry__c = TODAY", []string{oneil}},
		{"Entry__c = null", []string{smith}},
		{"Id = '" + testID("a01", 2)[:15] + "'", []string{smith}},
		{"Id IN ('" + testID("a01", 2) + "')", []string{smith}},
		{"Id IN (SELECT EmpId__c FROM Month__c)", []string{tanaka, smith}},
		{"Id NOT IN (SELECT EmpId__c FROM Month__c WHERE EmpId__r.Name = 'Smith')", []string{tanaka, oneil}},
		{"Id IN (SELECT EmpId__c FROM Month__c WHERE EmpId__r.Name = 'nobody')", nil},
	} {
		if got := values(t, world(), "SELECT Name FROM Emp__c WHERE "+c.where, "Name"); !slices.Equal(got, c.want) {
			t.Errorf("WHERE %s: got %q, want %q", c.where, got, c.want)
		}
	}
}

func TestDatesAndInstants(t *testing.T) {
	for _, c := range []struct {
		object, where string
		want          int
	}{
		{"Day__c", "Date__c = TODAY", 1},
		{"Day__c", "Date__c = YESTERDAY", 1},
		{"Day__c", "Date__c = TOMORROW", 0},
		{"Day__c", "Date__c = THIS_MONTH", 3},
		{"Day__c", "Date__c = LAST_MONTH", 1},
		{"Day__c", "Date__c = THIS_WEEK", 1}, // a Sunday begins the week
		{"Day__c", "Date__c = LAST_WEEK", 2},
		{"Day__c", "Date__c = LAST_N_DAYS:1", 2},
		{"Day__c", "Date__c > LAST_N_DAYS:1", 0},
		{"Day__c", "Date__c < LAST_N_DAYS:1", 2},
		{"Day__c", "Date__c <= LAST_N_DAYS:1", 4},
		{"Day__c", "Date__c >= LAST_N_DAYS:1", 2},
		{"Day__c", "Date__c != LAST_N_DAYS:1", 2},
		{"Day__c", "Date__c = NEXT_N_DAYS:3", 0},
		{"Day__c", "Date__c IN (2026-11-20, 2026-11-22)", 2},
		{"Day__c", "Start__c > 474", 2},
		{"Day__c", "Start__c = 540.50", 1},
		{"Day__c", "Start__c >= 4.74e2", 3},
		{"Stamp__c", "CreatedDate = TODAY", 2}, // the day in Japan began at 15:00 UTC
		{"Stamp__c", "CreatedDate = LAST_N_DAYS:7", 3},
		{"Stamp__c", "CreatedDate >= 2026-11-21T19:30:00Z", 2},
		{"Stamp__c", "CreatedDate > 2026-11-21T19:30:00.000Z", 1},
		{"Stamp__c", "CreatedDate = 2026-11-22T04:30:00+09:00", 1},
		{"Stamp__c", "CreatedDate <= 2026-11-22T04:30:00+0900", 3},
	} {
		res, err := Run("SELECT COUNT() FROM "+c.object+" WHERE "+c.where, world(), now)
		if err != nil {
			t.Fatalf("%s: %v", c.where, err)
		}
		if res.Size() != c.want || res.Len() != 0 {
			t.Errorf("%s: got %d of %d, want %d of 0", c.where, res.Size(), res.Len(), c.want)
		}
	}
}

func TestShape(t *testing.T) {
	m := world()
	got := records(t, m, "SELECT d.Id, MonthId__r.EmpId__r.Name, Start__c, MonthId__r.EmpId__c, Date__c FROM Day__c d WHERE Start__c != null ORDER BY Date__c DESC LIMIT 2 OFFSET 1")
	want := `[{"attributes":{"type":"Day__c","url":"/services/data/v60.0/sobjects/Day__c/` + testID("a03", 1) + `"},"Id":"` + testID("a03", 1) + `","MonthId__r":{"attributes":{"type":"Month__c","url":"/services/data/v60.0/sobjects/Month__c/` +
		testID("a02", 1) + `"},"EmpId__r":{"attributes":{"type":"Emp__c","url":"/services/data/v60.0/sobjects/Emp__c/` + testID("a01", 1) + `"},"Name":"田中 花子"},"EmpId__c":"` + testID("a01", 1) + `"},"Start__c":474.0,"Date__c":"2026-11-20"},
		{"attributes":{"type":"Day__c","url":"/services/data/v60.0/sobjects/Day__c/` + testID("a03", 4) + `"},"Id":"` + testID("a03", 4) + `","MonthId__r":{"attributes":{"type":"Month__c","url":"/services/data/v60.0/sobjects/Month__c/` +
		testID("a02", 3) + `"},"EmpId__r":null,"EmpId__c":null},"Start__c":600.0,"Date__c":"2026-10-31"}]`
	var w []map[string]any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, w) {
		t.Errorf("got %v\nwant %v", got, w)
	}
	res, err := Run("SELECT CreatedDate, Status__c FROM Stamp__c LIMIT 1", m, now)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(res.Append(nil, 0, 1, "")); !strings.Contains(s, `"CreatedDate":"2026-11-20T20:30:00.000+0000"`) {
		t.Errorf("datetime in %s", s)
	}
}

func TestOrder(t *testing.T) {
	for _, c := range []struct {
		order string
		want  []string
	}{
		{"Code__c", []string{"O'Neil", "田中 花子", "Smith"}},
		{"Code__c DESC", []string{"O'Neil", "Smith", "田中 花子"}},
		{"Code__c ASC NULLS LAST", []string{"田中 花子", "Smith", "O'Neil"}},
		{"Code__c DESC NULLS LAST", []string{"Smith", "田中 花子", "O'Neil"}},
		{"Active__c, Name DESC", []string{"Smith", "田中 花子", "O'Neil"}},
	} {
		if got := values(t, world(), "SELECT Name FROM Emp__c ORDER BY "+c.order, "Name"); !slices.Equal(got, c.want) {
			t.Errorf("ORDER BY %s: got %q, want %q", c.order, got, c.want)
		}
	}
}

func TestAggregates(t *testing.T) {
	m := world()
	for _, c := range []struct{ query, want string }{
		{"SELECT Status__c, COUNT(Id), MAX(CreatedDate) latest FROM Stamp__c GROUP BY Status__c ORDER BY COUNT(Id) DESC, Status__c",
			`[{"attributes":{"type":"AggregateResult"},"Status__c":"処理済み","expr0":2,"latest":"2026-11-21T19:30:00.000+0000"},` +
				`{"attributes":{"type":"AggregateResult"},"Status__c":"エラー","expr0":1,"latest":"2026-11-13T20:30:00.000+0000"},` +
				`{"attributes":{"type":"AggregateResult"},"Status__c":"未処理","expr0":1,"latest":"2026-11-21T20:30:00.000+0000"}]`},
		{"SELECT COUNT(Id), COUNT(Start__c) n, MIN(Start__c), SUM(Start__c), AVG(Start__c), COUNT_DISTINCT(MonthId__c) FROM Day__c",
			`[{"attributes":{"type":"AggregateResult"},"expr0":4,"n":3,"expr1":474.0,"expr2":1614.5,"expr3":538.1666666666666,"expr4":3}]`},
		{"SELECT MAX(Start__c), COUNT(Id) FROM Day__c WHERE Start__c > 9999", `[{"attributes":{"type":"AggregateResult"},"expr0":null,"expr1":0}]`},
		{"SELECT EmpId__r.Name who, COUNT(Id) c FROM Stamp__c GROUP BY EmpId__r.Name HAVING COUNT(Id) > 1 AND EmpId__r.Name LIKE 'S%'",
			`[{"attributes":{"type":"AggregateResult"},"who":"Smith","c":2}]`},
		{"SELECT MIN(CreatedDate) FROM Stamp__c WHERE Status__c = '未処理'", `[{"attributes":{"type":"AggregateResult"},"expr0":"2026-11-21T20:30:00.000+0000"}]`},
	} {
		res, err := Run(c.query, m, now)
		if err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		if got := "[" + string(res.Append(nil, 0, res.Len(), "")) + "]"; got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.query, got, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ query, code, part string }{
		{"", MalformedQuery, "unexpected token: '<EOF>'"},
		{"SELECT Id FORM Emp__c", MalformedQuery, "\nSELECT Id FORM Emp__c\n               ^\nERROR at Row:1:Column:16\nunexpected token: 'Emp__c'"},
		{"SELECT FROM Emp__c", MalformedQuery, "unexpected token: 'FROM'"},
		{"SELECT Id FROM Emp__c WHERE", MalformedQuery, "unexpected token: '<EOF>'"},
		{"SELECT Id FROM Emp__c WHERE Name = 'a' AND Name = 'b' OR Name = 'c'", MalformedQuery, "unexpected token: 'OR'"},
		{"SELECT Id FROM Emp__c WHERE Name = 'a' OR Name = 'b' AND Name = 'c'", MalformedQuery, "unexpected token: 'AND'"},
		{"SELECT Id FROM Emp__c WHERE Name = 'a", MalformedQuery, "mismatched character '<EOF>' expecting '''"},
		{`SELECT Id FROM Emp__c WHERE Name = 'a\q'`, MalformedQuery, `Illegal character sequence '\q'`},
		{"SELECT Id FROM Emp__c WHERE Name = %", MalformedQuery, "line 1:35 no viable alternative at character '%'"},
		{"SELECT Id\nFROM Emp__c LIMIT x", MalformedQuery, "ERROR at Row:2:Column:19"},
		{"SELECT Id FROM Emp__c LIMIT -1", MalformedQuery, "unexpected token: '-1'"},
		{"SELECT Id x FROM Emp__c", MalformedQuery, "only aggregate expressions use field aliasing"},
		{"SELECT Name, COUNT(Id) FROM Emp__c", MalformedQuery, "Field must be grouped or aggregated: Name"},
		{"SELECT Id FROM Emp__c WHERE Entry__c = LAST_N_DAYS", MalformedQuery, "unexpected token"},
		{"SELECT SUM(Name) FROM Emp__c", MalformedQuery, "does not support aggregate operator SUM"},
		{"SELECT Id FROM Stamp__c WHERE Id = null OR EmpId__c IN (SELECT Id FROM Emp__c)", MalformedQuery, "Semi join sub-selects are not allowed with the 'OR' operator"},
		{"SELECT Id FROM Stamp__c WHERE EmpId__c IN (SELECT Name FROM Emp__c)", MalformedQuery, "semi join sub-selects can only query id fields"},
		{"SELECT Id, Foo__c FROM Emp__c", InvalidField, "\nSELECT Id, Foo__c FROM Emp__c\n           ^\nERROR at Row:1:Column:12\nNo such column 'Foo__c' on entity 'Emp__c'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name."},
		{"SELECT Id FROM Emp__c ORDER BY Foo__c", InvalidField, "No such column 'Foo__c' on entity 'Emp__c'"},
		{"SELECT Foo__r.Name FROM Emp__c", InvalidField, "Didn't understand relationship 'Foo__r' in field path."},
		{"SELECT Id, id FROM Emp__c", InvalidField, "duplicate field selected: Id"},
		{"SELECT Id FROM Stamp__c WHERE CreatedDate > '2026-11-22'", InvalidField, "value of filter criterion for field 'CreatedDate' must be of type dateTime and should not be enclosed in quotes"},
		{"SELECT Id FROM Stamp__c WHERE CreatedDate > 2026-11-22", InvalidField, "must be of type dateTime"},
		{"SELECT Id FROM Day__c WHERE Date__c = '2026-11-22'", InvalidField, "value of filter criterion for field 'Date__c' must be of type date and should not be enclosed in quotes"},
		{"SELECT Id FROM Day__c WHERE Date__c = 2026-11-22T00:00:00Z", InvalidField, "must be of type date and"},
		{"SELECT Id FROM Emp__c WHERE Code__c = 28", InvalidField, "value of filter criterion for field 'Code__c' must be of type string and should be enclosed in quotes"},
		{"SELECT Id FROM Day__c WHERE Start__c = '1'", InvalidField, "must be of type double"},
		{"SELECT Id FROM Foo__c", InvalidType, "\nSELECT Id FROM Foo__c\n               ^\nERROR at Row:1:Column:16\nsObject type 'Foo__c' is not supported. If you are attempting to use a custom object"},
		{"SELECT Id FROM Emp__c WHERE Id = 'abc'", InvalidQueryFilterOperator, "invalid ID field: abc"},
		{"SELECT Id FROM Emp__c WHERE Id LIKE 'a%'", InvalidQueryFilterOperator, "invalid operator on id field"},
		{"SELECT Id FROM Emp__c OFFSET 2001", NumberOutsideValidRange, "Maximum SOQL offset allowed is 2000"},
		{"SELECT Id FROM Emp__c WHERE " + strings.Repeat("(", 300) + "Name = 'a'" + strings.Repeat(")", 300), QueryTooComplicated, "too complicated"},
	} {
		e := refusal(t, c.query)
		if e.Code != c.code || !strings.Contains(e.Message, c.part) {
			t.Errorf("%s:\n got %s %q\nwant %s %q", c.query, e.Code, e.Message, c.code, c.part)
		}
	}
}

func TestConstraintsReachTheSource(t *testing.T) {
	m := world()
	records(t, m, "SELECT Id FROM Day__c WHERE MonthId__r.EmpId__c IN ('"+testID("a01", 1)+"') AND Date__c >= 2026-11-20 AND Date__c < TODAY AND (Start__c = null OR Start__c = 1)")
	want := []Constraint{{Path: "MonthId__r.EmpId__c", Values: []any{testID("a01", 1)[:15]}}, {Path: "Date__c", Low: Date("2026-11-20")}, {Path: "Date__c", High: Date("2026-11-22")}}
	if !reflect.DeepEqual(m.asked, want) {
		t.Errorf("got %v\nwant %v", m.asked, want)
	}
	m.asked = nil
	records(t, m, "SELECT Id FROM Stamp__c WHERE Key__c = 'DB1/3' OR Key__c = 'x'")
	if len(m.asked) != 0 {
		t.Errorf("an OR gave constraints %v", m.asked)
	}
}

func TestHiddenFieldIsUnknown(t *testing.T) {
	m := world()
	m.objects["emp__c"] = m.objects["emp__c"].Without(func(f string) bool { return f == "Code__c" })
	if _, err := Run("SELECT Code__c FROM Emp__c", m, now); err == nil || !strings.Contains(err.Error(), InvalidField) {
		t.Errorf("got %v", err)
	}
	if got := values(t, m, "SELECT Name, Active__c FROM Emp__c WHERE Active__c = false", "Name"); !slices.Equal(got, []string{"Smith"}) {
		t.Errorf("other fields moved: %q", got)
	}
}

func TestID18(t *testing.T) {
	for in, want := range map[string]string{
		"001A0000006Vm9r":    "001A0000006Vm9rIAC", // the example of Salesforce's own help
		"001A0000006Vm9rIAC": "001A0000006Vm9rIAC",
		"001A0000006Vm9riac": "001A0000006Vm9rIAC",
		"001A0000006Vm9rAAA": "",
		"001A":               "",
		"001A0000006Vm9-":    "",
	} {
		if got, ok := ID18(in); got != want || ok != (want != "") {
			t.Errorf("ID18(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

// TestQuotedTextFindsItself: whatever a text holds, quoting it by Salesforce's rules finds exactly the rows that have it.
func TestQuotedTextFindsItself(t *testing.T) {
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`)
	like := strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`, "%", `\%`, "_", `\_`)
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringMatching(`[a-c'\\%_"\n\t日本]{1,12}`).Draw(rt, "text")
		m := world()
		m.rows["Emp__c"] = append(m.rows["Emp__c"], Row{testID("a01", 9), "wanted", text, false, nil})
		for _, where := range []string{"Code__c = '" + quote.Replace(text) + "'", "Code__c LIKE '" + like.Replace(text) + "'", "Code__c IN ('x', '" + quote.Replace(text) + "')"} {
			res, err := Run("SELECT Name FROM Emp__c WHERE "+where, m, now)
			if err != nil {
				rt.Fatalf("%s: %v", where, err)
			}
			if got := string(res.Append(nil, 0, res.Len(), "")); res.Size() != 1 || !strings.Contains(got, "wanted") {
				rt.Fatalf("%s found %s", where, got)
			}
		}
	})
}

// TestNotIsTheRest: a condition and its negation split the rows without loss or overlap.
func TestNotIsTheRest(t *testing.T) {
	simple := rapid.SampledFrom([]string{"Name = 'Smith'", "Code__c = null", "Code__c < 'a'", "Active__c = true", "Entry__c >= LAST_N_DAYS:3", "Name LIKE '%i%'", "Code__c IN ('0001', null)", "Entry__c != 2020-04-01"})
	rapid.Check(t, func(rt *rapid.T) {
		where := simple.Draw(rt, "first")
		for range rapid.IntRange(0, 4).Draw(rt, "n") {
			where = "(" + where + ") " + rapid.SampledFrom([]string{"AND", "OR"}).Draw(rt, "op") + " (" + rapid.SampledFrom([]string{"", "NOT "}).Draw(rt, "not") + simple.Draw(rt, "next") + ")"
		}
		count := func(w string) int {
			res, err := Run("SELECT COUNT() FROM Emp__c WHERE "+w, world(), now)
			if err != nil {
				rt.Fatalf("%s: %v", w, err)
			}
			return res.Size()
		}
		if a, b := count(where), count("NOT ("+where+")"); a+b != 3 {
			rt.Fatalf("%s: %d + %d rows of 3", where, a, b)
		}
	})
}

func FuzzRun(f *testing.F) {
	for _, q := range []string{"SELECT Id, MonthId__r.EmpId__r.Name FROM Day__c d WHERE d.Date__c = LAST_N_DAYS:3 ORDER BY Id DESC NULLS LAST LIMIT 1 OFFSET 2",
		"SELECT Status__c s, COUNT(Id) FROM Stamp__c WHERE CreatedDate > 2026-11-22T00:00:00+09:00 GROUP BY Status__c HAVING COUNT(Id) > 1", `SELECT COUNT() FROM Emp__c WHERE NOT (Name LIKE '%\%_\u00e9' OR Id IN ('x'))`,
		"SELECT Id FROM Emp__c WHERE Id NOT IN (SELECT EmpId__c FROM Month__c) ALL ROWS"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		res, err := Run(q, world(), now)
		if err != nil {
			if e, ok := err.(*Error); !ok || e.Code == "" || e.Message == "" {
				t.Fatalf("%q: error without code: %#v", q, err)
			}
			return
		}
		body := append(res.Append([]byte{'['}, 0, res.Len(), "/x"), ']')
		if !json.Valid(body) {
			t.Fatalf("%q: answer is no JSON: %s", q, body)
		}
	})
}

func TestDateLiteralsCoverEveryDayOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(rt, "at"), 0).UTC()
		for _, chain := range [][]string{{"YESTERDAY", "TODAY", "TOMORROW"}, {"LAST_WEEK", "THIS_WEEK", "NEXT_WEEK"}, {"LAST_MONTH", "THIS_MONTH", "NEXT_MONTH"}, {"LAST_YEAR", "THIS_YEAR"}} {
			var last time.Time
			for _, name := range chain {
				from, to := days(literal{text: name}, at)
				if !last.IsZero() && !from.Equal(last) || !to.After(from) {
					rt.Fatalf("%s at %s: %s to %s after %s", name, at, from, to, last)
				}
				last = to
			}
		}
		if from, to := days(literal{text: "TODAY"}, at); at.Before(from) || !at.Before(to) {
			rt.Fatalf("TODAY at %s is %s to %s", at, from, to)
		}
	})
}
