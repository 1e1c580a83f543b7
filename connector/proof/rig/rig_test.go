package rig_test

import (
	"fmt"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/company"
)

func TestThreeDays(t *testing.T) {
	r := rig.New(t, rig.Options{Seed: 1, Size: company.Small, Days: 5})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	r.Link(start)
	begun := time.Now()
	r.RunUntil(start.Add(3*24*time.Hour + 3*time.Hour))
	t.Log("took", time.Since(begun))
	st, err := r.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", st)
	days, err := r.Days(t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-27"})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range days[:min(60, len(days))] {
		s := ""
		for _, x := range d.Stamps {
			s += fmt.Sprintf(" %s %s %s %s;", x.Kind, x.At.In(attendance.Japan).Format("15:04:05"), x.State, x.Why)
		}
		for _, x := range d.Items {
			s += " [" + x.Reason + "]"
		}
		t.Logf("%s %s %s %s-%s %d %s %v", d.Day, d.UserCode, d.EmployeeCode, d.First.In(attendance.Japan).Format("15:04:05"), d.Last.In(attendance.Japan).Format("15:04:05"), d.Accesses, s, d.Why)
	}
	ev := r.World.Evidence(simulator.DefaultFrom)
	n := map[string]int{}
	for _, s := range ev.Stamps {
		n[s.Status+s.Kind]++
	}
	t.Log(n, len(ev.Accesses))
	items, _ := r.Items(t.Context(), connector.ItemQuery{})
	for _, i := range items {
		t.Logf("%+v", i)
	}
	v, err := r.Verify(t.Context())
	t.Log(v, err)
}
