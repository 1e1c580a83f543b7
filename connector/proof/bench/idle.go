package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"dakokubridge/connector/vault"
)

const (
	// settled is how long a process that has just started is left alone before it counts as idle.
	settled = 30 * time.Second
	// starts is how often each program is started, to take the middle one.
	starts = 7
)

// secrets are what a profile's vault holds.
var secrets = []string{vault.AkerunClientSecret, vault.AkerunRefreshToken, vault.SalesforceRefreshToken, vault.SealingKey}

// idleYear watches the year's database in processes that have nothing to do, all of them at once: the engine without a window, and the
// program's window beside an empty one.
func (b *run) idleYear(ctx context.Context, o *office, j *joined) (err error) {
	windows := b.wants("P9") || b.wants("P10")
	if !b.wants("P8") && !windows {
		return nil
	}
	var engine *child
	if b.wants("P8") {
		if engine, err = b.idleEngine(ctx, o, j); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, engine.stop()) }()
	}
	var shown *shown
	if windows {
		if shown, err = b.showWindows(ctx, j); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, shown.close()) }()
	}
	if err := wait(ctx, settled); err != nil {
		return err
	}
	var watched []process
	if engine != nil {
		watched = append(watched, engine.process)
	}
	if shown != nil {
		watched = append(watched, shown.program, shown.blank)
	}
	before, err := timesOf(watched)
	if err != nil {
		return err
	}
	begun := time.Now()
	if err := wait(ctx, b.idle); err != nil {
		return err
	}
	took := time.Since(begun)
	after, err := timesOf(watched)
	if err != nil {
		return err
	}
	share := func(n int) float64 { return (after[n] - before[n]).Seconds() / took.Seconds() }
	next := 0
	if engine != nil {
		held, err := engine.memory("VmRSS")
		if err != nil {
			return err
		}
		b.add(row{
			ID: "P8", Measured: fmt.Sprintf("%s, %s of a core in %s", mebibytes(held), percent(share(0)), took.Round(time.Second)), Yardstick: "–",
			Reach: "≤ 40 MiB, ≤ 0.2 %", Met: held <= 40<<20 && share(0) <= 0.002,
		})
		next = 1
	}
	if shown == nil {
		return nil
	}
	b.add(compared("P9", seconds(median(shown.programStarts)), seconds(median(shown.blankStarts))+", an empty window", *ratio(median(shown.programStarts), median(shown.blankStarts)), 1.3))
	return b.addWindow(shown, share(next), share(next+1))
}

func (b *run) addWindow(s *shown, share, blank float64) error {
	mine, err := s.program.memory("VmRSS")
	if err != nil {
		return err
	}
	empty, err := s.blank.memory("VmRSS")
	if err != nil {
		return err
	}
	r := float64(mine) / float64(empty)
	b.add(row{
		ID: "P10", Measured: fmt.Sprintf("%s, %s of a core", mebibytes(mine), percent(share)), Yardstick: fmt.Sprintf("%s, %s", mebibytes(empty), percent(blank)),
		Ratio: &r, Reach: "≤ 1.3 × memory, ≤ 0.5 %", Met: r <= 1.3 && share <= 0.005,
	})
	return nil
}

func timesOf(all []process) (times []time.Duration, err error) {
	for _, p := range all {
		used, err := p.used()
		if err != nil {
			return nil, err
		}
		times = append(times, used)
	}
	return times, nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// idleEngine starts the engine on the year's database, with both clocks running as the machine's does.
func (b *run) idleEngine(ctx context.Context, o *office, j *joined) (*child, error) {
	if err := o.Clock().SetSpeed(1); err != nil {
		return nil, err
	}
	known := make(map[string]string)
	for _, name := range secrets {
		secret, err := j.vault.Get(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("reading a secret: %w", err)
		}
		known[name] = secret
	}
	c, err := startEngine(ctx)
	if err != nil {
		return nil, err
	}
	p := profile{Dir: filepath.Join(b.dir, "idle"), Durable: true}
	if err := copyProfile(j.profile.Dir, p.Dir); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	a := JoinArgs{Profile: p, Where: o.description(), Now: o.Clock().Now(), Running: true, Secrets: known}
	if err := errors.Join(c.tell("Join", a), c.tell("Run", None{})); err != nil {
		return nil, errors.Join(err, c.stop())
	}
	return c, nil
}

// shown is a screen of its own with both windows.
type shown struct {
	screen                     process
	env                        []string
	program, blank             process
	programStarts, blankStarts []time.Duration
	home                       string
}

// titles of the two windows.
const (
	programTitle = "打刻ブリッジ"
	blankTitle   = "blankwindow"
)

// showWindows starts both programs a few times, one after the other, and leaves the last of each running.
func (b *run) showWindows(ctx context.Context, j *joined) (s *shown, err error) {
	s = &shown{home: filepath.Join(b.dir, "home")}
	if err := os.MkdirAll(filepath.Join(s.home, ".cache", "fyne"), 0o700); err != nil {
		return nil, err
	}
	if err := s.openScreen(ctx); err != nil {
		return nil, err
	}
	opened := s // s is nil where an error is returned
	defer func() {
		if err != nil {
			err = errors.Join(err, opened.close())
		}
	}()
	dir := filepath.Join(b.dir, "window")
	if err := copyProfile(j.profile.Dir, dir); err != nil {
		return nil, err
	}
	for n := range starts + 1 {
		blank, took, err := s.start(ctx, blankTitle, b.blank)
		if err != nil {
			return nil, err
		}
		program, tookMine, err := s.start(ctx, programTitle, b.app, "--profile", dir)
		if err != nil {
			return nil, errors.Join(err, blank.end())
		}
		if n > 0 { // the first one warms the machine up
			s.blankStarts, s.programStarts = append(s.blankStarts, took), append(s.programStarts, tookMine)
		}
		s.blank, s.program = blank, program
		if n < starts {
			if err := errors.Join(blank.end(), program.end()); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

func (s *shown) openScreen(ctx context.Context) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	cmd := exec.CommandContext(ctx, "Xvfb", "-displayfd", "3", "-screen", "0", "1360x900x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		return errors.Join(fmt.Errorf("starting Xvfb (make bench installs it): %w", err), w.Close())
	}
	s.screen = process{cmd}
	if err := w.Close(); err != nil {
		return err
	}
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		return fmt.Errorf("starting Xvfb: %w", err)
	}
	s.env = append(os.Environ(), "DISPLAY=:"+strings.TrimSpace(number), "WAYLAND_DISPLAY=", "HOME="+s.home, "XDG_CACHE_HOME="+s.home+"/.cache",
		"XDG_CONFIG_HOME="+s.home+"/.config", "XDG_RUNTIME_DIR="+s.home, "DBUS_SESSION_BUS_ADDRESS=unix:path="+s.home+"/nobody", "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	return nil
}

// start starts a program and tells how long it takes until its window is on the screen.
func (s *shown) start(ctx context.Context, title, program string, args ...string) (process, time.Duration, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = s.env
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return process{}, 0, fmt.Errorf("starting %s: %w", program, err)
	}
	p := process{cmd}
	for time.Since(begun) < time.Minute && ctx.Err() == nil {
		look := exec.CommandContext(ctx, "xdotool", "search", "--onlyvisible", "--name", title)
		look.Env = s.env
		if found, err := look.Output(); err == nil && len(found) > 0 {
			return p, time.Since(begun), nil
		}
	}
	return p, 0, errors.Join(fmt.Errorf("the window of %s did not show", program), p.end())
}

// end ends a process that this command has started.
func (p process) end() error {
	if p.cmd == nil {
		return nil
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	_ = p.cmd.Wait() // killed
	return nil
}

func (s *shown) close() error { return errors.Join(s.program.end(), s.blank.end(), s.screen.end()) }
