package engine

import (
	"time"

	"dakokubridge/connector/attendance"
)

const (
	// shortWindow reaches back over the whole of yesterday's business day at any hour.
	shortWindow = 26 * time.Hour
	shortEvery  = time.Hour
	fullEvery   = 12 * time.Hour
)

// shortTimes are the times of day, in Japan, at which the short look-back is made besides: when days close, and before the last chance
// to correct a 退勤 without asking.
var shortTimes = []time.Duration{5 * time.Hour, 11*time.Hour + 30*time.Minute}

// shortDue tells whether the short look-back is due at now, when the last one began at last.
func shortDue(last, now time.Time) bool {
	if now.Sub(last) >= shortEvery || now.Before(last) {
		return true
	}
	midnight := attendance.DayOf(now.Add(5 * time.Hour)).Midnight() // of now's calendar day
	for _, t := range shortTimes {
		if at := midnight.Add(t); last.Before(at) && !now.Before(at) {
			return true
		}
	}
	return false
}

// fullDue tells whether the long look-back is due at now, when the last one began at last.
func fullDue(last, now time.Time) bool {
	return now.Sub(last) >= fullEvery || now.Before(last)
}
