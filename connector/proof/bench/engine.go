package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/rpc"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/vault"
)

// engineArgument makes this command a process with a connector in it and nothing else, so that its memory and its time can be told from those of
// the simulated servers. It is spoken to over stdin and stdout.
const engineArgument = "engine"

// pipes are the two ends of a conversation.
type pipes struct {
	io.ReadCloser
	io.WriteCloser
}

func (p pipes) Close() error { return errors.Join(p.ReadCloser.Close(), p.WriteCloser.Close()) }

// serveEngine answers until stdin ends.
func serveEngine() {
	server := rpc.NewServer()
	if err := server.Register(&Engine{}); err != nil {
		panic(err) // the methods below have the form that rpc wants
	}
	server.ServeConn(pipes{os.Stdin, os.Stdout})
}

// Engine is what the process does when it is told to.
type Engine struct {
	connector *joined
	clock     *gate
	profile   *os.File
}

// Profile writes a CPU profile of the next Sync to a file.
func (e *Engine) Profile(path string, _ *None) (err error) {
	e.profile, err = os.Create(path)
	return err
}

// None is no answer, or no argument.
type None struct{}

// JoinArgs say how a connector is opened and where.
type JoinArgs struct {
	Profile profile
	Where   simulator.Description
	Now     time.Time
	// Running has the clock run as the machine's does; otherwise it stands still until it is set.
	Running bool
	// Secrets are those of a profile that has been joined before.
	Secrets map[string]string
}

// Join opens a connector and signs in, if it has not before.
func (e *Engine) Join(a JoinArgs, _ *None) (err error) {
	e.clock = &gate{Clock: clock.Jump(a.Now)}
	if a.Running {
		e.clock.Clock = clock.Speed(a.Now, 1)
	}
	ctx := context.Background()
	if len(a.Secrets) == 0 {
		e.connector, err = join(ctx, a.Profile, a.Where, e.clock)
		return err
	}
	e.connector = &joined{profile: a.Profile, vault: vault.Memory(), where: a.Where, clock: e.clock}
	for name, secret := range a.Secrets {
		if err := e.connector.vault.Set(ctx, name, secret); err != nil {
			return err
		}
	}
	return e.connector.reopen(ctx)
}

// SetClock sets the clock.
func (e *Engine) SetClock(now time.Time, _ *None) error { return e.clock.Set(now) }

// Begin starts the integration at an instant.
func (e *Engine) Begin(start time.Time, _ *None) error {
	return e.connector.Begin(context.Background(), connector.BeginRequest{Start: start})
}

// Pause stops sending.
func (e *Engine) Pause(None, *None) error { return e.connector.Pause(context.Background()) }

// Sync lets the loop go round once and tells how long it took.
func (e *Engine) Sync(_ None, took *time.Duration) error {
	if e.profile != nil {
		if err := pprof.StartCPUProfile(e.profile); err != nil {
			return err
		}
	}
	begun := time.Now()
	err := e.connector.Sync(context.Background())
	*took = time.Since(begun)
	if e.profile != nil {
		pprof.StopCPUProfile()
		err = errors.Join(err, e.profile.Close())
		e.profile = nil
	}
	return err
}

// Queue tells what waits.
func (e *Engine) Queue(_ None, q *connector.Queue) error {
	status, err := e.connector.Status(context.Background())
	*q = status.Queue
	return err
}

// Run lets the connector run until the process ends.
func (e *Engine) Run(None, *None) error {
	go func() {
		if err := e.connector.Run(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "bench engine:", err)
		}
	}()
	return nil
}

// Close closes the connector.
func (e *Engine) Close(None, *None) error { return e.connector.Close() }

// child is the process, as its parent has it.
type child struct {
	process
	client *rpc.Client
}

// startEngine starts a process of this very binary.
func startEngine(ctx context.Context) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this binary: %w", err)
	}
	cmd := exec.CommandContext(ctx, self, engineArgument)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the engine's process: %w", err)
	}
	return &child{process: process{cmd}, client: rpc.NewClient(pipes{out, in})}, nil
}

// tell has the process do something.
func (c *child) tell(what string, argument any) error {
	return c.client.Call("Engine."+what, argument, &None{})
}

// stop ends the process.
func (c *child) stop() error { return errors.Join(c.client.Close(), c.cmd.Wait()) }

// process is a running one whose memory and time are looked at.
type process struct{ cmd *exec.Cmd }

func (p process) file(name string) string {
	return filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), name)
}

// memory is how much of the process is in memory now (VmRSS) or was at most since forgetPeak (VmHWM), in bytes.
func (p process) memory(which string) (int64, error) {
	text, err := os.ReadFile(p.file("status"))
	if err != nil {
		return 0, fmt.Errorf("reading a process's memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, which+":"); ok {
			kilobytes, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, fmt.Errorf("reading a process's memory: no %s", which)
}

// forgetPeak has the kernel begin anew with VmHWM.
func (p process) forgetPeak() error { return os.WriteFile(p.file("clear_refs"), []byte("5"), 0) }

// ticks is the kernel's unit of processes' times on every machine that Go runs on (USER_HZ).
const ticks = 100

// used is how long the process has been running on a core so far.
func (p process) used() (time.Duration, error) {
	text, err := os.ReadFile(p.file("stat"))
	if err != nil {
		return 0, fmt.Errorf("reading a process's time: %w", err)
	}
	_, rest, _ := strings.Cut(string(text), ") ") // behind the name, which may hold blanks
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("reading a process's time: %q", text)
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / ticks, err
}
