package wizard

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// rehearsed is how many days お試し判定 plays.
const rehearsed = 7

// rehearse is お試し判定: the last days through the rules, person by person, and nothing is sent.
func rehearse(w *wizard) {
	shell.Work(w.page, func(ctx context.Context) ([]connector.PersonDay, error) { return w.f.Connector.Preview(ctx, rehearsed) },
		func(days []connector.PersonDay, err error) {
			if err != nil {
				w.f.ShowError(err)
				return
			}
			showTrial(w, days)
		}).Show(text.Of("wizard_start_trial_doing"))
}

func showTrial(w *wizard, days []connector.PersonDay) {
	table := field.NewTable([]field.Column[connector.PersonDay]{
		{Title: text.Of("column_day"), Width: 110, Text: func(d connector.PersonDay) string { return d.Day }},
		{Title: text.Of("column_code"), Width: 90, Text: func(d connector.PersonDay) string { return cmp.Or(d.EmployeeCode, d.UserCode, "–") }},
		{Title: text.Of("column_name"), Width: 150, Text: func(d connector.PersonDay) string { return d.Name }},
		{Title: text.Kind("in"), Width: 80, Text: func(d connector.PersonDay) string { return stampOf(d, "in") }},
		{Title: text.Kind("out"), Width: 80, Text: func(d connector.PersonDay) string { return stampOf(d, "out") }},
		{Title: text.Of("column_remark"), Width: 330, Text: remark},
	})
	table.SetRows(days)
	stamps := 0
	for _, d := range days {
		for _, s := range d.Stamps {
			if s.State == "planned" {
				stamps++
			}
		}
	}
	content := container.NewBorder(field.Paragraph(text.Of("wizard_start_trial_result", text.Args{"Rows": len(days), "Stamps": stamps})), nil, nil, nil, table)
	w.f.ShowDialog(text.Of("wizard_start_trial_title"), content).Resize(fyne.NewSize(940, 600))
}

// stampOf is the time of a kind, or a dash.
func stampOf(d connector.PersonDay, kind string) string {
	for _, s := range d.Stamps {
		if s.Kind == kind && s.State != "withdrawn" {
			return text.Time(s.At)
		}
	}
	return "–"
}

// remark says why a kind is missing and what is to be looked at.
func remark(d connector.PersonDay) string {
	var all []string
	add := func(words string) {
		if words != "" && !slices.Contains(all, words) {
			all = append(all, words)
		}
	}
	for _, kind := range []string{"in", "out"} {
		if why := d.Why[kind]; why != "" {
			add(text.Reason(why))
		}
	}
	for _, i := range d.Items {
		add(text.Reason(i.Reason))
	}
	return strings.Join(all, "・")
}
