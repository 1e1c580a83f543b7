// Package assets holds what is built into the program: the icon and the texts of the windows in each language.
//
// It holds no code that does anything, and no text of the command line, which is English.
package assets

import "embed"

// Icon is the program's icon as SVG.
//
//go:embed icon.svg
var Icon []byte

// Translations holds the texts, translations/PART.LANGUAGE.json, each a flat table from key to text. The part fyne is Fyne's own words.
//
//go:embed translations/*.json
var Translations embed.FS

// Icons holds icons/STATE.svg: running, waiting, paused, needs_link, retrying and idle. Each has a shape of its own.
//
//go:embed icons/*.svg
var Icons embed.FS
