package field

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/ui/text"
)

// Column is one column of a [Table]. Either Text or Tick is set.
type Column[T any] struct {
	Title string
	// Width is how wide the column is at least; a title that needs more gets it. What is left of the table goes to the column that Grows.
	Width float32
	Grows bool
	Text  func(T) string
	// Compare orders rows by this column; nil orders by Text.
	Compare func(a, b T) int
	// Mark puts a shape before the text; nil, or ok false, for none.
	Mark func(T) (m Mark, ok bool)
	// Tick tells whether a row is ticked; OnTick is called with the tick that a person has set.
	Tick   func(T) bool
	OnTick func(row T, on bool)
}

// Table shows many rows, ten thousand without any trouble, and sorts them by a column when its head is pressed. Rows are values
// of the caller's; the table keeps its own order of them. Fyne's goroutine only.
type Table[T any] struct {
	*widget.Table
	// OnOpen is called with the row that was pressed.
	OnOpen func(T)
	// Beside runs work on a goroutine of its own and then done on Fyne's; with it, tables that take long to sort are sorted beside the window.
	Beside func(work, done func())

	columns    []Column[T]
	widths     []float32 // as they are set
	rows       []T
	sortedBy   int // -1: as given
	descending bool
	round      int // of sorting; what comes of an earlier one is dropped
}

// manyRows is from how many rows on sorting may take longer than a person notices.
const manyRows = 20_000

// NewTable makes an empty table.
func NewTable[T any](columns []Column[T]) *Table[T] {
	t := &Table[T]{columns: columns, sortedBy: -1}
	t.Table = widget.NewTableWithHeaders(func() (int, int) { return len(t.rows), len(t.columns) }, newCell, t.update)
	t.ShowHeaderColumn = false
	t.CreateHeader = func() fyne.CanvasObject {
		head := widget.NewButton("", nil)
		head.Importance = widget.LowImportance
		head.Alignment = widget.ButtonAlignLeading
		return head
	}
	t.UpdateHeader = t.head
	t.OnSelected = t.opened
	t.widths = make([]float32, len(columns))
	t.fit(0)
	return t
}

// Resize implements fyne.CanvasObject.
func (t *Table[T]) Resize(size fyne.Size) {
	t.fit(size.Width)
	t.Table.Resize(size)
}

// fit gives the columns their widths in a table so wide.
func (t *Table[T]) fit(width float32) {
	left := width - theme.Padding()*float32(len(t.columns)-1)
	wanted := make([]float32, len(t.columns))
	for i, c := range t.columns {
		title := fyne.MeasureText(c.Title, theme.TextSize(), fyne.TextStyle{Bold: true}).Width + 2*theme.InnerPadding()
		if i == t.sortedBy {
			title += theme.IconInlineSize() + theme.Padding()
		}
		wanted[i] = max(c.Width, title)
		left -= wanted[i]
	}
	for i, c := range t.columns {
		if c.Grows && left > 0 {
			wanted[i] += left
			left = 0
		}
		if wanted[i] != t.widths[i] {
			t.widths[i] = wanted[i]
			t.SetColumnWidth(i, wanted[i])
		}
	}
}

// SetRows shows other rows, in the order that was chosen before.
func (t *Table[T]) SetRows(rows []T) {
	t.rows = slices.Clone(rows)
	t.sort()
}

// Rows are the rows in the order shown; not to be changed.
func (t *Table[T]) Rows() []T { return t.rows }

// SortBy orders by a column, the first being 0.
func (t *Table[T]) SortBy(column int, descending bool) {
	t.sortedBy, t.descending = column, descending
	t.fit(t.Size().Width)
	t.sort()
}

// sort puts the rows into the order that was chosen and shows them. Until many rows are sorted they show as they are.
func (t *Table[T]) sort() {
	t.round++
	if t.sortedBy < 0 {
		t.Refresh()
		return
	}
	column, descending, round := t.columns[t.sortedBy], t.descending, t.round
	if len(t.rows) < manyRows || t.Beside == nil || column.Tick != nil { // a tick may change meanwhile, and compares quickly
		sorted(t.rows, column, descending)
		t.Refresh()
		return
	}
	t.Refresh()
	rows := slices.Clone(t.rows)
	t.Beside(func() { sorted(rows, column, descending) }, func() {
		if round == t.round {
			t.rows = rows
			t.Refresh()
		}
	})
}

func sorted[T any](rows []T, column Column[T], descending bool) {
	by := column.order()
	slices.SortStableFunc(rows, func(a, b T) int {
		if descending {
			a, b = b, a
		}
		return by(a, b)
	})
}

func (c Column[T]) order() func(a, b T) int {
	switch {
	case c.Compare != nil:
		return c.Compare
	case c.Tick != nil:
		return func(a, b T) int { return number(c.Tick(b)) - number(c.Tick(a)) }
	}
	return func(a, b T) int { return cmp.Compare(c.Text(a), c.Text(b)) }
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (t *Table[T]) opened(id widget.TableCellID) {
	t.UnselectAll()
	if column := id.Col; column >= 0 && column < len(t.columns) && t.columns[column].Tick != nil && id.Row >= 0 && id.Row < len(t.rows) {
		row := t.rows[id.Row] // by keyboard, or beside the tick
		t.columns[column].OnTick(row, !t.columns[column].Tick(row))
		t.Refresh()
		return
	}
	if t.OnOpen != nil && id.Row >= 0 && id.Row < len(t.rows) {
		t.OnOpen(t.rows[id.Row])
	}
}

func (t *Table[T]) head(id widget.TableCellID, o fyne.CanvasObject) {
	head := o.(*widget.Button)
	column := id.Col
	if column < 0 || column >= len(t.columns) {
		head.SetText("")
		return
	}
	head.OnTapped = func() { t.SortBy(column, t.sortedBy == column && !t.descending) }
	icon := fyne.Resource(nil)
	if column == t.sortedBy {
		icon = theme.MoveDownIcon()
		if t.descending {
			icon = theme.MoveUpIcon()
		}
	}
	head.Icon = icon
	head.SetText(t.columns[column].Title)
}

// cell can show whatever a column asks for. It touches its parts only where something changes: Fyne asks for the same cell several times
// at each step of a scroll, and measuring text is what takes long.
type cell struct {
	widget.BaseWidget
	label  *widget.Label
	mark   *widget.Icon
	tick   *widget.Check
	text   *fyne.Container
	marked Mark // what mark shows while it is visible
}

func newCell() fyne.CanvasObject {
	c := &cell{label: widget.NewLabel(""), mark: widget.NewIcon(nil), tick: widget.NewCheck("", nil), marked: -1}
	c.label.Truncation = fyne.TextTruncateEllipsis
	c.mark.Hide()
	c.tick.Hide()
	c.text = container.NewBorder(nil, nil, c.mark, nil, c.label)
	c.ExtendBaseWidget(c)
	return c
}

// show shows words, behind a mark where there is one.
func (c *cell) show(words string, m Mark, marked bool) {
	if c.tick.Visible() {
		c.tick.Hide()
		c.text.Show()
	}
	if marked && c.marked != m {
		c.mark.SetResource(m.Icon())
		c.marked = m
	}
	if marked != c.mark.Visible() {
		if marked {
			c.mark.Show()
		} else {
			c.mark.Hide()
		}
		c.text.Refresh()
	}
	if c.label.Text != words {
		c.label.Text = words
		c.label.Truncation = c.truncation()
		c.label.Refresh()
	}
}

// truncation is how the words are cut where they are too long for the cell. Finding out where to cut takes ten times as long as showing, so it is
// left out where there is plenty of room.
func (c *cell) truncation() fyne.TextTruncation {
	room := c.Size().Width
	if c.mark.Visible() {
		room -= theme.IconInlineSize() + theme.Padding()
	}
	if roughly(c.label.Text) < room {
		return fyne.TextTruncateOff
	}
	return fyne.TextTruncateEllipsis
}

// Resize implements fyne.CanvasObject.
func (c *cell) Resize(size fyne.Size) {
	changed := size.Width != c.Size().Width
	c.BaseWidget.Resize(size)
	if t := c.truncation(); changed && t != c.label.Truncation {
		c.label.Truncation = t
		c.label.Refresh()
	}
}

// roughly is how wide a text is at most, with its padding.
func roughly(words string) float32 {
	size := theme.TextSize()
	width := 4 * theme.InnerPadding()
	for _, r := range words {
		if r < 0x2e80 {
			width += 0.8 * size
		} else {
			width += 1.1 * size
		}
	}
	return width
}

// showTick shows a tick.
func (c *cell) showTick(on bool, ticked func(bool)) {
	if !c.tick.Visible() {
		c.text.Hide()
		c.tick.Show()
	}
	c.tick.OnChanged = nil
	c.tick.SetChecked(on)
	c.tick.OnChanged = ticked
}

// CreateRenderer implements fyne.Widget.
func (c *cell) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(c.text, container.NewCenter(c.tick)))
}

func (t *Table[T]) update(id widget.TableCellID, o fyne.CanvasObject) {
	c := o.(*cell)
	if id.Row >= len(t.rows) {
		return
	}
	row, column := t.rows[id.Row], t.columns[id.Col]
	if column.Tick != nil {
		c.showTick(column.Tick(row), func(on bool) { column.OnTick(row, on) })
		return
	}
	mark, marked := Good, false
	if column.Mark != nil {
		mark, marked = column.Mark(row)
	}
	c.show(column.Text(row), mark, marked)
}

// Count says how many rows there are, such as 50件.
func Count(n int) string { return text.Of("count", text.Args{"N": n}) }
