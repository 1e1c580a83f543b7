package engine

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestShortDue(t *testing.T) {
	for _, c := range []struct {
		last, now string
		due       bool
	}{
		{"25 09:00:00", "25 09:59:59", false},
		{"25 09:00:00", "25 10:00:00", true},
		{"25 09:00:00", "25 08:59:59", true}, // the clock was set back
		{"25 04:59:59", "25 05:00:00", true},
		{"25 04:30:00", "25 04:59:59", false},
		{"25 04:30:00", "25 05:00:00", true},
		{"25 05:00:00", "25 05:00:01", false},
		{"25 05:00:00", "25 05:59:59", false},
		{"25 05:00:00", "25 06:00:00", true},
		{"25 11:00:00", "25 11:29:59", false},
		{"25 11:29:59", "25 11:30:00", true},
		{"25 11:30:00", "25 11:30:01", false},
		{"25 11:30:00", "25 12:29:59", false},
		{"25 23:30:00", "26 00:10:00", false}, // midnight is nothing special
		{"24 11:31:00", "25 04:00:00", true},
	} {
		if got := shortDue(jst(c.last), jst(c.now)); got != c.due {
			t.Errorf("last %s, now %s: %v", c.last, c.now, got)
		}
	}
	if !shortDue(time.Time{}, jst("25 09:00:00")) || !fullDue(time.Time{}, jst("25 09:00:00")) {
		t.Error("nothing is due before the first time")
	}
}

func TestFullDue(t *testing.T) {
	for _, c := range []struct {
		last, now string
		due       bool
	}{
		{"25 00:00:00", "25 11:59:59", false},
		{"25 00:00:00", "25 12:00:00", true},
		{"25 12:00:00", "25 11:00:00", true},
		{"20 00:00:00", "25 12:00:00", true},
	} {
		if got := fullDue(jst(c.last), jst(c.now)); got != c.due {
			t.Errorf("last %s, now %s: %v", c.last, c.now, got)
		}
	}
}

// TestLookBackKeepsToJapan: the zone in which an instant is written, and the zone of the PC with its summer time, change nothing; and every day
// has a short look-back at or after 05:00 and at or after 11:30.
func TestLookBackKeepsToJapan(t *testing.T) {
	zones := []*time.Location{time.UTC, tokyo, time.FixedZone("", -5*3600), time.FixedZone("", 14*3600)}
	rapid.Check(t, func(t *rapid.T) {
		last := jst("25 00:00:00").Add(time.Duration(rapid.IntRange(-200*86400, 200*86400).Draw(t, "last")) * time.Second)
		now := last.Add(time.Duration(rapid.IntRange(0, 7200).Draw(t, "since")) * time.Second)
		want := shortDue(last, now)
		for _, zone := range zones {
			if shortDue(last.In(zone), now.In(zone)) != want {
				t.Fatalf("in %s it is otherwise: %s %s", zone, last, now)
			}
		}
		if now.Sub(last) < time.Hour {
			crossed := false
			for day := last.Add(-24 * time.Hour); day.Before(now.Add(24 * time.Hour)); day = day.Add(24 * time.Hour) {
				y, m, d := day.In(tokyo).Date()
				for _, at := range []time.Time{time.Date(y, m, d, 5, 0, 0, 0, tokyo), time.Date(y, m, d, 11, 30, 0, 0, tokyo)} {
					crossed = crossed || last.Before(at) && !now.Before(at)
				}
			}
			if crossed != want {
				t.Fatalf("last %s, now %s: due %v", last, now, want)
			}
		}
	})
}
