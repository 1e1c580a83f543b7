package dashboard

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// today is the numbers of the day, the last reading, and who linked each side.
type today struct {
	f       *shell.Frame
	content fyne.CanvasObject

	sent, waiting, due, read *widget.Label
	people                   *widget.Label
	akerun, salesforce       *widget.Label
}

func newToday(f *shell.Frame) *today {
	t := &today{f: f, akerun: widget.NewLabel(""), salesforce: widget.NewLabel(""), people: widget.NewLabel("")}
	figure := func(key string, label **widget.Label) fyne.CanvasObject {
		*label = widget.NewLabelWithStyle("", fyne.TextAlignCenter, fyne.TextStyle{Bold: true})
		(*label).SizeName = theme.SizeNameSubHeadingText
		caption := widget.NewLabelWithStyle(text.Of(key), fyne.TextAlignCenter, fyne.TextStyle{})
		caption.SizeName = theme.SizeNameCaptionText
		return container.New(field.Tight{}, *label, caption)
	}
	figures := container.NewGridWithColumns(4,
		figure("dashboard_sent", &t.sent), figure("dashboard_waiting", &t.waiting), figure("dashboard_due", &t.due), figure("dashboard_read", &t.read))
	for _, l := range []*widget.Label{t.akerun, t.salesforce, t.people} {
		l.SizeName = theme.SizeNameCaptionText
		l.Truncation = fyne.TextTruncateEllipsis
	}
	t.content = container.NewVBox(figures, container.NewGridWithColumns(3, t.akerun, t.salesforce, t.people))
	return t
}

func (t *today) show(s connector.Status) {
	t.sent.SetText(strconv.Itoa(s.SentToday))
	t.waiting.SetText(strconv.Itoa(s.WaitingToday))
	t.due.SetText(strconv.Itoa(s.DueAtFive))
	t.read.SetText(lastReading(s.LastPoll, t.f.Now()))
	t.akerun.SetText(linked(s.Akerun))
	t.salesforce.SetText(linked(s.Salesforce))
	t.people.SetText(text.Of("dashboard_people", text.Args{"Sound": s.People.Sound, "Users": s.People.Users}))
}

// lastReading is the time of day, with the day where it was another.
func lastReading(at, now time.Time) string {
	if at.IsZero() {
		return "–"
	}
	if now.Sub(at) > 20*time.Hour {
		return text.Instant(at)
	}
	return text.Time(at)
}

// linked says who signed in to a side and when.
func linked(a connector.Account) string {
	args := text.Args{"Side": text.Side(a.Side), "Who": orSomebody(a.Name), "Since": text.Instant(a.Since)}
	if a.Since.IsZero() {
		return text.Of("dashboard_not_linked", args)
	}
	return text.Of("dashboard_linked", args)
}
