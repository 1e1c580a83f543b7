package preferences

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/items"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// languages are what may be chosen; the empty one is that of the PC.
var languages = []string{"", "ja", "en"}

// programCard is how this program behaves on this PC. Each change is in force at once, the language from the next start on.
func (s *screen) programCard() fyne.CanvasObject {
	start := widget.NewCheck(text.Of("preferences_start"), nil)
	start.Checked = s.set.StartAtSignIn
	start.OnChanged = func(on bool) { s.save(func(set *connector.Settings) { set.StartAtSignIn = on }, func() {}) }
	notify := widget.NewCheck(text.Of("preferences_notify"), nil)
	notify.Checked = s.set.Notifications
	notify.OnChanged = func(on bool) { s.save(func(set *connector.Settings) { set.Notifications = on }, func() {}) }
	var names []string
	chosen := ""
	for _, l := range languages {
		name := text.Of("preferences_language_" + orPC(l))
		names = append(names, name)
		if l == s.set.Language {
			chosen = name
		}
	}
	language := widget.NewSelect(names, nil)
	language.Selected = chosen
	language.OnChanged = func(string) {
		s.save(func(set *connector.Settings) { set.Language = languages[max(language.SelectedIndex(), 0)] }, func() {
			s.f.Tell(text.Of("preferences_language"), text.Of("preferences_language_next"))
		})
	}
	return field.Card(field.Heading(text.Of("preferences_program")), start, notify,
		container.New(layout.NewFormLayout(), widget.NewLabel(text.Of("preferences_language")), container.NewHBox(wide(language))))
}

func orPC(language string) string {
	if language == "" {
		return "pc"
	}
	return language
}

// helpCard is what helps when something does not work.
func (s *screen) helpCard() fyne.CanvasObject {
	bundle := widget.NewButtonWithIcon(text.Of("cure_diagnostics"), theme.DocumentSaveIcon(), func() { items.Diagnose(s.f) })
	history := widget.NewButton(text.Of("preferences_verify"), func() { s.f.Navigate(shell.History, "") })
	return field.Card(field.Heading(text.Of("preferences_help")), field.Paragraph(text.Of("preferences_diagnostics_why")), field.Row(bundle, history))
}

// aboutCard names the program.
func (s *screen) aboutCard() fyne.CanvasObject {
	m := fyne.CurrentApp().Metadata()
	return field.Card(field.Heading(text.Of("preferences_about")), field.Paragraph(text.Of("preferences_about_text", text.Args{"Version": m.Version})))
}
