package preferences

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/items"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// link is who linked each side, pausing, handing over, unlinking and linking again.
type link struct {
	f       *shell.Frame
	content *fyne.Container
	shown   string // what the content was made of
}

func newLink(f *shell.Frame) *link { return &link{f: f, content: container.NewStack()} }

// show makes the card anew for another state only: a press must not meet a button that has just been replaced.
func (l *link) show(s connector.Status) {
	key := fmt.Sprint(s.Phase, s.Start, s.Akerun, s.Salesforce, waiting(s))
	if key == l.shown {
		return
	}
	l.shown = key
	parts := []fyne.CanvasObject{field.Heading(text.Of("preferences_link")), field.Paragraph(l.state(s)), l.side(s, s.Akerun), l.side(s, s.Salesforce), l.buttons(s)}
	l.content.Objects = []fyne.CanvasObject{field.Card(parts...)}
	l.content.Refresh()
}

func waiting(s connector.Status) int { return s.Queue.Planned + s.Queue.Sending + s.Queue.Unknown }

func (l *link) state(s connector.Status) string {
	return text.Of("preferences_state", text.Args{"Phase": text.Phase(s.Phase), "Start": text.Moment(s.Start)})
}

func begun(p connector.Phase) bool {
	switch p {
	case connector.Waiting, connector.Running, connector.Paused, connector.NeedsLink:
		return true
	}
	return false
}

// side says who signed in to a side, with the button that hands it to another person.
func (l *link) side(s connector.Status, a connector.Account) fyne.CanvasObject {
	who := a.Name
	if who == "" {
		who = text.Of("dashboard_nobody")
	}
	args := text.Args{"Side": text.Side(a.Side), "Who": who, "Since": text.Moment(a.Since)}
	if a.Since.IsZero() {
		return field.Paragraph(text.Of("dashboard_not_linked", args))
	}
	words := field.Paragraph(text.Of("preferences_linked", args))
	if !begun(s.Phase) {
		return words
	}
	b := widget.NewButton(text.Of("preferences_hand_over", args), func() {
		l.f.Ask(text.Of("preferences_hand_over", args), text.Of("preferences_hand_over_"+string(a.Side)), text.Of("preferences_hand_over_yes"),
			func() { l.f.Navigate(shell.Setup, string(a.Side)) })
	})
	return container.NewBorder(nil, nil, nil, container.NewVBox(b), words)
}

func (l *link) buttons(s connector.Status) fyne.CanvasObject {
	var row []fyne.CanvasObject
	add := func(key string, importance widget.Importance, do func()) {
		b := widget.NewButton(text.Of(key), do)
		b.Importance = importance
		row = append(row, b)
	}
	switch {
	case s.Phase == connector.Unlinked:
		add("dashboard_link_again", widget.HighImportance, l.again)
		return field.Row(row...)
	case !begun(s.Phase):
		add("dashboard_go_on", widget.HighImportance, func() { l.f.Navigate(shell.Setup, "") })
		return field.Row(row...)
	case s.Paused:
		add("dashboard_resume", widget.HighImportance, func() {
			shell.Do(l.f, l.f.Connector.Resume, l.f.ShowError).Show(text.Of("dashboard_resuming"))
		})
	default:
		add("dashboard_pause", widget.MediumImportance, func() {
			l.f.Ask(text.Of("dashboard_pause"), text.Of("dashboard_pause_question"), text.Of("dashboard_pause_yes"), func() {
				shell.Do(l.f, l.f.Connector.Pause, l.f.ShowError).Show(text.Of("dashboard_pausing"))
			})
		})
	}
	add("cure_sync", widget.MediumImportance, func() { items.Sync(l.f, func() {}) })
	add("preferences_unlink", widget.DangerImportance, func() { l.unlink(waiting(s)) })
	return field.Row(row...)
}

// unlink says what unlinking means; it goes on only after a tick, for it can't be taken back.
func (l *link) unlink(waiting int) {
	var d dialog.Dialog
	yes := widget.NewButtonWithIcon(text.Of("preferences_unlink_yes"), theme.WarningIcon(), func() {
		d.Hide()
		shell.Do(l.f, l.f.Connector.Unlink, func(err error) {
			if err != nil {
				l.f.ShowError(err)
				return
			}
			l.f.Tell(text.Of("preferences_unlink"), text.Of("preferences_unlinked"))
		}).Show(text.Of("preferences_unlinking"))
	})
	yes.Importance = widget.DangerImportance
	yes.Disable()
	understood := widget.NewCheck(text.Of("preferences_unlink_understood"), func(on bool) {
		if on {
			yes.Enable()
		} else {
			yes.Disable()
		}
	})
	args := text.Args{"N": waiting}
	content := container.NewVBox(
		field.Chip(field.Warn, text.Of("preferences_unlink_stops", args)), field.Chip(field.Doing, text.Of("preferences_unlink_keeps")),
		field.Chip(field.Doing, text.Of("preferences_unlink_again")), field.Chip(field.Warn, text.Of("preferences_unlink_billing")),
		understood, container.NewCenter(yes), container.NewGridWrap(fyne.NewSize(560, 1)))
	d = l.f.ShowDialog(text.Of("preferences_unlink"), content)
}

// again leads to the wizard, where the start is chosen and the stamps of the meantime are shown by month before anything is sent.
func (l *link) again() {
	l.f.Ask(text.Of("dashboard_link_again"), text.Of("preferences_again_question"), text.Of("preferences_again_yes"), func() { l.f.Navigate(shell.Setup, "") })
}
