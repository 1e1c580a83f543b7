package preferences

import (
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// securities are the ways to a mail server, in the order of the selection.
var securities = []string{"starttls", "tls", "none"}

// kinds are those of webhooks, in the order of the selection.
var kinds = []string{"teams", "slack"}

// notify is who is told beyond this PC. Nothing changes before a button is pressed.
type notify struct {
	s                      *screen
	server, user, from, to *widget.Entry
	password               *widget.Entry
	security               *widget.Select
	morning                *widget.Entry
	names                  *widget.Check
	kind                   *widget.Select
	name, address          *widget.Entry
}

// notifyCard is PCの外への通知.
func (s *screen) notifyCard() fyne.CanvasObject {
	set := s.set.Notify
	n := &notify{s: s, password: widget.NewPasswordEntry(), address: widget.NewPasswordEntry(), names: widget.NewCheck(text.Of("notify_names"), nil)}
	entry := func(value, example string) *widget.Entry {
		e := widget.NewEntry()
		e.SetText(value)
		e.PlaceHolder = example
		return e
	}
	n.server, n.user, n.from = entry(set.MailServer, "smtp.example.co.jp:587"), entry(set.MailUser, ""), entry(set.MailFrom, "dakoku@example.co.jp")
	n.to, n.morning, n.name = entry(strings.Join(set.MailTo, ", "), "jinji@example.co.jp, it@example.co.jp"), entry(set.Morning, "08:30"), entry("", text.Of("notify_name_example"))
	n.password.PlaceHolder, n.address.PlaceHolder = text.Of("notify_password_kept"), "https://"
	n.security = widget.NewSelect([]string{text.Of("notify_starttls"), text.Of("notify_tls"), text.Of("notify_plain")}, nil)
	n.security.SetSelectedIndex(max(0, slices.Index(securities, set.MailSecurity)))
	n.kind = widget.NewSelect([]string{"Teams", "Slack"}, nil)
	n.kind.SetSelectedIndex(0)
	n.names.Checked = set.Names
	form := container.New(layout.NewFormLayout())
	for _, row := range []struct {
		key   string
		input fyne.CanvasObject
	}{
		{"notify_server", n.server}, {"notify_security", container.NewHBox(wide(n.security))}, {"notify_user", n.user}, {"notify_password", n.password},
		{"notify_from", n.from}, {"notify_to", n.to}, {"notify_morning", n.morning}, {"notify_webhooks", n.webhooks()},
	} {
		form.Add(field.Caption(text.Of(row.key)))
		form.Add(row.input)
	}
	save := widget.NewButton(text.Of("button_save"), n.save)
	save.Importance = widget.HighImportance
	fold := widget.NewAccordion(widget.NewAccordionItem(text.Of("notify_title"), container.NewVBox(field.Paragraph(text.Of("notify_why")), form, n.names,
		field.Row(save, widget.NewButton(text.Of("notify_test"), n.test)))))
	if s.unfolded {
		fold.Open(0)
	}
	return field.Card(fold)
}

// webhooks lists those there are, with a way to take each out, and a line for a new one.
func (n *notify) webhooks() fyne.CanvasObject {
	lines := container.NewVBox()
	for _, w := range n.s.set.Notify.Webhooks {
		lines.Add(container.NewBorder(nil, nil, nil, widget.NewButton(text.Of("notify_remove"), func() { n.remove(w) }), widget.NewLabel(w)))
	}
	add := widget.NewButton(text.Of("notify_add"), n.add)
	return container.NewVBox(lines, container.NewBorder(nil, nil, n.kind, add, container.NewGridWithColumns(2, n.name, n.address)))
}

func (n *notify) add() {
	name := kinds[max(0, n.kind.SelectedIndex())] + " " + strings.TrimSpace(n.name.Text)
	address := n.address.Text
	n.s.unfolded = true
	n.s.save(func(set *connector.Settings) { set.Notify.Webhooks = append(slices.Clone(set.Notify.Webhooks), name) }, func() { n.keep(name, address) })
}

func (n *notify) remove(name string) {
	n.s.unfolded = true
	shell.Do(n.s.f, func(ctx context.Context) error { return n.s.f.Connector.SetReceiverSecret(ctx, name, "") }, func(err error) {
		if err != nil {
			n.s.f.ShowError(err)
			return
		}
		n.s.save(func(set *connector.Settings) {
			set.Notify.Webhooks = slices.DeleteFunc(slices.Clone(set.Notify.Webhooks), func(w string) bool { return w == name })
		}, n.s.load)
	})
}

// keep puts a secret into the keychain, and shows the page anew.
func (n *notify) keep(receiver, secret string) {
	shell.Do(n.s.f, func(ctx context.Context) error { return n.s.f.Connector.SetReceiverSecret(ctx, receiver, secret) }, func(err error) {
		if err != nil {
			n.s.f.Tell(text.Of("dialog_error"), refused(err))
		}
		n.s.load()
	})
}

func (n *notify) save() {
	n.s.unfolded = true
	n.s.save(n.into, func() {
		if n.password.Text != "" {
			n.keep("mail", n.password.Text)
		}
		n.s.f.Tell(text.Of("notify_title"), text.Of("preferences_saved"))
	})
}

// into writes what is typed into settings.
func (n *notify) into(s *connector.Settings) {
	to := strings.FieldsFunc(n.to.Text, func(r rune) bool { return strings.ContainsRune(",、，;\n ", r) })
	s.Notify.MailServer, s.Notify.MailUser, s.Notify.MailFrom = strings.TrimSpace(n.server.Text), strings.TrimSpace(n.user.Text), strings.TrimSpace(n.from.Text)
	s.Notify.MailTo, s.Notify.Morning, s.Notify.Names = to, strings.TrimSpace(n.morning.Text), n.names.Checked
	s.Notify.MailSecurity = securities[max(0, n.security.SelectedIndex())]
}

// test sends a test to everybody and says how it went.
func (n *notify) test() {
	shell.Work(n.s.f, n.s.f.Connector.TestReceivers, func(all []connector.Receiver, err error) {
		if err != nil {
			n.s.f.ShowError(err)
			return
		}
		lines := []string{}
		for _, r := range all {
			key := "notify_reached"
			if !r.Ready || !r.Failing.IsZero() {
				key = "notify_missed"
			}
			lines = append(lines, text.Of(key, text.Args{"Receiver": r.Name, "Cause": r.Cause}))
		}
		if len(lines) == 0 {
			lines = append(lines, text.Of("notify_nobody"))
		}
		n.s.f.Tell(text.Of("notify_test"), strings.Join(lines, "\n"))
	}).Show(text.Of("notify_testing"))
}
