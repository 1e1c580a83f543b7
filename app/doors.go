package main

import (
	"context"

	"dakokubridge/app/output"
)

type doorsCommand struct {
	Exclude []string `help:"Make these doors count for nothing (対象外)." placeholder:"ID"`
	Include []string `help:"Make these doors count again." placeholder:"ID"`
	JSON    bool     `name:"json" help:"Print JSON."`
}

func (cmd *doorsCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		if len(cmd.Exclude) > 0 {
			if err := s.ExcludeDoors(ctx, cmd.Exclude, true); err != nil {
				return err
			}
		}
		if len(cmd.Include) > 0 {
			if err := s.ExcludeDoors(ctx, cmd.Include, false); err != nil {
				return err
			}
		}
		doors, err := s.Doors(ctx)
		if err != nil {
			return err
		}
		if cmd.JSON {
			return output.JSON(c.out, doors)
		}
		rows := [][]string{{"id", "扉", "対象外", "最後の入退室"}}
		for _, d := range doors {
			rows = append(rows, []string{d.ID, d.Name, yes(d.Excluded), output.Dash(d.LastDay)})
		}
		return output.Table(c.out, rows)
	})
}
