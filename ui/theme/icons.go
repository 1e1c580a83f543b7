package theme

import (
	"image/color"

	"fyne.io/fyne/v2"

	"dakokubridge/assets"
	"dakokubridge/connector"
)

// State is what is shown of the integration in one picture.
type State string

// The states.
const (
	Idle      State = "idle" // not begun, or unlinked
	Waiting   State = "waiting"
	Running   State = "running"
	Paused    State = "paused"
	NeedsLink State = "needs_link"
	Retrying  State = "retrying" // 連携中, but a side can't be reached just now
)

// StateOf is the state that a status is shown as.
func StateOf(s connector.Status) State {
	switch s.Phase {
	case connector.Waiting, connector.Running:
		if len(s.Warnings) > 0 {
			return Retrying
		}
		return State(s.Phase)
	case connector.Paused, connector.NeedsLink:
		return State(s.Phase)
	}
	return Idle
}

// Icon is the state's picture: a shape of its own in a colour of its own.
func (s State) Icon() fyne.Resource {
	name := "icons/" + string(s) + ".svg"
	content, err := assets.Icons.ReadFile(name)
	if err != nil {
		return nil // cannot be: the states are a closed set, and a test looks at each
	}
	return fyne.NewStaticResource(string(s)+".svg", content)
}

// Colour is the name of the state's colour.
func (s State) Colour() fyne.ThemeColorName {
	switch s {
	case Running:
		return Good
	case NeedsLink:
		return Bad
	case Retrying, Paused:
		return Warn
	}
	return Calm
}

// ColourOf is one of our colours as the windows show it just now.
func ColourOf(name fyne.ThemeColorName) color.Color {
	settings := fyne.CurrentApp().Settings()
	return settings.Theme().Color(name, settings.ThemeVariant())
}
