// Package people is the screen of everyone on both sides: who is linked to whom and why not, ユーザーコード typed, proposed or out of a file, 対象 one
// by one and in bulk, and how far the writing to Akerun is.
//
// It judges nobody: verdicts, proposals and what is wrong with a code come from the façade.
package people

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/export"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// screen is the screen.
type screen struct {
	f    *shell.Frame
	all  []*row
	book book

	search   *widget.Entry
	filter   *verdictFilter
	table    *field.Table[*row]
	count    *widget.Label
	proposed *widget.Button
	chosen   *chosenBar
	progress *progress

	loading, again bool
	people         connector.PeopleCheck // as of the rows that are shown
	waiting        int                   // codes, when the status was heard last
}

// New makes the screen. The argument is what is searched for at first.
func New(f *shell.Frame, argument string) fyne.CanvasObject {
	s := &screen{f: f}
	s.search = field.Search(text.Of("people_search"), func(string) { s.show() })
	s.filter = newVerdictFilter(s.show)
	s.count = widget.NewLabel("")
	s.proposed = widget.NewButtonWithIcon("", theme.QuestionIcon(), s.showProposals)
	s.table = field.NewTable(s.columns())
	s.table.OnOpen = s.open
	s.chosen = newChosenBar(s)
	s.progress = newProgress(f, s.load)
	s.search.Text = argument
	f.OnStatus(s.heard)
	s.load()
	s.show()
	return s.layout()
}

// choiceWidth has room for the longest verdict with its number.
const choiceWidth = 260

// tableHeight is what the table takes at least, so that it can be used inside a page that scrolls.
const tableHeight = 420

func (s *screen) layout() fyne.CanvasObject {
	read := widget.NewButtonWithIcon(text.Of("people_read"), theme.ViewRefreshIcon(), s.read)
	night := widget.NewButtonWithIcon(text.Of("people_night"), theme.VisibilityIcon(), s.lookForNights)
	take := widget.NewButtonWithIcon(text.Of("people_import"), theme.FolderOpenIcon(), s.chooseFile)
	give := export.Button(s.f, func(ctx context.Context, format connector.Format, language string) (connector.File, error) {
		return s.f.Connector.ExportPeople(ctx, format, language)
	})
	find := container.NewBorder(nil, nil, nil, container.NewHBox(container.NewGridWrap(fyne.NewSize(choiceWidth, s.filter.choice.MinSize().Height), s.filter.choice), s.count), s.search)
	records := widget.NewButtonWithIcon(text.Of("codes_records"), theme.HistoryIcon(), s.progress.showLists)
	actions := container.New(layout.NewRowWrapLayout(), s.proposed, take, give, records, night, read)
	top := container.NewVBox(s.progress.content, find, actions)
	return container.NewBorder(top, s.chosen.content, nil, nil, container.NewStack(container.NewGridWrap(fyne.NewSize(1, tableHeight)), s.table))
}

// heard reads anew what a status says has changed.
func (s *screen) heard(now connector.Status) {
	if now.CodesWaiting != s.waiting || now.CodesWaiting > 0 {
		s.progress.load()
	}
	finished := s.waiting > 0 && now.CodesWaiting == 0
	s.waiting = now.CodesWaiting
	if finished || s.all != nil && !sameCounts(now.People, s.people) {
		s.load()
	}
}

func sameCounts(a, b connector.PeopleCheck) bool {
	return a.Users == b.Users && a.Employees == b.Employees && a.Sound == b.Sound
}

// load reads people from the store. While it does, further wishes to load become one.
func (s *screen) load() {
	if s.loading {
		s.again = true
		return
	}
	s.loading, s.again = true, false
	s.people = s.f.Status().People
	type loaded struct {
		rows []*row
		book book
	}
	shell.Work(s.f, func(ctx context.Context) (loaded, error) {
		people, err := s.f.Connector.People(ctx)
		if err != nil {
			return loaded{}, err
		}
		rows := rowsOf(people)
		return loaded{rows, bookOf(rows)}, nil
	}, func(l loaded, err error) {
		s.loading = false
		if err != nil {
			s.f.ShowError(err)
			return
		}
		s.take(l.rows, l.book)
		if s.again {
			s.load()
		}
	}).Show(text.Of("people_loading"))
}

// take shows other rows; ticks and nights of people who are still there stay.
func (s *screen) take(rows []*row, b book) {
	old := make(map[string]*row, len(s.all))
	for _, r := range s.all {
		old[r.key] = r
	}
	for _, r := range rows {
		if o := old[r.key]; o != nil {
			r.ticked, r.nights = o.ticked, o.nights
		}
	}
	s.all, s.book = rows, b
	s.filter.offer(rows)
	s.show()
}

// show filters what is there.
func (s *screen) show() {
	wanted := fold(s.search.Text)
	shown := make([]*row, 0, len(s.all))
	for _, r := range s.all {
		if r.fits(wanted) && s.filter.fits(r) {
			shown = append(shown, r)
		}
	}
	s.table.SetRows(shown)
	s.count.SetText(text.Of("people_shown", text.Args{"Shown": len(shown), "All": len(s.all)}))
	n := 0
	for _, r := range s.all {
		if r.ProposedCode != "" {
			n++
		}
	}
	s.proposed.SetText(text.Of("people_proposals", text.Args{"N": n}))
	if n == 0 {
		s.proposed.Disable()
	} else {
		s.proposed.Enable()
	}
	s.chosen.update()
}

// read has both sides read anew.
func (s *screen) read() {
	shell.Do(s.f, s.f.Connector.ReadPeople, func(err error) {
		if err != nil {
			s.f.ShowError(err)
			return
		}
		s.load()
	}).Show(text.Of("people_reading"))
}

// nightDays is how far back lookForNights looks.
const nightDays = 7

// lookForNights points out who worked across 05:00 lately: their days are cut there, so the administrator may want to leave them out.
func (s *screen) lookForNights() {
	shell.Work(s.f, func(ctx context.Context) (map[string]int, error) {
		days, err := s.f.Connector.Preview(ctx, nightDays)
		nights := make(map[string]int)
		for _, d := range days {
			for _, i := range d.Items {
				if i.Reason == across0500 {
					nights[d.UserID]++
				}
			}
		}
		return nights, err
	}, func(nights map[string]int, err error) {
		if err != nil {
			s.f.ShowError(err)
			return
		}
		for _, r := range s.all {
			r.nights = nights[r.UserID]
		}
		s.filter.offer(s.all)
		s.show()
		s.f.Tell(text.Of("people_night"), text.Of("people_nights_found", text.Args{"N": len(nights), "Days": nightDays}))
	}).Show(text.Of("people_night_looking"))
}
