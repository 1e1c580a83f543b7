package proof

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Check works out what should have been stamped and compares it with what was.
func Check(e Evidence) Verdict {
	c := newChecker(e)
	c.placeRows()
	c.placeWebStamps()
	c.placeAccesses()
	for _, d := range c.ordered() {
		c.checkRows(d)
		c.checkExpected(d)
	}
	c.checkRequests()
	c.checkSnapshots()
	c.measure()
	v := c.verdict
	v.story = c.tellFirst()
	v.Judge()
	return v
}

// The rules' numbers that a run can't set.
const (
	correctionUntil = 7 * time.Hour   // from the close to 12:00
	ahead           = 2 * time.Minute // how far a door's clock may run ahead
	// reaction is how long after a reading of the sheet or a click of a person a stamp may still go out: two minutes of reading and one for the call.
	reaction = 3 * time.Minute
	// callLife is how long Salesforce lets a request live, and so how late a row may be born after its call was given up.
	callLife = 12 * time.Minute
)

// checker is one run of Check.
type checker struct {
	Evidence
	people   *people
	verdict  Verdict
	days     map[dayKey]*personDay
	attempts map[string]time.Time // by key: the first call that carried it, where requests or snapshots tell
	excused  map[string][]Item    // items that count, by person; "" for everybody
	starts   []Start
	ups      map[string]time.Time // when each access was first shown
	doorOut  map[string][]Exclusion
	latency  []time.Duration
}

type dayKey struct {
	employee string
	day      date
}

// personDay is everything about an employee's business day.
type personDay struct {
	dayKey
	users  []string
	firm   bool // the first of users was this employee, however old the connector's knowledge
	events []event
	before []event // on the day of the first start, those before it
	rows   map[string][]row
	web    map[string][]webStamp
}

// webStamp is a stamp that is not ours.
type webStamp struct {
	WebStamp
	doubtful bool // the sheet may show it on a neighbouring date
}

// event is an access that may count.
type event struct {
	Access
	sure bool // it counts, and the connector can't have missed it
}

// row is a stamp row of ours.
type row struct {
	Row
	key     Key
	attempt time.Time // when it was first sent; Born where nothing tells
	told    bool      // something tells
}

func (r row) live() bool { return r.Status != Deleted && !r.Gone }

func newChecker(e Evidence) *checker {
	e.Grace = cmp.Or(e.Grace, 15*time.Minute)
	e.MinimumSpan = cmp.Or(e.MinimumSpan, 5*time.Minute)
	e.PeopleLag = cmp.Or(e.PeopleLag, time.Hour)
	e.ProcessedWithin = cmp.Or(e.ProcessedWithin, 2*time.Hour)
	if e.Deny == nil {
		e.Deny = denied
	}
	c := &checker{
		Evidence: e, days: map[dayKey]*personDay{}, attempts: map[string]time.Time{},
		excused: map[string][]Item{}, doorOut: map[string][]Exclusion{}, starts: e.Starts,
	}
	c.people = newPeople(&c.Evidence)
	c.verdict = Verdict{Seed: e.Seed, Calls: len(e.Requests)}
	for _, i := range e.Items {
		if i.State != "cured" {
			c.excused[i.Person] = append(c.excused[i.Person], i)
		}
	}
	for _, x := range e.Exclusions {
		if x.Door != "" {
			c.doorOut[x.Door] = append(c.doorOut[x.Door], x)
		}
	}
	for _, r := range e.Requests {
		for _, s := range r.Stamps {
			c.attempt(s.Key, r.At)
		}
	}
	for _, s := range e.Snapshots {
		for _, o := range s.Outbox {
			if o.State == Sending {
				c.attempt(o.Key, s.At)
			}
		}
	}
	return c
}

func (c *checker) attempt(key string, at time.Time) {
	if first, ok := c.attempts[key]; !ok || at.Before(first) {
		c.attempts[key] = at
	}
}

func (c *checker) day(employee string, d date) *personDay {
	k := dayKey{employee, d}
	p, ok := c.days[k]
	if !ok {
		p = &personDay{dayKey: k, rows: map[string][]row{}, web: map[string][]webStamp{}}
		c.days[k] = p
	}
	return p
}

// ordered gives the days by date and employee, so that the first bad key is the same in every run.
func (c *checker) ordered() []*personDay {
	all := make([]*personDay, 0, len(c.days))
	for _, d := range c.days {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *personDay) int {
		return cmp.Or(a.day.t.Compare(b.day.t), strings.Compare(a.employee, b.employee))
	})
	return all
}

// mostRevisions bounds the search for the revision that a key stands for.
const mostRevisions = 40

// placeRows files our rows under their business day and finds their revisions by their keys.
func (c *checker) placeRows() {
	rows := slices.Clone(c.Rows)
	slices.SortStableFunc(rows, func(a, b Row) int { return a.Born.Compare(b.Born) })
	for _, r := range rows {
		if !r.Ours {
			continue
		}
		b := businessDay(r.At)
		d := c.day(r.Employee, b)
		at, told := c.attempts[r.Key]
		if !told {
			at = r.Born
		}
		placed := row{Row: r, attempt: at, told: told, key: Key{Employee: r.Employee, Day: b.text(), Kind: r.Kind}}
		placed.At = second(r.At)
		placed.key.Revision = c.revision(placed, d)
		d.rows[r.Kind] = append(d.rows[r.Kind], placed)
		if placed.live() {
			c.verdict.Stamped++
		}
		if r.TargetDate != "" && r.TargetDate != b.text() {
			c.wrong("S4 %s was sent with the date %s", placed.key, r.TargetDate)
		}
	}
}

// revision finds the revision for which the row's key stands. Without an organisation to compute keys for, rows of equal keys are
// one revision, and others follow.
func (c *checker) revision(r row, d *personDay) int {
	k := r.key
	if c.SalesforceOrganization != "" {
		for k.Revision = 1; k.Revision <= mostRevisions; k.Revision++ {
			if keyOf(c.SalesforceOrganization, k) == r.Key {
				return k.Revision
			}
		}
		k.Revision = 0
		c.wrong("S2 the key %q of row %s (%s) stands for no revision of it", r.Key, r.ID, k)
		return 1
	}
	highest := 0
	for _, other := range d.rows[r.Kind] {
		if other.Key == r.Key && r.Key != "" {
			return other.key.Revision
		}
		highest = max(highest, other.key.Revision)
	}
	if r.Key == "" {
		return 1 // nothing tells it from any other
	}
	return highest + 1
}

// placeWebStamps files Web stamps and what other systems stamped, which counts alike.
func (c *checker) placeWebStamps() {
	for _, w := range c.WebStamps {
		if b := parseDate(w.Day); !b.none() {
			c.placeWebStamp(w, b)
		}
	}
	for _, r := range c.Rows {
		if r.Ours || r.Gone || r.Status == Deleted || r.Status == Failed {
			continue
		}
		b := businessDay(r.At)
		c.placeWebStamp(WebStamp{Employee: r.Employee, Day: b.text(), Kind: r.Kind, At: r.At, Made: r.Born}, b)
	}
}

// placeWebStamp files a stamp under its day. What was stamped between midnight and 05:00 may stand on either date of the sheet.
func (c *checker) placeWebStamp(w WebStamp, b date) {
	days := []date{b}
	night := !w.At.Before(b.at(24*time.Hour)) || w.At.Before(b.opens())
	if night {
		days = append(days, businessDay(w.At), businessDay(w.At.Add(24*time.Hour)))
		days = slices.CompactFunc(days, func(x, y date) bool { return x == y })
	}
	for _, day := range days {
		d := c.day(w.Employee, day)
		d.web[w.Kind] = append(d.web[w.Kind], webStamp{w, night})
	}
}

func (c *checker) firstStart() time.Time {
	if len(c.starts) == 0 {
		return time.Time{}
	}
	return c.starts[0].From
}

// userDay is one Akerun user's business day, before anybody knows who it is.
type userDay struct {
	user string
	day  date
}

// placeAccesses finds whose the accesses are and files them under the employee's business day.
func (c *checker) placeAccesses() {
	byUser := map[userDay][]Access{}
	for _, a := range c.Accesses {
		if a.User == "" || a.Organization != "" && c.AkerunOrganization != "" && a.Organization != c.AkerunOrganization || nobodysPresence(c.Deny, a) {
			continue
		}
		if a.Up.IsZero() {
			a.Up = a.At
		}
		a.At = second(a.At)
		k := userDay{a.User, businessDay(a.At)}
		if k.day.closes().After(c.firstStart()) {
			byUser[k] = append(byUser[k], a)
		}
	}
	keys := make([]userDay, 0, len(byUser))
	for k, rows := range byUser {
		slices.SortFunc(rows, func(a, b Access) int {
			return cmp.Or(a.At.Compare(b.At), a.Up.Compare(b.Up), strings.Compare(a.ID, b.ID))
		})
		byUser[k] = slices.CompactFunc(rows, func(a, b Access) bool { return a.ID == b.ID && a.At.Equal(b.At) })
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b userDay) int { // whoever came first has the day where two users are one employee
		return cmp.Or(byUser[a][0].At.Compare(byUser[b][0].At), strings.Compare(a.user, b.user))
	})
	for _, k := range keys {
		c.placeUserDay(k, byUser[k])
	}
}

func (c *checker) placeUserDay(k userDay, rows []Access) {
	l := c.people.link(k.user, k.day, rows[0].At, rows[0].Up, time.Time{})
	if asked, who := c.askedFor(k, rows[0]); asked {
		l = who
	}
	for _, employee := range l.possible {
		d := c.day(employee, k.day)
		mine := l.sure == employee && len(d.users) == 0 && len(l.possible) == 1
		if len(d.users) == 0 {
			d.firm = l.firm
		} else if !d.firm { // by older knowledge the day was this user's
			d.doubt()
		}
		d.users = append(d.users, k.user)
		for _, a := range rows {
			c.placeEvent(d, a, mine)
		}
	}
}

// doubt takes no access of the day for sure any more.
func (d *personDay) doubt() {
	for i := range d.events {
		d.events[i].sure = false
	}
	for i := range d.before {
		d.before[i].sure = false
	}
}

// askedFor tells who a user was where a person asked to send the day although the link came later.
func (c *checker) askedFor(k userDay, first Access) (bool, link) {
	for _, a := range c.Asked {
		if parseDate(a.Day) != k.day {
			continue
		}
		l := c.people.link(k.user, k.day, first.At, first.Up, a.At)
		if l.sure != a.Employee && slices.Contains(l.possible, a.Employee) {
			return true, link{possible: l.possible}
		}
	}
	return false, link{}
}

func (c *checker) placeEvent(d *personDay, a Access, sure bool) {
	for _, x := range c.doorOut[a.Door] {
		if !x.From.After(a.Up) && x.Until.IsZero() {
			return
		}
		sure = false
	}
	if a.At.After(a.Up.Add(ahead)) || a.Up.After(c.Now.Add(-c.Grace)) {
		sure = false // from the future, or too fresh to be missed
	}
	if a.At.Before(c.firstStart()) {
		d.before = append(d.before, event{a, sure})
		return
	}
	d.events = append(d.events, event{a, sure})
}

func (c *checker) wrong(format string, args ...any) {
	c.verdict.WrongValue = append(c.verdict.WrongValue, fmt.Sprintf(format, args...))
}

// measure fills in what is no matter of right and wrong.
func (c *checker) measure() {
	slices.Sort(c.latency)
	if n := len(c.latency); n > 0 {
		c.verdict.StableLatency = Latency{P50: c.latency[(n-1)/2], P99: c.latency[(n-1)*99/100], Max: c.latency[n-1]}
	}
	trace := sha256.New()
	for _, q := range c.Requests {
		fmt.Fprintln(trace, q.At.UnixNano(), q.Server, q.Method, q.Path, q.Outcome, q.Stamps)
	}
	var last time.Time
	for _, r := range c.Rows {
		fmt.Fprintln(trace, r.ID, r.Key, r.Employee, r.Kind, r.At.UnixNano(), r.Status, r.Born.UnixNano())
		if r.Ours {
			last = later(last, r.Born)
		}
	}
	c.verdict.TraceHash = hex.EncodeToString(trace.Sum(nil))
	if !c.HealedAt.IsZero() && last.After(c.HealedAt) {
		c.verdict.RecoveryTime = last.Sub(c.HealedAt)
	}
}
