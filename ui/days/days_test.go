package days_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/ui/days"
	"dakokubridge/ui/shell/stage"
)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+text, attendance.Japan)
	if err != nil {
		panic(err)
	}
	return t
}

// worked is a linked office in which one came and went on the 25th and 26th, and another was seen once.
func worked(t *testing.T) (*rig.Rig, rig.Person) {
	t.Helper()
	r := rig.Quiet(t, rig.Options{Seed: 1})
	p, once := r.Hire("77001"), r.Hire("77002")
	r.Link(at("25 05:00"))
	r.Enter(p, at("25 09:00"), at("25 18:00"), at("26 08:50"))
	r.Enter(once, at("25 10:00"))
	r.RunUntil(at("26 09:30"))
	return r, p
}

func open(t *testing.T, r *rig.Rig, language, argument string) *stage.Stage {
	t.Helper()
	s := stage.New(t, r.Local, language)
	s.Now = r.World.Clock().Now
	s.Show(days.New, argument)
	return s
}

// What only looks shares one world.
func TestLooking(t *testing.T) {
	r, p := worked(t)
	t.Run("a day, a month and a person", func(t *testing.T) { daysOfADayAMonthAndAPerson(t, r) })
	t.Run("an argument", func(t *testing.T) { anArgumentLeadsToADayAndAPerson(t, r) })
	t.Run("a day tells its stamps and why", func(t *testing.T) { aDayTellsItsStampsAndWhy(t, r, p) })
	t.Run("an impossible period", func(t *testing.T) { anImpossiblePeriodIsSaid(t, r) })
	t.Run("export", func(t *testing.T) { daysAreExportedToExcel(t, r) })
}

func daysOfADayAMonthAndAPerson(t *testing.T, r *rig.Rig) {
	for language, want := range map[string]struct{ day, month []string }{
		"ja": {[]string{"2026年11月26日（木）", "1件", "08:50 勤務表に反映済み", "これから判断"}, []string{"3件", "09:00 勤務表に反映済み", "18:00 勤務表に反映済み", "退勤なし"}},
		"en": {[]string{"Thu 26 Nov 2026", "08:50 ", "not decided yet"}, []string{"18:00 "}},
	} {
		t.Run(language, func(t *testing.T) {
			s := open(t, r, language, "")
			s.Want(want.day...)
			if language == "en" {
				s.Tap("This month")
			} else {
				s.Tap("今月")
			}
			s.Until("the month", func() bool { return s.Has("18:00 ") })
			s.Want(want.month...)
			s.Entries()[2].SetText("77002")
			s.Until("one person", func() bool { return !s.Has("18:00 ") && s.Pending() == 0 })
			s.Want("77002", "2026-11-25")
		})
	}
}

func anArgumentLeadsToADayAndAPerson(t *testing.T, r *rig.Rig) {
	s := open(t, r, "ja", "2026-11-25 77002")
	s.Until("the day", func() bool { return s.Has("退勤なし") && s.Has("1件") })
	if s.Has("77001") {
		t.Error(s.Text())
	}
}

func aDayTellsItsStampsAndWhy(t *testing.T, r *rig.Rig, p rig.Person) {
	s := open(t, r, "ja", "2026-11-25")
	s.Until("the day", func() bool { return s.Has("2件") })
	s.OpenRow(0)
	s.Want("入退室2回（最初09:00、最後18:00）", "2026-11-25 09:00:00　勤務表に反映済み", "2026-11-25 18:00:00　勤務表に反映済み", "人 77001（77001）")
	row := r.StampRows(p)[0]
	s.Want("キー " + row.Key + "・レコード " + row.ID)
	s.Tap("この人の1か月")
	s.Until("the month", func() bool { return s.Has("2件") && !s.Has("77002") })
	s.Want("2026年11月1日（日）", "2026年11月30日（月）")
	s.Tap("昨日")
	s.Entries()[2].SetText("77002")
	s.Until("the other", func() bool { return s.Has("退勤なし") })
	s.OpenRow(0)
	s.Want("打刻はありません。理由: 退勤なし", "退勤は送っていません")
}

func TestADeletedStampIsSentAgainForChosenPeople(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	p, other := r.Hire("77001"), r.Hire("77002")
	r.Link(at("25 05:00"))
	r.Enter(p, at("25 09:00"), at("25 18:00"))
	r.Enter(other, at("25 10:00"))
	r.RunUntil(at("25 09:02"))
	if !r.World.SalesforceServer().DeleteRow(r.StampRows(p)[0].ID) {
		t.Fatal("nothing was deleted")
	}
	r.RunUntil(at("27 08:00"))
	s := open(t, r, "ja", "2026-11-25")
	s.Until("the day", func() bool { return s.Has("2件") })
	if s.Enabled("選んだ0日分を再送…") {
		t.Error("nothing is chosen")
	}
	s.Tap("すべて選ぶ")
	s.Tap("選んだ2日分を再送…")
	s.Want("次の1件を送ります", "打刻が削除されました", "77001", "出勤")
	s.Tap("1件を再送する")
	s.Want("1件を再送に登録しました")
	s.Tap("閉じる")
	r.RunUntil(at("27 09:00"))
	s.Settle()
	s.Until("the stamp", func() bool { return s.Has("09:00 勤務表に反映済み") })
	s.Tap("すべて選ぶ")
	s.Tap("選んだ2日分を再送…")
	s.Want("再送できる打刻はありません")
}

func anImpossiblePeriodIsSaid(t *testing.T, r *rig.Rig) {
	s := open(t, r, "ja", "2026-11-25")
	for written, want := range map[string]string{"2026-11-01": "期間の終わりが始まりより前", "2027-11-01": "62日まで", "x": "2026-11-22 のように"} {
		s.Entries()[1].SetText(written)
		s.Until(want, func() bool { return s.Has(want) })
	}
}

func daysAreExportedToExcel(t *testing.T, r *rig.Rig) {
	s := open(t, r, "ja", "2026-11-25")
	s.Path = filepath.Join(t.TempDir(), "days.xlsx")
	s.Press("出力")
	s.Menu("Excel（.xlsx）")
	s.Want("に保存しました")
	x, err := excelize.OpenFile(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	rows, err := x.GetRows("勤怠")
	if err != nil || len(rows) != 3 || rows[1][1] != "77001" {
		t.Error(rows, err)
	}
	s.Tap("閉じる")
	s.Path = filepath.Join(t.TempDir(), "no such folder", "days.xlsx")
	s.Press("出力")
	s.Menu("Excel（.xlsx）")
	s.Want("保存できませんでした")
	if left, err := os.ReadDir(filepath.Dir(filepath.Dir(s.Path))); err != nil || len(left) != 0 {
		t.Error(left, err)
	}
}
