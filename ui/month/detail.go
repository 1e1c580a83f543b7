package month

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/resend"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// open tells each flaw of a person's month, with what can be done.
func (s *screen) open(p connector.MonthPerson) {
	var d dialog.Dialog
	lines := container.NewVBox()
	for _, f := range p.Flaws {
		look := widget.NewButton(text.Of("cure_days"), func() {
			d.Hide()
			s.f.Navigate(shell.Days, f.Day+" "+code(p))
		})
		lines.Add(container.NewBorder(nil, nil, nil, look, field.Paragraph(words(f))))
	}
	if len(p.Flaws) == 0 {
		lines.Add(field.Paragraph(text.Of("month_all_well")))
	}
	again := widget.NewButton(text.Of("month_resend_person"), func() {
		d.Hide()
		resend.Ask(s.f, connector.ResendRequest{From: s.month.From, To: s.month.To, UserIDs: []string{p.UserID}}, s.read)
	})
	scroll := container.NewVScroll(lines)
	content := container.NewBorder(nil, container.NewHBox(layout.NewSpacer(), again), nil, nil,
		container.NewStack(container.NewGridWrap(fyne.NewSize(640, 320), widget.NewLabel("")), scroll))
	d = s.f.ShowDialog(text.Of("items_who", text.Args{"Name": p.Name, "Code": code(p)}), content)
}

// words are a flaw in a line: day, what, which times, why.
func words(f connector.Flaw) string {
	line := day(f.Day) + "　" + text.Of("month_flaw_"+f.Flaw)
	if f.Kind != "" {
		line += "　" + text.Kind(f.Kind)
	}
	if !f.Sheet.IsZero() {
		line += "　" + text.Of("month_door_sheet", text.Args{"Door": text.Instant(f.Door), "Sheet": text.Instant(f.Sheet)})
	}
	switch {
	case f.Why == "":
		return line
	case connector.KnownReason(f.Why):
		return line + "　" + text.Reason(f.Why)
	}
	return line + "　" + f.Why
}
