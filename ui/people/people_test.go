package people_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
	"dakokubridge/ui/people"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// office is signed in to on both sides and has not begun. Beside its ten people it has: 甲 without a code and with the mail address of employee
// 8001, 乙 whose code is wide for 8002, 丙 whose code leads nowhere, and employee 8003 without a user.
type office struct {
	*rig.Rig
	kou, otsu, hei string
}

func newOffice(t testing.TB) office {
	t.Helper()
	o := office{Rig: rig.Quiet(t, rig.Options{})}
	a := o.World.AkerunServer()
	o.kou, o.otsu, o.hei = a.AddUser("甲野 カナ", "s8001@sakura-shoji.example", ""), a.AddUser("乙川", "", "８００２"), a.AddUser("丙山", "", "Z-9")
	for _, code := range []string{"8001", "8002", "8003"} {
		_, err := o.World.SalesforceServer().SetEmployee(salesforceserver.Employee{Code: code, Name: "社員" + code, Mail: "s" + code + "@sakura-shoji.example", Entry: "2020-04-01"})
		ok(t, err)
	}
	_, err := o.SignIn(connector.Akerun, "super_manager")
	ok(t, err)
	ok(t, o.ChooseOrganization(t.Context(), o.Offices()[0]))
	_, err = o.SignIn(connector.Salesforce, "admin")
	ok(t, err)
	ok(t, o.ReadPeople(t.Context()))
	return o
}

// code is what Akerun has for a user.
func (o office) code(user string) string {
	for _, u := range o.World.AkerunServer().Users() {
		if u.ID == user {
			return u.Codes[len(u.Codes)-1].Code
		}
	}
	return "no such user"
}

// write does what the loop does for codes, and settles.
func (o office) write(t testing.TB, s *stage.Stage) {
	t.Helper()
	ok(t, o.WriteCodeChanges(t.Context()))
	s.Settle()
}

func shown(t testing.TB, language, argument string) (office, *stage.Stage) {
	t.Helper()
	o := newOffice(t)
	s := stage.New(t, o.Local, language)
	s.Window.Resize(fyne.NewSize(1200, 900))
	s.Show(people.New, argument)
	return o, s
}

// tables are the tables that are shown, those of dialogs last.
func tables(s *stage.Stage) (all []*widget.Table) {
	for _, root := range append([]fyne.CanvasObject{s.Window.Content()}, s.Window.Canvas().Overlays().List()...) {
		all = append(all, tablesIn(root)...)
	}
	return all
}

func tablesIn(o fyne.CanvasObject) (all []*widget.Table) {
	switch o := o.(type) {
	case interface{ Select(widget.TableCellID) }: // a field.Table of whatever rows
		return []*widget.Table{reflect.ValueOf(o).Elem().FieldByName("Table").Interface().(*widget.Table)}
	case *fyne.Container:
		for _, part := range o.Objects {
			all = append(all, tablesIn(part)...)
		}
	case *container.Scroll:
		return tablesIn(o.Content)
	case fyne.Widget:
		for _, part := range test.WidgetRenderer(o).Objects() {
			all = append(all, tablesIn(part)...)
		}
	}
	return all
}

// cell fills a cell of the last table as it is shown and gives its ticks and texts.
func cell(t testing.TB, s *stage.Stage, row, column int) (words string, tick *widget.Check) {
	t.Helper()
	all := tables(s)
	table := all[len(all)-1]
	if rows, _ := table.Length(); row >= rows {
		t.Fatalf("there is no row %d of %d; shown is:\n%s", row, rows, s.Text())
	}
	o := table.CreateCell()
	table.UpdateCell(widget.TableCellID{Row: row, Col: column}, o)
	walk(o, func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widget.Label:
			words = o.Text
		case *widget.Check:
			tick = o
		}
	})
	return words, tick
}

func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, part := range o.Objects {
			walk(part, visit)
		}
	case fyne.Widget:
		for _, part := range test.WidgetRenderer(o).Objects() {
			walk(part, visit)
		}
	}
}

// rows counts the rows of the last table.
func rows(s *stage.Stage) int {
	all := tables(s)
	n, _ := all[len(all)-1].Length()
	return n
}

func press(t testing.TB, s *stage.Stage, row int) {
	t.Helper()
	all := tables(s)
	all[len(all)-1].Select(widget.TableCellID{Row: row, Col: 1})
	s.Settle()
}

// begins gives the line that begins so, for buttons with a number in them.
func begins(t testing.TB, s *stage.Stage, prefix string) string {
	t.Helper()
	found := ""
	for _, line := range strings.Split(s.Text(), "\n") {
		if strings.HasPrefix(line, prefix) {
			found = line
		}
	}
	if found == "" {
		t.Fatalf("nothing begins with %q; shown is:\n%s", prefix, s.Text())
	}
	return found
}

func search(s *stage.Stage, what string) { s.Fill(text.Of("people_search"), what) }

func TestSearchAndFilter(t *testing.T) {
	_, s := shown(t, "ja", "")
	all := rows(s)
	if all < 14 {
		t.Fatalf("%d rows", all)
	}
	for what, want := range map[string]int{"8003": 1, "こうのかな": 0, "甲野 かな": 1, "甲野カナ": 1, "ｚ-9": 1, "S8001@": 1, "8001": 2, "社員８００": 3, "誰もいない": 0} {
		search(s, what)
		if got := rows(s); got != want {
			t.Errorf("%q finds %d rows, want %d", what, got, want)
		}
	}
	search(s, "")
	choice := s.Selects()[0]
	byName := func(name string) string {
		for _, option := range choice.Options {
			if strings.HasPrefix(option, name+"（") {
				return option
			}
		}
		t.Fatalf("no %q in %q", name, choice.Options)
		return ""
	}
	for name, want := range map[string]int{"候補あり": 2, "ユーザーコードがありません": 1, "対応するAkerunユーザーなし": 3} {
		choice.SetSelected(byName(name))
		if got := rows(s); got < want {
			t.Errorf("%s shows %d rows, want %d at least", name, got, want)
		}
		if !strings.HasSuffix(byName(name), fmt.Sprintf("（%d）", rows(s))) {
			t.Errorf("%s shows %d rows and says %s", name, rows(s), byName(name))
		}
	}
	choice.SetSelected(byName("全員"))
	if rows(s) != all {
		t.Errorf("%d of %d rows after going back", rows(s), all)
	}
}

func TestTheArgumentIsSearchedFor(t *testing.T) {
	_, s := shown(t, "en", "Z-9")
	if rows(s) != 1 {
		t.Errorf("%d rows", rows(s))
	}
	if words, _ := cell(t, s, 0, 6); words != text.Reason("EMPLOYEE_UNKNOWN") {
		t.Error(words)
	}
}

func TestACodeIsTypedWrittenAndUndone(t *testing.T) {
	o, s := shown(t, "ja", "丙山")
	press(t, s, 0)
	s.Want("丙山", "Z-9")
	if s.Enabled("Akerunに書き込む") {
		t.Error("the same code can be written")
	}
	s.Fill("ユーザーコード", "8002x")
	s.Want("チムスピ勤怠にこの社員コードの人はいません。")
	s.Fill("ユーザーコード", "")
	s.Want("コードが空です。")
	s.Fill("ユーザーコード", "８００２")
	s.Want("乙川 さんのAkerunユーザーがすでに使っています")
	if s.Enabled("Akerunに書き込む") {
		t.Error("a code that somebody has can be written")
	}
	s.Fill("ユーザーコード", "8003")
	s.Want("このコードの社員: 社員8003")
	s.Tap("Akerunに書き込む")
	s.Want("0/1件")
	o.write(t, s)
	if o.code(o.hei) != "8003" {
		t.Fatalf("Akerun has %q", o.code(o.hei))
	}
	s.Want("1件のユーザーコードをAkerunに書き込みました。")
	if words, _ := cell(t, s, 0, 6); words != "連携できます" {
		t.Errorf("the verdict is %q", words)
	}
	s.Tap("元に戻す")
	s.Want("1件のユーザーコードを、書き込む前のコードに戻します。")
	s.Tap("元に戻す")
	o.write(t, s)
	if o.code(o.hei) != "Z-9" {
		t.Errorf("after undo Akerun has %q", o.code(o.hei))
	}
	s.Tap("書き込みの記録")
	if rows(s) != 2 {
		t.Errorf("%d lists in the record", rows(s))
	}
	press(t, s, 0)
	if words, _ := cell(t, s, 0, 2); words != "Z-9" {
		t.Errorf("the undo list writes %q", words)
	}
}

func TestProposalsArePreviewedAndTakenUp(t *testing.T) {
	o, s := shown(t, "ja", "")
	label := begins(t, s, "候補（")
	s.Tap(label)
	s.Want("ユーザーコードの候補")
	taken := map[string]bool{}
	for i := range rows(s) {
		name, _ := cell(t, s, i, 1)
		_, tick := cell(t, s, i, 0)
		taken[name] = tick.Checked
	}
	if !taken["甲野 カナ"] || taken["乙川"] {
		t.Errorf("ticked at first: %v", taken)
	}
	s.Tap(begins(t, s, "選んだ"))
	o.write(t, s)
	if o.code(o.kou) != "8001" || o.code(o.otsu) != "８００２" {
		t.Errorf("codes %q and %q", o.code(o.kou), o.code(o.otsu))
	}
	s.Tap(begins(t, s, "候補（"))
	s.Tap("すべて選択")
	s.Tap(begins(t, s, "選んだ"))
	o.write(t, s)
	if o.code(o.otsu) != "8002" {
		t.Errorf("code %q", o.code(o.otsu))
	}
	s.Want("候補（0件）")
}

func TestIncludedOneByOneAndInBulk(t *testing.T) {
	o, s := shown(t, "ja", "丙山")
	excluded := func(user string) bool {
		all, err := o.People(t.Context())
		ok(t, err)
		for _, p := range all {
			if p.UserID == user {
				return p.Excluded
			}
		}
		t.Fatal("no user", user)
		return false
	}
	_, tick := cell(t, s, 0, 7)
	test.Tap(tick)
	s.Settle()
	if !excluded(o.hei) {
		t.Error("the tick took nobody out")
	}
	search(s, "")
	s.Tap("すべて選択")
	s.Tap("対象外にする")
	s.Want("対象外にします。")
	s.Tap("対象外にする")
	if !excluded(o.kou) || !excluded(o.otsu) {
		t.Error("not all are out")
	}
	search(s, "甲野")
	s.Tap("対象にする")
	if excluded(o.kou) || !excluded(o.otsu) {
		t.Error("who is filtered away was meant too, or 甲 was not")
	}
	search(s, "8003")
	if _, tick := cell(t, s, 0, 0); tick.Checked {
		t.Error("an employee without a user is ticked")
	}
}

func TestFileWithBadLines(t *testing.T) {
	o, s := shown(t, "ja", "")
	s.Path = filepath.Join(t.TempDir(), "people.csv")
	ok(t, os.WriteFile(s.Path, []byte("AkerunユーザーID,ユーザーコード\n"+o.kou+",8001\n"+o.hei+",\nU-nobody,5\n"), 0o600))
	s.Tap("ファイルから取り込む")
	s.Want("people.csv: コードの書き込み 1件、対象・対象外の変更 0件", "誤り 2行", "正しい行だけ取り込む（1件）")
	if line, _ := cell(t, s, 0, 0); line != "3" {
		t.Errorf("the first bad line is %s", line)
	}
	if words, _ := cell(t, s, 1, 3); words != "このAkerunユーザーはいません。" {
		t.Error(words)
	}
	s.Tap("確認が必要な行をコピー")
	if copied := s.App.Clipboard().Content(); !strings.Contains(copied, "4\tU-nobody\t5\t") || strings.Contains(copied, "8001") {
		t.Errorf("copied %q", copied)
	}
	s.Tap("正しい行だけ取り込む（1件）")
	o.write(t, s)
	if o.code(o.kou) != "8001" || o.code(o.hei) != "Z-9" {
		t.Errorf("codes %q and %q", o.code(o.kou), o.code(o.hei))
	}
}

// The column 対象 takes people in and out; a line that says neither is named, and nothing of it is taken.
func TestFileWithInclusions(t *testing.T) {
	o, s := shown(t, "ja", "")
	excluded := func() (all []string) {
		people, err := o.People(t.Context())
		ok(t, err)
		for _, p := range people {
			if p.Excluded {
				all = append(all, p.UserID)
			}
		}
		return all
	}
	s.Path = filepath.Join(t.TempDir(), "people.csv")
	ok(t, os.WriteFile(s.Path, []byte("AkerunユーザーID,対象\n"+o.kou+",対象外\n"+o.otsu+",対象\n"+o.hei+",たぶん\nU-nobody,×\n"), 0o600))
	s.Tap("ファイルから取り込む")
	s.Want("コードの書き込み 0件、対象・対象外の変更 1件、変更なし 1件、誤り 2行")
	for row, want := range []string{"「対象」の列は「対象」か「対象外」にしてください。", "このAkerunユーザーはいません。", "対象外にする"} {
		if words, _ := cell(t, s, row, 3); words != want {
			t.Errorf("row %d says %q, want %q", row, words, want)
		}
	}
	s.Tap("正しい行だけ取り込む（1件）")
	if got := excluded(); len(got) != 1 || got[0] != o.kou {
		t.Errorf("taken out are %v", got)
	}
	ok(t, os.WriteFile(s.Path, []byte("メールアドレス,ユーザーコード,対象\ns8001@sakura-shoji.example,8001,対象\n"), 0o600))
	s.Tap("ファイルから取り込む")
	s.Tap("2件を取り込む")
	o.write(t, s)
	if got := excluded(); len(got) != 0 || o.code(o.kou) != "8001" {
		t.Errorf("taken out are %v, the code is %q", got, o.code(o.kou))
	}
}

func TestFilesThatCantBeRead(t *testing.T) {
	_, s := shown(t, "ja", "")
	dir := t.TempDir()
	for name, c := range map[string]struct{ content, want string }{
		"empty.csv":  {"", "は空です"},
		"old.xls":    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "パスワード付きか、古いExcel"},
		"other.csv":  {"a,b\n1,2\n", "見出し"},
		"broken.csv": {"\xff\x00\x80", "文字コードがわかりません"},
		"large.csv":  {strings.Repeat("x", 6<<20), "大きすぎます"},
	} {
		s.Path = filepath.Join(dir, name)
		ok(t, os.WriteFile(s.Path, []byte(c.content), 0o600))
		s.Tap("ファイルから取り込む")
		s.Want(name, c.want)
		s.Tap("閉じる")
	}
	s.Path = filepath.Join(dir, "gone.csv")
	s.Tap("ファイルから取り込む")
	s.Want("gone.csv を開けません")
}

func TestExport(t *testing.T) {
	_, s := shown(t, "ja", "")
	s.Path = filepath.Join(t.TempDir(), "out.csv")
	s.Tap("出力")
	s.Menu("CSV（.csv）")
	content, err := os.ReadFile(s.Path)
	ok(t, err)
	if !strings.Contains(string(content), "甲野 カナ") || !strings.HasPrefix(string(content), "\ufeffAkerunユーザーID,") {
		t.Errorf("%.200s", content)
	}
}

func TestFailuresAreNamedAndTriedAgain(t *testing.T) {
	o, s := shown(t, "ja", "丙山")
	o.World.AkerunServer().Inject(akerunserver.Fault{Method: "PUT", Path: "/users/", Kind: akerunserver.FaultStatus, Status: 400, Code: "invalid_parameter", Times: 1})
	press(t, s, 0)
	s.Fill("ユーザーコード", "8003")
	s.Tap("Akerunに書き込む")
	o.write(t, s)
	s.Want("1件は書き込めませんでした。")
	s.Tap("詳細")
	if words, _ := cell(t, s, 0, 4); !strings.Contains(words, "Akerunがこのコードを受け付けません") || !strings.Contains(words, "invalid_parameter") {
		t.Error(words)
	}
	s.Tap("失敗した1件をもう一度")
	o.write(t, s)
	if o.code(o.hei) != "8003" {
		t.Errorf("Akerun has %q", o.code(o.hei))
	}
}

func TestWhatWaitsCanBeStopped(t *testing.T) {
	o, s := shown(t, "en", "丙山")
	press(t, s, 0)
	s.Fill("User code", "8003")
	s.Tap("Write to Akerun")
	s.Tap("Stop the rest")
	o.write(t, s)
	s.Want("0 user codes were written, 1 were given up.")
	if o.code(o.hei) != "Z-9" {
		t.Errorf("Akerun has %q", o.code(o.hei))
	}
}

func TestEnglish(t *testing.T) {
	_, s := shown(t, "en", "")
	for _, line := range strings.Split(s.Text(), "\n") {
		if strings.ContainsAny(line, "のはをにで件人") && !strings.Contains(line, "社員") {
			t.Errorf("Japanese in the English screen: %q", line)
		}
	}
}

func TestNightsArePointedOut(t *testing.T) {
	o := newOffice(t)
	night := o.Hire("7001")
	day := func(text string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-"+text, attendance.Japan)
		ok(t, err)
		return at
	}
	o.Enter(night, day("23 22:00"), day("24 06:10"))
	ok(t, o.ReadPeople(t.Context()))
	s := stage.New(t, o.Local, "ja")
	s.Window.Resize(fyne.NewSize(1200, 900))
	s.Show(people.New, "7001")
	if words, _ := cell(t, s, 0, 6); words != "連携できます" {
		t.Errorf("before: %q", words)
	}
	s.Tap("5時またぎを調べる")
	s.Want("5時をまたいで勤務した人: 1人")
	if words, _ := cell(t, s, 0, 6); words != "連携できます（5時をまたぐ勤務 1日）" {
		t.Errorf("after: %q", words)
	}
}
