package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"dakokubridge/app/output"
	"dakokubridge/connector"
)

// maxLine bounds a line of standard input; the longest sign-in address is far below it.
const maxLine = 64 << 10

type signInCommand struct {
	Side              string `arg:"" enum:"akerun,salesforce" help:"akerun or salesforce."`
	Mail              string `help:"Akerun: mail address of the person who signs in, to look up their authority."`
	Organization      string `help:"Akerun: the 事業所 whose accesses count; otherwise the one chosen before, or the account's first." placeholder:"ID"`
	ClientID          string `name:"client-id" help:"Akerun: the アプリID; otherwise the one of settings.toml."`
	ClientSecretStdin bool   `name:"client-secret-stdin" help:"Akerun: read the secret (秘密キー) as the first line of standard input and keep it in the keychain."`
}

func (cmd *signInCommand) Run(ctx context.Context, c *console, g *grammar) error {
	if cmd.Side == "salesforce" && (cmd.Mail != "" || cmd.Organization != "" || cmd.ClientID != "" || cmd.ClientSecretStdin) {
		return usage("--mail, --organization, --client-id and --client-secret-stdin belong to akerun: leave them out for salesforce")
	}
	if cmd.ClientID != "" && !cmd.ClientSecretStdin {
		return usage("--client-id goes with --client-secret-stdin: give the secret too")
	}
	return with(ctx, c, g, func(s *session) error {
		if cmd.ClientSecretStdin {
			if err := cmd.storeClient(ctx, c, s); err != nil {
				return err
			}
		}
		account, err := signIn(ctx, c, s, connector.SignInRequest{Side: connector.Side(cmd.Side), Mail: cmd.Mail})
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "signed in to %s as %s\n", account.Side, describe(account))
		if account.Side == connector.Akerun {
			return cmd.settleOrganization(ctx, c, s)
		}
		return nil
	})
}

func (cmd *signInCommand) storeClient(ctx context.Context, c *console, s *session) error {
	id := cmd.ClientID
	if id == "" {
		id = s.settings.Akerun.ClientID
	}
	if id == "" {
		return usage("Akerun's アプリID is missing: give --client-id, or client_id under [akerun] in settings.toml")
	}
	secret, err := readLine(ctx, c.in)
	if err != nil || secret == "" {
		return usage("no secret came on standard input: its first line has to be Akerun's 秘密キー")
	}
	return s.SetAkerunClient(ctx, id, secret)
}

// signIn prints the address to open on standard output, alone on its line, and sees the sign-in through. A sign-in that is
// given up is cancelled, so that it leaves no listener behind in the owner.
func signIn(ctx context.Context, c *console, s *session, r connector.SignInRequest) (account connector.Account, err error) {
	begun, err := s.BeginSignIn(ctx, r)
	if err != nil {
		return connector.Account{}, err
	}
	defer func() {
		if err != nil {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
			defer cancel()
			_ = s.CancelSignIn(ctx, begun.ID) // it may have ended by itself
		}
	}()
	fmt.Fprintln(c.out, begun.Address)
	var pasted string
	if r.Side == connector.Akerun {
		fmt.Fprintln(c.err, "Open this address in a browser and sign in. Then paste the address that the browser ended on, even if the page can't be shown:")
		if pasted, err = readLine(ctx, c.in); err != nil || pasted == "" {
			return connector.Account{}, usage("no address came on standard input: paste the address that the browser ended on")
		}
	} else {
		fmt.Fprintf(c.err, "Open this address in a browser on this PC and sign in; waiting until %s.\n", begun.Expires.Local().Format(time.TimeOnly))
	}
	return s.FinishSignIn(ctx, begun.ID, pasted)
}

func describe(a connector.Account) string {
	who := output.Dash(output.Plain(a.Name))
	if a.Side != connector.Akerun {
		return fmt.Sprintf("%s (organization %s)", who, a.OrganizationID)
	}
	switch {
	case a.Authority == "":
		return who + " (authority not looked up: give --mail)"
	case !a.AuthorityKnown:
		return fmt.Sprintf("%s (authority %q, which this version does not know)", who, output.Plain(a.Authority))
	case !a.Super:
		return fmt.Sprintf("%s (authority %s: スーパーマネージャー is needed)", who, output.Plain(a.Authority))
	}
	return fmt.Sprintf("%s (%s)", who, output.Plain(a.Authority))
}

// settleOrganization chooses the 事業所 that was asked for. Where nobody asked and none is chosen yet, it takes the first and
// says so: most companies have one, begin is still to come, and check names it again.
func (cmd *signInCommand) settleOrganization(ctx context.Context, c *console, s *session) error {
	if cmd.Organization != "" {
		return s.ChooseOrganization(ctx, cmd.Organization)
	}
	all, err := s.Organizations(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 || slices.ContainsFunc(all, func(o connector.Organization) bool { return o.Chosen }) {
		return nil
	}
	if err := s.ChooseOrganization(ctx, all[0].ID); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "事業所: %s %s\n", all[0].ID, output.Plain(all[0].Name))
	if len(all) > 1 {
		fmt.Fprintf(c.out, "this account belongs to %d 事業所; for another one: dakokubridge organizations --choose ID\n", len(all))
	}
	return nil
}

type organizationsCommand struct {
	Choose string `help:"Take accesses from this 事業所." placeholder:"ID"`
	JSON   bool   `name:"json" help:"Print JSON."`
}

func (cmd *organizationsCommand) Run(ctx context.Context, c *console, g *grammar) error {
	return with(ctx, c, g, func(s *session) error {
		if cmd.Choose != "" {
			if err := s.ChooseOrganization(ctx, cmd.Choose); err != nil {
				return err
			}
		}
		all, err := s.Organizations(ctx)
		if err != nil {
			return err
		}
		if cmd.JSON {
			return output.JSON(c.out, all)
		}
		return printOrganizations(c, all)
	})
}

func printOrganizations(c *console, all []connector.Organization) error {
	var rows [][]string
	for _, o := range all {
		mark := ""
		if o.Chosen {
			mark = "chosen"
		}
		rows = append(rows, []string{o.ID, o.Name, mark})
	}
	return output.Table(c.out, rows)
}

// readLine reads one line without its end, or the rest of an input that ends without one. It gives up with ctx; the reading
// itself goes on until the input ends, because nothing can stop a read from a terminal.
func readLine(ctx context.Context, in *bufio.Reader) (string, error) {
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		var line []byte
		for len(line) <= maxLine {
			b, err := in.ReadByte()
			if err != nil && !(errors.Is(err, io.EOF) && len(line) > 0) {
				done <- result{err: err}
				return
			}
			if err != nil || b == '\n' {
				done <- result{line: strings.TrimSpace(string(line))}
				return
			}
			line = append(line, b)
		}
		done <- result{err: fmt.Errorf("a line longer than %d bytes", maxLine)}
	}()
	select {
	case r := <-done:
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
