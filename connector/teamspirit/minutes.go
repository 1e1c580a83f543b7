package teamspirit

import (
	"fmt"
	"time"

	"dakokubridge/connector/attendance"
)

// Instant returns the instant that the time sheet means by minutes from 00:00 in Japan of date (2026-11-22); 1440 and more lie after midnight.
func Instant(date string, minutes int) (time.Time, error) {
	day, err := time.ParseInLocation(time.DateOnly, date, attendance.Japan)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading a date of the time sheet: %w", err)
	}
	return day.Add(time.Duration(minutes) * time.Minute), nil
}

// Minutes returns the whole minutes from 00:00 in Japan of date to t, rounded down: the figure the time sheet shows for an instant.
func Minutes(date string, t time.Time) (int, error) {
	midnight, err := Instant(date, 0)
	if err != nil {
		return 0, err
	}
	d := t.Sub(midnight)
	m := int(d / time.Minute)
	if d%time.Minute < 0 {
		m--
	}
	return m, nil
}
