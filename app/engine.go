package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

type runCommand struct {
	AsService bool `name:"as-service" hidden:"" help:"Started by the system's manager of services."`
}

// Run works without a window until ctx ends, which is no failure.
func (cmd *runCommand) Run(ctx context.Context, c *console, g *grammar) error {
	if cmd.AsService && runtime.GOOS == "windows" {
		return runServed(func(ctx context.Context) error { return work(ctx, c, g) })
	}
	return work(ctx, c, g)
}

func work(ctx context.Context, c *console, g *grammar) (err error) {
	o, err := own(ctx, c, g)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	o.startLoop()
	fmt.Fprintln(c.out, "running; end with Ctrl+C")
	select {
	case <-ctx.Done():
		return nil
	case <-o.loopEnded():
		return o.endLoop()
	}
}

// own takes the profile for this process. A command that has it for a moment is waited for.
func own(ctx context.Context, c *console, g *grammar) (*owned, error) {
	p, err := g.open()
	if err != nil {
		return nil, err
	}
	mine, err := claim(ctx, p, func() error {
		return errors.New("the window or another dakokubridge run has it already; use that one, or end it first")
	})
	if err != nil {
		return nil, err
	}
	return openOwned(ctx, c, p, mine)
}

type syncCommand struct{}

func (*syncCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		if err := s.Sync(ctx); err != nil {
			return err
		}
		return printState(ctx, c, s)
	})
}

type pauseCommand struct{}

func (*pauseCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		if err := s.Pause(ctx); err != nil {
			return err
		}
		return printState(ctx, c, s)
	})
}

type resumeCommand struct{}

func (*resumeCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		if err := s.Resume(ctx); err != nil {
			return err
		}
		return printState(ctx, c, s)
	})
}

type unlinkCommand struct{}

func (*unlinkCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		if err := s.Unlink(ctx); err != nil {
			return err
		}
		return printState(ctx, c, s)
	})
}

// printState gives the state after a change in one line.
func printState(ctx context.Context, c *console, s *session) error {
	status, err := s.Status(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s (%s)\n", status.Japanese, status.Phase)
	return nil
}
