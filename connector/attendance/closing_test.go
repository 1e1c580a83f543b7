package attendance

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestClosingMonth(t *testing.T) {
	for _, c := range []struct {
		month   string
		closing int
		want    string
	}{
		{"2026-11", 31, "2026-11-01 2026-11-30"}, {"2026-11", 20, "2026-10-21 2026-11-20"}, {"2027-01", 15, "2026-12-16 2027-01-15"}, {"2027-02", 31, "2027-02-01 2027-02-28"},
		{"2028-02", 29, "2028-01-30 2028-02-29"}, {"2027-02", 29, "2027-01-30 2027-02-28"}, {"2027-03", 30, "2027-03-01 2027-03-30"}, {"2027-03", 29, "2027-03-01 2027-03-29"}, {"2026-11", 1, "2026-10-02 2026-11-01"},
	} {
		m, err := time.Parse("2006-01", c.month)
		if err != nil {
			t.Fatal(err)
		}
		if from, to := ClosingMonth(m.Year(), m.Month(), c.closing); fmt.Sprint(from, " ", to) != c.want {
			t.Errorf("%s closed on %d: %s %s, want %s", c.month, c.closing, from, to, c.want)
		}
	}
}

// TestClosingMonthsMeet: each day lies in just one month, whatever the 締め日.
func TestClosingMonthsMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, closing := DayFromNumber(rapid.IntRange(18_300, 24_000).Draw(t, "day")), rapid.IntRange(1, 31).Draw(t, "closing")
		year, month := ClosingMonthOf(d, closing)
		from, to := ClosingMonth(year, month, closing)
		next, _ := ClosingMonth(year, month+1, closing)
		if d.Before(from) || d.After(to) || next != to.Next() {
			t.Fatalf("%s with %d: %d-%d is %s to %s, the next from %s", d, closing, year, month, from, to, next)
		}
	})
}

func TestCheckDay(t *testing.T) {
	work := day(t, "2026-11-25")
	hour := func(h, m int) time.Time {
		return work.Midnight().Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute)
	}
	sheet := func(h, m int) *time.Time { at := hour(h, m); return &at }
	done := func(at time.Time, s *time.Time) ClosingKind {
		return ClosingKind{Ours: Sent, At: at, Done: true, Sheet: s}
	}
	whole := ClosingFacts{Day: work, Over: true, Count: 2, First: hour(9, 0), Last: hour(18, 0), In: done(hour(9, 0), sheet(9, 0)), Out: done(hour(18, 0), sheet(18, 0))}
	for name, c := range map[string]struct {
		change func(*ClosingFacts)
		want   string
	}{
		"all is well":            {func(*ClosingFacts) {}, ""},
		"no 退勤":                  {func(f *ClosingFacts) { f.Out = ClosingKind{} }, "missing out"},
		"the day goes on":        {func(f *ClosingFacts) { f.Out, f.Over = ClosingKind{}, false }, ""},
		"nothing at all today":   {func(f *ClosingFacts) { f.In, f.Out, f.Over = ClosingKind{}, ClosingKind{}, false }, ""},
		"filled by hand":         {func(f *ClosingFacts) { f.Out = ClosingKind{Sheet: sheet(18, 10)} }, ""},
		"a Web row":              {func(f *ClosingFacts) { f.Out = ClosingKind{Web: true} }, ""},
		"waiting for the batch":  {func(f *ClosingFacts) { f.In.Done = false }, "not_reflected in"},
		"still to be sent":       {func(f *ClosingFacts) { f.Out = ClosingKind{Ours: Planned} }, "not_reflected out"},
		"refused":                {func(f *ClosingFacts) { f.Out = ClosingKind{Ours: Failed} }, "refused out"},
		"deleted, then repaired": {func(f *ClosingFacts) { f.Out = ClosingKind{Ours: Deleted, Sheet: sheet(18, 0)} }, ""},
		"repaired far off":       {func(f *ClosingFacts) { f.Out = ClosingKind{Ours: Deleted, Sheet: sheet(20, 0)} }, "apart out"},
		"15 minutes apart":       {func(f *ClosingFacts) { f.In.Sheet = sheet(9, 15) }, ""},
		"16 minutes apart":       {func(f *ClosingFacts) { f.In.Sheet = sheet(8, 44) }, "apart in"},
		"across 05:00":           {func(f *ClosingFacts) { f.Across = true }, "across_0500"},
		"on a holiday":           {func(f *ClosingFacts) { f.Day = day(t, "2026-11-23") }, "day_off"},
		"taken out":              {func(f *ClosingFacts) { f.In, f.Out, f.Excused = ClosingKind{}, ClosingKind{}, true }, ""},
		"no record":              {func(f *ClosingFacts) { *f = ClosingFacts{Day: work, Over: true} }, "no_record"},
		"no record on a Sunday":  {func(f *ClosingFacts) { *f = ClosingFacts{Day: day(t, "2026-11-22"), Over: true} }, ""},
		"entered on the sheet":   {func(f *ClosingFacts) { *f = ClosingFacts{Day: work, Over: true, In: ClosingKind{Sheet: sheet(9, 0)}} }, ""},
		"no record yet":          {func(f *ClosingFacts) { *f = ClosingFacts{Day: work} }, ""},
	} {
		f := whole
		c.change(&f)
		got := map[string]bool{}
		for _, found := range CheckDay(f, 15*time.Minute) {
			got[strings.TrimSpace(string(found.Flaw)+" "+string(found.Kind))] = true
		}
		want := map[string]bool{}
		for _, w := range strings.Split(c.want, ", ") {
			if w != "" {
				want[w] = true
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}
