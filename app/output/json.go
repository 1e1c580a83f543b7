package output

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
	"unicode"
)

// JSON writes a value of the façade as JSON: names in snake_case, instants in Japan time as RFC 3339, null for none, and
// lists that are never null.
func JSON(w io.Writer, v any) error {
	var raw, pretty bytes.Buffer
	if err := encode(&raw, reflect.ValueOf(v)); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	if err := json.Indent(&pretty, raw.Bytes(), "", "  "); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	pretty.WriteByte('\n')
	_, err := w.Write(pretty.Bytes())
	return err
}

func encode(b *bytes.Buffer, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return encodeTime(b, t)
		}
		return encodeStruct(b, v)
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := encode(b, v.Index(i)); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	case reflect.Map:
		if v.IsNil() {
			b.WriteString("{}")
			return nil
		}
	}
	// What is left are plain values and maps of them, whose keys are codes and stay as they are.
	raw, err := json.Marshal(v.Interface())
	b.Write(raw)
	return err
}

func encodeTime(b *bytes.Buffer, t time.Time) error {
	if t.IsZero() {
		b.WriteString("null")
		return nil
	}
	raw, err := json.Marshal(t.In(Japan))
	b.Write(raw)
	return err
}

func encodeStruct(b *bytes.Buffer, v reflect.Value) error {
	b.WriteByte('{')
	for i := range v.NumField() {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(b, "%q:", snake(v.Type().Field(i).Name))
		if err := encode(b, v.Field(i)); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// snake turns a Go name into a JSON one: UserID into user_id, OK into ok.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		upper := unicode.IsUpper(r)
		if upper && i > 0 {
			begins := unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if begins {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
