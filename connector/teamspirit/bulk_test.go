package teamspirit

import (
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// An upload says what the payloads say, field by field, and is the same on every PC.
func TestAnUploadSaysWhatThePayloadsSay(t *testing.T) {
	n := mustNames(t, nil)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune(`"\{},:'あ;#N/A `+"\n\u2028")), 0, 12, -1)
		stamp := Stamp{EmployeeID: "a" + text.Draw(t, "employee"), EmployeeCode: text.Draw(t, "code"), Kind: Out, At: at(9, 0, 0), Key: "k" + text.Draw(t, "key"), Device: text.Draw(t, "device")}
		payload, err := n.Payload(stamp)
		if err != nil {
			t.Fatal(err)
		}
		odd := false
		var fields map[string]any
		if err := json.Unmarshal(payload, &fields); err != nil {
			t.Fatal(err)
		}
		delete(fields, "attributes")
		for _, v := range fields {
			s := v.(string)
			odd = odd || s != strings.TrimSpace(s) || strings.Contains(s, "\n") || s == "#N/A"
		}
		if got := n.Columns(payload); (got == "") != odd {
			t.Fatalf("%s has the columns %q", payload, got)
		}
		if odd {
			return
		}
		first, err := n.Upload([][]byte{payload, payload})
		if again, _ := n.Upload([][]byte{payload, payload}); err != nil || string(first) != string(again) {
			t.Fatalf("%s and %s, %v", first, again, err)
		}
		lines, err := csv.NewReader(strings.NewReader(string(first))).ReadAll()
		if err != nil || len(lines) != 3 || len(lines[0]) != len(fields) {
			t.Fatalf("%q, %v", first, err)
		}
		for i, name := range lines[0] {
			if lines[1][i] != fields[name] || lines[2][i] != fields[name] {
				t.Fatalf("%s is %q, want %q", name, lines[1][i], fields[name])
			}
		}
	})
}

func TestWhatAnUploadCanNotCarry(t *testing.T) {
	n := mustNames(t, nil)
	good := `{"attributes":{"type":"teamspirit__ExternalAttendance__c"},"teamspirit__EmpId__c":"a","teamspirit__UniqueKey__c":"k"}`
	if got := n.Columns([]byte(good)); got != "teamspirit__EmpId__c,teamspirit__UniqueKey__c" {
		t.Errorf("columns %q", got)
	}
	for name, payload := range map[string]string{
		"another object": strings.Replace(good, "External", "Internal", 1),
		"unknown field":  strings.Replace(good, "EmpId", "Other", 1),
		"a truth":        strings.Replace(good, `"a"`, "true", 1),
		"no key":         strings.Replace(good, "UniqueKey", "EmpCode", 1),
		"no JSON":        good[:20],
	} {
		if got := n.Columns([]byte(payload)); got != "" {
			t.Errorf("%s: columns %q", name, got)
		}
	}
	if b, err := n.Upload([][]byte{[]byte(good), []byte(strings.Replace(good, "EmpId", "EmpCode", 1))}); err == nil {
		t.Errorf("rows of different fields became %s", b)
	}
}
