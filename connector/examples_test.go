package connector_test

import (
	"slices"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
)

// TestWorkedExamples plays every worked example of the rules at once, one person each, and reads the rows from the server.
func TestWorkedExamples(t *testing.T) {
	t.Parallel()
	examples := []struct {
		name     string
		accesses []string
		webIn    string
		webOut   string
		rows     []string
		items    []string // of this person
		recorded string   // reason in History only
		fired    bool     // deleted in Akerun at 18:30
	}{
		{name: "a day with a break", accesses: []string{"25 09:00", "25 12:01", "25 12:58", "25 18:00"}, rows: []string{"11-25 in 09:00:00", "11-25 out 18:00:00"}},
		{name: "one access", accesses: []string{"25 09:00"}, rows: []string{"11-25 in 09:00:00"}, items: []string{"NO_CLOCK_OUT 11-25"}},
		{name: "a double tap", accesses: []string{"25 08:59:58", "25 09:00:02"}, rows: []string{"11-25 in 08:59:58"}, items: []string{"NO_CLOCK_OUT 11-25"}},
		{name: "4:59 between", accesses: []string{"25 09:00:00", "25 09:04:59"}, rows: []string{"11-25 in 09:00:00"}, items: []string{"NO_CLOCK_OUT 11-25"}},
		{name: "5:00 between", accesses: []string{"25 09:00:00", "25 09:05:00"}, rows: []string{"11-25 in 09:00:00", "11-25 out 09:05:00"}},
		{name: "a night", accesses: []string{"25 22:00", "26 01:30", "26 04:59:59"}, rows: []string{"11-25 in 22:00:00", "11-25 out 04:59:59"}},
		{name: "across 05:00", accesses: []string{"25 22:00", "26 06:10"}, rows: []string{"11-25 in 22:00:00", "11-26 in 06:10:00"},
			items: []string{"ACROSS_0500 11-25", "NO_CLOCK_OUT 11-25", "NO_CLOCK_OUT 11-26"}},
		{name: "Web in first", accesses: []string{"25 09:00", "25 18:00"}, webIn: "25 08:55", rows: []string{"11-25 out 18:00:00"}, recorded: "WEB_FIRST"},
		{name: "Web out earlier", accesses: []string{"25 09:00", "25 17:30"}, webOut: "25 17:00", rows: []string{"11-25 in 09:00:00", "11-25 out 17:30:00"}},
		{name: "Web out later", accesses: []string{"25 09:00", "25 17:00"}, webOut: "25 19:00", rows: []string{"11-25 in 09:00:00"}, recorded: "WEB_LATER"},
		{name: "deleted in Akerun", accesses: []string{"25 09:00", "25 18:00"}, rows: []string{"11-25 in 09:00:00", "11-25 out 18:00:00"}, fired: true},
	}
	r := linked(t, rig.Options{})
	people := make([]rig.Person, len(examples))
	for i, e := range examples {
		people[i] = r.Hire([]string{"7001", "7002", "7003", "7004", "7005", "7006", "7007", "7008", "7009", "7010", "7011"}[i])
		r.Enter(people[i], times(e.accesses...)...)
	}
	r.Web(people[7], "in", at(examples[7].webIn))
	r.RunUntil(at("25 09:12"))
	wantRows(t, r, people[0], "11-25 in 09:00:00") // at once, and nothing else yet
	r.Web(people[8], "out", at(examples[8].webOut))
	r.RunUntil(at("25 18:30"))
	ok(t, r.World.AkerunServer().RemoveUser(people[10].User))
	r.Web(people[9], "out", at(examples[9].webOut))
	r.RunUntil(at("26 04:59:59"))
	wantRows(t, r, people[0], "11-25 in 09:00:00") // 退勤 waits for 05:00
	r.RunUntil(at("27 08:00"))
	for i, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			wantRows(t, r, people[i], e.rows...)
			var items []string
			days, err := r.Days(t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-26"})
			ok(t, err)
			recorded := false
			for _, d := range days {
				if d.UserID != people[i].User {
					continue
				}
				recorded = recorded || d.Why["in"] == e.recorded || d.Why["out"] == e.recorded
				for _, item := range d.Items {
					items = append(items, item.Reason+" "+item.Day[len("2026-"):])
				}
			}
			slices.Sort(items)
			if !slices.Equal(items, e.items) {
				t.Errorf("items %q, want %q", items, e.items)
			}
			if e.recorded != "" && !recorded {
				t.Errorf("%s does not show in the days", e.recorded)
			}
		})
	}
	r.MustHold(nil)
}

// TestMiddayStart plays the worked examples of a start at 13:00.
func TestMiddayStart(t *testing.T) {
	t.Parallel()
	r := rig.Quiet(t, rig.Options{})
	seen, fresh, web := r.Hire("7001"), r.Hire("7002"), r.Hire("7003")
	r.Enter(seen, times("25 09:00", "25 13:20", "25 18:00")...)
	r.Enter(fresh, times("25 13:20", "25 18:00")...)
	r.Enter(web, times("25 13:20", "25 18:00")...)
	ok(t, r.World.Clock().Set(at("25 10:30")))
	r.Link(at("25 13:00"))
	preview, err := r.BeginPreview(t.Context(), at("25 13:00"))
	ok(t, err)
	if preview.SeenBefore != 0 { // begun already: nothing to tell
		t.Errorf("%d people seen before a start that stands", preview.SeenBefore)
	}
	wantPhase(t, r, connector.Waiting)
	r.Web(web, "in", at("25 13:05"))
	r.RunUntil(at("26 08:00"))
	wantPhase(t, r, connector.Running)
	wantRows(t, r, seen, "11-25 out 18:00:00")
	wantRows(t, r, fresh, "11-25 in 13:20:00", "11-25 out 18:00:00")
	wantRows(t, r, web, "11-25 out 18:00:00")
	wantOpen(t, r, "SEEN_BEFORE_START 11-25 7001")
	r.MustHold(nil)
}
