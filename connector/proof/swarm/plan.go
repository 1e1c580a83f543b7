package swarm

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
)

// plan is what a seed makes of the world. It is drawn whole before anything runs.
type plan struct {
	seed       uint64
	from       time.Time // when the people are hired and the connector is linked
	start      time.Time // 連携開始日時
	days       int       // with accesses
	people     int
	poll       time.Duration
	akerun     akerunserver.Switches
	salesforce salesforceserver.Switches
	kinds      []string // of faults, those that this seed has at all
	weather    []weather
	events     []event
	healed     time.Time // by then every fault is over
	end        time.Time
	darkness   [][2]time.Time // when people can't be read
	oneFile    bool           // the database is opened by one connection, whose space can be bounded
}

// event is something that happens to the world or the connector at an instant.
type event struct {
	at   time.Time
	what string
	do   func(*run)
}

// beginnings are days of work, in the middle and at the ends of months, with a leap day and a turn of the year.
var beginnings = []time.Time{
	time.Date(2026, 11, 24, 0, 0, 0, 0, company.Japan), time.Date(2026, 12, 29, 0, 0, 0, 0, company.Japan), time.Date(2028, 2, 28, 0, 0, 0, 0, company.Japan),
	time.Date(2027, 3, 30, 0, 0, 0, 0, company.Japan), time.Date(2026, 10, 6, 0, 0, 0, 0, company.Japan),
}

// drawer draws a plan.
type drawer struct {
	*plan
	r *rand.Rand
}

func draw(seed uint64) *plan {
	d := &drawer{&plan{seed: seed}, rand.New(rand.NewPCG(seed, 0x5a4d))}
	day := beginnings[d.r.IntN(len(beginnings))]
	d.from = day.Add(7 * time.Hour)
	d.start = day.Add([]time.Duration{29, 29, 12, 33, 9}[d.r.IntN(5)] * time.Hour)
	d.days = 3 + d.r.IntN(2)
	d.people = 10 + d.r.IntN(3)
	d.poll = []time.Duration{10, 15, 20, 20}[d.r.IntN(4)] * time.Minute // seldom often: idle turns are what a run spends its time on
	lastClose := day.AddDate(0, 0, d.days).Add(5 * time.Hour)
	d.healed = lastClose.Add(time.Duration(d.r.IntN(4)) * time.Hour)
	d.end = d.healed.Add(3 * time.Hour)
	d.ways()
	if d.akerun.IDOrder == "event" {
		d.end = d.healed.Add(lookBackWithin + time.Hour)
	}
	for _, k := range mixture {
		if d.r.Float64() < k.chance {
			d.kinds = append(d.kinds, k.name)
			for range 1 + d.r.IntN(k.most) {
				k.draw(d, k)
			}
		}
	}
	slices.SortStableFunc(d.events, func(a, b event) int { return a.at.Compare(b.at) })
	return d.plan
}

// lookBackWithin is how long a row may stay unread that shows late, and behind the cursor: until the next full look-back.
const lookBackWithin = 13 * time.Hour

func oneOf[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }

// ways draws what nobody knows of the real servers.
func (d *drawer) ways() {
	r := d.r
	a := akerunserver.Defaults()
	a.IDOrder = oneOf(r, "arrival", "arrival", "arrival", "event")
	a.Ids = oneOf(r, "number", "quoted", "22_digits", "22_digits_quoted")
	a.AccessedAt = oneOf(r, "utc", "offset", "fraction")
	a.AfterBorder, a.BeforeBorder, a.IDAfterToo = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(4) == 0
	a.DefaultOrder = oneOf(r, "asc", "desc")
	a.MostLimit = oneOf(r, 1000, 25, 7)
	a.RepeatEvery = oneOf(r, 0, 0, 3)
	a.ForeignEvery = oneOf(r, 0, 0, 2)
	a.UsersOrder = oneOf(r, "asc", "desc")
	a.RemovedUser = oneOf(r, "shown", "shown", "null")
	a.Rotation = oneOf(r, "immediate", "on_use", "none")
	a.ExtraFields = r.IntN(2) == 0
	d.akerun = a
	s := salesforceserver.DefaultSwitches()
	s.UniqueKey = oneOf(r, salesforceserver.KeyPlain, salesforceserver.KeyExternalID, salesforceserver.KeyUnique, salesforceserver.KeyUniqueExternalID)
	s.Processing = oneOf(r, "batch", "batch", "trigger")
	s.PageSize = oneOf(r, 2000, 200, 5)
	s.PushFilledByAPI = r.IntN(2) == 0
	s.SecondIn = oneOf(r, "keep", "earliest")
	s.TargetDateCreateable = r.IntN(5) != 0
	s.RefreshRotation = r.IntN(2) == 0
	s.LockRefuses = oneOf(r, "batch", "insert")
	d.salesforce = s
}

// during draws an instant between the start's day and healing.
func (d *drawer) during() time.Time {
	from := d.start.Add(-time.Hour)
	return from.Add(time.Duration(d.r.Int64N(int64(d.healed.Sub(from) - time.Minute)))).Truncate(time.Second)
}

// span draws a span of up to most, that is over when everything is healed. Half of the long ones lie over a 05:00, when most is to be done.
func (d *drawer) span(most time.Duration) (from, until time.Time) {
	lasts := time.Minute + time.Duration(d.r.Int64N(int64(most)))
	from = d.during()
	if d.r.IntN(2) == 0 {
		five := d.from.Add(22*time.Hour).AddDate(0, 0, d.r.IntN(d.days))
		from = five.Add(-time.Duration(d.r.Int64N(int64(lasts))))
	}
	from = from.Truncate(time.Second)
	if from.Before(d.from.Add(3 * time.Hour)) {
		from = d.from.Add(3 * time.Hour)
	}
	until = from.Add(lasts)
	if until.After(d.healed) {
		until = d.healed
	}
	if from.After(until) {
		from = until
	}
	return from, until
}

func (d *drawer) at(t time.Time, what string, do func(*run)) {
	d.events = append(d.events, event{t, what, do})
}

// dark notes that people can't be read for a while.
func (d *drawer) dark(from, until time.Time) {
	d.darkness = append(d.darkness, [2]time.Time{from, until})
}

// blind is how long the connector may know nothing new of people: the longest time without half an hour of light for a reading.
func (p *plan) blind() (longest time.Duration) {
	spans := slices.Clone(p.darkness)
	slices.SortFunc(spans, func(a, b [2]time.Time) int { return a[0].Compare(b[0]) })
	var from, until time.Time
	for _, s := range spans {
		if s[0].After(until.Add(45 * time.Minute)) {
			from = s[0]
		}
		if s[1].After(until) {
			until = s[1]
		}
		longest = max(longest, until.Sub(from))
	}
	return longest
}

// kind is a kind of fault in the mixture.
type kind struct {
	name   string
	chance float64
	most   int
	draw   func(*drawer, kind)
}

// mixture is everything that may go wrong, or at least not as usual.
var mixture = slices.Concat(weathers(), []kind{
	{"batch off", .2, 2, (*drawer).batchOff}, {"month closed", .15, 1, (*drawer).monthClosed}, {"locked rows", .25, 4, (*drawer).lockedRows},
	{"maintenance", .15, 2, (*drawer).maintenance}, {"akerun rights", .2, 2, (*drawer).akerunRights}, {"salesforce rights", .2, 2, (*drawer).salesforceRights},
	{"signed out", .2, 1, (*drawer).signedOut}, {"lost renewal", .25, 1, (*drawer).lostRenewal}, {"handed over", .2, 2, (*drawer).handedOver}, {"paused", .2, 2, (*drawer).paused},
	{"late rows", .6, 6, (*drawer).lateRows}, {"row from the future", .15, 2, (*drawer).futureRow}, {"boundary", .3, 4, (*drawer).boundary},
	{"codes", .35, 3, (*drawer).codes}, {"employment", .2, 2, (*drawer).employment}, {"new people", .2, 2, (*drawer).newcomers}, {"leavers", .2, 2, (*drawer).leavers},
	{"excluded people", .25, 2, (*drawer).excluded}, {"excluded door", .15, 1, (*drawer).excludedDoor}, {"web", .5, 6, (*drawer).web},
	{"other rows", .15, 2, (*drawer).otherRows}, {"rows deleted", .15, 2, (*drawer).rowsDeleted}, {"resend", .25, 3, (*drawer).resend},
	{"sleep", .3, 2, (*drawer).sleep}, {"clock wrong", .25, 2, (*drawer).clockWrong}, {"restart", .3, 3, (*drawer).restart}, {"crash", .5, 5, (*drawer).crash},
	{"nobody's presence", .4, 4, (*drawer).nobodysPresence}, {"linked again", .2, 1, (*drawer).linkedAgain}, {"disk full", .2, 2, (*drawer).diskFull},
	{"short history", .15, 1, (*drawer).shortHistory},
})

// weathers are the kinds of trouble on the way, on either side.
func weathers() []kind {
	var all []kind
	for _, w := range []struct {
		side   connector.Side
		kind   string
		chance float64
		long   time.Duration
		rate   float64 // 0: drawn
	}{
		{connector.Akerun, offline, .3, 14 * time.Hour, 1}, {connector.Salesforce, offline, .3, 14 * time.Hour, 1},
		{connector.Akerun, offline, .2, 6 * time.Hour, 0}, {connector.Salesforce, offline, .2, 6 * time.Hour, 0},
		{connector.Salesforce, cut, .25, 12 * time.Hour, 0}, {connector.Salesforce, lost, .4, 24 * time.Hour, 0}, {connector.Salesforce, zombie, .4, 24 * time.Hour, 0},
		{connector.Salesforce, server5xx, .25, 8 * time.Hour, 0}, {connector.Salesforce, failedDone, .25, 12 * time.Hour, 0}, {connector.Salesforce, slowDown, .2, 8 * time.Hour, 0},
		{connector.Salesforce, page, .15, 6 * time.Hour, 0}, {connector.Salesforce, expired, .3, 12 * time.Hour, 0},
		{connector.Akerun, cut, .2, 6 * time.Hour, 0}, {connector.Akerun, lost, .2, 6 * time.Hour, 0}, {connector.Akerun, server5xx, .25, 8 * time.Hour, 0},
		{connector.Akerun, slowDown, .2, 8 * time.Hour, 0}, {connector.Akerun, page, .15, 6 * time.Hour, 0}, {connector.Akerun, hollow, .15, 6 * time.Hour, 0},
		{connector.Akerun, expired, .3, 12 * time.Hour, 0}, {connector.Akerun, hang, .2, 3 * time.Hour, 0}, {connector.Salesforce, hang, .3, 6 * time.Hour, 0},
	} {
		name := string(w.side) + " " + w.kind
		if w.rate == 0 {
			name += " at times"
		}
		all = append(all, kind{name, w.chance, 2, func(d *drawer, _ kind) {
			from, until := d.span(w.long)
			rate := w.rate
			if rate == 0 {
				rate = .05 + .6*d.r.Float64()
			}
			if w.kind == zombie { // there are few writes, and a second one has to come before the first is carried out
				rate += .35
				if d.salesforce.UniqueKey == salesforceserver.KeyPlain {
					d.poll = 5 * time.Minute
				}
			}
			d.weather = append(d.weather, weather{w.side, w.kind, from, until, rate})
			d.dark(from, until)
		}})
	}
	return all
}

// force sets a switch of Salesforce for a while.
func (d *drawer) force(what, name string, on, off any, most time.Duration) {
	from, until := d.span(most)
	d.at(from, what, func(r *run) { r.Switch(connector.Salesforce, name, on) })
	d.at(until, what+" over", func(r *run) { r.Switch(connector.Salesforce, name, off) })
}

func (d *drawer) batchOff(kind) {
	d.force("the batch stops", oneOf(d.r, "batch_on", "ic_on"), false, true, 20*time.Hour)
}

func (d *drawer) monthClosed(kind) {
	month := d.during().In(company.Japan).Format("2006-01")
	d.force("the month "+month+" is closed", "month_locked", []string{month}, []string{}, 20*time.Hour)
}

func (d *drawer) lockedRows(kind) {
	n := 1 + d.r.IntN(6)
	code := oneOf(d.r, "UNABLE_TO_LOCK_ROW", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
	d.at(d.during(), fmt.Sprint(n, " rows answer ", code), func(r *run) {
		r.Switch(connector.Salesforce, "row_errors", []map[string]any{{"count": n, "status_code": code}})
	})
}

func (d *drawer) maintenance(kind) {
	d.force("maintenance", "maintenance", oneOf(d.r, "down", "read_only"), "", 6*time.Hour)
}

func (d *drawer) akerunRights(kind) {
	from, until := d.span(10 * time.Hour)
	d.dark(from, until)
	d.at(from, "who linked becomes a plain member of the other 事業所", func(r *run) { r.rank(company.Member) })
	d.at(until, "who linked is スーパーマネージャー again", func(r *run) { r.rank(company.SuperManager) })
}

func (d *drawer) salesforceRights(kind) {
	object := "teamspirit__ExternalAttendance__c"
	d.force("stamps may not be created any more", oneOf(d.r, "object_not_createable", "object_missing"), []map[string]any{{"object": object}}, []map[string]any{}, 10*time.Hour)
}

func (d *drawer) signedOut(kind) {
	from, until := d.span(10 * time.Hour)
	side := oneOf(d.r, connector.Akerun, connector.Salesforce)
	d.dark(from, until)
	d.at(from, "the sign-in to "+string(side)+" is revoked", func(r *run) { r.revoke(side) })
	d.at(until, "somebody signs in to "+string(side)+" again", func(r *run) { r.signIn(side) })
}

// handedOver passes a side to another person; Salesforce has one who may stamp for everybody, who signs in anew.
func (d *drawer) handedOver(kind) {
	side := oneOf(d.r, connector.Akerun, connector.Salesforce)
	d.at(d.during(), string(side)+" is handed over", func(r *run) { r.handOver(side) })
}

// lostRenewal loses the answers to renewals of a side's tokens, which may be dead then. Somebody signs in again.
func (d *drawer) lostRenewal(kind) {
	from, until := d.span(8 * time.Hour)
	side := oneOf(d.r, connector.Akerun, connector.Salesforce)
	d.weather = append(d.weather, weather{side, refresh, from, until, .3 + .6*d.r.Float64()})
	d.dark(from, until)
	d.at(until, "whoever is asked to sign in to "+string(side)+" does", func(r *run) { r.signInIfAsked(side) })
}

// linkedAgain unlinks for some hours. Who fails to link again tries every hour.
func (d *drawer) linkedAgain(kind) {
	from, until := d.span(30 * time.Hour)
	ahead := time.Hour + time.Duration(d.r.IntN(120))*time.Minute
	if latest := d.healed.Add(-ahead); until.After(latest) {
		until = latest
	}
	if from = later(from, d.start.Add(time.Minute)); !from.Before(until) {
		return
	}
	d.dark(from, until.Add(ahead))
	d.at(from, "unlinked", func(r *run) { r.unlink() })
	for at := until; at.Before(d.healed); at = at.Add(time.Hour) {
		d.at(at, "linked again, unless that is done", func(r *run) { r.linkAgain(ahead) })
	}
}

// diskFull starts the PC with a disk that has room for a few pages more, and then with enough.
func (d *drawer) diskFull(kind) {
	d.oneFile = true
	from, until := d.span(10 * time.Hour)
	pages := d.r.IntN(12)
	d.dark(from, until)
	d.at(from, fmt.Sprint("the disk has room for ", pages, " pages"), func(r *run) { r.fill(pages) })
	d.at(until, "the disk has room again", func(r *run) { r.fill(unlimited) })
}

// shortHistory lets Akerun forget what is a day or two old, while the PC sleeps longer than that.
func (d *drawer) shortHistory(k kind) {
	d.akerun.HistoryDays = 1 + d.r.IntN(2)
	from, until := d.span(time.Duration(24*d.akerun.HistoryDays+30) * time.Hour)
	d.dark(from, until)
	d.at(from, "the PC sleeps until "+until.In(company.Japan).Format("01-02 15:04:05"), func(r *run) { r.sleep(until, false) })
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (d *drawer) paused(kind) {
	from, until := d.span(20 * time.Hour)
	d.at(from, "paused", func(r *run) { r.try("一時停止", r.Pause(r.ctx)) })
	d.at(until, "resumed", func(r *run) { r.try("再開", r.Resume(r.ctx)) })
}

// lateRows adds a passage that shows late, up to days.
func (d *drawer) lateRows(kind) {
	who, at := d.r.Uint64(), d.during()
	late := time.Duration(d.r.Int64N(int64(oneOf(d.r, 10*time.Minute, 3*time.Hour, 30*time.Hour))))
	d.at(at, "a door is late by "+late.String(), func(r *run) { r.pass(r.somebody(who), at, at.Add(late)) })
}

func (d *drawer) futureRow(kind) {
	who, at := d.r.Uint64(), d.during()
	fast := time.Duration(d.r.Int64N(int64(5 * time.Hour)))
	d.at(at, "a door's clock is fast by "+fast.String(), func(r *run) { r.pass(r.somebody(who), at.Add(fast), at) })
}

// boundary adds passages within seconds of a 05:00.
func (d *drawer) boundary(kind) {
	who := d.r.Uint64()
	at := d.from.Add(22*time.Hour).AddDate(0, 0, d.r.IntN(d.days)).Add(time.Duration(d.r.IntN(9)-4) * time.Second)
	d.at(at, "somebody passes at "+at.Format("15:04:05"), func(r *run) { r.pass(r.somebody(who), at, at) })
}

func (d *drawer) codes(kind) {
	who, other, both, apart := d.r.Uint64(), d.r.Uint64(), d.r.IntN(2) == 0, time.Duration(d.r.Int64N(int64(4*time.Hour)))
	swap, code, at := d.r.IntN(3) == 0, fmt.Sprint("Z", d.r.IntN(1000)), d.during()
	d.at(at, "a code changes", func(r *run) {
		switch {
		case swap:
			r.swapCodes(r.somebody(who), r.somebody(other))
		default:
			r.setCode(r.somebody(who), code)
		}
	})
	if both && !swap && at.Add(apart).Before(d.healed) {
		d.at(at.Add(apart), "the code changes in TeamSpirit too", func(r *run) { r.setEmployeeCode(r.somebody(who), code) })
	}
}

func (d *drawer) employment(kind) {
	who, days, entry := d.r.Uint64(), d.r.IntN(d.days+1)-1, d.r.IntN(2) == 0
	date := d.from.AddDate(0, 0, days).Format(time.DateOnly)
	d.at(d.during(), "an employment changes", func(r *run) { r.employ(r.somebody(who), entry, date) })
}

func (d *drawer) newcomers(kind) {
	n, at := len(d.events), d.during()
	code := fmt.Sprintf("N%03d", n)
	first, typed := time.Duration(d.r.IntN(180))*time.Minute, time.Duration(d.r.IntN(180))*time.Minute
	d.at(at, "somebody joins", func(r *run) { r.hire(code) })
	for _, after := range []time.Duration{first, first + 4*time.Hour, first + 30*time.Hour} {
		if when := at.Add(after); when.Before(d.healed) {
			d.at(when, "who joined passes", func(r *run) { r.pass(r.hired[code], when, when) })
		}
	}
	if at.Add(typed).Before(d.healed) {
		d.at(at.Add(typed), "the code is typed in", func(r *run) { r.setCode(r.hired[code], code) })
	}
}

func (d *drawer) leavers(kind) {
	who := d.r.Uint64()
	d.at(d.during(), "an account is deleted", func(r *run) { r.leave(r.somebody(who)) })
}

func (d *drawer) excluded(kind) {
	who := d.r.Uint64()
	from, until := d.span(30 * time.Hour)
	d.at(from, "a person is taken out", func(r *run) { r.exclude(r.somebody(who), true) })
	if d.r.IntN(2) == 0 {
		d.at(until, "the person is back", func(r *run) { r.exclude(r.somebody(who), false) })
	}
}

func (d *drawer) excludedDoor(kind) {
	door := d.r.IntN(2)
	d.at(d.during(), "a door is taken out", func(r *run) { r.excludeDoor(door) })
}

func (d *drawer) web(kind) {
	who, out := d.r.Uint64(), d.r.IntN(2) == 0
	d.at(d.during(), "somebody presses the button on the Web", func(r *run) { r.press(r.somebody(who), out) })
}

func (d *drawer) otherRows(kind) {
	who, how, ago := d.r.Uint64(), oneOf(d.r, "in", "out"), time.Duration(d.r.IntN(120))*time.Minute
	d.at(d.during(), "another product stamps", func(r *run) { r.otherRow(r.somebody(who), how, ago) })
}

func (d *drawer) rowsDeleted(kind) {
	which, status := d.r.Uint64(), d.r.IntN(2) == 0
	d.at(d.during(), "somebody deletes a row of ours", func(r *run) { r.deleteRow(which, status) })
}

func (d *drawer) resend(kind) {
	d.at(d.during(), "再送", func(r *run) { r.resendAll() })
}

func (d *drawer) sleep(kind) {
	from, until := d.span(40 * time.Hour)
	d.dark(from, until)
	restarts := d.r.IntN(2) == 0
	d.at(from, "the PC sleeps until "+until.In(company.Japan).Format("01-02 15:04:05"), func(r *run) { r.sleep(until, restarts) })
}

func (d *drawer) clockWrong(kind) {
	from, until := d.span(30 * time.Hour)
	off := time.Duration(d.r.Int64N(int64(30*time.Hour))) - 15*time.Hour
	d.at(from, "the PC's clock goes wrong by "+off.String(), func(r *run) { r.setClock(off) })
	d.at(until, "the PC's clock is set right", func(r *run) { r.setClock(0) })
}

func (d *drawer) restart(kind) {
	d.at(d.during(), "restart", func(r *run) { r.restart() })
}

// nobodysPresence adds rows that name somebody who was not there: remote operation, a refused card, an automatic lock.
func (d *drawer) nobodysPresence(kind) {
	who, at := d.r.Uint64(), d.during()
	how := oneOf(d.r, [2]string{"unlock", "remote"}, [2]string{"denied", "nfc_outside"}, [2]string{"lock", "autolock"}, [2]string{"unlock", "timeout"})
	d.at(at, "a row "+how[0]+" "+how[1]+" names somebody", func(r *run) {
		_, err := r.World.AkerunServer().AddAccess(akerunserver.NewAccess{User: r.somebody(who), At: at, Up: at, Action: how[0], DeviceType: how[1]})
		r.must(err)
	})
}

// points are where the process may die, besides at any request.
func (d *drawer) crash(kind) {
	skip := d.r.IntN(4)
	switch d.r.IntN(3) {
	case 0:
		point := points[d.r.IntN(len(points))]
		d.at(d.during(), "dies soon at "+point, func(r *run) { r.fuse = &fuse{point, skip} })
	case 1:
		after := d.r.IntN(2) == 0
		d.at(d.during(), "dies soon at a write", func(r *run) { r.net.with(func(n *network) { n.doom = &doom{write: true, skip: skip, after: after} }) })
	default:
		after := d.r.IntN(2) == 0
		d.at(d.during(), "dies soon at a request", func(r *run) { r.net.with(func(n *network) { n.doom = &doom{skip: skip * 5, after: after} }) })
	}
}

// String tells the plan in words.
func (p *plan) String() string {
	var b strings.Builder
	show := func(t time.Time) string { return t.In(company.Japan).Format("01-02 15:04:05") }
	fmt.Fprintf(&b, "seed %d: from %s, start %s, %d people, poll %s, ids by %s %s, pages of %d, key %s, %s, target date %t; healed %s, end %s\n  kinds: %s\n",
		p.seed, show(p.from), show(p.start), p.people, p.poll, p.akerun.IDOrder, p.akerun.Ids, p.akerun.MostLimit, p.salesforce.UniqueKey, p.salesforce.Processing,
		p.salesforce.TargetDateCreateable, show(p.healed), show(p.end), strings.Join(p.kinds, ", "))
	for _, w := range p.weather {
		fmt.Fprintf(&b, "  %s – %s %s %s at %.0f %%\n", show(w.from), show(w.until), w.side, w.kind, 100*w.rate)
	}
	return cmp.Or(b.String(), "")
}
