package proof

import (
	"fmt"
	"slices"
	"time"
)

// checkRows looks at the rows of one day: S2 to S6.
func (c *checker) checkRows(d *personDay) {
	for _, kind := range []string{"in", "out"} {
		byRevision := map[int][]row{}
		for _, r := range d.rows[kind] {
			byRevision[r.key.Revision] = append(byRevision[r.key.Revision], r)
			if len(byRevision[r.key.Revision]) == 2 {
				c.verdict.Duplicated = append(c.verdict.Duplicated, r.key)
			}
			c.checkTime(d, r)
			if !c.justified(d, r) || c.shouldHaveGivenWay(d, r) {
				c.verdict.Unexpected = append(c.verdict.Unexpected, r.key)
			}
		}
		for _, r := range d.rows[kind] {
			if r.key.Revision > 1 && !c.mayFollow(d, r, byRevision[r.key.Revision-1]) {
				c.verdict.Duplicated = append(c.verdict.Duplicated, r.key)
			}
		}
	}
	c.checkValue(d, "in")
	c.checkValue(d, "out")
	c.checkOrder(d)
}

// checkTime: S6, nothing is stamped early or while the integration is not linked.
func (c *checker) checkTime(d *personDay, r row) {
	early := func(what string) {
		c.verdict.Early = append(c.verdict.Early, fmt.Sprintf("S6 %s, born %s: %s", r.key, shown(r.Born), what))
	}
	if r.Kind == "out" && r.Born.Before(d.day.closes()) {
		early("the day had not closed")
	}
	if r.At.After(r.Born.Add(ahead)) {
		early("its time had not come: " + shown(r.At))
	}
	linked := slices.ContainsFunc(c.starts, func(s Start) bool {
		return !r.Born.Before(s.From) && (s.Until.IsZero() || !r.attempt.After(s.Until) || !r.told && !r.Born.After(s.Until.Add(callLife)))
	})
	if !linked {
		early("the integration was not linked")
	}
}

// justified: S3, an eligible access of the same employee and day has the row's instant, and nobody had taken the person out.
func (c *checker) justified(d *personDay, r row) bool {
	found := slices.ContainsFunc(d.events, func(e event) bool { return e.At.Equal(r.At) && !e.Up.After(r.Born) })
	if !found || r.Kind != "in" && r.Kind != "out" {
		return false
	}
	for _, x := range c.Exclusions {
		if x.Person != "" && d.isAbout(x.Person) && r.attempt.After(x.From.Add(reaction)) && (x.Until.IsZero() || r.Born.Before(x.Until)) {
			return false
		}
	}
	if r.Kind == "in" { // who was seen before the first start has had the day's first access
		return !slices.ContainsFunc(d.before, func(e event) bool { return e.sure && !e.Up.After(e.At.Add(time.Minute)) })
	}
	first := r.At
	for _, e := range slices.Concat(d.before, d.events) {
		if e.At.Before(first) {
			first = e.At
		}
	}
	return r.At.Sub(first) >= c.MinimumSpan
}

// isAbout tells whether an item or exclusion of this person is about this day's employee or one of the users.
func (d *personDay) isAbout(person string) bool {
	return person == d.employee || slices.Contains(d.users, person)
}

// shouldHaveGivenWay: S2, a Web stamp that wins was there, long enough before ours was sent to have been read.
func (c *checker) shouldHaveGivenWay(d *personDay, r row) bool {
	slack := reaction
	if !r.told {
		slack = callLife + reaction
	}
	if c.SheetUnreadable {
		return false
	}
	for _, w := range d.web[r.Kind] {
		wins := r.Kind == "in" || !minute(r.At).After(minute(w.At))
		if wins && !w.doubtful && r.attempt.After(w.Made.Add(slack)) {
			return true
		}
	}
	return false
}

// mayFollow: S2, a revision above 1 has a former row that failed or was deleted, or corrects 退勤, or a person asked for it.
func (c *checker) mayFollow(d *personDay, r row, former []row) bool {
	if len(former) == 0 {
		return false
	}
	last := former[len(former)-1]
	if last.Status == Failed || !last.live() {
		return true
	}
	if r.Kind != "out" || !r.At.After(last.At) {
		return false
	}
	if c.wasAsked(d) {
		return true
	}
	inTime := !r.attempt.After(d.day.closes().Add(correctionUntil + c.Grace))
	return r.key.Revision == 2 && (inTime || !c.HealedAt.IsZero()) // after a fault a correction decided in time may go out later
}

// wasAsked tells whether a person asked to send the day.
func (c *checker) wasAsked(d *personDay) bool {
	return slices.ContainsFunc(c.Asked, func(a Asked) bool { return a.Employee == d.employee && a.Day == d.day.text() })
}

// checkValue: S4, the row that counts in the end has the first or the last access's instant. What was served late may be
// explained by its LATE item; what was there at once may not, for nothing is decided before it has been read.
func (c *checker) checkValue(d *personDay, kind string) {
	r, ok := d.last(kind)
	if !ok {
		return
	}
	if kind == "in" && c.DateUnwritable && !r.At.Before(d.day.at(24*time.Hour)) {
		c.wrong("S4 %s lies after midnight, and its date can't be written", r.key)
	}
	reason, missed := "LATE_EARLIER", func(e event) bool { return e.At.Before(r.At) }
	if kind == "out" {
		reason, missed = "LATE_LATER", func(e event) bool { return e.At.After(r.At) }
	}
	for _, e := range d.events {
		if !e.sure || !missed(e) {
			continue
		}
		late := e.Up.After(e.At.Add(time.Second))
		// Who turned out to have left by then gets no correction, and the access is listed.
		left := c.itemSays(d, "ACCESS_AFTER_LEAVING") || c.itemSays(d, "NOT_EMPLOYED")
		if late && (c.itemSays(d, reason) || left || d.webShows(kind, e.At)) {
			continue
		}
		c.wrong("S4 %s says %s, but there is %s (access %s, shown %s)", r.key, shown(r.At), shown(e.At), e.ID, shown(e.Up))
		return
	}
}

// last returns the live row of a kind with the highest revision that TeamSpirit did not refuse.
func (d *personDay) last(kind string) (row, bool) {
	var best row
	found := false
	for _, r := range d.rows[kind] {
		if r.live() && r.Status != Failed && (!found || r.key.Revision >= best.key.Revision) {
			best, found = r, true
		}
	}
	return best, found
}

// webShows tells whether somebody put the sheet right by other means.
func (d *personDay) webShows(kind string, at time.Time) bool {
	return slices.ContainsFunc(d.web[kind], func(w webStamp) bool {
		if kind == "in" {
			return !minute(w.At).After(minute(at))
		}
		return !minute(w.At).Before(minute(at))
	})
}

// checkOrder: S5.
func (c *checker) checkOrder(d *personDay) {
	out, ok := d.last("out")
	if !ok {
		return
	}
	broken := func(what string) {
		c.verdict.OrderBreaks = append(c.verdict.OrderBreaks, fmt.Sprintf("S5 %s: %s", out.key, what))
	}
	in, ok := d.last("in")
	switch {
	case ok && !in.At.Before(out.At):
		broken("not after 出勤 " + shown(in.At))
	case ok && out.At.Sub(in.At) < c.MinimumSpan:
		broken("only just after 出勤 " + shown(in.At))
	case !ok && len(d.web["in"]) == 0 && !c.explained(d, "in"):
		broken("there is no 出勤 and nothing says why")
	}
}
