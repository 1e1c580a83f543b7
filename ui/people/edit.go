package people

import (
	"context"
	"errors"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/prose"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// editor is the dialog about one person, in which the code can be changed.
type editor struct {
	s      *screen
	r      *row
	entry  *widget.Entry
	means  *prose.Text
	write  *widget.Button
	dialog dialog.Dialog
}

// open shows everything about a person.
func (s *screen) open(r *row) {
	if r.UserID == "" {
		s.f.ShowDialog(r.EmployeeName, container.NewVBox(s.facts(r), field.Paragraph(text.Of("people_no_user_advice"))))
		return
	}
	e := &editor{s: s, r: r, entry: widget.NewEntry(), means: field.Paragraph("")}
	e.entry.PlaceHolder = text.Of("people_code_entry")
	e.write = widget.NewButton(text.Of("people_write"), e.save)
	e.write.Importance = widget.HighImportance
	e.entry.OnChanged = func(string) { e.explain() }
	e.entry.OnSubmitted = func(string) {
		if !e.write.Disabled() {
			e.save()
		}
	}
	content := container.NewVBox(s.facts(r), widget.NewSeparator(), widget.NewLabel(text.Of("people_code_label")),
		container.NewBorder(nil, nil, nil, e.write, e.entry), e.means)
	if r.ProposedCode != "" {
		take := widget.NewButton(text.Of("people_take_proposal", text.Args{"Code": r.ProposedCode, "Name": r.ProposedEmployee, "Why": because(r)}), func() { e.entry.SetText(r.ProposedCode) })
		content.Add(take)
	}
	e.entry.SetText(strings.TrimSpace(r.UserCode))
	e.explain()
	e.dialog = s.f.ShowDialog(r.UserName, content)
	s.f.Window().Canvas().Focus(e.entry)
}

func because(r *row) string { return text.Of("people_because_" + r.ProposedBecause) }

// The dialog about a person and its captions are so wide.
const (
	factsWidth   = 600
	captionWidth = 210
)

func (s *screen) facts(r *row) fyne.CanvasObject {
	remark := r.verdict
	if r.Excluded {
		remark = text.Of("people_verdict_excluded", text.Args{"Verdict": remark})
	}
	mark, marked := markOf(r)
	verdict := field.Paragraph(remark)
	all := container.NewVBox(container.NewGridWrap(fyne.NewSize(factsWidth, 1)))
	if marked {
		all.Add(field.Chip(mark, remark))
	} else {
		all.Add(verdict)
	}
	for _, fact := range [][2]string{
		{"column_akerun_name", r.UserName}, {"people_akerun_mail", r.UserMail}, {"column_user_code", r.UserCode},
		{"column_employee_name", r.EmployeeName}, {"people_employee_mail", r.EmployeeMail}, {"column_employee_code", r.EmployeeCode},
		{"people_employed", employment(r)}, {"people_linked_since", r.LinkedSince},
	} {
		if fact[1] != "" {
			caption := widget.NewLabel(text.Of(fact[0]))
			all.Add(container.NewBorder(nil, nil, container.NewGridWrap(fyne.NewSize(captionWidth, caption.MinSize().Height), caption), nil, selectable(fact[1])))
		}
	}
	return all
}

func selectable(words string) fyne.CanvasObject {
	l := widget.NewLabel(words)
	l.Selectable = true
	l.Truncation = fyne.TextTruncateEllipsis
	return l
}

func employment(r *row) string {
	if r.EntryDate == "" && r.EndDate == "" {
		return ""
	}
	return r.EntryDate + " – " + r.EndDate
}

// explain says what the code that is typed would mean.
func (e *editor) explain() {
	code := strings.TrimSpace(e.entry.Text)
	employee, holder := e.s.book.employees[code], e.s.book.users[code]
	words := ""
	switch {
	case code == strings.TrimSpace(e.r.UserCode):
	case code == "":
		words = text.Of("codes_why_empty_code")
	case holder != nil && holder != e.r:
		words = text.Of("people_code_taken", text.Args{"Name": holder.UserName})
	case employee != nil:
		words = text.Of("people_code_leads", text.Args{"Name": employee.EmployeeName})
	default:
		words = text.Of("people_code_unknown")
	}
	e.means.SetText(words)
	if code == "" || code == strings.TrimSpace(e.r.UserCode) || holder != nil && holder != e.r {
		e.write.Disable()
		return
	}
	e.write.Enable()
}

func (e *editor) save() {
	change := connector.CodeChange{UserID: e.r.UserID, Code: e.entry.Text}
	e.dialog.Hide()
	e.s.plan(connector.ByHand, []connector.CodeChange{change})
}

// plan has codes written; progress tells the rest.
func (s *screen) plan(origin connector.Origin, changes []connector.CodeChange) {
	shell.Work(s.f, func(ctx context.Context) (connector.CodePlan, error) {
		return s.f.Connector.PlanCodeChanges(ctx, origin, changes, false)
	}, s.planned).Show(text.Of("codes_planning"))
}

func (s *screen) planned(p connector.CodePlan, err error) {
	var said *connector.Error
	switch {
	case errors.As(err, &said) && said.Detail["why"] != "":
		s.f.Tell(text.Of("dialog_error"), text.Of("codes_refused", text.Args{"N": said.Detail["count"], "Code": said.Detail["code"], "Why": text.Of("codes_why_" + said.Detail["why"])}))
	case err != nil:
		s.f.ShowError(err)
	case p.List == 0:
		s.f.Tell(text.Of("codes_title"), text.Of("codes_nothing"))
	}
	s.progress.load()
	s.load()
}
