package connector_test

import (
	"slices"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
)

// TestVariants plays a seeded company against every way in which the two services may behave, as far as nobody knows it.
func TestVariants(t *testing.T) {
	t.Parallel()
	type akerun = akerunserver.Switches
	type sales = salesforceserver.Switches
	tests := []struct {
		name   string
		akerun func(*akerun)
		sales  func(*sales)
	}{
		{"ids by event", func(s *akerun) { s.IDOrder = "event" }, nil},
		{"quoted ids", func(s *akerun) { s.Ids = "quoted" }, nil},
		{"ids of 22 digits", func(s *akerun) { s.Ids = "22_digits" }, nil},
		{"repeated, foreign and broken rows", func(s *akerun) { s.RepeatEvery, s.ForeignEvery, s.BrokenEvery, s.ExtraFields = 3, 4, 5, true }, nil},
		{"pages of 10", func(s *akerun) { s.MostLimit = 10 }, nil},
		{"large pages refused", func(s *akerun) { s.MostLimit, s.LimitTooHigh = 100, "refuse" }, nil},
		{"borders the other way", func(s *akerun) { s.AfterBorder, s.BeforeBorder, s.IDAfterToo = false, true, true }, nil},
		{"oldest first", func(s *akerun) { s.DefaultOrder, s.UsersOrder = "asc", "desc" }, nil},
		{"offset times, empty values", func(s *akerun) { s.AccessedAt, s.MissingValue, s.RemovedUser = "offset", "empty", "null" }, nil},
		{"fractions, absent values", func(s *akerun) { s.AccessedAt, s.MissingValue = "fraction", "absent" }, nil},
		{"no rotation", func(s *akerun) { s.Rotation, s.ExpiresInShown = "none", "absent" }, func(s *sales) { s.RefreshRotation = false }},
		{"small pages", nil, func(s *sales) { s.PageSize = 7 }},
		{"push not filled by API", nil, func(s *sales) { s.PushFilledByAPI = false }},
		{"trigger instead of batch", nil, func(s *sales) { s.Processing = "trigger" }},
		{"earliest second in, overwriting outs", nil, func(s *sales) { s.SecondIn, s.OverwriteOut, s.OutFollowsIn = "earliest", true, true }},
		{"unique key", nil, func(s *sales) { s.UniqueKey = salesforceserver.KeyUnique }},
		{"plain key, no limits told", nil, func(s *sales) { s.UniqueKey, s.NoLimitInfo = salesforceserver.KeyPlain, true }},
		{"types as text only", nil, func(s *sales) { s.StampTypeNumber = false }},
		{"no date field", nil, func(s *sales) { s.TargetDateCreateable = false }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, s := akerunserver.Defaults(), salesforceserver.DefaultSwitches()
			if tt.akerun != nil {
				tt.akerun(&a)
			}
			if tt.sales != nil {
				tt.sales(&s)
			}
			start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
			r := rig.New(t, rig.Options{
				Seed: 7, People: 14, Days: 3, From: start.Add(-90 * time.Minute), History: -1, Akerun: &a, Salesforce: &s,
				Settings: func(s *settings.Settings) { s.Engine.PollInterval = 20 * time.Minute },
			})
			r.Link(start)
			r.RunUntil(start.AddDate(0, 0, 1).Add(time.Hour))
			v := r.Judge(func(e *proof.Evidence) { e.DateUnwritable = !s.TargetDateCreateable })
			if !v.Valid {
				t.Error(v.Story())
			}
			if v.Stamped < 8 {
				t.Errorf("only %d stamps", v.Stamped)
			}
		})
	}
}

// TestDateUnwritable: where TargetDate__c can't be written, a first access after midnight is listed and not sent.
func TestDateUnwritable(t *testing.T) {
	t.Parallel()
	switches := salesforceserver.DefaultSwitches()
	switches.TargetDateCreateable = false
	r := linked(t, rig.Options{Salesforce: &switches})
	night, day := r.Hire("7001"), r.Hire("7002")
	r.Enter(night, times("26 02:00", "26 04:00", "26 22:00", "27 04:00")...)
	r.Enter(day, times("25 09:00", "25 18:00")...)
	r.RunUntil(at("27 08:00"))
	wantRows(t, r, day, " in 09:00:00", " out 18:00:00")
	wantRows(t, r, night, " in 22:00:00", " out 04:00:00")
	wantOpen(t, r, "DATE_UNWRITABLE 11-25 7001")
	if got := why(t, r, night, "2026-11-25", "in"); got != "DATE_UNWRITABLE" {
		t.Errorf("in is missing because of %q", got)
	}
}

// TestStrangeAccesses: no user, denied, remote and unknown types, doors with wrong clocks, weird codes.
func TestStrangeAccesses(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p, q, weird := r.Hire("7001"), r.Hire("7002"), r.Hire("x'OR%_👻\u202e")
	r.Enter(weird, times("25 09:00", "25 18:00")...)
	for _, a := range []akerunserver.NewAccess{
		{User: p.User, At: at("25 07:00"), DeviceType: "autolock", Action: "lock"},
		{User: p.User, At: at("25 07:10"), Action: "denied"},
		{User: p.User, At: at("25 07:20"), DeviceType: "remote"},
		{At: at("25 07:30"), DeviceType: "hand"},
		{User: p.User, At: at("25 08:00"), DeviceType: "palm_reader"},
		{User: p.User, At: at("25 08:30"), DeviceType: "palm_reader"},
		{User: p.User, At: at("25 09:00"), Up: at("25 09:00")},
		{User: p.User, At: at("25 18:00"), Up: at("25 18:00")},
		{User: q.User, At: time.Date(1970, 1, 1, 0, 0, 5, 0, time.UTC), Up: at("25 08:00")},
		{User: q.User, At: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), Up: at("25 08:00")},
		{User: q.User, At: at("25 14:00"), Up: at("25 12:00")}, // a door two hours ahead
		{User: q.User, At: at("25 12:30"), Up: at("25 12:30"), Door: r.World.Company().Doors[0].ID},
		{User: q.User, At: at("25 17:00"), Up: at("25 17:00")},
	} {
		if a.Up.IsZero() {
			a.Up = a.At
		}
		r.Access(a)
	}
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, p, "11-25 in 08:00:00", "11-25 out 18:00:00")
	wantRows(t, r, q, "11-25 in 12:30:00", "11-25 out 17:00:00")
	wantRows(t, r, weird, "11-25 in 09:00:00", "11-25 out 18:00:00")
	wantOpen(t, r, "UNKNOWN_TYPE") // the door that was ahead is right again, and what is dated 1970 lies outside the window that is asked for
	all, err := r.Items(t.Context(), connector.ItemQuery{All: true})
	ok(t, err)
	if !slices.ContainsFunc(all, func(i connector.Item) bool { return i.Reason == "FUTURE_ACCESS" && i.State == "cured" }) {
		t.Errorf("the door that was ahead was never listed: %+v", all)
	}
	wantPhase(t, r, connector.Running)
	r.MustHold(nil)
}
