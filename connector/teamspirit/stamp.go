package teamspirit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"dakokubridge/connector/salesforce"
)

// Kinds of stamps.
const (
	In  = "in"  // 出勤
	Out = "out" // 退勤
)

// Stamp is a stamp to be written.
type Stamp struct {
	EmployeeID   string    // record id of the 勤怠社員
	EmployeeCode string    // 社員コード, an aid for people who read the row
	Kind         string    // In or Out
	At           time.Time // written in UTC, cut to the second
	TargetDate   string    // work date, 2026-11-22; "": not written, TeamSpirit decides
	Key          string    // unique key
	Device       string    // door
	Origin       string    // free text
}

// Payload returns the record that creates s, as JSON with attributes.type. The same stamp gives the same bytes on every machine. Empty texts are left out.
func (n Names) Payload(s Stamp) ([]byte, error) {
	var kind string
	switch s.Kind {
	case In:
		kind = n.TypeIn
	case Out:
		kind = n.TypeOut
	default:
		return nil, fmt.Errorf("making a stamp: unknown kind %.20q", s.Kind)
	}
	if s.EmployeeID == "" || s.Key == "" || s.At.IsZero() {
		return nil, fmt.Errorf("making a stamp: employee, key or instant is missing")
	}
	if _, err := time.Parse(time.DateOnly, s.TargetDate); err != nil && s.TargetDate != "" {
		return nil, fmt.Errorf("making a stamp: %.20q is no date", s.TargetDate)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"attributes":{"type":%s}`, quoteJSON(n.Stamp))
	for _, f := range [][2]string{
		{n.EmpID, s.EmployeeID}, {n.EmpCode, s.EmployeeCode}, {n.StampType, kind}, {n.StampedDate, salesforce.DateTime(s.At)},
		{n.TargetDate, s.TargetDate}, {n.UniqueKey, s.Key}, {n.InputDevice, s.Device}, {n.AccessInfo, s.Origin},
	} {
		switch {
		case f[1] == "":
		case f[0] == n.StampType && n.TypeIsNumber:
			fmt.Fprintf(&b, ",%s:%s", quoteJSON(f[0]), f[1])
		default:
			fmt.Fprintf(&b, ",%s:%s", quoteJSON(f[0]), quoteJSON(f[1]))
		}
	}
	b.WriteByte('}')
	if !json.Valid(b.Bytes()) {
		return nil, fmt.Errorf("making a stamp: the type %.20q is no number", kind)
	}
	return b.Bytes(), nil
}

func quoteJSON(s string) []byte {
	b, _ := json.Marshal(s) // a string always can be
	return b
}

// written are the fields that a stamp needs to be createable, the optional work date aside.
func (n Names) written() []string {
	return []string{n.EmpID, n.EmpCode, n.StampType, n.StampedDate, n.UniqueKey, n.InputDevice, n.AccessInfo}
}
