// Package days is 勤怠: days by people, for a day, a month or a person, with what was seen, decided, sent and confirmed, and why.
//
// It shows what the façade tells and lets it send again and export; it decides nothing.
package days

import (
	"context"
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/export"
	"dakokubridge/ui/field"
	"dakokubridge/ui/resend"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

const (
	// pauseInTyping is how long nothing must be changed before days are read; real time.
	pauseInTyping = 250 * time.Millisecond
	// patience is how long a reading may last before its bar is shown; real time.
	patience = 500 * time.Millisecond
	// mostDays is the longest span that is read at once: a year of a large company has millions of rows.
	mostDays = 62
)

// screen is the table with what it is chosen by.
type screen struct {
	f        *shell.Frame
	from, to *field.Date
	search   *widget.Entry
	table    *field.Table[*row]
	all      *widget.Check
	again    *widget.Button
	count    *widget.Label
	empty    *widget.Label
	working  *fyne.Container // bar and button to cancel

	ticked int    // rows
	head   string // of the audit chain when the days were read
	round  int
	task   *shell.Task
}

// key names one row.
type key struct{ user, employee, day string }

func keyOf(r *row) key { return key{r.UserID, r.EmployeeID, r.Day} }

// mostKept is how many single ticks stay when the days are read again. A month of a large company has hundreds of thousands of rows, and
// whoever has ticked so many of them has ticked all.
const mostKept = 5000

// New makes the screen. The argument is empty, or a day and then part of a code or name: "2026-11-25 0028".
func New(f *shell.Frame, argument string) fyne.CanvasObject {
	s := &screen{f: f}
	s.from, s.to = field.NewDate(f.Now), field.NewDate(f.Now)
	s.search = field.Search(text.Of("days_search"), func(string) { s.changed() })
	s.table = field.NewTable(s.columns())
	s.table.OnOpen = func(r *row) { s.open(r.PersonDay) }
	s.table.Beside = func(work, done func()) {
		shell.Do(f, func(context.Context) error { work(); return nil }, func(err error) {
			if err == nil {
				done()
			}
		})
	}
	s.all = widget.NewCheck(text.Of("items_select_all"), s.tickAll)
	s.again = widget.NewButtonWithIcon("", theme.MailSendIcon(), s.resend)
	s.count, s.empty = widget.NewLabel(""), widget.NewLabel("")
	stop := widget.NewButton(text.Of("button_cancel"), s.cancel)
	s.working = container.NewBorder(nil, nil, nil, stop, widget.NewProgressBarInfinite())
	s.working.Hide()
	s.begin(argument)
	s.from.OnChanged, s.to.OnChanged = s.changed, s.changed
	f.OnStatus(func(now connector.Status) {
		if now.AuditHead != s.head {
			s.head = now.AuditHead
			s.read()
		}
	})
	save := export.Button(f, func(ctx context.Context, format connector.Format, language string) (connector.File, error) {
		q, err := s.query()
		if err != nil {
			return connector.File{}, err
		}
		return f.Connector.ExportDays(ctx, q, format, language)
	})
	// In a narrow window, or at 200 %, these rows become two instead of holding the window wide.
	spans := container.New(layout.NewRowWrapLayout(), container.NewHBox(s.preset("days_today", 0), s.preset("days_yesterday", -1), s.month("days_month", 0),
		s.month("days_month_before", -1)), container.NewHBox(s.from, widget.NewLabel("–")), s.to)
	actions := container.New(layout.NewRowWrapLayout(), s.all, s.again, save, s.count)
	choice := container.NewVBox(spans, s.search, actions, s.working)
	return container.NewPadded(container.NewBorder(choice, nil, nil, nil, container.NewStack(s.table, container.NewCenter(s.empty))))
}

// today is the business day that is on now: until five in the morning it is yesterday's.
func (s *screen) today() time.Time {
	now := s.f.Now().In(text.Zone).Add(-5 * time.Hour)
	return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, text.Zone)
}

// begin fills in what the argument asks for, and today otherwise.
func (s *screen) begin(argument string) {
	day, search, _ := strings.Cut(argument, " ")
	if at, ok := field.ParseDay(day, s.f.Now()); ok {
		s.from.Set(at)
		s.to.Set(at)
		s.search.SetText(search)
		return
	}
	s.from.Set(s.today())
	s.to.Set(s.today())
	s.search.SetText(argument)
}

func (s *screen) preset(key string, days int) *widget.Button {
	return widget.NewButton(text.Of(key), func() { s.span(s.today().AddDate(0, 0, days), s.today().AddDate(0, 0, days)) })
}

func (s *screen) month(key string, months int) *widget.Button {
	return widget.NewButton(text.Of(key), func() {
		today := s.today()
		first := time.Date(today.Year(), today.Month()+time.Month(months), 1, 0, 0, 0, 0, text.Zone)
		s.span(first, first.AddDate(0, 1, -1))
	})
}

func (s *screen) span(from, to time.Time) {
	s.from.Set(from)
	s.to.Set(to)
}

// query is what is asked for; an error says what of it can't be.
func (s *screen) query() (connector.DayQuery, error) {
	from, okFrom := s.from.Value()
	to, okTo := s.to.Value()
	q := connector.DayQuery{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Search: strings.TrimSpace(s.search.Text)}
	switch {
	case !okFrom || !okTo:
		return q, wrong(text.Of("days_no_day"))
	case to.Before(from):
		return q, wrong(text.Of("days_backwards"))
	case to.Sub(from) > mostDays*24*time.Hour:
		return q, wrong(text.Of("days_too_many", text.Args{"N": mostDays}))
	}
	return q, nil
}

// wrong is what is wrong with a choice, in the words shown.
type wrong string

func (w wrong) Error() string { return string(w) }

// changed reads as soon as nothing has been changed for a moment.
func (s *screen) changed() {
	s.round++
	round := s.round
	s.f.After(pauseInTyping, func() {
		if round == s.round {
			s.read()
		}
	})
}

func (s *screen) cancel() {
	if s.task != nil {
		s.task.Cancel()
	}
}

func (s *screen) read() {
	s.cancel()
	s.round++
	round := s.round
	q, err := s.query()
	if err != nil {
		s.show(nil, err)
		return
	}
	s.task = shell.Work(s.f, func(ctx context.Context) ([]*row, error) {
		days, err := s.f.Connector.Days(ctx, q)
		return rowsOf(days), err
	}, func(rows []*row, err error) {
		if round == s.round {
			s.round++ // the bar is not shown any more
			s.show(rows, err)
		}
	})
	s.f.After(patience, func() {
		if round == s.round {
			s.working.Show()
		}
	})
}

func (s *screen) show(rows []*row, err error) {
	s.task = nil
	s.working.Hide()
	var choice wrong
	switch {
	case errors.As(err, &choice):
		s.empty.SetText(string(choice))
	case err != nil:
		s.empty.SetText(text.Error(err))
	default:
		s.empty.SetText(text.Of("days_empty"))
	}
	if len(rows) == 0 {
		s.empty.Show()
	} else {
		s.empty.Hide()
	}
	s.keep(rows)
	s.table.SetRows(rows)
	s.counted()
}

// keep ticks in other rows what is ticked now.
func (s *screen) keep(rows []*row) {
	old := s.table.Rows()
	every := s.ticked > 0 && s.ticked == len(old)
	kept := make(map[key]bool)
	if !every && s.ticked <= mostKept {
		for _, r := range old {
			if r.ticked {
				kept[keyOf(r)] = true
			}
		}
	}
	s.ticked = 0
	if !every && len(kept) == 0 {
		return
	}
	for _, r := range rows {
		if r.ticked = every || kept[keyOf(r)]; r.ticked {
			s.ticked++
		}
	}
}

func (s *screen) counted() {
	s.count.SetText(field.Count(len(s.table.Rows())))
	s.again.SetText(text.Of("days_resend", text.Args{"N": s.ticked}))
	if s.ticked == 0 {
		s.again.Disable()
	} else {
		s.again.Enable()
	}
	s.all.Checked = s.ticked > 0 && s.ticked == len(s.table.Rows()) // not SetChecked, which would tick
	s.all.Refresh()
}

func (s *screen) tick(r *row, on bool) {
	if r.ticked != on {
		r.ticked = on
		s.ticked++
		if !on {
			s.ticked -= 2
		}
	}
	s.counted()
}

func (s *screen) tickAll(on bool) {
	s.untick()
	if on {
		for _, r := range s.table.Rows() {
			r.ticked = true
		}
		s.ticked = len(s.table.Rows())
	}
	s.table.Refresh()
	s.counted()
}

func (s *screen) untick() {
	for _, r := range s.table.Rows() {
		r.ticked = false
	}
	s.ticked = 0
}

// resend asks for the days from the first to the last ticked one, for the people ticked. The preview shows what that comes to.
func (s *screen) resend() {
	var r connector.ResendRequest
	people := make(map[string]bool)
	for _, d := range s.table.Rows() {
		if !d.ticked {
			continue
		}
		if r.From == "" || d.Day < r.From {
			r.From = d.Day
		}
		r.To = max(r.To, d.Day)
		if !people[d.UserID] {
			people[d.UserID] = true
			r.UserIDs = append(r.UserIDs, d.UserID)
		}
	}
	resend.Ask(s.f, r, func() {
		s.untick()
		s.read()
	})
}
