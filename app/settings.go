package main

import (
	"context"

	"dakokubridge/app/output"
	"dakokubridge/connector/settings"
)

type settingsCommand struct {
	Set  map[string]string `help:"Change settings, by the names of settings.toml: --set engine.poll_interval=90s." placeholder:"NAME=VALUE"`
	JSON bool              `name:"json" help:"Print JSON."`
}

func (cmd *settingsCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		if len(cmd.Set) > 0 {
			now, err := s.Settings(ctx)
			if err != nil {
				return err
			}
			for _, name := range sortedKeys(cmd.Set) {
				if now, err = settings.With(now, name, cmd.Set[name]); err != nil {
					return usage("%v", err)
				}
			}
			if err := s.SetSettings(ctx, now); err != nil {
				return err
			}
		}
		now, err := s.Settings(ctx)
		if err != nil {
			return err
		}
		if cmd.JSON {
			return output.JSON(c.out, now)
		}
		text, err := settings.Text(now)
		if err != nil {
			return err
		}
		_, err = c.out.Write(text)
		return err
	})
}
