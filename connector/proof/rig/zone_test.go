package rig_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // zones for the test, whatever the machine has

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/salesforceserver"
)

// inZone plays two nights of one person on a PC whose zone is what zones say, one after the other, and gives what reached Salesforce, byte for byte.
func inZone(t *testing.T, zones ...string) []string {
	t.Helper()
	home := time.Local
	defer func() { time.Local = home }()
	move := func(i int) {
		zone, err := time.LoadLocation(zones[i%len(zones)])
		if err != nil {
			t.Fatal(err)
		}
		time.Local = zone
	}
	move(0)
	var sent []string
	r := rig.Quiet(t, rig.Options{OnWrite: func(rows []salesforceserver.Write) {
		for _, w := range rows {
			sent = append(sent, string(w.Body))
		}
	}})
	day := time.Date(2026, 11, 25, 0, 0, 0, 0, attendance.Japan)
	at := func(hours float64) time.Time { return day.Add(time.Duration(hours * float64(time.Hour))) }
	p := r.Hire("K1")
	r.Enter(p, at(9), at(23.99), at(28.99), at(29), at(31), at(47), at(52.5), at(53.5))
	r.Link(at(5))
	for i, until := range []float64{8, 10, 24, 29.2, 30, 48, 54} {
		move(i)
		r.RunUntil(at(until))
	}
	r.MustHold(nil)
	sent = append(sent, r.Rows(p)...)
	return sent
}

// TestVolumeZones is C10 and C11: the PC's zone plays no part in what is stamped, wherever it stands and wherever it is carried. It moves time.Local,
// which net/http reads meanwhile, so it is left out where the race detector looks on.
func TestVolumeZones(t *testing.T) {
	japan := inZone(t, "Asia/Tokyo")
	if len(japan) < 10 {
		t.Fatalf("only %q was sent", japan)
	}
	for name, zones := range map[string][]string{
		"C10-tz-new-york": {"America/New_York"}, "C10-tz-kolkata": {"Asia/Kolkata"}, "C10-tz-kiritimati": {"Pacific/Kiritimati"},
		"C11-tz-changes-while-running": {"Asia/Tokyo", "America/New_York", "Europe/London", "Pacific/Kiritimati"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := inZone(t, zones...); !slices.Equal(got, japan) {
				t.Errorf("in %q:\n%q\nin Japan:\n%q", zones, got, japan)
			}
		})
	}
}

// TestBoardEnds is C14: a day at the end of a year, and of a February with 29 days, keeps its date over midnight.
func TestBoardEnds(t *testing.T) {
	for _, date := range []string{"2026-12-31", "2028-02-29"} {
		t.Run("C14-"+date, func(t *testing.T) {
			day, err := time.ParseInLocation(time.DateOnly, date, attendance.Japan)
			if err != nil {
				t.Fatal(err)
			}
			r := rig.New(t, rig.Options{From: day.Add(210 * time.Minute), Days: 1, History: -1, People: 10})
			p := r.Hire("K1")
			r.Enter(p, day.Add(23*time.Hour+50*time.Minute), day.Add(28*time.Hour+59*time.Minute), day.Add(29*time.Hour), day.Add(38*time.Hour))
			r.Link(day.Add(5 * time.Hour))
			for _, until := range []time.Duration{24 * time.Hour, 29*time.Hour + 20*time.Minute, 54 * time.Hour} {
				if err := r.World.Clock().Set(day.Add(until - 10*time.Minute)); err != nil {
					t.Fatal(err)
				}
				r.RunUntil(day.Add(until))
			}
			next := day.AddDate(0, 0, 1).Format(time.DateOnly)
			var got []string
			for _, s := range r.StampRows(p) {
				got = append(got, fmt.Sprint(s.TargetDate, " ", s.Kind, " ", s.At.In(attendance.Japan).Format("15:04")))
			}
			if want := []string{date + " in 23:50", date + " out 04:59", next + " in 05:00", next + " out 14:00"}; !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			r.MustHold(nil)
		})
	}
}
