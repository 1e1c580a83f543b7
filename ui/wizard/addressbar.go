package wizard

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/text"
	ours "dakokubridge/ui/theme"
)

// addressBar is a picture of what the browser shows at the end, with the address marked that is to be copied.
func addressBar(address string) fyne.CanvasObject {
	frame := canvas.NewRectangle(ours.ColourOf(theme.ColorNameBackground))
	frame.StrokeColor, frame.StrokeWidth, frame.CornerRadius = ours.ColourOf(theme.ColorNameDisabled), 1, 8
	bar := canvas.NewRectangle(ours.ColourOf(theme.ColorNameSelection))
	bar.StrokeColor, bar.StrokeWidth, bar.CornerRadius = ours.ColourOf(ours.Bad), 3, 12
	shown := widget.NewLabelWithStyle(address+"?code=…&state=…", fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	shown.Truncation = fyne.TextTruncateEllipsis
	head := container.NewBorder(nil, nil, container.NewHBox(widget.NewIcon(theme.NavigateBackIcon()), widget.NewIcon(theme.ViewRefreshIcon())), nil, container.NewStack(bar, shown))
	here := canvas.NewText("↑ "+text.Of("wizard_akerun_copy_here"), ours.ColourOf(ours.Bad))
	here.TextStyle.Bold = true
	page := widget.NewLabelWithStyle(text.Of("wizard_akerun_page"), fyne.TextAlignCenter, fyne.TextStyle{})
	inside := container.NewVBox(head, container.NewHBox(layout.NewSpacer(), here, layout.NewSpacer()), page)
	return container.NewPadded(container.NewStack(frame, container.NewPadded(inside)))
}
