package salesforceserver

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dakokubridge/connector/simulator/soql"
	"pgregory.net/rapid"
)

// TestIndexesLoseNothing: whatever is added, changed, removed and taken back, what an index finds holds every living row that a scan finds.
func TestIndexesLoseNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		x := newTable(definition{name: "X__c", prefix: "a0X", indexes: []string{"Status__c", "At__c", "Emp__c"}, fields: []field{
			{Field: soql.Field{Name: "Id", Type: soql.ID}}, {Field: soql.Field{Name: "Status__c", Type: soql.Picklist}}, {Field: soql.Field{Name: "At__c", Type: soql.Datetime}},
			{Field: soql.Field{Name: "Emp__c", Type: soql.Reference}}, {Field: soql.Field{Name: "LastModifiedDate", Type: soql.Datetime}},
			{Field: soql.Field{Name: "SystemModstamp", Type: soql.Datetime}}, {Field: soql.Field{Name: "IsDeleted", Type: soql.Boolean}}}})
		status := rapid.SampledFrom([]string{"未処理", "処理済み", "A", "a"})
		moment := rapid.Custom(func(t *rapid.T) time.Time {
			return time.Unix(rapid.Int64Range(-300_000, 300_000).Draw(t, "s"), 0).UTC()
		})
		var live []*record
		for n := range rapid.IntRange(1, 60).Draw(rt, "steps") {
			pick := func() *record { return live[rapid.IntRange(0, len(live)-1).Draw(rt, "row")] }
			switch op := rapid.IntRange(0, 5).Draw(rt, "op"); {
			case op <= 2 || len(live) == 0:
				id, _ := soql.ID18(fmt.Sprintf("a0X%012d", n))
				live = append(live, x.add(soql.Row{id, status.Draw(rt, "status"), moment.Draw(rt, "at"), employeeID(n % 3), nil, nil, nil}))
			case op == 3:
				x.change(pick(), time.Now(), map[string]any{"Status__c": status.Draw(rt, "status"), "At__c": moment.Draw(rt, "at")})
			case op == 4:
				r := pick()
				x.remove(r, time.Now())
				live = slices.DeleteFunc(live, func(o *record) bool { return o == r })
			default:
				r := pick()
				x.forget(r)
				live = slices.DeleteFunc(live, func(o *record) bool { return o == r })
			}
		}
		low, high := moment.Draw(rt, "low"), moment.Draw(rt, "high")
		wanted := soql.Fold(status.Draw(rt, "wanted"))
		for _, c := range []struct {
			constraint soql.Constraint
			holds      func(*record) bool
		}{
			{soql.Constraint{Path: "Status__c", Values: []any{wanted}}, func(r *record) bool { return soql.Fold(r.text("Status__c")) == wanted }},
			{soql.Constraint{Path: "At__c", Low: low, High: high}, func(r *record) bool { at := r.instant("At__c"); return !at.Before(low) && !at.After(high) }},
			{soql.Constraint{Path: "At__c", Low: low}, func(r *record) bool { return !r.instant("At__c").Before(low) }},
			{soql.Constraint{Path: "Emp__c", Values: []any{employeeID(1)[:15], employeeID(2)[:15]}}, func(r *record) bool { return r.text("Emp__c") != employeeID(0) }},
		} {
			found := slices.Collect(x.find([]soql.Constraint{c.constraint}))
			if !slices.IsSortedFunc(found, func(a, b *record) int { return a.number - b.number }) {
				rt.Fatalf("%v: out of order", c.constraint)
			}
			for _, r := range live {
				if n := len(slices.DeleteFunc(slices.Clone(found), func(o *record) bool { return o != r })); c.holds(r) && n != 1 || n > 1 {
					rt.Fatalf("%v finds a row %d times", c.constraint, n)
				}
			}
			for _, r := range found {
				if !slices.Contains(live, r) {
					rt.Fatalf("%v finds a row that is gone", c.constraint)
				}
			}
		}
	})
}

// BenchmarkVolume is an org with 10,000 employees and 300,000 stamps on the sheet, asked what a connector asks.
func BenchmarkVolume(b *testing.B) {
	const people, days = 10_000, 15
	clock := &hands{at: jst("2026-11-01 09:00:00")}
	o := Options{Now: clock.Now, ClientID: testClient, Users: []User{{Username: "admin@example.jp", Role: RoleAdmin}}}
	for n := 1; n <= people; n++ {
		o.Employees = append(o.Employees, Employee{ID: employeeID(n), Code: fmt.Sprintf("%05d", n)})
	}
	s, err := New(o)
	if err != nil {
		b.Fatal(err)
	}
	v := &view{s: s, u: s.names["admin@example.jp"]}
	stamps := s.table(stampObject)
	begun := time.Now()
	for d := range days {
		for _, kind := range []string{"1", "2"} {
			at := jst("2026-11-01 09:00:00").AddDate(0, 0, d)
			if kind == "2" {
				at = at.Add(9 * time.Hour)
			}
			clock.set(at)
			s.advance(at)
			for n := 1; n <= people; n++ {
				e := entity{fields: map[string]any{fEmpID: employeeID(n), fStampType: kind, fStampedDate: at.Format(time.RFC3339), fUniqueKey: fmt.Sprintf("db1/%d/%s/%d", d, kind, n), fTargetDate: at.In(japan).Format(time.DateOnly)}}
				if _, p := v.create(stamps, e, at); p != nil {
					b.Fatal(p)
				}
			}
		}
	}
	clock.advance(time.Hour)
	s.advance(clock.Now())
	b.Logf("%d stamps written and processed in %s", len(stamps.rows), time.Since(begun))
	for name, q := range map[string]string{
		"keys":     "SELECT Id, " + fStatus + " FROM " + stampObject + " WHERE " + fUniqueKey + " IN ('db1/3/1/77','db1/4/2/9999')",
		"ids":      "SELECT Id, " + fStatus + " FROM " + stampObject + " WHERE Id = '" + stamps.rows[12345].id() + "'",
		"day":      "SELECT Id FROM " + dayObject + " WHERE " + fDate + " = 2026-11-10",
		"people":   "SELECT Id FROM " + dayObject + " WHERE " + dayEmployeePath + " IN ('" + employeeID(1) + "','" + employeeID(2) + "') AND " + fDate + " >= 2026-11-10",
		"window":   "SELECT Id FROM " + stampObject + " WHERE " + fStampedDate + " >= 2026-11-14T00:00:00Z AND " + fStampedDate + " < 2026-11-15T00:00:00Z",
		"waiting":  "SELECT MIN(CreatedDate) FROM " + stampObject + " WHERE " + fStatus + " = '未処理'",
		"statuses": "SELECT " + fStatus + ", COUNT(Id), MAX(LastModifiedDate) FROM " + stampObject + " WHERE CreatedDate = LAST_N_DAYS:7 GROUP BY " + fStatus,
		"scan":     "SELECT COUNT() FROM " + stampObject + " WHERE " + fInputDevice + " = 'x'",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := soql.Run(q, v, clock.Now()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
