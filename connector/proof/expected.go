package proof

import (
	"slices"
	"time"
)

// explainsNothing lists reasons whose items do not account for a missing stamp: the stamp is due all the same. What an item of another
// reason covers is counted as excepted.
var explainsNothing = map[string]bool{
	"UNKNOWN_TYPE": true, "FIRST_IS_EXIT": true, "LAST_IS_ENTRY": true, "LATE_EARLIER": true, "LATE_LATER": true,
	"SHEET_UNREADABLE": true, "NOT_ON_SHEET": true,
}

// onlyExplains lists reasons that account for one kind only.
var onlyExplains = map[string]string{
	"NO_CLOCK_OUT": "out", "ACROSS_0500": "out", "SEEN_BEFORE_START": "in", "WEB_CLOCK_IN_LATER": "in", "WEB_FIRST": "in", "WEB_LATER": "out",
}

// checkExpected: S1, every stamp that the accesses call for is there, or was settled by the Web, or an item says why not.
func (c *checker) checkExpected(d *personDay) {
	first, last, ok := d.sureSpan()
	if !ok {
		return
	}
	if len(d.before) == 0 && c.wasDue(d, later(first.At, first.Up)) {
		c.expect(d, "in", first)
	}
	// 退勤 is due where the last access is far enough from everything that may count as the day's beginning.
	begin := first.At
	if in, stamped := d.last("in"); stamped {
		begin = later(begin, in.At)
	} else {
		for _, w := range d.web["in"] {
			begin = later(begin, minute(w.At))
		}
	}
	for _, e := range d.before {
		if e.sure && e.At.Before(begin) && len(d.rows["in"]) == 0 && len(d.web["in"]) == 0 {
			begin = e.At
		}
	}
	if last.At.Sub(begin) >= c.MinimumSpan && c.wasDue(d, later(d.day.closes(), last.Up)) {
		c.expect(d, "out", last)
	}
}

// sureSpan returns the first and the last of the accesses that surely count.
func (d *personDay) sureSpan() (first, last event, ok bool) {
	for _, e := range d.events {
		if !e.sure {
			continue
		}
		if !ok || e.At.Before(first.At) {
			first = e
		}
		if !ok || !e.At.Before(last.At) {
			last = e
		}
		ok = true
	}
	return first, last, ok
}

// wasDue tells whether a stamp that could be decided from t on was due by now: linked then or later, not taken out by hand, and not before the
// day that was chosen to begin with when linking again.
func (c *checker) wasDue(d *personDay, t time.Time) bool {
	due := time.Time{}
	for i, s := range c.starts {
		if i > 0 && !s.From.Before(d.day.closes()) && s.BackfillFrom != "" && d.day.t.Before(parseDate(s.BackfillFrom).t) {
			return false
		}
		if due.IsZero() && (s.Until.IsZero() || t.Add(c.Grace).Before(s.Until)) {
			due = later(t, s.From)
		}
	}
	if due.IsZero() || due.Add(c.Grace).After(c.Now) {
		return false
	}
	return !slices.ContainsFunc(c.Exclusions, func(x Exclusion) bool {
		return x.Person != "" && d.isAbout(x.Person) && (x.Until.IsZero() || x.Until.After(t))
	})
}

// expect looks for the stamp that access e calls for.
func (c *checker) expect(d *personDay, kind string, e event) {
	c.verdict.Expected++
	key := Key{Employee: d.employee, Day: d.day.text(), Kind: kind}
	r, ok := d.last(kind)
	if ok && r.key.Revision == 1 && kind == "in" && r.At.Equal(e.At) {
		c.latency = append(c.latency, max(0, r.Born.Sub(later(e.Up, c.firstStart()))))
	}
	switch {
	case ok && (r.Status != Unprocessed || r.Born.Add(c.ProcessedWithin).After(c.Now)):
		return
	case !ok && c.settledByWeb(d, kind, e):
		return
	case c.explained(d, kind):
		if !ok {
			c.verdict.Excepted++
		}
		return
	}
	c.verdict.Lost = append(c.verdict.Lost, key)
}

// settledByWeb tells whether the rules give the stamp to a Web stamp.
func (c *checker) settledByWeb(d *personDay, kind string, e event) bool {
	if len(d.web[kind]) == 0 {
		return false
	}
	if kind == "in" || d.webShows(kind, e.At) {
		return true
	}
	// A day missed while unlinked, or asked for, is stamped only where the sheet is empty.
	missed := slices.ContainsFunc(c.starts, func(s Start) bool { return s.From != c.firstStart() && !s.From.Before(d.day.closes()) })
	return missed || c.wasAsked(d)
}

// explained tells whether an item accounts for a missing stamp of this kind.
func (c *checker) explained(d *personDay, kind string) bool {
	return c.anyItem(d, func(i Item) bool {
		only := onlyExplains[i.Reason]
		return !explainsNothing[i.Reason] && (only == "" || only == kind)
	})
}

// itemSays tells whether an item of this reason names the day.
func (c *checker) itemSays(d *personDay, reason string) bool {
	return c.anyItem(d, func(i Item) bool { return i.Reason == reason })
}

// anyItem goes through the items about this day: of its people or of everybody, of the day or of all days.
func (c *checker) anyItem(d *personDay, is func(Item) bool) bool {
	for _, person := range slices.Concat(d.users, []string{d.employee, ""}) {
		for _, i := range c.excused[person] {
			if (i.Day == "" || i.Day == d.day.text()) && is(i) {
				return true
			}
		}
	}
	return false
}
