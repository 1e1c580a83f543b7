package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"dakokubridge/assets"
)

// Metadata is what Fyne's packager would write into package main from FyneApp.toml, if the two lay in one folder. A test
// compares it with that file.
func Metadata() fyne.AppMetadata {
	return fyne.AppMetadata{
		ID:         "jp.dakokubridge.app",
		Name:       "打刻ブリッジ",
		Version:    "0.1.0",
		Build:      1,
		Icon:       fyne.NewStaticResource("icon.svg", assets.Icon),
		Migrations: map[string]bool{"fyneDo": true},
	}
}

func newApp() fyne.App {
	m := Metadata()
	app.SetMetadata(m)
	a := app.NewWithID(m.ID)
	a.SetIcon(m.Icon)
	return a
}
