// Package month is 締めチェック: everyone's days of a closing period, what is wrong with them, and what can be done about all of it at once.
//
// What is wrong, and which days a month has, comes from the façade.
package month

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/export"
	"dakokubridge/ui/field"
	"dakokubridge/ui/items"
	"dakokubridge/ui/prose"
	"dakokubridge/ui/resend"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// monthForm is how a month is written for the façade.
const monthForm = "2006-01"

// tableHeight is what the table takes at least, so that a low window scrolls and the table does not vanish.
const tableHeight = 320

// screen is a month with what can be done about it.
type screen struct {
	f      *shell.Frame
	q      connector.MonthQuery
	month  connector.Month
	search *widget.Entry
	flawed *widget.Check
	title  *widget.Label
	words  *prose.Text
	count  *widget.Label
	table  *field.Table[connector.MonthPerson]
	again  *widget.Button
	close  *widget.Button
	round  int
}

// New makes the screen. The argument is a month such as 2026-11; empty is the one that is on.
func New(f *shell.Frame, argument string) fyne.CanvasObject {
	s := &screen{f: f, q: connector.MonthQuery{Month: argument}, title: widget.NewLabelWithStyle("", fyne.TextAlignLeading, fyne.TextStyle{Bold: true}), words: field.Paragraph(""), count: widget.NewLabel("")}
	s.title.SizeName = theme.SizeNameSubHeadingText
	s.search = field.Search(text.Of("month_search"), func(string) { s.show() })
	s.flawed = widget.NewCheck(text.Of("month_flawed"), func(bool) { s.show() })
	s.flawed.Checked = true
	s.table = field.NewTable(columns())
	s.table.OnOpen = s.open
	s.again = widget.NewButtonWithIcon(text.Of("month_resend"), theme.MailSendIcon(), func() {
		resend.Ask(f, connector.ResendRequest{From: s.month.From, To: s.month.To}, s.read)
	})
	s.close = widget.NewButtonWithIcon("", theme.ConfirmIcon(), func() { items.Close(f, s.month.Items, s.read) })
	fresh := widget.NewButtonWithIcon(text.Of("month_fresh"), theme.ViewRefreshIcon(), func() {
		s.q.Fresh = true
		s.read()
	})
	save := export.Button(f, func(ctx context.Context, format connector.Format, language string) (connector.File, error) {
		return f.Connector.ExportMonth(ctx, connector.MonthQuery{Month: s.month.Month}, format, language)
	})
	turn := container.NewHBox(widget.NewButtonWithIcon("", theme.NavigateBackIcon(), func() { s.turn(-1) }), s.title,
		widget.NewButtonWithIcon("", theme.NavigateNextIcon(), func() { s.turn(1) }))
	actions := container.NewHScroll(container.NewHBox(s.again, s.close, save, fresh, s.flawed, s.count))
	top := container.NewVBox(turn, s.words, s.search, actions)
	s.read()
	return container.NewPadded(container.NewBorder(top, nil, nil, nil, container.NewStack(container.NewGridWrap(fyne.NewSize(1, tableHeight)), s.table)))
}

func columns() []field.Column[connector.MonthPerson] {
	type person = connector.MonthPerson
	all := []field.Column[person]{
		{Title: text.Of("month_code"), Width: 90, Text: code},
		{Title: text.Of("month_name"), Width: 130, Text: func(p person) string { return p.Name }},
		number(text.Of("month_days"), func(p person) int { return p.Days }),
	}
	for _, flaw := range connector.Flaws() {
		all = append(all, number(text.Of("month_flaw_"+flaw), func(p person) int { return p.Count(flaw) }))
	}
	return append(all, number(text.Of("month_items"), func(p person) int { return p.Items }))
}

func number(title string, of func(connector.MonthPerson) int) field.Column[connector.MonthPerson] {
	return field.Column[connector.MonthPerson]{Title: title, Width: 116, Text: func(p connector.MonthPerson) string { return strconv.Itoa(of(p)) },
		Compare: func(a, b connector.MonthPerson) int { return of(a) - of(b) }}
}

func code(p connector.MonthPerson) string {
	if p.EmployeeCode != "" {
		return p.EmployeeCode
	}
	return p.UserCode
}

// turn goes some months on or back.
func (s *screen) turn(months int) {
	at, err := time.Parse(monthForm, s.month.Month)
	if err != nil {
		return // not read yet
	}
	s.q = connector.MonthQuery{Month: at.AddDate(0, months, 0).Format(monthForm)}
	s.read()
}

func (s *screen) read() {
	s.round++
	round, q := s.round, s.q
	shell.Work(s.f, func(ctx context.Context) (connector.Month, error) { return s.f.Connector.Month(ctx, q) }, func(m connector.Month, err error) {
		if round != s.round {
			return
		}
		s.q.Fresh = false
		if err != nil {
			s.f.ShowError(err)
			return
		}
		s.month, s.q.Month = m, m.Month
		s.show()
	}).Show(text.Of("month_reading"))
}

func (s *screen) show() {
	m := s.month
	var people []connector.MonthPerson
	for _, p := range m.People {
		if (!s.flawed.Checked || wrong(p)) && found(s.search.Text, p) {
			people = append(people, p)
		}
	}
	s.title.SetText(text.Month(m.Month))
	key := "month_words_on"
	if m.Over {
		key = "month_words_over"
	}
	s.words.SetText(text.Of(key, text.Args{"From": day(m.From), "To": day(m.To), "N": len(m.Items), "Apart": m.Apart}))
	s.count.SetText(field.Count(len(people)))
	s.close.SetText(text.Of("month_close", text.Args{"N": len(m.Items)}))
	if len(m.Items) == 0 {
		s.close.Disable()
	} else {
		s.close.Enable()
	}
	s.table.SetRows(people)
}

// found tells whether the search is part of a code or name, letter case aside.
func found(search string, p connector.MonthPerson) bool {
	search = strings.ToLower(strings.TrimSpace(search))
	return slices.ContainsFunc([]string{p.Name, p.EmployeeCode, p.UserCode}, func(t string) bool { return strings.Contains(strings.ToLower(t), search) })
}

// wrong tells whether there is something to look at; a workday without a record alone is leave more often than not.
func wrong(p connector.MonthPerson) bool {
	return p.Items > 0 || len(p.Flaws) > p.Count("no_record")
}

// day is a day in words.
func day(written string) string {
	at, err := time.ParseInLocation(time.DateOnly, written, text.Zone)
	if err != nil {
		return written
	}
	return text.Date(at)
}
