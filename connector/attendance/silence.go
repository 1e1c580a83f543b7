package attendance

import (
	"slices"
	"time"
)

// The measures of the silence alarm.
const (
	// SilenceProfile is how many days back the usual traffic is learnt from.
	SilenceProfile = 28
	// silenceAt is how long after the beginning of a workday, at 10:00, an empty day is told.
	silenceAt = 5 * time.Hour
	// leastKnown is how many workdays with traffic a profile needs, so that a new installation raises no alarm.
	leastKnown = 8
	// leastUsual is the traffic below which an empty morning may be chance.
	leastUsual = 3
	// doorSilentFor is how many workdays, on which other doors were used, a door must have been silent.
	doorSilentFor = 3
)

// MorningEnds returns the instant up to which Traffic.Morning counts on d: 10:00 in Japan.
func MorningEnds(d Day) time.Time { return d.Start().Add(silenceAt) }

// Traffic counts the accesses that name a person and count by their type, on one day at one door.
type Traffic struct {
	Day     Day
	Door    string
	Morning int // before 10:00
	All     int
}

// Silence is what the traffic lacks against the last four weeks.
type Silence struct {
	// Office is set when nobody has been seen since the beginning of a workday on which Usual accesses are usual before 10:00. Since is that workday.
	Office bool
	Since  Day
	Usual  int
	// Doors are the doors that have been silent for three workdays or more on which others were used, by id, in order.
	Doors []SilentDoor
}

// SilentDoor is a door that is used daily and has not been.
type SilentDoor struct {
	Door string
	Last Day // of its last access
	Days int // workdays without one, on which other doors were used
}

// Silent compares the traffic with the days before it. readUntil is the instant to which Akerun has been read without a gap: what lies after it
// is not missed. Doors that are taken out are not looked at, and neither is a door that was not used on most days before.
//
// An empty workday is told from 10:00 on, and until somebody is seen. Nothing is told on days on which offices are closed; a company's own
// holidays look like an outage, and the sentence on the screen says so.
func Silent(traffic []Traffic, excluded map[string]bool, readUntil time.Time) Silence {
	p := profileOf(traffic, excluded)
	today := DayOf(readUntil)
	last := today
	if !Workday(last) || readUntil.Before(MorningEnds(last)) {
		last = workdayBefore(last)
	}
	var s Silence
	s.Usual = p.usual(last)
	s.Office = s.Usual >= leastUsual && p.emptyFrom(last, today)
	if s.Office {
		s.Since = last
		for d := workdayBefore(last); p.emptyFrom(d, today) && last.Number()-d.Number() <= SilenceProfile; d = workdayBefore(d) {
			s.Since = d
		}
		if known := p.usual(s.Since); known > 0 {
			s.Usual = known
		}
	}
	for _, door := range p.doors {
		if found, silent := p.silentDoor(door, today); silent {
			s.Doors = append(s.Doors, found)
		}
	}
	return s
}

func workdayBefore(d Day) Day {
	for d = d.Prev(); !Workday(d); d = d.Prev() {
	}
	return d
}

// profile is traffic by day.
type profile struct {
	days  map[Day]Traffic            // of all doors together
	door  map[string]map[Day]Traffic // of each
	doors []string
}

func profileOf(traffic []Traffic, excluded map[string]bool) profile {
	p := profile{days: make(map[Day]Traffic), door: make(map[string]map[Day]Traffic)}
	for _, t := range traffic {
		if excluded[t.Door] {
			continue
		}
		sum := p.days[t.Day]
		p.days[t.Day] = Traffic{Day: t.Day, Morning: sum.Morning + t.Morning, All: sum.All + t.All}
		if t.Door == "" {
			continue
		}
		if p.door[t.Door] == nil {
			p.door[t.Door] = make(map[Day]Traffic)
			p.doors = append(p.doors, t.Door)
		}
		p.door[t.Door][t.Day] = t
	}
	slices.Sort(p.doors)
	return p
}

// emptyFrom tells whether no day from a to b has any access.
func (p profile) emptyFrom(a, b Day) bool {
	for d := a; !d.After(b); d = d.Next() {
		if p.days[d].All > 0 {
			return false
		}
	}
	return true
}

// usual is the median of the mornings of the workdays with traffic in the four weeks before d; 0 while too few of them are known, and where a
// day of people begins without a morning now and then.
func (p profile) usual(d Day) int {
	var mornings []int
	for b := d.Add(-SilenceProfile); b.Before(d); b = b.Next() {
		if t := p.days[b]; Workday(b) && t.All > 0 {
			mornings = append(mornings, t.Morning)
		}
	}
	if len(mornings) < leastKnown {
		return 0
	}
	slices.Sort(mornings)
	if mornings[0] == 0 {
		return 0
	}
	return mornings[len(mornings)/2]
}

// silentDoor looks at the workdays before today, since today is not over. A door counts as used daily when it was used on four of five of the
// workdays with traffic in the four weeks before its last access.
func (p profile) silentDoor(door string, today Day) (SilentDoor, bool) {
	found := SilentDoor{Door: door}
	for d := range p.door[door] {
		if d.After(found.Last) && p.door[door][d].All > 0 {
			found.Last = d
		}
	}
	for d := found.Last.Next(); d.Before(today); d = d.Next() {
		if Workday(d) && p.days[d].All > 0 {
			found.Days++
		}
	}
	if found.Days < doorSilentFor {
		return found, false
	}
	used, open := 0, 0
	for d := found.Last.Add(1 - SilenceProfile); !d.After(found.Last); d = d.Next() {
		if !Workday(d) || p.days[d].All == 0 {
			continue
		}
		open++
		if p.door[door][d].All > 0 {
			used++
		}
	}
	return found, open >= leastKnown && used*5 >= open*4
}
