package ui

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"github.com/google/go-cmp/cmp"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator"
	"dakokubridge/ui/notice"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
)

// teller is an app that records what it tells the desktop.
type teller struct {
	fyne.App
	told []string
}

func (a *teller) SendNotification(n *fyne.Notification) {
	a.told = append(a.told, n.Title+" / "+n.Content)
}

// A notification comes once per cause, in fixed words, and one when it is cured; none where they are switched off in the settings.
func TestNotificationsFollowTheSettings(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	november := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, text.Zone) }
	p := r.Hire("77001")
	r.Link(november(25, 5))
	r.Enter(p, november(25, 9), november(25, 18), november(26, 9), november(26, 18), november(27, 9))
	s := stage.New(t, r.Local, "ja")
	app := &teller{App: s.App}
	run := &running{ctx: t.Context(), app: app, o: Options{Log: func(what string, err error) { t.Error(what, err) }}, desk: s.Desk, frame: s.Open(t.Context()), notices: notice.New(nil)}
	defer run.frame.Close()
	look := func(want ...string) {
		t.Helper()
		app.told = nil
		run.look()
		s.Settle()
		if d := cmp.Diff(want, app.told); d != "" {
			t.Error(d)
		}
	}
	admin := ""
	for _, u := range r.World.Description(simulator.PipeAkerunURL, simulator.PipeSalesforceURL).Salesforce.Users {
		if u.Role == "admin" {
			admin = u.Username
		}
	}
	lose := func(lost bool, until time.Time) {
		t.Helper()
		users := []string{}
		if lost {
			users = append(users, admin)
		}
		r.Switch(connector.Salesforce, "user_inactive", users)
		if !lost {
			_, err := r.SignIn(connector.Salesforce, "admin")
			if err != nil {
				t.Fatal(err)
			}
		}
		r.RunUntil(until)
	}
	r.RunUntil(november(25, 8))
	look()
	lose(true, november(25, 12))
	look("打刻ブリッジ：停止しています / ログインが必要")
	look()
	r.RunUntil(november(25, 13))
	look()
	lose(false, november(25, 15))
	look("打刻ブリッジ：解決しました / ログインが必要")

	set, err := r.Local.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	set.Notifications = false
	if err := r.SetSettings(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	lose(true, november(26, 12))
	look()
	set.Notifications = true
	if err := r.SetSettings(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	look() // it began while nobody wanted to know
	lose(false, november(26, 15))
	look("打刻ブリッジ：解決しました / ログインが必要")
}
