package main

import (
	"context"
	"fmt"
)

type diagnosticsCommand struct {
	File string `arg:"" help:"The zip file to write."`
}

func (cmd *diagnosticsCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		content, err := s.Diagnostics(ctx)
		if err != nil {
			return err
		}
		if err := saveNew(cmd.File, content); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%s written\n", cmd.File)
		return nil
	})
}
