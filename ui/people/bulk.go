package people

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// chosenBar is what can be done with the people that are ticked.
type chosenBar struct {
	s       *screen
	content fyne.CanvasObject
	all     *widget.Check
	label   *widget.Label
	in, out *widget.Button
}

func newChosenBar(s *screen) *chosenBar {
	b := &chosenBar{s: s, label: widget.NewLabel("")}
	b.all = widget.NewCheck(text.Of("people_tick_all"), s.tickAll)
	b.in = widget.NewButton(text.Of("people_include"), func() { s.excludeTicked(false) })
	b.out = widget.NewButton(text.Of("people_exclude"), func() { s.excludeTicked(true) })
	b.content = container.NewHBox(b.all, b.label, b.in, b.out)
	return b
}

// update follows the ticks of the rows that are shown: only those can be meant.
func (b *chosenBar) update() {
	ticked, possible := 0, 0
	for _, r := range b.s.table.Rows() {
		if r.UserID == "" {
			continue
		}
		possible++
		if r.ticked {
			ticked++
		}
	}
	b.all.Checked = ticked > 0 && ticked == possible // not SetChecked, which would tick
	b.all.Refresh()
	b.label.SetText(text.Of("people_ticked", text.Args{"N": ticked}))
	for _, button := range []*widget.Button{b.in, b.out} {
		if ticked > 0 {
			button.Enable()
		} else {
			button.Disable()
		}
	}
}

// tick ticks one row. Whom no Akerun user leads to can't be ticked.
func (s *screen) tick(r *row, on bool) {
	r.ticked = on && r.UserID != ""
	if on && !r.ticked {
		s.table.Refresh()
	}
	s.chosen.update()
}

// tickAll ticks what is shown; who is filtered away is never meant.
func (s *screen) tickAll(on bool) {
	for _, r := range s.all {
		r.ticked = false
	}
	for _, r := range s.table.Rows() {
		r.ticked = on && r.UserID != ""
	}
	s.table.Refresh()
	s.chosen.update()
}

// include takes one person in or out by the tick in the table.
func (s *screen) include(r *row, on bool) {
	if r.UserID == "" {
		s.table.Refresh()
		return
	}
	s.exclude([]*row{r}, !on)
}

func (s *screen) excludeTicked(excluded bool) {
	var rows []*row
	for _, r := range s.table.Rows() {
		if r.ticked && r.Excluded != excluded {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return
	}
	if !excluded {
		s.exclude(rows, false)
		return
	}
	s.f.Ask(text.Of("people_exclude"), text.Of("people_exclude_question", text.Args{"N": len(rows)}), text.Of("people_exclude"), func() { s.exclude(rows, true) })
}

func (s *screen) exclude(rows []*row, excluded bool) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.UserID
	}
	shell.Do(s.f, func(ctx context.Context) error { return s.f.Connector.Exclude(ctx, ids, excluded) }, func(err error) {
		if err != nil {
			s.f.ShowError(err)
			s.table.Refresh() // the tick goes back
			return
		}
		s.load()
	}).Show(text.Of("people_excluding"))
}
