package main

import (
	"context"
	"fmt"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

type peopleCommand struct {
	JSON bool `name:"json" xor:"form" help:"Print JSON."`
	CSV  bool `name:"csv" xor:"form" help:"Print CSV for Excel."`
}

func (cmd *peopleCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		people, err := s.People(ctx)
		if err != nil {
			return err
		}
		switch {
		case cmd.JSON:
			return output.JSON(c.out, people)
		case cmd.CSV:
			return output.CSV(c.out, peopleRows(people))
		}
		return output.Table(c.out, peopleRows(people))
	})
}

func peopleRows(people []connector.Person) [][]string {
	rows := [][]string{{"ユーザーコード", "Akerun", "社員コード", "TeamSpirit", "同じメール", "入社日", "退社日", "判定", "対象外", "候補"}}
	for _, p := range people {
		verdict := "OK"
		if !p.Sound {
			verdict = p.Reason
		}
		proposal := ""
		if p.ProposedCode != "" {
			proposal = fmt.Sprintf("%s %s (%s)", p.ProposedCode, p.ProposedEmployee, p.ProposedBecause)
		}
		rows = append(rows, []string{p.UserCode, p.UserName, p.EmployeeCode, p.EmployeeName, yes(p.SameMail),
			p.EntryDate, p.EndDate, verdict, yes(p.Excluded), proposal})
	}
	return rows
}

func yes(v bool) string {
	if v {
		return "yes"
	}
	return ""
}
