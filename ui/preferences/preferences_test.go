package preferences_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/ui/preferences"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+text, attendance.Japan)
	if err != nil {
		panic(err)
	}
	return t
}

func running(t *testing.T) *rig.Rig {
	t.Helper()
	r := rig.Quiet(t, rig.Options{Seed: 1})
	p := r.Hire("77001")
	r.Link(at("25 05:00"))
	r.Enter(p, at("25 09:00"))
	r.RunUntil(at("25 12:00"))
	return r
}

func open(t *testing.T, r *rig.Rig, language string) *stage.Stage {
	t.Helper()
	s := stage.New(t, r.Local, language)
	s.Now = r.World.Clock().Now
	s.Show(preferences.New, "")
	return s
}

func settings(t *testing.T, r *rig.Rig) connector.Settings {
	t.Helper()
	set, err := r.Local.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// One world for all, for it takes longer to make than to use; unlinking comes last.
func TestSettings(t *testing.T) {
	r := running(t)
	for _, c := range []struct {
		name string
		run  func(*testing.T, *rig.Rig)
	}{
		{"who linked, and handing over", whoLinkedAndHandingOver}, {"pause, resume, sync", pauseResumeAndSync},
		{"a door is taken out after a question", aDoorIsTakenOutAfterAQuestion}, {"finer settings", finerSettingsAreCheckedAndInForce},
		{"the program's own settings", theProgramsOwnSettings}, {"diagnostics", theDiagnosticsAreSaved}, {"unlinking", unlinkingSaysWhatItMeans},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, r) })
	}
}

func whoLinkedAndHandingOver(t *testing.T, r *rig.Rig) {
	for language, want := range map[string][]string{
		"ja": {"いまの状態: 連携中（連携開始日時 2026年11月25日（水） 05:00）", "（2026年11月24日（火） 20:00 から）"},
		"en": {"State: Running", "since Tue 24 Nov 2026"},
	} {
		t.Run(language, func(t *testing.T) {
			open(t, r, language).Want(want...)
		})
	}
	s := open(t, r, "ja")
	for _, side := range []string{"Akerun", "Salesforce"} {
		s.Tap(side + " の担当者を変更…")
		s.Want("連携は続き、開始日時は変わりません")
		s.Tap("ログインに進む")
	}
	if len(s.Went) != 2 || s.Went[0] != shell.Setup || s.With[0] != "akerun" || s.With[1] != "salesforce" {
		t.Error(s.Went, s.With)
	}
}

func pauseResumeAndSync(t *testing.T, r *rig.Rig) {
	s := open(t, r, "ja")
	s.Tap("一時停止")
	s.Tap("一時停止する")
	s.Want("いまの状態: 一時停止")
	s.Tap("再開")
	s.Want("いまの状態: 連携中")
	s.Tap("今すぐ同期")
	if s.Has("うまくいきませんでした") {
		t.Error(s.Text())
	}
}

func unlinkingSaysWhatItMeans(t *testing.T, r *rig.Rig) {
	s := open(t, r, "ja")
	s.Tap("連携解除")
	s.Want("「オプション契約」を解約してください", "勤務表にそのまま残ります", "まだ送っていない打刻（0件）")
	if s.Enabled("連携を解除する") {
		t.Error("it can be pressed before the consequences are understood")
	}
	s.Tap("上の内容を理解しました")
	s.Tap("連携を解除する")
	s.Want("連携を解除しました。", "いまの状態: 連携解除済", "Akerun: 未ログイン")
	status, err := r.Status(t.Context())
	if err != nil || status.Phase != connector.Unlinked {
		t.Error(status.Phase, err)
	}
	s.Tap("閉じる")
	s.Tap("もう一度連携する")
	s.Want("月ごとの件数")
	s.Tap("設定に進む")
	if s.Went[0] != shell.Setup {
		t.Error(s.Went)
	}
}

func aDoorIsTakenOutAfterAQuestion(t *testing.T, r *rig.Rig) {
	doors, err := r.Doors(t.Context())
	if err != nil || len(doors) != 1 {
		t.Fatal(doors, err)
	}
	s := open(t, r, "ja")
	label := doors[0].Name + "（最後の利用 2026-11-25）"
	s.Tap(label)
	s.Tap("キャンセル")
	if doors, _ = r.Doors(t.Context()); doors[0].Excluded {
		t.Error("taken out though it was given up")
	}
	s.Tap(label)
	s.Want("を対象外にします")
	s.Tap("変更する")
	if doors, _ = r.Doors(t.Context()); !doors[0].Excluded {
		t.Error("not taken out")
	}
	s.Tap(label)
	s.Want("ふたたび対象にします")
	s.Tap("変更する")
	if doors, _ = r.Doors(t.Context()); doors[0].Excluded {
		t.Error("still out")
	}
}

func theProgramsOwnSettings(t *testing.T, r *rig.Rig) {
	s := open(t, r, "ja")
	s.Tap("PCにサインインしたときに起動する")
	s.Tap("対応が必要になったら通知する")
	s.Choose("PCの設定に合わせる", "English")
	s.Want("次にアプリを起動したときから")
	if set := settings(t, r); !set.StartAtSignIn || set.Notifications || set.Language != "en" {
		t.Errorf("%+v", set)
	}
}

func finerSettingsAreCheckedAndInForce(t *testing.T, r *rig.Rig) {
	s := open(t, r, "ja")
	s.Fold("詳細設定")
	s.Choose("10分", "2分")
	s.Choose("5分", "10分")
	s.Choose("7", "14")
	s.Fill("http://proxy.example.co.jp:8080", "proxy:8080")
	s.Tap("保存")
	s.Want("http://ホスト名:ポート番号 の形")
	s.Tap("閉じる")
	if set := settings(t, r); set.Engine.LookBackDays != 7 || set.Proxy != "" {
		t.Errorf("%+v", set)
	}
	s.Fold("詳細設定")
	s.Choose("10分", "2分")
	s.Choose("5分", "10分")
	s.Choose("7", "14")
	s.Fill("http://proxy.example.co.jp:8080", "http://proxy:8080")
	s.Fill("空欄なら標準（オートロック、タイムアウト、遠隔操作、拒否など）", "autolock、hand")
	s.Tap("保存")
	s.Want("設定を保存しました")
	set := settings(t, r)
	if set.Engine.PollInterval != 2*time.Minute || set.Engine.MinimumSpan != 10*time.Minute || set.Engine.LookBackDays != 14 || set.Proxy != "http://proxy:8080" ||
		strings.Join(set.Engine.Deny, "|") != "autolock|hand" {
		t.Errorf("%+v", set)
	}
}

func theDiagnosticsAreSaved(t *testing.T, r *rig.Rig) {
	s := open(t, r, "ja")
	s.Path = filepath.Join(t.TempDir(), "d.zip")
	s.Tap("診断情報を保存…")
	s.Want("に保存しました")
	if b, err := os.ReadFile(s.Path); err != nil || !strings.HasPrefix(string(b), "PK") {
		t.Error(err)
	}
}
