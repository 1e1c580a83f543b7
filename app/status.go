package main

import (
	"context"
	"fmt"
	"strings"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

type statusCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (cmd *statusCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		status, err := s.Status(ctx)
		if err != nil {
			return err
		}
		if cmd.JSON {
			return output.JSON(c.out, status)
		}
		return output.Table(c.out, statusRows(status))
	})
}

func statusRows(s connector.Status) [][]string {
	q := s.Queue
	rows := [][]string{
		{"state", fmt.Sprintf("%s (%s)", s.Japanese, s.Phase)},
		{"now", output.Instant(s.Now)},
		{"start", output.Instant(s.Start)},
		{"last reading", output.Instant(s.LastPoll)},
		{"read until", output.Instant(s.ReadUntil)},
		{"next due", output.Instant(s.NextDue)},
		{"queue", fmt.Sprintf("%d planned, %d sending, %d unknown, %d accepted, %d processed, %d days to decide",
			q.Planned, q.Sending, q.Unknown, q.Accepted, q.Processed, q.DirtyDays)},
		{"today", fmt.Sprintf("%d sent, %d waiting", s.SentToday, s.WaitingToday)},
		{"people", fmt.Sprintf("%d sound of %d users and %d employees", s.People.Sound, s.People.Users, s.People.Employees)},
		{"items", fmt.Sprintf("停止中 %d, 対応が必要 %d, 確認リスト %d", s.OpenItems["stopped"], s.OpenItems["action"], s.OpenItems["review"])},
		{"akerun", accountCell(s.Akerun)},
		{"salesforce", accountCell(s.Salesforce)},
	}
	if s.StandBy {
		rows = append(rows, []string{"stand-by", "another PC leads: only what it leaves out for two polls is sent here"})
	}
	for _, r := range s.Relink {
		rows = append(rows, []string{"relink", fmt.Sprintf("%s: %s since %s, sign-in of %s", r.Side, r.Cause, output.Instant(r.Since), output.Dash(r.Who))})
	}
	if len(s.Warnings) > 0 {
		rows = append(rows, []string{"warning", strings.Join(s.Warnings, "; ")})
	}
	return append(rows, []string{"audit head", output.Dash(s.AuditHead)})
}

func accountCell(a connector.Account) string {
	if a.UserID == "" && a.Name == "" && a.Since.IsZero() {
		return "not signed in"
	}
	return fmt.Sprintf("%s since %s", output.Dash(a.Name), output.Instant(a.Since))
}
