package field

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Tabs shows one of several pages, chosen by a button each. Fyne's own tabs can't be reached by keyboard.
type Tabs struct {
	Content *fyne.Container // to be put into a window
	// OnChosen is called when a person has chosen a page.
	OnChosen func(page int)

	buttons []*widget.Button
	pages   []fyne.CanvasObject
	heads   *fyne.Container
	body    *fyne.Container
	chosen  int
}

// NewTabs makes tabs without a page.
func NewTabs() *Tabs {
	t := &Tabs{heads: container.NewHBox(), body: container.NewStack()}
	t.Content = container.NewBorder(container.NewVBox(t.heads, widget.NewSeparator()), nil, nil, nil, t.body)
	return t
}

// Append adds a page; the first one is shown.
func (t *Tabs) Append(title string, content fyne.CanvasObject) {
	page := len(t.pages)
	b := widget.NewButton(title, func() {
		t.Choose(page)
		if t.OnChosen != nil {
			t.OnChosen(page)
		}
	})
	t.buttons, t.pages = append(t.buttons, b), append(t.pages, content)
	t.heads.Add(b)
	t.body.Add(content)
	t.Choose(t.chosen)
}

// SetTitle writes another title on a page's button.
func (t *Tabs) SetTitle(page int, title string) { t.buttons[page].SetText(title) }

// Choose shows a page.
func (t *Tabs) Choose(page int) {
	t.chosen = page
	for n, b := range t.buttons {
		importance := widget.LowImportance
		if n == page {
			importance = widget.HighImportance
			t.pages[n].Show()
		} else {
			t.pages[n].Hide()
		}
		if b.Importance != importance {
			b.Importance = importance
			b.Refresh()
		}
	}
}
