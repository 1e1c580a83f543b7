package swarm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
)

var points = []string{
	engine.HookIngestBeforeCommit, engine.HookIngestAfterCommit, engine.HookDecideDay, engine.HookOutboxBeforeSend, engine.HookOutboxAfterSend, engine.HookOutboxAfterCommit,
}

var errCrash = errors.New("the process dies here")

// fuse is a crash that waits for a point of the engine.
type fuse struct {
	point string
	skip  int
}

// Outcome is what became of a seed.
type Outcome struct {
	Verdict  proof.Verdict
	Problems []string // beside the verdict: liveness, the database, what is still open
	Crashes  int
	Trace    string // equal for equal runs
	story    []string
}

// OK tells whether nothing is wrong.
func (o Outcome) OK() bool { return o.Verdict.Valid && len(o.Problems) == 0 }

// Story tells what happened, in order, and what is wrong.
func (o Outcome) Story() string {
	return strings.Join(o.story, "\n") + "\n" + strings.Join(o.Problems, "\n") + "\n" + o.Verdict.Story()
}

// run is one seed being played.
type run struct {
	*rig.Rig
	t    testing.TB
	ctx  context.Context
	plan *plan
	net  *network
	disk *durable

	off     time.Duration // how wrong the PC's clock is
	room    int           // pages that the database may have at most; 0: any number
	links   []proof.Start
	left    map[string]bool // users whose accounts are deleted
	served  int             // rows that Akerun has shown when a page was last about to be kept
	fuse    *fuse
	deaths  int
	story   []string
	broken  []string
	hired   map[string]string // user ids by code
	jobs    map[string]string // user ids to employee ids
	asked   []proof.Asked
	out     []proof.Exclusion
	staff   map[string][]proof.Employee // each employee's history
	looks   []proof.Snapshot
	trouble error // of a look
}

// Play plays one seed.
func Play(t testing.TB, seed uint64) Outcome {
	t.Helper()
	r := &run{t: t, ctx: t.Context(), plan: draw(seed), hired: map[string]string{}, jobs: map[string]string{}, staff: map[string][]proof.Employee{}, left: map[string]bool{}}
	r.note("%s", r.plan)
	r.open()
	defer r.disk.close()
	for _, e := range r.plan.events {
		r.until(e.at)
		r.note("%s", e.what)
		e.do(r)
	}
	r.until(r.plan.healed)
	r.heal()
	r.newDay()
	well := later(r.plan.healed, r.links[len(r.links)-1].From).Add(recovers)
	r.until(well)
	r.recovered()
	r.until(later(r.plan.end, well.Add(time.Hour)))
	return r.judge()
}

// Has tells whether a seed's mixture has a kind of fault whose name holds one of these, or its key field and its poll are as "key plain, poll 5m0s" says.
func Has(seed uint64, kinds ...string) bool {
	p := draw(seed)
	return slices.ContainsFunc(append(p.kinds, fmt.Sprintf("key %s, poll %s", p.salesforce.UniqueKey, p.poll)), func(k string) bool {
		return slices.ContainsFunc(kinds, func(wanted string) bool { return strings.Contains(k, wanted) })
	})
}

// recovers is how long the connector may take after everything is well (L1): an attempt with unknown outcome is waited for 12 minutes, a
// missing right is looked at every 10, a side that named a limit is left alone for 15.
const recovers = 45 * time.Minute

func (r *run) note(format string, args ...any) {
	at := ""
	if r.Rig != nil {
		at = r.World.Clock().Now().In(company.Japan).Format("01-02 15:04:05 ")
	}
	r.story = append(r.story, at+fmt.Sprintf(format, args...))
}

func (r *run) must(err error) {
	if err != nil {
		r.t.Helper()
		r.t.Fatalf("seed %d: %v\n%s", r.plan.seed, err, strings.Join(r.story, "\n"))
	}
}

func (r *run) open() {
	p := r.plan
	var database func(dir string) (driver, dsn string)
	if p.oneFile {
		database = r.database
	}
	r.net = &network{random: rand.New(rand.NewPCG(p.seed, 0x6e65)), weather: p.weather, calm: true, events: r.note}
	r.Rig = rig.New(r.t, rig.Options{
		Seed: p.seed, People: p.people, From: p.from, Days: p.days, History: -1, Akerun: &p.akerun, Salesforce: &p.salesforce, Lanes: 1,
		Settings:  func(s *settings.Settings) { s.Engine.PollInterval = p.poll },
		Transport: func(way http.RoundTripper) http.RoundTripper { r.net.way = way; return r.net },
		Hook:      r.atPoint, OnWrite: r.atWrite, Database: database,
	})
	r.net.now, r.net.crash = r.World.Clock().Now, r.Crash
	r.net.pass = func(d time.Duration) { r.must(r.World.Clock().Advance(d)) }
	r.net.set = func(name string, value any) { r.Switch(connector.Salesforce, name, value) }
	for _, e := range r.World.Company().Employees {
		r.staff[e.ID] = []proof.Employee{{ID: e.ID, Code: e.Code, Entry: e.Entry, End: e.End}}
	}
	for _, u := range r.World.Company().Users {
		for _, e := range r.World.Company().Employees {
			if u.Code != "" && u.Code == e.Code {
				r.jobs[u.ID] = e.ID
			}
		}
	}
	r.Link(p.start)
	r.links = []proof.Start{{From: p.start}}
	var err error
	r.disk, err = openDurable(r.Dir)
	r.must(err)
	r.net.with(func(n *network) { n.calm = false })
}

// database opens the usual file by one connection that can be told how large it may grow.
func (r *run) database(dir string) (driver, dsn string) {
	dsn = "file:" + filepath.Join(dir, databaseName) + "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(1)"
	if r.room > 0 {
		dsn += fmt.Sprintf("&_pragma=max_page_count(%d)", r.room)
	}
	return "sqlite", dsn
}

// atPoint dies where the fuse is set.
func (r *run) atPoint(_ context.Context, point string) error {
	served := r.served
	if point == engine.HookIngestBeforeCommit {
		r.served = r.World.AkerunServer().ServedCount()
	}
	if f := r.fuse; f != nil && f.point == point && (point != engine.HookIngestBeforeCommit || r.served > served) { // an empty page is nothing to lose
		if f.skip--; f.skip < 0 {
			r.fuse = nil
			r.note("dies at %s", point)
			return errCrash
		}
	}
	return nil
}

// atWrite looks at the outbox when rows arrive that are under way just now; a write that comes late is past looking.
func (r *run) atWrite(writes []salesforceserver.Write) {
	if r.disk == nil || !r.net.sending[writes[0].Key] {
		return
	}
	s, err := r.disk.outbox(writes, len(r.World.SalesforceServer().RequestLog())-1)
	if err != nil {
		r.trouble = errors.Join(r.trouble, err)
		return
	}
	r.looks = append(r.looks, s)
}

// until runs the connector up to an instant, and begins it again after each crash.
func (r *run) until(t time.Time) {
	for r.World.Clock().Now().Before(t) {
		if !r.RunToCrash(t) {
			return
		}
		r.deaths++
		r.look()
		r.must(r.World.Clock().Advance(time.Duration(r.deaths) * time.Minute))
		r.restart()
	}
}

func (r *run) restart() {
	r.Restart()
	r.net.with(func(n *network) { n.expiries = 0 })
}

// look notes what is durable now.
func (r *run) look() {
	s, err := r.disk.facts(r.World.Clock().Now())
	r.must(err)
	if r.plan.akerun.IDOrder == "event" {
		s.Cursor = "" // late rows have ids behind the cursor
	}
	r.looks = append(r.looks, s)
}

// heal ends every fault that may still last.
func (r *run) heal() {
	r.note("everything is healed")
	r.fuse = nil
	r.net.with(func(n *network) { n.calm, n.doom = true, nil })
	r.setClock(0)
	for name, value := range map[string]any{"batch_on": true, "ic_on": true, "month_locked": []string{}, "row_errors": []any{}, "maintenance": "",
		"object_not_createable": []any{}, "object_missing": []any{}, "fail_next": []any{}} {
		r.Switch(connector.Salesforce, name, value)
	}
	r.rank(company.SuperManager)
	if r.room > 0 {
		r.fill(unlimited)
	}
	r.linkAgain(time.Hour)
	st, err := r.Status(r.ctx)
	r.must(err)
	if st.Paused {
		r.must(r.Resume(r.ctx))
	}
	r.signInIfAsked(connector.Akerun)
	r.signInIfAsked(connector.Salesforce)
}

// newDay lets three people come in when all is well, and a fourth whose code is typed in afterwards: who can be stamped is, whatever has
// happened before.
func (r *run) newDay() {
	r.until(r.plan.healed.Add(5 * time.Minute))
	for n := range uint64(3) {
		r.pass(r.somebody(n), r.now(), r.now())
	}
	r.hire(newcomer)
	r.pass(r.hired[newcomer], r.now(), r.now())
	r.until(r.plan.healed.Add(30 * time.Minute))
	r.setCode(r.hired[newcomer], newcomer)
}

// newcomer is the code of who comes on the last day.
const newcomer = "N900"

// welcomed: G08, the newcomer is stamped, unless the door was taken out.
func (r *run) welcomed() {
	employee := r.jobs[r.hired[newcomer]]
	doorOut := slices.ContainsFunc(r.out, func(x proof.Exclusion) bool { return x.Door != "" })
	stamped := slices.ContainsFunc(r.World.SalesforceServer().StampRows(), func(s salesforceserver.StampRow) bool { return s.EmployeeID == employee })
	if !stamped && !doorOut {
		r.broken = append(r.broken, "G08 who came before the code was typed in is not stamped")
	}
}

// recovered: L1, nothing waits any more.
func (r *run) recovered() {
	st, err := r.Status(r.ctx)
	r.must(err)
	q := st.Queue
	if q.Planned+q.Sending+q.Unknown+q.DirtyDays > 0 {
		r.broken = append(r.broken, fmt.Sprintf("L1 %s after healing there wait: %+v", recovers, q))
	}
	if st.Phase != connector.Running {
		r.broken = append(r.broken, fmt.Sprintf("L1 %s after healing the integration is %s, %+v", recovers, st.Phase, st.Relink))
	}
	if len(st.Warnings) > 0 {
		r.broken = append(r.broken, fmt.Sprintf("L4 %s after healing it warns of %q", recovers, st.Warnings))
	}
}

// lasting are reasons of 停止中 that do not end by healing: what another connector wrote stays written.
var lasting = []string{"OTHER_CONNECTOR"}

func (r *run) judge() Outcome {
	r.look()
	r.must(r.trouble)
	v := r.Judge(func(e *proof.Evidence) {
		e.Starts, e.Exclusions, e.Asked, e.Snapshots = r.links, r.out, r.asked, r.looks
		e.DateUnwritable = !r.plan.salesforce.TargetDateCreateable
		e.PeopleLag, e.HealedAt = time.Hour+r.plan.blind(), r.plan.healed
		if r.plan.akerun.IDOrder == "event" {
			e.Grace = lookBackWithin
		}
		e.Employees = nil
		for _, spans := range r.staff {
			e.Employees = append(e.Employees, spans...)
		}
		slices.SortFunc(e.Employees, func(a, b proof.Employee) int { return strings.Compare(a.ID+a.From.String(), b.ID+b.From.String()) })
		// What is listed for everybody at once must not excuse a person's missing stamp once all is healed.
		e.Items = slices.DeleteFunc(e.Items, func(i proof.Item) bool { return i.Person == "" })
		r.forgotten(e)
	})
	r.welcomed()
	items, err := r.Items(r.ctx, connector.ItemQuery{List: "stopped"})
	r.must(err)
	for _, i := range items {
		if !slices.Contains(lasting, i.Reason) {
			r.broken = append(r.broken, fmt.Sprintf("L4 %s since %s is still open: %v", i.Reason, i.Since.In(company.Japan).Format("01-02 15:04:05"), i.Detail))
		}
	}
	if len(r.broken) > 0 {
		r.tellUnfinished()
	}
	sound, err := r.disk.sound()
	r.must(err)
	if sound != "ok" {
		r.broken = append(r.broken, "S16 integrity_check: "+sound)
	}
	return Outcome{Verdict: v, Problems: r.broken, Crashes: r.deaths, Trace: r.trace(), story: r.story}
}

// gap is a span of time at the doors that Akerun no longer showed when the connector came back.
type gap struct{ from, to, noted time.Time }

// forgotten takes out of the evidence what Akerun had forgotten before the connector could know of it. What was shown for a day or longer may be
// missed only where the connector says so: TOO_OLD, which names the span, explains the days in it.
func (r *run) forgotten(e *proof.Evidence) {
	kept := time.Duration(r.plan.akerun.HistoryDays) * 24 * time.Hour
	if kept == 0 {
		return
	}
	gaps := r.gaps()
	for _, g := range gaps {
		for day := businessDay(g.from); day <= businessDay(g.to); day = businessDay(start(day).Add(30 * time.Hour)) {
			e.Items = append(e.Items, proof.Item{Day: day, Reason: "TOO_OLD", State: "open"})
		}
	}
	durable := r.looks[len(r.looks)-1].Accesses
	e.Accesses = slices.DeleteFunc(e.Accesses, func(a proof.Access) bool {
		gone := a.At.Add(kept)
		return !durable[a.ID] && (later(a.At, a.Up).Add(24*time.Hour).After(gone) || slices.ContainsFunc(gaps, func(g gap) bool {
			asleep := !a.Up.Before(g.from) && !gone.After(g.noted.Add(time.Hour)) // shown and forgotten meanwhile
			return asleep || !a.At.Before(g.from) && !a.At.After(g.to)
		}))
	})
}

func (r *run) gaps() (all []gap) {
	items, err := r.Items(r.ctx, connector.ItemQuery{All: true})
	r.must(err)
	for _, i := range items {
		if i.Reason != "TOO_OLD" {
			continue
		}
		from, err := time.Parse(time.RFC3339, i.Detail["from"])
		r.must(err)
		to, err := time.Parse(time.RFC3339, i.Detail["to"])
		r.must(err)
		r.note("TOO_OLD from %s to %s", from.In(company.Japan).Format("01-02 15:04:05"), to.In(company.Japan).Format("01-02 15:04:05"))
		all = append(all, gap{from, to, i.Since})
	}
	return all
}

// businessDay is the date of the business day of an instant.
func businessDay(t time.Time) string {
	return t.In(company.Japan).Add(-5 * time.Hour).Format(time.DateOnly)
}

// start is when a business day begins.
func start(day string) time.Time {
	t, _ := time.ParseInLocation(time.DateOnly, day, company.Japan) // it comes from businessDay
	return t.Add(5 * time.Hour)
}

// tellUnfinished adds to the story what is not on the sheet.
func (r *run) tellUnfinished() {
	days, err := r.Days(r.ctx, connector.DayQuery{From: r.plan.from.Format(time.DateOnly), To: r.plan.end.Format(time.DateOnly)})
	r.must(err)
	for _, d := range days {
		for _, s := range d.Stamps {
			if s.State != "on_sheet" && s.State != "withdrawn" {
				r.note("%s of %s: %s %s is %s %s", d.Day, d.EmployeeID, s.Kind, s.At.In(company.Japan).Format("01-02 15:04:05"), s.State, s.Why)
			}
		}
	}
}

// trace is a hash of everything that went over the wire to Salesforce and of every row, without what differs by chance: ports and tokens.
func (r *run) trace() string {
	h := sha256.New()
	for _, q := range r.World.SalesforceServer().RequestLog() {
		if q.API {
			fmt.Fprintln(h, q.At.UnixNano(), q.Method, q.Path, q.Status)
		}
	}
	for _, s := range r.World.SalesforceServer().StampRows() {
		fmt.Fprintln(h, s.ID, s.Key, s.Kind, s.At.UnixNano(), s.Status, s.Born.UnixNano(), s.Deleted)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Because names in one line what is wrong first.
func (o Outcome) Because() string {
	for _, line := range append(strings.Split(o.Verdict.Story(), "\n"), o.Problems...) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "seed ") {
			return line
		}
	}
	return "nothing was stamped"
}
