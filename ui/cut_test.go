//go:build !race

package ui

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/prose"
	"dakokubridge/ui/shell/stage"
)

// parts are what an object is made of.
func parts(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}

// layOut lays everything out as often as a real window does until texts have the height that their width calls for; the test's driver does
// so only once.
func layOut(c fyne.Canvas) {
	var lay func(o fyne.CanvasObject)
	lay = func(o fyne.CanvasObject) {
		if o == nil || !o.Visible() {
			return
		}
		switch o := o.(type) {
		case *fyne.Container:
			if o.Layout != nil {
				o.Layout.Layout(o.Objects, o.Size())
			}
		case fyne.Widget:
			test.WidgetRenderer(o).Layout(o.Size())
		}
		for _, part := range parts(o) {
			lay(part)
		}
	}
	for range 3 {
		lay(c.Content())
		for _, overlay := range c.Overlays().List() {
			lay(overlay)
		}
	}
}

// cutOff finds the texts of a canvas that have less room than they need, or lie outside of what can be seen or scrolled to. Cells of tables
// and lists are passed over: they end where the table ends, and say with an ellipsis what they leave out.
func cutOff(c fyne.Canvas) (all []string) {
	var look func(o fyne.CanvasObject, from, room fyne.Position)
	look = func(o fyne.CanvasObject, from, room fyne.Position) {
		if o == nil || !o.Visible() {
			return
		}
		from = from.Add(o.Position())
		size := o.Size()
		switch o := o.(type) {
		case *container.Scroll:
			const endless = 1e6
			if o.Direction != container.ScrollHorizontalOnly {
				room.Y = endless
			}
			if o.Direction != container.ScrollVerticalOnly {
				room.X = endless
			}
			look(o.Content, from, room)
			return
		case *widget.Label, *prose.Text, *widget.Button, *widget.Check, *widget.Hyperlink, *widget.Select:
			least := o.MinSize()
			if size.IsZero() { // the title of a dialog is never given a size, and is drawn whole
				size = least
			}
			if _, running := o.(*prose.Text); running { // it would break to any width, and be drawn over what is beside it
				least.Width = min(fyne.MeasureText(stage.Label(o), theme.TextSize(), fyne.TextStyle{}).Width, 4*theme.TextSize()) + 2*theme.InnerPadding()
			}
			if words := stage.Label(o); words != "" && (least.Width > size.Width+1 || least.Height > size.Height+1 || from.X+size.Width > room.X+1 || from.Y+size.Height > room.Y+1) {
				all = append(all, fmt.Sprintf("%.40s (%v of %v at %v in %v)", words, size, least, from, room))
			}
			return
		case fyne.Widget:
			if name := fmt.Sprintf("%T", o); strings.Contains(name, "Table") || strings.Contains(name, "List") {
				return
			}
		}
		for _, part := range parts(o) {
			look(part, from, room)
		}
	}
	room := fyne.NewPos(c.Size().Width, c.Size().Height)
	look(c.Content(), fyne.Position{}, room)
	for _, overlay := range c.Overlays().List() {
		look(overlay, fyne.Position{}, room)
	}
	return all
}

func TestWhatIsCutOffIsFound(t *testing.T) {
	test.NewTempApp(t)
	long := widget.NewButton("a button with many words on it", nil)
	short := widget.NewLabel("short")
	hidden := widget.NewLabel("far away")
	hidden.Move(fyne.NewPos(500, 0))
	hidden.Resize(hidden.MinSize())
	scrolled := container.NewVScroll(container.NewVBox(widget.NewLabel("a"), widget.NewLabel("b"), widget.NewLabel("c"), widget.NewLabel("d")))
	narrow := prose.New("これは狭すぎる")
	w := test.NewTempWindow(t, container.NewWithoutLayout(long, short, hidden, scrolled, narrow))
	narrow.Resize(fyne.NewSize(20, 36))
	w.Resize(fyne.NewSize(200, 100))
	long.Resize(fyne.NewSize(60, long.MinSize().Height))
	short.Resize(short.MinSize())
	scrolled.Resize(fyne.NewSize(100, 50))
	got := strings.Join(cutOff(w.Canvas()), "\n")
	if !strings.Contains(got, "a button with") || !strings.Contains(got, "far away") || strings.Contains(got, "short") || !strings.Contains(got, "狭すぎる") || strings.Count(got, "\n") != 2 {
		t.Error(got)
	}
}
