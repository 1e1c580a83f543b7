package company

import "time"

// Japan is the fixed zone UTC+9, which has no summer time; the machine's own zone plays no part.
var Japan = time.FixedZone("JST", 9*60*60)

// dayBegins is the hour of Japan's clock at which a business day begins.
const dayBegins = 5

// Day is a business day, counted from that of 1970-01-01: the 24 hours from 05:00 in Japan on its date.
type Day int32

// DayOf returns the business day in which t lies.
func DayOf(t time.Time) Day {
	return dayOfUnix(t.Unix())
}

// secondsToDay is what to add to a Unix time so that business days begin at multiples of 86,400: nine hours of zone less five.
const secondsToDay = (9 - dayBegins) * 60 * 60

func dayOfUnix(s int64) Day {
	s += secondsToDay
	d := s / 86400
	if s%86400 < 0 {
		d--
	}
	return Day(d)
}

// Begin returns the day's first instant, 05:00 in Japan, in UTC.
func (d Day) Begin() time.Time { return time.Unix(int64(d)*86400-secondsToDay, 0).UTC() }

// At returns the instant that many seconds after 00:00 in Japan on the day's date; a day's seconds go from 18,000 to 104,399.
func (d Day) At(seconds int) time.Time { return time.Unix(d.unix(seconds), 0).UTC() }

func (d Day) unix(seconds int) int64 { return int64(d)*86400 - 9*60*60 + int64(seconds) }

// String returns the day's date as 2026-11-22.
func (d Day) String() string { return d.Begin().In(Japan).Format(time.DateOnly) }

// weekend tells whether the day's date is a Saturday or Sunday; 1970-01-01 was a Thursday.
func (d Day) weekend() bool {
	w := (int(d)%7 + 7 + 4) % 7
	return w == 0 || w == 6
}
