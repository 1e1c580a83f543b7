package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"dakokubridge/app/output"
	"dakokubridge/connector"
	"dakokubridge/connector/peoplefile"
)

type exportPeopleCommand struct {
	File     string `arg:"" help:"The file to write: .csv or .xlsx."`
	Language string `enum:",ja,en" default:"" help:"Language of the headings, ja or en; that of the settings if left out."`
}

func (cmd *exportPeopleCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		language := cmd.Language
		if language == "" {
			language = s.settings.Language
		}
		file, err := s.ExportPeople(ctx, formatOf(cmd.File), language)
		return saveExport(c, cmd.File, file, err)
	})
}

type importPeopleCommand struct {
	File     string `arg:"" help:"CSV (UTF-8 or Shift_JIS) or Excel, with the columns AkerunユーザーID (or メールアドレス) and ユーザーコード, 対象, or both."`
	OnlyGood bool   `help:"Where lines are bad, take the good ones alone (正しい行だけ取り込む)."`
	Check    bool   `help:"Only tell what would be written."`
	JSON     bool   `name:"json" help:"Print the check as JSON; implies --check."`
}

func (cmd *importPeopleCommand) Run(ctx context.Context, c *console, g *grammar) error {
	data, err := readBounded(cmd.File)
	if err != nil {
		return err
	}
	return with(ctx, c, g, func(s *session) error {
		check, err := s.CheckPeopleFile(ctx, filepath.Base(cmd.File), data)
		if err != nil {
			return err
		}
		if cmd.JSON {
			err = output.JSON(c.out, check)
		} else {
			err = printFileCheck(c, check)
		}
		switch {
		case err != nil:
			return err
		case len(check.Bad) > 0 && !cmd.OnlyGood:
			return errFound // printed already; nothing is changed
		case cmd.Check || cmd.JSON:
			return nil
		}
		for _, out := range []bool{true, false} {
			if users := check.Excluding(out); len(users) > 0 {
				if err := s.Exclude(ctx, users, out); err != nil {
					return err
				}
			}
		}
		if len(check.Changes) == 0 {
			return nil
		}
		p, err := s.PlanCodeChanges(ctx, connector.ByFile, check.CodeChanges(), false)
		if err != nil {
			return err
		}
		return writeCodes(ctx, c, s, p)
	})
}

// readBounded reads a file that is not larger than an import may be.
func readBounded(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, usage("%s can't be read: %v", name, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, peoplefile.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return data, nil
}

func printFileCheck(c *console, check connector.PeopleFileCheck) error {
	rows := [][]string{{"line", "", "user", "code", ""}}
	for _, b := range check.Bad {
		about := strings.TrimSpace(b.Holder + " " + b.Like)
		if b.Other > 0 {
			about = "line " + strconv.Itoa(b.Other)
		}
		rows = append(rows, []string{strconv.Itoa(b.Line), b.Why, b.UserID, b.Code, about})
	}
	for _, d := range check.Doubtful {
		rows = append(rows, []string{strconv.Itoa(d.Line), d.Why + "?", d.UserID, d.Code, ""})
	}
	if len(rows) > 1 {
		if err := output.Table(c.out, rows); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(c.out, "%d codes to write, %d people to leave out, %d to take in, %d unchanged, %d bad lines, %d lines to look at, %d without an Akerun user\n",
		len(check.Changes), len(check.Excluding(true)), len(check.Excluding(false)), check.Unchanged, len(check.Bad), len(check.Doubtful), check.Skipped)
	return err
}
