package days

import (
	"strconv"
	"strings"
	"time"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/text"
)

// row is a person's day in the table.
type row struct {
	connector.PersonDay
	ticked bool
}

func rowsOf(days []connector.PersonDay) []*row {
	rows := make([]*row, len(days))
	for n, d := range days {
		rows[n] = &row{PersonDay: d}
	}
	return rows
}

func (s *screen) columns() []field.Column[*row] {
	return []field.Column[*row]{
		{Title: "", Width: 40, Tick: func(r *row) bool { return r.ticked }, OnTick: s.tick},
		{Title: text.Of("days_day"), Width: 92, Text: func(r *row) string { return r.Day }},
		{Title: text.Of("days_code"), Width: 58, Text: func(r *row) string { return code(r.PersonDay) }},
		{Title: text.Of("days_name"), Width: 104, Text: func(r *row) string { return r.Name }},
		{Title: text.Of("days_first"), Width: 52, Text: func(r *row) string { return timeOn(r.Day, r.First) }},
		{Title: text.Of("days_last"), Width: 52, Text: func(r *row) string { return timeOn(r.Day, r.Last) }},
		{Title: text.Of("days_accesses"), Width: 44, Text: func(r *row) string { return strconv.Itoa(r.Accesses) }, Compare: func(a, b *row) int { return a.Accesses - b.Accesses }},
		{Title: text.Kind("in"), Width: 198, Text: func(r *row) string { return stampCell(r.PersonDay, "in") }, Mark: func(r *row) (field.Mark, bool) { return markOf(r.PersonDay, "in") }},
		{Title: text.Kind("out"), Width: 198, Text: func(r *row) string { return stampCell(r.PersonDay, "out") }, Mark: func(r *row) (field.Mark, bool) { return markOf(r.PersonDay, "out") }},
		{Title: text.Of("days_items"), Width: 120, Grows: true, Text: func(r *row) string { return itemsCell(r.PersonDay) }},
	}
}

func code(d connector.PersonDay) string {
	if d.EmployeeCode != "" {
		return d.EmployeeCode
	}
	return d.UserCode
}

// lastOf is the last stamp of a kind; ok is false where there is none.
func lastOf(d connector.PersonDay, kind string) (last connector.Stamp, ok bool) {
	for _, s := range d.Stamps {
		if s.Kind == kind {
			last, ok = s, true
		}
	}
	return last, ok
}

// stampCell tells what became of a kind, or why there is none.
func stampCell(d connector.PersonDay, kind string) string {
	last, ok := lastOf(d, kind)
	if !ok || last.State == "withdrawn" {
		return why(d.Why[kind])
	}
	return timeOn(d.Day, last.At) + " " + text.StampState(last.State)
}

// markOf is the shape beside it.
func markOf(d connector.PersonDay, kind string) (field.Mark, bool) {
	last, ok := lastOf(d, kind)
	if !ok {
		return field.Doing, false
	}
	switch last.State {
	case "on_sheet", "processed":
		return field.Good, true
	case "error", "deleted":
		return field.Bad, true
	case "unknown":
		return field.Warn, true
	case "withdrawn":
		return field.Doing, false
	}
	return field.Doing, true
}

// why is the reason in words; TeamSpirit's own text stays as it is.
func why(reason string) string {
	switch {
	case reason == "":
		return ""
	case reason == "PENDING":
		return text.Of("days_pending")
	case connector.KnownReason(reason):
		return text.Reason(reason)
	}
	return reason
}

func itemsCell(d connector.PersonDay) string {
	names := make([]string, len(d.Items))
	for n, i := range d.Items {
		names[n] = text.Reason(i.Reason)
	}
	return strings.Join(names, text.Of("days_comma"))
}

// timeOn is the time of day on a business day: 25:30 is half past one in the following night.
func timeOn(day string, t time.Time) string {
	midnight, err := time.ParseInLocation(time.DateOnly, day, text.Zone)
	since := t.Sub(midnight)
	if t.IsZero() || err != nil || since < 24*time.Hour || since >= 48*time.Hour {
		return text.Time(t)
	}
	return strconv.Itoa(int(since/time.Hour)) + t.In(text.Zone).Format(":04")
}
