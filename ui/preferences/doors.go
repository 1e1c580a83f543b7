package preferences

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// doorsCard lists the doors; a ticked one counts for nothing.
func (s *screen) doorsCard() fyne.CanvasObject {
	parts := []fyne.CanvasObject{field.Heading(text.Of("preferences_doors")), field.Paragraph(text.Of("preferences_doors_why"))}
	for _, d := range s.doors {
		parts = append(parts, s.door(d))
	}
	if len(s.doors) == 0 {
		parts = append(parts, field.Paragraph(text.Of("preferences_no_doors")))
	}
	return field.Card(parts...)
}

func (s *screen) door(d connector.Door) fyne.CanvasObject {
	name := d.Name
	if name == "" {
		name = d.ID
	}
	last := d.LastDay
	if last == "" {
		last = "–"
	}
	check := widget.NewCheck(text.Of("preferences_door", text.Args{"Name": name, "Day": last}), nil)
	check.Checked = d.Excluded
	check.OnChanged = func(on bool) {
		ask := "preferences_door_off"
		if !on {
			ask = "preferences_door_on"
		}
		change := func() {
			shell.Do(s.f, func(ctx context.Context) error { return s.f.Connector.ExcludeDoors(ctx, []string{d.ID}, on) }, func(err error) {
				s.f.ShowError(err)
				s.load()
			})
		}
		check.Checked = !on // until it is so
		check.Refresh()
		s.f.Ask(text.Of("preferences_doors"), text.Of(ask, text.Args{"Name": name}), text.Of("preferences_door_yes"), change)
	}
	return container.NewHBox(check)
}
