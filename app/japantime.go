package main

import (
	"time"

	"dakokubridge/app/output"
)

// dayBegins is when a business day begins, after midnight in Japan.
const dayBegins = 5 * time.Hour

// parseInstant reads a time of the command line: RFC 3339, or a date and a time of day in Japan.
func parseInstant(flag, text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, text, output.Japan); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usage("%s %q is no time: write it like 2026-11-24T05:00 (Japan time) or 2026-11-24T05:00:00+09:00", flag, text)
}

// parseDay reads a business day of the command line.
func parseDay(flag, text string) (string, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return "", usage("%s %q is no day: write it like 2026-11-24", flag, text)
	}
	return t.Format(time.DateOnly), nil
}

// businessDay is the day to which an instant belongs.
func businessDay(t time.Time) string {
	return t.In(output.Japan).Add(-dayBegins).Format(time.DateOnly)
}

// daysBefore is the business day n days before another.
func daysBefore(day string, n int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, -n).Format(time.DateOnly)
}

// nextFive is the first 05:00 in Japan after an instant.
func nextFive(t time.Time) time.Time {
	local := t.In(output.Japan)
	five := time.Date(local.Year(), local.Month(), local.Day(), 5, 0, 0, 0, output.Japan)
	if !five.After(t) {
		five = five.AddDate(0, 0, 1)
	}
	return five
}
