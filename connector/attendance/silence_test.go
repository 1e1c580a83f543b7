package attendance

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// weeks makes n accesses before ten and twice as many in all at each door, on each workday from a to b.
func weeks(t testing.TB, a, b string, n int, doors ...string) (all []Traffic) {
	for d := day(t, a); !d.After(day(t, b)); d = d.Next() {
		for _, door := range doors {
			if Workday(d) {
				all = append(all, Traffic{d, door, n, 2 * n})
			}
		}
	}
	return all
}

func TestSilentOffice(t *testing.T) {
	usual := weeks(t, "2026-10-20", "2026-11-20", 100, "A1", "A2") // to the Friday before a Monday that is a holiday
	for name, c := range map[string]struct {
		traffic []Traffic
		now     string
		want    Silence
	}{
		"before ten":                 {usual, "2026-11-24 09:59", Silence{Usual: 200}},
		"at ten":                     {usual, "2026-11-24 10:00", Silence{Office: true, Since: day(t, "2026-11-24"), Usual: 200}},
		"until somebody comes":       {append(usual[:len(usual):len(usual)], Traffic{day(t, "2026-11-24"), "A1", 0, 1}), "2026-11-24 10:30", Silence{Usual: 200}},
		"before five the next day":   {usual, "2026-11-25 04:00", Silence{Office: true, Since: day(t, "2026-11-24"), Usual: 200}},
		"the morning after":          {usual, "2026-11-25 08:00", Silence{Office: true, Since: day(t, "2026-11-24"), Usual: 200}},
		"on the second day":          {usual, "2026-11-25 12:00", Silence{Office: true, Since: day(t, "2026-11-24"), Usual: 200}},
		"somebody on a Saturday":     {append(usual[:len(usual):len(usual)], Traffic{day(t, "2026-11-28"), "A2", 0, 1}), "2026-11-28 12:00", Silence{Usual: 200}},
		"on a holiday":               {usual, "2026-11-23 12:00", Silence{Usual: 200}},
		"on a Sunday":                {usual, "2026-11-22 12:00", Silence{Usual: 200}},
		"at the turn of the year":    {weeks(t, "2026-12-01", "2026-12-28", 9, "A1"), "2027-01-02 12:00", Silence{Usual: 9}},
		"after it":                   {weeks(t, "2026-12-01", "2026-12-28", 9, "A1"), "2027-01-04 10:00", Silence{Office: true, Since: day(t, "2027-01-04"), Usual: 9}},
		"too new":                    {weeks(t, "2026-11-12", "2026-11-20", 100, "A1"), "2026-11-24 12:00", Silence{}},
		"too few people":             {weeks(t, "2026-10-20", "2026-11-20", 2, "A1"), "2026-11-24 12:00", Silence{Usual: 2}},
		"a day began in the evening": {append(usual[:len(usual):len(usual)], Traffic{day(t, "2026-11-24"), "A1", 0, 7}), "2026-11-25 12:00", Silence{}},
		"nothing at all":             {nil, "2026-11-24 12:00", Silence{}},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := time.ParseInLocation("2006-01-02 15:04", c.now, Japan)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, Silent(c.traffic, nil, now), cmp.AllowUnexported(Day{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSilentDoor(t *testing.T) {
	a1 := weeks(t, "2026-10-20", "2026-11-27", 10, "A1")
	join := func(more []Traffic) []Traffic { return append(a1[:len(a1):len(a1)], more...) }
	noon := func(date string) time.Time { return day(t, date).Start().Add(7 * time.Hour) }
	silent := []SilentDoor{{"A2", day(t, "2026-11-20"), 3}}
	for name, c := range map[string]struct {
		traffic  []Traffic
		excluded string
		now      string
		want     []SilentDoor
	}{
		"two workdays":            {join(weeks(t, "2026-10-20", "2026-11-20", 10, "A2")), "", "2026-11-26", nil},
		"three workdays":          {join(weeks(t, "2026-10-20", "2026-11-20", 10, "A2")), "", "2026-11-27", silent},
		"over the weekend":        {join(weeks(t, "2026-10-20", "2026-11-20", 10, "A2")), "", "2026-11-29", []SilentDoor{{"A2", day(t, "2026-11-20"), 4}}},
		"used again":              {join(append(weeks(t, "2026-10-20", "2026-11-20", 10, "A2"), Traffic{day(t, "2026-11-27"), "A2", 0, 1})), "", "2026-11-27", nil},
		"taken out":               {join(weeks(t, "2026-10-20", "2026-11-20", 10, "A2")), "A2", "2026-11-27", nil},
		"seldom used":             {join([]Traffic{{day(t, "2026-11-02"), "A2", 1, 1}, {day(t, "2026-11-20"), "A2", 1, 1}}), "", "2026-11-27", nil},
		"new":                     {join(weeks(t, "2026-11-17", "2026-11-20", 10, "A2")), "", "2026-11-27", nil},
		"everybody is on holiday": {weeks(t, "2026-10-20", "2026-11-20", 10, "A1", "A2"), "", "2026-11-27", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := Silent(c.traffic, map[string]bool{c.excluded: true}, noon(c.now)).Doors
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(Day{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestTrafficNeverAlarms: who was seen today can't be missed, whatever the days before.
func TestTrafficNeverAlarms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := DayFromNumber(rapid.IntRange(18_300, 24_000).Draw(t, "today"))
		traffic := []Traffic{{today, "A1", rapid.IntRange(0, 1).Draw(t, "morning"), 1}}
		for back := 1; back <= 35; back++ {
			if n := rapid.IntRange(0, 30).Draw(t, "n"); n > 0 {
				traffic = append(traffic, Traffic{today.Add(-back), rapid.SampledFrom([]string{"A1", "A2", ""}).Draw(t, "door"), n / 2, n})
			}
		}
		at := today.Start().Add(time.Duration(rapid.IntRange(0, 86_399).Draw(t, "second")) * time.Second)
		s := Silent(traffic, nil, at)
		if s.Office {
			t.Fatalf("silence at %s: %+v", at, s)
		}
		for _, d := range s.Doors {
			if d.Door == "A1" || d.Days < doorSilentFor || !d.Last.Before(today) {
				t.Fatalf("%+v", d)
			}
		}
	})
}
