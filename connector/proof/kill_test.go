//go:build unix

package proof_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
)

// office is a world in this process, on real addresses, for connectors that are processes of their own.
type office struct {
	*rig.Rig
	t        *testing.T
	people   []rig.Person
	settings settings.Settings
	arrived  atomic.Pointer[func()] // called when rows reach Salesforce
	program  string                 // from which connectors are started; empty: this one
}

var opening = time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)

// newOffice links an office of so many people and lets its clock run from 09:00 on.
func newOffice(t *testing.T, key string, people int) *office {
	t.Helper()
	o := &office{t: t}
	salesforce, akerun := salesforceserver.DefaultSwitches(), akerunserver.Defaults()
	salesforce.UniqueKey = key
	akerun.Rotation = "on_use" // a token that dies at once can be lost with the process; that is another case (I03)
	o.Rig = rig.Quiet(t, rig.Options{
		Salesforce: &salesforce, Akerun: &akerun,
		Settings: func(s *settings.Settings) { s.Engine.AkerunPerMinute = 1000 },
		OnWrite: func([]salesforceserver.Write) {
			if f := o.arrived.Load(); f != nil {
				(*f)()
			}
		},
	})
	for i := range people {
		o.people = append(o.people, o.Hire(fmt.Sprintf("K%03d", i)))
	}
	o.Link(opening)
	o.RunUntil(opening.Add(4 * time.Hour))
	must(t, o.Close())
	on, err := o.World.Listen(t.Context(), "127.0.0.1:0", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { must(t, on.Close()) })
	o.settings = o.address(on)
	o.settings.Engine.PollInterval = 15 * time.Second // children live by real time, and what the outcome of a call touches waits for the next poll
	must(t, o.World.Clock().SetSpeed(1))
	return o
}

func (o *office) address(on *simulator.Listening) settings.Settings {
	s := o.Settings()
	s.Akerun.BaseURL, s.Salesforce.LoginURL = on.AkerunURL, on.SalesforceURL
	s.Salesforce.ClientID = o.World.Description(on.AkerunURL, on.SalesforceURL).Salesforce.ClientID
	return s
}

// start starts a connector of its own process in step with the world's clock.
func (o *office) start(drain bool) *process {
	o.t.Helper()
	to := order{Dir: o.Dir, Offset: time.Until(o.World.Clock().Now()), Settings: o.settings, Drain: drain}
	if o.program != "" {
		return startProgram(o.t, o.program, to, o.Vault)
	}
	return start(o.t, to, o.Vault)
}

// drain runs connectors until nothing is left to send, letting time pass in between for what must wait.
func (o *office) drain() {
	o.t.Helper()
	for range 6 {
		o.start(true).end(2 * time.Minute)
		if o.waiting() == 0 {
			return
		}
		must(o.t, o.World.Clock().Advance(13*time.Minute))
	}
	o.t.Errorf("%d stamps still wait", o.waiting())
}

func (o *office) waiting() int {
	return o.count("SELECT COUNT(*) FROM outbox WHERE state IN ('planned', 'sending', 'unknown')") + o.count("SELECT COUNT(*) FROM person_day WHERE dirty = 1")
}

func (o *office) count(query string) (n int) {
	o.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(o.Dir, "dakokubridge.db")+"?_pragma=busy_timeout(10000)")
	must(o.t, err)
	defer func() { _ = db.Close() }()
	must(o.t, db.QueryRow(query).Scan(&n))
	return n
}

// judge closes the day and has the checker look at it.
func (o *office) judge(stamps int) {
	o.t.Helper()
	o.Reopen()
	v := o.Judge(nil)
	if !v.Valid || v.Stamped != stamps {
		o.t.Errorf("%d stamps, want %d\n%s", v.Stamped, stamps, v.Story())
	}
	found, err := o.Verify(o.t.Context())
	must(o.t, err)
	if !found.OK {
		o.t.Errorf("after the kills: %q", found.Problems)
	}
}

// TestVolumeKills is A06 of the board: kill -9 again and again while stamps drain, after 20 to 80 ms or around a call.
func TestVolumeKills(t *testing.T) {
	loops := 12
	if os.Getenv(longVariable) != "" {
		loops = 67
	}
	for _, key := range keyFields {
		t.Run("A06-kill9-loop/"+key, func(t *testing.T) {
			const each = 6
			o := newOffice(t, key, loops*each)
			random := rand.New(rand.NewPCG(6, uint64(len(key))))
			caught := 0
			for n := range loops {
				now := o.World.Clock().Now()
				for _, p := range o.people[n*each : (n+1)*each] {
					o.Enter(p, now.Add(-time.Minute), now)
				}
				o.killSoon(random, n%killWays)
				if o.count("SELECT COUNT(*) FROM outbox WHERE state = 'sending'") > 0 {
					caught++
				}
				if n%4 == 3 {
					must(t, o.World.Clock().Advance(13*time.Minute))
				}
			}
			o.drain()
			t.Logf("board: %d kills while stamps drain, key %s", loops, key)
			t.Logf("%d kills, %d with a call under way, %d stamps", loops, caught, len(o.World.SalesforceServer().StampRows()))
			if caught == 0 {
				t.Error("no kill caught a call under way")
			}
			o.judge(loops * each)
		})
	}
}

// How a connector is killed.
const (
	killAnyTime   = iota // 20 to 80 ms after it has opened its profile
	killInCall           // while its call is with Salesforce, which carries it out
	killAfterCall        // up to 1.5 ms after that
	killWays
)

// killSoon starts a connector and kills it.
func (o *office) killSoon(random *rand.Rand, way int) {
	o.t.Helper()
	var p *process
	opened, called := make(chan struct{}), make(chan struct{})
	var once sync.Once
	arrival := func() {
		once.Do(func() {
			<-opened
			if way == killInCall {
				_ = p.cmd.Process.Kill()
			}
			close(called)
		})
	}
	o.arrived.Store(&arrival)
	defer o.arrived.Store(nil)
	p = o.start(false)
	close(opened)
	<-p.opened
	if way == killAnyTime {
		<-time.After(time.Duration(20+random.IntN(61)) * time.Millisecond)
		p.kill()
		return
	}
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	select {
	case <-called:
	case <-late.C:
		o.t.Errorf("no call arrives\n%s", p.stderr.String())
	}
	if way == killAfterCall {
		<-time.After(time.Duration(random.IntN(1500)) * time.Microsecond)
	}
	p.kill()
}

// TestTermination is A14 of the board: SIGTERM while a call hangs ends the process without waiting for that call, and nothing is lost.
func TestTermination(t *testing.T) {
	o := newOffice(t, salesforceserver.KeyUnique, 20)
	now := o.World.Clock().Now()
	for _, p := range o.people {
		o.Enter(p, now.Add(-time.Minute), now)
	}
	o.Switch(connector.Salesforce, "fail_next", []salesforceserver.Failure{{Method: "POST", Path: "/composite/", Hang: true, AfterApply: true}})
	called := make(chan struct{}, 1)
	f := func() {
		select {
		case called <- struct{}{}:
		default:
		}
	}
	o.arrived.Store(&f)
	p := o.start(false)
	<-called
	begun := time.Now()
	must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	p.end(45 * time.Second) // the call itself gives up after a minute
	t.Logf("ended %s after SIGTERM", time.Since(begun).Round(time.Millisecond))
	o.arrived.Store(nil)
	o.drain()
	o.judge(20)
}
