package shell

import (
	"slices"

	"fyne.io/fyne/v2/dialog"
)

// opened is a dialog that is shown.
type opened struct {
	dialog  dialog.Dialog
	dismiss func() // closes it as if nothing had been chosen
}

// Show shows a dialog, which Escape closes from then on as if nothing had been chosen.
func (d *Desk) Show(shown dialog.Dialog) { d.show(shown, shown.Hide) }

func (d *Desk) show(shown dialog.Dialog, dismiss func()) {
	o := &opened{shown, dismiss}
	d.dialogs = append(d.dialogs, o)
	shown.SetOnClosed(func() {
		d.dialogs = slices.DeleteFunc(d.dialogs, func(other *opened) bool { return other == o })
	})
	shown.Show()
}

// Dismiss closes the dialog on top as if nothing had been chosen, and tells whether there was one. What pops up above it, such as a menu,
// closes by itself.
func (d *Desk) Dismiss() bool {
	above := len(d.Window.Canvas().Overlays().List())
	d.dialogs = d.dialogs[:min(above, len(d.dialogs))] // a system's own file dialog is not ours to close
	if len(d.dialogs) == 0 || above > len(d.dialogs) {
		return false
	}
	d.dialogs[len(d.dialogs)-1].dismiss()
	return true
}
