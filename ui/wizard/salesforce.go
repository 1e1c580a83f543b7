package wizard

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// salesforceStep is step 3: where to sign in, and the sign-in in the browser.
type salesforceStep struct {
	sheet
	w       *wizard
	address string // as it was pasted
	key     string // consumer key, where none is built in
}

// salesforce is step 3, Salesforce.
func salesforce(w *wizard) fyne.CanvasObject {
	s := &salesforceStep{sheet: newSheet(), w: w}
	a := w.f.Status().Salesforce
	if w.signedIn(a) && !w.handingOver() {
		s.account(a)
	} else {
		s.ask(nil)
	}
	return s.Container
}

// ask asks where the person opens チムスピ勤怠. err is why the last try failed.
func (s *salesforceStep) ask(err error) {
	address, key := widget.NewEntry(), widget.NewEntry()
	address.PlaceHolder, key.PlaceHolder = "https://….lightning.force.com/", text.Of("wizard_salesforce_key")
	found := container.NewVBox()
	login := primary(text.Of("wizard_salesforce_login"), func() { s.prepare(address.Text, key.Text) })
	look := func(string) {
		where, sandbox, bad := connector.LoginAddress(s.orKnown(address.Text))
		found.Objects = []fyne.CanvasObject{whereOf(where, sandbox, bad)}
		found.Refresh()
		able(login, bad == nil && (s.w.set.Salesforce.ClientID != "" || strings.TrimSpace(key.Text) != ""))
	}
	address.OnChanged, key.OnChanged = look, look
	address.SetText(s.address)
	key.SetText(s.key)
	look("")
	parts := []fyne.CanvasObject{container.NewVBox()}
	if err != nil {
		parts[0] = field.Card(field.Chip(field.Bad, text.Error(err)))
		login.SetText(text.Of("wizard_salesforce_again"))
	}
	parts = append(parts, field.Paragraph(text.Of("wizard_salesforce_intro")))
	ask := []fyne.CanvasObject{field.Strong(text.Of("wizard_salesforce_address")), address, found}
	if s.w.set.Salesforce.ClientID == "" {
		ask = append(ask, field.Strong(text.Of("wizard_salesforce_key")), key, field.Paragraph(text.Of("wizard_salesforce_key_why")))
	}
	parts = append(parts, field.Card(ask...), field.Chip(field.Warn, text.Of("wizard_salesforce_own_user")), row(login), technical(s.w))
	s.fill(parts...)
}

// orKnown is the address pasted or, while nothing is, the one in use.
func (s *salesforceStep) orKnown(pasted string) string {
	if strings.TrimSpace(pasted) == "" {
		return s.w.set.Salesforce.LoginURL
	}
	return pasted
}

func whereOf(where string, sandbox bool, err error) fyne.CanvasObject {
	switch {
	case err != nil:
		return field.Chip(field.Warn, text.Error(err))
	case sandbox:
		return field.Chip(field.Warn, text.Of("wizard_salesforce_sandbox", text.Args{"Host": where}))
	}
	return field.Chip(field.Good, text.Of("wizard_salesforce_host", text.Args{"Host": where}))
}

// prepare puts the address in force and begins the sign-in.
func (s *salesforceStep) prepare(address, key string) {
	s.address, s.key = address, strings.TrimSpace(key)
	where, _, err := connector.LoginAddress(s.orKnown(address))
	if err != nil {
		s.ask(err)
		return
	}
	c, set := s.w.f.Connector, s.w.set
	set.Salesforce.LoginURL = where
	if set.Salesforce.ClientID == "" {
		set.Salesforce.ClientID = s.key
	}
	same := set.Salesforce.LoginURL == s.w.set.Salesforce.LoginURL && set.Salesforce.ClientID == s.w.set.Salesforce.ClientID
	shell.Work(s.w.page, func(ctx context.Context) (connector.SignIn, error) {
		if !same {
			if err := c.SetSettings(ctx, set); err != nil {
				return connector.SignIn{}, err
			}
		}
		return c.BeginSignIn(ctx, connector.SignInRequest{Side: connector.Salesforce})
	}, func(begun connector.SignIn, err error) {
		if err != nil {
			s.ask(err)
			return
		}
		s.w.set = set
		s.w.f.OpenURL(begun.Address)
		s.wait(begun)
	})
}

// wait shows that the browser is waited for; the return is noticed by itself.
func (s *salesforceStep) wait(begun connector.SignIn) {
	c := s.w.f.Connector
	task := shell.Work(s.w.page, func(ctx context.Context) (connector.Account, error) {
		return c.FinishSignIn(ctx, begun.ID, "") // given up, it closes the way back
	}, func(account connector.Account, err error) {
		if err != nil {
			s.ask(err)
			return
		}
		s.w.check = nil
		s.w.f.Raise()
		s.account(account)
		s.refresh()
	})
	again := widget.NewButton(text.Of("wizard_browser_again"), func() { s.w.f.OpenURL(begun.Address) })
	s.fill(field.Strong(text.Of("wizard_salesforce_browser")), widget.NewProgressBarInfinite(),
		field.Paragraph(text.Of("wizard_salesforce_by_itself")),
		row(again, widget.NewButton(text.Of("button_cancel"), task.Cancel)))
}

// refresh reads the status, so that the list of steps shows the sign-in at once.
func (s *salesforceStep) refresh() {
	shell.Work(s.w.page, s.w.f.Connector.Status, func(status connector.Status, err error) {
		if err == nil {
			s.w.status = status
			s.w.mark()
		}
	})
}

// account shows who has signed in.
func (s *salesforceStep) account(a connector.Account) {
	another := widget.NewButton(text.Of("wizard_another_user"), func() { s.ask(nil) })
	parts := []fyne.CanvasObject{field.Chip(field.Good, text.Of("wizard_signed_in", text.Args{"Name": orCode(a.Name, a.UserID), "Since": text.Instant(a.Since)}))}
	if _, sandbox, err := connector.LoginAddress(s.w.set.Salesforce.LoginURL); err == nil && sandbox {
		parts = append(parts, field.Chip(field.Warn, text.Of("wizard_salesforce_sandbox", text.Args{"Host": s.w.set.Salesforce.LoginURL})))
	}
	if !s.w.handingOver() {
		parts = append(parts, field.Paragraph(text.Of("wizard_salesforce_then")))
	}
	s.fill(append(parts, row(another))...)
}
