//go:build unix

package proof_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/akerunserver"
)

// TestBoard_A07_RestartEveryTenPercent: a backlog of 1,000 accesses of four days; the program dies after each tenth of it was read, and is started
// again, as it does after each call that sends it.
func TestBoard_A07_RestartEveryTenPercent(t *testing.T) {
	akerun := akerunserver.Defaults()
	akerun.MostLimit = 100
	var r *rig.Rig
	armed, read := false, 0
	r = rig.Quiet(t, rig.Options{
		Akerun: &akerun, Lanes: 1, Settings: func(s *settings.Settings) { s.Engine.PollInterval = time.Hour },
		Hook: func(_ context.Context, point string) error {
			switch {
			case !armed:
			case point == engine.HookOutboxAfterSend:
				return errCrash
			case point == engine.HookIngestAfterCommit:
				if served := r.World.AkerunServer().ServedCount(); served >= read+100 {
					read = served
					return errCrash
				}
			}
			return nil
		},
	})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	var people []rig.Person
	for i := range 50 {
		people = append(people, r.Hire(fmt.Sprintf("K%03d", i)))
	}
	r.Link(start)
	r.RunUntil(start.Add(time.Hour))
	for day := range 4 {
		for i, p := range people {
			for _, hour := range []int{4, 7, 8, 10, 13} {
				r.Enter(p, start.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour+time.Duration(i)*time.Second))
			}
		}
	}
	must(t, r.World.Clock().Set(start.AddDate(0, 0, 4).Add(time.Hour))) // the PC was off
	armed = true
	end, deaths := start.AddDate(0, 0, 4).Add(3*time.Hour), 0
	for r.RunToCrash(end) {
		if deaths++; deaths > 100 {
			t.Fatal("it dies for ever")
		}
		r.Restart()
	}
	if deaths < 10 {
		t.Errorf("it died %d times only", deaths)
	}
	if v := r.Judge(nil); !v.Valid || v.Stamped != 400 {
		t.Error(v.Story())
	}
	if st, err := r.Status(t.Context()); err != nil || st.Queue.Planned+st.Queue.Sending+st.Queue.Unknown+st.Queue.DirtyDays > 0 {
		t.Errorf("there wait %+v %v", st.Queue, err)
	}
}

// TestBoard_A12_CrashLoop: the program panics in every turn of an hour. It shows that, calls the servers no oftener than it polls, and works as soon as
// it is cured, without anybody's doing.
func TestBoard_A12_CrashLoop(t *testing.T) {
	panics, sick := 0, true
	r := rig.Quiet(t, rig.Options{Hook: func(_ context.Context, point string) error {
		if sick && point == engine.HookIngestBeforeCommit {
			panics++
			panic("at the start")
		}
		return nil
	}})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	r.Enter(r.Hire("K1"), start.Add(time.Hour), start.Add(13*time.Hour))
	r.Link(start)
	for range 5 { // also started again each time, as by a service manager
		served := len(r.World.SalesforceServer().RequestLog())
		r.RunUntil(r.World.Clock().Now().Add(2 * time.Hour))
		if calls := len(r.World.SalesforceServer().RequestLog()) - served; calls > 60 {
			t.Errorf("%d calls to Salesforce in two hours of panics", calls)
		}
		if open := r.Open(); !slices.Contains(open, "PANIC") {
			t.Errorf("open: %q", open)
		}
		r.Restart()
	}
	if panics < 5 || panics > 100 {
		t.Errorf("%d panics in ten hours of polls every ten minutes", panics)
	}
	sick = false
	r.RunUntil(start.Add(25 * time.Hour))
	if v := r.Judge(nil); !v.Valid || v.Stamped != 2 {
		t.Error(v.Story())
	}
	if open := r.Open(); !slices.Equal(open, []string{"PANIC"}) { // until a person has read it
		t.Errorf("open: %q", open)
	}
}

// TestBoard_B08_ReadOnlyFile: a database that may not be written to ends the start with an error that names it, leaves it as it is, and the program
// starts when it may again. A profile whose folder may not be written to is the same. No mode keeps root from writing, so root has it tried by
// somebody else.
func TestBoard_B08_ReadOnlyFile(t *testing.T) {
	r := rig.Quiet(t, rig.Options{})
	must(t, r.Close())
	to := order{Settings: r.Settings(), Open: true}
	var err error
	to.Dir, err = os.MkdirTemp("", "readonly") // t.TempDir lies where nobody else gets in
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(to.Dir)) })
	if os.Geteuid() == 0 {
		to.As = 65534 // nobody
		if err := os.Chown(to.Dir, to.As, to.As); err != nil {
			t.Skipf("this root has no other user to try it: %v", err) // as in a container with one user
		}
	}
	path := filepath.Join(to.Dir, "dakokubridge.db")
	try := func() (said string, failed error) {
		t.Helper()
		p := start(t, to, r.Vault)
		late := time.AfterFunc(2*time.Minute, func() { _ = p.cmd.Process.Kill() })
		defer late.Stop()
		failed = <-p.done
		return p.stderr.String(), failed
	}
	if said, err := try(); strings.Contains(said, notBecome) {
		t.Skip(said)
	} else if err != nil {
		t.Fatalf("a new profile: %v\n%s", err, said)
	}
	content, err := os.ReadFile(path)
	must(t, err)
	for _, c := range []struct {
		what       string
		shut, open os.FileMode
	}{{path, 0o400, 0o600}, {to.Dir, 0o500, 0o700}} {
		must(t, os.Chmod(c.what, c.shut))
		if said, err := try(); err == nil {
			t.Errorf("%s can't be written to, and the program starts", filepath.Base(c.what))
		} else if code := new(exec.ExitError); !errors.As(err, &code) || code.ExitCode() != 1 || !strings.Contains(said, "database") {
			t.Errorf("%s can't be written to: %v\n%s", filepath.Base(c.what), err, said)
		}
		must(t, os.Chmod(c.what, c.open))
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, content) {
			t.Errorf("%s could not be written to, and the database is another: %v", filepath.Base(c.what), err)
		}
	}
	if said, err := try(); err != nil {
		t.Errorf("it may be written to again: %v\n%s", err, said)
	}
}

// TestBoard_M07_DatabaseAtRest: nobody's name or mail address stands in the open in any file of the profile, while the program runs and after it.
func TestBoard_M07_DatabaseAtRest(t *testing.T) {
	r := rig.Quiet(t, rig.Options{})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	r.Enter(r.Hire("K1"), start.Add(4*time.Hour), start.Add(13*time.Hour))
	r.Link(start)
	r.RunUntil(start.Add(25 * time.Hour))
	var texts []string
	for _, e := range r.World.SalesforceServer().Employees() {
		texts = append(texts, e.Name, e.Mail)
	}
	for _, u := range r.World.Company().Users {
		texts = append(texts, u.Name, u.Mail)
	}
	look := func() {
		t.Helper()
		all, err := filepath.Glob(filepath.Join(r.Dir, "*"))
		must(t, err)
		bytes := 0
		for _, path := range all {
			content, err := os.ReadFile(path)
			must(t, err)
			bytes += len(content)
			for _, text := range texts {
				if len(text) > 3 && strings.Contains(string(content), text) {
					t.Errorf("%q stands in %s", text, filepath.Base(path))
				}
			}
		}
		if bytes < 10_000 {
			t.Errorf("only %d bytes in %q", bytes, all)
		}
	}
	look()
	must(t, r.Close())
	look()
	r.Reopen()
	if found, err := r.People(t.Context()); err != nil || !slices.ContainsFunc(found, func(p connector.Person) bool { return strings.Contains(p.UserName, "K1") }) {
		t.Errorf("the names can't be read any more: %v", err)
	}
}
