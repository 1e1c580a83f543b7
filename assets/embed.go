// Package assets holds what is built into the program: the icon and the texts of the windows in each language.
//
// It holds no code that does anything, and no text of the command line, which is English.
package assets

import "embed"

// Icon is the program's icon as SVG.
//
//go:embed icon.svg
var Icon []byte

// Translations holds translations/ja.json and translations/en.json, each a flat table from key to text.
//
//go:embed translations/*.json
var Translations embed.FS
