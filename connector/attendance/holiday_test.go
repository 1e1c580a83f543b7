package attendance

import (
	"fmt"
	"strings"
	"testing"
)

// holidays is every public holiday of 2020 to 2035 that does not have the same date each year, as the Cabinet Office has published them (to
// 2027) and as the law and the almanac have them from then on. s: a day in the place of one on a Sunday; k: between two holidays.
var holidays = map[int]string{
	2020: "1/13 2/24s 3/20 5/6s 7/23 7/24 8/10 9/21 9/22 -8/11",
	2021: "1/11 3/20 7/22 7/23 8/8 8/9s 9/20 9/23 -8/11",
	2022: "1/10 3/21 7/18 9/19 9/23 10/10",
	2023: "1/2s 1/9 3/21 7/17 9/18 9/23 10/9",
	2024: "1/8 2/12s 3/20 5/6s 7/15 8/12s 9/16 9/22 9/23s 10/14 11/4s",
	2025: "1/13 2/24s 3/20 5/6s 7/21 9/15 9/23 10/13 11/24s",
	2026: "1/12 3/20 5/6s 7/20 9/21 9/22k 9/23 10/12",
	2027: "1/11 3/21 3/22s 7/19 9/20 9/23 10/11",
	2028: "1/10 3/20 7/17 9/18 9/22 10/9",
	2029: "1/8 2/12s 3/20 4/30s 7/16 9/17 9/23 9/24s 10/8",
	2030: "1/14 3/20 5/6s 7/15 8/12s 9/16 9/23 10/14 11/4s",
	2031: "1/13 2/24s 3/21 5/6s 7/21 9/15 9/23 10/13 11/24s",
	2032: "1/12 3/20 7/19 9/20 9/21k 9/22 10/11",
	2033: "1/10 3/20 3/21s 7/18 9/19 9/23 10/10",
	2034: "1/2s 1/9 3/20 7/17 9/18 9/23 10/9",
	2035: "1/8 2/12s 3/21 4/30s 7/16 9/17 9/23 9/24s 10/8",
}

func TestHolidays(t *testing.T) {
	for year, own := range holidays {
		want := map[string]bool{}
		for _, date := range strings.Fields("1/1 2/11 2/23 4/29 5/3 5/4 5/5 8/11 11/3 11/23 " + own) {
			if date[0] == '-' {
				delete(want, date[1:])
			} else {
				want[strings.TrimRight(date, "sk")] = true
			}
		}
		for d := day(t, fmt.Sprintf("%d-01-01", year)); d.midnightUTC().Year() == year; d = d.Next() {
			date := d.midnightUTC().Format("1/2")
			name, got := Holiday(d)
			if got != want[date] || got != (name != "") {
				t.Errorf("%s: %v %q, want %v", d, got, name, want[date])
			}
			for mark, made := range map[string]string{"s": "振替休日", "k": "国民の休日"} {
				if is := strings.Contains(own+" ", date+mark+" "); got && is != (name == made) {
					t.Errorf("%s is %q", d, name)
				}
			}
		}
	}
}

func TestHolidaysByName(t *testing.T) {
	for date, want := range map[string]string{
		"2026-11-23": "勤労感謝の日", "2026-11-24": "", "2026-03-20": "春分の日", "2026-09-23": "秋分の日", "2021-10-11": "", "2021-07-23": "スポーツの日", "2026-10-12": "スポーツの日",
		"2019-05-01": "", "2015-01-01": "", "2027-01-11": "成人の日",
	} {
		if got, ok := Holiday(day(t, date)); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v, want %q", date, got, ok, want)
		}
	}
}

func TestWorkdays(t *testing.T) {
	for date, want := range map[string]bool{
		"2026-11-20": true, "2026-11-21": false, "2026-11-22": false, "2026-11-23": false, "2026-11-24": true,
		"2026-12-28": true, "2026-12-29": false, "2027-01-01": false, "2027-01-03": false, "2027-01-04": true,
	} {
		if got := Workday(day(t, date)); got != want {
			t.Errorf("%s: %v", date, got)
		}
	}
}
