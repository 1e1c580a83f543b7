package preferences

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/text"
)

// lastDay is the 締め日 that closes any month on its last day.
const lastDay = 31

// monthCard sets the 締め日 and how far door and sheet may lie apart.
func (s *screen) monthCard() fyne.CanvasObject {
	closing := widget.NewSelect(nil, nil)
	for n := 1; n <= lastDay; n++ {
		closing.Options = append(closing.Options, closingDay(n))
	}
	closing.Selected = closingDay(s.set.ClosingDay)
	closing.OnChanged = func(string) {
		day := closing.SelectedIndex() + 1
		s.save(func(set *connector.Settings) { set.ClosingDay = day }, func() {})
	}
	apart := numbers(0, 60, s.set.ApartMinutes)
	apart.OnChanged = func(chosen string) {
		minutes, err := strconv.Atoi(chosen)
		if err == nil {
			s.save(func(set *connector.Settings) { set.ApartMinutes = minutes }, func() {})
		}
	}
	form := container.New(layout.NewFormLayout(), field.Caption(text.Of("month_settings_closing")), container.NewHBox(wide(closing)),
		field.Caption(text.Of("month_settings_apart")), container.NewHBox(wide(apart)))
	return field.Card(field.Heading(text.Of("month_settings")), field.Paragraph(text.Of("month_settings_why")), form)
}

// closingDay is a 締め日 in words.
func closingDay(n int) string {
	if n == lastDay {
		return text.Of("month_settings_end")
	}
	return text.Of("month_settings_day", text.Args{"N": n})
}
