package main

import (
	"context"
	"fmt"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

type peopleCommand struct {
	List    listPeopleCommand    `cmd:"" default:"withargs" help:"List people with verdicts (also without the word list)."`
	Exclude excludePeopleCommand `cmd:"" help:"Take people out of the integration, or back in (対象外)."`
	Erase   erasePersonCommand   `cmd:"" help:"Erase all that is kept of somebody who has left, for good."`
	Set     setCodeCommand       `cmd:"" help:"Write a ユーザーコード to Akerun."`
	Apply   applyCommand         `cmd:"" help:"Take proposals up and write their codes to Akerun."`
	Export  exportPeopleCommand  `cmd:"" help:"Write the table of people to a file."`
	Import  importPeopleCommand  `cmd:"" help:"Read ユーザーコード from a CSV or Excel file and write them to Akerun."`
	Codes   codesCommand         `cmd:"" help:"Show how far the writing of ユーザーコード is; undo it, cancel it, or go on with it."`
}

type listPeopleCommand struct {
	JSON bool `name:"json" xor:"form" help:"Print JSON."`
	CSV  bool `name:"csv" xor:"form" help:"Print CSV for Excel."`
}

func (cmd *listPeopleCommand) Run(ctx context.Context, c *console, g *grammar) error {
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

type excludePeopleCommand struct {
	User []string `arg:"" help:"Akerun user ids."`
	Back bool     `help:"Back in again."`
}

func (cmd *excludePeopleCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error { return s.Exclude(ctx, cmd.User, !cmd.Back) })
}

type erasePersonCommand struct {
	User      string `arg:"" help:"Akerun user id."`
	Confirmed bool   `required:"" help:"It can't be taken back."`
}

func (cmd *erasePersonCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error { return s.ErasePerson(ctx, cmd.User) })
}

func peopleRows(people []connector.Person) [][]string {
	rows := [][]string{{"id", "ユーザーコード", "Akerun", "社員コード", "TeamSpirit", "同じメール", "入社日", "退社日", "判定", "対象外", "候補"}}
	for _, p := range people {
		verdict := "OK"
		if !p.Sound {
			verdict = p.Reason
		}
		proposal := ""
		if p.ProposedCode != "" {
			proposal = fmt.Sprintf("%s %s (%s)", p.ProposedCode, p.ProposedEmployee, p.ProposedBecause)
		}
		rows = append(rows, []string{p.UserID, p.UserCode, p.UserName, p.EmployeeCode, p.EmployeeName, yes(p.SameMail),
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
