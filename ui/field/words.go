package field

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/prose"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
	ours "dakokubridge/ui/theme"
)

// Heading is a line in large letters.
func Heading(words string) *prose.Text {
	t := Strong(words)
	t.SizeName = theme.SizeNameSubHeadingText
	return t
}

// Paragraph is running text that breaks where the window ends.
func Paragraph(words string) *prose.Text { return prose.New(words) }

// Strong is a paragraph in bold.
func Strong(words string) *prose.Text {
	t := prose.New(words)
	t.TextStyle.Bold = true
	return t
}

// Caption is the name of a field beside it, in bold. It does not break, so a form gives it the room it needs.
func Caption(words string) *widget.Label {
	return widget.NewLabelWithStyle(words, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
}

// Mark says how something stands: by shape, word and colour.
type Mark int

// The marks.
const (
	Good  Mark = iota // ✓
	Warn              // ⚠
	Bad               // ✗
	Doing             // …, still being looked at
)

var marks = map[Mark]struct {
	icon   func() fyne.Resource
	colour fyne.ThemeColorName
}{
	Good:  {theme.ConfirmIcon, ours.Good},
	Warn:  {theme.WarningIcon, ours.Warn},
	Bad:   {theme.CancelIcon, ours.Bad},
	Doing: {theme.MoreHorizontalIcon, ours.Calm},
}

// Icon is the shape of a mark in its colour.
func (m Mark) Icon() fyne.Resource {
	return theme.NewColoredResource(marks[m].icon(), marks[m].colour)
}

// Chip is a mark and a sentence beside it that breaks where the window ends.
func Chip(m Mark, words string) fyne.CanvasObject {
	inset := theme.InnerPadding() // as far as a label's text is from its edge
	icon := container.New(layout.NewCustomPaddedLayout(inset, 0, inset, 0), container.NewVBox(widget.NewIcon(m.Icon())))
	return container.NewBorder(nil, nil, icon, nil, Paragraph(words))
}

// Card is content on a ground of its own.
func Card(content ...fyne.CanvasObject) fyne.CanvasObject {
	return container.NewStack(newGround(), container.NewPadded(container.NewVBox(content...)))
}

// Row puts buttons and the like beside each other, as far in as the text above them.
func Row(parts ...fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewCustomPaddedLayout(0, 0, theme.InnerPadding(), 0), container.NewHBox(parts...))
}

// ground is a rectangle in the colour of a card that follows light and dark.
type ground struct {
	widget.BaseWidget
}

func newGround() *ground {
	g := &ground{}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer implements fyne.Widget.
func (g *ground) CreateRenderer() fyne.WidgetRenderer {
	r := &groundRenderer{canvas.NewRectangle(ours.ColourOf(ours.Band))}
	r.CornerRadius = theme.InputRadiusSize()
	return r
}

type groundRenderer struct{ *canvas.Rectangle }

func (r *groundRenderer) Layout(size fyne.Size)        { r.Rectangle.Resize(size) }
func (r *groundRenderer) MinSize() fyne.Size           { return fyne.NewSize(0, 0) }
func (r *groundRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.Rectangle} }
func (r *groundRenderer) Destroy()                     {}
func (r *groundRenderer) Refresh() {
	r.FillColor = ours.ColourOf(ours.Band)
	r.Rectangle.Refresh()
}

// copiedFor is how long a button says that it has copied; real time.
const copiedFor = 2 * time.Second

// CopyButton copies a text and says so for a while. The text is made when it is pressed.
func CopyButton(f *shell.Frame, label string, words func() string) *widget.Button {
	b := widget.NewButtonWithIcon(label, theme.ContentCopyIcon(), nil)
	b.OnTapped = func() {
		f.Copy(words())
		b.SetText(text.Of("button_copied"))
		b.SetIcon(theme.ConfirmIcon())
		f.After(copiedFor, func() {
			b.SetText(label)
			b.SetIcon(theme.ContentCopyIcon())
		})
	}
	return b
}

// Search is a field for a part of a code or a name. found is called at each letter.
func Search(placeholder string, found func(string)) *widget.Entry {
	e := widget.NewEntry()
	e.PlaceHolder = placeholder
	e.OnChanged = found
	e.ActionItem = widget.NewIcon(theme.SearchIcon())
	return e
}

// Value is a caption and a value beside it that can be selected and copied.
func Value(f *shell.Frame, caption, value string) fyne.CanvasObject {
	label := widget.NewLabel(value)
	label.Selectable = true
	label.Wrapping = fyne.TextWrapBreak
	head := container.NewGridWrap(fyne.NewSize(170, label.MinSize().Height), widget.NewLabelWithStyle(caption, fyne.TextAlignLeading, fyne.TextStyle{Bold: true}))
	return container.NewBorder(nil, nil, head, CopyButton(f, text.Of("button_copy"), func() string { return value }), label)
}
