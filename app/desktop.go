package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dakokubridge/ui"
)

type desktopCommand struct {
	AtSignIn bool `name:"at-sign-in" help:"Start in the tray, and only if the settings ask for a start with the session."`
}

// Run opens the window. The first process owns the profile and runs the engine. A further start brings the window that is there to the
// front; where an engine runs without a window, it opens one for it.
func (cmd *desktopCommand) Run(ctx context.Context, c *console, g *grammar) (err error) {
	if cmd.AtSignIn {
		if wanted, err := g.startsAtSignIn(); err != nil || !wanted {
			return err
		}
	}
	if !ui.HasScreen() {
		return usage("%v: use dakokubridge run, or dakokubridge demo --headless", ui.ErrNoScreen)
	}
	p, err := g.open()
	if err != nil {
		return err
	}
	o, reached, err := ownOrReach(ctx, c, p)
	if err != nil {
		return err
	}
	if o == nil {
		return cmd.join(ctx, c, reached)
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	asked, release, ok := o.front.Take()
	if !ok { // another start has been faster between our socket and here
		return errAlreadyOpen
	}
	defer release()
	o.keepSessionEntry(ctx)
	o.startLoop()
	return ui.Run(ctx, o, ui.Options{
		Language: o.settings.Language, Now: o.now, Hidden: cmd.AtSignIn, Front: asked,
		Log: func(what string, err error) { o.log.Warn(what, "err", err) },
	})
}

// errAlreadyOpen is what a start gives that lost a race by a hair.
var errAlreadyOpen = errors.New("another start of the window was faster: use that window")

// join shows the window of a profile that another process owns, unless it has one.
func (cmd *desktopCommand) join(ctx context.Context, c *console, reached *session) error {
	allowFront()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	asked, mine, err := reached.owner.Window(ctx)
	if err != nil {
		return err
	}
	if !mine {
		fmt.Fprintln(c.out, "the window is open already; it was brought to the front")
		return nil
	}
	return ui.Run(ctx, reached.Connector, ui.Options{Language: reached.settings.Language, Now: time.Now, Hidden: cmd.AtSignIn, Front: asked})
}
