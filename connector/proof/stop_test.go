//go:build unix

package proof_test

import (
	"syscall"
	"testing"
	"time"

	"dakokubridge/connector/simulator/salesforceserver"
)

// TestBoardC16_SigstopOver0500: a process that is stopped before 05:00 and goes on ten minutes after it, with a clock that stood still
// meanwhile, sends each 退勤 once.
func TestBoardC16_SigstopOver0500(t *testing.T) {
	t.Parallel()
	const people = 3
	o := newOffice(t, salesforceserver.KeyPlain, people)
	for _, p := range o.people {
		o.Enter(p, opening.Add(5*time.Hour), opening.Add(13*time.Hour))
	}
	must(t, o.World.Clock().Set(opening.AddDate(0, 0, 1).Add(-20*time.Second)))
	o.settings.Engine.PollInterval = 15 * time.Second
	p := o.start(false)
	late := time.NewTimer(3 * time.Minute)
	defer late.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	until := func(rows int) {
		t.Helper()
		for o.stamps() < rows {
			select {
			case <-look.C:
			case <-late.C:
				p.kill()
				t.Fatalf("%d rows after three minutes, want %d\n%s", o.stamps(), rows, p.stderr.String())
			}
		}
	}
	until(people)
	must(t, p.cmd.Process.Signal(syscall.SIGSTOP))
	must(t, o.World.Clock().Advance(10*time.Minute))
	must(t, p.cmd.Process.Signal(syscall.SIGCONT))
	until(2 * people)
	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	p.end(time.Minute)
	o.judge(2 * people)
}

// stamps counts our rows of the office's people.
func (o *office) stamps() (n int) {
	for _, p := range o.people {
		n += len(o.StampRows(p))
	}
	return n
}
