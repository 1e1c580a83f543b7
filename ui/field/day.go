// Package field holds the parts that several screens share: date and time in Japan, big tables, chips, buttons that copy.
//
// A part knows texts and theme, and nothing of the façade.
package field

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"dakokubridge/ui/text"
)

// ParseDay reads a day as people write it: 2026-11-22, 2026/11/22, 2026.11.22, 20261122, 2026年11月22日（日）, and 11/22 or 11月22日 for the
// one that is nearest to near. Full-width digits and blanks do no harm. The day begins at 00:00 in Japan.
func ParseDay(written string, near time.Time) (time.Time, bool) {
	numbers, ok := numbersOf(written)
	if !ok {
		return time.Time{}, false
	}
	switch len(numbers) {
	case 1:
		if n := numbers[0]; n >= 1000_01_01 && n <= 9999_12_31 {
			return day(n/10000, n/100%100, n%100)
		}
	case 2:
		return nearest(numbers[0], numbers[1], near)
	case 3:
		return day(numbers[0], numbers[1], numbers[2])
	}
	return time.Time{}, false
}

// numbersOf takes the numbers out of a written day; ok is false where something stands in it that no day has.
func numbersOf(written string) (numbers []int, ok bool) {
	plain := strings.TrimSpace(width.Narrow.String(width.Fold.String(written)))
	if i := strings.IndexAny(plain, "(（"); i > 0 {
		plain = plain[:i] // the day of the week
	}
	for _, part := range strings.FieldsFunc(plain, func(r rune) bool { return strings.ContainsRune("-/.年月日 ", r) }) {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return nil, false
		}
		numbers = append(numbers, n)
	}
	return numbers, true
}

// day makes a day; ok is false for one that the calendar lacks, such as 31 November.
func day(year, month, d int) (time.Time, bool) {
	t := time.Date(year, time.Month(month), d, 0, 0, 0, 0, text.Zone)
	return t, year >= 1000 && year <= 9999 && t.Year() == year && int(t.Month()) == month && t.Day() == d
}

// nearest gives month and day the year that puts them nearest to near.
func nearest(month, d int, near time.Time) (best time.Time, ok bool) {
	near = near.In(text.Zone)
	for year := near.Year() - 1; year <= near.Year()+1; year++ {
		t, there := day(year, month, d)
		if there && (!ok || t.Sub(near).Abs() < best.Sub(near).Abs()) {
			best, ok = t, true
		}
	}
	return best, ok
}

// weeks are the days of a month's page, whole weeks from Sunday on, six of them.
func weeks(month time.Time) []time.Time {
	first := time.Date(month.Year(), month.Month(), 1, 0, 0, 0, 0, text.Zone)
	first = first.AddDate(0, 0, -int(first.Weekday()))
	days := make([]time.Time, 42)
	for i := range days {
		days[i] = first.AddDate(0, 0, i)
	}
	return days
}

// addMonths moves by months and stays in the month that is meant: 31 January and one is 28 February.
func addMonths(t time.Time, n int) time.Time {
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, text.Zone)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1)
}
