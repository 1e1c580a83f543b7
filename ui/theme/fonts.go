package theme

import "fyne.io/fyne/v2"

// Fonts are the fonts of the windows, each a single TrueType or OpenType font. Nil is Fyne's own.
type Fonts struct {
	Regular, Bold fyne.Resource
}
