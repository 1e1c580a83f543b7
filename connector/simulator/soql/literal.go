package soql

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// period is a date literal as whole units around today: from first + firstN·n to last + lastN·n, both included.
type period struct {
	unit          unit
	first, last   int
	firstN, lastN int
}

type unit int

const (
	dayUnit unit = iota
	weekUnit
	monthUnit
	yearUnit
)

// counted says whether a number follows the literal's name.
func (p period) counted() bool { return p.firstN != 0 || p.lastN != 0 }

// relative holds the date literals that are understood.
var relative = map[string]period{
	"TODAY": {}, "YESTERDAY": {first: -1, last: -1}, "TOMORROW": {first: 1, last: 1},
	"LAST_WEEK": {unit: weekUnit, first: -1, last: -1}, "THIS_WEEK": {unit: weekUnit}, "NEXT_WEEK": {unit: weekUnit, first: 1, last: 1},
	"LAST_MONTH": {unit: monthUnit, first: -1, last: -1}, "THIS_MONTH": {unit: monthUnit}, "NEXT_MONTH": {unit: monthUnit, first: 1, last: 1},
	"LAST_YEAR": {unit: yearUnit, first: -1, last: -1}, "THIS_YEAR": {unit: yearUnit},
	"LAST_90_DAYS": {first: -90}, "NEXT_90_DAYS": {first: 1, last: 90},
	"LAST_N_DAYS": {firstN: -1}, "NEXT_N_DAYS": {first: 1, lastN: 1}, "N_DAYS_AGO": {firstN: -1, lastN: -1},
}

// maxDays keeps LAST_N_DAYS:n inside the years that Salesforce knows.
const maxDays = 36_500 * 10

// days gives the days [from, to) in the org's zone that a date literal covers. Weeks begin on Sunday, as in Japan's locale.
func days(l literal, now time.Time) (from, to time.Time) {
	p := relative[l.text]
	n := min(l.n, maxDays)
	y, m, d := now.In(japan).Date()
	begin := func(units int) time.Time {
		switch p.unit {
		case weekUnit:
			today := time.Date(y, m, d, 0, 0, 0, 0, japan)
			return today.AddDate(0, 0, 7*units-int(today.Weekday()))
		case monthUnit:
			return time.Date(y, m+time.Month(units), 1, 0, 0, 0, 0, japan)
		case yearUnit:
			return time.Date(y+units, 1, 1, 0, 0, 0, 0, japan)
		}
		return time.Date(y, m, d+units, 0, 0, 0, 0, japan)
	}
	return begin(p.first + p.firstN*n), begin(p.last + p.lastN*n + 1)
}

// escapes maps the letter after a backslash to what it stands for.
var escapes = map[byte]string{'n': "\n", 'N': "\n", 'r': "\r", 'R': "\r", 't': "\t", 'T': "\t", 'b': "\b", 'B': "\b", 'f': "\f", 'F': "\f",
	'"': `"`, '\'': "'", '\\': `\`, '_': "_", '%': "%"}

func checkEscapes(text string, t token) error {
	for i := 0; i < len(t.text); i++ {
		if t.text[i] != '\\' {
			continue
		}
		i++
		if _, ok := escapes[t.text[i]]; ok {
			continue
		}
		if _, ok := codePoint(t.text[i:]); ok {
			i += 4
			continue
		}
		return at(text, t.pos, MalformedQuery, "Invalid string literal '%s'. Illegal character sequence '\\%c' in string literal.", t.text, rune(t.text[i]))
	}
	return nil
}

// codePoint reads uXXXX.
func codePoint(s string) (rune, bool) {
	if len(s) < 5 || s[0] != 'u' && s[0] != 'U' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[1:5], 16, 16)
	return rune(n), err == nil
}

// unescape turns the raw content of a string literal into what it means.
func unescape(raw string) string {
	if !strings.Contains(raw, `\`) {
		return raw
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			b.WriteByte(raw[i])
			continue
		}
		i++
		if s, ok := escapes[raw[i]]; ok {
			b.WriteString(s)
		} else if r, ok := codePoint(raw[i:]); ok {
			b.WriteRune(r)
			i += 4
		}
	}
	return b.String()
}

// pattern is a compiled LIKE pattern over folded text: one rune, one any-character (_), or any run (%) at a time.
type pattern []struct {
	r        rune
	one, any bool
}

func likePattern(raw string) pattern {
	var p pattern
	add := func(s string) {
		for _, r := range fold(s) {
			p = append(p, struct {
				r        rune
				one, any bool
			}{r: r})
		}
	}
	for i := 0; i < len(raw); {
		switch {
		case raw[i] == '%' || raw[i] == '_':
			p = append(p, struct {
				r        rune
				one, any bool
			}{one: raw[i] == '_', any: raw[i] == '%'})
			i++
		case raw[i] == '\\' && i+1 < len(raw):
			n := 2
			if _, ok := codePoint(raw[i+1:]); ok {
				n = 6
			}
			add(unescape(raw[i : i+n]))
			i += n
		default:
			_, n := utf8.DecodeRuneInString(raw[i:])
			add(raw[i : i+n])
			i += n
		}
	}
	return p
}

// matches is the usual wildcard match with one point to come back to, linear in practice and never exponential.
func (p pattern) matches(s string) bool {
	text := []rune(fold(s))
	i, j, star, mark := 0, 0, -1, 0
	for i < len(text) {
		switch {
		case j < len(p) && p[j].any:
			star, mark = j, i
			j++
		case j < len(p) && (p[j].one || p[j].r == text[i]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	for j < len(p) && p[j].any {
		j++
	}
	return j == len(p)
}

// fold makes text comparable without regard to case.
func fold(s string) string { return strings.ToLower(s) }

// Fold is how Constraint values of text fields are written.
func Fold(s string) string { return fold(s) }

// instant reads a datetime literal.
func instant(s string) (time.Time, bool) {
	s = strings.ToUpper(s)
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func day(s string) (Date, bool) {
	_, err := time.Parse(time.DateOnly, s)
	return Date(s), err == nil
}
