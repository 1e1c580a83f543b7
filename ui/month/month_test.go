package month_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/ui/month"
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

// TestMonth: one whole day, and one with a single access, in a month that is on.
func TestMonth(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	whole, once := r.Hire("77001"), r.Hire("77002")
	r.Link(at("25 05:00"))
	r.Enter(whole, at("25 09:00"), at("25 18:00"))
	r.Enter(once, at("25 10:00"))
	r.RunUntil(at("26 04:30"))
	r.RunUntil(at("26 06:30"))
	for _, language := range []string{"ja", "en"} {
		t.Run(language, func(t *testing.T) { monthShowsWhomToLookAt(t, r, language) })
	}
	t.Run("exported", func(t *testing.T) { monthIsExported(t, r) })
	t.Run("closed", func(t *testing.T) { itemsAreClosedAtOnce(t, r) })
}

func open(t *testing.T, r *rig.Rig, language string) *stage.Stage {
	t.Helper()
	s := stage.New(t, r.Local, language)
	s.Now = r.World.Clock().Now
	s.Show(month.New, "2026-11")
	s.Until("the month", func() bool { return s.Has("77002") && s.Pending() == 0 })
	return s
}

func monthShowsWhomToLookAt(t *testing.T, r *rig.Rig, language string) {
	s := open(t, r, language)
	s.Want(text.Month("2026-11"), text.Of("month_close", text.Args{"N": 1}))
	if s.Has("77001") {
		t.Error("somebody whose days are well is shown among those to look at")
	}
	s.OpenRow(0)
	s.Want(text.Of("month_flaw_missing")+"　"+text.Kind("out"), text.Reason("NO_CLOCK_OUT"))
	s.Tap(text.Of("cure_days"))
	if len(s.Went) != 1 || s.Went[0] != shell.Days || s.With[0] != "2026-11-25 77002" {
		t.Error(s.Went, s.With)
	}
	s.Tap(text.Of("month_flawed"))
	s.Want("77001")
}

func monthIsExported(t *testing.T, r *rig.Rig) {
	s := open(t, r, "ja")
	s.Path = filepath.Join(t.TempDir(), "month.xlsx")
	s.Press(text.Of("export_button"))
	s.Menu(text.Of("export_excel"))
	s.Want("に保存しました")
	book, err := excelize.OpenFile(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if rows, err := book.GetRows("締めチェック"); err != nil || len(rows) < 3 {
		t.Error(rows, err)
	}
}

func itemsAreClosedAtOnce(t *testing.T, r *rig.Rig) {
	s := open(t, r, "ja")
	s.Tap(text.Of("month_close", text.Args{"N": 1}))
	s.Fill(text.Of("items_close_memo"), "honnin kakunin")
	s.Tap(text.Of("items_close_title"))
	s.Until("no open item", func() bool { return s.Has(text.Of("month_close", text.Args{"N": 0})) })
}
