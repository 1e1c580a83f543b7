package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"dakokubridge/app/clock"
	"dakokubridge/app/logs"
	"dakokubridge/app/network"
	"dakokubridge/app/owner"
	"dakokubridge/app/profile"
	"dakokubridge/connector"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/vault"
)

// owned is the façade in the process that owns the profile, together with everything that lives as long as the ownership.
// Other processes reach it over a socket.
type owned struct {
	*connector.Local
	settings settings.Settings
	log      *slog.Logger
	now      func() time.Time // the clock of the connector
	front    *owner.Front     // which window is the profile's
	profile  *profile.Profile

	mu      sync.Mutex
	stop    context.CancelFunc // of the loop; nil until it is started
	ended   chan struct{}
	loopErr error

	closers []func() error // in the order of opening
}

// openOwned wires a profile's parts together: settings, log, clock, keychain, façade, socket. It starts no loop.
func openOwned(ctx context.Context, c *console, p *profile.Profile, mine *profile.Ownership) (*owned, error) {
	o := &owned{closers: []func() error{mine.Release}}
	if err := o.assemble(ctx, c, p, mine); err != nil {
		return nil, errors.Join(err, o.Close())
	}
	return o, nil
}

func (o *owned) assemble(ctx context.Context, c *console, p *profile.Profile, mine *profile.Ownership) error {
	set, warnings, err := settings.Load(p.Settings())
	if err != nil {
		return err
	}
	o.settings = set
	log, closer, err := o.openLog(c, p)
	if err != nil {
		return err
	}
	o.log = log
	o.closers = append(o.closers, closer.Close)
	for _, w := range warnings {
		fmt.Fprintf(c.err, "dakokubridge: settings.toml, %s\n", w)
		log.Warn("settings.toml", "line", w.Line, "text", w.Text)
	}
	now, err := o.openClock(ctx)
	if err != nil {
		return err
	}
	o.now, o.profile = func() time.Time { return now.Now().Round(0).UTC() }, p
	o.Local, err = connector.Open(ctx, connector.Config{
		Dir:      p.Dir(),
		Vault:    vault.Keychain(p.KeychainService()),
		Clock:    now,
		Settings: o.settings,
		Moment:   p.Moment(),

		SettingsPath: p.Settings(),
		LogPath:      p.Log(),
		Version:      version,
		Log:          log,
	})
	if err != nil {
		return fmt.Errorf("opening the profile %s: %w", p.Dir(), err)
	}
	o.closers = append(o.closers, o.Local.Close, o.endLoop)
	return o.serve(ctx, mine)
}

// openLog opens the profile's log. A verbose one takes every call, and is printed as well.
func (o *owned) openLog(c *console, p *profile.Profile) (*slog.Logger, io.Closer, error) {
	if !c.verbose {
		return logs.Open(p.Log(), slog.LevelInfo)
	}
	return logs.Open(p.Log(), slog.LevelDebug, c.err)
}

// openClock gives this PC's clock or, in a rehearsal, the simulator's.
func (o *owned) openClock(ctx context.Context) (engine.Clock, error) {
	if o.settings.ClockURL == "" {
		return clock.Wall{}, nil
	}
	remote, err := clock.OpenRemote(ctx, o.settings.ClockURL, &http.Client{Timeout: 5 * time.Second})
	if err != nil {
		return nil, err
	}
	o.closers = append(o.closers, remote.Close)
	return remote, nil
}

func (o *owned) serve(ctx context.Context, mine *profile.Ownership) error {
	listener, err := mine.Listen()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan error, 1)
	server := owner.NewServer(o, o.log)
	o.front = server.Front()
	go func() { done <- server.Serve(ctx, listener) }()
	o.closers = append(o.closers, func() error { stop(); return <-done })
	return nil
}

// startLoop starts the background sync once; later calls find it running.
func (o *owned) startLoop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stop != nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	o.stop, o.ended = stop, make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() { network.Watch(ctx, net.InterfaceAddrs, o.Local.NetworkChanged) })
	go func() {
		defer close(o.ended)
		defer watching.Wait()
		defer stop()
		if err := o.Local.Run(ctx); err != nil && ctx.Err() == nil {
			o.log.Error("the loop ended", "err", err)
			o.loopErr = err
		}
	}()
}

// loopEnded is closed when the loop has ended; it must have been started.
func (o *owned) loopEnded() <-chan struct{} { return o.ended }

func (o *owned) endLoop() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stop == nil {
		return nil
	}
	o.stop()
	<-o.ended
	return o.loopErr
}

// Sync starts the loop where none runs yet, so that a single command, or another process that asks this one, can sync too.
func (o *owned) Sync(ctx context.Context) error {
	o.startLoop()
	return o.Local.Sync(ctx)
}

// Close ends everything in the reverse order of opening.
func (o *owned) Close() error {
	var errs []error
	for i := len(o.closers) - 1; i >= 0; i-- {
		errs = append(errs, o.closers[i]())
	}
	o.closers = nil
	return errors.Join(errs...)
}

var _ connector.Connector = (*owned)(nil)
