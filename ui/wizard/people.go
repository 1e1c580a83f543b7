package wizard

import (
	"cmp"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// people is step 5, ユーザーコード.
func people(w *wizard) fyne.CanvasObject {
	counts := field.Strong("")
	w.page.OnStatus(func(s connector.Status) {
		counts.SetText(text.Of("wizard_people_counts", text.Args{"Sound": s.People.Sound, "Users": s.People.Users, "Rest": s.People.Users - s.People.Sound}))
	})
	table := field.NewTable([]field.Column[connector.Person]{
		{Title: text.Of("column_code"), Width: 100, Text: func(p connector.Person) string { return p.UserCode }},
		{Title: "Akerun", Width: 180, Text: func(p connector.Person) string { return p.UserName }},
		{Title: text.Of("column_name"), Width: 180, Text: func(p connector.Person) string { return p.EmployeeName }},
		{Title: text.Of("column_remark"), Width: 300, Text: func(p connector.Person) string {
			if p.Sound {
				return ""
			}
			return text.Reason(cmp.Or(p.Reason, "NO_USER_CODE"))
		}},
	})
	shell.Work(w.page, w.f.Connector.People, func(all []connector.Person, err error) {
		if err != nil {
			w.f.ShowError(err)
			return
		}
		table.SetRows(all)
	})
	head := container.NewVBox(field.Paragraph(text.Of("wizard_people_intro")), counts)
	return container.NewBorder(head, nil, nil, nil, container.NewStack(container.NewGridWrap(fyne.NewSize(1, 420)), table))
}
