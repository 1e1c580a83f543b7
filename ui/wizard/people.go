package wizard

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	screen "dakokubridge/ui/people"
	"dakokubridge/ui/text"
)

// people is step 5, ユーザーコード: the same screen as 社員, and how many would be left out by going on.
func people(w *wizard) fyne.CanvasObject {
	counts := field.Strong("")
	w.page.OnStatus(func(s connector.Status) {
		counts.SetText(text.Of("wizard_people_counts", text.Args{"Sound": s.People.Sound, "Users": s.People.Users, "Rest": s.People.Users - s.People.Sound}))
	})
	head := container.NewVBox(field.Paragraph(text.Of("wizard_people_intro")), counts)
	return container.NewBorder(head, nil, nil, nil, screen.New(w.page, ""))
}
