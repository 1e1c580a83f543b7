package salesforce

import (
	"net/url"
	"regexp"
	"strings"
	"time"
)

var soqlEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`)

// Quote returns s as a SOQL string literal, quotes included. No string enters SOQL by another way.
func Quote(s string) string { return "'" + soqlEscapes.Replace(s) + "'" }

// List returns values as the list of an IN condition, parentheses included.
func List(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = Quote(v)
	}
	return "(" + strings.Join(quoted, ",") + ")"
}

// DateTime returns t as a SOQL datetime literal in UTC, to the second. An offset other than Z would have to be escaped in the address.
func DateTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

var nameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// ValidName reports whether s may stand as an object's or field's API name in a query or an address.
func ValidName(s string) bool { return len(s) <= 80 && nameForm.MatchString(s) }

// ValidPath reports whether s is a field name, or several joined by dots as a relationship path.
func ValidPath(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if !ValidName(part) {
			return false
		}
	}
	return true
}

// Chunks cuts values into pieces of at most max values whose quoted list stays below 12,000 bytes in an address,
// since Salesforce refuses addresses of 16,384 bytes and more. A single longer value gets a piece of its own.
func Chunks(values []string, max int) [][]string {
	const budget = 12_000
	var pieces [][]string
	start, size := 0, 0
	for i, v := range values {
		n := len(url.QueryEscape(Quote(v) + ","))
		if i > start && (i-start == max || size+n > budget) {
			pieces = append(pieces, values[start:i])
			start, size = i, 0
		}
		size += n
	}
	if start < len(values) {
		pieces = append(pieces, values[start:])
	}
	return pieces
}
