package proof

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// people answers who an Akerun user was, at any instant, by what both servers held then.
type people struct {
	evidence *Evidence
	turns    []time.Time // instants at which anything about anybody changed
	seen     map[int]*census
}

// census is what both servers held between two turns.
type census struct {
	user    map[string]User
	bearers map[string]int        // users by code
	staff   map[string][]Employee // by code
}

func newPeople(e *Evidence) *people {
	p := &people{evidence: e, seen: map[int]*census{}}
	for _, u := range e.Users {
		p.turns = append(p.turns, u.From, u.Until)
	}
	for _, s := range e.Employees {
		p.turns = append(p.turns, s.From, s.Until)
	}
	p.turns = slices.DeleteFunc(p.turns, time.Time.IsZero)
	slices.SortFunc(p.turns, time.Time.Compare)
	p.turns = slices.CompactFunc(p.turns, time.Time.Equal)
	return p
}

// between returns the numbers of the spans that [from, to] touches. Span 0 is before the first turn.
func (p *people) between(from, to time.Time) (first, last int) {
	span := func(t time.Time) int {
		return sort.Search(len(p.turns), func(i int) bool { return p.turns[i].After(t) })
	}
	return span(from), span(to)
}

// begins returns when a span begins; zero for the first.
func (p *people) begins(span int) time.Time {
	if span == 0 {
		return time.Time{}
	}
	return p.turns[span-1]
}

func (p *people) census(span int) *census {
	if c, ok := p.seen[span]; ok {
		return c
	}
	at := p.begins(span)
	if span == 0 && len(p.turns) > 0 {
		at = p.turns[0].Add(-time.Nanosecond)
	}
	c := &census{user: map[string]User{}, bearers: map[string]int{}, staff: map[string][]Employee{}}
	for _, u := range p.evidence.Users {
		if holds(u.From, u.Until, at) && p.belongs(u) {
			c.user[u.ID] = u
		}
	}
	for _, u := range c.user {
		c.bearers[strings.TrimSpace(u.Code)]++
	}
	staff := map[string]Employee{}
	for _, s := range p.evidence.Employees {
		if holds(s.From, s.Until, at) {
			staff[s.ID] = s
		}
	}
	for _, s := range staff {
		code := strings.TrimSpace(s.Code)
		c.staff[code] = append(c.staff[code], s)
	}
	p.seen[span] = c
	return c
}

// belongs tells whether u is a user of the linked 事業所; who is not can't be seen there.
func (p *people) belongs(u User) bool {
	pinned := p.evidence.AkerunOrganization
	return u.Organizations == nil || pinned == "" || slices.Contains(u.Organizations, pinned)
}

// holds tells whether at lies in [from, until), where a zero border is none.
func holds(from, until, at time.Time) bool {
	return !at.Before(from) && (until.IsZero() || at.Before(until))
}

// sound returns the employee that the user was by this census on day d, or nothing.
func (c *census) sound(user string, d date) string {
	u, ok := c.user[user]
	code := strings.TrimSpace(u.Code)
	if !ok || code == "" || c.bearers[code] != 1 || len(slices.Compact(slices.Sorted(slices.Values(u.Organizations)))) > 1 {
		return ""
	}
	found := ""
	for _, s := range c.staff[code] {
		entry, end := parseDate(s.Entry), parseDate(s.End)
		if !entry.none() && d.t.Before(entry.t) || !end.none() && d.t.After(end.t) {
			continue
		}
		if found != "" {
			return ""
		}
		found = s.ID
	}
	return found
}

// link says who a user may have been for the connector on a day.
type link struct {
	sure     string   // the employee, where nobody can be in doubt
	possible []string // where the connector's knowledge may have been older or newer than the day's first access
	firm     bool     // sure, whatever the connector knew: the link was the same all the time around the first access
}

// link settles a user's day from its first access, seen at up: the link that held then, or the one that came during the day. Where it
// changed within the time that the connector needs to notice, nobody can say what it should have known.
func (p *people) link(user string, d date, first, up, knownUntil time.Time) link {
	lag := p.evidence.PeopleLag
	from, atFirst, end := first.Add(-lag), later(first, up).Add(lag), later(d.closes().Add(lag), knownUntil)
	var l link
	low, high := p.between(from, end)
	tail, tailFrom := "", time.Time{}
	for span := low; span <= high; span++ {
		who := p.census(span).sound(user, d)
		if who != tail || span == low {
			tail, tailFrom = who, p.begins(span)
		}
		if who != "" && !slices.Contains(l.possible, who) {
			l.possible = append(l.possible, who)
		}
	}
	if who, ok := p.constant(user, d, from, atFirst); ok && who != "" {
		return link{sure: who, possible: []string{who}, firm: true}
	}
	if len(l.possible) == 1 && tail != "" && !tailFrom.After(d.closes().Add(-lag)) {
		l.sure = tail
	}
	return l
}

// constant tells whether the user was the same all the time from one instant to another.
func (p *people) constant(user string, d date, from, to time.Time) (string, bool) {
	low, high := p.between(from, to)
	who := p.census(low).sound(user, d)
	for span := low + 1; span <= high; span++ {
		if p.census(span).sound(user, d) != who {
			return "", false
		}
	}
	return who, true
}
