package engine

import (
	"testing"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// history writes a link's life: first business day, opened, last seen sound, closed ("" while it is open).
func history(employee, day, opened, sound, closed string, gone bool) store.Link {
	l := store.Link{
		EmployeeID: employee, FromDay: dayNumber(attendance.DayOf(jst(day + " 05:00:00"))), OpenedAt: store.Millis(jst(opened)),
		SoundAt: store.Millis(jst(sound)), UserGone: store.Flag(gone),
	}
	if closed != "" {
		l.ClosedAt = store.Millis(jst(closed))
	}
	return l
}

func TestInForce(t *testing.T) {
	old := history("E1", "01", "01 09:00:00", "01 09:00:00", "", false)
	leaver := history("E1", "01", "01 09:00:00", "25 18:00:00", "25 18:30:00", true)
	changed := history("E1", "01", "01 09:00:00", "25 12:00:00", "25 12:30:00", false)
	successor := history("E2", "25", "25 12:30:00", "25 12:30:00", "", false)
	back := history("E1", "26", "26 09:00:00", "26 09:00:00", "", false)
	for _, c := range []struct {
		name  string
		links []store.Link
		first string // the day's first access
		want  string
	}{
		{"no link", nil, "25 09:00:00", ""},
		{"open", []store.Link{old}, "25 09:00:00", "E1"},
		{"opened today, access before", []store.Link{history("E1", "25", "25 10:00:00", "25 10:00:00", "", false)}, "25 07:00:00", "E1"},
		{"opened today, access after midnight", []store.Link{history("E1", "25", "25 10:00:00", "25 10:00:00", "", false)}, "26 04:59:59", "E1"},
		{"opened the day after", []store.Link{history("E1", "26", "26 06:00:00", "26 06:00:00", "", false)}, "25 09:00:00", ""},
		{"leaver, in before the account was deleted", []store.Link{leaver}, "25 09:00:00", "E1"},
		{"leaver, in between the last two readings", []store.Link{leaver}, "25 18:15:00", "E1"},
		{"leaver, in after", []store.Link{leaver}, "25 18:30:00", ""},
		{"leaver, the day after", []store.Link{leaver}, "26 09:00:00", ""},
		{"code changed, in before", []store.Link{changed, successor}, "25 09:00:00", "E1"},
		{"code changed, in between the two readings", []store.Link{changed, successor}, "25 12:15:00", "E2"},
		{"code changed, in after", []store.Link{changed, successor}, "25 13:00:00", "E2"},
		{"code changed, the day after", []store.Link{changed, successor}, "26 09:00:00", "E2"},
		{"code taken away, in between the two readings", []store.Link{changed}, "25 12:15:00", ""},
		{"code given back the day after", []store.Link{changed, back}, "26 07:00:00", "E1"},
		{"code given back the day after, in on the day between", []store.Link{changed, back}, "25 13:00:00", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			first := jst(c.first)
			l, ok := inForce(c.links, attendance.DayOf(first), first)
			if l.EmployeeID != c.want || ok != (c.want != "") {
				t.Errorf("%q %v, want %q", l.EmployeeID, ok, c.want)
			}
		})
	}
}

func TestInForceLeavesTheHistoryAlone(t *testing.T) {
	links := []store.Link{history("E1", "26", "26 09:00:00", "26 09:00:00", "", false), history("E2", "01", "01 09:00:00", "01 09:00:00", "", false)}
	if l, ok := inForce(links, attendance.DayOf(jst("25 09:00:00")), jst("25 09:00:00")); !ok || l.EmployeeID != "E2" {
		t.Errorf("%+v %v", l, ok)
	}
	if links[0].EmployeeID != "E1" || links[1].EmployeeID != "E2" {
		t.Error("the links were changed")
	}
}

func TestLaterLink(t *testing.T) {
	links := []store.Link{
		history("E1", "20", "20 09:00:00", "20 09:00:00", "22 09:00:00", false), history("E2", "26", "26 09:00:00", "26 09:00:00", "27 09:00:00", false),
		history("E3", "28", "28 09:00:00", "28 09:00:00", "", false),
	}
	for day, want := range map[string]string{"19": "E1", "20": "E2", "25": "E2", "26": "E3", "27": "E3", "28": "", "29": ""} {
		l, ok := laterLink(links, attendance.DayOf(jst(day+" 09:00:00")))
		if l.EmployeeID != want || ok != (want != "") {
			t.Errorf("before the %sth: %q %v, want %q", day, l.EmployeeID, ok, want)
		}
	}
}
