package wizard

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// akerunStep is step 2: sign in, bring the address back, choose the 事業所.
type akerunStep struct {
	sheet
	w    *wizard
	mail string
}

// akerun is step 2, Akerun.
func akerun(w *wizard) fyne.CanvasObject {
	s := &akerunStep{sheet: newSheet(), w: w}
	if !w.f.Status().Akerun.Since.IsZero() && w.signedIn(w.f.Status().Akerun) && !w.handingOver() {
		s.look()
	} else {
		s.ask(nil)
	}
	return s.Container
}

// ask asks who will sign in. err is why the last try failed.
func (s *akerunStep) ask(err error) {
	if s.w.setup.ClientID == "" {
		s.fill(field.Chip(field.Warn, text.Of("wizard_akerun_no_client")),
			row(s.w.leadTo(stepApplication), s.w.leadTo(stepSalesforce)))
		return
	}
	mail := widget.NewEntry()
	mail.PlaceHolder = text.Of("wizard_akerun_mail")
	begin := primary(text.Of("wizard_akerun_begin"), func() { s.begin(mail.Text) })
	mail.OnChanged = func(typed string) { able(begin, strings.Contains(typed, "@")) }
	mail.SetText(s.mail)
	able(begin, strings.Contains(s.mail, "@"))
	s.fill(s.problem(err),
		field.Paragraph(text.Of("wizard_akerun_intro")),
		field.Card(field.Strong(text.Of("wizard_akerun_mail_caption")), mail, field.Paragraph(text.Of("wizard_akerun_mail_why"))),
		row(begin))
}

// problem says why a sign-in failed and what to do.
func (s *akerunStep) problem(err error) fyne.CanvasObject {
	if err == nil {
		return container.NewVBox()
	}
	sentence := text.Error(err)
	var said *connector.Error
	if errors.As(err, &said) && said.Code == connector.CodeNotFound {
		sentence = text.Of("wizard_akerun_mail_unknown")
	}
	return field.Card(field.Chip(field.Bad, sentence))
}

func (s *akerunStep) begin(mail string) {
	s.mail = strings.TrimSpace(mail)
	request := connector.SignInRequest{Side: connector.Akerun, Mail: s.mail}
	shell.Work(s.w.page, func(ctx context.Context) (connector.SignIn, error) { return s.w.f.Connector.BeginSignIn(ctx, request) },
		func(begun connector.SignIn, err error) {
			if err != nil {
				s.ask(err)
				return
			}
			s.w.f.OpenURL(begun.Address)
			s.wait(begun, nil)
		})
}

// wait shows how to bring the address back. The clipboard is read when the button is pressed and at no other moment.
func (s *akerunStep) wait(begun connector.SignIn, err error) {
	paste := primary(text.Of("wizard_akerun_paste"), func() { s.finish(begun, s.w.f.Paste()) })
	again := widget.NewButton(text.Of("wizard_browser_again"), func() { s.w.f.OpenURL(begun.Address) })
	stop := widget.NewButton(text.Of("button_cancel"), func() {
		shell.Do(s.w.page, func(ctx context.Context) error { return s.w.f.Connector.CancelSignIn(ctx, begun.ID) }, func(error) { s.ask(nil) })
	})
	s.fill(s.problem(err),
		field.Strong(text.Of("wizard_akerun_browser")),
		field.Paragraph(text.Of("wizard_akerun_normal")),
		addressBar(s.w.set.Akerun.RedirectURI),
		row(paste, again, stop))
}

func (s *akerunStep) finish(begun connector.SignIn, pasted string) {
	s.fill(field.Chip(field.Doing, text.Of("wizard_akerun_finishing")), widget.NewProgressBarInfinite())
	shell.Work(s.w.page, func(ctx context.Context) (connector.Account, error) {
		return s.w.f.Connector.FinishSignIn(ctx, begun.ID, pasted)
	}, func(_ connector.Account, err error) {
		var said *connector.Error
		switch {
		case errors.As(err, &said) && said.Code == connector.CodeBadInput: // the address was wrong: another paste may do
			s.wait(begun, err)
		case err != nil:
			s.ask(err)
		default:
			s.look()
		}
	})
}

// linked is what there is to say about the Akerun account.
type linked struct {
	status connector.Status
	setup  connector.Setup
	orgs   []connector.Organization
}

// look reads who has signed in and which 事業所 there are.
func (s *akerunStep) look() {
	s.fill(field.Chip(field.Doing, text.Of("wizard_akerun_looking")), widget.NewProgressBarInfinite())
	c := s.w.f.Connector
	shell.Work(s.w.page, func(ctx context.Context) (l linked, err error) {
		if l.status, err = c.Status(ctx); err != nil {
			return l, err
		}
		if l.setup, err = c.Setup(ctx); err != nil {
			return l, err
		}
		l.orgs, err = c.Organizations(ctx)
		return l, err
	}, func(l linked, err error) {
		if err != nil {
			s.fill(failed(err, s.look), row(s.another()))
			return
		}
		s.w.status, s.w.setup.SuperConfirmed = l.status, l.setup.SuperConfirmed
		s.account(l)
		s.w.mark()
	})
}

// another begins anew with somebody else.
func (s *akerunStep) another() *widget.Button {
	return widget.NewButton(text.Of("wizard_another_person"), func() { s.mail = ""; s.ask(nil) })
}

// account shows who has signed in, whether that person may link, and the 事業所.
func (s *akerunStep) account(l linked) {
	a := l.status.Akerun
	parts := []fyne.CanvasObject{field.Chip(field.Good, text.Of("wizard_signed_in", text.Args{"Name": orCode(a.Name, a.UserID), "Since": text.Instant(a.Since)}))}
	switch {
	case a.AuthorityKnown && a.Super:
		parts = append(parts, field.Chip(field.Good, text.Of("wizard_akerun_super")))
	case a.AuthorityKnown:
		s.fill(append(parts, field.Card(field.Chip(field.Bad, text.Of("wizard_akerun_not_super", text.Args{"Authority": a.Authority}))), row(s.another()))...)
		return
	default:
		parts = append(parts, s.vouch(a, l.setup.SuperConfirmed))
	}
	parts = append(parts, s.offices(l.orgs), row(s.another()))
	s.fill(parts...)
}

func orCode(name, code string) string {
	if name == "" {
		return code
	}
	return name
}

// vouch shows a value of Akerun's that nobody knows and asks a person to check it.
func (s *akerunStep) vouch(a connector.Account, confirmed bool) fyne.CanvasObject {
	tick := widget.NewCheck(text.Of("wizard_akerun_vouch"), nil)
	tick.SetChecked(confirmed)
	if confirmed {
		tick.Disable()
	}
	tick.OnChanged = func(on bool) {
		if !on {
			return
		}
		tick.Disable()
		shell.Do(s.w.page, s.w.f.Connector.ConfirmSuperManager, func(err error) {
			if err != nil {
				tick.Enable()
				tick.SetChecked(false)
				s.w.f.ShowError(err)
				return
			}
			s.w.setup.SuperConfirmed = true
			s.w.mark()
		})
	}
	said := a.Authority
	if said == "" {
		said = text.Of("wizard_akerun_nothing")
	}
	return field.Card(field.Chip(field.Warn, text.Of("wizard_akerun_unknown", text.Args{"Authority": said})), tick)
}

// offices shows the 事業所, to be chosen where there are several.
func (s *akerunStep) offices(orgs []connector.Organization) fyne.CanvasObject {
	var names []string
	chosen := ""
	for _, o := range orgs {
		name := orCode(o.Name, o.ID) + "（" + o.ID + "）"
		names = append(names, name)
		if o.Chosen {
			chosen = name
		}
	}
	if len(orgs) == 1 && chosen != "" {
		return field.Chip(field.Good, text.Of("wizard_akerun_office", text.Args{"Name": chosen}))
	}
	radio := widget.NewRadioGroup(names, nil)
	radio.Required = true
	radio.SetSelected(chosen)
	radio.OnChanged = func(name string) {
		for i, o := range orgs {
			if names[i] == name {
				s.choose(radio, o.ID)
			}
		}
	}
	return field.Card(field.Strong(text.Of("wizard_akerun_choose")), radio)
}

func (s *akerunStep) choose(radio *widget.RadioGroup, id string) {
	radio.Disable()
	shell.Do(s.w.page, func(ctx context.Context) error { return s.w.f.Connector.ChooseOrganization(ctx, id) }, func(err error) {
		radio.Enable()
		if err != nil {
			s.w.f.ShowError(err)
		}
		s.look()
	})
}
