package dashboard

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/items"
	"dakokubridge/ui/prose"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
	ours "dakokubridge/ui/theme"
)

// state is the sentence on top: how the integration stands, why, who can cure it, and the button that does.
type state struct {
	f       *shell.Frame
	content fyne.CanvasObject

	icon     *canvas.Image
	word     *canvas.Text
	sentence *prose.Text
	more     *fyne.Container // causes and buttons
	shown    string          // what more was made of
}

func newState(f *shell.Frame) *state {
	s := &state{f: f, icon: canvas.NewImageFromResource(nil), word: canvas.NewText("", nil), sentence: field.Paragraph(""), more: container.NewVBox()}
	s.icon.FillMode = canvas.ImageFillContain
	s.icon.SetMinSize(fyne.NewSquareSize(44))
	s.word.TextSize = 2 * theme.TextSize()
	s.word.TextStyle.Bold = true
	line := container.NewBorder(nil, nil, container.NewHBox(s.icon, container.NewCenter(s.word)), nil, container.NewVBox(layout.NewSpacer(), s.sentence, layout.NewSpacer()))
	s.content = field.Card(line, s.more)
	return s
}

func (s *state) show(now connector.Status) {
	is := ours.StateOf(now)
	s.icon.Resource = is.Icon()
	s.icon.Refresh()
	s.word.Text = text.Phase(now.Phase)
	if is == ours.Retrying {
		s.word.Text = text.Of("dashboard_retrying")
	}
	s.word.Color = ours.ColourOf(is.Colour())
	s.word.Refresh()
	s.tick(now)
	// Buttons are made anew only for another state: a press must not meet a button that has just been replaced.
	if key := fmt.Sprint(now.Phase, now.Relink, now.StandBy, now.Warnings, waiting(now)); key != s.shown {
		s.shown = key
		s.more.Objects = s.parts(now)
		s.more.Refresh()
	}
}

// tick brings the sentence up to date, which counts down to the start.
func (s *state) tick(now connector.Status) {
	if sentence := s.words(now); sentence != s.sentence.Words() {
		s.sentence.SetText(sentence)
	}
}

func (s *state) words(now connector.Status) string {
	args := text.Args{"Start": text.Moment(now.Start), "N": waiting(now), "Left": left(now.Start.Sub(s.f.Now()))}
	if now.Phase == connector.Waiting && !now.Start.After(s.f.Now()) {
		return text.Of("dashboard_about_to_start", args)
	}
	if now.Phase == connector.NeedsLink && waiting(now) == 0 {
		return text.Of("dashboard_nothing_waits", args)
	}
	return text.Of("dashboard_is_"+string(now.Phase), args)
}

// waiting is how many stamps go out by themselves when sending goes on.
func waiting(s connector.Status) int {
	return s.Queue.Planned + s.Queue.Sending + s.Queue.Unknown + s.Queue.DirtyDays
}

// left is a span in words: days and hours, hours and minutes, or minutes and seconds.
func left(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	args := text.Args{"D": int(d / (24 * time.Hour)), "H": int(d/time.Hour) % 24, "M": int(d/time.Minute) % 60, "S": int(d/time.Second) % 60}
	switch {
	case d >= 24*time.Hour:
		return text.Of("dashboard_left_days", args)
	case d >= time.Hour:
		return text.Of("dashboard_left_hours", args)
	}
	return text.Of("dashboard_left_minutes", args)
}

// parts are what stands below the sentence.
func (s *state) parts(now connector.Status) []fyne.CanvasObject {
	var parts []fyne.CanvasObject
	for _, r := range now.Relink {
		parts = append(parts, s.cause(now, r))
	}
	if now.StandBy {
		parts = append(parts, field.Chip(field.Warn, text.Of("dashboard_stand_by")))
	}
	for _, w := range now.Warnings {
		parts = append(parts, field.Chip(field.Warn, warning(w)))
	}
	if buttons := s.buttons(now); len(buttons) > 0 {
		parts = append(parts, field.Row(buttons...))
	}
	return parts
}

// cause says of one side why it has stopped, since when, whose sign-in it was and who can cure it.
func (s *state) cause(now connector.Status, r connector.Relink) fyne.CanvasObject {
	args := text.Args{"Side": text.Side(r.Side), "Who": orSomebody(r.Who), "Since": text.Moment(r.Since), "N": waiting(now)}
	words := text.Of("dashboard_since_whose", args) + "\n" + items.Meaning(connector.Item{Reason: r.Cause, Detail: map[string]string{"subject": string(r.Side)}}) +
		"\n" + text.Of("dashboard_who_cures_"+string(r.Side), args)
	if waiting(now) > 0 {
		words += "\n" + text.Of("dashboard_when_cured", args)
	}
	return container.NewVBox(field.Chip(field.Bad, text.Side(r.Side)+": "+text.Reason(r.Cause)), field.Paragraph(words))
}

func orSomebody(name string) string {
	if name == "" {
		return text.Of("dashboard_nobody")
	}
	return name
}

// warning is a side that can't be reached just now, in words. The façade writes it as side and reason.
func warning(w string) string {
	var side, reason string
	if n, err := fmt.Sscanf(w, "%s %s", &side, &reason); n < 2 || err != nil {
		return w
	}
	return text.Of("dashboard_warning", text.Args{"Side": text.Side(connector.Side(side)), "Reason": text.Reason(reason)})
}

// buttons are what a person can do in this state, the most fitting first.
func (s *state) buttons(now connector.Status) []fyne.CanvasObject {
	button := func(words string, do func()) *widget.Button { return widget.NewButton(words, do) }
	first := func(words string, do func()) *widget.Button {
		b := button(words, do)
		b.Importance = widget.HighImportance
		return b
	}
	sync := button(text.Of("cure_sync"), func() { items.Sync(s.f, func() {}) })
	setup := func() { s.f.Navigate(shell.Setup, "") }
	switch now.Phase {
	case connector.NotSetUp:
		return []fyne.CanvasObject{first(text.Of("dashboard_begin"), setup)}
	case connector.Applied, connector.Ready:
		return []fyne.CanvasObject{first(text.Of("dashboard_go_on"), setup)}
	case connector.Unlinked:
		return []fyne.CanvasObject{first(text.Of("dashboard_link_again"), setup)}
	case connector.NeedsLink:
		var all []fyne.CanvasObject
		for _, r := range now.Relink {
			words := text.Of("dashboard_sign_in", text.Args{"Side": text.Side(r.Side)})
			all = append(all, first(words, func() { s.f.Navigate(shell.Setup, string(r.Side)) }))
		}
		cause := now.Relink[0].Cause
		return append(all, sync, field.CopyButton(s.f, text.Of("letter_staff_copy"), func() string { return items.Notice(cause) }))
	case connector.Paused:
		return []fyne.CanvasObject{first(text.Of("dashboard_resume"), s.resume)}
	}
	return []fyne.CanvasObject{sync, button(text.Of("dashboard_pause"), s.pause)}
}

func (s *state) resume() {
	shell.Do(s.f, s.f.Connector.Resume, s.f.ShowError).Show(text.Of("dashboard_resuming"))
}

func (s *state) pause() {
	s.f.Ask(text.Of("dashboard_pause"), text.Of("dashboard_pause_question"), text.Of("dashboard_pause_yes"), func() {
		shell.Do(s.f, s.f.Connector.Pause, s.f.ShowError).Show(text.Of("dashboard_pausing"))
	})
}
