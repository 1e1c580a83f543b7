package field

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Tight is a layout that puts labels one under the other without the room that they keep around themselves.
type Tight struct{}

// Layout implements fyne.Layout.
func (Tight) Layout(parts []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	for _, part := range parts {
		height := part.MinSize().Height
		part.Move(fyne.NewPos(0, y))
		part.Resize(fyne.NewSize(size.Width, height))
		y += height - 2*theme.InnerPadding() + theme.Padding()
	}
}

// MinSize implements fyne.Layout.
func (Tight) MinSize(parts []fyne.CanvasObject) fyne.Size {
	var size fyne.Size
	for n, part := range parts {
		least := part.MinSize()
		size.Width = max(size.Width, least.Width)
		size.Height += least.Height
		if n > 0 {
			size.Height -= 2*theme.InnerPadding() - theme.Padding()
		}
	}
	return size
}
