package connector_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
)

// doorCase is one person's story in a world that all cases of a group share.
type doorCase struct {
	name  string
	tell  func(r *rig.Rig, p rig.Person)
	rows  []string // at the end
	items []string // open at the end about the person, without the code
}

// tap is an access at a door of its own with an action and a device.
func tap(r *rig.Rig, p rig.Person, door int, when, up, action, device string) {
	a := akerunserver.NewAccess{User: p.User, Door: r.World.Company().Doors[door].ID, At: at(when), Up: at(up), Action: action, DeviceType: device}
	r.Access(a)
}

// doorCases are what doors may show of a person's days (groups F and G). Each is played to the end, with the checker's verdict over all of them.
var doorCases = []doorCase{
	{"F01-late-3h-same-day", func(r *rig.Rig, p rig.Person) {
		r.Enter(p, times("25 09:00", "25 18:00")...)
		r.Access(late(p, "25 08:30", "25 11:30"))
	}, []string{"11-25 in 09:00:00", "11-25 out 18:00:00"}, []string{"LATE_EARLIER 11-25"}},
	{"F02-late-over-0500", func(r *rig.Rig, p rig.Person) {
		r.Enter(p, times("25 09:00", "25 18:00")...)
		r.Access(late(p, "25 22:30", "26 07:10"))
	}, []string{"11-25 in 09:00:00", "11-25 out 18:00:00", "11-25 out 22:30:00"}, nil},
	{"F03-late-5-days-device-offline", func(r *rig.Rig, p rig.Person) {
		for _, day := range []string{"25", "26", "27", "28", "29"} {
			r.Access(late(p, day+" 09:00", "30 10:00"))
			r.Access(late(p, day+" 18:00", "30 10:00"))
		}
	}, []string{
		"11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 09:00:00", "11-26 out 18:00:00", "11-27 in 09:00:00", "11-27 out 18:00:00",
		"11-28 in 09:00:00", "11-28 out 18:00:00", "11-29 in 09:00:00", "11-29 out 18:00:00",
	}, nil},
	{"F05-out-of-order-two-doors", func(r *rig.Rig, p rig.Person) {
		tap(r, p, 0, "25 09:05", "25 09:05", "", "") // the second door's way is eight minutes longer
		tap(r, p, 1, "25 09:01", "25 09:09", "", "")
		tap(r, p, 0, "25 18:00", "25 18:00", "", "")
		tap(r, p, 1, "25 17:59", "25 18:30", "", "")
		tap(r, p, 1, "25 18:10", "25 18:40", "", "")
	}, []string{"11-25 in 09:01:00", "11-25 out 18:10:00"}, nil},
	{"F06-double-tap", func(r *rig.Rig, p rig.Person) {
		r.Enter(p, times("25 09:00:00", "25 09:00:01", "25 09:00:02")...)
	}, []string{"11-25 in 09:00:00"}, []string{"NO_CLOCK_OUT 11-25"}},
	{"F09-push-button-thumb-turn-autolock", func(r *rig.Rig, _ rig.Person) {
		for i, device := range []string{"hand", "push_button", "thumb_turn", "autolock"} {
			when := at("25 07:00").Add(time.Duration(i) * time.Hour)
			r.Access(akerunserver.NewAccess{At: when, Up: when, DeviceType: device})
		}
	}, []string{}, nil},
	{"F10-failed-or-denied-access", func(r *rig.Rig, p rig.Person) {
		tap(r, p, 0, "25 08:00", "25 08:00", "denied", "nfc_outside")
		tap(r, p, 0, "25 08:30", "25 08:30", "unlock_failed", "nfc_outside")
		tap(r, p, 0, "25 20:00", "25 20:00", "timeout", "nfc_outside")
	}, []string{}, nil},
	{"F11-remote-unlock-by-admin", func(r *rig.Rig, p rig.Person) {
		tap(r, p, 0, "25 07:00", "25 07:00", "unlock", "remote")
		tap(r, p, 0, "25 09:00", "25 09:00", "", "")
		tap(r, p, 0, "25 18:00", "25 18:00", "", "")
		tap(r, p, 0, "25 23:00", "25 23:00", "unlock", "remote_operation")
	}, []string{"11-25 in 09:00:00", "11-25 out 18:00:00"}, nil},
	{"F12-single-access-day", func(r *rig.Rig, p rig.Person) { r.Enter(p, at("25 09:00")) },
		[]string{"11-25 in 09:00:00"}, []string{"NO_CLOCK_OUT 11-25"}},
	{"F14-access-exactly-0500", func(r *rig.Rig, p rig.Person) {
		r.Enter(p, times("25 09:00", "26 05:00:00", "26 14:00")...)
	}, []string{"11-25 in 09:00:00", "11-26 in 05:00:00", "11-26 out 14:00:00"}, []string{"NO_CLOCK_OUT 11-25"}},
	{"G12-guest-and-shared-key", func(r *rig.Rig, _ rig.Person) {
		guest := rig.Person{User: r.World.AkerunServer().AddUser("来客用", "", "")} // a key that many people carry
		r.Enter(guest, times("25 09:00", "25 09:30", "25 18:00")...)
		stranger := rig.Person{User: r.World.AkerunServer().AddUser("一時キー", "guest@example.com", "TEMP-1")}
		r.Enter(stranger, times("25 10:00", "25 17:00")...)
	}, []string{}, nil},
	{"E12-new-fields-and-enums", func(r *rig.Rig, p rig.Person) {
		tap(r, p, 0, "25 09:00", "25 09:00", "unlock", "palm_reader")
		tap(r, p, 0, "25 18:00", "25 18:00", "glide", "palm_reader")
	}, []string{"11-25 in 09:00:00", "11-25 out 18:00:00"}, nil},
}

// TestBoardDoors plays doorCases in one office, each with a person of its own.
func TestBoardDoors(t *testing.T) {
	t.Parallel()
	switches := akerunserver.Defaults()
	switches.ExtraFields = true
	r := linked(t, rig.Options{Akerun: &switches})
	people := make(map[string]rig.Person, len(doorCases))
	for i, c := range doorCases {
		p := r.Hire("84" + string(rune('a'+i)))
		people[c.name] = p
		c.tell(r, p)
	}
	names := weirdNames(r)
	renamed := r.Hire("8900")
	r.Enter(renamed, times("25 09:00", "25 18:00")...)
	r.RunUntil(at("25 12:00"))
	ok(t, r.World.AkerunServer().Rename(renamed.User, "別の 名前"))
	r.RunUntil(at("30 12:00"))
	open := r.Open()
	for _, c := range doorCases {
		t.Run(c.name, func(t *testing.T) {
			p := people[c.name]
			wantRows(t, r, p, c.rows...)
			var mine []string
			for _, item := range open {
				if text, about := strings.CutSuffix(item, " "+p.Code); about {
					mine = append(mine, text)
				}
			}
			if !slices.Equal(mine, c.items) {
				t.Errorf("items %q, want %q", mine, c.items)
			}
		})
	}
	t.Run("G01-rename-mid-day", func(t *testing.T) { wantRows(t, r, renamed, "11-25 in 09:00:00", "11-25 out 18:00:00") })
	t.Run("F15-weird-text", func(t *testing.T) { checkWeirdNames(t, r, names) })
	t.Run("E12-listed-once", func(t *testing.T) {
		if n := len(slices.DeleteFunc(slices.Clone(open), func(s string) bool { return s != "UNKNOWN_TYPE" })); n != 2 {
			t.Errorf("%d lines of unknown types in %q, want one for each of two", n, open)
		}
	})
	t.Run("G12-listed", func(t *testing.T) {
		if !slices.Contains(open, "NO_USER_CODE") || !slices.Contains(open, "EMPLOYEE_UNKNOWN TEMP-1") {
			t.Errorf("open %q", open)
		}
	})
	r.MustHold(nil)
}

// weird are names that the world's people may have, or be given to do harm.
var weird = []string{
	"山田\u202e郎太", "👩‍👩‍👧‍👦 家族", "null", "a\x00b", "'); DROP TABLE person;--", strings.Repeat("長", 3400), "ＡＢＣ１２３ ｶﾀｶﾅ", "=HYPERLINK(\"http://evil.example\")", "\r\nX: y\t",
}

// weirdNames lets people with weird names in, all with sound codes.
func weirdNames(r *rig.Rig) []rig.Person {
	var people []rig.Person
	for i, name := range weird {
		p := r.Hire("87" + string(rune('a'+i)))
		if err := r.World.AkerunServer().Rename(p.User, name); err != nil {
			panic(err)
		}
		r.Enter(p, times("25 09:00", "25 18:00")...)
		people = append(people, p)
	}
	return people
}

// checkWeirdNames: a name changes nothing, comes back as it was, and stands nowhere in the database.
func checkWeirdNames(t *testing.T, r *rig.Rig, people []rig.Person) {
	shown, err := r.People(t.Context())
	ok(t, err)
	for i, p := range people {
		wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00")
		at := slices.IndexFunc(shown, func(s connector.Person) bool { return s.UserID == p.User })
		if at < 0 || shown[at].UserName != weird[i] && strings.TrimSpace(shown[at].UserName) != strings.TrimSpace(weird[i]) {
			t.Errorf("the name %.40q is shown as %+.200v", weird[i], shown[max(at, 0)])
		}
	}
	if found, err := r.Verify(t.Context()); err != nil || len(found.Problems) > 0 {
		t.Errorf("verify: %v, %v", found.Problems, err)
	}
}

// TestBoardDoorClock is F07 and F08: a door two hours ahead stamps nothing from the future and is listed until its clock is right again; one two
// hours behind stamps what it says; one in 1970 or 2099 stops nobody.
func TestBoardDoorClock(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	ahead, behind, wild := r.Hire("7001"), r.Hire("7002"), r.Hire("7003")
	tap(r, ahead, 0, "25 11:00", "25 09:00", "", "")
	tap(r, ahead, 1, "25 09:30", "25 09:30", "", "")
	tap(r, ahead, 1, "25 18:00", "25 18:00", "", "")
	tap(r, behind, 1, "25 07:00", "25 09:00", "", "")
	tap(r, behind, 1, "25 16:00", "25 18:00", "", "")
	door := r.World.Company().Doors[0].ID
	for _, when := range []time.Time{time.Date(1970, 1, 1, 0, 0, 5, 0, time.UTC), time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)} {
		r.Access(akerunserver.NewAccess{User: wild.User, Door: r.World.Company().Doors[1].ID, At: when, Up: at("25 08:00")})
	}
	tap(r, wild, 1, "25 09:00", "25 09:00", "", "")
	tap(r, wild, 1, "25 17:00", "25 17:00", "", "")
	r.RunUntil(at("26 06:00"))
	// doors lists the doors with an item in a state.
	doors := func(state string) (all []string) {
		items, err := r.Items(t.Context(), connector.ItemQuery{All: true})
		ok(t, err)
		for _, i := range items {
			if i.Reason == "FUTURE_ACCESS" && (state == "" || i.State == state) {
				all = append(all, i.Detail["door"])
			}
		}
		slices.Sort(all)
		return all
	}
	t.Run("F07-device-clock+2h-and-2h", func(t *testing.T) {
		wantRows(t, r, ahead, "11-25 in 09:30:00", "11-25 out 18:00:00")
		wantRows(t, r, behind, "11-25 in 07:00:00", "11-25 out 16:00:00")
		wantOpen(t, r, "FUTURE_ACCESS") // for each door whose clock is wrong still
		if got := doors("open"); !slices.Equal(got, []string{door}) {
			t.Errorf("open for %q", got)
		}
	})
	t.Run("F08-device-clock-1970-2099", func(t *testing.T) {
		wantRows(t, r, wild, "11-25 in 09:00:00", "11-25 out 17:00:00")
		if got := doors("cured"); !slices.Equal(got, []string{r.World.Company().Doors[1].ID}) {
			t.Errorf("listed and cured for %q", got)
		}
	})
	t.Run("F07-cured-by-a-right-clock", func(t *testing.T) {
		tap(r, ahead, 0, "26 08:55", "26 08:55", "", "")
		tap(r, ahead, 1, "26 18:00", "26 18:00", "", "")
		r.RunUntil(at("26 09:10"))
		wantOpen(t, r)
	})
	t.Run("F07-cured-a-day-after-its-instant", func(t *testing.T) {
		tap(r, behind, 0, "26 12:00", "26 10:00", "", "")
		r.RunUntil(at("27 11:50"))
		wantOpen(t, r, "FUTURE_ACCESS")
		r.RunUntil(at("27 12:30"))
		wantOpen(t, r)
	})
	r.MustHold(nil)
}

// TestBoardUnreadable: a row that can't be understood is listed, and the line ends when the row can be read, or is served no more.
func TestBoardUnreadable(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00")...)
	r.RunUntil(at("25 08:50"))
	r.Switch(connector.Akerun, "broken_every", 1)
	r.RunUntil(at("25 09:30"))
	if open := r.Open(); !slices.Contains(open, "UNREADABLE_ACCESS") {
		t.Errorf("open %q", open)
	}
	r.Switch(connector.Akerun, "broken_every", 0)
	r.RunUntil(at("26 12:00"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 09:00:00")
	wantOpen(t, r)
	r.MustHold(nil)
}

// TestBoardClosedMonth: a stamp for a closed month is listed as LOCKED_MONTH with its evidence, and is sent once when a person asks for it after the
// month was opened again.
func TestBoardClosedMonth(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"batch", "insert"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			r := linked(t, rig.Options{Settings: func(s *settings.Settings) { s.TeamSpirit = map[string]string{"day.closed": "IsClosed__c"} }})
			p := r.Hire("7001")
			r.Enter(p, times("25 09:00", "25 18:00")...)
			r.Access(late(p, "25 19:30", "26 07:00"))
			r.RunUntil(at("26 06:30"))
			r.Switch(connector.Salesforce, "lock_refuses", where)
			r.Switch(connector.Salesforce, "month_locked", []string{"2026-11"})
			r.RunUntil(at("26 09:00"))
			t.Run("F04-late-after-month-lock", func(t *testing.T) {
				wantOpen(t, r, "LOCKED_MONTH 11-25 7001")
				items, err := r.Items(t.Context(), connector.ItemQuery{})
				ok(t, err)
				if len(items) != 1 || items[0].Detail["at"] != "2026-11-25T19:30:00+09:00" || items[0].Detail["text"] == "" {
					t.Errorf("the item says %+v", items)
				}
			})
			t.Run("H03-month-locked", func(t *testing.T) {
				before := len(r.Rows(p))
				r.Switch(connector.Salesforce, "month_locked", []string{})
				r.RunUntil(at("26 12:00"))
				if len(r.Rows(p)) != before {
					t.Errorf("sent again by itself: %q", r.Rows(p))
				}
				for range 5 {
					_, err := r.Resend(t.Context(), connector.ResendRequest{From: "2026-11-25", To: "2026-11-25"})
					ok(t, err)
				}
				r.RunUntil(at("26 15:00"))
				if rows := r.Rows(p); len(rows) != before+1 || rows[len(rows)-1] != "11-25 out 19:30:00" {
					t.Errorf("rows %q", rows)
				}
				wantOpen(t, r)
			})
		})
	}
}

// TestBoardHidden: rows that the new person in charge may not see are not called deleted; they count again when they are seen.
func TestBoardHidden(t *testing.T) {
	t.Parallel()
	r, p := linkedAndBusy(t, rig.Options{})
	user, _, err := r.Login(connector.Salesforce, "employee")
	ok(t, err)
	role := func(role string) {
		if !r.World.SalesforceServer().SetRole(user, role) {
			t.Fatalf("nobody is called %s", user)
		}
	}
	r.Switch(connector.Salesforce, "batch_on", false) // what is sent now stays to be looked at
	r.RunUntil(at("26 05:30"))
	role(salesforceserver.RoleObjectAdmin)
	_, err = r.SignIn(connector.Salesforce, "employee")
	ok(t, err)
	role(salesforceserver.RoleEmployee)
	r.RunUntil(at("26 08:30"))
	if open := r.Open(); slices.ContainsFunc(open, func(s string) bool { return strings.HasPrefix(s, "ROW_DELETED") }) || !slices.Contains(open, "EMPLOYEE_RIGHTS") {
		t.Errorf("open %q", open)
	}
	wantPhase(t, r, connector.NeedsLink)
	role(salesforceserver.RoleObjectAdmin)
	r.Switch(connector.Salesforce, "batch_on", true)
	r.RunUntil(at("28 08:00"))
	wantRows(t, r, p, threeDays...)
	wantOpen(t, r)
	r.MustHold(nil)
}
