package stage

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/prose"
)

// Label is what can be read on an object; empty where it has no words of its own, or only in its parts.
func Label(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *prose.Text:
		return o.Words()
	case *widget.Label:
		return o.Text
	case *widget.Button:
		return o.Text
	case *widget.Check:
		return o.Text
	case *widget.Entry:
		return o.Text
	case *widget.Hyperlink:
		return o.Text
	case *widget.Select:
		return o.Selected
	case *widget.RadioGroup:
		return strings.Join(o.Options, "\n")
	case *widget.RichText:
		return o.String()
	case *canvas.Text:
		return o.Text
	}
	return ""
}

// find gives the last shown object that says so: what a dialog shows goes before what lies beneath.
func (s *Stage) find(label string) (found fyne.CanvasObject) {
	s.walk(func(o fyne.CanvasObject) bool {
		switch o.(type) {
		case *widget.Button, *widget.Check, *widget.Hyperlink:
			if Label(o) == label {
				found = o
			}
		}
		return true
	})
	return found
}

// walk visits every shown object of the window and of the dialogs above it, parents first; visit says whether to go deeper.
func (s *Stage) walk(visit func(fyne.CanvasObject) bool) {
	roots := append([]fyne.CanvasObject{s.Window.Content()}, s.Window.Canvas().Overlays().List()...)
	for _, root := range roots {
		walk(root, visit)
	}
}

func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject) bool) {
	if o == nil || !o.Visible() || !visit(o) {
		return
	}
	switch o := o.(type) {
	case *fyne.Container:
		for _, part := range o.Objects {
			walk(part, visit)
		}
	case fyne.Widget:
		for _, part := range test.WidgetRenderer(o).Objects() {
			walk(part, visit)
		}
	}
}

// Buttons are all shown buttons that say so, from top to bottom.
func (s *Stage) Buttons(label string) (all []*widget.Button) {
	s.walk(func(o fyne.CanvasObject) bool {
		if b, ok := o.(*widget.Button); ok && b.Text == label {
			all = append(all, b)
		}
		return true
	})
	return all
}

// Selects are all shown fields in which one of several is chosen.
func (s *Stage) Selects() (all []*widget.Select) {
	s.walk(func(o fyne.CanvasObject) bool {
		if f, ok := o.(*widget.Select); ok {
			all = append(all, f)
		}
		return true
	})
	return all
}

// Radios are all shown groups of which one is chosen.
func (s *Stage) Radios() (all []*widget.RadioGroup) {
	s.walk(func(o fyne.CanvasObject) bool {
		if r, ok := o.(*widget.RadioGroup); ok {
			all = append(all, r)
		}
		return true
	})
	return all
}
