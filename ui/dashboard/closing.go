package dashboard

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// closing is the banner of the last days before a month is closed.
type closing struct {
	f       *shell.Frame
	content *fyne.Container
	shown   connector.Closing
}

func newClosing(f *shell.Frame) *closing {
	return &closing{f: f, content: container.NewVBox()}
}

func (c *closing) show(s connector.Status) {
	if s.Closing == nil {
		c.shown = connector.Closing{}
		c.content.Objects = nil
		c.content.Refresh()
		return
	}
	if c.shown == *s.Closing {
		return
	}
	c.shown = *s.Closing
	day := c.shown.Day
	if at, ok := field.ParseDay(day, c.f.Now()); ok {
		day = text.Date(at)
	}
	month := c.shown.Month
	words := text.Of("month_banner", text.Args{"Day": day, "N": c.shown.Open, "Last": text.Moment(c.shown.Last)})
	open := widget.NewButton(text.Of("month_banner_open"), func() { c.f.Navigate(shell.Month, month) })
	c.content.Objects = []fyne.CanvasObject{field.Card(field.Paragraph(words), field.Row(open))}
	c.content.Refresh()
}
