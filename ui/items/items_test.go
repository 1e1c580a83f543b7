package items_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/salesforceserver"
	"dakokubridge/ui/items"
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

// office is linked; on the 25th two people came in once, and one without a code.
func office(t *testing.T) *rig.Rig {
	t.Helper()
	r := rig.Quiet(t, rig.Options{Seed: 1})
	first, second := r.Hire("77001"), r.Hire("77002")
	r.Link(at("25 05:00"))
	r.Enter(first, at("25 09:00"))
	r.Enter(second, at("25 09:30"))
	nobody := rig.Person{User: r.World.AkerunServer().AddUser("山田 未登録", "new@sakura-shoji.example", "")}
	r.Enter(nobody, at("25 10:00"))
	r.RunUntil(at("26 08:00"))
	return r
}

func screen(f *shell.Frame, _ string) fyne.CanvasObject { return items.New(f) }

func TestTheListsShowWhatIsToBeSeenToAndAreExported(t *testing.T) {
	r := office(t)
	for language, want := range map[string][]string{
		"ja": {"停止中（0）", "対応が必要（1）", "確認リスト（2）", "ユーザーコードがありません", "山田 未登録", "社員の画面で直す"},
		"en": {"(0)", "(1)", "(2)", "山田 未登録", "Put right under People"},
	} {
		t.Run(language, func(t *testing.T) {
			s := stage.New(t, r.Local, language)
			s.Show(screen, "")
			s.Want(want...)
		})
	}
	export(t, r)
}

func TestAnItemTellsWhatToDoAndIsClosedWithAMemo(t *testing.T) {
	r := office(t)
	s := stage.New(t, r.Local, "ja")
	s.Show(screen, "")
	s.Tap("確認リスト（2）")
	s.Want("退勤なし　人 77001（77001）", "2026年11月25日（水）")
	s.Tap("文面をコピー")
	if got := s.App.Clipboard().Content(); !strings.Contains(got, "2026年11月25日（水）の退勤の記録がありません（最後の入退室は09:30）") {
		t.Errorf("copied %q", got)
	}
	s.Tap("勤怠で見る")
	if len(s.Went) != 1 || s.Went[0] != shell.Days || s.With[0] != "2026-11-25 77002" {
		t.Error(s.Went, s.With)
	}
	if s.Enabled("選んだ0件を対応済みにする…") {
		t.Error("nothing is chosen, yet it can be closed")
	}
	s.Tap("すべて選ぶ")
	s.Tap("選んだ2件の文面をコピー")
	if got := s.App.Clipboard().Content(); strings.Count(got, "勤務表で退勤時刻を入力してください") != 2 || !strings.Contains(got, "人 77001（77001）\n") {
		t.Errorf("copied %q", got)
	}
	s.Tap("選んだ2件を対応済みにする…")
	s.Want("打刻は送信も変更もされません")
	s.Fill(text.Of("items_close_memo"), "honnin kakunin")
	s.Tap("対応済みにする")
	s.Want("2件を対応済みにしました。")
	s.Tap("閉じる")
	s.Want("確認リスト（0）", "対応が必要な項目はありません")
	s.Tap("閉じた項目も表示")
	s.Want("対応済み 2026-11-26")
	all, err := r.Items(t.Context(), connector.ItemQuery{List: "review", All: true})
	if err != nil || len(all) != 2 || all[0].Memo != "honnin kakunin" || all[0].State != "closed" {
		t.Error(all, err)
	}
}

func export(t *testing.T, r *rig.Rig) {
	s := stage.New(t, r.Local, "ja")
	s.Show(screen, "")
	s.Path = filepath.Join(t.TempDir(), "items.csv")
	s.Press("出力")
	s.Menu("CSV（.csv）")
	s.Want("に保存しました")
	b, err := os.ReadFile(s.Path)
	if err != nil || !strings.Contains(string(b), "山田 未登録") || !strings.HasPrefix(string(b), "\ufeff") {
		t.Errorf("%q %v", b, err)
	}
	if info, err := os.Stat(s.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
}

func TestADayThatWasNeverStampedIsSentAgainAfterAPreview(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	r.Link(at("25 05:00"))
	person := rig.Person{Code: "77009", User: r.World.AkerunServer().AddUser("遅 登録", "late@sakura-shoji.example", "")}
	r.Enter(person, at("25 09:00"), at("25 18:00"))
	r.RunUntil(at("26 08:00"))
	employee, err := r.World.SalesforceServer().SetEmployee(salesforceserver.Employee{Code: "77009", Name: "遅 登録", Mail: "late@sakura-shoji.example", Entry: "2020-04-01"})
	if err != nil {
		t.Fatal(err)
	}
	person.Employee = employee
	if err := r.SetUserCode(t.Context(), person.User, "77009"); err != nil {
		t.Fatal(err)
	}
	r.RunUntil(at("26 09:30"))
	s := stage.New(t, r.Local, "ja")
	s.Show(screen, "")
	s.Tap("確認リスト（1）")
	s.Want("未打刻の日　遅 登録（77009）")
	s.Tap("再送…")
	s.Want("次の2件を送ります", "2026-11-25", "出勤", "退勤")
	s.Tap("2件を再送する")
	s.Want("2件を再送に登録しました")
	s.Tap("閉じる")
	r.RunUntil(at("26 10:30"))
	s.Refresh()
	s.Settle()
	s.Want("確認リスト（0）")
	if got := r.Rows(person); len(got) != 2 {
		t.Error(got)
	}
}

func TestEveryReasonHasItsMeaningInBothLanguages(t *testing.T) {
	for _, language := range []string{"ja", "en"} {
		if _, err := text.Load(language); err != nil {
			t.Fatal(err)
		}
		table, err := text.Table(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, reason := range attendance.AllReasons() {
			if reason.List() == attendance.Recorded {
				continue
			}
			i := connector.Item{Reason: string(reason), Day: "2026-11-25", Name: "山田", Code: "0028", Detail: map[string]string{"at": "2026-11-25T09:00:00+09:00", "subject": "akerun"}}
			if m := items.Meaning(i); m == "meaning_"+string(reason) || strings.Contains(m, "{{") || strings.Contains(m, "<no value>") {
				t.Errorf("%s: the meaning of %s is %q", language, reason, m)
			}
			letter, ok := items.Letter(i)
			if there := table["letter_"+string(reason)] != ""; ok != there {
				t.Errorf("%s: a letter of %s: %v, in the texts: %v", language, reason, ok, there)
			}
			if ok && (strings.Contains(letter, "{{") || strings.Contains(letter, "<no value>")) {
				t.Errorf("%s: the letter of %s is %q", language, reason, letter)
			}
		}
	}
}
