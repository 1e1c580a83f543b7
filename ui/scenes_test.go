//go:build !race

package ui

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/vault"
	"dakokubridge/ui/demo"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
)

// start is when the integration of the pictures starts.
var start = time.Date(2026, 11, 25, 5, 0, 0, 0, text.Zone)

// exhibit is the company of the demo's banner.
var exhibit = demo.World{
	Speed:  func() float64 { return 720 },
	Logins: []demo.Login{{Side: connector.Akerun, Role: "super_manager", Name: "kanri@sakura-shoji.example", Password: "akerun"}, {Side: connector.Salesforce, Role: "admin", Name: "renkei@sakura-shoji.example", Password: "salesforce"}},
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Every screen, dialog and state is drawn in both languages, light and dark. None may be empty, show a text that is missing, or cut one off.
func TestScreenshots(t *testing.T) {
	st := newStudio(t)
	t.Run("new", func(t *testing.T) { newProgram(st.in(t)) })
	t.Run("wizard", func(t *testing.T) { wizardSteps(st.in(t)) })
	t.Run("running", func(t *testing.T) { afterThreeDays(st.in(t)) })
	t.Run("states", func(t *testing.T) { states(st.in(t)) })
}

// in is the studio within another test.
func (st *studio) in(t *testing.T) *studio { return &studio{t, st.cameras} }

// newProgram is how the program looks on a PC where nothing has been set up.
func newProgram(st *studio) {
	t := st.t
	r := rig.Quiet(t, rig.Options{Seed: 1})
	pipe := r.World.Pipe()
	local, err := connector.Open(t.Context(), connector.Config{Dir: t.TempDir(), Vault: vault.Memory(), Clock: r.World.Clock(), Transport: pipe, Settings: settings.Default()})
	ok(t, err)
	t.Cleanup(func() { _ = local.Close(); _ = pipe.Close() })
	ok(t, local.SaveSetup(t.Context(), connector.Setup{Step: 1}))
	st.take(scene{name: "wizard-1-application", rig: r, facade: local, place: shell.Setup, detail: true})
	ok(t, local.SaveSetup(t.Context(), connector.Setup{Step: 1, AppliedAt: rig.QuietFrom}))
	st.take(scene{name: "wizard-1-waiting", rig: r, facade: local, place: shell.Setup, detail: true, act: func(s *stage.Stage) { s.Fold(text.Of("wizard_technical")) }})
	st.take(scene{name: "dashboard-new", rig: r, facade: local, place: shell.Dashboard, detail: true})

	ok(t, r.SaveSetup(t.Context(), connector.Setup{Step: 2}))
	mail, _, err := r.Login(connector.Akerun, "super_manager")
	ok(t, err)
	st.take(scene{name: "wizard-2-address", rig: r, place: shell.Setup, detail: true, act: func(s *stage.Stage) {
		s.Fill(text.Of("wizard_akerun_mail"), mail)
		s.Tap(text.Of("wizard_akerun_begin"))
	}})
	ok(t, r.SaveSetup(t.Context(), connector.Setup{Step: 3}))
	st.take(scene{name: "wizard-3-login", rig: r, place: shell.Setup, detail: true, act: func(s *stage.Stage) {
		s.Fill("https://….lightning.force.com/", "https://sakura--dev.sandbox.lightning.force.com/lightning/page/home")
	}})
	_, err = r.SignIn(connector.Salesforce, "employee")
	ok(t, err)
	ok(t, r.SaveSetup(t.Context(), connector.Setup{Step: 4}))
	st.take(scene{name: "wizard-4-employee", rig: r, place: shell.Setup, detail: true})
}

// wizardSteps are the steps of somebody who has signed in to both sides.
func wizardSteps(st *studio) {
	t := st.t
	r := rig.New(t, rig.Options{Seed: 1, Size: company.Small, Days: 5})
	for side, role := range map[connector.Side]string{connector.Akerun: "super_manager", connector.Salesforce: "admin"} {
		_, err := r.SignIn(side, role)
		ok(t, err)
	}
	ok(t, r.ChooseOrganization(t.Context(), r.Offices()[0]))
	show := func(step int, sc scene) {
		t.Helper()
		ok(t, r.SaveSetup(t.Context(), connector.Setup{Step: step, Start: start, AppliedAt: start.Add(-22 * time.Hour)}))
		sc.rig, sc.place = r, shell.Setup
		st.take(sc)
	}
	for step := range connector.LastStep + 1 {
		name := "wizard-" + string(rune('0'+step))
		show(step, scene{name: name})
		for scale, size := range screens150And200() {
			show(step, scene{name: name, detail: true, scale: scale, size: size})
		}
	}
	show(6, scene{name: "wizard-6-trial", detail: true, act: func(s *stage.Stage) { s.Tap(text.Of("wizard_start_trial")) }})
	show(6, scene{name: "wizard-6-calendar", detail: true, act: openCalendar})
	show(5, scene{name: "people-proposals", detail: true, act: func(s *stage.Stage) { s.Tap(text.Of("people_proposals", text.Args{"N": proposals(t, r)})) }})
	show(5, scene{name: "people-import", detail: true, act: func(s *stage.Stage) {
		s.Path = peopleFile(t, r)
		s.Tap(text.Of("people_import"))
	}})
	ok(t, r.SaveSetup(t.Context(), connector.Setup{Step: 7, Start: start}))
	ok(t, r.Begin(t.Context(), connector.BeginRequest{Start: start}))
	st.take(scene{name: "wizard-7-begun", rig: r, place: shell.Setup, detail: true})
}

// screens150And200 are what is left of a screen of 1920 × 1080 at 150 and 200 %, without the task bar and the window's title.
func screens150And200() map[float32]fyne.Size {
	return map[float32]fyne.Size{1.5: fyne.NewSize(1280, 660), 2: fyne.NewSize(960, 480)}
}

// openCalendar presses the button with the calendar.
func openCalendar(s *stage.Stage) {
	var look func(o fyne.CanvasObject)
	look = func(o fyne.CanvasObject) {
		if b, is := o.(*widget.Button); is && b.Text == "" && b.Visible() && b.Icon != nil && b.Icon.Name() == theme.CalendarIcon().Name() {
			test.Tap(b)
		}
		for _, part := range parts(o) {
			look(part)
		}
	}
	look(s.Window.Content())
}

func proposals(t *testing.T, r *rig.Rig) (n int) {
	t.Helper()
	people, err := r.People(t.Context())
	ok(t, err)
	for _, p := range people {
		if p.ProposedCode != "" {
			n++
		}
	}
	return n
}

// peopleFile is a file with good lines, doubtful ones and bad ones.
func peopleFile(t *testing.T, r *rig.Rig) string {
	t.Helper()
	people, err := r.People(t.Context())
	ok(t, err)
	lines, n := "AkerunユーザーID,ユーザーコード,対象\n", 0
	for _, p := range people {
		if p.UserID == "" || p.UserCode != "" {
			continue
		}
		n++
		lines += p.UserID + "," + map[int]string{1: "28,対象", 2: "Z-9,対象外", 3: "0034,たぶん"}[n] + "\n"
	}
	path := filepath.Join(t.TempDir(), "社員.csv")
	ok(t, os.WriteFile(path, []byte(lines+"U-00000,0035,対象\n,0036,\n"), 0o600))
	return path
}

// afterThreeDays are the screens of an integration that has run for three days.
func afterThreeDays(st *studio) {
	t := st.t
	r := rig.New(t, rig.Options{Seed: 1, Size: company.Small, Days: 5})
	r.Link(start)
	r.RunUntil(start.Add(3*24*time.Hour - 13*time.Hour)) // 16:00 on the third day
	for _, place := range []shell.Place{shell.Dashboard, shell.People, shell.Days, shell.Month, shell.History, shell.Settings} {
		sc := scene{name: string(place), rig: r, place: place, demo: place == shell.Dashboard}
		st.take(sc)
		for scale, size := range screens150And200() {
			sc.detail, sc.scale, sc.size = true, scale, size
			st.take(sc)
		}
	}
	take := func(name string, place shell.Place, argument string, act func(*stage.Stage)) {
		t.Helper()
		st.take(scene{name: name, rig: r, place: place, argument: argument, detail: true, act: act})
	}
	take("dashboard-caller", shell.Dashboard, "0028", func(s *stage.Stage) { s.Until("an answer", func() bool { return s.Has("→") }) })
	review, err := r.Items(t.Context(), connector.ItemQuery{List: "review"})
	ok(t, err)
	one := func(s *stage.Stage) {
		s.Until("one day", func() bool { return s.Pending() == 0 && s.Has("\n"+text.Of("count", text.Args{"N": 1})+"\n") })
	}
	take("item-detail", shell.Dashboard, "", func(s *stage.Stage) { openItem(s) })
	take("item-memo", shell.Dashboard, "", func(s *stage.Stage) {
		openItem(s)
		s.Tap(text.Of("items_close"))
	})
	take("days-detail", shell.Days, review[0].Day+" "+review[0].Code, func(s *stage.Stage) {
		one(s)
		s.OpenRow(0)
	})
	take("days-nothing-to-resend", shell.Days, "2026-11-26 0028", func(s *stage.Stage) {
		one(s)
		s.Tap(text.Of("items_select_all"))
		s.Tap(text.Of("days_resend", text.Args{"N": 1}))
	})
	take("people-person", shell.People, "0028", func(s *stage.Stage) { s.OpenRow(0) })
	take("history-entry", shell.History, "sending", func(s *stage.Stage) { s.OpenRow(0) })
	take("settings-finer", shell.Settings, "", func(s *stage.Stage) {
		s.Fold(text.Of("preferences_finer"))
		scrollDown(s)
	})
	take("settings-unlink", shell.Settings, "", func(s *stage.Stage) { s.Tap(text.Of("preferences_unlink")) })
	take("settings-hand-over", shell.Settings, "", func(s *stage.Stage) { s.Tap(text.Of("preferences_hand_over", text.Args{"Side": "Akerun"})) })
	st.take(scene{name: "demo-logins", rig: r, place: shell.Dashboard, demo: true, detail: true, act: func(s *stage.Stage) { s.Tap(text.Of("demo_logins")) }})
	st.take(scene{name: "dashboard-retrying", rig: r, place: shell.Dashboard, detail: true, status: func(s *connector.Status) {
		s.Warnings = []string{"akerun OFFLINE"}
	}})
}

// openItem opens the first line of the list that is shown.
func openItem(s *stage.Stage) {
	var look func(o fyne.CanvasObject) bool
	look = func(o fyne.CanvasObject) bool {
		if !o.Visible() {
			return false
		}
		if list, is := o.(*widget.List); is {
			list.Select(0)
			return true
		}
		for _, part := range parts(o) {
			if look(part) {
				return true
			}
		}
		return false
	}
	look(s.Window.Content())
	s.Settle()
}

// scrollDown shows the end of what scrolls.
func scrollDown(s *stage.Stage) {
	layOut(s.Window.Canvas())
	var look func(o fyne.CanvasObject)
	look = func(o fyne.CanvasObject) {
		if scroll, is := o.(interface{ ScrollToBottom() }); is && o.Visible() {
			scroll.ScrollToBottom()
		}
		for _, part := range parts(o) {
			look(part)
		}
	}
	look(s.Window.Content())
}

// states are the states that an integration goes through.
func states(st *studio) {
	t := st.t
	r := rig.Quiet(t, rig.Options{Seed: 1})
	plain, byHand := r.Hire("7001"), r.Hire("7002")
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, text.Zone) }
	dashboard := func(name string, detail bool) {
		t.Helper()
		st.take(scene{name: name, rig: r, place: shell.Dashboard, detail: detail})
	}
	r.Link(start)
	dashboard("dashboard-waiting", true)
	for _, p := range []rig.Person{plain, byHand} {
		r.Enter(p, at(25, 9), at(25, 18), at(26, 9), at(26, 18), at(27, 9), at(27, 18))
	}
	r.RunUntil(at(25, 9).Add(2 * time.Minute))
	if !r.World.SalesforceServer().DeleteRow(r.StampRows(byHand)[0].ID) {
		t.Fatal("nothing was deleted")
	}
	r.RunUntil(at(25, 12))
	ok(t, r.Pause(t.Context()))
	dashboard("dashboard-paused", true)
	ok(t, r.Resume(t.Context()))
	admin := ""
	for _, u := range r.World.Description(simulator.PipeAkerunURL, simulator.PipeSalesforceURL).Salesforce.Users {
		if u.Role == "admin" {
			admin = u.Username
		}
	}
	r.Switch(connector.Salesforce, "user_inactive", []string{admin})
	r.RunUntil(at(26, 12))
	dashboard("dashboard-needs-link", false)
	r.Switch(connector.Salesforce, "user_inactive", []string{})
	_, err := r.SignIn(connector.Salesforce, "admin")
	ok(t, err)
	r.RunUntil(at(26, 20))
	st.take(scene{name: "days-resend", rig: r, place: shell.Days, argument: "2026-11-25 7002", detail: true, act: func(s *stage.Stage) {
		s.Tap(text.Of("items_select_all"))
		s.Tap(text.Of("days_resend", text.Args{"N": 1}))
	}})
	ok(t, r.Unlink(t.Context()))
	dashboard("dashboard-unlinked", true)

	r.Web(byHand, "in", at(27, 10))
	ok(t, r.World.Clock().Set(at(30, 12)))
	for side, role := range map[connector.Side]string{connector.Akerun: "super_manager", connector.Salesforce: "admin"} {
		_, err := r.SignIn(side, role)
		ok(t, err)
	}
	ok(t, r.SaveSetup(t.Context(), connector.Setup{Step: 6}))
	st.take(scene{name: "wizard-6-again", rig: r, place: shell.Setup, detail: true})
}
