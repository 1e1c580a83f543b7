package wizard

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// rightsStep is step 4: what both accounts may do, and whether the batch runs.
type rightsStep struct {
	sheet
	w *wizard
}

// rights is step 4, 権限の確認. It begins to look by itself.
func rights(w *wizard) fyne.CanvasObject {
	s := &rightsStep{sheet: newSheet(), w: w}
	s.look()
	return s.Container
}

func (s *rightsStep) look() {
	var parts []fyne.CanvasObject
	for _, what := range []string{"salesforce", "batch", "akerun", "people"} {
		parts = append(parts, field.Chip(field.Doing, text.Of("wizard_rights_doing_"+what)))
	}
	s.fill(append(parts, widget.NewProgressBarInfinite())...)
	shell.Work(s.w.page, s.w.f.Connector.Check, func(c connector.Check, err error) {
		if err != nil {
			s.fill(failed(err, s.look), row(s.w.leadTo(stepSalesforce)))
			return
		}
		s.w.check = &c
		s.show(c)
		s.w.mark()
	})
}

// userOf is the Salesforce user's name, with the name for signing in, which tells two of one name apart.
func (w *wizard) userOf(r connector.RightsCheck) string {
	name := w.f.Status().Salesforce.Name
	switch {
	case name == "" || name == r.UserName:
		return r.UserName
	case r.UserName == "":
		return name
	}
	return text.Of("items_who", text.Args{"Name": name, "Code": r.UserName})
}

func (s *rightsStep) show(c connector.Check) {
	parts := []fyne.CanvasObject{field.Strong("Salesforce ・ チムスピ勤怠")}
	parts = append(parts, s.salesforce(c.Rights)...)
	parts = append(parts, widget.NewSeparator(), field.Strong(text.Of("wizard_rights_batch_title")))
	parts = append(parts, s.batch(c.Batch)...)
	parts = append(parts, widget.NewSeparator(), field.Strong("Akerun"))
	parts = append(parts, s.akerun(c)...)
	if c.Akerun.Readable {
		parts = append(parts, widget.NewSeparator(), field.Strong(text.Of("wizard_people_title")),
			field.Chip(field.Good, text.Of("wizard_rights_people", text.Args{"Users": c.People.Users, "Employees": c.People.Employees, "Sound": c.People.Sound})))
	}
	parts = append(parts, widget.NewSeparator(), row(widget.NewButton(text.Of("wizard_rights_again"), s.look)))
	s.fill(parts...)
}

// salesforce tells what the Salesforce user may do.
func (s *rightsStep) salesforce(r connector.RightsCheck) []fyne.CanvasObject {
	args := text.Args{"User": s.w.userOf(r), "N": r.VisibleEmployees, "Missing": strings.Join(r.Missing, ", "), "Codes": strings.Join(r.OutOfReach, ", ")}
	request := row(
		field.CopyButton(s.w.page, text.Of("wizard_copy_letter"), func() string { return text.Of("wizard_letter_rights", args) }),
		widget.NewButton(text.Of("wizard_another_user"), func() { s.w.goTo(stepSalesforce) }),
	)
	switch r.Verdict {
	case "EMPLOYEE":
		return []fyne.CanvasObject{field.Card(field.Chip(field.Bad, text.Of("wizard_rights_employee", args)), field.Paragraph(text.Of("wizard_rights_employee_ask")), request)}
	case "NONE":
		key := "wizard_rights_missing"
		if len(r.Missing) == 0 {
			key = "wizard_rights_not_installed"
		}
		return []fyne.CanvasObject{field.Card(field.Chip(field.Bad, text.Of(key, args)), request)}
	}
	parts := []fyne.CanvasObject{field.Chip(field.Good, text.Of("wizard_rights_admin", args))}
	if r.Verdict == "PARTIAL" {
		parts = []fyne.CanvasObject{field.Card(field.Chip(field.Warn, text.Of("wizard_rights_partial", args)), s.confirmed(), request)}
	}
	if len(r.OutOfReach) > 0 {
		parts = append(parts, field.Chip(field.Warn, text.Of("wizard_rights_out_of_reach", args)))
	}
	for _, c := range []struct {
		good bool
		key  string
	}{
		{r.SheetReadable, "sheet"},
		{r.TargetDate, "target_date"},
		{r.Key == "unique" || r.Key == "external_id", "key"},
	} {
		if c.good {
			parts = append(parts, field.Chip(field.Good, text.Of("wizard_rights_"+c.key)))
		} else {
			parts = append(parts, field.Chip(field.Warn, text.Of("wizard_rights_"+c.key+"_not")))
		}
	}
	return parts
}

// confirmed is the tick with which a person vouches for rights that could not be proven.
func (s *rightsStep) confirmed() fyne.CanvasObject {
	tick := widget.NewCheck(text.Of("wizard_rights_confirmed"), nil)
	tick.SetChecked(s.w.setup.Confirmed)
	tick.OnChanged = func(on bool) {
		s.w.setup.Confirmed = on
		s.w.save()
	}
	return tick
}

// batch tells whether the batch runs.
func (s *rightsStep) batch(b connector.BatchCheck) []fyne.CanvasObject {
	switch b.Verdict {
	case "on":
		return []fyne.CanvasObject{field.Chip(field.Good, text.Of("wizard_rights_batch_on"))}
	case "off":
		letter := field.CopyButton(s.w.page, text.Of("wizard_copy_letter"), func() string { return s.w.letter("teamspirit") })
		return []fyne.CanvasObject{field.Card(field.Chip(field.Bad, text.Of("wizard_rights_batch_off", text.Args{"Since": text.Instant(b.Oldest)})), row(letter))}
	}
	one := widget.NewButton(text.Of("wizard_rights_one_person"), func() {
		s.w.notice = text.Of("wizard_rights_one_person_how")
		s.w.goTo(stepPeople)
	})
	return []fyne.CanvasObject{field.Chip(field.Warn, text.Of("wizard_rights_batch_unknown")), row(one)}
}

// akerun tells what the Akerun account may do.
func (s *rightsStep) akerun(c connector.Check) []fyne.CanvasObject {
	a := c.Akerun
	blocked := func(code connector.ErrorCode) bool { return slices.Contains(c.Blocks, code) }
	problem := func(key string, args text.Args) []fyne.CanvasObject {
		return []fyne.CanvasObject{container.NewVBox(field.Chip(field.Bad, text.Of(key, args)), row(s.w.leadTo(stepAkerun)))}
	}
	switch {
	case !a.SignedIn:
		return []fyne.CanvasObject{field.Chip(field.Warn, text.Of("wizard_rights_akerun_later")), row(s.w.leadTo(stepAkerun))}
	case blocked(connector.CodeNotSuper):
		return problem("wizard_akerun_not_super", text.Args{"Authority": a.Authority})
	case blocked(connector.CodeAuthority):
		return problem("wizard_akerun_unknown", text.Args{"Authority": orCode(a.Authority, text.Of("wizard_akerun_nothing"))})
	case blocked(connector.CodeNoOrganization):
		return problem("error_no_organization", nil)
	case blocked(connector.CodeNoRights):
		return problem("wizard_rights_akerun_unreadable", nil)
	}
	return []fyne.CanvasObject{
		field.Chip(field.Good, text.Of("wizard_akerun_super")),
		field.Chip(field.Good, text.Of("wizard_rights_akerun_readable", text.Args{"Name": orCode(a.OrganizationName, a.OrganizationID)})),
	}
}
