package main

import (
	"errors"
	"testing"
	"time"

	"dakokubridge/app/output"
)

func TestTimesOfTheCommandLine(t *testing.T) {
	five := time.Date(2026, 11, 24, 5, 0, 0, 0, output.Japan)
	for text, want := range map[string]time.Time{
		"2026-11-24T05:00":          five,
		"2026-11-24 05:00":          five,
		"2026-11-24T05:00:01":       five.Add(time.Second),
		"2026-11-23T20:00:00Z":      five,
		"2026-11-23T15:00:00-05:00": five,
	} {
		if got, err := parseInstant("--start", text); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"", "5:00", "2026-11-24", "2026-13-01 05:00", "24/11/2026 05:00", "２０２６-11-24 05:00"} {
		var wrong *usageError
		if _, err := parseInstant("--start", text); !errors.As(err, &wrong) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestBusinessDaysOfTheCommandLine(t *testing.T) {
	for at, want := range map[string]string{
		"2026-11-24T04:59:59+09:00": "2026-11-23",
		"2026-11-24T05:00:00+09:00": "2026-11-24",
		"2026-12-31T20:00:00Z":      "2027-01-01",
		"2027-01-01T04:59:59+09:00": "2026-12-31",
	} {
		parsed, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := businessDay(parsed); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
	if got := daysBefore("2026-03-01", 1); got != "2026-02-28" {
		t.Error(got)
	}
	for at, want := range map[string]string{
		"2026-11-24T04:59:59+09:00": "2026-11-24T05:00:00+09:00",
		"2026-11-24T05:00:00+09:00": "2026-11-25T05:00:00+09:00",
		"2026-11-23T22:00:00Z":      "2026-11-25T05:00:00+09:00",
	} {
		parsed, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := nextFive(parsed).Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", at, got, want)
		}
	}
}
