package people

import (
	"context"
	"strings"

	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// showLists lists what was written when; each list opens with a press.
func (p *progress) showLists() {
	table := field.NewTable([]field.Column[connector.CodeList]{
		{Title: text.Of("codes_when"), Width: 160, Text: func(l connector.CodeList) string { return text.Instant(l.Planned) }},
		{Title: text.Of("codes_origin"), Width: 180, Text: func(l connector.CodeList) string { return text.Of("codes_origin_" + string(l.Origin)) }},
		{Title: text.Of("codes_state_done"), Width: 110, Text: func(l connector.CodeList) string { return field.Count(l.Done) }},
		{Title: text.Of("codes_state_failed"), Width: 110, Text: func(l connector.CodeList) string { return field.Count(l.Failed) }},
		{Title: text.Of("codes_state_waiting"), Width: 110, Text: func(l connector.CodeList) string { return field.Count(l.Waiting + l.Unknown) }},
		{Title: text.Of("codes_state_cancelled"), Width: 110, Text: func(l connector.CodeList) string { return field.Count(l.Withdrawn) }},
	})
	table.SetRows(p.lists)
	d := p.f.ShowDialog(text.Of("codes_records"), container.NewGridWrap(listSize, table))
	table.OnOpen = func(l connector.CodeList) {
		d.Hide()
		p.showChanges(l)
	}
}

// showChanges lists the changes of one list, with undo and 失敗した分をもう一度.
func (p *progress) showChanges(l connector.CodeList) {
	shell.Work(p.f, func(ctx context.Context) ([]connector.CodeChangeState, error) {
		return p.f.Connector.CodeChangesOf(ctx, l.ID)
	},
		func(changes []connector.CodeChangeState, err error) {
			if err != nil {
				p.f.ShowError(err)
				return
			}
			p.showTable(l, changes)
		}).Show(text.Of("people_loading"))
}

func (p *progress) showTable(l connector.CodeList, changes []connector.CodeChangeState) {
	table := field.NewTable([]field.Column[connector.CodeChangeState]{
		{Title: text.Of("column_akerun_name"), Width: 160, Text: func(c connector.CodeChangeState) string { return c.Name }},
		{Title: text.Of("people_code_now"), Width: 110, Text: func(c connector.CodeChangeState) string { return c.Former }},
		{Title: text.Of("people_code_new"), Width: 110, Text: func(c connector.CodeChangeState) string { return c.Code }},
		{Title: text.Of("codes_state"), Width: 130, Text: func(c connector.CodeChangeState) string { return text.Of("codes_state_" + c.State) }, Mark: markOfChange},
		{Title: text.Of("codes_why"), Width: 340, Text: whyOf},
	})
	table.SetRows(changes)
	var d dialog.Dialog
	buttons := container.NewHBox()
	if l.Undoable > 0 && !l.Open() {
		buttons.Add(widget.NewButton(text.Of("codes_undo"), func() {
			d.Hide()
			p.askUndo(l)
		}))
	}
	if again := failedOf(changes); len(again) > 0 && !l.Open() {
		buttons.Add(widget.NewButton(text.Of("codes_again", text.Args{"N": len(again)}), func() {
			d.Hide()
			p.repeat(l, again)
		}))
	}
	d = p.f.ShowDialog(text.Of("codes_title"), container.NewBorder(nil, buttons, nil, nil, container.NewGridWrap(listSize, table)))
}

func failedOf(changes []connector.CodeChangeState) (again []connector.CodeChange) {
	for _, c := range changes {
		if c.State == "failed" {
			again = append(again, connector.CodeChange{UserID: c.UserID, Code: c.Code})
		}
	}
	return again
}

// repeat plans failed changes once more, by what the users' codes are now.
func (p *progress) repeat(l connector.CodeList, again []connector.CodeChange) {
	origin := l.Origin
	if origin == connector.ByUndo {
		origin = connector.ByFile
	}
	shell.Do(p.f, func(ctx context.Context) error {
		_, err := p.f.Connector.PlanCodeChanges(ctx, origin, again, true)
		return err
	}, p.acted).Show(text.Of("codes_planning"))
}

func markOfChange(c connector.CodeChangeState) (field.Mark, bool) {
	switch c.State {
	case "done":
		return field.Good, true
	case "failed":
		return field.Bad, true
	case "waiting", "unknown":
		return field.Doing, true
	}
	return 0, false
}

// whyOf says in words why a change was not made. Akerun's own code, where it gave one, stands behind.
func whyOf(c connector.CodeChangeState) string {
	cause, code, _ := strings.Cut(c.Why, " ")
	if c.Why == "" || c.State == "done" {
		return ""
	}
	words := text.Of("codes_why_" + cause)
	if words == "codes_why_"+cause {
		words = text.Of("codes_why_other")
	}
	if code != "" {
		return text.Of("codes_why_with_code", text.Args{"Why": words, "Code": code})
	}
	return words
}
