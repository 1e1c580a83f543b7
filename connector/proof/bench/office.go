package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/browser"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/vault"
)

// budgetOff is a number of calls a minute that nobody reaches.
const budgetOff = 1 << 30

// office is a simulated company whose two servers listen on this machine.
type office struct {
	*simulator.Simulator
	servers *simulator.Listening
}

func openOffice(ctx context.Context, o simulator.Options) (*office, error) {
	s, err := simulator.New(o)
	if err != nil {
		return nil, err
	}
	servers, err := s.Listen(ctx, "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &office{s, servers}, nil
}

// description is all that somebody needs who is to sign in.
func (o *office) description() simulator.Description {
	return o.Description(o.servers.AkerunURL, o.servers.SalesforceURL)
}

func (o *office) Close() error { return o.servers.Close() }

// joined is a connector that has signed in to an office and chosen its first 事業所.
type joined struct {
	*connector.Local
	profile profile
	vault   vault.Vault
	where   simulator.Description
	clock   engine.Clock
}

// profile says what a connector is opened with.
type profile struct {
	Dir  string
	Poll time.Duration // 0: the usual
	// Durable writes through to the disk, as the program does.
	Durable bool
	// Transport does the calls; nil is the network.
	Transport http.RoundTripper `json:"-"`
}

// join opens a connector in a new folder and signs in to both sides as people with every right.
func join(ctx context.Context, p profile, d simulator.Description, c engine.Clock) (*joined, error) {
	if err := os.MkdirAll(p.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making a profile: %w", err)
	}
	j := &joined{profile: p, vault: vault.Memory(), where: d, clock: c}
	if err := j.reopen(ctx); err != nil {
		return nil, err
	}
	if err := j.link(ctx); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, nil
}

// reopen opens the connector on its folder, as after a start of the program.
func (j *joined) reopen(ctx context.Context) (err error) {
	s := settings.Default()
	s.Akerun = settings.Akerun{BaseURL: j.where.Akerun.BaseURL, ClientID: j.where.Akerun.ClientID, RedirectURI: j.where.Akerun.RedirectURI}
	s.Salesforce.LoginURL, s.Salesforce.ClientID = j.where.Salesforce.BaseURL, j.where.Salesforce.ClientID
	s.Engine.AkerunPerMinute = budgetOff
	if j.profile.Poll > 0 {
		s.Engine.PollInterval = j.profile.Poll
	}
	j.Local, err = connector.Open(ctx, connector.Config{
		Dir: j.profile.Dir, Vault: j.vault, Clock: j.clock, Settings: s, Throwaway: !j.profile.Durable, Transport: j.profile.Transport,
	})
	return err
}

func (j *joined) database() string { return filepath.Join(j.profile.Dir, "dakokubridge.db") }

func (j *joined) link(ctx context.Context) error {
	if err := j.SetAkerunClient(ctx, j.where.Akerun.ClientID, j.where.Akerun.ClientSecret); err != nil {
		return fmt.Errorf("storing the client: %w", err)
	}
	person, err := browser.New(nil)
	if err != nil {
		return err
	}
	defer person.Close()
	if err := j.signInAkerun(ctx, person); err != nil {
		return fmt.Errorf("signing in to the simulated Akerun: %w", err)
	}
	if err := j.ChooseOrganization(ctx, j.where.Akerun.Offices[0].ID); err != nil {
		return fmt.Errorf("choosing the 事業所: %w", err)
	}
	if err := j.signInSalesforce(ctx, person); err != nil {
		return fmt.Errorf("signing in to the simulated Salesforce: %w", err)
	}
	if _, err := j.Check(ctx); err != nil {
		return fmt.Errorf("checking the rights: %w", err)
	}
	return nil
}

func (j *joined) signInAkerun(ctx context.Context, person *browser.Browser) error {
	for _, u := range j.where.Akerun.Users {
		if u.Role != "super_manager" {
			continue
		}
		begun, err := j.BeginSignIn(ctx, connector.SignInRequest{Side: connector.Akerun, Mail: u.Mail})
		if err != nil {
			return err
		}
		ended, err := person.SignIn(ctx, begun.Address, u.Mail, u.Password, true)
		if err != nil {
			return err
		}
		_, err = j.FinishSignIn(ctx, begun.ID, ended.String())
		return err
	}
	return errors.New("there is no super manager")
}

func (j *joined) signInSalesforce(ctx context.Context, person *browser.Browser) error {
	for _, u := range j.where.Salesforce.Users {
		if u.Role != "admin" {
			continue
		}
		begun, err := j.BeginSignIn(ctx, connector.SignInRequest{Side: connector.Salesforce})
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		browsed := make(chan error, 1)
		go func() {
			_, err := person.SignIn(ctx, begun.Address, u.Username, u.Password, true)
			if err != nil {
				cancel() // nobody will come back, so nothing is to be waited for
			}
			browsed <- err
		}()
		_, err = j.FinishSignIn(ctx, begun.ID, "")
		return errors.Join(<-browsed, err)
	}
	return errors.New("there is no administrator")
}

// playUntil lets the connector run while the clock jumps from one thing that is due to the next, until an instant.
func (j *joined) playUntil(ctx context.Context, at time.Time) error {
	gate, ok := j.clock.(*gate)
	if !ok {
		return errors.New("this connector's clock has no gate")
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	gate.close(at, stop)
	defer gate.close(time.Time{}, nil)
	if err := j.Run(ctx); err != nil {
		return err
	}
	if gate.Now().Before(at) {
		return gate.Set(at)
	}
	return nil
}

// gate is an office's clock that ends a run where the connector would wait beyond an instant. It is for one goroutine that plays.
type gate struct {
	*clock.Clock
	end  time.Time
	stop context.CancelFunc
}

func (g *gate) close(end time.Time, stop context.CancelFunc) { g.end, g.stop = end, stop }

// WaitUntil jumps, unless it would pass the gate.
func (g *gate) WaitUntil(ctx context.Context, t time.Time) error {
	if g.stop != nil && !t.Before(g.end) {
		g.stop()
		return context.Canceled
	}
	return g.Clock.WaitUntil(ctx, t)
}

// monday is the beginning of a Monday's business day, in a week without a holiday.
func monday() time.Time { return time.Date(2026, 11, 9, 5, 0, 0, 0, company.Japan) }
