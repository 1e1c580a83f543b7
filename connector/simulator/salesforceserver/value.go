package salesforceserver

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"dakokubridge/connector/simulator/soql"
)

// rowError is why one record was not written.
type rowError struct {
	StatusCode string   `json:"statusCode"`
	Message    string   `json:"message"`
	Fields     []string `json:"fields"`
}

func refuse(code string, fields []string, format string, args ...any) *rowError {
	if fields == nil {
		fields = []string{}
	}
	return &rowError{code, fmt.Sprintf(format, args...), fields}
}

// shortName is how Salesforce names a field in some messages: without prefix and suffix.
func shortName(name string) string {
	name = strings.TrimSuffix(name, "__c")
	if _, after, ok := strings.Cut(name, "__"); ok {
		return after
	}
	return name
}

// read turns a JSON value into a field's value, or says why it can't be one.
func (s *Server) read(f field, v any) (any, *rowError) {
	if v == nil || v == "" {
		return nil, nil
	}
	switch f.Type {
	case soql.Boolean:
		return readBoolean(f, v)
	case soql.Double, soql.Int:
		return readNumber(f, v)
	case soql.DateOnly:
		return readDate(v)
	case soql.Datetime:
		t, _ := v.(string)
		if at, ok := readInstant(t); ok {
			return at, nil
		}
		return nil, cannotRead("datetime", v)
	case soql.Reference, soql.ID:
		t, ok := v.(string)
		if id := id18(t); ok && id != "" {
			return id, nil
		}
		return nil, refuse("MALFORMED_ID", []string{f.Name}, "%s: id value of incorrect type: %v", shortName(f.Name), v)
	}
	return s.readText(f, v)
}

// readDate takes a day, also with a time of day behind it.
func readDate(v any) (any, *rowError) {
	t, _ := v.(string)
	day, err := time.Parse(time.DateOnly, t[:min(len(t), 10)])
	if err != nil || len(t) > 10 && t[10] != 'T' {
		return nil, cannotRead("date", v)
	}
	return soql.Date(day.Format(time.DateOnly)), nil
}

func cannotRead(what string, v any) *rowError {
	kind := "VALUE_STRING"
	if _, ok := v.(json.Number); ok {
		kind = "VALUE_NUMBER_INT"
	}
	return refuse("JSON_PARSER_ERROR", nil, "Cannot deserialize instance of %s from %s value %v or request may be missing a required field", what, kind, v)
}

func readBoolean(f field, v any) (any, *rowError) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case string:
		if b, err := strconv.ParseBool(strings.ToLower(v)); err == nil {
			return b, nil
		}
	}
	return nil, cannotRead("boolean", v)
}

func readNumber(f field, v any) (any, *rowError) {
	text := ""
	switch v := v.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = v
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, cannotRead(string(f.Type), v)
	}
	return n, nil
}

// readInstant takes every form that Salesforce takes; seconds are the finest that it keeps.
func readInstant(s string) (time.Time, bool) {
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC().Truncate(time.Second), true
		}
	}
	return time.Time{}, false
}

func (s *Server) readText(f field, v any) (any, *rowError) {
	text := ""
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		if f.Name == fStampType && !s.switches.StampTypeNumber {
			return nil, cannotRead("string", v)
		}
		text = v.String()
	case bool:
		text = strconv.FormatBool(v)
	default:
		return nil, refuse("JSON_PARSER_ERROR", nil, "Cannot deserialize instance of string from START_OBJECT or START_ARRAY or request may be missing a required field")
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return nil, nil
	case f.values != nil:
		for _, c := range f.values {
			if c.value == text {
				return text, nil
			}
		}
		return nil, refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", []string{f.Name}, "%s: bad value for restricted picklist field: %s", f.label, text)
	case f.length > 0 && len(utf16.Encode([]rune(text))) > f.length:
		return nil, refuse("STRING_TOO_LONG", []string{f.Name}, "%s: data value too large: %s (max length=%d)", f.label, text[:min(len(text), 200)], f.length)
	case f.Type == soql.Email && !strings.Contains(text, "@"):
		return nil, refuse("INVALID_EMAIL_ADDRESS", []string{f.Name}, "%s: invalid email address: %s", f.label, text)
	}
	return text, nil
}
