package field

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/text"
	ours "dakokubridge/ui/theme"
)

// Month is a page of the calendar. By keyboard: arrows go by days and weeks, PageUp and PageDown by months, Enter chooses, Escape leaves.
type Month struct {
	widget.BaseWidget
	// OnChosen is called with the day that was chosen, 00:00 in Japan.
	OnChosen func(time.Time)
	// OnCancel is called when Escape is pressed; nil for nothing.
	OnCancel func()

	cursor  time.Time
	focused bool
	heading *widget.Label
	cells   []*dayCell
}

// NewMonth shows the month of a day.
func NewMonth(cursor time.Time, chosen func(time.Time)) *Month {
	cursor = cursor.In(text.Zone)
	m := &Month{OnChosen: chosen, cursor: time.Date(cursor.Year(), cursor.Month(), cursor.Day(), 0, 0, 0, 0, text.Zone)}
	m.heading = widget.NewLabelWithStyle("", fyne.TextAlignCenter, fyne.TextStyle{Bold: true})
	for range 42 {
		m.cells = append(m.cells, newDayCell(m))
	}
	m.ExtendBaseWidget(m)
	m.show()
	return m
}

// CreateRenderer implements fyne.Widget.
func (m *Month) CreateRenderer() fyne.WidgetRenderer {
	back := widget.NewButtonWithIcon("", theme.NavigateBackIcon(), func() { m.move(addMonths(m.cursor, -1)) })
	on := widget.NewButtonWithIcon("", theme.NavigateNextIcon(), func() { m.move(addMonths(m.cursor, 1)) })
	grid := container.New(layout.NewGridLayoutWithColumns(7))
	for d := time.Sunday; d <= time.Saturday; d++ {
		grid.Add(widget.NewLabelWithStyle(text.Weekday(d), fyne.TextAlignCenter, fyne.TextStyle{}))
	}
	for _, cell := range m.cells {
		grid.Add(cell)
	}
	return widget.NewSimpleRenderer(container.NewVBox(container.NewBorder(nil, nil, back, on, m.heading), grid))
}

func (m *Month) move(to time.Time) {
	m.cursor = to
	m.show()
}

func (m *Month) show() {
	m.heading.SetText(text.Of("date_month", text.Args{"Year": m.cursor.Year(), "Month": int(m.cursor.Month()), "MonthName": m.cursor.Month().String()}))
	for i, d := range weeks(m.cursor) {
		m.cells[i].show(d, d.Month() == m.cursor.Month(), d.Equal(m.cursor), m.focused)
	}
}

// FocusGained implements fyne.Focusable.
func (m *Month) FocusGained() { m.focused = true; m.show() }

// FocusLost implements fyne.Focusable.
func (m *Month) FocusLost() { m.focused = false; m.show() }

// TypedRune implements fyne.Focusable.
func (m *Month) TypedRune(r rune) {
	if r == ' ' {
		m.OnChosen(m.cursor)
	}
}

// TypedKey implements fyne.Focusable.
func (m *Month) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		m.move(m.cursor.AddDate(0, 0, -1))
	case fyne.KeyRight:
		m.move(m.cursor.AddDate(0, 0, 1))
	case fyne.KeyUp:
		m.move(m.cursor.AddDate(0, 0, -7))
	case fyne.KeyDown:
		m.move(m.cursor.AddDate(0, 0, 7))
	case fyne.KeyPageUp:
		m.move(addMonths(m.cursor, -1))
	case fyne.KeyPageDown:
		m.move(addMonths(m.cursor, 1))
	case fyne.KeyReturn, fyne.KeyEnter:
		m.OnChosen(m.cursor)
	case fyne.KeyEscape:
		if m.OnCancel != nil {
			m.OnCancel()
		}
	}
}

// dayCell is one day of the page.
type dayCell struct {
	widget.BaseWidget
	month  *Month
	day    time.Time
	ground *canvas.Rectangle
	number *canvas.Text
}

func newDayCell(m *Month) *dayCell {
	c := &dayCell{month: m, ground: canvas.NewRectangle(nil), number: canvas.NewText("", nil)}
	c.number.Alignment = fyne.TextAlignCenter
	c.ground.CornerRadius = 4
	c.ExtendBaseWidget(c)
	return c
}

// CreateRenderer implements fyne.Widget.
func (c *dayCell) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(c.ground, container.NewPadded(c.number)))
}

// Tapped implements fyne.Tappable.
func (c *dayCell) Tapped(*fyne.PointEvent) { c.month.OnChosen(c.day) }

func (c *dayCell) show(day time.Time, inside, chosen, focused bool) {
	c.day = day
	c.number.Text = strconv.Itoa(day.Day())
	c.number.TextStyle.Bold = chosen
	ground, ink := theme.ColorNameOverlayBackground, theme.ColorNameForeground
	switch {
	case chosen && focused:
		ground, ink = theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary
	case chosen:
		ground = theme.ColorNameSelection
	case !inside:
		ink = theme.ColorNameDisabled
	}
	c.ground.FillColor, c.number.Color = ours.ColourOf(ground), ours.ColourOf(ink)
	c.Refresh()
}
