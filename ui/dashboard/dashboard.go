// Package dashboard is the first screen of a running integration: how it stands, what today brought, what is to be seen to, and what happened
// to somebody who calls.
//
// All it shows comes from the façade's status, lists and stories; it works nothing out but words.
package dashboard

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"dakokubridge/connector"
	"dakokubridge/ui/items"
	"dakokubridge/ui/shell"
)

// listsHeight is how high the lists are at least, so that in a low window the screen scrolls and the lists do not vanish.
const listsHeight = 300

// New makes the screen. The argument, if any, is a code or name to tell the story of.
func New(f *shell.Frame, argument string) fyne.CanvasObject {
	state, today := newState(f), newToday(f)
	lists := container.NewStack(container.NewGridWrap(fyne.NewSize(1, listsHeight)), items.New(f))
	caller := newCaller(f, lists)
	banner := newClosing(f)
	head := container.NewVBox(state.content, banner.content, today.content, caller.entry)
	f.OnStatus(func(s connector.Status) {
		state.show(s)
		banner.show(s)
		today.show(s)
	})
	f.Every(time.Second, func() { state.tick(f.Status()) })
	if argument != "" {
		caller.entry.SetText(argument)
	}
	return container.NewVScroll(container.NewPadded(container.NewBorder(head, nil, nil, nil, container.NewStack(lists, caller.content))))
}
