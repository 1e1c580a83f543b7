package field

import (
	"fmt"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/text"
)

// Date is a field for a day in Japan: typed, or chosen from a page of the calendar. Fyne's own writes 22/11/2026, has an English
// heading and counts in UTC.
type Date struct {
	widget.BaseWidget
	// OnChanged is called at each change by a person.
	OnChanged func()

	entry *widget.Entry
	words *widget.Label
	open  *widget.Button
	near  func() time.Time
	popup *widget.PopUp
}

// NewDate makes a field. near says which day the calendar opens on, and is near what a day without a year means.
func NewDate(near func() time.Time) *Date {
	d := &Date{near: near, entry: widget.NewEntry(), words: widget.NewLabel("")}
	d.entry.PlaceHolder = "2026-11-22"
	d.entry.OnChanged = func(string) { d.changed() }
	d.open = widget.NewButtonWithIcon("", theme.CalendarIcon(), d.choose)
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer implements fyne.Widget.
func (d *Date) CreateRenderer() fyne.WidgetRenderer {
	entry := container.NewGridWrap(fyne.NewSize(170, d.entry.MinSize().Height), d.entry)
	return widget.NewSimpleRenderer(container.NewHBox(entry, d.open, d.words))
}

// Value is the day, 00:00 in Japan; ok is false where nothing sound is written.
func (d *Date) Value() (day time.Time, ok bool) { return ParseDay(d.entry.Text, d.near()) }

// Set writes a day.
func (d *Date) Set(day time.Time) {
	if day.IsZero() {
		d.entry.SetText("")
		return
	}
	d.entry.SetText(day.In(text.Zone).Format(time.DateOnly))
}

// Entry is the part that is typed into, for the focus.
func (d *Date) Entry() *widget.Entry { return d.entry }

func (d *Date) changed() {
	day, ok := d.Value()
	switch {
	case ok:
		d.words.SetText(text.Date(day))
	case d.entry.Text == "":
		d.words.SetText("")
	default:
		d.words.SetText(text.Of("date_wrong"))
	}
	if d.OnChanged != nil {
		d.OnChanged()
	}
}

func (d *Date) choose() {
	canvas := fyne.CurrentApp().Driver().CanvasForObject(d)
	if canvas == nil {
		return
	}
	day, ok := d.Value()
	if !ok {
		day = d.near()
	}
	month := NewMonth(day, func(chosen time.Time) {
		d.popup.Hide()
		d.Set(chosen)
		canvas.Focus(d.entry)
	})
	month.OnCancel = func() {
		d.popup.Hide()
		canvas.Focus(d.entry)
	}
	d.popup = widget.NewPopUp(container.NewPadded(month), canvas)
	d.popup.ShowAtRelativePosition(fyne.NewPos(0, d.Size().Height), d)
	canvas.Focus(month)
}

// DateTime is a field for an instant, in Japan's day, hour and minute.
type DateTime struct {
	widget.BaseWidget
	// OnChanged is called at each change.
	OnChanged func()

	date         *Date
	hour, minute *widget.Select
}

// NewDateTime makes a field; near is as for [NewDate].
func NewDateTime(near func() time.Time) *DateTime {
	d := &DateTime{date: NewDate(near)}
	d.hour = widget.NewSelect(numbers(24, 1), func(string) { d.changed() })
	d.minute = widget.NewSelect(numbers(60, 5), func(string) { d.changed() })
	d.hour.PlaceHolder, d.minute.PlaceHolder = "--", "--"
	d.date.OnChanged = d.changed
	d.ExtendBaseWidget(d)
	return d
}

// CreateRenderer implements fyne.Widget.
func (d *DateTime) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewHBox(d.date, d.hour, widget.NewLabel(":"), d.minute))
}

// Value is the instant; ok is false where day, hour or minute is missing.
func (d *DateTime) Value() (at time.Time, ok bool) {
	day, ok := d.date.Value()
	var hour, minute int
	if _, err := fmt.Sscanf(d.hour.Selected+":"+d.minute.Selected, "%d:%d", &hour, &minute); err != nil {
		return time.Time{}, false
	}
	return day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute), ok
}

// Set writes an instant, to the minute.
func (d *DateTime) Set(at time.Time) {
	at = at.In(text.Zone)
	changed := d.OnChanged
	d.OnChanged = nil // one change, not three
	d.date.Set(at)
	minute := fmt.Sprintf("%02d", at.Minute())
	if !slices.Contains(d.minute.Options, minute) {
		d.minute.Options = append(d.minute.Options, minute)
		slices.Sort(d.minute.Options)
	}
	d.hour.SetSelected(fmt.Sprintf("%02d", at.Hour()))
	d.minute.SetSelected(minute)
	d.OnChanged = changed
	d.changed()
}

// Entry is the part that is typed into, for the focus.
func (d *DateTime) Entry() *widget.Entry { return d.date.entry }

func (d *DateTime) changed() {
	if d.OnChanged != nil {
		d.OnChanged()
	}
}

// numbers are the two-digit numbers below an end, a step apart.
func numbers(end, step int) (all []string) {
	for n := 0; n < end; n += step {
		all = append(all, fmt.Sprintf("%02d", n))
	}
	return all
}

// Empty tells whether nothing has been written or chosen yet.
func (d *DateTime) Empty() bool {
	return d.date.entry.Text == "" && d.hour.Selected == "" && d.minute.Selected == ""
}
