package teamspirit

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/simulator/salesforceserver"
)

func id18(t *testing.T, id string) string {
	t.Helper()
	long, ok := salesforce.ID18(id)
	if !ok {
		t.Fatalf("%q is no id", id)
	}
	return long
}

func TestEmployeesComeInPages(t *testing.T) {
	o := newOrg(t, 2500)
	c := o.admin(t)
	seen := map[string]Employee{}
	pages := 0
	err := c.Employees(t.Context(), func(page []Employee) error {
		pages++
		for _, e := range page {
			seen[e.ID] = e
		}
		return nil
	})
	if err != nil || len(seen) != 2500 || pages != 2 {
		t.Fatalf("%d employees on %d pages, %v", len(seen), pages, err)
	}
	e := seen[id18(t, employeeID(2))]
	if e.Code != "0002" || e.Name != "社員 2" || e.Mail != "e2@example.com" || e.Entry != "2020-04-01" || e.End != "" || e.UserID == "" {
		t.Errorf("got %+v", e)
	}
	if e := seen[id18(t, employeeID(3))]; e.Mail != "" || e.UserID != "" {
		t.Errorf("without a user: got %+v", e)
	}
}

func stamp(i int, kind string, at time.Time, key string) Stamp {
	return Stamp{EmployeeID: employeeID(i), EmployeeCode: fmt.Sprintf("%04d", i), Kind: kind, At: at, Key: key, Device: "正面玄関", Origin: "Akerun"}
}

func payloads(t *testing.T, n Names, stamps ...Stamp) [][]byte {
	t.Helper()
	var out [][]byte
	for _, s := range stamps {
		b, err := n.Payload(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func TestAStampGoesInAndIsReadBackByEveryWay(t *testing.T) {
	o := newOrg(t, 5)
	c := o.admin(t)
	in, out := at(8, 59, 58), at(18, 0, 0)
	s := []Stamp{stamp(2, In, in, "db1/in"), stamp(2, Out, out, "db1/out")}
	s[0].TargetDate = "2026-11-22"
	results, err := c.Insert(t.Context(), payloads(t, c.Names(), s...))
	if err != nil || len(results) != 2 || results[0].Code != "" || results[1].Code != "" || results[0].ID == "" {
		t.Fatalf("got %+v, %v", results, err)
	}
	want := Row{ID: results[0].ID, Key: "db1/in", EmployeeID: id18(t, employeeID(2)), EmployeeCode: "0002", Kind: In, Status: c.Names().Unprocessed,
		At: in.Truncate(time.Second).UTC(), Created: o.Now(), TargetDate: "2026-11-22", Device: "正面玄関"}
	byKey, err := c.RowsByKey(t.Context(), []string{"db1/in", "db1/none"})
	if err != nil || len(byKey) != 1 || byKey[0] != want {
		t.Errorf("by key:\ngot  %+v\nwant %+v\n%v", byKey, want, err)
	}
	ids := []string{results[1].ID, results[0].ID}
	byID, err := c.RowsByID(t.Context(), ids)
	if err != nil || len(byID) != 2 || byID[1] != want || byID[0].Kind != Out || byID[0].TargetDate != "" {
		t.Errorf("by id: got %+v, %v", byID, err)
	}
	for name, employees := range map[string][]string{"everyone": nil, "the one": {employeeID(2)}, "another": {employeeID(3)}} {
		var rows []Row
		err := c.Rows(t.Context(), in.Add(-time.Hour), out, employees, func(page []Row) error { rows = append(rows, page...); return nil })
		if wantRows := name != "another"; err != nil || (len(rows) == 1) != wantRows {
			t.Errorf("%s: got %+v, %v", name, rows, err)
		}
	}
	if !o.DeleteRow(results[0].ID) {
		t.Fatal("the row could not be deleted")
	}
	if byID, err = c.RowsByID(t.Context(), ids); err != nil || len(byID) != 1 || byID[0].ID != results[1].ID {
		t.Errorf("after deletion: got %+v, %v", byID, err)
	}
}

func TestRowsOfOthersAreSeenToo(t *testing.T) {
	o := newOrg(t, 5)
	c := o.admin(t)
	for _, row := range []salesforceserver.StampRow{{Code: "0002", Kind: "in", At: at(9, 0, 0)}, {EmployeeID: employeeID(3), Kind: "21", At: at(12, 0, 0)}} {
		if _, err := o.AddForeignRow(row); err != nil {
			t.Fatal(err)
		}
	}
	var rows []Row
	err := c.Rows(t.Context(), at(0, 0, 0), at(23, 0, 0), []string{employeeID(2)}, func(page []Row) error { rows = append(rows, page...); return nil })
	if err != nil || len(rows) != 1 || rows[0].EmployeeID != "" || rows[0].EmployeeCode != "0002" || rows[0].Key != "" || rows[0].Kind != In {
		t.Errorf("by code only: got %+v, %v", rows, err)
	}
	rows = nil
	err = c.Rows(t.Context(), at(0, 0, 0), at(23, 0, 0), nil, func(page []Row) error { rows = append(rows, page...); return nil })
	if err != nil || len(rows) != 2 || rows[1].Kind != "21" {
		t.Errorf("all: got %+v, %v", rows, err)
	}
}

func TestASecondRowWithTheKey(t *testing.T) {
	for toggle, doubled := range map[string]bool{salesforceserver.KeyUnique: false, salesforceserver.KeyUniqueExternalID: false, salesforceserver.KeyPlain: true, salesforceserver.KeyExternalID: true} {
		o := newOrg(t, 3)
		o.set(t, "unique_key", toggle)
		c := o.admin(t)
		p := payloads(t, c.Names(), stamp(1, In, at(9, 0, 0), "db1/x"))
		if _, err := c.Insert(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		results, err := c.Insert(t.Context(), p)
		if err != nil || results[0].Duplicate == doubled || (results[0].Code == "") != doubled {
			t.Errorf("%s: got %+v, %v", toggle, results, err)
		}
		rows, err := c.RowsByKey(t.Context(), []string{"db1/x"})
		if want := 1; err != nil || (len(rows) != want) != doubled {
			t.Errorf("%s: %d rows, %v", toggle, len(rows), err)
		}
	}
}

func TestUpsertDoublesNothing(t *testing.T) {
	o := newOrg(t, 3)
	o.set(t, "unique_key", salesforceserver.KeyExternalID)
	c := o.admin(t)
	p := payloads(t, c.Names(), stamp(1, In, at(9, 0, 0), "db1/x"))
	for i := range 3 {
		results, err := c.Upsert(t.Context(), p)
		if err != nil || results[0].Code != "" || results[0].Created != (i == 0) {
			t.Errorf("time %d: got %+v, %v", i, results, err)
		}
	}
	if rows := o.StampRows(); len(rows) != 1 {
		t.Errorf("%d rows", len(rows))
	}
}

func TestTwoHundredRowsOfWhichTwoFail(t *testing.T) {
	o := newOrg(t, 200)
	c := o.admin(t)
	var stamps []Stamp
	for i := range 200 {
		stamps = append(stamps, stamp(i, In, at(9, 0, 0), fmt.Sprintf("db1/%d", i)))
	}
	o.set(t, "row_errors", []salesforceserver.RowFailure{{StatusCode: "UNABLE_TO_LOCK_ROW", EmployeeID: id18(t, employeeID(3))},
		{StatusCode: "FIELD_CUSTOM_VALIDATION_EXCEPTION", Message: "締め済みです", EmployeeID: id18(t, employeeID(77))}})
	results, err := c.Insert(t.Context(), payloads(t, c.Names(), stamps...))
	if err != nil || len(results) != 200 {
		t.Fatalf("%d results, %v", len(results), err)
	}
	for i, r := range results {
		switch {
		case i == 3 && r.Again && r.ID == "":
		case i == 77 && !r.Again && !r.Ask && !r.Duplicate && r.Message == "締め済みです":
		case i != 3 && i != 77 && r.Code == "" && r.ID != "":
		default:
			t.Errorf("row %d: got %+v", i, r)
		}
	}
	if rows := o.StampRows(); len(rows) != 198 {
		t.Errorf("%d rows", len(rows))
	}
}

func TestAnEmployeeStampingForOthersIsAskedAbout(t *testing.T) {
	o := newOrg(t, 5)
	c, _ := o.signIn(t, "employee@example.com")
	results, err := c.Insert(t.Context(), payloads(t, c.Names(), stamp(2, In, at(9, 0, 0), "db1/x")))
	if err != nil || !results[0].Ask || results[0].Code == "" {
		t.Errorf("got %+v, %v", results, err)
	}
}

func TestALostAnswerLeavesARowThatItsKeyFinds(t *testing.T) {
	o := newOrg(t, 3)
	c := o.admin(t)
	if _, err := c.Rights(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	o.set(t, "response_lost", 1)
	_, err := c.Insert(t.Context(), payloads(t, c.Names(), stamp(1, In, at(9, 0, 0), "db1/x")))
	e, ok := err.(*salesforce.Error)
	if !ok || !e.Sent() {
		t.Fatalf("got %v, want an unknown outcome", err)
	}
	if rows, err := c.RowsByKey(t.Context(), []string{"db1/x"}); err != nil || len(rows) != 1 {
		t.Errorf("got %+v, %v", rows, err)
	}
}

func TestCodesAndKeysThatAreSOQLStayText(t *testing.T) {
	o := newOrg(t, 3)
	c := o.admin(t)
	evil := []string{`' OR Name LIKE '%`, `\`, `\' OR Id != null OR Name = '`, "a\nb", `") OR ("`}
	var stamps []Stamp
	for i, s := range evil {
		one := stamp(1, In, at(9, i, 0), s)
		one.EmployeeCode = s
		stamps = append(stamps, one)
	}
	results, err := c.Insert(t.Context(), payloads(t, c.Names(), append(stamps, stamp(2, Out, at(18, 0, 0), "innocent"))...))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range evil {
		rows, err := c.RowsByKey(t.Context(), []string{s})
		if err != nil || len(rows) != 1 || rows[0].Key != s || rows[0].ID != results[i].ID {
			t.Errorf("%q: got %+v, %v", s, rows, err)
		}
	}
	if rows, err := c.RowsByKey(t.Context(), append(slices.Clone(evil), "none")); err != nil || len(rows) != len(evil) {
		t.Errorf("together: %d rows, %v", len(rows), err)
	}
}

func TestManyKeysAndManyIDs(t *testing.T) {
	o := newOrg(t, 500)
	c := o.admin(t)
	var keys, ids []string
	for batch := range 3 {
		var stamps []Stamp
		for i := range 150 {
			key := fmt.Sprintf("db1/%032x", batch*150+i)
			keys = append(keys, key)
			stamps = append(stamps, stamp(batch*150+i, In, at(9, 0, 0), key))
		}
		results, err := c.Insert(t.Context(), payloads(t, c.Names(), stamps...))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			ids = append(ids, r.ID)
		}
	}
	if _, err := c.RowsByKey(t.Context(), keys[:1]); err != nil { // asks for the definitions first
		t.Fatal(err)
	}
	before := len(o.RequestLog())
	if rows, err := c.RowsByKey(t.Context(), keys); err != nil || len(rows) != 450 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if n := len(o.RequestLog()) - before; n != 3 {
		t.Errorf("450 keys took %d calls, want 3", n)
	}
	rows, err := c.RowsByID(t.Context(), ids)
	if err != nil || len(rows) != 450 || rows[449].ID != ids[449] {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func TestSheet(t *testing.T) {
	o := newOrg(t, 210)
	c := o.admin(t)
	if err := o.AddWebStamp(employeeID(2), "in", at(7, 54, 30)); err != nil {
		t.Fatal(err)
	}
	if err := o.AddWebStamp(employeeID(3), "in", at(8, 0, 0)); err != nil {
		t.Fatal(err)
	}
	var everyone []string
	for i := range 210 {
		everyone = append(everyone, employeeID(i))
	}
	for name, tt := range map[string]struct {
		ids  []string
		want int
	}{"everyone": {nil, 2}, "one": {[]string{employeeID(2)}, 1}, "nobody": {[]string{}, 0}, "more than one query names": {everyone[:205], 2},
		"more than one query names, others left out": {everyone[4:], 0}} {
		var days []SheetDay
		err := c.Sheet(t.Context(), "2026-11-22", "2026-11-22", tt.ids, func(page []SheetDay) error { days = append(days, page...); return nil })
		if err != nil || len(days) != tt.want {
			t.Errorf("%s: got %+v, %v", name, days, err)
		}
		if name == "one" && len(days) == 1 {
			d := days[0]
			if d.EmployeeID != id18(t, employeeID(2)) || d.Date != "2026-11-22" || d.PushStart == nil || *d.PushStart != 474 || d.PushEnd != nil || d.RealStart == nil || d.End != nil {
				t.Errorf("got %+v", d)
			}
		}
	}
	if err := c.Sheet(t.Context(), "2026-11-23", "2026-11-30", nil, func(page []SheetDay) error {
		t.Errorf("another week: %+v", page)
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := c.Sheet(t.Context(), "2026-11-22 OR Id != null", "2026-11-22", nil, nil); err == nil {
		t.Error("a date that is no date was taken")
	}
}

func TestTheBatchIsJudgedByWhatItDoes(t *testing.T) {
	o := newOrg(t, 5)
	c := o.admin(t)
	check := func(want string) Batch {
		t.Helper()
		b, err := c.Batch(t.Context(), o.Now())
		if err != nil || b.Verdict != want {
			t.Errorf("got %+v, %v, want %s", b, err, want)
		}
		return b
	}
	check(BatchUnknown)
	if _, err := c.Insert(t.Context(), payloads(t, c.Names(), stamp(1, In, at(8, 0, 0), "db1/1"))); err != nil {
		t.Fatal(err)
	}
	check(BatchUnknown)
	o.advance(11 * time.Minute)
	b := check(BatchOn)
	if b.ByStatus[c.Names().Processed] != 1 || b.LastProcessed.IsZero() || !b.Oldest.IsZero() || b.Jobs < 1 {
		t.Errorf("got %+v", b)
	}
	o.set(t, "batch_on", false)
	o.advance(time.Minute)
	if _, err := c.Insert(t.Context(), payloads(t, c.Names(), stamp(2, In, at(8, 0, 0), "db1/2"))); err != nil {
		t.Fatal(err)
	}
	sent := o.Now()
	check(BatchOn)
	o.advance(3 * time.Hour)
	if b := check(BatchOff); !b.Oldest.Equal(sent.Truncate(time.Second)) || b.ByStatus[c.Names().Unprocessed] != 1 {
		t.Errorf("got %+v", b)
	}
	o.set(t, "batch_on", true)
	o.advance(11 * time.Minute)
	check(BatchOn)
	editor, _ := o.signIn(t, "editor@example.com")
	if b, err := editor.Batch(t.Context(), o.Now()); err != nil || b.Verdict != BatchOn || b.Jobs != -1 {
		t.Errorf("without setup: got %+v, %v", b, err)
	}
}

func TestOwnNamesAreUsedEverywhere(t *testing.T) {
	o := newOrg(t, 3)
	_, sf := o.signIn(t, "admin@example.com")
	c := New(sf, mustNames(t, map[string]string{"stamp.key": "teamspirit__DeviceId__c"}))
	r, err := c.Rights(t.Context(), nil)
	if err != nil || r.Verdict != Admin || r.Key != KeyPlain {
		t.Fatalf("got %+v, %v", r, err)
	}
	if _, err := c.Insert(t.Context(), payloads(t, c.Names(), stamp(1, In, at(9, 0, 0), "db1/mine"))); err != nil {
		t.Fatal(err)
	}
	if rows, err := c.RowsByKey(t.Context(), []string{"db1/mine"}); err != nil || len(rows) != 1 || rows[0].Key != "db1/mine" {
		t.Errorf("got %+v, %v", rows, err)
	}
	if rows := o.StampRows(); len(rows) != 1 || strings.Contains(rows[0].Key, "mine") {
		t.Errorf("the key went to UniqueKey__c: %+v", rows)
	}
}

func TestSessionsEndAndGoOn(t *testing.T) {
	for _, rotation := range []bool{true, false} {
		o := newOrg(t, 3)
		o.set(t, "refresh_rotation", rotation)
		c, sf := o.signIn(t, "admin@example.com")
		for range 4 {
			if results, err := c.Insert(t.Context(), payloads(t, c.Names(), stamp(1, In, at(9, 0, 0), "db1/x"))); err != nil || results[0].Code != "" {
				t.Fatalf("rotation %v: %+v, %v", rotation, results, err)
			}
			o.age(3 * time.Hour)
		}
		if rows := o.StampRows(); len(rows) != 4 {
			t.Errorf("rotation %v: %d rows of 4 inserts", rotation, len(rows))
		}
		o.RevokeTokens("admin@example.com")
		_, err := c.RowsByKey(t.Context(), []string{"db1/x"})
		e, ok := err.(*salesforce.Error)
		if !ok || e.Cause() != salesforce.CauseLoginNeeded || e.Advice() != salesforce.Ask || !sf.Tokens().LoginNeeded() {
			t.Errorf("rotation %v: after revocation %v", rotation, err)
		}
	}
}
