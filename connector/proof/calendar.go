package proof

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// jst is Japan's time: nine hours ahead of UTC, all year.
var jst = time.FixedZone("Japan", 9*3600)

// date is a business day: its date at 00:00 UTC. The empty date is the zero time.
type date struct{ t time.Time }

// businessDay is the date in Japan five hours before t.
func businessDay(t time.Time) date {
	y, m, d := t.In(jst).Add(-5 * time.Hour).Date()
	return date{time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

// parseDate reads 2026-11-22; anything else, the empty text too, is no date.
func parseDate(s string) date {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return date{}
	}
	return date{t}
}

func (d date) none() bool   { return d.t.IsZero() }
func (d date) text() string { return d.t.Format("2006-01-02") }

// at returns the instant that lies so long after 00:00 in Japan of the date.
func (d date) at(after time.Duration) time.Time { return d.t.Add(after - 9*time.Hour) }
func (d date) opens() time.Time                 { return d.at(5 * time.Hour) }
func (d date) closes() time.Time                { return d.at(29 * time.Hour) }

func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }
func minute(t time.Time) time.Time { return t.UTC().Truncate(time.Minute) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// shown writes an instant for a person.
func shown(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(jst).Format("01-02 15:04:05")
}

// idAfter tells whether access id a comes after b: longer ids are larger numbers.
func idAfter(a, b string) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	return a > b
}

// keyOf computes the key of a stamp as the architecture page gives it.
func keyOf(org string, k Key) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n%s\n%d", org, k.Employee, k.Day, k.Kind, k.Revision)
	return "db1/" + hex.EncodeToString(h.Sum(nil)[:16])
}

// denied lists parts of the names of types that are nobody's presence, as the rules have them by default.
var denied = []string{
	"autolock", "timeout", "remote", "denied", "deny", "reject", "refuse", "fail", "error", "invalid", "unauthorized", "forbidden",
	"オートロック", "タイムアウト", "リモート", "遠隔", "拒否", "失敗", "エラー",
}

// letters keeps of a type's name what all spellings have in common.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '_', '-', ' ', ':', '/':
			return -1
		}
		return r
	}, strings.ToLower(s))
}

func nobodysPresence(deny []string, a Access) bool {
	for _, part := range deny {
		if p := letters(part); p != "" && (strings.Contains(letters(a.Action), p) || strings.Contains(letters(a.Device), p)) {
			return true
		}
	}
	return false
}
