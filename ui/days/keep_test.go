package days

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
)

// Ticks stay with their days when these are read again; whoever has ticked all has ticked what is new, too.
func TestTicksStayWhenDaysAreReadAgain(t *testing.T) {
	test.NewTempApp(t)
	days := func(n int) (all []*row) {
		for i := range n {
			all = append(all, &row{PersonDay: connector.PersonDay{UserID: fmt.Sprint(i), Day: "2026-11-25"}})
		}
		return all
	}
	s := &screen{all: widget.NewCheck("", nil), again: widget.NewButton("", nil), count: widget.NewLabel("")}
	s.table = field.NewTable(s.columns())
	read := func(n int) {
		rows := days(n)
		s.keep(rows)
		s.table.SetRows(rows)
	}
	read(3)
	s.tick(s.table.Rows()[1], true)
	s.tick(s.table.Rows()[1], true)
	read(4)
	if s.ticked != 1 || !s.table.Rows()[1].ticked || s.table.Rows()[0].ticked {
		t.Errorf("%d ticked", s.ticked)
	}
	s.tick(s.table.Rows()[1], false)
	if s.ticked != 0 {
		t.Errorf("%d ticked", s.ticked)
	}
	s.tickAll(true)
	read(5)
	if s.ticked != 5 || !s.table.Rows()[4].ticked || !s.all.Checked {
		t.Errorf("%d of 5 ticked", s.ticked)
	}
	s.tickAll(false)
	read(5)
	if s.ticked != 0 || s.table.Rows()[0].ticked {
		t.Errorf("%d ticked", s.ticked)
	}
}
