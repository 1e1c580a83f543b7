package attendance

import "time"

// Holiday tells whether d is one of Japan's public holidays (国民の祝日に関する法律, as it stands since 2020), and its name. A holiday on a
// Sunday is made good on the next day that is none (振替休日), and a day between two holidays is one too (国民の休日). 2020 and 2021 are as the
// Olympic laws moved them. Days before 2020 are none, for the law was another one. The equinoxes are computed (good for 2020 to 2099); the
// government announces them a year ahead, and has never differed.
func Holiday(d Day) (name string, ok bool) {
	if name, ok = lawful(d); ok {
		return name, true
	}
	if made := d.Prev(); madeGood(made) {
		return "振替休日", true
	}
	_, before := lawful(d.Prev())
	_, after := lawful(d.Next())
	if before && after && d.weekday() != time.Sunday {
		return "国民の休日", true
	}
	return "", false
}

// madeGood tells whether a run of holidays that ends on d has a Sunday in it, so that the day after d is taken in its place.
func madeGood(d Day) bool {
	for ; ; d = d.Prev() {
		if _, ok := lawful(d); !ok {
			return false
		}
		if d.weekday() == time.Sunday {
			return true
		}
	}
}

// Workday tells whether offices are usually open on d: Monday to Friday, no public holiday, not 29 December to 3 January.
func Workday(d Day) bool {
	if w := d.weekday(); w == time.Saturday || w == time.Sunday {
		return false
	}
	if _, off := Holiday(d); off {
		return false
	}
	_, month, day := d.midnightUTC().Date()
	return !(month == time.December && day >= 29 || month == time.January && day <= 3)
}

func (d Day) weekday() time.Weekday { return d.midnightUTC().Weekday() }

// yearly are the holidays of fixed date, as month and day.
var yearly = map[[2]int]string{
	{1, 1}: "元日", {2, 11}: "建国記念の日", {2, 23}: "天皇誕生日", {4, 29}: "昭和の日", {5, 3}: "憲法記念日", {5, 4}: "みどりの日", {5, 5}: "こどもの日",
	{8, 11}: "山の日", {11, 3}: "文化の日", {11, 23}: "勤労感謝の日",
}

// mondays are the holidays on the n-th Monday of a month, as month and n.
var mondays = map[[2]int]string{{1, 2}: "成人の日", {7, 3}: "海の日", {9, 3}: "敬老の日", {10, 2}: "スポーツの日"}

// olympic says for the years of the Olympic laws where three holidays lay instead.
var olympic = map[int]map[[2]int]string{
	2020: {{7, 23}: "海の日", {7, 24}: "スポーツの日", {8, 10}: "山の日"},
	2021: {{7, 22}: "海の日", {7, 23}: "スポーツの日", {8, 8}: "山の日"},
}

// lawful finds the holidays that have a name of their own.
func lawful(d Day) (name string, ok bool) {
	year, m, day := d.midnightUTC().Date()
	month := int(m)
	if year < 2020 {
		return "", false
	}
	if moved := olympic[year]; moved != nil {
		if name, ok = moved[[2]int{month, day}]; ok {
			return name, true
		}
		if month == 7 || month == 8 || month == 10 {
			return "", false
		}
	}
	if name, ok = yearly[[2]int{month, day}]; ok {
		return name, true
	}
	if d.weekday() == time.Monday {
		if name, ok = mondays[[2]int{month, (day + 6) / 7}]; ok {
			return name, true
		}
	}
	spring, autumn := equinoxes(year)
	switch {
	case month == 3 && day == spring:
		return "春分の日", true
	case month == 9 && day == autumn:
		return "秋分の日", true
	}
	return "", false
}

// equinoxes gives the days in March and September on which the sun crosses the equator in Japan time, by the mean motion of the sun as the
// Hydrographic Department's formula for 1980 to 2099 has it (海上保安庁水路部, 新こよみ便利帳).
func equinoxes(year int) (march, september int) {
	years := float64(year - 1980)
	leaps := (year - 1980) / 4
	return int(20.8431+0.242194*years) - leaps, int(23.2488+0.242194*years) - leaps
}
