package ui

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/text"
)

// stateWindow is a window with the state. Its methods run on Fyne's goroutine only.
type stateWindow struct {
	fyne.Window
	phase *widget.Label
	rows  map[string]*widget.Label // by key of the caption
}

var stateRows = []string{"label_now", "label_start", "label_last_poll", "label_today", "label_queue", "label_items", "label_warnings"}

func newStateWindow(a fyne.App, o Options) *stateWindow {
	title := "window_title"
	if o.Demo {
		title = "window_title_demo"
	}
	w := &stateWindow{
		Window: a.NewWindow(text.Of(title)),
		phase:  widget.NewLabel(""),
		rows:   map[string]*widget.Label{},
	}
	w.phase.SizeName = "headingText"
	w.phase.TextStyle.Bold = true
	w.phase.Wrapping = fyne.TextWrapWord
	form := container.New(layout.NewFormLayout())
	for _, key := range stateRows {
		value := widget.NewLabel("")
		value.Wrapping = fyne.TextWrapWord
		w.rows[key] = value
		form.Add(widget.NewLabelWithStyle(text.Of(key), fyne.TextAlignLeading, fyne.TextStyle{Bold: true}))
		form.Add(value)
	}
	w.SetContent(container.NewVScroll(container.NewVBox(w.phase, widget.NewSeparator(), form)))
	w.Resize(fyne.NewSize(640, 420))
	return w
}

// show replaces everything that is shown by a new state.
func (w *stateWindow) show(s connector.Status) {
	w.phase.SetText(text.Of("phase_" + string(s.Phase)))
	for key, value := range map[string]string{
		"label_now":       instant(s.Now),
		"label_start":     instant(s.Start),
		"label_last_poll": instant(s.LastPoll),
		"label_today":     text.Of("value_today", text.Args{"Sent": s.SentToday, "Waiting": s.WaitingToday}),
		"label_queue": text.Of("value_queue", text.Args{"Planned": s.Queue.Planned, "Unknown": s.Queue.Unknown + s.Queue.Sending,
			"Accepted": s.Queue.Accepted + s.Queue.Processed}),
		"label_items": text.Of("value_items", text.Args{"Stopped": s.OpenItems["stopped"], "Action": s.OpenItems["action"],
			"Review": s.OpenItems["review"]}),
		"label_warnings": orNone(strings.Join(s.Warnings, "\n")),
	} {
		w.rows[key].SetText(value)
	}
}

// ended says that no further state will come.
func (w *stateWindow) ended() { w.phase.SetText(text.Of("subscription_ended")) }

func instant(t time.Time) string {
	if t.IsZero() {
		return text.Of("value_none")
	}
	return t.In(text.Zone).Format("2006-01-02 15:04:05")
}

func orNone(s string) string {
	if s == "" {
		return text.Of("value_none")
	}
	return s
}
