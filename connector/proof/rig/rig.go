// Package rig puts the connector and the simulator into one process, joined by memory, so that tests can play whole days in seconds.
//
// It signs in as a person would, begins, runs and stops the connector at an instant, crashes it, and hands what both servers know to the
// checker. It tests nothing itself.
package rig

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/browser"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
	"dakokubridge/connector/vault"
)

// Options say which world and which connector.
type Options struct {
	Seed       uint64
	Size       company.Size
	People     int
	From       time.Time
	Days       int
	History    int // business days of accesses before From; 0: the simulator's default, less than 0: none
	Akerun     *akerunserver.Switches
	Salesforce *salesforceserver.Switches
	// Transport goes between the connector and the servers; it is given the way to them.
	Transport func(http.RoundTripper) http.RoundTripper
	Settings  func(*settings.Settings)
	// Hook is called at the engine's points. An error crashes the connector: nothing runs on, and RunToCrash returns.
	Hook   func(ctx context.Context, point string) error
	Lanes  int           // see connector.Config
	Moment time.Duration // see connector.Config
	// BulkFrom is how many stamps have to be exceeded before a bulk job carries them; see connector.Config.
	BulkFrom int
	OnWrite  func([]salesforceserver.Write)
	// Database replaces the database in the profile's folder; see connector.Config.
	Database func(dir string) (driver, dsn string)
	Log      *slog.Logger
	LogPath  string // the log whose end goes into the diagnostics
	Clock    *clock.Clock
}

// Rig is one world with one connector in it.
type Rig struct {
	*connector.Local
	World *simulator.Simulator
	Vault vault.Vault
	Dir   string

	t       testing.TB
	options Options
	pipe    *simulator.Pipe
	clock   *stopClock
	set     settings.Settings
	crashed atomic.Bool
}

// New makes a world and opens a connector on an empty profile.
func New(t testing.TB, o Options) *Rig {
	t.Helper()
	ports := freePorts(t)
	world, err := simulator.New(simulator.Options{
		Seed: o.Seed, Size: o.Size, People: o.People, From: o.From, Days: o.Days, History: o.History, CallbackPorts: ports, Clock: o.Clock,
		Akerun: o.Akerun, Salesforce: o.Salesforce, OnWrite: o.OnWrite,
	})
	must(t, err)
	r := &Rig{World: world, Vault: vault.Memory(), Dir: t.TempDir(), t: t, options: o, pipe: world.Pipe(), clock: &stopClock{Clock: world.Clock()}}
	d := world.Description(simulator.PipeAkerunURL, simulator.PipeSalesforceURL)
	r.set = settings.Default()
	r.set.Akerun = settings.Akerun{BaseURL: d.Akerun.BaseURL, ClientID: d.Akerun.ClientID, RedirectURI: d.Akerun.RedirectURI}
	r.set.Salesforce = settings.Salesforce{LoginURL: d.Salesforce.BaseURL, ClientID: d.Salesforce.ClientID, CallbackPorts: ports}
	if o.Settings != nil {
		o.Settings(&r.set)
	}
	r.Reopen()
	must(t, r.SetAkerunClient(t.Context(), d.Akerun.ClientID, d.Akerun.ClientSecret))
	t.Cleanup(func() {
		if r.Local != nil {
			_ = r.Local.Close()
		}
		_ = r.pipe.Close()
	})
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// freePorts finds three ports that are free now on the IPv4 loopback address; a sign-in takes the first that is free on both.
func freePorts(t testing.TB) []int {
	var ports []int
	for len(ports) < 3 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, err)
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
		defer func() { _ = l.Close() }()
	}
	return ports
}

// Reopen opens the connector on the profile, as after a start of the program.
func (r *Rig) Reopen() {
	r.t.Helper()
	var way http.RoundTripper = r.pipe
	if r.options.Transport != nil {
		way = r.options.Transport(way)
	}
	c := connector.Config{
		Dir: r.Dir, Vault: r.Vault, Clock: r.clock, Transport: way, Settings: r.set, Log: r.options.Log, LogPath: r.options.LogPath, Hook: r.hook(), Lanes: r.options.Lanes, BulkFrom: r.options.BulkFrom, Moment: r.options.Moment, Throwaway: true,
		Wait: func(ctx context.Context, d time.Duration) error {
			return r.World.Clock().WaitUntil(ctx, r.World.Clock().Now().Add(d))
		},
	}
	if r.options.Database != nil {
		c.Driver, c.DSN = r.options.Database(r.Dir)
	}
	local, err := connector.Open(r.t.Context(), c)
	must(r.t, err)
	r.Local = local
}

// Restart closes the connector and opens it again.
func (r *Rig) Restart() {
	r.t.Helper()
	must(r.t, r.Local.Close())
	r.Reopen()
}

// Bubble plays f with the connector and both servers inside a testing/synctest bubble, where the world's clock runs with the bubble's and
// days take as long as the work in them. Signing in goes over the real network and must be done before. Afterwards the connector is closed
// for good.
func (r *Rig) Bubble(t *testing.T, f func()) {
	t.Helper()
	must(t, r.close())
	synctest.Test(t, func(t *testing.T) {
		outside := r.t
		defer func() { r.t = outside }()
		r.t = t
		must(t, r.World.Clock().SetSpeed(1))
		r.pipe = r.World.Pipe()
		r.Reopen()
		f()
		must(t, r.close())
	})
}

func (r *Rig) close() error {
	defer func() { r.Local = nil }()
	return errors.Join(r.Local.Close(), r.pipe.Close())
}

// SignIn signs in to a side as one of the roles of the simulator.
func (r *Rig) SignIn(side connector.Side, role string) (connector.Account, error) {
	r.t.Helper()
	return r.signIn(side, role, true)
}

// RefuseSignIn signs in to a side and presses 拒否 when asked for the permission.
func (r *Rig) RefuseSignIn(side connector.Side, role string) error {
	r.t.Helper()
	_, err := r.signIn(side, role, false)
	return err
}

func (r *Rig) signIn(side connector.Side, role string, allow bool) (connector.Account, error) {
	r.t.Helper()
	d := r.World.Description(simulator.PipeAkerunURL, simulator.PipeSalesforceURL)
	user, password := "", ""
	for _, u := range d.Akerun.Users {
		if side == connector.Akerun && u.Role == role {
			user, password = u.Mail, u.Password
		}
	}
	for _, u := range d.Salesforce.Users {
		if side == connector.Salesforce && u.Role == role {
			user, password = u.Username, u.Password
		}
	}
	request := connector.SignInRequest{Side: side}
	if side == connector.Akerun {
		request.Mail = user
	}
	begun, err := r.BeginSignIn(r.t.Context(), request)
	if err != nil {
		return connector.Account{}, err
	}
	return r.browse(begun, side, user, password, allow)
}

// browse goes through the pages; the return to this machine goes over the real network.
func (r *Rig) browse(begun connector.SignIn, side connector.Side, user, password string, allow bool) (connector.Account, error) {
	direct := &http.Transport{}
	defer direct.CloseIdleConnections()
	b, err := browser.New(either{r.pipe, direct})
	must(r.t, err)
	if side == connector.Akerun {
		final, err := b.SignIn(r.t.Context(), begun.Address, user, password, allow)
		must(r.t, err)
		return r.FinishSignIn(r.t.Context(), begun.ID, final.String())
	}
	var visit sync.WaitGroup
	var visited error
	visit.Go(func() { _, visited = b.SignIn(r.t.Context(), begun.Address, user, password, allow) })
	account, err := r.FinishSignIn(r.t.Context(), begun.ID, "")
	visit.Wait()
	return account, errors.Join(err, visited)
}

// either sends what is meant for the simulator through memory and everything else over the network.
type either struct {
	pipe   http.RoundTripper
	direct http.RoundTripper
}

func (e either) RoundTrip(r *http.Request) (*http.Response, error) {
	switch "http://" + r.URL.Host {
	case simulator.PipeAkerunURL, simulator.PipeSalesforceURL:
		return e.pipe.RoundTrip(r)
	}
	return e.direct.RoundTrip(r)
}

// Link signs in to both sides with enough rights and begins at start.
func (r *Rig) Link(start time.Time) {
	r.t.Helper()
	_, err := r.SignIn(connector.Akerun, "super_manager")
	must(r.t, err)
	r.choose()
	_, err = r.SignIn(connector.Salesforce, "admin")
	must(r.t, err)
	must(r.t, r.Begin(r.t.Context(), connector.BeginRequest{Start: start}))
}

func (r *Rig) choose() {
	d := r.World.Description("", "")
	must(r.t, r.ChooseOrganization(r.t.Context(), d.Akerun.Offices[0].ID))
}

// RunUntil runs the connector until the world's clock reaches t.
func (r *Rig) RunUntil(t time.Time) {
	r.t.Helper()
	must(r.t, r.run(t))
	if now := r.World.Clock().Now(); now.Before(t) {
		must(r.t, r.World.Clock().Set(t))
	}
}

// RunToCrash runs like RunUntil, but leaves the clock where it was when the Hook has crashed the connector, and tells whether it has.
func (r *Rig) RunToCrash(t time.Time) bool {
	r.t.Helper()
	r.crashed.Store(false)
	var err error
	var running sync.WaitGroup
	running.Go(func() { err = r.run(t) }) // in a goroutine of its own, which Crash may end in the middle
	running.Wait()
	must(r.t, err)
	if now := r.World.Clock().Now(); !r.crashed.Load() && now.Before(t) {
		must(r.t, r.World.Clock().Set(t))
	}
	return r.crashed.Load()
}

// errDead is what every point answers after a crash, so that calls under way beside it end there too.
var errDead = errors.New("the connector has crashed")

func (r *Rig) hook() func(context.Context, string) error {
	if r.options.Hook == nil {
		return nil
	}
	return func(ctx context.Context, point string) error {
		if r.crashed.Load() {
			return errDead
		}
		err := r.options.Hook(ctx, point)
		if err != nil {
			r.crashed.Store(true)
			r.clock.halt()
		}
		return err
	}
}

// Crash ends the connector under RunToCrash in the middle of a call: whoever carries the call ends its goroutine next.
func (r *Rig) Crash() {
	r.crashed.Store(true)
	r.clock.halt()
}

func (r *Rig) run(until time.Time) error {
	ctx, stop := context.WithCancel(r.t.Context())
	defer stop()
	r.clock.arm(until, stop)
	defer r.clock.arm(time.Time{}, nil)
	return r.Local.Run(ctx)
}

// Switch sets a switch of one of the servers.
func (r *Rig) Switch(side connector.Side, name string, value any) {
	r.t.Helper()
	raw, err := json.Marshal(value)
	must(r.t, err)
	if side == connector.Akerun {
		must(r.t, r.World.AkerunServer().SetSwitch(name, raw))
		return
	}
	must(r.t, r.World.SalesforceServer().SetSwitch(name, raw))
}

// stopClock is the world's clock as the connector sees it: it ends the run when the connector would wait beyond an instant.
type stopClock struct {
	*clock.Clock
	mu   sync.Mutex
	end  time.Time
	stop context.CancelFunc
	off  time.Duration // how wrong the PC's clock is
}

// SetWrong makes the PC's clock run ahead of the world's by d.
func (r *Rig) SetWrong(d time.Duration) {
	r.clock.mu.Lock()
	defer r.clock.mu.Unlock()
	r.clock.off = d
}

func (c *stopClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Clock.Now().Add(c.off)
}

func (c *stopClock) arm(end time.Time, stop context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end, c.stop = end, stop
}

// halt ends the run at once.
func (c *stopClock) halt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stop != nil {
		c.stop()
	}
}

func (c *stopClock) WaitUntil(ctx context.Context, t time.Time) error {
	c.mu.Lock()
	end, stop := c.end, c.stop
	t = t.Add(-c.off)
	c.mu.Unlock()
	if stop != nil && !t.Before(end) {
		stop()
		return context.Canceled
	}
	return c.Clock.WaitUntil(ctx, t)
}

// Settings are those with which the connector is opened.
func (r *Rig) Settings() settings.Settings { return r.set }
