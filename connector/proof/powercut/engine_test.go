//go:build !race

package powercut_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/powercut"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
)

var (
	opening = time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	closing = opening.Add(49 * time.Hour)
	errDead = errors.New("the power is off")
)

// office is a connector with its database on a disk of this package, in an office of three.
type office struct {
	*rig.Rig
	t      *testing.T
	random *rand.Rand

	mu     sync.Mutex
	disk   *powercut.Disk
	armed  bool
	cutAt  int            // the operation of this disk's life at which the power goes; 0: never
	left   powercut.Image // by the cut
	fault  func(powercut.Operation) error
	writes int
	looks  []proof.Snapshot
}

var keyFields = []string{salesforceserver.KeyUnique, salesforceserver.KeyExternalID, salesforceserver.KeyPlain}

// newOffice links an office on an empty disk.
func newOffice(t *testing.T, seed int) *office {
	t.Helper()
	o := &office{t: t, random: source(seed, 0), disk: powercut.NewDisk(nil)}
	switches := salesforceserver.DefaultSwitches()
	switches.UniqueKey = keyFields[seed%len(keyFields)]
	t.Cleanup(func() { o.disk.Unmount() }) // after the program is closed
	o.watch()
	o.Rig = rig.Quiet(t, rig.Options{
		Seed: uint64(seed), Salesforce: &switches, Lanes: 1,
		Settings:  func(s *settings.Settings) { s.Engine.PollInterval = time.Hour },
		Database:  func(string) (string, string) { return powercut.Driver, o.disk.Mount(20) },
		Transport: func(way http.RoundTripper) http.RoundTripper { return plugged{o, way} },
		OnWrite:   o.arrived,
		Hook: func(context.Context, string) error {
			if o.disk.IsCut() {
				return errDead
			}
			return nil
		},
	})
	var people []rig.Person
	for i := range 3 {
		people = append(people, o.Hire(fmt.Sprint("K", i)))
		o.Enter(people[i], opening.Add(4*time.Hour+time.Duration(i)*time.Minute), opening.Add(13*time.Hour))
	}
	o.Enter(people[0], opening.Add(25*time.Hour), opening.Add(26*time.Hour))                                                 // after the close
	o.Access(akerunserver.NewAccess{User: people[1].User, At: opening.Add(22 * time.Hour), Up: opening.Add(26 * time.Hour)}) // a correction
	o.Link(opening)
	o.armed = true
	return o
}

// plugged is the network, which ends with the power.
type plugged struct {
	o   *office
	way http.RoundTripper
}

func (p plugged) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.o.disk.IsCut() {
		return nil, errDead
	}
	return p.way.RoundTrip(r)
}

// watch cuts the power, or lets an operation fail, when its time has come.
func (o *office) watch() {
	disk := o.disk
	disk.Before(func(op powercut.Operation) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		if !o.armed {
			return nil
		}
		if o.cutAt > 0 && op.N >= o.cutAt && changes(op) {
			o.left = disk.Survivors(o.random)
			disk.Cut()
			o.Crash()
			return nil
		}
		if o.fault != nil {
			return o.fault(op)
		}
		return nil
	})
}

// plan has the power cut after at most so many more operations.
func (o *office) plan(most int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cutAt = o.disk.Operations() + 1 + o.random.IntN(most)
}

// arrived looks at what a cut just now would leave when rows reach Salesforce (S8): each is in the outbox, as being sent, with the same bytes.
func (o *office) arrived(rows []salesforceserver.Write) {
	if o.disk.IsCut() {
		return
	}
	db, end, err := opened(powercut.NewDisk(o.disk.Least()))
	must(o.t, err)
	defer end()
	for _, row := range rows {
		o.writes++
		var state string
		var payload []byte
		if err := db.QueryRow("SELECT state, payload FROM outbox WHERE key = ?", row.Key).Scan(&state, &payload); err != nil {
			o.t.Errorf("a row reached Salesforce that no cut would leave in the outbox: %s %v", row.Body, err)
			continue
		}
		if state != "sending" || !slices.Equal(payload, row.Body) {
			o.t.Errorf("%s reached Salesforce while a cut would leave it as %s with %s", row.Body, state, payload)
		}
	}
}

// restart starts the program on what the cut has left. Sometimes the power goes once more while it opens its database.
func (o *office) restart() {
	o.t.Helper()
	_ = o.Close() // its disk has no power
	o.disk.Unmount()
	o.armed = false
	for o.random.IntN(3) == 0 {
		o.left = o.cutWhileOpening()
	}
	o.look()
	o.disk = powercut.NewDisk(o.left)
	o.watch()
	o.Reopen()
	o.cutAt, o.armed = 0, true
}

func (o *office) cutWhileOpening() powercut.Image {
	o.t.Helper()
	d := powercut.NewDisk(o.left)
	left, at := o.left, 1+o.random.IntN(12)
	d.Before(func(op powercut.Operation) error {
		if changes(op) && op.N == at {
			left = d.Survivors(o.random)
			d.Cut()
		}
		return nil
	})
	if s, err := openStore(o.t.Context(), d, 20); err == nil {
		_ = s.Close()
	}
	d.Unmount()
	return left
}

// look notes what is durable (S9, S16).
func (o *office) look() {
	o.t.Helper()
	if _, err := contents(o.t.Context(), o.left); err != nil {
		o.t.Errorf("after the cut: %v", err)
	}
	db, end, err := opened(powercut.NewDisk(o.left))
	must(o.t, err)
	defer end()
	s, err := factsOf(o.t.Context(), db)
	must(o.t, err)
	s.At = o.World.Clock().Now()
	o.looks = append(o.looks, s)
}

func factsOf(ctx context.Context, db *sql.DB) (proof.Snapshot, error) {
	s := proof.Snapshot{Request: -1, Accesses: map[string]bool{}}
	if err := db.QueryRowContext(ctx, "SELECT after_id FROM reading WHERE name = 'new'").Scan(&s.Cursor); err != nil {
		return s, err
	}
	rows, err := db.QueryContext(ctx, "SELECT id FROM access")
	if err != nil {
		return s, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return s, err
		}
		s.Accesses[id] = true
	}
	return s, rows.Err()
}

// judge has the checker look at the two days: eight stamps and, where the 退勤 was sent in time to be too early, a correction.
func (o *office) judge() {
	o.t.Helper()
	v := o.Judge(func(e *proof.Evidence) { e.Snapshots = o.looks })
	if !v.Valid || v.Stamped < 8 {
		o.t.Errorf("%d stamps\n%s", v.Stamped, v.Story())
		for _, r := range o.World.SalesforceServer().StampRows() {
			o.t.Logf("%s %s %s %s %s born %s", r.EmployeeID, r.TargetDate, r.Kind, r.At.In(attendance.Japan), r.Status, r.Born.In(attendance.Japan))
		}
	}
	if o.writes == 0 {
		o.t.Error("no write was looked at")
	}
	if found, err := o.Verify(o.t.Context()); err != nil || !found.OK {
		o.t.Errorf("%q %v", found.Problems, err)
	}
}

// TestVolumeOfficeCuts is A08 of the board with the whole program: the power fails again and again while accesses are read, days are decided and stamps
// are sent and confirmed.
func TestVolumeOfficeCuts(t *testing.T) {
	want, done, seed := cuts(t, 40), 0, 0
	for ; done < want; seed++ {
		t.Run(fmt.Sprintf("A08-power-cut-any-write/office-%d", seed), func(t *testing.T) {
			o := newOffice(t, seed)
			most := 30 << (seed % 4)
			for n := range 40 {
				if n < 30 {
					o.plan(most)
				}
				if !o.RunToCrash(closing) {
					break
				}
				done++
				o.restart()
			}
			o.judge()
		})
	}
	t.Logf("%d power cuts in %d offices", done, seed)
}
