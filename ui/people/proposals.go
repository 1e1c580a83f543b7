package people

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// proposal is a line of the preview.
type proposal struct {
	*row
	taken bool
}

// proposalDialog previews proposals and takes those up that are ticked.
type proposalDialog struct {
	s      *screen
	all    []*proposal
	table  *field.Table[*proposal]
	every  *widget.Check
	apply  *widget.Button
	dialog dialog.Dialog
}

// listSize is the size of tables in dialogs.
var listSize = fyne.NewSize(860, 360)

// showProposals previews all proposals. Those that rest on equal mail addresses are ticked at first, near misses of the code are not.
func (s *screen) showProposals() {
	d := &proposalDialog{s: s}
	for _, r := range s.all {
		if r.ProposedCode != "" {
			d.all = append(d.all, &proposal{row: r, taken: r.ProposedBecause == "mail"})
		}
	}
	d.table = field.NewTable([]field.Column[*proposal]{
		{Title: "✓", Width: 44, Tick: func(p *proposal) bool { return p.taken }, OnTick: func(p *proposal, on bool) { p.taken = on; d.update() }},
		{Title: text.Of("column_akerun_name"), Width: 160, Text: func(p *proposal) string { return p.UserName }},
		{Title: text.Of("people_code_now"), Width: 110, Text: func(p *proposal) string { return p.UserCode }},
		{Title: text.Of("people_code_proposed"), Width: 130, Text: func(p *proposal) string { return p.ProposedCode }},
		{Title: text.Of("column_employee_name"), Width: 160, Text: func(p *proposal) string { return p.ProposedEmployee }},
		{Title: text.Of("people_because"), Width: 220, Text: func(p *proposal) string { return because(p.row) }},
	})
	d.table.OnOpen = func(p *proposal) { p.taken = !p.taken; d.table.Refresh(); d.update() }
	d.table.SetRows(d.all)
	d.every = widget.NewCheck(text.Of("people_tick_all"), d.tickAll)
	d.apply = widget.NewButton("", d.take)
	d.apply.Importance = widget.HighImportance
	content := container.NewBorder(field.Paragraph(text.Of("people_proposals_intro")), container.NewHBox(d.every, d.apply), nil, nil, container.NewGridWrap(listSize, d.table))
	d.update()
	d.dialog = s.f.ShowDialog(text.Of("people_proposals_title"), content)
}

func (d *proposalDialog) update() {
	n := len(d.chosen())
	d.apply.SetText(text.Of("people_apply", text.Args{"N": n}))
	if n == 0 {
		d.apply.Disable()
	} else {
		d.apply.Enable()
	}
	d.every.Checked = n > 0 && n == len(d.all)
	d.every.Refresh()
}

func (d *proposalDialog) tickAll(on bool) {
	for _, p := range d.all {
		p.taken = on
	}
	d.table.Refresh()
	d.update()
}

func (d *proposalDialog) chosen() (ids []string) {
	for _, p := range d.all {
		if p.taken {
			ids = append(ids, p.UserID)
		}
	}
	return ids
}

func (d *proposalDialog) take() {
	ids := d.chosen()
	d.dialog.Hide()
	shell.Work(d.s.f, func(ctx context.Context) (connector.CodePlan, error) { return d.s.f.Connector.ApplyProposals(ctx, ids) }, d.s.planned).Show(text.Of("codes_planning"))
}
