package connector_test

import (
	"slices"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/akerunserver"
)

// TestSilence: an office where nobody comes in on a workday, and then a door that stays silent; each ends with the next access.
func TestSilence(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{Settings: func(s *settings.Settings) { s.Engine.PollInterval = time.Hour }})
	people := []rig.Person{r.Hire("7001"), r.Hire("7002"), r.Hire("7003")}
	doors := r.World.Company().Doors
	through := func(door int, when time.Time) {
		for _, p := range people {
			r.Access(akerunserver.NewAccess{User: p.User, Door: doors[door].ID, At: when, Up: when})
		}
	}
	for _, day := range []string{"25", "26", "27", "30"} {
		through(0, at(day+" 09:00"))
		through(1, at(day+" 18:00"))
	}
	for _, day := range []string{"01", "02", "03", "04"} {
		through(0, december(day+" 09:00"))
		through(1, december(day+" 18:00"))
	}
	silent := func(reason string) []connector.Item {
		items, err := r.Items(t.Context(), connector.ItemQuery{})
		ok(t, err)
		return slices.DeleteFunc(items, func(i connector.Item) bool { return i.Reason != reason })
	}
	r.RunUntil(december("07 09:55")) // a Monday
	if got := silent("NO_ACCESSES"); len(got) != 0 {
		t.Errorf("before ten: %+v", got)
	}
	r.RunUntil(december("07 11:10"))
	if got := silent("NO_ACCESSES"); len(got) != 1 || got[0].List != "stopped" || got[0].Detail["usual"] != "3" || got[0].Detail["since"] != "2026-12-07" {
		t.Errorf("after ten: %+v", got)
	}
	through(0, december("07 11:30"))
	r.RunUntil(december("07 14:00"))
	if got := silent("NO_ACCESSES"); len(got) != 0 {
		t.Errorf("after somebody came: %+v", got)
	}
	through(0, december("08 09:00"))
	through(0, december("09 09:00"))
	r.RunUntil(december("09 20:00"))
	if got := silent("DOOR_SILENT"); len(got) != 0 {
		t.Errorf("on the third day: %+v", got)
	}
	r.RunUntil(december("10 08:00"))
	if got := silent("DOOR_SILENT"); len(got) != 1 || got[0].List != "action" || got[0].Detail["door"] != doors[1].Name || got[0].Detail["days"] != "3" || got[0].Detail["last"] != "2026-12-04" {
		t.Errorf("after it: %+v", got)
	}
	through(1, december("10 09:00"))
	r.RunUntil(december("10 12:00"))
	if got := silent("DOOR_SILENT"); len(got) != 0 {
		t.Errorf("after the door was used: %+v", got)
	}
}
