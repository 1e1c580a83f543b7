package main

import (
	"context"
	"fmt"
	"os"

	"dakokubridge/app/autostart"
	"dakokubridge/app/profile"
	"dakokubridge/connector"
)

// sessionEntry is what starts with the user's session. Each profile has an entry of its own, and the usual one has that of the installed
// package, so that both together start one program.
func sessionEntry(p *profile.Profile) (autostart.Entry, error) {
	program, err := os.Executable()
	if err != nil {
		return autostart.Entry{}, fmt.Errorf("finding this program: %w", err)
	}
	e := autostart.Entry{Name: "dakokubridge", Title: "打刻ブリッジ", Program: program, Args: []string{"app", "--at-sign-in"}}
	if !p.IsDefault() {
		e.Name += "-" + p.ShortID()
		e.Args = append([]string{"--profile", p.Dir()}, e.Args...)
	}
	return e, nil
}

// SetSettings takes new settings, and makes the program start with the session or no longer do so.
func (o *owned) SetSettings(ctx context.Context, s connector.Settings) error {
	before, err := o.Settings(ctx)
	if err != nil {
		return err
	}
	if err := o.Local.SetSettings(ctx, s); err != nil || s.StartAtSignIn == before.StartAtSignIn {
		return err
	}
	if err := o.startWithSession(s.StartAtSignIn); err != nil {
		return &connector.Error{Code: connector.CodeInternal, Text: fmt.Sprintf("the setting is saved, but this PC does not take it: %v", err)}
	}
	return nil
}

func (o *owned) startWithSession(on bool) error {
	e, err := sessionEntry(o.profile)
	if err != nil {
		return err
	}
	if !on {
		return autostart.Remove(e)
	}
	_, err = autostart.Set(e)
	return err
}

// keepSessionEntry brings the entry up to date at a start by hand: the program may have been moved since, or the setting changed in the file.
func (o *owned) keepSessionEntry(ctx context.Context) {
	s, err := o.Settings(ctx)
	if err == nil && s.StartAtSignIn {
		err = o.startWithSession(true)
	}
	if err != nil {
		o.log.Warn("the start with the session", "err", err)
	}
}
