package days

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/items"
	"dakokubridge/ui/resend"
	"dakokubridge/ui/text"
)

// open tells everything about one person's day.
func (s *screen) open(d connector.PersonDay) {
	var shown dialog.Dialog
	parts := []fyne.CanvasObject{
		field.Paragraph(text.Of("days_seen", text.Args{"N": d.Accesses, "First": timeOn(d.Day, d.First), "Last": timeOn(d.Day, d.Last)})),
		kind(d, "in"), kind(d, "out"),
	}
	for _, i := range d.Items {
		parts = append(parts, field.Chip(field.Warn, text.Reason(i.Reason)+": "+items.Meaning(i)))
	}
	buttons := container.NewHBox(layout.NewSpacer(), widget.NewButton(text.Of("days_person_month"), func() {
		shown.Hide()
		s.search.SetText(code(d))
		at, _ := field.ParseDay(d.Day, s.f.Now())
		first := at.AddDate(0, 0, 1-at.Day())
		s.span(first, first.AddDate(0, 1, -1))
	}), widget.NewButton(text.Of("cure_resend"), func() {
		shown.Hide()
		resend.Ask(s.f, connector.ResendRequest{From: d.Day, To: d.Day, UserIDs: []string{d.UserID}}, s.read)
	}))
	scroll := container.NewVScroll(container.NewVBox(parts...))
	scroll.SetMinSize(fyne.NewSize(600, 380))
	content := container.NewBorder(nil, buttons, nil, nil, scroll)
	shown = s.f.ShowDialog(d.Day+"　"+text.Of("dashboard_person", text.Args{"Name": dash(d.Name), "Code": dash(code(d))}), content)
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// kind tells of every stamp of a kind, the first one first, or why there is none.
func kind(d connector.PersonDay, of string) fyne.CanvasObject {
	parts := []fyne.CanvasObject{field.Strong(text.Kind(of))}
	for _, st := range d.Stamps {
		if st.Kind != of {
			continue
		}
		args := text.Args{
			"At": text.Second(st.At), "State": text.StampState(st.State), "N": strconv.Itoa(st.Revision), "Sent": text.Second(st.SentAt),
			"Done": text.Second(st.DoneAt), "Attempts": st.Attempts, "Key": st.Key, "Record": dash(st.RecordID), "Why": why(st.Why),
		}
		words := text.Of("days_stamp", args)
		if st.Revision > 1 {
			words += "\n" + text.Of("days_stamp_revision", args)
		}
		if st.Why != "" {
			words += "\n" + text.Of("days_stamp_why", args)
		}
		label := field.Paragraph(words)
		label.Selectable = true
		parts = append(parts, label)
	}
	if len(parts) == 1 {
		parts = append(parts, field.Paragraph(text.Of("days_no_stamp", text.Args{"Why": dash(why(d.Why[of]))})))
	}
	return field.Card(parts...)
}
