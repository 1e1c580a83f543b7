package items

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// showDetail tells everything about one item, with what can be done about it.
func showDetail(p *panel, i connector.Item) {
	var d dialog.Dialog
	parts := []fyne.CanvasObject{facts(p, i), field.Strong(text.Of("items_meaning")), field.Paragraph(Meaning(i))}
	if letter, ok := Letter(i); ok {
		words := widget.NewMultiLineEntry()
		words.Wrapping = fyne.TextWrapBreak
		words.SetText(letter)
		words.SetMinRowsVisible(4)
		parts = append(parts, field.Strong(text.Of("items_letter")), words,
			field.Row(field.CopyButton(p.f, text.Of("items_copy"), func() string { return words.Text })))
	}
	buttons := container.NewHBox(layout.NewSpacer())
	if i.State == "open" {
		if cure, ok := CureOf(p.f, i, p.changed); ok {
			b := widget.NewButton(cure.Label, func() { d.Hide(); cure.Do() })
			b.Importance = widget.HighImportance
			buttons.Add(b)
		}
		buttons.Add(widget.NewButtonWithIcon(text.Of("items_close"), theme.ConfirmIcon(), func() {
			d.Hide()
			closeItems(p.f, []connector.Item{i}, p.changed)
		}))
	}
	scroll := container.NewVScroll(container.NewVBox(parts...))
	scroll.SetMinSize(fyne.NewSize(600, 380))
	d = p.f.ShowDialog(text.Reason(i.Reason), container.NewBorder(nil, buttons, nil, nil, scroll))
}

// details are the names of details in the order shown; what else there is means nothing to people.
var details = []string{
	"kind", "at", "ours", "stamped", "sheet", "web", "next", "from", "to", "door", "action", "device", "text", "code", "problem", "access", "user_code",
	"employee_code", "subject",
}

// facts is what is known of an item, by name.
func facts(p *panel, i connector.Item) fyne.CanvasObject {
	form := container.New(layout.NewFormLayout())
	add := func(key, value string) {
		if value == "" {
			return
		}
		form.Add(widget.NewLabelWithStyle(text.Of(key), fyne.TextAlignLeading, fyne.TextStyle{Bold: true}))
		label := field.Paragraph(value)
		label.Selectable = true
		form.Add(label)
	}
	add("items_person", who(i))
	add("items_day", dayWords(i.Day))
	for _, name := range details {
		if _, ok := i.Detail[name]; ok {
			add("items_detail_"+name, p.value(i, name))
		}
	}
	add("items_state", state(i))
	add("items_memo", i.Memo)
	return form
}

// value is a detail as people read it.
func (p *panel) value(i connector.Item, name string) string {
	value := i.Detail[name]
	if _, err := time.Parse(time.RFC3339, value); err == nil {
		return moment(i, name)
	}
	switch {
	case value == "in" || value == "out":
		return text.Kind(value)
	case name == "subject" && sideOf(i) != "":
		return text.Side(sideOf(i))
	case p.doors[value] != "":
		return p.doors[value]
	case name == "sheet" && value == "":
		return text.Of("value_none")
	}
	return value
}

// closeItems asks for a memo and marks items as seen to.
func closeItems(f *shell.Frame, items []connector.Item, changed func()) {
	memo := widget.NewMultiLineEntry()
	memo.PlaceHolder = text.Of("items_close_memo")
	memo.SetMinRowsVisible(3)
	content := container.NewBorder(field.Paragraph(text.Of("items_close_question", text.Args{"N": len(items)})), nil, nil, nil, memo)
	sized := container.NewStack(container.NewGridWrap(fyne.NewSize(480, 170), widget.NewLabel("")), content)
	ids := make([]int64, len(items))
	for n, i := range items {
		ids[n] = i.ID
	}
	f.AskWith(text.Of("items_close_title"), sized, text.Of("items_close_title"), func() {
		shell.Work(f, func(ctx context.Context) (int, error) { return f.Connector.CloseItems(ctx, ids, memo.Text) }, func(n int, err error) {
			if err != nil {
				f.ShowError(err)
				return
			}
			f.Tell(text.Of("items_close_title"), text.Of("items_closed", text.Args{"N": n}))
			changed()
		}).Show(text.Of("items_closing"))
	})
}
