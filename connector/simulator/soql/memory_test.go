package soql

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"
)

// memory is a Source over plain slices; it ignores constraints but notes them.
type memory struct {
	objects map[string]*Object
	rows    map[string][]Row
	asked   []Constraint
}

func (m *memory) Object(name string) *Object { return m.objects[fold(name)] }

func (m *memory) Rows(o *Object, c []Constraint) iter.Seq[Row] {
	m.asked = append(m.asked, c...)
	return func(yield func(Row) bool) {
		for _, r := range m.rows[o.Name] {
			if !yield(r) {
				return
			}
		}
	}
}

func (m *memory) Parent(o *Object, id string) Row {
	for _, r := range m.rows[o.Name] {
		if short(r[0].(string)) == short(id) {
			return r
		}
	}
	return nil
}

var now = time.Date(2026, 11, 21, 20, 30, 0, 0, time.UTC) // Sunday 2026-11-22 05:30 in Japan

func testID(prefix string, n int) string {
	id, ok := ID18(fmt.Sprintf("%s5i%010d", prefix, n))
	if !ok {
		panic("bad test id")
	}
	return id
}

// world is three people, their months, days and stamps.
func world() *memory {
	m := &memory{objects: map[string]*Object{}, rows: map[string][]Row{}}
	add := func(o *Object, rows ...Row) {
		m.objects[fold(o.Name)] = o
		m.rows[o.Name] = rows
	}
	add(NewObject("Emp__c", []Field{{Name: "Id", Type: ID}, {Name: "Name", Type: Text}, {Name: "Code__c", Type: Text}, {Name: "Active__c", Type: Boolean}, {Name: "Entry__c", Type: DateOnly}}),
		Row{testID("a01", 1), "田中 花子", "0001", true, Date("2020-04-01")},
		Row{testID("a01", 2), "Smith", "ab%c", false, nil},
		Row{testID("a01", 3), "O'Neil", nil, true, Date("2026-11-22")})
	add(NewObject("Month__c", []Field{{Name: "Id", Type: ID}, {Name: "EmpId__c", Type: Reference, Relationship: "EmpId__r", RefersTo: "Emp__c"}}),
		Row{testID("a02", 1), testID("a01", 1)}, Row{testID("a02", 2), testID("a01", 2)}, Row{testID("a02", 3), nil})
	add(NewObject("Day__c", []Field{{Name: "Id", Type: ID}, {Name: "MonthId__c", Type: Reference, Relationship: "MonthId__r", RefersTo: "Month__c"}, {Name: "Date__c", Type: DateOnly}, {Name: "Start__c", Type: Double}}),
		Row{testID("a03", 1), testID("a02", 1), Date("2026-11-20"), 474.0},
		Row{testID("a03", 2), testID("a02", 1), Date("2026-11-21"), nil},
		Row{testID("a03", 3), testID("a02", 2), Date("2026-11-22"), 540.5},
		Row{testID("a03", 4), testID("a02", 3), Date("2026-10-31"), 600.0})
	stamp := func(n int, emp int, status string, at time.Time) Row {
		return Row{testID("a0E", n), testID("a01", emp), status, at, fmt.Sprintf("db1/%d", n)}
	}
	add(NewObject("Stamp__c", []Field{{Name: "Id", Type: ID}, {Name: "EmpId__c", Type: Reference, Relationship: "EmpId__r", RefersTo: "Emp__c"}, {Name: "Status__c", Type: Picklist},
		{Name: "CreatedDate", Type: Datetime}, {Name: "Key__c", Type: Text}}),
		stamp(1, 1, "処理済み", now.Add(-24*time.Hour)), stamp(2, 1, "処理済み", now.Add(-time.Hour)), stamp(3, 2, "エラー", now.Add(-8*24*time.Hour)), stamp(4, 2, "未処理", now))
	return m
}

// names runs a query and gives one field of each record as text.
func values(t *testing.T, m *memory, q, field string) []string {
	t.Helper()
	var out []string
	for _, r := range records(t, m, q) {
		out = append(out, fmt.Sprint(r[field]))
	}
	return out
}

func records(t *testing.T, m *memory, q string) []map[string]any {
	t.Helper()
	res, err := Run(q, m, now)
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	var out []map[string]any
	body := append(res.Append([]byte{'['}, 0, res.Len(), "/services/data/v60.0/sobjects"), ']')
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatalf("%s: %v in %s", q, err, body)
	}
	return out
}

func refusal(t *testing.T, q string) *Error {
	t.Helper()
	_, err := Run(q, world(), now)
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: got error %v, want a refusal", q, err)
	}
	return e
}
