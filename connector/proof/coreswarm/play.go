// Package coreswarm plays the rules alone, against an outbox in memory and servers that are lists, so that tens of thousands of seeds can be
// judged. It has no network, no database and no people whose codes change: that is package swarm's.
package coreswarm

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof"
)

// organization stands in every key.
const organization = "00D000000000001AAA"

// days is how many business days a run has.
const days = 5

// first is the business day on which a run begins.
var first = func() attendance.Day {
	d, err := attendance.ParseDay("2026-11-24")
	if err != nil {
		panic(err) // a date in this file
	}
	return d
}()

// core is a run: what is true outside, and what the connector has.
type core struct {
	r     *rand.Rand
	rules attendance.Rules
	start time.Time
	out   proof.Evidence // with everything that is true, from the beginning
	shown []proof.Access // by the instant of showing
	trust float64        // how likely an attempt goes well

	read  int // of shown
	work  map[who]*work
	born  map[string]int // rows by key
	ghost []ghost
}

type who struct {
	user string
	day  attendance.Day
}

// work is what the connector holds of a person's day.
type work struct {
	accesses []attendance.Access
	standing []attendance.Standing
	unknown  map[attendance.Stamp]time.Time // sent, with an outcome nobody knows, since then
	again    []attendance.Stamp             // sent without success, to be sent once more
	findings []attendance.Finding
	touched  bool
	due      time.Time
}

// ghost is a write that is carried out after its sender has given up.
type ghost struct {
	at  time.Time
	row proof.Row
}

// Play plays a seed and gives the checker's verdict.
func Play(seed uint64) proof.Verdict {
	c := &core{r: rand.New(rand.NewPCG(seed, 0xc04e)), rules: attendance.DefaultRules(), work: map[who]*work{}, born: map[string]int{}}
	c.start = first.Start().Add(time.Duration(c.r.IntN(10)) * time.Hour)
	c.trust = []float64{1, .9, .5}[c.r.IntN(3)]
	end := first.Add(days).End().Add(time.Hour)
	c.out = proof.Evidence{
		Seed: int64(seed), Now: end, SalesforceOrganization: organization, Starts: []proof.Start{{From: c.start}}, HealedAt: end.Add(-3 * time.Hour),
	}
	for n := range 1 + c.r.IntN(3) {
		c.hire(n)
	}
	slices.SortStableFunc(c.shown, func(a, b proof.Access) int { return a.Up.Compare(b.Up) })
	for now := c.start; now.Before(c.out.HealedAt); now = now.Add(c.pause()) {
		c.turn(now)
	}
	c.trust = 1
	for n := range 8 {
		c.turn(end.Add(time.Duration(n-8) * 15 * time.Minute))
	}
	for k, w := range c.work {
		for _, f := range w.findings {
			c.out.Items = append(c.out.Items, proof.Item{Person: k.user, Day: k.day.String(), Reason: string(f.Reason), State: "open"})
		}
	}
	return proof.Check(c.out)
}

// hire makes a person and all that the person does.
func (c *core) hire(n int) {
	user, employee, code := fmt.Sprint("U-", n), fmt.Sprintf("a0K00000000000%dAAA", n), fmt.Sprint(n+1)
	c.out.Users = append(c.out.Users, proof.User{ID: user, Code: code})
	c.out.Employees = append(c.out.Employees, proof.Employee{ID: employee, Code: code})
	for d := range days {
		day := first.Add(d)
		for range c.r.IntN(6) {
			at := day.Start().Add(time.Duration(c.r.Int64N(int64(24 * time.Hour)))).Truncate(time.Second)
			if c.r.IntN(12) == 0 { // near a border
				at = day.Start().Add(time.Duration(c.r.IntN(5)-2) * time.Second)
			}
			c.pass(user, at)
		}
		if c.r.IntN(4) == 0 {
			at := day.Start().Add(time.Duration(c.r.Int64N(int64(18 * time.Hour)))).Truncate(time.Second) // before midnight, where the sheet's date is clear
			c.out.WebStamps = append(c.out.WebStamps, proof.WebStamp{Employee: employee, Day: day.String(), Kind: []string{"in", "out"}[c.r.IntN(2)], At: at, Made: at})
		}
	}
}

func (c *core) pass(user string, at time.Time) {
	a := proof.Access{ID: fmt.Sprint(1000 + len(c.shown)), Door: "A1", User: user, Action: "unlock", Device: "nfc_outside", At: at, Up: at}
	switch c.r.IntN(10) {
	case 0:
		a.Up = at.Add(time.Duration(c.r.Int64N(int64(30 * time.Hour)))).Truncate(time.Second)
	case 1:
		a.Device = "remote"
	case 2: // twice within seconds
		twin := a
		twin.ID, twin.At, twin.Up = a.ID+"0", at.Add(2*time.Second), at.Add(2*time.Second)
		c.out.Accesses, c.shown = append(c.out.Accesses, twin), append(c.shown, twin)
	}
	c.out.Accesses, c.shown = append(c.out.Accesses, a), append(c.shown, a)
}

// pause is how long the connector does nothing: a poll, seldom a night.
func (c *core) pause() time.Duration {
	if c.r.IntN(40) == 0 {
		return time.Duration(c.r.Int64N(int64(30 * time.Hour)))
	}
	return time.Duration(5+c.r.IntN(60)) * time.Minute
}

// turn reads, decides and delivers.
func (c *core) turn(now time.Time) {
	if now.After(c.out.Now) || !now.After(c.latest()) {
		return
	}
	c.haunt(now)
	for ; c.read < len(c.shown) && !c.shown[c.read].Up.After(now); c.read++ {
		a := c.shown[c.read]
		w := c.of(who{a.User, attendance.DayOf(a.At)})
		w.accesses = append(w.accesses, attendance.Access{ID: a.ID, At: a.At, User: a.User, Door: a.Door, Action: a.Action, Device: a.Device, Seen: now})
		w.touched = true
	}
	keys := make([]who, 0, len(c.work))
	for k := range c.work {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b who) int {
		if a.day != b.day {
			return a.day.Compare(b.day)
		}
		return strings.Compare(a.user, b.user)
	})
	for _, k := range keys {
		w := c.work[k]
		c.settle(k, w, now)
		if w.touched || !w.due.IsZero() && !w.due.After(now) {
			c.decide(k, w, now)
		}
	}
	c.out.Requests = append(c.out.Requests, proof.Request{At: now, Server: "clock", Outcome: proof.Answered})
}

// latest is the instant of the last turn.
func (c *core) latest() time.Time {
	if n := len(c.out.Requests); n > 0 {
		return c.out.Requests[n-1].At
	}
	return time.Time{}
}

func (c *core) of(k who) *work {
	w, ok := c.work[k]
	if !ok {
		w = &work{unknown: map[attendance.Stamp]time.Time{}}
		c.work[k] = w
	}
	return w
}

func (c *core) employee(user string) string {
	return fmt.Sprintf("a0K00000000000%sAAA", user[len("U-"):])
}

// web is what the sheet shows of a day now.
func (c *core) web(k who, now time.Time) (w attendance.Web) {
	for _, s := range c.out.WebStamps {
		if s.Employee != c.employee(k.user) || s.Day != k.day.String() || s.Made.After(now) {
			continue
		}
		at := s.At.Truncate(time.Minute)
		if s.Kind == "in" {
			w.In = &at
		} else {
			w.Out = &at
		}
	}
	return w
}

func (c *core) decide(k who, w *work, now time.Time) {
	web := c.web(k, now)
	d := attendance.Decide(c.rules, attendance.Facts{
		Day: k.day, Accesses: w.accesses, FirstStart: c.start, Start: c.start, Now: now, ReadUntil: now, ReadAt: now, Standing: w.standing, Web: web,
		SheetHas: attendance.Kinds{In: web.In != nil, Out: web.Out != nil}, TargetDateWritable: true,
	})
	w.findings, w.due, w.touched = d.Findings, d.Due, false
	for _, s := range d.Stamps {
		v := attendance.AgainstWeb(c.rules, s, web, w.in())
		w.touched = true
		if !v.Send {
			w.set(s, attendance.Withdrawn, v.Reason)
			continue
		}
		c.send(k, w, s, now)
	}
}

// in is the 出勤 that stands.
func (w *work) in() *time.Time {
	for _, s := range w.standing {
		if s.Kind == attendance.ClockIn && (s.State == attendance.Sent || s.State == attendance.InFlight) {
			return &s.At
		}
	}
	return nil
}

func (w *work) set(s attendance.Stamp, state attendance.State, why attendance.Reason) {
	w.standing = slices.DeleteFunc(w.standing, func(o attendance.Standing) bool { return o.Kind == s.Kind && o.Revision == s.Revision })
	w.standing = append(w.standing, attendance.Standing{Kind: s.Kind, Revision: s.Revision, At: s.At, State: state, WithdrawnFor: why})
}

// send makes one attempt: it goes well, surely fails, or nobody knows, and then it was carried out, was not, or will be.
func (c *core) send(k who, w *work, s attendance.Stamp, now time.Time) {
	row := proof.Row{
		Key: attendance.Key(organization, c.employee(k.user), k.day, s.Kind, s.Revision), Ours: true, Employee: c.employee(k.user), Kind: s.Kind.String(), At: s.At,
		TargetDate: k.day.String(), Status: proof.Processed, Born: now,
	}
	w.set(s, attendance.InFlight, "")
	if c.r.Float64() < c.trust {
		c.insert(row)
		w.set(s, attendance.Sent, "")
		w.touched = true
		return
	}
	switch c.r.IntN(4) {
	case 0:
		w.again = append(w.again, s)
	case 1:
		c.insert(row)
		w.unknown[s] = now
	case 2:
		c.ghost = append(c.ghost, ghost{now.Add(time.Duration(c.r.Int64N(int64(10 * time.Minute)))), row})
		w.unknown[s] = now
	default:
		w.unknown[s] = now
	}
}

func (c *core) insert(row proof.Row) {
	row.ID = fmt.Sprint(len(c.out.Rows))
	c.born[row.Key]++
	c.out.Rows = append(c.out.Rows, row)
}

// haunt carries out what was given up.
func (c *core) haunt(now time.Time) {
	c.ghost = slices.DeleteFunc(c.ghost, func(g ghost) bool {
		if g.at.After(now) {
			return false
		}
		g.row.Born = g.at
		c.insert(g.row)
		return true
	})
}

// settle looks unknown outcomes up by key, and sends again what is not there when no attempt can come any more.
func (c *core) settle(k who, w *work, now time.Time) {
	again := w.again
	w.again = nil
	for s, since := range w.unknown {
		switch {
		case c.born[attendance.Key(organization, c.employee(k.user), k.day, s.Kind, s.Revision)] > 0:
			w.set(s, attendance.Sent, "")
		case now.Sub(since) >= 12*time.Minute:
			again = append(again, s)
		default:
			continue
		}
		delete(w.unknown, s)
		w.touched = true
	}
	slices.SortFunc(again, func(a, b attendance.Stamp) int { return a.At.Compare(b.At) })
	for _, s := range again {
		if v := attendance.AgainstWeb(c.rules, s, c.web(k, now), w.in()); !v.Send {
			w.set(s, attendance.Withdrawn, v.Reason)
			w.touched = true
			continue
		}
		c.send(k, w, s, now)
	}
}
