package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/shell/stage"
	"dakokubridge/ui/text"
)

// keys is a keyboard before a window: nothing else is used.
type keys struct {
	*stage.Stage
	t *testing.T
}

// tab presses Tab until what says so has the focus, or what is of that type (widget.List).
func (k *keys) tab(label string) {
	k.t.Helper()
	canvas := k.Window.Canvas()
	for range 600 {
		canvas.FocusNext()
		focused, _ := canvas.Focused().(fyne.CanvasObject)
		if focused == nil {
			continue
		}
		entry, _ := focused.(*widget.Entry)
		if stage.Label(focused) == label || entry != nil && entry.PlaceHolder == label || strings.HasPrefix(fmt.Sprintf("%T", focused), "*"+label) {
			return
		}
	}
	k.t.Fatalf("Tab never comes to %q; shown is:\n%s", label, k.Text())
}

// key presses a key for what has the focus, as Fyne's driver for desktops does. Escape goes to what is above the window first.
func (k *keys) key(name fyne.KeyName) {
	k.t.Helper()
	if name == fyne.KeyEscape && k.Dismiss() {
		k.Settle()
		return
	}
	focused := k.Window.Canvas().Focused()
	focused.TypedKey(&fyne.KeyEvent{Name: name})
	if _, entry := focused.(*widget.Entry); name == fyne.KeySpace && !entry {
		focused.TypedRune(' ')
	}
	k.Settle()
}

// press is Tab to something and the space bar.
func (k *keys) press(label string) {
	k.t.Helper()
	k.tab(label)
	k.key(fyne.KeySpace)
}

func (k *keys) write(words string) {
	for _, r := range words {
		k.Window.Canvas().Focused().TypedRune(r)
	}
	k.Settle()
}

// Everything of a running integration by keyboard alone: looking for a caller, the lists, people, settings.
func TestTheKeyboardAloneReachesEverything(t *testing.T) {
	r := rig.Quiet(t, rig.Options{Seed: 1})
	p := r.Hire("77001")
	november := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, text.Zone) }
	r.Link(november(25, 5))
	r.Enter(p, november(25, 9), november(26, 9))
	r.RunUntil(november(26, 12))
	k := &keys{stage.New(t, r.Local, "ja"), t}
	k.Now = r.World.Clock().Now
	w := newWindow(t.Context(), k.Desk, nil)
	defer w.close()
	status, err := r.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.update(status)
	k.Settle()

	// A caller.
	k.tab(text.Of("dashboard_search"))
	k.write("77001")
	k.Until("an answer", func() bool { return k.Has("人 77001（77001）") })
	for range "77001" {
		k.key(fyne.KeyBackspace)
	}

	// The lists: 退勤なし of the 25th, seen in full, then closed with a memo.
	k.press("確認リスト（1）")
	k.tab("widget.List")
	k.key(fyne.KeySpace)
	k.Want("どういうことか・どうすればよいか")
	k.key(fyne.KeyEscape)
	if k.Has("どういうことか・どうすればよいか") {
		t.Error("Escape leaves the dialog open")
	}
	k.press(text.Of("items_select_all"))
	k.press(text.Of("items_close_many", text.Args{"N": 1}))
	k.tab(text.Of("items_close_memo"))
	k.write("kakunin")
	k.press(text.Of("items_close_title"))
	k.key(fyne.KeyEscape)
	closed, err := r.Items(t.Context(), connector.ItemQuery{List: "review", All: true})
	if err != nil || len(closed) != 1 || closed[0].State != "closed" || closed[0].Memo != "kakunin" {
		t.Errorf("%+v %v", closed, err)
	}

	// People: somebody is found and opened from the table, and taken out by the tick in it.
	k.press("社員")
	k.tab(text.Of("people_search"))
	k.write("77001")
	k.tab("field.Table")
	k.key(fyne.KeyRight)
	k.key(fyne.KeySpace)
	k.Want(text.Of("people_code_label"))
	k.key(fyne.KeyEscape)
	k.tab("field.Table")
	for range 6 {
		k.key(fyne.KeyRight)
	}
	k.key(fyne.KeySpace)
	k.Want(text.Of("people_excluded"))

	// Settings.
	k.press("設定")
	k.press(text.Of("preferences_notify"))
	k.press(text.Of("preferences_finer"))
	k.tab("http://proxy.example.co.jp:8080")
	k.write("http://proxy:8080")
	k.press(text.Of("button_save"))
	k.key(fyne.KeyEscape)
	set, err := r.Local.Settings(t.Context())
	if err != nil || set.Notifications || set.Proxy != "http://proxy:8080" {
		t.Errorf("%+v %v", set, err)
	}
	if w.place != shell.Settings {
		t.Error(w.place)
	}
}
