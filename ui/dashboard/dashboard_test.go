package dashboard_test

import (
	"strings"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator"
	"dakokubridge/ui/dashboard"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+text, attendance.Japan)
	if err != nil {
		panic(err)
	}
	return t
}

// open shows the dashboard of a rig, whose clock is the window's.
func open(t *testing.T, r *rig.Rig, language string) *stage.Stage {
	t.Helper()
	s := stage.New(t, r.Local, language)
	s.Now = r.World.Clock().Now
	s.Show(dashboard.New, "")
	return s
}

func TestBeforeTheStart(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	s := open(t, r, "ja")
	s.Want("未設定", "まだ設定されていません", "対応が必要な項目はありません", "Akerun: 未ログイン")
	s.Tap("設定を始める")
	if s.Went[0] != shell.Setup {
		t.Error(s.Went)
	}
	r.Link(at("25 05:00"))
	s.Settle()
	s.Want("待機中", "2026年11月25日（水） 05:00 に連携を始めます（あと9時間0分）", "Akerun: ", "（2026-11-24 20:00〜）")
}

func TestTheNumbersOfTodayAndWhatACallerIsTold(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	p := r.Hire("77001")
	r.Link(at("25 05:00"))
	r.Enter(p, at("25 08:52"), at("25 18:00"))
	r.RunUntil(at("25 09:05"))
	for language, want := range map[string][]string{
		"ja": {"連携中", "今日　08:52入室 → 09:00出勤を送信 → 反映待ち → 退勤は翌朝5時に判断", "昨日　入退室の記録がありません", "人 77001（77001）"},
		"en": {"Running", "08:52 came in → 09:00 Clock-in sent → not yet reflected", "no access was seen"},
	} {
		t.Run(language, func(t *testing.T) {
			s := open(t, r, language)
			if figures := "1\n" + text.Of("dashboard_sent") + "\n0\n" + text.Of("dashboard_waiting") + "\n1\n" + text.Of("dashboard_due") + "\n09:00\n"; !s.Has(figures) {
				t.Errorf("no %q in\n%s", figures, s.Text())
			}
			s.Fill(text.Of("dashboard_search"), "77001")
			s.Until("an answer", func() bool { return s.Has("77001") && s.Has("→") })
			s.Want(want...)
			s.Tap(text.Of("cure_days"))
			s.Tap(text.Of("dashboard_to_person"))
			if s.Went[0] != shell.Days || s.With[0] != "2026-11-24 77001" || s.Went[1] != shell.People || s.With[1] != "77001" {
				t.Error(s.Went, s.With)
			}
			s.Fill(text.Of("dashboard_search"), "nobody")
			s.Until("nobody", func() bool { return s.Has(text.Of("dashboard_nobody_found")) })
			s.Entries()[0].SetText("")
			s.Settle()
			if s.Has(text.Of("dashboard_nobody_found")) || !s.Has(text.Of("items_empty")) {
				t.Error("the lists did not come back:\n" + s.Text())
			}
		})
	}
}

func TestPauseResumeAndAWarning(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	p := r.Hire("77001")
	r.Link(at("25 05:00"))
	r.RunUntil(at("25 08:00"))
	s := open(t, r, "ja")
	s.Tap("一時停止")
	s.Want("読み取りは続き")
	s.Tap("一時停止する")
	s.Want("送信を止めています")
	r.Enter(p, at("25 08:52"))
	r.RunUntil(at("25 09:05"))
	s.Settle()
	s.Want("待っている1件が自動で送られます")
	if got := r.Rows(p); len(got) != 0 {
		t.Error(got)
	}
	s.Tap("再開")
	s.Want("連携中")
	status, err := r.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	status.Warnings = []string{"akerun OFFLINE"}
	s.Update(status)
	s.Want("連携中（再試行中）", "Akerun: ネットワークにつながりません。自動で再試行しています")
	status.StandBy = true
	s.Update(status)
	s.Want("控え: 別のPCの打刻ブリッジが打刻を送っています。")
	r.RunUntil(at("25 09:30"))
	if got := r.Rows(p); len(got) != 1 {
		t.Error(got)
	}
}

func TestALostSignInSaysWhoCuresItAndWhatFollows(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	p := r.Hire("77001")
	r.Link(at("25 05:00"))
	r.RunUntil(at("25 08:00"))
	admin := ""
	for _, u := range r.World.Description(simulator.PipeAkerunURL, simulator.PipeSalesforceURL).Salesforce.Users {
		if u.Role == "admin" {
			admin = u.Username
		}
	}
	r.Switch(connector.Salesforce, "user_inactive", []string{admin})
	r.Enter(p, at("25 08:52"))
	r.RunUntil(at("25 12:00"))
	for language, want := range map[string][]string{
		"ja": {"要再連携", "Salesforce: ログインが必要", "から。", "さんのログインです。", "直せる人: 全社員の打刻を登録できるSalesforceユーザー", "直すと1件が自動で送られます", "停止中（1）"},
		"en": {"Sign-in needed", "Who can cure it", "Once it is cured, 1 are sent by themselves"},
	} {
		t.Run(language, func(t *testing.T) {
			s := open(t, r, language)
			s.Want(want...)
			s.Tap(text.Of("letter_staff_copy"))
			if got := s.App.Clipboard().Content(); !strings.Contains(got, "Web") && !strings.Contains(got, "stamp in TeamSpirit") {
				t.Error(got)
			}
			s.Tap(text.Of("dashboard_sign_in", text.Args{"Side": "Salesforce"}))
			if s.Went[0] != shell.Setup || s.With[0] != "salesforce" {
				t.Error(s.Went, s.With)
			}
		})
	}
	r.Switch(connector.Salesforce, "user_inactive", []string{})
	if _, err := r.SignIn(connector.Salesforce, "admin"); err != nil {
		t.Fatal(err)
	}
	r.RunUntil(at("25 12:30"))
	s := open(t, r, "ja")
	s.Want("連携中", "停止中（0）")
	if got := r.Rows(p); len(got) != 1 {
		t.Error(got)
	}
}

func TestAfterUnlinking(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	r.Link(at("25 05:00"))
	r.RunUntil(at("25 08:00"))
	if err := r.Unlink(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := open(t, r, "ja")
	s.Want("連携解除済", "これまでの記録は残っています")
	s.Tap("もう一度連携する")
	if s.Went[0] != shell.Setup {
		t.Error(s.Went)
	}
}
