package main

import (
	"context"
	"fmt"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

type notifyCommand struct {
	List   notifyListCommand   `cmd:"" default:"withargs" help:"List who is told beyond this PC, and how that goes."`
	Test   notifyTestCommand   `cmd:"" help:"Send a test to each of them; exit 1 if one can't be told."`
	Secret notifySecretCommand `cmd:"" help:"Keep the mail password, or the address of a webhook, in the keychain."`
}

type notifyListCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (cmd *notifyListCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		all, err := s.Receivers(ctx)
		if err != nil {
			return err
		}
		return showReceivers(c, all, cmd.JSON)
	})
}

type notifyTestCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

func (cmd *notifyTestCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		all, err := s.TestReceivers(ctx)
		if err != nil {
			return err
		}
		if err := showReceivers(c, all, cmd.JSON); err != nil {
			return err
		}
		if len(all) == 0 {
			return fmt.Errorf("nobody is told beyond this PC: set notify.mail_server or notify.webhooks in settings.toml")
		}
		for _, r := range all {
			if !r.Failing.IsZero() || !r.Ready {
				return fmt.Errorf("%s can't be told: %s", r.Name, r.Cause)
			}
		}
		return nil
	})
}

func showReceivers(c *console, all []connector.Receiver, asJSON bool) error {
	if asJSON {
		return output.JSON(c.out, all)
	}
	rows := [][]string{{"receiver", "ready", "sent", "failing since", "cause"}}
	for _, r := range all {
		rows = append(rows, []string{r.Name, yes(r.Ready), output.Instant(r.SentAt), output.Instant(r.Failing), output.Dash(r.Cause)})
	}
	return output.Table(c.out, rows)
}

type notifySecretCommand struct {
	Receiver string `arg:"" help:"mail, or the webhook as the settings have it, such as \"teams 人事\"."`
}

// Run reads the secret from standard input, where it shows in no list of processes and no history of a shell.
func (cmd *notifySecretCommand) Run(ctx context.Context, c *console, g *grammar) error {
	secret, err := readLine(ctx, c.in)
	if err != nil {
		return err
	}
	return with(ctx, c, g, func(s *session) error {
		if err := s.SetReceiverSecret(ctx, cmd.Receiver, secret); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "the secret of %s is kept\n", cmd.Receiver)
		return nil
	})
}
