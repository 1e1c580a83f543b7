package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

// codesTold is how often the progress of writing codes is told; real time.
const codesTold = 5 * time.Second

type setCodeCommand struct {
	User string `arg:"" help:"Akerun user id."`
	Code string `arg:"" help:"The ユーザーコード."`
}

func (cmd *setCodeCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error { return s.SetUserCode(ctx, cmd.User, cmd.Code) })
}

type applyCommand struct {
	User []string `arg:"" optional:"" help:"Akerun user ids."`
	All  bool     `help:"All proposals there are."`
}

func (cmd *applyCommand) Run(ctx context.Context, c *console, g *grammar) error {
	if cmd.All == (len(cmd.User) > 0) {
		return usage("name the Akerun users whose proposals are taken up, or give --all (see dakokubridge people)")
	}
	return with(ctx, c, g, func(s *session) error {
		p, err := s.ApplyProposals(ctx, cmd.User)
		if err != nil {
			return err
		}
		return writeCodes(ctx, c, s, p)
	})
}

type codesCommand struct {
	ID     int64 `arg:"" name:"list" optional:"" help:"Show the changes of this list; all lists if left out."`
	Undo   bool  `xor:"what" help:"Write the former codes of the list back."`
	Cancel bool  `xor:"what" help:"Give up what of the list still waits."`
	Write  bool  `xor:"what" help:"Write now what waits, and tell the progress."`
	JSON   bool  `name:"json" help:"Print JSON."`
}

func (cmd *codesCommand) Run(ctx context.Context, c *console, g *grammar) error {
	if (cmd.Undo || cmd.Cancel) && cmd.ID == 0 {
		return usage("name the list: see dakokubridge people codes")
	}
	return with(ctx, c, g, func(s *session) error {
		switch {
		case cmd.Undo:
			p, err := s.UndoCodeChanges(ctx, cmd.ID)
			if err != nil {
				return err
			}
			return writeCodes(ctx, c, s, p)
		case cmd.Cancel:
			return s.CancelCodeChanges(ctx, cmd.ID)
		case cmd.Write:
			return tellWriting(ctx, c, s, cmd.ID)
		case cmd.ID != 0:
			return cmd.printChanges(ctx, c, s)
		}
		return cmd.printLists(ctx, c, s)
	})
}

func (cmd *codesCommand) printLists(ctx context.Context, c *console, s *session) error {
	lists, err := s.CodeChanges(ctx)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return output.JSON(c.out, lists)
	}
	rows := [][]string{{"list", "origin", "planned", "waiting", "unknown", "done", "failed", "cancelled", "to undo"}}
	for _, l := range lists {
		origin := string(l.Origin)
		if l.Undoes != 0 {
			origin += " of " + strconv.FormatInt(l.Undoes, 10)
		}
		rows = append(rows, []string{strconv.FormatInt(l.ID, 10), origin, output.Instant(l.Planned), strconv.Itoa(l.Waiting), strconv.Itoa(l.Unknown),
			strconv.Itoa(l.Done), strconv.Itoa(l.Failed), strconv.Itoa(l.Withdrawn), strconv.Itoa(l.Undoable)})
	}
	return output.Table(c.out, rows)
}

func (cmd *codesCommand) printChanges(ctx context.Context, c *console, s *session) error {
	changes, err := s.CodeChangesOf(ctx, cmd.ID)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return output.JSON(c.out, changes)
	}
	rows := [][]string{{"user", "name", "former", "code", "state", "why", "ended"}}
	for _, x := range changes {
		rows = append(rows, []string{x.UserID, x.Name, x.Former, x.Code, x.State, x.Why, output.Instant(x.At)})
	}
	return output.Table(c.out, rows)
}

// writeCodes writes what was planned and tells the progress.
func writeCodes(ctx context.Context, c *console, s *session, p connector.CodePlan) error {
	for _, r := range p.Refused {
		fmt.Fprintf(c.err, "%s does not get %q (%s)\n", r.UserID, r.Code, r.Why)
	}
	if p.List == 0 {
		fmt.Fprintf(c.out, "nothing to write: %d have their code already\n", p.Unchanged)
		return nil
	}
	fmt.Fprintf(c.out, "list %d: %d codes to write; ending this command leaves the rest to the next run\n", p.List, p.Planned)
	return tellWriting(ctx, c, s, p.List)
}

// tellWriting writes what waits and tells from time to time how far a list is; 0 is the newest one.
func tellWriting(ctx context.Context, c *console, s *session, id int64) error {
	done := make(chan error, 1)
	go func() { done <- s.WriteCodeChanges(ctx) }()
	ticker := time.NewTicker(codesTold)
	defer ticker.Stop()
	for {
		var err error
		ended := false
		select {
		case err = <-done:
			ended = true
		case <-ticker.C:
		}
		failed, telling := tellList(context.WithoutCancel(ctx), c, s, id)
		switch {
		case err != nil:
			return err
		case telling != nil && ended:
			return telling
		case ended && failed > 0:
			return errFound
		case ended:
			return nil
		}
	}
}

func tellList(ctx context.Context, c *console, s *session, id int64) (failed int, err error) {
	lists, err := s.CodeChanges(ctx)
	if err != nil {
		return 0, err
	}
	for _, l := range lists {
		if l.ID == id || id == 0 {
			fmt.Fprintf(c.out, "list %d: %d written, %d failed, %d to go\n", l.ID, l.Done, l.Failed, l.Waiting+l.Unknown)
			return l.Failed, nil
		}
	}
	return 0, nil
}
