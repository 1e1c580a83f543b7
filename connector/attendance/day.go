package attendance

import (
	"cmp"
	"fmt"
	"time"
)

// Japan is the zone everything is decided in: UTC+9, without summer time, independent of the PC's zone and of any zone database.
var Japan = time.FixedZone("JST", 9*60*60)

const (
	dayBegins = 5 * time.Hour // a business day begins at 05:00 in Japan
	dayLasts  = 24 * time.Hour

	secondsADay = 24 * 60 * 60
	shift       = 4 * 60 * 60 // from UTC to business days: +9 h to Japan, -5 h to the day's beginning
	epoch       = 719163      // ordinal of 1970-01-01 when 0001-01-01 is 1
)

// Day is a business day: the 24 hours that begin at 05:00 in Japan on its date. The zero Day is no day at all.
// Days are comparable with == and may be keys of a map.
type Day struct {
	ordinal int // 1 is 0001-01-01
}

// DayOf returns the business day in which t lies, whatever t's location. It is defined from the year 1 on.
func DayOf(t time.Time) Day {
	s := t.Unix() + shift
	n := s / secondsADay
	if s%secondsADay < 0 {
		n--
	}
	return DayFromNumber(int(n))
}

// DayFromNumber is the reverse of Day.Number.
func DayFromNumber(n int) Day { return Day{n + epoch} }

// ParseDay reads a date as TeamSpirit writes it, such as 2026-11-22.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return Day{}, fmt.Errorf("reading the day %.20q: not a date like 2026-11-22", s)
	}
	return DayFromNumber(int(t.Unix() / secondsADay)), nil
}

// Number counts the days since 1970-01-01, for use in a database. The zero Day has a number too, which DayFromNumber turns into the
// zero Day again.
func (d Day) Number() int { return d.ordinal - epoch }

// IsZero tells whether d is no day at all.
func (d Day) IsZero() bool { return d.ordinal == 0 }

func (d Day) midnightUTC() time.Time { return time.Unix(int64(d.Number())*secondsADay, 0).UTC() }

// String gives d's date as 2026-11-22, and nothing for the zero Day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return d.midnightUTC().Format(time.DateOnly)
}

// MarshalText writes what String gives.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes; an empty text is the zero Day.
func (d *Day) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Day{}
		return nil
	}
	day, err := ParseDay(string(text))
	if err != nil {
		return err
	}
	*d = day
	return nil
}

// Midnight returns 00:00 in Japan of d's date, the instant from which TeamSpirit's sheet counts its minutes. It lies five hours before d begins.
func (d Day) Midnight() time.Time { return d.midnightUTC().Add(-9 * time.Hour).In(Japan) }

// Start returns the first instant of d, 05:00 in Japan.
func (d Day) Start() time.Time { return d.Midnight().Add(dayBegins) }

// End returns the first instant after d, 05:00 in Japan on the next date. It is when d closes.
func (d Day) End() time.Time { return d.Start().Add(dayLasts) }

// Contains tells whether t lies in d.
func (d Day) Contains(t time.Time) bool { return DayOf(t) == d }

// Add returns the day n days after d.
func (d Day) Add(n int) Day { return Day{d.ordinal + n} }

// Next returns the day after d.
func (d Day) Next() Day { return d.Add(1) }

// Prev returns the day before d.
func (d Day) Prev() Day { return d.Add(-1) }

// Before tells whether d comes before e.
func (d Day) Before(e Day) bool { return d.ordinal < e.ordinal }

// After tells whether d comes after e.
func (d Day) After(e Day) bool { return d.ordinal > e.ordinal }

// Compare orders days by time: -1, 0 or 1.
func (d Day) Compare(e Day) int { return cmp.Compare(d.ordinal, e.ordinal) }
