package akerun

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// text is a JSON string, or a number exactly as written; null and absent are "". Anything else is an error.
type text string

// UnmarshalJSON reads a string, a number or null.
func (t *text) UnmarshalJSON(raw []byte) error {
	switch {
	case bytes.Equal(raw, []byte("null")):
		*t = ""
		return nil
	case len(raw) > 0 && raw[0] == '"':
		return json.Unmarshal(raw, (*string)(t))
	case len(raw) > 0 && (raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9'):
		*t = text(raw)
		return nil
	}
	return errors.New("neither text nor number")
}

// label is text for people: what is no text is "", and spoils nothing.
type label string

// UnmarshalJSON never fails.
func (l *label) UnmarshalJSON(raw []byte) error {
	var t text
	if t.UnmarshalJSON(raw) == nil {
		*l = label(t)
	}
	return nil
}

// member gives the value of key in the JSON object body.
func member(doing string, body []byte, key string) (json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil || object == nil {
		return nil, badAnswer(doing, describe(body))
	}
	value, ok := object[key]
	if !ok {
		return nil, badAnswer(doing, fmt.Sprintf("the answer has no %q", key))
	}
	return value, nil
}

// list gives the rows of the array key in the JSON object body. A missing or null array is an error: an answer that does not
// speak of accesses must never pass for a day without any.
func list(doing string, body []byte, key string) ([]json.RawMessage, error) {
	value, err := member(doing, body, key)
	if err != nil {
		return nil, err
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(value, &rows); err != nil || rows == nil {
		return nil, badAnswer(doing, fmt.Sprintf("%q is no list", key))
	}
	return rows, nil
}

// describe says what kind of thing came instead of a JSON object, without repeating any of it.
func describe(body []byte) string {
	head := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 512)]))
	switch {
	case len(head) == 0:
		return "the answer is empty"
	case bytes.HasPrefix(head, []byte("<")):
		return fmt.Sprintf("the answer is a page or XML of %d bytes", len(body))
	}
	return fmt.Sprintf("the answer of %d bytes is no JSON object", len(body))
}

// longestID bounds an access id. The documented example has 22 digits.
const longestID = 64

// accessID reads the id of an access as decimal text. It comes as a number or as a string and goes beyond 64 bits, so it is never made
// a number.
func accessID(raw json.RawMessage) (string, error) {
	var id text
	if len(raw) == 0 || id.UnmarshalJSON(raw) != nil || id == "" {
		return "", errors.New("no id")
	}
	if len(id) > longestID || !isDigits(string(id)) {
		return "", errors.New("the id is no decimal number")
	}
	return string(id), nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// CompareIDs orders access ids as the numbers they are: negative where a is the smaller. Both must be decimal digits; "" counts as zero.
func CompareIDs(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// instant reads any RFC 3339 date-time, also with the lower-case letters, the blank and the leap second that the RFC allows, as UTC.
func instant(s string) (time.Time, error) {
	s = strings.ToUpper(s)
	if len(s) < len("2006-01-02T15:04:05Z") {
		return time.Time{}, errors.New("no RFC 3339 instant")
	}
	if s[10] == ' ' {
		s = s[:10] + "T" + s[11:]
	}
	leap := s[16:19] == ":60"
	if leap {
		s = s[:16] + ":59" + s[19:]
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, errors.New("no RFC 3339 instant")
	}
	if leap {
		t = t.Add(time.Second)
	}
	return t.UTC(), nil
}
