//go:build unix

package proof_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/vault"
)

// childVariable holds, in a process that a test started, what it is to do. Without it TestMain runs the tests.
const childVariable = "DAKOKUBRIDGE_TEST_CHILD"

func TestMain(m *testing.M) {
	order := os.Getenv(childVariable)
	if order == "" {
		os.Exit(m.Run())
	}
	if err := runChild(order); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// order tells a child what to run. The world is its parent's.
type order struct {
	Dir      string
	Offset   time.Duration // of the world's clock from this machine's
	Settings settings.Settings
	Drain    bool // end as soon as nothing is left to send
	Open     bool // end as soon as the profile is open
	As       int  // the user to become before anything else is done; 0: stay who the parent is
}

// line goes between parent and child, in JSON: the child asks the vault or reports, the parent answers.
type line struct {
	Say          string // opened; get, set, delete
	Name, Secret string `json:",omitempty"`
	Missing      bool   `json:",omitempty"`
}

// runChild is the connector as a process: real files, real TCP, its secrets at the parent's.
func runChild(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	if o.As != 0 {
		if err := become(o.As); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	v := &pipedVault{out: json.NewEncoder(os.Stdout), in: json.NewDecoder(os.Stdin)}
	local, err := connector.Open(ctx, connector.Config{Dir: o.Dir, Vault: v, Clock: clock.Real(o.Offset), Settings: o.Settings})
	if err != nil {
		return err
	}
	if err := v.say(line{Say: "opened"}); err != nil {
		return err
	}
	if o.Open {
		return local.Close()
	}
	if o.Drain {
		changes, err := local.Subscribe(ctx)
		if err != nil {
			return err
		}
		go func() {
			for s := range changes {
				q := s.Queue
				if !s.LastPoll.IsZero() && q.Planned+q.Sending+q.Unknown+q.DirtyDays == 0 {
					stop()
				}
			}
		}()
	}
	return errors.Join(local.Run(ctx), local.Close())
}

// notBecome begins what a child says that may not become another user.
const notBecome = "becoming the user"

// become gives up all rights but those of a user and of the group with the same number. Done by the child itself, since the file of the test
// program may lie where only the parent's user gets at it.
func become(user int) error {
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(user), syscall.Setuid(user)); err != nil {
		return fmt.Errorf("%s %d: %w", notBecome, user, err)
	}
	return nil
}

// pipedVault keeps secrets in the parent process, where they outlive a kill.
type pipedVault struct {
	mu  sync.Mutex
	out *json.Encoder
	in  *json.Decoder
}

func (v *pipedVault) say(l line) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.out.Encode(l)
}

func (v *pipedVault) ask(l line) (answer line, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.out.Encode(l); err != nil {
		return answer, err
	}
	return answer, v.in.Decode(&answer)
}

func (v *pipedVault) Get(_ context.Context, name string) (string, error) {
	answer, err := v.ask(line{Say: "get", Name: name})
	if err == nil && answer.Missing {
		err = vault.ErrNotFound
	}
	return answer.Secret, err
}

func (v *pipedVault) Set(_ context.Context, name, secret string) error {
	_, err := v.ask(line{Say: "set", Name: name, Secret: secret})
	return err
}

func (v *pipedVault) Delete(_ context.Context, name string) error {
	_, err := v.ask(line{Say: "delete", Name: name})
	return err
}

// process is a running child.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	opened chan struct{} // closed when the child has opened its profile, or has ended
	done   chan error
	stderr tail
}

// start starts a child on an order; its secrets are those of v.
func start(t *testing.T, o order, v vault.Vault) *process {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	return startProgram(t, self, o, v)
}

// startProgram does so from a copy of this program.
func startProgram(t *testing.T, program string, o order, v vault.Vault) *process {
	t.Helper()
	text, err := json.Marshal(o)
	must(t, err)
	p := &process{t: t, cmd: exec.Command(program, "-test.run=^$"), opened: make(chan struct{}), done: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	p.cmd.Stderr = &p.stderr
	in, err := p.cmd.StdinPipe()
	must(t, err)
	out, err := p.cmd.StdoutPipe()
	must(t, err)
	must(t, p.cmd.Start())
	go func() {
		p.serve(v, in, out)
		p.done <- p.cmd.Wait()
	}()
	return p
}

// serve answers the child until it ends.
func (p *process) serve(v vault.Vault, in io.Writer, out io.Reader) {
	var once sync.Once
	defer once.Do(func() { close(p.opened) })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var l, answer line
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue
		}
		var err error
		switch l.Say {
		case "opened":
			once.Do(func() { close(p.opened) })
			continue
		case "get":
			answer.Secret, err = v.Get(context.Background(), l.Name)
			answer.Missing = err != nil
		case "set":
			err = v.Set(context.Background(), l.Name, l.Secret)
		case "delete":
			err = v.Delete(context.Background(), l.Name)
		}
		if err != nil && !errors.Is(err, vault.ErrNotFound) {
			p.t.Error(err)
		}
		_ = json.NewEncoder(in).Encode(answer) // the child may be dead by now
	}
}

// kill ends the child as a power cut of the process would: no handler runs.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}

// end waits until the child has ended by itself, within limit.
func (p *process) end(limit time.Duration) {
	p.t.Helper()
	late := time.NewTimer(limit)
	defer late.Stop()
	select {
	case err := <-p.done:
		if err != nil {
			p.t.Errorf("the connector ended with %v\n%s", err, p.stderr.String())
		}
	case <-late.C:
		p.kill()
		p.t.Errorf("the connector did not end within %s\n%s", limit, p.stderr.String())
	}
}

// tail keeps the last of what a child says on standard error.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (b *tail) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	b.text = b.text[max(0, len(b.text)-8<<10):]
	return len(p), nil
}

func (b *tail) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
