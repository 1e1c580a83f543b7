package people

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/widget"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// tooLarge is more than the façade takes; what is larger is not read whole.
const tooLarge = 5<<20 + 1

// chooseFile asks for a file, has it checked whole and shows what it would change.
func (s *screen) chooseFile() {
	s.f.OpenFile([]string{".csv", ".tsv", ".txt", ".xlsx"}, func(path string) {
		name := filepath.Base(path)
		shell.Work(s.f, func(ctx context.Context) (connector.PeopleFileCheck, error) {
			data, err := read(path)
			if err != nil {
				return connector.PeopleFileCheck{}, err
			}
			return s.f.Connector.CheckPeopleFile(ctx, name, data)
		}, func(check connector.PeopleFileCheck, err error) {
			var said *connector.Error
			switch {
			case errors.As(err, &said) && said.Detail["why"] != "":
				s.f.Tell(text.Of("people_import"), text.Of("file_"+said.Detail["why"], text.Args{"File": name}))
			case errors.Is(err, os.ErrNotExist), errors.Is(err, os.ErrPermission):
				s.f.Tell(text.Of("people_import"), text.Of("file_unreadable", text.Args{"File": name}))
			case err != nil:
				s.f.ShowError(err)
			default:
				s.showCheck(name, check)
			}
		}).Show(text.Of("file_checking"))
	})
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, tooLarge))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return data, nil
}

// finding is a line of the check: bad, doubtful, or what would be written.
type finding struct {
	line       int
	mark       field.Mark
	name, code string
	words      string
}

// showCheck shows what was found in a file and takes the good lines where the person wants it.
func (s *screen) showCheck(name string, check connector.PeopleFileCheck) {
	findings := s.findings(check)
	table := field.NewTable([]field.Column[finding]{
		{Title: text.Of("file_line"), Width: 50, Text: func(f finding) string { return fmt.Sprint(f.line) }, Compare: func(a, b finding) int { return a.line - b.line }},
		{Title: text.Of("column_akerun_name"), Width: 130, Text: func(f finding) string { return f.name }},
		{Title: text.Of("column_user_code"), Width: 110, Text: func(f finding) string { return f.code }},
		{Title: text.Of("file_finding"), Width: 460, Grows: true, Text: func(f finding) string { return f.words }, Mark: func(f finding) (field.Mark, bool) { return f.mark, true }},
	})
	table.SetRows(findings)
	todo := len(check.Changes) + len(check.Inclusions)
	args := text.Args{"File": name, "Todo": todo, "Changes": len(check.Changes), "Inclusions": len(check.Inclusions), "Unchanged": check.Unchanged, "Bad": len(check.Bad), "Doubtful": len(check.Doubtful), "Skipped": check.Skipped}
	head := container.NewVBox(field.Strong(text.Of("file_summary", args)))
	label := "file_write"
	if len(check.Bad) > 0 {
		head.Add(field.Chip(field.Bad, text.Of("file_has_bad", args)))
		label = "file_only_good"
	}
	if len(check.Doubtful) > 0 {
		head.Add(field.Chip(field.Warn, text.Of("file_has_doubtful", args)))
	}
	var d dialog.Dialog
	write := widget.NewButton(text.Of(label, args), func() {
		d.Hide()
		s.carryOut(check)
	})
	write.Importance = widget.HighImportance
	if todo == 0 {
		write.Disable()
	}
	buttons := container.NewHBox(write)
	if len(check.Bad)+len(check.Doubtful) > 0 {
		buttons.Add(field.CopyButton(s.f, text.Of("file_copy"), func() string { return copied(findings) }))
	}
	d = s.f.ShowDialog(text.Of("people_import"), container.NewBorder(head, buttons, nil, nil, container.NewGridWrap(fyne.NewSize(listSize.Width, 300), table)))
}

// carryOut takes people in and out as the good lines say, and then has the codes written.
func (s *screen) carryOut(check connector.PeopleFileCheck) {
	shell.Do(s.f, func(ctx context.Context) error {
		for _, out := range []bool{true, false} {
			if users := check.Excluding(out); len(users) > 0 {
				if err := s.f.Connector.Exclude(ctx, users, out); err != nil {
					return err
				}
			}
		}
		return nil
	}, func(err error) {
		switch {
		case err != nil:
			s.f.ShowError(err)
		case len(check.Changes) > 0:
			s.plan(connector.ByFile, check.CodeChanges())
		}
		s.load()
	}).Show(text.Of("people_excluding"))
}

// findings are bad lines first, then doubtful ones, then what would be written or taken in and out.
func (s *screen) findings(check connector.PeopleFileCheck) []finding {
	names := make(map[string]string, len(s.all))
	for _, r := range s.all {
		names[r.UserID] = r.UserName
	}
	all := make([]finding, 0, len(check.Bad)+len(check.Doubtful)+len(check.Changes))
	doubtful := make(map[int]bool, len(check.Doubtful))
	for _, b := range check.Bad {
		all = append(all, finding{b.Line, field.Bad, nameOr(names, b.UserID), b.Code, sentence(names, b)})
	}
	for _, b := range check.Doubtful {
		doubtful[b.Line] = true
		all = append(all, finding{b.Line, field.Warn, nameOr(names, b.UserID), b.Code, sentence(names, b)})
	}
	for _, c := range check.Changes {
		if !doubtful[c.Line] {
			all = append(all, finding{c.Line, field.Good, c.Name, c.Code, text.Of("file_change", text.Args{"Former": cmp.Or(c.Former, text.Of("people_no_code")), "Code": c.Code})})
		}
	}
	for _, i := range check.Inclusions {
		words := "file_include"
		if i.Excluded {
			words = "file_exclude"
		}
		all = append(all, finding{i.Line, field.Good, i.Name, "", text.Of(words)})
	}
	return all
}

func nameOr(names map[string]string, id string) string {
	if name := names[id]; name != "" {
		return name
	}
	return id
}

func sentence(names map[string]string, b connector.PeopleFileLine) string {
	return text.Of("codes_why_"+b.Why, text.Args{"Line": b.Other, "Holder": nameOr(names, b.Holder), "Like": b.Like})
}

// copied is the findings that want somebody's eye as lines of text, to be sent to whoever made the file.
func copied(findings []finding) string {
	var b strings.Builder
	for _, f := range findings {
		if f.mark != field.Good {
			fmt.Fprintf(&b, "%d\t%s\t%s\t%s\n", f.line, f.name, f.code, f.words)
		}
	}
	return b.String()
}
