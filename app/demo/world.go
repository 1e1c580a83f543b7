// Package demo plays the connector against the simulated servers, in one process and with secrets in memory only.
//
// It puts a world and a connector together, has a scripted browser sign in, lets the days pass and adds up what came of them. It
// touches nothing of a real profile, keychain or service.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/browser"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/vault"
)

// Options chooses the world.
type Options struct {
	Seed uint64
	Size string // S, M or L
	Days int    // business days to play; 0: no end
	// Speed is how fast the clock runs from Begin on, in seconds to a real one; 0 jumps from one thing that is due to the next.
	Speed float64
	Log   *slog.Logger
}

// World is a simulated company with a connector in it.
type World struct {
	Facade *connector.Local
	// Start is the 連携開始日時: the first 05:00 after the story begins.
	Start time.Time

	options   Options
	simulator *simulator.Simulator
	servers   *simulator.Listening
	clock     *gate
	dir       string
	turn      int // whose turn it is when something happens by hand
	processed int // rows 処理済み and not on the sheet, when it was looked last; -1 before
}

// Open starts the servers and opens a connector in a temporary folder. Close ends both and removes the folder.
func Open(ctx context.Context, o Options) (*World, error) {
	w := &World{options: o, processed: -1}
	if err := w.assemble(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

func (w *World) assemble(ctx context.Context) (err error) {
	running := clock.Jump(simulator.DefaultFrom)
	if w.options.Speed > 0 {
		running = clock.Speed(simulator.DefaultFrom, 1)
	}
	w.Start = nextFive(simulator.DefaultFrom)
	if w.simulator, err = simulator.New(simulator.Options{
		Seed: w.options.Seed, Size: company.Size(w.options.Size), Clock: running, Days: w.lastDay(),
	}); err != nil {
		return err
	}
	if w.servers, err = w.simulator.Listen(ctx, "127.0.0.1:0", "127.0.0.1:0"); err != nil {
		return err
	}
	if w.dir, err = os.MkdirTemp("", "dakokubridge-demo"); err != nil { // mode 0700
		return fmt.Errorf("making a folder for the demo: %w", err)
	}
	w.clock = newGate(running, w.End())
	w.Facade, err = connector.Open(ctx, connector.Config{
		Dir: w.dir, Vault: vault.Memory(), Clock: w.clock, Settings: w.settings(), Log: w.options.Log,
	})
	if err != nil {
		return fmt.Errorf("opening the demo's connector: %w", err)
	}
	return nil
}

// lastDay is after how many days, that of the story's beginning included, nobody comes in any more.
func (w *World) lastDay() int {
	if w.options.Days == 0 {
		return 0
	}
	return w.options.Days + 1
}

// End is the 05:00 at which the last day closes; zero where the demo has no end.
func (w *World) End() time.Time {
	if w.options.Days == 0 {
		return time.Time{}
	}
	return w.Start.AddDate(0, 0, w.options.Days)
}

// Days gives the first and the last business day that is played.
func (w *World) Days() (first, last string) {
	return w.Start.Format(time.DateOnly), w.Start.AddDate(0, 0, w.options.Days-1).Format(time.DateOnly)
}

func (w *World) settings() settings.Settings {
	d := w.description()
	s := settings.Default()
	s.Akerun = settings.Akerun{BaseURL: d.Akerun.BaseURL, ClientID: d.Akerun.ClientID, RedirectURI: d.Akerun.RedirectURI}
	s.Salesforce.LoginURL, s.Salesforce.ClientID = d.Salesforce.BaseURL, d.Salesforce.ClientID
	// Half as often as usual, so that the days of the demo pass quickly on a slow PC too.
	s.Engine.PollInterval = 2 * time.Minute
	return s
}

func (w *World) description() simulator.Description {
	return w.simulator.Description(w.servers.AkerunURL, w.servers.SalesforceURL)
}

// Link signs in to both sides as people with every right, and chooses the 事業所.
func (w *World) Link(ctx context.Context) error {
	d := w.description()
	if err := w.Facade.SetAkerunClient(ctx, d.Akerun.ClientID, d.Akerun.ClientSecret); err != nil {
		return fmt.Errorf("storing the demo's client: %w", err)
	}
	person, err := browser.New(nil)
	if err != nil {
		return err
	}
	defer person.Close()
	for _, u := range d.Akerun.Users {
		if u.Role == "super_manager" {
			if err := w.signInAkerun(ctx, person, u); err != nil {
				return fmt.Errorf("signing in to the simulated Akerun: %w", err)
			}
			break
		}
	}
	if err := w.Facade.ChooseOrganization(ctx, d.Akerun.Offices[0].ID); err != nil {
		return fmt.Errorf("choosing the 事業所: %w", err)
	}
	for _, u := range d.Salesforce.Users {
		if u.Role == "admin" {
			if err := w.signInSalesforce(ctx, person, u); err != nil {
				return fmt.Errorf("signing in to the simulated Salesforce: %w", err)
			}
			break
		}
	}
	return nil
}

func (w *World) signInAkerun(ctx context.Context, person *browser.Browser, u simulator.AkerunUser) error {
	begun, err := w.Facade.BeginSignIn(ctx, connector.SignInRequest{Side: connector.Akerun, Mail: u.Mail})
	if err != nil {
		return err
	}
	ended, err := person.SignIn(ctx, begun.Address, u.Mail, u.Password, true)
	if err != nil {
		return errors.Join(err, w.Facade.CancelSignIn(ctx, begun.ID))
	}
	_, err = w.Facade.FinishSignIn(ctx, begun.ID, ended.String())
	return err
}

func (w *World) signInSalesforce(ctx context.Context, person *browser.Browser, u simulator.SalesforceUser) error {
	begun, err := w.Facade.BeginSignIn(ctx, connector.SignInRequest{Side: connector.Salesforce})
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
	_, err = w.Facade.FinishSignIn(ctx, begun.ID, "")
	return errors.Join(<-browsed, err)
}

// Begin starts the integration at Start and lets the clock run at the chosen speed.
func (w *World) Begin(ctx context.Context) error {
	found, err := w.Facade.Check(ctx)
	if err != nil {
		return fmt.Errorf("checking the demo's rights: %w", err)
	}
	if found.Blocked {
		return fmt.Errorf("the demo's rights are not enough: %v", found.Blocks)
	}
	if err := w.Facade.Begin(ctx, connector.BeginRequest{Start: w.Start}); err != nil {
		return fmt.Errorf("beginning: %w", err)
	}
	if w.options.Speed > 0 {
		return w.simulator.Clock().SetSpeed(w.options.Speed)
	}
	return nil
}

// Play runs the connector until the last day has closed and everything of it is settled, or until ctx ends.
func (w *World) Play(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- w.Facade.Run(ctx) }()
	for {
		select {
		case err := <-ended:
			return err
		case <-w.clock.reached:
		}
		settled, err := w.settled(ctx)
		if err != nil || settled {
			stop()
			<-ended
			return err
		}
		w.clock.open(w.clock.until().Add(step))
	}
}

const (
	// step is how much longer the clock goes on while something is not settled: the time between two runs of the batch.
	step = 10 * time.Minute
	// longest is how long after the last 05:00 it is waited for at most: past the 2 hours after which a row that stays 未処理
	// becomes an item.
	longest = 3 * time.Hour
)

// settled tells whether nothing is left to send or to confirm, or enough time was given. Two steps at least have to pass: one
// in which the last 退勤 are sent, one for the batch.
func (w *World) settled(ctx context.Context) (bool, error) {
	after := w.clock.until().Sub(w.End())
	if after < step {
		return false, nil
	}
	if after >= longest {
		return true, nil
	}
	status, err := w.Facade.Status(ctx)
	if err != nil {
		return false, fmt.Errorf("reading the demo's state: %w", err)
	}
	q := status.Queue
	// A row that is 処理済み but gave way on the sheet, to an earlier 出社 for instance, stays so. Whatever did not change in a
	// whole step is such a row.
	steady := q.Processed == w.processed
	w.processed = q.Processed
	return steady && q.Planned+q.Sending+q.Unknown+q.Accepted+q.DirtyDays == 0, nil
}

// Close ends the connector and the servers and removes what they left on the disk.
func (w *World) Close() error {
	var errs []error
	if w.Facade != nil {
		errs = append(errs, w.Facade.Close())
	}
	if w.servers != nil {
		errs = append(errs, w.servers.Close())
	}
	if w.dir != "" {
		errs = append(errs, os.RemoveAll(w.dir))
	}
	return errors.Join(errs...)
}

// nextFive is the first 05:00 in Japan after an instant.
func nextFive(t time.Time) time.Time {
	local := t.In(company.Japan)
	five := time.Date(local.Year(), local.Month(), local.Day(), 5, 0, 0, 0, company.Japan)
	if !five.After(t) {
		five = five.AddDate(0, 0, 1)
	}
	return five
}
