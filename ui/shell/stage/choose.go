package stage

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

// Menu chooses the entry of that name in the menu that is open, and settles.
func (s *Stage) Menu(name string) {
	s.t.Helper()
	for _, overlay := range s.Window.Canvas().Overlays().List() {
		if tapWhere(overlay, name) {
			s.Settle()
			return
		}
	}
	s.t.Fatalf("there is no menu entry %q; shown is:\n%s", name, s.Text())
}

// tapWhere taps the innermost object that can be tapped around a text.
func tapWhere(o fyne.CanvasObject, words string) bool {
	tapped := false
	var look func(fyne.CanvasObject) (holds bool)
	look = func(o fyne.CanvasObject) (holds bool) {
		if t, ok := o.(*canvas.Text); ok {
			return t.Text == words
		}
		for _, part := range partsOf(o) {
			holds = look(part) || holds
		}
		if t, ok := o.(fyne.Tappable); ok && holds && !tapped {
			tapped = true
			test.Tap(t)
		}
		return holds
	}
	return look(o) && tapped
}

func partsOf(o fyne.CanvasObject) []fyne.CanvasObject {
	switch o := o.(type) {
	case *fyne.Container:
		return o.Objects
	case fyne.Widget:
		return test.WidgetRenderer(o).Objects()
	}
	return nil
}

// Choose sets the selection that is shown with that value chosen to another, and settles.
func (s *Stage) Choose(chosen, other string) {
	s.t.Helper()
	found := false
	s.walk(func(o fyne.CanvasObject) bool {
		if field, ok := o.(*widget.Select); ok && field.Selected == chosen && !found && slices.Contains(field.Options, other) {
			found = true
			field.SetSelected(other)
		}
		return true
	})
	if !found {
		s.t.Fatalf("there is no selection of %q that has %q; shown is:\n%s", chosen, other, s.Text())
	}
	s.Settle()
}

// OpenRow presses a row of the first table that is shown, and settles.
func (s *Stage) OpenRow(row int) {
	s.t.Helper()
	var table interface{ Select(widget.TableCellID) }
	s.walk(func(o fyne.CanvasObject) bool {
		if found, ok := o.(interface{ Select(widget.TableCellID) }); ok && table == nil {
			table = found
		}
		return true
	})
	if table == nil {
		s.t.Fatalf("there is no table; shown is:\n%s", s.Text())
	}
	table.Select(widget.TableCellID{Row: row, Col: 1})
	s.Settle()
}

// Fold opens the part of that name that is folded up.
func (s *Stage) Fold(name string) {
	s.t.Helper()
	found := false
	s.walk(func(o fyne.CanvasObject) bool {
		if folds, ok := o.(*widget.Accordion); ok {
			for i, item := range folds.Items {
				if item.Title == name {
					found = true
					folds.Open(i)
				}
			}
		}
		return true
	})
	if !found {
		s.t.Fatalf("there is no fold %q; shown is:\n%s", name, s.Text())
	}
	s.Settle()
}
