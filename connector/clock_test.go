package connector_test

import (
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
)

// TestWrongClock: a PC whose clock is wrong stamps by the servers' time, and says so.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	for name, off := range map[string]time.Duration{
		"12 hours fast": 12 * time.Hour, "12 hours slow": -12 * time.Hour, "1970": time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).Sub(rig.QuietFrom), "40 minutes fast": 40 * time.Minute,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rig.Quiet(t, rig.Options{})
			ok(t, r.World.Clock().Set(at("25 03:40")))
			p := r.Hire("7001")
			r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "27 09:00", "27 18:00")...)
			r.SetWrong(off)
			r.Link(at("25 05:00"))
			r.RunUntil(at("26 04:50"))
			wantRows(t, r, p, threeDays[:1]...)
			wantOpen(t, r, "CLOCK_WRONG")
			r.RunUntil(at("26 05:15"))
			wantRows(t, r, p, threeDays[:2]...)
			r.SetWrong(0)
			r.RunUntil(at("26 09:30"))
			wantRows(t, r, p, threeDays[:3]...)
			wantOpen(t, r)
			r.MustHold(nil)
		})
	}
}

// TestNoServerTime: a server that tells no time, or nonsense, delays what needs the time and is shown; two hours of difference delay the 退勤 only.
func TestNoServerTime(t *testing.T) {
	t.Parallel()
	for _, side := range []connector.Side{connector.Akerun, connector.Salesforce} {
		healthy := "now"
		if side == connector.Akerun {
			healthy = "clock"
		}
		for _, header := range []string{"none", "garbage", "2h", "-2h"} {
			t.Run(string(side)+" "+header, func(t *testing.T) {
				t.Parallel()
				r := rig.Quiet(t, rig.Options{})
				ok(t, r.World.Clock().Set(at("25 03:40")))
				p := r.Hire("7001")
				r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "27 09:00", "27 18:00")...)
				r.Link(at("25 05:00"))
				bad := header
				if side == connector.Akerun && header == "none" {
					bad = "absent"
				}
				r.Switch(side, "date_header", bad)
				r.Restart()
				r.RunUntil(at("26 04:55"))
				for _, row := range r.Rows(p) {
					if row != threeDays[0] {
						t.Errorf("before 05:00 there is %s", row)
					}
				}
				if header == "none" || header == "garbage" {
					wantRows(t, r, p)
					wantOpen(t, r, "NO_TRUSTED_TIME")
				} else {
					wantRows(t, r, p, threeDays[0]) // for 2 h slow: two hours late
					wantOpen(t, r, "CLOCK_WRONG")
				}
				r.RunUntil(at("26 06:50"))
				if header == "-2h" { // the earlier of the two counts
					wantRows(t, r, p, threeDays[0])
				}
				r.Switch(side, "date_header", healthy)
				r.RunUntil(at("26 09:30"))
				wantRows(t, r, p, threeDays[:3]...)
				wantOpen(t, r)
			})
		}
	}
}

// TestAsleepOver0500: the PC sleeps from 02:00 to 09:12, and over a weekend.
func TestAsleepOver0500(t *testing.T) {
	t.Parallel()
	r, p := linkedAndBusy(t, rig.Options{})
	r.RunUntil(at("26 02:00"))
	ok(t, r.World.Clock().Set(at("26 09:12")))
	r.RunUntil(at("26 09:13"))
	if rows := r.Rows(p); len(rows) != 3 {
		t.Errorf("a minute after waking: %q", rows)
	}
	r.RunUntil(at("26 09:30"))
	wantRows(t, r, p, threeDays[:3]...)
	r.RunUntil(at("26 19:00"))
	ok(t, r.World.Clock().Set(at("30 08:55")))
	r.RunUntil(at("30 09:25"))
	wantRows(t, r, p, threeDays...)
	r.RunUntil(at("30 10:00"))
	wantOpen(t, r)
	r.MustHold(nil)
}
