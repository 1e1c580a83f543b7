package wizard

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// replyWithin is within how many business days Akerun answers an application.
const replyWithin = 3

// application is step 1, お申し込み: what to apply for, and the two strings that come back.
func application(w *wizard) fyne.CanvasObject {
	s := newSheet()
	showApplication(w, s)
	return s.Container
}

func showApplication(w *wizard, s sheet) {
	var parts []fyne.CanvasObject
	switch {
	case w.setup.ClientID != "":
		parts = append(parts, field.Chip(field.Good, text.Of("wizard_application_have", text.Args{"ClientID": w.setup.ClientID})))
	case w.setup.AppliedAt.IsZero():
		sent := primary(text.Of("wizard_application_sent"), func() {
			w.setup.AppliedAt = w.f.Now()
			w.save()
			showApplication(w, s)
		})
		parts = append(parts, field.Paragraph(text.Of("wizard_application_intro")), letterOf(w), row(sent))
	default:
		parts = append(parts, field.Card(
			field.Strong(text.Of("wizard_application_waiting", text.Args{"By": text.Date(businessDays(w.setup.AppliedAt, replyWithin))})),
			field.Paragraph(text.Of("wizard_application_meanwhile")),
			row(w.leadTo(stepSalesforce)),
		), letterOf(w))
	}
	parts = append(parts, w.strings(s), technical(w))
	s.fill(parts...)
}

func letterOf(w *wizard) fyne.CanvasObject {
	return field.Card(
		field.Paragraph(text.Of("wizard_letter_application", w.values())),
		row(field.CopyButton(w.page, text.Of("wizard_copy_application"), func() string { return text.Of("wizard_letter_application", w.values()) })),
	)
}

// strings asks for the アプリID and the 秘密キー.
func (w *wizard) strings(s sheet) fyne.CanvasObject {
	id, secret := widget.NewEntry(), widget.NewPasswordEntry()
	id.PlaceHolder, secret.PlaceHolder = text.Of("wizard_application_id"), text.Of("wizard_application_secret")
	save := primary(text.Of("wizard_application_save"), nil)
	problem := container.NewVBox()
	check := func(string) {
		able(save, strings.TrimSpace(id.Text) != "" && strings.TrimSpace(secret.Text) != "")
	}
	id.OnChanged, secret.OnChanged = check, check
	check("")
	save.OnTapped = func() {
		save.Disable()
		clientID, key := strings.TrimSpace(id.Text), secret.Text
		shell.Do(w.page, func(ctx context.Context) error { return w.f.Connector.SetAkerunClient(ctx, clientID, key) }, func(err error) {
			check("")
			if err != nil {
				problem.Objects = []fyne.CanvasObject{field.Chip(field.Bad, text.Error(err))}
				problem.Refresh()
				return
			}
			w.setup.ClientID = clientID
			w.goTo(stepAkerun)
		})
	}
	return field.Card(field.Strong(text.Of("wizard_application_strings")), id, secret, problem, row(save))
}

// technical is what the Salesforce administrator has to know.
func technical(w *wizard) fyne.CanvasObject {
	values := container.NewVBox(field.Paragraph(text.Of("wizard_technical_intro")))
	for i, c := range callbacks(w.set) {
		caption := text.Of("wizard_technical_callback")
		if i > 0 {
			caption = ""
		}
		values.Add(field.Value(w.page, caption, c))
	}
	values.Add(field.Value(w.page, text.Of("wizard_technical_scopes"), "api, refresh_token (offline_access)"))
	values.Add(field.Value(w.page, "PKCE", text.Of("wizard_technical_pkce")))
	if id := w.set.Salesforce.ClientID; id != "" {
		values.Add(field.Value(w.page, text.Of("wizard_technical_key"), id))
	}
	values.Add(row(field.CopyButton(w.page, text.Of("wizard_copy_letter"), func() string { return w.letter("salesforce") })))
	return widget.NewAccordion(widget.NewAccordionItem(text.Of("wizard_technical"), values))
}

// businessDays counts days from Monday to Friday on from an instant. Holidays are not known, so the day may be a little early.
func businessDays(from time.Time, n int) time.Time {
	day := from.In(text.Zone)
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if d := day.Weekday(); d != time.Saturday && d != time.Sunday {
			n--
		}
	}
	return day
}
