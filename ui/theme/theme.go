// Package theme is how the windows look: colours in light and dark, Japanese fonts, icons.
//
// It knows neither texts nor screens.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Our own colours, beside those that Fyne names.
const (
	// Good, Warn, Bad and Calm are the colours of marks and large words; a shape and a word always go with them.
	Good fyne.ThemeColorName = "dakokubridge.good"
	Warn fyne.ThemeColorName = "dakokubridge.warn"
	Bad  fyne.ThemeColorName = "dakokubridge.bad"
	Calm fyne.ThemeColorName = "dakokubridge.calm"
	// Band is the ground of a banner or a card.
	Band fyne.ThemeColorName = "dakokubridge.band"
)

// Mode says whether the windows are light or dark.
type Mode string

// The modes; the empty one follows the system.
const (
	System Mode = ""
	Light  Mode = "light"
	Dark   Mode = "dark"
)

// Theme is Fyne's own theme with our colours and fonts.
type Theme struct {
	mode  Mode
	fonts Fonts
}

// New returns a theme. A font that fonts lacks is Fyne's own.
func New(mode Mode, fonts Fonts) *Theme { return &Theme{mode: mode, fonts: fonts} }

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, system fyne.ThemeVariant) color.Color {
	variant := t.variant(system)
	colours := light
	if variant == theme.VariantDark {
		colours = dark
	}
	if c, ours := colours[name]; ours {
		return c
	}
	return theme.DefaultTheme().Color(name, variant)
}

func (t *Theme) variant(system fyne.ThemeVariant) fyne.ThemeVariant {
	switch t.mode {
	case Light:
		return theme.VariantLight
	case Dark:
		return theme.VariantDark
	}
	return system
}

// Font implements fyne.Theme.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	if style.Symbol {
		return theme.DefaultTheme().Font(style)
	}
	font := t.fonts.Regular
	if style.Bold {
		font = t.fonts.Bold
	}
	if font == nil {
		return theme.DefaultTheme().Font(style)
	}
	return font
}

// Icon implements fyne.Theme.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// Size implements fyne.Theme.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 { return theme.DefaultTheme().Size(name) }

var light = map[fyne.ThemeColorName]color.Color{
	theme.ColorNamePrimary: hex(0x14507a),
	theme.ColorNameError:   hex(0xb3261e), // Fyne's own is too pale for white words on it
	// Fyne's own border of fields and ticks can hardly be seen: 3:1 against the ground is what people need.
	theme.ColorNameInputBorder: hex(0x7c8790),
	theme.ColorNameDisabled:    hex(0x8b949b), // the same for what can't be pressed just now: it is to be read all the same
	Good:                       hex(0x1b6e3c),
	Warn:                       hex(0x8a5a00),
	Bad:                        hex(0xb3261e),
	Calm:                       hex(0x14507a),
	Band:                       hex(0xeaf1f6),
}

var dark = map[fyne.ThemeColorName]color.Color{
	theme.ColorNamePrimary:     hex(0x5aa6dc),
	theme.ColorNameError:       hex(0xff8a80),
	theme.ColorNameInputBorder: hex(0x8a959e),
	theme.ColorNameDisabled:    hex(0x76818a),
	Good:                       hex(0x6fcf8e),
	Warn:                       hex(0xf0b84d),
	Bad:                        hex(0xff8a80),
	Calm:                       hex(0x7db8e6),
	Band:                       hex(0x22303a),
}

func hex(rgb uint32) color.NRGBA {
	return color.NRGBA{R: uint8(rgb >> 16), G: uint8(rgb >> 8), B: uint8(rgb), A: 0xff}
}
