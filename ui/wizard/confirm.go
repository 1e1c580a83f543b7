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

// confirmStep is step 7: everything on one page, and the start.
type confirmStep struct {
	sheet
	w *wizard
}

// confirm is step 7, 確認.
func confirm(w *wizard) fyne.CanvasObject {
	s := &confirmStep{sheet: newSheet(), w: w}
	if begun(w.f.Status().Phase) {
		s.waiting()
	} else {
		s.look()
	}
	return s.Container
}

// look checks everything once more.
func (s *confirmStep) look() {
	s.fill(field.Chip(field.Doing, text.Of("wizard_confirm_doing")), widget.NewProgressBarInfinite())
	shell.Work(s.w.page, s.w.f.Connector.Check, func(c connector.Check, err error) {
		if err != nil {
			s.fill(failed(err, s.look))
			return
		}
		s.w.check = &c
		s.show(c)
		s.w.mark()
	})
}

func (s *confirmStep) show(c connector.Check) {
	w := s.w
	line := func(key, value string) fyne.CanvasObject {
		return container.NewBorder(nil, nil, container.NewGridWrap(fyne.NewSize(190, 36), field.Strong(text.Of(key))), nil, field.Paragraph(value))
	}
	parts := []fyne.CanvasObject{
		line("wizard_confirm_office", orCode(c.Akerun.OrganizationName, c.Akerun.OrganizationID)),
		line("wizard_confirm_akerun", orCode(w.f.Status().Akerun.Name, w.f.Status().Akerun.UserID)),
		line("wizard_confirm_salesforce", text.Of("wizard_confirm_user", text.Args{"User": orCode(w.userOf(c.Rights), c.Rights.OrganizationID), "Address": w.set.Salesforce.LoginURL})),
		line("wizard_confirm_people", text.Of("wizard_people_counts", text.Args{"Sound": c.People.Sound, "Users": c.People.Users, "Rest": c.People.Users - c.People.Sound})),
		line("wizard_confirm_start", text.Moment(w.setup.Start)),
	}
	if w.setup.BackfillFrom != "" && !w.f.Status().FirstStart.IsZero() {
		parts = append(parts, line("wizard_confirm_afterwards", text.Of("wizard_confirm_afterwards_from", text.Args{"Day": dayOf(w.setup.BackfillFrom)})))
	}
	parts = append(parts, field.Chip(field.Warn, text.Of("wizard_start_five")))
	problems := s.problems(c)
	for _, p := range problems {
		parts = append(parts, field.Chip(field.Bad, text.Of(p.key, p.args)), row(w.leadTo(p.step)))
	}
	begin := primary(text.Of("wizard_confirm_begin"), s.begin)
	able(begin, len(problems) == 0)
	s.fill(append(parts, row(begin))...)
}

// dayOf is a business day in words.
func dayOf(day string) string {
	at, err := time.ParseInLocation(time.DateOnly, day, text.Zone)
	if err != nil {
		return day
	}
	return text.Date(at)
}

// problem is something that keeps the integration from starting, and the step that cures it.
type problem struct {
	step int
	key  string
	args text.Args
}

// stepOf says which step cures a block.
var stepOf = map[connector.ErrorCode]int{
	connector.CodeEmployeeRights: stepRights,
	connector.CodeObjectMissing:  stepRights,
	connector.CodeNotSignedIn:    stepAkerun,
	connector.CodeNoOrganization: stepAkerun,
	connector.CodeNoRights:       stepAkerun,
	connector.CodeNotSuper:       stepAkerun,
	connector.CodeAuthority:      stepAkerun,
}

func (s *confirmStep) problems(c connector.Check) []problem {
	var all []problem
	for _, code := range c.Blocks {
		all = append(all, problem{stepOf[code], "wizard_confirm_block_" + string(code), text.Args{"User": s.w.userOf(c.Rights)}})
	}
	if c.Rights.Verdict == "PARTIAL" && !s.w.setup.Confirmed {
		all = append(all, problem{stepRights, "error_not_confirmed", nil})
	}
	if !s.w.setup.Start.After(s.w.f.Now()) {
		all = append(all, problem{stepStart, "wizard_confirm_no_start", nil})
	}
	return all
}

// begin starts the integration. The hour is checked anew; a start that has become too early leads back to its step.
func (s *confirmStep) begin() {
	w := s.w
	request := connector.BeginRequest{Start: w.setup.Start, Confirmed: w.setup.Confirmed, BackfillFrom: w.setup.BackfillFrom}
	s.fill(field.Chip(field.Doing, text.Of("wizard_confirm_beginning")), widget.NewProgressBarInfinite())
	shell.Work(w.page, func(ctx context.Context) (connector.Status, error) {
		if err := w.f.Connector.Begin(ctx, request); err != nil {
			return connector.Status{}, err
		}
		return w.f.Connector.Status(ctx)
	}, func(status connector.Status, err error) {
		var said *connector.Error
		switch {
		case errors.As(err, &said) && said.Code == connector.CodeStartTooEarly:
			w.notice = text.Error(err)
			w.setup.Start = time.Time{}
			w.goTo(stepStart)
		case err != nil:
			s.fill(failed(err, s.look))
		default:
			w.status = status
			s.waiting()
			w.mark()
		}
	})
}

// waiting says that it has begun, and what to tell the staff.
func (s *confirmStep) waiting() {
	count := field.Heading("")
	show := func(status connector.Status) {
		if status.Start.After(s.w.f.Now()) {
			count.SetText(text.Of("wizard_confirm_waiting", text.Args{"Start": text.Moment(status.Start), "Left": text.Span(status.Start.Sub(s.w.f.Now()))}))
		} else {
			count.SetText(text.Phase(status.Phase))
		}
	}
	s.fill(
		count,
		field.Chip(field.Good, text.Of("wizard_confirm_begun")),
		field.Card(field.Paragraph(text.Of("wizard_letter_staff", s.w.values())),
			row(field.CopyButton(s.w.page, text.Of("wizard_copy_staff"), func() string { return text.Of("wizard_letter_staff", s.w.values()) }))),
		row(primary(text.Of("wizard_to_dashboard"), func() { s.w.f.Navigate(shell.Dashboard, "") })),
	)
	s.w.page.OnStatus(show)
	s.w.page.Every(time.Second, func() { show(s.w.f.Status()) })
}
