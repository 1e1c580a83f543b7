package main

import (
	"context"
	"fmt"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

type storyCommand struct {
	Search string `arg:"" help:"Part of a code or name."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

func (cmd *storyCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		stories, err := s.Story(ctx, cmd.Search)
		if err != nil {
			return err
		}
		if cmd.JSON {
			return output.JSON(c.out, stories)
		}
		if len(stories) == 0 {
			fmt.Fprintln(c.out, "nobody has that in their code or name")
			return nil
		}
		return output.Table(c.out, storyRows(stories))
	})
}

func storyRows(stories []connector.Story) [][]string {
	var rows [][]string
	for _, s := range stories {
		for _, d := range s.Days {
			for _, step := range d.Steps {
				rows = append(rows, []string{output.Dash(s.UserCode), output.Dash(s.Name), d.Day, output.TimeOn(d.Day, step.At), step.Kind, step.What, step.Why})
			}
			if len(d.Steps) == 0 {
				rows = append(rows, []string{output.Dash(s.UserCode), output.Dash(s.Name), d.Day, "-", "", "none", s.Reason})
			}
		}
	}
	return rows
}
