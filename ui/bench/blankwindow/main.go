// Command blankwindow is the yardstick for the program's window: an empty one with the same toolkit and the same fonts, and nothing behind it.
package main

import (
	"fmt"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui"
	"dakokubridge/ui/theme"
)

func main() {
	m := ui.Metadata()
	m.ID += ".blankwindow"
	app.SetMetadata(m)
	a := app.NewWithID(m.ID)
	fonts, err := theme.FindFonts()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fonts:", err) // Fyne's own then, as in the program
	}
	a.Settings().SetTheme(theme.New(theme.System, fonts))
	w := a.NewWindow("blankwindow")
	w.SetContent(widget.NewLabel("打刻ブリッジ"))
	w.Resize(fyne.NewSize(1080, 720))
	w.ShowAndRun()
}
