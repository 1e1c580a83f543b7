package main

import (
	"context"
	"fmt"
	"time"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

type beginCommand struct {
	Start        string `required:"" help:"When accesses begin to count: 2026-11-24T05:00 (Japan time), RFC 3339, or next-5 for the next 05:00 allowed. At least one hour ahead." placeholder:"TIME"`
	Confirmed    bool   `help:"「Salesforce管理者に確認しました」: asked for where the rights are PARTIAL."`
	BackfillFrom string `help:"After an unlink: first business day to send afterwards; everything since the first start if left out." placeholder:"DAY"`
}

func (cmd *beginCommand) Run(ctx context.Context, c *console, g *grammar) error {
	var start time.Time
	var err error
	if cmd.Start != "next-5" {
		if start, err = parseInstant("--start", cmd.Start); err != nil {
			return err
		}
	}
	r := connector.BeginRequest{Confirmed: cmd.Confirmed}
	if cmd.BackfillFrom != "" {
		if r.BackfillFrom, err = parseDay("--backfill-from", cmd.BackfillFrom); err != nil {
			return err
		}
	}
	return with(ctx, c, g, func(s *session) error {
		if r.Start = start; start.IsZero() {
			if r.Start, err = nextFiveAllowed(ctx, s); err != nil {
				return err
			}
		}
		preview, err := s.BeginPreview(ctx, r.Start)
		if err != nil {
			return err
		}
		if err := s.Begin(ctx, r); err != nil {
			return err
		}
		printBegun(c, r, preview)
		return nil
	})
}

// nextFiveAllowed asks the connector, whose clock is the one that decides.
func nextFiveAllowed(ctx context.Context, s *session) (time.Time, error) {
	status, err := s.Status(ctx)
	if err != nil {
		return time.Time{}, err
	}
	preview, err := s.BeginPreview(ctx, nextFive(status.Now.Add(24*time.Hour)))
	return preview.NextFive, err
}

func printBegun(c *console, r connector.BeginRequest, preview connector.BeginPreview) {
	fmt.Fprintf(c.out, "待機中: accesses count from %s (Japan time)\n", output.Instant(r.Start))
	if preview.SeenBefore > 0 {
		fmt.Fprintf(c.out, "%d people have come in already on that day: they get no 出勤, and 退勤 as usual\n", preview.SeenBefore)
	}
	for _, m := range preview.MonthsFrom(r.BackfillFrom) {
		fmt.Fprintf(c.out, "%s: %d stamps are sent afterwards, %d filled by hand meanwhile are listed\n", m.Month, m.Stamps, m.Listed)
	}
	fmt.Fprintln(c.out, "Keep dakokubridge run (or the window) open: nothing is sent while no process runs.")
}
