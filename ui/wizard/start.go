package wizard

import (
	"context"
	"errors"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// startStep is step 6: the instant at which the integration starts.
type startStep struct {
	w       *wizard
	at      *field.DateTime
	from    *field.Date // the first day to send afterwards, when linking again
	verdict *fyne.Container
	preview connector.BeginPreview
	known   bool // preview is what the chosen start means
	asked   *shell.Task
}

// start is step 6, 連携開始日時.
func start(w *wizard) fyne.CanvasObject {
	s := &startStep{w: w, verdict: container.NewVBox(), at: field.NewDateTime(w.f.Now), from: field.NewDate(w.f.Now)}
	five := widget.NewButton(text.Of("wizard_start_next_five"), func() {
		if !s.preview.NextFive.IsZero() {
			s.at.Set(s.preview.NextFive)
		}
	})
	if w.setup.Start.After(w.f.Now()) {
		s.at.Set(w.setup.Start)
	}
	s.at.OnChanged = s.chosen
	if day, ok := field.ParseDay(w.setup.BackfillFrom, w.f.Now()); ok {
		s.from.Set(day)
	}
	s.from.OnChanged = s.chosen
	s.ask()
	return container.NewVBox(
		field.Paragraph(text.Of("wizard_start_intro")),
		field.Card(row(s.at, five), s.verdict),
		field.Chip(field.Warn, text.Of("wizard_start_five")),
		widget.NewSeparator(),
		field.Strong(text.Of("wizard_start_trial_title")),
		field.Paragraph(text.Of("wizard_start_trial_intro", text.Args{"Days": rehearsed})),
		row(widget.NewButton(text.Of("wizard_start_trial"), func() { rehearse(w) })),
	)
}

// chosen keeps the start and asks what it means.
func (s *startStep) chosen() {
	at, ok := s.at.Value()
	if !ok {
		at = time.Time{}
	}
	from := ""
	if day, ok := s.from.Value(); ok {
		from = day.Format(time.DateOnly)
	}
	if at.Equal(s.w.setup.Start) && from == s.w.setup.BackfillFrom {
		return
	}
	same := at.Equal(s.w.setup.Start)
	s.w.setup.Start, s.w.setup.BackfillFrom = at, from
	s.w.save()
	s.w.mark()
	if same && s.known {
		s.show() // the answer has every day; only what is counted of it is another
		return
	}
	s.ask()
}

// ask asks what the chosen start would mean; without one, what the next 05:00 would. An earlier question is given up.
func (s *startStep) ask() {
	if s.asked != nil {
		s.asked.Cancel()
	}
	at := s.w.setup.Start
	if !at.After(s.w.f.Now()) {
		at = time.Time{}
	}
	s.known = false
	s.say(field.Chip(field.Doing, text.Of("wizard_start_doing")))
	s.asked = shell.Work(s.w.page, func(ctx context.Context) (connector.BeginPreview, error) {
		return s.w.f.Connector.BeginPreview(ctx, at)
	},
		func(p connector.BeginPreview, err error) {
			switch {
			case errors.Is(err, context.Canceled):
			case err != nil:
				s.say(failed(err, s.ask))
			default:
				s.preview, s.known = p, true
				s.show()
			}
		})
}

// show says what the start means; 次の5:00 is chosen beforehand.
func (s *startStep) show() {
	at, ok := s.at.Value()
	if !ok && s.at.Empty() {
		s.at.Set(s.preview.NextFive) // comes back here by way of chosen
		return
	}
	parts := []fyne.CanvasObject{}
	switch {
	case !ok:
		parts = append(parts, field.Chip(field.Warn, text.Of("wizard_start_incomplete")))
	case at.Before(s.preview.Earliest):
		parts = append(parts, field.Chip(field.Bad, text.Of("wizard_start_too_early", text.Args{"Earliest": text.Moment(s.preview.Earliest)})))
	default:
		parts = append(parts, field.Chip(field.Good, text.Of("wizard_start_good", text.Args{"Start": text.Moment(at)})))
	}
	if s.preview.SeenBefore > 0 {
		parts = append(parts, field.Chip(field.Warn, text.Of("wizard_start_seen", text.Args{"N": s.preview.SeenBefore})))
	}
	if !s.preview.First {
		parts = append(parts, s.afterwards()...)
	}
	s.say(parts...)
}

// afterwards says, when linking again, what will be sent of the time between.
func (s *startStep) afterwards() []fyne.CanvasObject {
	parts := []fyne.CanvasObject{widget.NewSeparator(), field.Strong(text.Of("wizard_start_afterwards"))}
	months := s.preview.MonthsFrom(s.w.setup.BackfillFrom)
	if len(months) == 0 {
		parts = append(parts, field.Paragraph(text.Of("wizard_start_afterwards_none")))
	}
	for _, m := range months {
		parts = append(parts, field.Chip(field.Good, monthOf(m)))
	}
	return append(parts, field.Paragraph(text.Of("wizard_start_from")), row(s.from))
}

// monthOf says how many past stamps of a month will be sent, and what is left to be looked at.
func monthOf(m connector.MonthCount) string {
	args := text.Args{"Month": text.Month(m.Month), "Stamps": m.Stamps, "Listed": m.Listed}
	if m.Listed == 0 {
		return text.Of("wizard_start_month", args)
	}
	return text.Of("wizard_start_month_listed", args)
}

func (s *startStep) say(parts ...fyne.CanvasObject) {
	s.verdict.Objects = parts
	s.verdict.Refresh()
}
