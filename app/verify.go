package main

import (
	"context"
	"fmt"

	"dakokubridge/app/output"
)

type verifyCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (cmd *verifyCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		found, err := s.Verify(ctx)
		if err != nil {
			return err
		}
		if cmd.JSON {
			err = output.JSON(c.out, found)
		} else {
			for _, problem := range found.Problems {
				fmt.Fprintln(c.out, output.Plain(problem))
			}
			fmt.Fprintf(c.out, "%d audit rows, head %s: %s\n", found.Rows, output.Dash(found.Head), verdict(found.OK))
		}
		if err == nil && !found.OK {
			return errFound
		}
		return err
	})
}

func verdict(ok bool) string {
	if ok {
		return "sound"
	}
	return "NOT SOUND"
}
