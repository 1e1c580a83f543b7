package connector

import (
	"slices"
	"strings"

	"dakokubridge/connector/engine"
)

// byDay adds up what a second start would send, by business day, the oldest first.
func byDay(days []engine.Afterwards) []DayCount {
	sum := make(map[string]DayCount)
	for _, d := range days {
		day := d.Day.String()
		of := sum[day]
		sum[day] = DayCount{Day: day, Stamps: of.Stamps + d.Stamps, Listed: of.Listed + d.Listed}
	}
	var all []DayCount
	for _, of := range sum {
		if of.Stamps+of.Listed > 0 {
			all = append(all, of)
		}
	}
	slices.SortFunc(all, func(a, b DayCount) int { return strings.Compare(a.Day, b.Day) })
	return all
}

// MonthsFrom are the past stamps by month, the oldest first, where nothing before that business day is sent; an empty day leaves nothing out.
func (p BeginPreview) MonthsFrom(day string) []MonthCount {
	var months []MonthCount
	for _, d := range p.Days {
		if d.Day < day {
			continue
		}
		month := d.Day[:len("2026-11")]
		if len(months) == 0 || months[len(months)-1].Month != month {
			months = append(months, MonthCount{Month: month})
		}
		last := &months[len(months)-1]
		last.Stamps += d.Stamps
		last.Listed += d.Listed
	}
	return months
}
