package main

import (
	"context"
	"errors"
	"time"

	"dakokubridge/ui"
)

type desktopCommand struct{}

// Run opens the window. The first one owns the profile and runs the engine; a further one shows the same state.
func (*desktopCommand) Run(ctx context.Context, c *console, g *grammar) (err error) {
	if !ui.HasScreen() {
		return usage("%v: use dakokubridge run, or dakokubridge demo --headless", ui.ErrNoScreen)
	}
	p, err := g.open()
	if err != nil {
		return err
	}
	o, client, err := ownOrReach(ctx, c, p)
	if err != nil {
		return err
	}
	if o == nil {
		return ui.Run(ctx, client.Connector, ui.Options{Language: client.settings.Language, Now: time.Now})
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	o.startLoop()
	return ui.Run(ctx, o, ui.Options{Language: o.settings.Language, Now: o.now, Log: func(what string, err error) { o.log.Warn(what, "err", err) }})
}
