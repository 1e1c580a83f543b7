package teamspirit

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"dakokubridge/connector/salesforce"
)

// record is one record as Salesforce sent it. Field names are data here, so it can't be a struct.
type record map[string]json.RawMessage

func decode(doing string, raw json.RawMessage) (record, error) {
	var r record
	if err := json.Unmarshal(raw, &r); err != nil || r == nil {
		return nil, fmt.Errorf("%s: a record is no JSON object", doing)
	}
	return r, nil
}

// decodeWhole is decode for records that nobody could name without their id.
func decodeWhole(doing string, raw json.RawMessage) (record, error) {
	r, err := decode(doing, raw)
	if err == nil && r.id("Id") == "" {
		return nil, fmt.Errorf("%s: a record has no id", doing)
	}
	return r, err
}

// value returns what path leads to through related records, nil where anything on the way is null or absent.
func (r record) value(path string) json.RawMessage {
	head, rest, nested := strings.Cut(path, ".")
	raw := r[head]
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if !nested {
		return raw
	}
	var related record
	if json.Unmarshal(raw, &related) != nil {
		return nil
	}
	return related.value(rest)
}

// text returns a string field, or the literal of a field of another type.
func (r record) text(path string) string {
	raw := r.value(path)
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func (r record) id(path string) string { return long(r.text(path)) }

// flag tells whether a checkbox is ticked.
func (r record) flag(path string) bool { return string(r.value(path)) == "true" }

// minutes returns a number field rounded down, nil where it is empty or no number.
func (r record) minutes(path string) *int {
	var f *float64
	if json.Unmarshal(r.value(path), &f) != nil || f == nil {
		return nil
	}
	m := int(math.Floor(*f))
	return &m
}

// instant returns a datetime field, the zero time where it is empty.
func (r record) instant(path string) (time.Time, error) {
	s := r.text(path)
	if s == "" {
		return time.Time{}, nil
	}
	return salesforce.ParseDateTime(s)
}
