package people

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/prose"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// progress is the band on top that tells how far the writing of codes is, and afterwards offers to undo it.
type progress struct {
	f       *shell.Frame
	reload  func() // of the people
	content *fyne.Container
	label   *prose.Text
	bar     *widget.ProgressBar
	detail  *widget.Button
	stop    *widget.Button
	undo    *widget.Button
	hide    *widget.Button

	lists     []connector.CodeList
	dismissed int64 // the newest list that was put away
	first     bool  // nothing has been loaded yet: what ended long ago is no news
	loading   bool
	again     bool
}

func newProgress(f *shell.Frame, reload func()) *progress {
	p := &progress{f: f, reload: reload, first: true, label: field.Paragraph(""), bar: widget.NewProgressBar()}
	p.detail = widget.NewButton(text.Of("codes_detail"), func() { p.showChanges(p.lists[0]) })
	p.stop = widget.NewButton(text.Of("codes_stop"), func() { p.cancel(p.lists[0]) })
	p.undo = widget.NewButtonWithIcon(text.Of("codes_undo"), theme.ContentUndoIcon(), func() { p.askUndo(p.lists[0]) })
	p.hide = widget.NewButtonWithIcon("", theme.CancelIcon(), func() {
		p.dismissed = p.lists[0].ID
		p.show()
	})
	buttons := container.NewHBox(p.detail, p.stop, p.undo, p.hide)
	p.content = container.NewStack(field.Card(container.NewBorder(nil, nil, nil, buttons, p.label), p.bar))
	p.content.Hide()
	p.load()
	return p
}

// load reads the lists.
func (p *progress) load() {
	if p.loading {
		p.again = true
		return
	}
	p.loading, p.again = true, false
	shell.Work(p.f, p.f.Connector.CodeChanges, func(lists []connector.CodeList, err error) {
		p.loading = false
		if err != nil {
			return // the people's own loading says so
		}
		p.lists = lists
		if p.first && len(lists) > 0 && !lists[0].Open() {
			p.dismissed = lists[0].ID
		}
		p.first = false
		p.show()
		if p.again {
			p.load()
		}
	})
}

func (p *progress) show() {
	if len(p.lists) == 0 || !p.lists[0].Open() && p.lists[0].ID <= p.dismissed {
		p.content.Hide()
		return
	}
	l := p.lists[0]
	total := l.Waiting + l.Unknown + l.Done + l.Failed + l.Withdrawn
	args := text.Args{"Done": l.Done, "Failed": l.Failed, "Total": total, "Left": l.Waiting + l.Unknown, "Withdrawn": l.Withdrawn}
	p.bar.SetValue(float64(total-l.Waiting-l.Unknown) / float64(max(total, 1)))
	shown(p.bar, l.Open())
	shown(p.stop, l.Waiting > 0)
	shown(p.undo, !l.Open() && l.Undoable > 0)
	shown(p.hide, !l.Open())
	switch {
	case l.Open() && len(p.f.Status().Warnings) > 0:
		p.label.SetText(text.Of("codes_waiting_for_akerun", args))
	case l.Open():
		p.label.SetText(text.Of("codes_writing", args))
	case l.Failed > 0:
		p.label.SetText(text.Of("codes_done_failed", args))
	case l.Withdrawn > 0:
		p.label.SetText(text.Of("codes_done_withdrawn", args))
	default:
		p.label.SetText(text.Of("codes_done", args))
	}
	p.content.Show()
}

func shown(o fyne.CanvasObject, yes bool) {
	if yes {
		o.Show()
	} else {
		o.Hide()
	}
}

func (p *progress) cancel(l connector.CodeList) {
	shell.Do(p.f, func(ctx context.Context) error { return p.f.Connector.CancelCodeChanges(ctx, l.ID) }, p.acted)
}

func (p *progress) acted(err error) {
	p.f.ShowError(err)
	p.load()
	p.reload()
}

func (p *progress) askUndo(l connector.CodeList) {
	p.f.Ask(text.Of("codes_undo"), text.Of("codes_undo_question", text.Args{"N": l.Undoable}), text.Of("codes_undo"), func() {
		shell.Work(p.f, func(ctx context.Context) (connector.CodePlan, error) { return p.f.Connector.UndoCodeChanges(ctx, l.ID) },
			func(plan connector.CodePlan, err error) {
				if err == nil && len(plan.Refused) > 0 {
					p.f.Tell(text.Of("codes_undo"), text.Of("codes_undo_refused", text.Args{"N": len(plan.Refused)}))
				}
				p.acted(err)
			}).Show(text.Of("codes_planning"))
	})
}
