package swarm_test

import (
	"slices"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/company"
)

// TestFound plays what the swarm has found, each in as few steps as show it.
func TestFound(t *testing.T) {
	t.Parallel()
	t.Run("H01-batch-is-back", func(t *testing.T) {
		t.Parallel()
		r := rig.Quiet(t, rig.Options{})
		p := r.Hire("7001")
		day := time.Date(2026, 11, 25, 0, 0, 0, 0, company.Japan)
		r.Enter(p, day.Add(9*time.Hour), day.Add(18*time.Hour))
		r.Link(day.Add(5 * time.Hour))
		r.Switch(connector.Salesforce, "batch_on", false)
		r.RunUntil(day.Add(33 * time.Hour))
		if !slices.Contains(r.Open(), "BATCH_OFF") {
			t.Fatalf("open %q: the batch has been off for a day", r.Open())
		}
		r.Switch(connector.Salesforce, "batch_on", true)
		r.RunUntil(day.Add(34 * time.Hour))
		if open := r.Open(); len(open) > 0 {
			t.Errorf("open an hour after the batch is back: %q", open)
		}
		r.MustHold(nil)
	})
	t.Run("G14-taken-out-after-the-stamp", func(t *testing.T) {
		t.Parallel()
		r := rig.Quiet(t, rig.Options{})
		p := r.Hire("7001")
		day := time.Date(2026, 11, 25, 0, 0, 0, 0, company.Japan)
		r.Enter(p, day.Add(9*time.Hour), day.Add(18*time.Hour))
		r.Link(day.Add(13 * time.Hour))
		r.RunUntil(day.Add(31 * time.Hour))
		if err := r.Exclude(t.Context(), []string{p.User}, true); err != nil {
			t.Fatal(err)
		}
		out := r.World.Clock().Now()
		r.RunUntil(day.Add(33 * time.Hour))
		if rows := r.Rows(p); !slices.Equal(rows, []string{"11-25 out 18:00:00"}) {
			t.Errorf("rows %q", rows)
		}
		if open := r.Open(); !slices.Equal(open, []string{"SEEN_BEFORE_START 11-25 7001"}) {
			t.Errorf("open %q: nothing says any more why there is no 出勤", open)
		}
		r.MustHold(func(e *proof.Evidence) {
			e.Exclusions = append(e.Exclusions, proof.Exclusion{Person: p.User, From: out})
		})
	})
	t.Run("E14-history-shrinks", func(t *testing.T) {
		t.Parallel()
		short := akerunserver.Defaults()
		short.HistoryDays = 1
		r := rig.Quiet(t, rig.Options{Akerun: &short})
		p := r.Hire("7001")
		day := time.Date(2026, 11, 25, 0, 0, 0, 0, company.Japan)
		for n := range 3 {
			r.Enter(p, day.AddDate(0, 0, n).Add(9*time.Hour), day.AddDate(0, 0, n).Add(18*time.Hour))
		}
		r.Link(day.Add(5 * time.Hour))
		r.RunUntil(day.Add(20 * time.Hour))
		if err := r.World.Clock().Set(day.AddDate(0, 0, 3).Add(6 * time.Hour)); err != nil {
			t.Fatal(err)
		}
		r.RunUntil(day.AddDate(0, 0, 3).Add(7 * time.Hour))
		if rows := r.Rows(p); !slices.Equal(rows, []string{"11-25 in 09:00:00", "11-25 out 18:00:00", "11-27 in 09:00:00", "11-27 out 18:00:00"}) {
			t.Errorf("rows %q", rows)
		}
		wantGap(t, r, "2026-11-25T18:00:00+09:00", "2026-11-27T09:00:00+09:00")
	})
	t.Run("E14-history-shrinks/before-the-first-access", func(t *testing.T) {
		t.Parallel()
		short := akerunserver.Defaults()
		short.HistoryDays = 1
		r := rig.Quiet(t, rig.Options{Akerun: &short})
		p := r.Hire("7001")
		day := time.Date(2026, 11, 25, 0, 0, 0, 0, company.Japan)
		r.Enter(p, day.Add(9*time.Hour), day.Add(18*time.Hour), day.Add(57*time.Hour))
		r.Link(day.Add(5 * time.Hour))
		r.RunUntil(day.Add(6 * time.Hour))
		if err := r.World.Clock().Set(day.Add(56 * time.Hour)); err != nil {
			t.Fatal(err)
		}
		r.RunUntil(day.Add(58 * time.Hour))
		wantGap(t, r, "2026-11-25T05:50:00+09:00", "2026-11-27T08:00:00+09:00")
	})
}

// wantGap wants one span listed that Akerun no longer shows.
func wantGap(t *testing.T, r *rig.Rig, from, to string) {
	t.Helper()
	items, err := r.Items(t.Context(), connector.ItemQuery{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(items, func(i connector.Item) bool { return i.Reason == "TOO_OLD" })
	if i < 0 || items[i].Detail["from"] != from || items[i].Detail["to"] != to {
		t.Errorf("open %+v, want TOO_OLD from %s to %s", items, from, to)
	}
}
