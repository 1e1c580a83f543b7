package teamspirit

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/salesforce"
)

func mustNames(t *testing.T, overrides map[string]string) Names {
	t.Helper()
	n, err := NewNames(overrides)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func at(hour, minute, second int) time.Time {
	return time.Date(2026, 11, 22, hour, minute, second, 999_000_000, attendance.Japan)
}

func TestPayload(t *testing.T) {
	full := Stamp{EmployeeID: "a01000000000001AAA", EmployeeCode: "0028", Kind: In, At: at(8, 59, 58), TargetDate: "2026-11-22",
		Key: "db1/00", Device: `正面"玄関"`, Origin: "Akerun"}
	got, err := mustNames(t, nil).Payload(full)
	want := `{"attributes":{"type":"teamspirit__ExternalAttendance__c"},"teamspirit__EmpId__c":"a01000000000001AAA","teamspirit__EmpCode__c":"0028",` +
		`"teamspirit__StampType__c":"1","teamspirit__StampedDate__c":"2026-11-21T23:59:58Z","teamspirit__TargetDate__c":"2026-11-22",` +
		`"teamspirit__UniqueKey__c":"db1/00","teamspirit__InputDevice__c":"正面\"玄関\"","teamspirit__AccessInfo__c":"Akerun"}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s\nwant %s\n%v", got, want, err)
	}
	bare := Stamp{EmployeeID: "a", Kind: Out, At: at(18, 0, 0), Key: "k"}
	got, err = mustNames(t, map[string]string{"namespace": "ts", "stamp.key": "Mine__c", "value.out": "9", "stamp.type.number": "true"}).Payload(bare)
	want = `{"attributes":{"type":"ts__ExternalAttendance__c"},"ts__EmpId__c":"a","ts__StampType__c":9,"ts__StampedDate__c":"2026-11-22T09:00:00Z","Mine__c":"k"}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s\nwant %s\n%v", got, want, err)
	}
}

func TestPayloadRefusesHalfAStamp(t *testing.T) {
	n := mustNames(t, nil)
	good := Stamp{EmployeeID: "a", Kind: In, At: at(9, 0, 0), Key: "k"}
	for name, change := range map[string]func(*Stamp){
		"no employee": func(s *Stamp) { s.EmployeeID = "" },
		"no key":      func(s *Stamp) { s.Key = "" },
		"no instant":  func(s *Stamp) { s.At = time.Time{} },
		"no kind":     func(s *Stamp) { s.Kind = "" },
		"odd kind":    func(s *Stamp) { s.Kind = "1" },
		"odd date":    func(s *Stamp) { s.TargetDate = "22.11.2026" },
	} {
		s := good
		change(&s)
		if b, err := n.Payload(s); err == nil {
			t.Errorf("%s: got %s", name, b)
		}
	}
}

// Every PC must make the same bytes, and whatever a door is called, they are the JSON of these fields and no more.
func TestPayloadIsDeterministicAndWhole(t *testing.T) {
	n := mustNames(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune(`"\{},:'あ`+"\n\x00<>&\u2028")), 0, 20, -1)
		s := Stamp{EmployeeID: "a" + text.Draw(t, "employee"), EmployeeCode: text.Draw(t, "code"), Kind: In, At: at(9, 0, 0), Key: "k" + text.Draw(t, "key"),
			Device: text.Draw(t, "device"), Origin: text.Draw(t, "origin")}
		first, err := n.Payload(s)
		if err != nil {
			t.Fatal(err)
		}
		s.At = s.At.UTC()
		if second, _ := n.Payload(s); string(second) != string(first) {
			t.Fatalf("%s and %s", first, second)
		}
		var fields map[string]any
		if err := json.Unmarshal(first, &fields); err != nil {
			t.Fatalf("%s: %v", first, err)
		}
		for name, want := range map[string]string{n.EmpID: s.EmployeeID, n.EmpCode: s.EmployeeCode, n.UniqueKey: s.Key, n.InputDevice: s.Device, n.AccessInfo: s.Origin} {
			if got, _ := fields[name].(string); got != want {
				t.Fatalf("%s is %q, want %q", name, got, want)
			}
		}
	})
}

func TestNewNames(t *testing.T) {
	n := mustNames(t, map[string]string{"namespace": "other", "employee.code": "MyCode__c", "day.employee": "Emp__c", "value.processed": "済"})
	if n.Stamp != "other__ExternalAttendance__c" || n.EmployeeCode != "MyCode__c" || n.DayEmployee != "Emp__c" || n.Processed != "済" {
		t.Errorf("got %+v", n)
	}
	for _, bad := range []map[string]string{{"stamp": "a b"}, {"stamp": "A.B"}, {"stamp.key": "x' OR Name != '"}, {"nothing": "A"}, {"value.in": ""}, {"namespace": "a__b'"}, {"employee.code": ""}} {
		if _, err := NewNames(bad); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
	for key := range n.apiNames() {
		if _, err := NewNames(map[string]string{key: "Some__c"}); err != nil {
			t.Errorf("%s can't be overridden: %v", key, err)
		}
	}
}

func TestWhatBecameOfARow(t *testing.T) {
	long := strings.Repeat("あ", 200)
	tests := []struct {
		code, message          string
		duplicate, again, asks bool
	}{
		{"DUPLICATE_VALUE", "duplicate value found: Key", true, false, false},
		{"UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access", false, true, false},
		{"ALL_OR_NONE_OPERATION_ROLLED_BACK", "", false, true, false},
		{"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "trigger: UNABLE_TO_LOCK_ROW, unable", false, true, false},
		{"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "trigger: Too many SOQL queries: 101", false, true, false},
		{"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "trigger: the month is closed", false, false, false},
		{"CANNOT_EXECUTE_FLOW_TRIGGER", "unable to obtain exclusive access to this record", false, true, false},
		{"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "", false, false, true},
		{"INSUFFICIENT_ACCESS_OR_READONLY", "", false, false, true},
		{"INVALID_FIELD", "", false, false, true},
		{"STORAGE_LIMIT_EXCEEDED", "", false, false, true},
		{"FIELD_CUSTOM_VALIDATION_EXCEPTION", long, false, false, false},
		{"DUPLICATES_DETECTED", "", false, false, false},
		{"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "", false, false, false},
		{"INVALID_FIELD_FOR_INSERT_UPDATE", "", false, false, false},
		{"INVALID_CROSS_REFERENCE_KEY", "", false, false, false},
		{"", "", false, false, false},
	}
	for _, tt := range tests {
		r := classify(salesforce.Result{Errors: []salesforce.RowError{{StatusCode: tt.code, Message: tt.message}}})
		if r.Duplicate != tt.duplicate || r.Again != tt.again || r.Ask != tt.asks || r.Code == "" || r.ID != "" || len(r.Message) > 200 {
			t.Errorf("%s %s: got %+v", tt.code, tt.message, r)
		}
	}
	if r := classify(salesforce.Result{ID: "a0E000000000001", Success: true, Created: true}); r.ID != "a0E000000000001EAA" || r.Code != "" || !r.Created {
		t.Errorf("success: got %+v", r)
	}
}

func TestMinutes(t *testing.T) {
	tests := []struct {
		date    string
		minutes int
		want    string
	}{
		{"2026-11-22", 474, "2026-11-21T22:54:00Z"}, // 07:54
		{"2026-11-22", 0, "2026-11-21T15:00:00Z"},
		{"2026-11-22", 1440 + 299, "2026-11-22T19:59:00Z"}, // 04:59 the next morning
	}
	for _, tt := range tests {
		got, err := Instant(tt.date, tt.minutes)
		if err != nil || got.UTC().Format(time.RFC3339) != tt.want {
			t.Errorf("%s+%d: got %s, %v", tt.date, tt.minutes, got.UTC(), err)
		}
	}
	for _, s := range []string{"", "2026-11-31", "2026/11/22"} {
		if _, err := Instant(s, 0); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		m, s := rapid.IntRange(-600, 3000).Draw(t, "minutes"), rapid.IntRange(0, 59).Draw(t, "seconds")
		instant, err := Instant("2026-11-22", m)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Minutes("2026-11-22", instant.Add(time.Duration(s)*time.Second)); back != m || err != nil {
			t.Fatalf("%d:%02d came back as %d, %v", m, s, back, err)
		}
	})
}

func TestJudgeBatch(t *testing.T) {
	now := at(12, 0, 0)
	ago := func(h float64) time.Time { return now.Add(-time.Duration(h * float64(time.Hour))) }
	tests := []struct {
		name              string
		oldest, processed time.Time
		want              string
	}{
		{"nothing is known", time.Time{}, time.Time{}, BatchUnknown},
		{"all processed", time.Time{}, ago(1), BatchOn},
		{"a fresh row waits, others were processed", ago(0.1), ago(1), BatchOn},
		{"a fresh row waits, nothing was ever processed", ago(0.1), time.Time{}, BatchUnknown},
		{"an old row waits, nothing was ever processed", ago(2), time.Time{}, BatchOff},
		{"an old row waits, the last was processed before it", ago(3), ago(4), BatchOff},
		{"an old row waits, younger ones were processed", ago(3), ago(1), BatchOn},
	}
	for _, tt := range tests {
		if got := judgeBatch(Batch{Oldest: tt.oldest, LastProcessed: tt.processed}, now); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestRecordValues(t *testing.T) {
	r, err := decode("reading", json.RawMessage(`{"A":"x","N":474.0,"F":474.9,"Z":null,"Q":{"R":{"S":"deep"}},"B":true,"T":1.0,"L":["x"]}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.text("A") != "x" || r.text("Z") != "" || r.text("none") != "" || r.text("Q.R.S") != "deep" || r.text("A.B") != "" || r.text("Z.B") != "" || r.text("T") != "1.0" {
		t.Error("text is wrong")
	}
	if m := r.minutes("N"); m == nil || *m != 474 {
		t.Errorf("minutes of 474.0: %v", m)
	}
	if m := r.minutes("F"); m == nil || *m != 474 {
		t.Errorf("minutes of 474.9: %v", m)
	}
	if r.minutes("Z") != nil || r.minutes("A") != nil || r.minutes("none") != nil {
		t.Error("an empty field became a time")
	}
	if !r.flag("B") || r.flag("A") || r.flag("Z") {
		t.Error("flag is wrong")
	}
	for _, bad := range []string{`null`, `[]`, `1`, `{`} {
		if _, err := decode("reading", json.RawMessage(bad)); err == nil {
			t.Errorf("%s was taken for a record", bad)
		}
	}
}
