package main

import (
	"context"
	"errors"
	"log/slog"

	"dakokubridge/app/demo"
	"dakokubridge/app/logs"
	"dakokubridge/ui"
	panel "dakokubridge/ui/demo"
)

type demoCommand struct {
	Seed     uint64   `default:"1" help:"Another seed, another company."`
	Company  string   `default:"S" enum:"S,M,L" help:"Its size: S, M or L (50, 1,000 or 10,000 people)."`
	Speed    *float64 `help:"Simulated seconds in a real one once it has begun: 720 for the window if left out; headless, 0 (the default) jumps from one due thing to the next." placeholder:"N"`
	Language string   `enum:"ja,en," default:"" help:"Language of the window: ja or en; the PC's if left out."`
	Headless bool     `help:"Play in the terminal, print what happened and end."`
	Days     *int     `help:"With --headless: how many days, 1 to 31; 3 if left out." placeholder:"N"`
}

func (cmd *demoCommand) Run(ctx context.Context, c *console) error {
	o := demo.Options{Seed: cmd.Seed, Size: cmd.Company, Log: slog.New(slog.DiscardHandler)}
	if cmd.Speed != nil {
		if err := checkSpeed(*cmd.Speed); err != nil {
			return err
		}
		o.Speed = *cmd.Speed
	}
	if cmd.Headless {
		o.Days = 3
		if cmd.Days != nil {
			o.Days = *cmd.Days
		}
		if o.Days < 1 || o.Days > 31 {
			return usage("--days %d is outside 1 to 31", o.Days)
		}
		return playHeadless(ctx, c, o)
	}
	if cmd.Days != nil {
		return usage("--days belongs to --headless: the window plays until it is closed")
	}
	if !ui.HasScreen() {
		return usage("%v: use demo --headless", ui.ErrNoScreen)
	}
	if o.Speed == 0 {
		o.Speed = 720
	}
	return cmd.playInWindow(ctx, c, o)
}

func playHeadless(ctx context.Context, c *console, o demo.Options) (err error) {
	o.Log = logs.To(c.err, slog.LevelError)
	w, err := demo.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	for _, play := range []func(context.Context) error{w.Link, w.Begin, w.Play} {
		if err := play(ctx); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	total, err := w.Report(ctx, c.out)
	if err == nil && !total.Sound() {
		return errFound
	}
	return err
}

func (cmd *demoCommand) playInWindow(ctx context.Context, c *console, o demo.Options) (err error) {
	o.Log = logs.To(c.err, slog.LevelWarn)
	w, err := demo.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	if err := w.Register(ctx); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.Facade.Run(ctx) }()
	err = ui.Run(ctx, w.Facade, ui.Options{Language: cmd.Language, Now: w.Now, Demo: panelOf(w, o.Speed), Log: func(what string, err error) { o.Log.Warn(what, "err", err) }})
	stop()
	if loop := <-ended; loop != nil && !errors.Is(loop, context.Canceled) {
		err = errors.Join(err, loop)
	}
	return err
}

// panelOf joins the window's panel to the simulated company. speed is that of the clock from the start of the integration on.
func panelOf(w *demo.World, speed float64) *panel.World {
	p := &panel.World{
		Speed: w.Speed, SetSpeed: w.SetSpeed, Wanted: speed, Access: w.Access, WebStamp: w.WebStamp, Lose: w.Lose, Batch: w.Batch,
		TimeSheet: w.TimeSheet(),
		Prepare: func(ctx context.Context) error {
			if err := w.Link(ctx); err != nil {
				return err
			}
			return w.BeginSoon(ctx)
		},
	}
	for _, l := range w.Logins() {
		p.Logins = append(p.Logins, panel.Login{Side: l.Side, Role: l.Role, Name: l.Name, Password: l.Password})
	}
	return p
}
