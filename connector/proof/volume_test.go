package proof_test

import (
	"runtime/debug"
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/company"
)

// TestThreeDaysOfM plays three days of 1,000 people and everything that goes wrong with them.
func TestThreeDaysOfM(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute")
	}
	poll := 5 * time.Minute
	if underRace {
		poll = 15 * time.Minute
	}
	playCompany(t, company.Medium, 3, poll)
}

// TestVolumeMonth plays a whole month of 1,000 people; without the race detector, with which it would take an hour.
func TestVolumeMonth(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("minutes")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	playCompany(t, company.Medium, 30, 10*time.Minute)
}

// playCompany plays so many days in a bubble, with the real database, and has the checker look at all of it.
// It polls less often than the program does: what an idle poll costs is measured elsewhere.
func playCompany(t *testing.T, size company.Size, days int, poll time.Duration) {
	t.Helper()
	r := rig.New(t, rig.Options{Seed: 1, Size: size, Days: days + 1, Settings: func(s *settings.Settings) { s.Engine.PollInterval = poll }})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	r.Link(start)
	begun := time.Now()
	var v proof.Verdict
	r.Bubble(t, func() {
		r.RunUntil(start.AddDate(0, 0, days).Add(3 * time.Hour))
		v = r.Judge(nil)
	})
	took := time.Since(begun)
	if !v.Valid {
		t.Error(v.Story())
	}
	rows, calls := len(r.World.SalesforceServer().StampRows()), len(r.World.SalesforceServer().RequestLog())
	t.Logf("%d days of company %s: %s; %d accesses served, %d rows, %d stamps of %d expected, %d explained by items, %d calls to Salesforce; 出勤 within %s (p50), %s (p99)",
		days, size, took.Round(time.Millisecond), r.World.AkerunServer().ServedCount(), rows,
		v.Stamped, v.Expected, v.Excepted, calls, v.StableLatency.P50, v.StableLatency.P99)
}
