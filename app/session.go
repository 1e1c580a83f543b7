package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dakokubridge/app/owner"
	"dakokubridge/app/profile"
	"dakokubridge/connector"
	"dakokubridge/connector/settings"
)

const (
	// ownerPatience is how long a command waits for a profile whose owner is just starting or ending; real time.
	ownerPatience = 10 * time.Second
	// ownerLook is how often it looks again meanwhile.
	ownerLook = 50 * time.Millisecond
)

// session is the façade of a profile as a command has it: of its own, or of the process that owns the profile.
type session struct {
	connector.Connector
	settings settings.Settings
	owner    *owner.Client // nil where this process is the owner
	close    func() error
}

// openSession takes the profile for this command or, where another process has it, reaches that process.
func openSession(ctx context.Context, c *console, g *grammar) (*session, error) {
	p, err := g.open()
	if err != nil {
		return nil, err
	}
	o, reached, err := ownOrReach(ctx, c, p)
	if err != nil || o == nil {
		return reached, err
	}
	return &session{Connector: o, settings: o.settings, close: o.Close}, nil
}

// ownOrReach gives the profile's façade in this process or, where another process owns the profile, by way of that one.
func ownOrReach(ctx context.Context, c *console, p *profile.Profile) (o *owned, reached *session, err error) {
	mine, err := claim(ctx, p, func() error {
		reached, err = reachOwner(ctx, p)
		return err
	})
	if err != nil || mine == nil {
		return nil, reached, err
	}
	o, err = openOwned(ctx, c, p, mine)
	return o, nil, err
}

// claim takes the profile for this process. While another one has it, instead is tried until it answers nil, and then there is
// no ownership; an owner that is just starting or ending is waited for.
func claim(ctx context.Context, p *profile.Profile, instead func() error) (*profile.Ownership, error) {
	deadline := time.Now().Add(ownerPatience)
	for {
		mine, err := p.Own()
		if !errors.Is(err, profile.ErrOwned) {
			return mine, err
		}
		err = instead()
		if err == nil {
			return nil, nil
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("the profile %s is in use: %w", p.Dir(), err)
		}
		if err := pause(ctx, ownerLook); err != nil {
			return nil, err
		}
	}
}

func reachOwner(ctx context.Context, p *profile.Profile) (*session, error) {
	socket, err := p.Socket()
	if err != nil {
		return nil, err
	}
	client, err := owner.Dial(ctx, socket)
	if err != nil {
		return nil, err
	}
	s, _, err := settings.Load(p.Settings())
	if err != nil {
		return nil, err
	}
	return &session{Connector: client, settings: s, owner: client, close: func() error { return nil }}, nil
}

// pause waits for a span of real time.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// with runs a command's work on the profile's façade.
func with(ctx context.Context, c *console, g *grammar, work func(s *session) error) (err error) {
	s, err := openSession(ctx, c, g)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return work(s)
}
