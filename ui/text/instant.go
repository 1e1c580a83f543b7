package text

import (
	"time"

	"fyne.io/fyne/v2/lang"
)

// Zone is the zone of all times in the windows, whatever the PC's: Japan's, without summer time.
var Zone = time.FixedZone("JST", 9*60*60)

// Time is the time of day in Japan, 08:52; a dash for none.
func Time(t time.Time) string { return format(t, "15:04") }

// Instant is date and time in Japan, 2026-11-22 08:52; a dash for none.
func Instant(t time.Time) string { return format(t, "2006-01-02 15:04") }

// Second is date and time in Japan to the second; a dash for none.
func Second(t time.Time) string { return format(t, "2006-01-02 15:04:05") }

func format(t time.Time, layout string) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(Zone).Format(layout)
}

// Date is a day in words: 2026年11月22日（日）, Sun 22 Nov 2026.
func Date(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	t = t.In(Zone)
	return Of("date_long", Args{"Year": t.Year(), "Month": int(t.Month()), "MonthName": t.Format("Jan"), "Day": t.Day(), "Weekday": Weekday(t.Weekday())})
}

// Month is a month given as 2026-11 in words: 2026年11月, Nov 2026. What is no month stays as it is.
func Month(month string) string {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	return Of("date_month", Args{"Year": t.Year(), "Month": int(t.Month()), "MonthName": t.Month().String()})
}

// Moment is date and time in words: 2026年11月22日（日）5:00.
func Moment(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return Of("date_and_time", Args{"Date": Date(t), "Time": t.In(Zone).Format("15:04")})
}

// Weekday is the short name of a day of the week, as Fyne has it.
func Weekday(d time.Weekday) string {
	names := [...]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
	return lang.X(names[d]+".short", names[d])
}

// Span is how long something lasts, in the two largest units: 1日2時間, 3時間5分, 40秒.
func Span(d time.Duration) string {
	seconds := int(max(d, 0).Round(time.Second) / time.Second)
	switch days, hours, minutes := seconds/86400, seconds/3600, seconds/60; {
	case days > 0:
		return Of("span_days", Args{"Days": days, "Hours": hours % 24})
	case hours > 0:
		return Of("span_hours", Args{"Hours": hours, "Minutes": minutes % 60})
	case minutes > 0:
		return Of("span_minutes", Args{"Minutes": minutes, "Seconds": seconds % 60})
	}
	return Of("span_seconds", Args{"Seconds": seconds})
}
