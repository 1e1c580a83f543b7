package ui

import (
	"context"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
	"dakokubridge/ui/theme"
)

// window is the one window: the state and the navigation on the left, the screen of a place beside it.
type window struct {
	desk    *shell.Desk
	ctx     context.Context // of the frames
	frame   *shell.Frame    // of the screen that is shown
	screens []screen
	place   shell.Place
	phase   connector.Phase

	icon    *widget.Icon
	word    *widget.Label
	entries *fyne.Container
	body    *fyne.Container
	ended   *widget.Label
}

// newWindow builds the window on a desk; its context ends every screen.
func newWindow(ctx context.Context, d *shell.Desk, top fyne.CanvasObject) *window {
	w := &window{desk: d, ctx: ctx, screens: screens(), icon: widget.NewIcon(theme.Idle.Icon()), word: widget.NewLabel(""), entries: container.NewVBox(), body: container.NewStack(), ended: widget.NewLabel("")}
	w.word.TextStyle.Bold = true
	w.word.SizeName = "subHeadingText"
	w.ended.Importance = widget.DangerImportance
	w.ended.Hide()
	d.Go = w.show
	state := container.NewBorder(nil, nil, container.NewGridWrap(fyne.NewSize(30, 36), w.icon), nil, w.word)
	navigation := container.NewBorder(container.NewVBox(state, widget.NewSeparator()), nil, nil, nil, w.entries)
	left := container.NewHBox(container.NewPadded(navigation), widget.NewSeparator())
	above := container.NewVBox(w.ended)
	if top != nil {
		above.Add(top)
	}
	d.Window.SetContent(container.NewBorder(above, nil, left, nil, container.NewPadded(w.body)))
	d.Window.Resize(fyne.NewSize(1180, 780))
	return w
}

// update shows a new state. At the first one the first place is chosen: the wizard until the integration has begun.
func (w *window) update(s connector.Status) {
	changed := w.phase != s.Phase
	w.phase = s.Phase
	w.word.SetText(text.Phase(s.Phase))
	w.icon.SetResource(theme.StateOf(s).Icon())
	w.desk.Update(s)
	switch {
	case w.place == "" && setUp(s.Phase):
		w.show(shell.Setup, "")
	case w.place == "":
		w.show(shell.Dashboard, "")
	case changed:
		w.navigation()
	}
}

// setUp tells whether the wizard comes first.
func setUp(p connector.Phase) bool {
	return p == connector.NotSetUp || p == connector.Applied || p == connector.Ready
}

// show puts the screen of a place into the window; what ran for the former one ends.
func (w *window) show(place shell.Place, argument string) {
	i := slices.IndexFunc(w.screens, func(s screen) bool { return s.place == place })
	if i < 0 {
		return
	}
	if w.frame != nil {
		w.frame.Close()
	}
	w.place, w.frame = place, w.desk.Open(w.ctx)
	w.navigation()
	w.body.Objects = []fyne.CanvasObject{w.screens[i].show(w.frame, argument)}
	w.body.Refresh()
}

// navigation lists the places. The wizard is among them until the integration has begun, and again after 連携解除.
func (w *window) navigation() {
	w.entries.Objects = nil
	for _, s := range w.screens {
		if s.place == shell.Setup && !setUp(w.phase) && w.phase != connector.Unlinked {
			continue
		}
		b := widget.NewButtonWithIcon(text.Of("place_"+string(s.place)), s.icon, func() { w.show(s.place, "") })
		b.Alignment = widget.ButtonAlignLeading
		b.Importance = widget.LowImportance
		if s.place == w.place {
			b.Importance = widget.MediumImportance
		}
		w.entries.Add(b)
	}
	w.entries.Refresh()
}

// lost says that no further state will come.
func (w *window) lost() {
	w.ended.SetText(text.Of("subscription_ended"))
	w.ended.Show()
}

// close ends the screen that is shown.
func (w *window) close() {
	if w.frame != nil {
		w.frame.Close()
	}
}
