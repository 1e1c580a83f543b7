//go:build unix

package proof_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/simulator/salesforceserver"
)

// TestBoard_K07_UpdateDuringSend: the program's file is replaced while a call that Salesforce has carried out hangs; the old program is told to end
// or killed, and the new one goes on without a second stamp.
func TestBoard_K07_UpdateDuringSend(t *testing.T) {
	t.Parallel()
	const people = 5
	for _, c := range []struct {
		name, key string
		end       func(*process)
	}{
		{"told-to-end", salesforceserver.KeyUnique, func(p *process) {
			must(t, p.cmd.Process.Signal(syscall.SIGTERM))
			p.end(2 * time.Minute)
		}},
		{"killed", salesforceserver.KeyPlain, (*process).kill},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, c.key, people)
			o.program = filepath.Join(t.TempDir(), "program")
			o.install()
			now := o.World.Clock().Now()
			for _, p := range o.people {
				o.Enter(p, now.Add(-time.Minute), now)
			}
			o.Switch(connector.Salesforce, "fail_next", []salesforceserver.Failure{{Method: "POST", Path: "/composite/", Hang: true, AfterApply: true}})
			called := make(chan struct{}, 1)
			arrival := func() {
				select {
				case called <- struct{}{}:
				default:
				}
			}
			o.arrived.Store(&arrival)
			old := o.start(false)
			late := time.NewTimer(2 * time.Minute)
			defer late.Stop()
			select {
			case <-called:
			case <-late.C:
				old.kill()
				t.Fatalf("no call arrives\n%s", old.stderr.String())
			}
			o.arrived.Store(nil)
			before, err := os.Stat(o.program)
			must(t, err)
			o.install()
			if after, err := os.Stat(o.program); err != nil || os.SameFile(before, after) {
				t.Errorf("the program is the old one still: %v", err)
			}
			c.end(old)
			if sending := o.count("SELECT COUNT(*) FROM outbox WHERE state IN ('sending', 'unknown')"); sending == 0 {
				t.Error("no call was under way")
			}
			o.drain()
			o.judge(people)
		})
	}
}

// install puts a copy of this program where the office's connectors are started from, in place of what is there, as an installer does: a running
// program keeps the file that it was started from.
func (o *office) install() {
	o.t.Helper()
	self, err := os.Executable()
	must(o.t, err)
	from, err := os.Open(self)
	must(o.t, err)
	defer func() { _ = from.Close() }()
	to, err := os.OpenFile(o.program+".new", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	must(o.t, err)
	_, err = io.Copy(to, from)
	must(o.t, errors.Join(err, to.Close()))
	must(o.t, os.Rename(o.program+".new", o.program))
}
