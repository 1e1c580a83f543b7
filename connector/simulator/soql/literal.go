package soql

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// relative names the date literals that are understood; true where a number follows.
var relative = map[string]bool{"TODAY": false, "YESTERDAY": false, "TOMORROW": false, "THIS_WEEK": false, "LAST_WEEK": false, "NEXT_WEEK": false,
	"THIS_MONTH": false, "LAST_MONTH": false, "NEXT_MONTH": false, "THIS_YEAR": false, "LAST_YEAR": false,
	"LAST_90_DAYS": false, "NEXT_90_DAYS": false, "LAST_N_DAYS": true, "NEXT_N_DAYS": true, "N_DAYS_AGO": true}

// maxDays keeps LAST_N_DAYS:n inside the years that Salesforce knows.
const maxDays = 36_500 * 10

// days gives the days [from, to) in the org's zone that a date literal covers. Weeks begin on Sunday, as in Japan's locale.
func days(l literal, now time.Time) (from, to time.Time) {
	y, m, d := now.In(japan).Date()
	today := time.Date(y, m, d, 0, 0, 0, 0, japan)
	month := time.Date(y, m, 1, 0, 0, 0, 0, japan)
	sunday := today.AddDate(0, 0, -int(today.Weekday()))
	n := min(l.n, maxDays)
	switch l.text {
	case "YESTERDAY":
		return today.AddDate(0, 0, -1), today
	case "TOMORROW":
		return today.AddDate(0, 0, 1), today.AddDate(0, 0, 2)
	case "THIS_WEEK":
		return sunday, sunday.AddDate(0, 0, 7)
	case "LAST_WEEK":
		return sunday.AddDate(0, 0, -7), sunday
	case "NEXT_WEEK":
		return sunday.AddDate(0, 0, 7), sunday.AddDate(0, 0, 14)
	case "THIS_MONTH":
		return month, month.AddDate(0, 1, 0)
	case "LAST_MONTH":
		return month.AddDate(0, -1, 0), month
	case "NEXT_MONTH":
		return month.AddDate(0, 1, 0), month.AddDate(0, 2, 0)
	case "THIS_YEAR":
		return time.Date(y, 1, 1, 0, 0, 0, 0, japan), time.Date(y+1, 1, 1, 0, 0, 0, 0, japan)
	case "LAST_YEAR":
		return time.Date(y-1, 1, 1, 0, 0, 0, 0, japan), time.Date(y, 1, 1, 0, 0, 0, 0, japan)
	case "LAST_90_DAYS":
		return today.AddDate(0, 0, -90), today.AddDate(0, 0, 1)
	case "NEXT_90_DAYS":
		return today.AddDate(0, 0, 1), today.AddDate(0, 0, 91)
	case "LAST_N_DAYS":
		return today.AddDate(0, 0, -n), today.AddDate(0, 0, 1)
	case "NEXT_N_DAYS":
		return today.AddDate(0, 0, 1), today.AddDate(0, 0, n+1)
	case "N_DAYS_AGO":
		return today.AddDate(0, 0, -n), today.AddDate(0, 0, 1-n)
	}
	return today, today.AddDate(0, 0, 1)
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
