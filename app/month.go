package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

type monthCommand struct {
	Month  string `arg:"" optional:"" help:"The month to close, like 2026-11; the one that is on if left out." placeholder:"MONTH"`
	Search string `help:"Only people whose code or name has this in it." placeholder:"TEXT"`
	Fresh  bool   `help:"Read the sheets of the period anew first."`
	Close  bool   `help:"Mark the open items of the period as seen to (対応済みにする); needs --memo."`
	Memo   string `help:"What was done about them." placeholder:"TEXT"`
	JSON   bool   `name:"json" xor:"form" help:"Print JSON."`
	Excel  string `name:"excel" xor:"form" help:"Write it to this file for Excel; a name ending in .csv gives CSV." placeholder:"FILE"`
}

func (cmd *monthCommand) Run(ctx context.Context, c *console, g *grammar) error {
	if cmd.Close && strings.TrimSpace(cmd.Memo) == "" {
		return usage("--memo is empty: say what was done about the items")
	}
	q := connector.MonthQuery{Month: cmd.Month, Search: cmd.Search, Fresh: cmd.Fresh}
	return with(ctx, c, g, func(s *session) error {
		if cmd.Excel != "" {
			file, err := s.ExportMonth(ctx, q, formatOf(cmd.Excel), s.settings.Language)
			return saveExport(c, cmd.Excel, file, err)
		}
		m, err := s.Month(ctx, q)
		if err != nil {
			return err
		}
		if cmd.Close {
			return closeMonth(ctx, c, s, m, cmd.Memo)
		}
		if cmd.JSON {
			return output.JSON(c.out, m)
		}
		fmt.Fprintf(c.out, "%s: %s – %s, open items: %d\n", m.Month, m.From, m.To, len(m.Items))
		return output.Table(c.out, monthRows(m))
	})
}

func closeMonth(ctx context.Context, c *console, s *session, m connector.Month, memo string) error {
	ids := make([]int64, len(m.Items))
	for i, item := range m.Items {
		ids[i] = item.ID
	}
	closed, err := s.CloseItems(ctx, ids, memo)
	if err == nil {
		fmt.Fprintf(c.out, "%d items closed\n", closed)
	}
	return err
}

func monthRows(m connector.Month) [][]string {
	rows := [][]string{append(append([]string{"コード", "氏名", "日数"}, connector.Flaws()...), "items")}
	for _, p := range m.People {
		code := p.EmployeeCode
		if code == "" {
			code = p.UserCode
		}
		row := []string{output.Dash(code), output.Dash(p.Name), strconv.Itoa(p.Days)}
		for _, flaw := range connector.Flaws() {
			row = append(row, strconv.Itoa(p.Count(flaw)))
		}
		rows = append(rows, append(row, strconv.Itoa(p.Items)))
	}
	return rows
}

type resendCommand struct {
	From string   `required:"" help:"First business day, like 2026-11-01." placeholder:"DAY"`
	To   string   `required:"" help:"Last business day, included." placeholder:"DAY"`
	User []string `help:"Only these Akerun users, by id." placeholder:"ID"`
	Send bool     `help:"Send what the preview shows; without it nothing is sent."`
	JSON bool     `name:"json" help:"Print JSON."`
}

func (cmd *resendCommand) Run(ctx context.Context, c *console, g *grammar) error {
	r := connector.ResendRequest{UserIDs: cmd.User}
	var err error
	if r.From, err = parseDay("--from", cmd.From); err != nil {
		return err
	}
	if r.To, err = parseDay("--to", cmd.To); err != nil {
		return err
	}
	return with(ctx, c, g, func(s *session) error {
		ask := s.ResendPreview
		if cmd.Send {
			ask = s.Resend
		}
		stamps, err := ask(ctx, r)
		if err != nil {
			return err
		}
		if cmd.JSON {
			return output.JSON(c.out, stamps)
		}
		rows := [][]string{{"日", "コード", "氏名", "", "時刻", "revision", "because"}}
		for _, p := range stamps {
			rows = append(rows, []string{p.Day, output.Dash(p.EmployeeCode), output.Dash(p.Name), p.Kind, output.TimeOn(p.Day, p.At), strconv.Itoa(p.Revision), p.Because})
		}
		return output.Table(c.out, rows)
	})
}
