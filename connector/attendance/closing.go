package attendance

import "time"

// Flaw is what a closing check (締めチェック) finds wrong with one day of one person. The set is closed: AllFlaws.
type Flaw string

// The flaws.
const (
	// FlawMissing: there are accesses, and neither TeamSpirit nor a stamp of ours has a time of that kind.
	FlawMissing Flaw = "missing"
	// FlawNotReflected: our stamp has not reached the sheet yet.
	FlawNotReflected Flaw = "not_reflected"
	// FlawRefused: TeamSpirit refused our stamp, or somebody deleted it, and nothing has taken its place.
	FlawRefused Flaw = "refused"
	// FlawApart: door and sheet differ by more than the minutes asked for.
	FlawApart Flaw = "apart"
	// FlawAcross: one shift that 05:00 cut in two.
	FlawAcross Flaw = "across_0500"
	// FlawDayOff: somebody came in on a Saturday, a Sunday or a public holiday.
	FlawDayOff Flaw = "day_off"
	// FlawNoRecord: a workday without access and without a time on the sheet: leave, or work elsewhere, or a forgotten card.
	FlawNoRecord Flaw = "no_record"
)

// AllFlaws returns the closed set, in the order in which they are shown.
func AllFlaws() []Flaw {
	return []Flaw{FlawMissing, FlawNotReflected, FlawRefused, FlawApart, FlawAcross, FlawDayOff, FlawNoRecord}
}

// ClosingMonth returns the days that a company with this 締め日 closes as a month: from the day after the former 締め日 to the 締め日. closing
// is a day of the month; where the month is shorter, and for 31 in any month, its last day closes it.
func ClosingMonth(year int, month time.Month, closing int) (from, to Day) {
	return closes(year, month-1, closing).Next(), closes(year, month, closing)
}

// ClosingMonthOf returns the month whose period holds d.
func ClosingMonthOf(d Day, closing int) (year int, month time.Month) {
	year, month, _ = d.midnightUTC().Date()
	if d.After(closes(year, month, closing)) {
		next := time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC)
		return next.Year(), next.Month()
	}
	return year, month
}

func closes(year int, month time.Month, closing int) Day {
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC)
	day := min(max(closing, 1), last.Day())
	return DayFromNumber(int(last.AddDate(0, 0, day-last.Day()).Unix() / secondsADay))
}

// ClosingFacts is what a closing check knows of one person's business day.
type ClosingFacts struct {
	Day Day
	// Over tells that the day has closed: a 退勤 that is still to come is not missing.
	Over bool
	// Count is how many accesses count, First and Last the outer ones.
	Count       int
	First, Last time.Time
	In, Out     ClosingKind
	// Across tells that ACROSS_0500 is listed for the day.
	Across bool
	// Excused tells that the person's day is not for us to stamp: 対象外, not employed.
	Excused bool
}

// ClosingKind is what is known of one kind of stamp on a day.
type ClosingKind struct {
	// Ours is the state of our last stamp that was not withdrawn; empty where there is none. At is its instant.
	Ours State
	At   time.Time
	// Done tells that TeamSpirit has processed it.
	Done bool
	// Sheet is the time on the sheet; nil where it shows none, or was not read.
	Sheet *time.Time
	// Web tells that another stamp stands in TeamSpirit, which may not be on the sheet yet.
	Web bool
}

// ClosingFinding is one flaw of one day.
type ClosingFinding struct {
	Flaw        Flaw
	Kind        Kind      // empty where the flaw is of the whole day
	Door, Sheet time.Time // of FlawApart
}

// CheckDay finds what is wrong with a day. apart is how far door and sheet may lie from each other, in whole minutes.
func CheckDay(f ClosingFacts, apart time.Duration) []ClosingFinding {
	var found []ClosingFinding
	if f.Count == 0 {
		if f.Over && Workday(f.Day) && !f.Excused && f.In.Sheet == nil && f.Out.Sheet == nil {
			found = append(found, ClosingFinding{Flaw: FlawNoRecord})
		}
		return found
	}
	if !f.Excused {
		found = append(found, checkKind(ClockIn, f.In, f.First, f.In.Ours != "" || f.Over, apart)...)
		found = append(found, checkKind(ClockOut, f.Out, f.Last, f.Over, apart)...)
	}
	if f.Across {
		found = append(found, ClosingFinding{Flaw: FlawAcross})
	}
	if closedOn(f.Day) {
		found = append(found, ClosingFinding{Flaw: FlawDayOff})
	}
	return found
}

// closedOn tells whether the calendar has d as a day off.
func closedOn(d Day) bool {
	_, holiday := Holiday(d)
	w := d.weekday()
	return holiday || w == time.Saturday || w == time.Sunday
}

func checkKind(k Kind, c ClosingKind, door time.Time, due bool, apart time.Duration) []ClosingFinding {
	if !due {
		return nil
	}
	switch {
	case c.Ours == Failed || c.Ours == Deleted:
		if c.Sheet == nil && !c.Web {
			return []ClosingFinding{{Flaw: FlawRefused, Kind: k}}
		}
	case c.Ours == Planned || c.Ours == InFlight || c.Ours == Sent && !c.Done:
		return []ClosingFinding{{Flaw: FlawNotReflected, Kind: k}}
	case c.Ours == "" && c.Sheet == nil && !c.Web:
		return []ClosingFinding{{Flaw: FlawMissing, Kind: k}}
	}
	if c.Sheet == nil || wholeMinute(*c.Sheet).Sub(wholeMinute(door)).Abs() <= apart {
		return nil
	}
	return []ClosingFinding{{Flaw: FlawApart, Kind: k, Door: door, Sheet: *c.Sheet}}
}
