package main

import (
	"context"
	"fmt"
	"strings"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

type previewCommand struct {
	Days int  `required:"" help:"How many days back, 1 to 31."`
	JSON bool `name:"json" help:"Print JSON."`
}

func (cmd *previewCommand) Run(ctx context.Context, c *console, g *grammar) error {
	if cmd.Days < 1 || cmd.Days > 31 {
		return usage("--days %d is outside 1 to 31", cmd.Days)
	}
	return with(ctx, c, g, func(s *session) error {
		days, err := s.Preview(ctx, cmd.Days)
		if err != nil {
			return err
		}
		if cmd.JSON {
			return output.JSON(c.out, days)
		}
		return output.Table(c.out, dayRows(days))
	})
}

type daysCommand struct {
	From   string `help:"First business day, like 2026-11-24; a week ago if left out." placeholder:"DAY"`
	To     string `help:"Last business day, included; today if left out." placeholder:"DAY"`
	Search string `help:"Only people whose code or name has this in it." placeholder:"TEXT"`
	JSON   bool   `name:"json" xor:"form" help:"Print JSON."`
	CSV    bool   `name:"csv" xor:"form" help:"Print CSV for Excel."`
	Excel  string `name:"excel" xor:"form" help:"Write them to this file for Excel; a name ending in .csv gives CSV." placeholder:"FILE"`
}

func (cmd *daysCommand) Run(ctx context.Context, c *console, g *grammar) error {
	q := connector.DayQuery{Search: cmd.Search}
	for _, day := range []struct {
		flag, text string
		to         *string
	}{{"--from", cmd.From, &q.From}, {"--to", cmd.To, &q.To}} {
		if day.text == "" {
			continue
		}
		parsed, err := parseDay(day.flag, day.text)
		if err != nil {
			return err
		}
		*day.to = parsed
	}
	if q.From != "" && q.To != "" && q.From > q.To {
		return usage("--from %s is after --to %s: swap them", q.From, q.To)
	}
	return with(ctx, c, g, func(s *session) error {
		if err := complete(ctx, s, &q); err != nil {
			return err
		}
		if cmd.Excel != "" {
			file, err := s.ExportDays(ctx, q, formatOf(cmd.Excel), s.settings.Language)
			return saveExport(c, cmd.Excel, file, err)
		}
		days, err := s.Days(ctx, q)
		if err != nil {
			return err
		}
		switch {
		case cmd.JSON:
			return output.JSON(c.out, days)
		case cmd.CSV:
			return output.CSV(c.out, dayRows(days))
		}
		return output.Table(c.out, dayRows(days))
	})
}

// complete fills in the days that were left out, by the connector's clock rather than this PC's.
func complete(ctx context.Context, s *session, q *connector.DayQuery) error {
	if q.From != "" && q.To != "" {
		return nil
	}
	status, err := s.Status(ctx)
	if err != nil {
		return err
	}
	if q.To == "" {
		q.To = max(businessDay(status.Now), q.From)
	}
	if q.From == "" {
		q.From = daysBefore(q.To, 6)
	}
	return nil
}

func dayRows(days []connector.PersonDay) [][]string {
	rows := [][]string{{"日", "コード", "氏名", "最初", "最後", "入退室", "出勤", "退勤", "項目"}}
	for _, d := range days {
		code := d.EmployeeCode
		if code == "" {
			code = d.UserCode
		}
		rows = append(rows, []string{d.Day, output.Dash(code), output.Dash(d.Name), output.TimeOn(d.Day, d.First), output.TimeOn(d.Day, d.Last),
			fmt.Sprint(d.Accesses), stampCell(d, "in"), stampCell(d, "out"), itemsCell(d.Items)})
	}
	return rows
}

// stampCell tells what became of a kind: its stamps with their state, or why there is none.
func stampCell(d connector.PersonDay, kind string) string {
	var parts []string
	for _, s := range d.Stamps {
		if s.Kind != kind {
			continue
		}
		part := output.TimeOn(d.Day, s.At) + " " + s.State
		if s.Revision > 1 {
			part += fmt.Sprintf(" (revision %d)", s.Revision)
		}
		if s.Why != "" {
			part += " " + s.Why
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return output.Dash(d.Why[kind])
	}
	return strings.Join(parts, ", ")
}

func itemsCell(items []connector.Item) string {
	var parts []string
	for _, i := range items {
		parts = append(parts, i.Reason)
	}
	return output.Dash(strings.Join(parts, ", "))
}
