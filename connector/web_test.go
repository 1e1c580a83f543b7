package connector_test

import (
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/salesforceserver"
)

// why gives the reason for which a kind of p's day has no stamp.
func why(t *testing.T, r *rig.Rig, p rig.Person, day, kind string) string {
	t.Helper()
	days, err := r.Days(t.Context(), connector.DayQuery{From: day, To: day, Search: p.Code})
	ok(t, err)
	if len(days) != 1 {
		t.Fatalf("%d days of %s on %s", len(days), p.Code, day)
	}
	return days[0].Why[kind]
}

func TestWebClockIn(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	much, little, after, official := r.Hire("7001"), r.Hire("7002"), r.Hire("7003"), r.Hire("7004")
	r.Access(late(much, "25 09:00", "25 10:00"))
	r.Access(late(little, "25 09:00", "25 10:00"))
	r.Enter(after, at("25 10:01"))
	r.Enter(official, at("25 10:01"))
	r.Web(little, "in", at("25 09:29:59"))
	r.Web(much, "in", at("25 09:30"))
	r.RunUntil(at("25 10:00:30"))
	if _, err := r.World.SalesforceServer().AddForeignRow(salesforceserver.StampRow{Code: official.Code, Kind: "in", At: at("25 10:00:20"), Device: "Akerun"}); err != nil {
		t.Fatal(err)
	}
	ok(t, r.World.Clock().Set(at("25 10:02")))
	ok(t, r.Sync(t.Context()))
	wantRows(t, r, after, "11-25 in 10:01:00 未処理")
	r.Web(after, "in", at("25 10:05")) // between our row and the batch: TeamSpirit lets the first on the sheet stand
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, much)
	wantRows(t, r, little)
	wantRows(t, r, after, "11-25 in 10:01:00")
	wantRows(t, r, official)
	for _, p := range []rig.Person{much, little, official} {
		if got := why(t, r, p, "2026-11-25", "in"); got != "WEB_FIRST" {
			t.Errorf("in of %s is missing because of %q, want WEB_FIRST", p.Code, got)
		}
	}
	wantOpen(t, r,
		"NOT_ON_SHEET 11-25 7003", "NO_CLOCK_OUT 11-25 7001", "NO_CLOCK_OUT 11-25 7002", "NO_CLOCK_OUT 11-25 7003", "NO_CLOCK_OUT 11-25 7004", "WEB_CLOCK_IN_LATER 11-25 7001")
	r.MustHold(nil)
}

// TestWebClockOutWhileWaiting: a Web 退勤 made before 05:00 wins only when it is later, compared in whole minutes.
func TestWebClockOutWhileWaiting(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	equal, earlier := r.Hire("7001"), r.Hire("7002")
	r.Enter(equal, times("25 09:00", "25 17:00:40")...)
	r.Enter(earlier, times("25 09:00", "25 17:01:00")...)
	r.Web(equal, "out", at("25 17:00:05"))
	ok(t, r.World.AddWebStamp(earlier.Employee, true))
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, equal, "11-25 in 09:00:00")
	wantRows(t, r, earlier, "11-25 in 09:00:00", "11-25 out 17:01:00")
	if got := why(t, r, equal, "2026-11-25", "out"); got != "WEB_LATER" {
		t.Errorf("out is missing because of %q, want WEB_LATER", got)
	}
	wantOpen(t, r)
	r.MustHold(nil)
}
