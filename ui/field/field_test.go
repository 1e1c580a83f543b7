package field

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"pgregory.net/rapid"

	"dakokubridge/ui/text"
	"dakokubridge/ui/theme"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, text.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func load(t *testing.T, language string) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(theme.New(theme.Light, theme.Fonts{}))
	if _, err := text.Load(language); err != nil {
		t.Fatal(err)
	}
}

func TestParseDay(t *testing.T) {
	near := at("2026-11-22 09:00")
	for written, want := range map[string]string{
		"2026-11-22": "2026-11-22", "2026/11/3": "2026-11-03", "2026.1.2": "2026-01-02", "20261122": "2026-11-22",
		"2026年11月22日（日）": "2026-11-22", "2026年11月22日(日)": "2026-11-22", "２０２６－１１－２２": "2026-11-22", " 2026-11-22 ": "2026-11-22",
		"11/23": "2026-11-23", "12月1日": "2026-12-01", "1/5": "2027-01-05", "7/1": "2026-07-01", "2028-02-29": "2028-02-29",
		"": "", "2026-11-31": "", "2026-02-29": "", "11": "", "abc": "", "2026-11": "", "2026-11-22-1": "", "26-11-22": "", "-11-22": "2026-11-22", "0000-01-01": "", "2/30": "",
	} {
		got, ok := ParseDay(written, near)
		if want == "" {
			if ok {
				t.Errorf("%q is taken for %v", written, got)
			}
			continue
		}
		if !ok || got.Format(time.DateOnly) != want || got.Location() != text.Zone || got.Hour() != 0 {
			t.Errorf("%q: %v %v, want %s", written, got, ok, want)
		}
	}
}

func TestEveryDayCanBeWrittenInEachWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := at("1990-01-01 00:00").AddDate(0, 0, rapid.IntRange(0, 30_000).Draw(t, "day"))
		for _, layout := range []string{"2006-01-02", "2006/1/2", "2006年1月2日", "20060102"} {
			if got, ok := ParseDay(want.Format(layout), want); !ok || !got.Equal(want) {
				t.Fatalf("%s is read as %v", want.Format(layout), got)
			}
		}
		if got, ok := ParseDay(want.Format("1/2"), want.AddDate(0, 0, rapid.IntRange(-100, 100).Draw(t, "away"))); !ok || !got.Equal(want) {
			t.Fatalf("%s is read as %v", want.Format("1/2"), got)
		}
	})
}

func TestMonthsAreNeverSkipped(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{{"2026-01-31", 1, "2026-02-28"}, {"2026-03-31", -1, "2026-02-28"}, {"2026-12-15", 1, "2027-01-15"}, {"2028-01-31", 1, "2028-02-29"}} {
		if got := addMonths(at(c.from+" 00:00"), c.n).Format(time.DateOnly); got != c.want {
			t.Errorf("%s and %d months: %s, want %s", c.from, c.n, got, c.want)
		}
	}
	days := weeks(at("2026-11-22 00:00"))
	if len(days) != 42 || days[0].Format(time.DateOnly) != "2026-11-01" || days[41].Format(time.DateOnly) != "2026-12-12" {
		t.Errorf("November 2026 shows %v to %v", days[0], days[41])
	}
}

func TestTheCalendarByKeyboardAndMouse(t *testing.T) {
	load(t, "ja")
	var chosen time.Time
	m := NewMonth(at("2026-11-22 13:00"), func(d time.Time) { chosen = d })
	w := test.NewTempWindow(t, m)
	w.Resize(fyne.NewSize(400, 400))
	if m.heading.Text != "2026年11月" {
		t.Error(m.heading.Text)
	}
	w.Canvas().Focus(m)
	for _, key := range []fyne.KeyName{fyne.KeyRight, fyne.KeyDown, fyne.KeyPageDown, fyne.KeyUp, fyne.KeyLeft, fyne.KeyPageUp, fyne.KeyPageUp} {
		m.TypedKey(&fyne.KeyEvent{Name: key})
	}
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if got := chosen.Format("2006-01-02 15:04 -07"); got != "2026-10-22 00:00 +09" || m.heading.Text != "2026年10月" {
		t.Errorf("by keyboard %s on %s", got, m.heading.Text)
	}
	for _, c := range m.cells {
		if c.number.Text == "7" {
			test.Tap(c)
			break
		}
	}
	if got := chosen.Format(time.DateOnly); got != "2026-10-07" {
		t.Errorf("by mouse %s", got)
	}
}

func TestAnInstantIsJapansWhateverThePC(t *testing.T) {
	load(t, "ja")
	changes := 0
	d := NewDateTime(func() time.Time { return at("2026-11-22 09:00") })
	d.OnChanged = func() { changes++ }
	test.NewTempWindow(t, d)
	if _, ok := d.Value(); ok {
		t.Error("an empty field has a value")
	}
	d.Set(time.Date(2026, 11, 22, 20, 7, 30, 0, time.UTC))
	if got, ok := d.Value(); !ok || !got.Equal(at("2026-11-23 05:07")) || d.date.words.Text != "2026年11月23日（月）" || changes != 1 {
		t.Errorf("%v %v %q, %d changes", got, ok, d.date.words.Text, changes)
	}
	d.Entry().SetText("11/31")
	if _, ok := d.Value(); ok || !strings.Contains(d.date.words.Text, "2026-11-22") {
		t.Errorf("31 November is taken: %q", d.date.words.Text)
	}
	d.Entry().SetText("12/1")
	d.hour.SetSelected("18")
	if got, ok := d.Value(); !ok || !got.Equal(at("2026-12-01 18:07")) {
		t.Error(got, ok)
	}
}

func TestTheCalendarOfAField(t *testing.T) {
	load(t, "en")
	d := NewDate(func() time.Time { return at("2026-11-22 09:00") })
	w := test.NewTempWindow(t, d)
	w.Resize(fyne.NewSize(600, 500))
	test.Tap(d.open)
	m, ok := w.Canvas().Focused().(*Month)
	if !ok || m.heading.Text != "November 2026" {
		t.Fatalf("the calendar has not the focus: %T", w.Canvas().Focused())
	}
	m.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	m.TypedRune(' ')
	if d.entry.Text != "2026-11-29" || d.words.Text != "Sun 29 Nov 2026" || w.Canvas().Focused() != fyne.Focusable(d.entry) {
		t.Error(d.entry.Text, d.words.Text)
	}
}

type row struct {
	name string
	n    int
	on   bool
}

func tenThousand() []row {
	rows := make([]row, 10_000)
	for i := range rows {
		rows[i] = row{name: fmt.Sprintf("社員 %05d", (i*7919)%10_000), n: i, on: i%3 == 0}
	}
	return rows
}

func newTestTable() *Table[row] {
	return NewTable([]Column[row]{
		{Title: "氏名", Width: 200, Text: func(r row) string { return r.name }, Mark: func(r row) (Mark, bool) { return Good, r.on }},
		{Title: "番号", Width: 80, Text: func(r row) string { return fmt.Sprint(r.n) }, Compare: func(a, b row) int { return a.n - b.n }},
		{Title: "対象", Width: 60, Tick: func(r row) bool { return r.on }, OnTick: func(row, bool) {}},
	})
}

func TestTheTableSortsTenThousandRows(t *testing.T) {
	load(t, "ja")
	table := newTestTable()
	var opened row
	table.OnOpen = func(r row) { opened = r }
	w := test.NewTempWindow(t, table)
	w.Resize(fyne.NewSize(500, 400))
	table.SetRows(tenThousand())
	head := widget.NewButton("", nil)
	table.head(widget.TableCellID{Row: -1, Col: 0}, head)
	test.Tap(head)
	if table.Rows()[0].name != "社員 00000" || table.Rows()[9_999].name != "社員 09999" {
		t.Error("not by name")
	}
	test.Tap(head)
	if table.Rows()[0].name != "社員 09999" {
		t.Error("not the other way round")
	}
	table.SortBy(1, false)
	table.Select(widget.TableCellID{Row: 4, Col: 0})
	if opened.n != 4 {
		t.Error(opened)
	}
	table.SetRows(table.Rows()[5:9])
	if len(table.Rows()) != 4 || table.Rows()[0].n != 5 {
		t.Error(table.Rows())
	}
}

// What takes long to sort is sorted beside the window, and only the order that was asked for last is shown.
func TestManyRowsAreSortedBesideTheWindow(t *testing.T) {
	load(t, "ja")
	table := newTestTable()
	var work, done []func()
	table.Beside = func(w, d func()) { work, done = append(work, w), append(done, d) }
	test.NewTempWindow(t, table).Resize(fyne.NewSize(500, 400))
	rows := tenThousand()
	for range 2 {
		rows = append(rows, rows...)
	}
	table.SetRows(rows)
	if len(work) != 0 {
		t.Error("nothing is to be sorted yet")
	}
	table.SortBy(0, false)
	table.SortBy(1, true)
	if len(work) != 2 || table.Rows()[0].n != rows[0].n {
		t.Fatalf("%d sorts, the first row is %v", len(work), table.Rows()[0])
	}
	for i := range work {
		work[i]()
	}
	done[0]()
	if table.Rows()[0].n != rows[0].n {
		t.Error("an order that nobody wants any more is shown")
	}
	done[1]()
	if table.Rows()[0].n != 9_999 || table.Rows()[39_999].n != 0 {
		t.Error(table.Rows()[0], table.Rows()[39_999])
	}
	table.SortBy(2, false) // ticks compare quickly, and may change meanwhile
	if len(work) != 2 || !table.Rows()[0].on {
		t.Error("not by tick", table.Rows()[0])
	}
}

// No handler may hold the window up: 100 ms is what a person notices.
func BenchmarkTableOfTenThousand(b *testing.B) {
	test.NewApp().Settings().SetTheme(theme.New(theme.Light, theme.Fonts{}))
	table := newTestTable()
	w := test.NewWindow(table)
	defer w.Close()
	w.Resize(fyne.NewSize(1000, 700))
	rows := tenThousand()
	b.Run("set", func(b *testing.B) {
		for range b.N {
			table.SetRows(rows)
		}
	})
	b.Run("sort", func(b *testing.B) {
		for i := range b.N {
			table.SortBy(i%2, i%4 < 2)
		}
	})
	b.Run("scroll", func(b *testing.B) {
		for i := range b.N {
			table.ScrollTo(widget.TableCellID{Row: i * 97 % 10_000})
		}
	})
}
