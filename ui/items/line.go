package items

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/field"
	"dakokubridge/ui/text"
)

// line is one item in a list; its parts are filled in again for each item that comes into view.
type line struct {
	widget.BaseWidget
	tick             *widget.Check
	mark             *widget.Icon
	title, sub       *widget.Label
	cure, copy, open *widget.Button
}

func newLine() *line {
	l := &line{
		tick: widget.NewCheck("", nil), mark: widget.NewIcon(theme.InfoIcon()), title: widget.NewLabel(""), sub: widget.NewLabel(""),
		cure: widget.NewButton("", nil), copy: widget.NewButtonWithIcon(text.Of("items_copy"), theme.ContentCopyIcon(), nil),
		open: widget.NewButtonWithIcon("", theme.InfoIcon(), nil),
	}
	l.title.TextStyle.Bold = true
	l.title.Truncation, l.sub.Truncation = fyne.TextTruncateEllipsis, fyne.TextTruncateEllipsis
	l.sub.SizeName = theme.SizeNameCaptionText
	l.ExtendBaseWidget(l)
	return l
}

// CreateRenderer implements fyne.Widget.
func (l *line) CreateRenderer() fyne.WidgetRenderer {
	words := container.New(field.Tight{}, l.title, l.sub)
	buttons := container.NewCenter(container.NewHBox(l.cure, l.copy, l.open))
	return widget.NewSimpleRenderer(container.NewBorder(nil, nil, container.NewHBox(l.tick, l.mark), buttons, words))
}
