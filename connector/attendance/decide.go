package attendance

import (
	"slices"
	"time"
)

// Decide returns what a person's business day calls for: at most one 出勤 and one 退勤, and what a person should know of it.
//
// It may be called at any moment and again after each new fact; a decision that has been carried out is not repeated. The caller
// settles before whose accesses these are, and asks AgainstWeb just before a stamp is sent.
func Decide(r Rules, f Facts) Decision {
	j := &judgement{rules: r, Facts: f}
	j.readAccesses()
	j.explainStanding()
	if why, out := j.outOfQuestion(); out {
		j.withdraw(ClockIn, why)
		j.withdraw(ClockOut, why)
		return j.decision
	}
	j.reportAccesses()
	if now := j.begunBy(); now.Before(f.Start) {
		j.dueAt(f.Start)
		return j.decision
	}
	if j.unstamped() {
		return j.decision
	}
	j.settle(ClockIn, j.callIn())
	j.settle(ClockOut, j.callOut())
	j.review()
	return j.decision
}

// judgement is one run of Decide.
type judgement struct {
	Facts
	rules    Rules
	decision Decision

	counted []Access // eligible, by time; instants in UTC and whole seconds
	before  []Access // would be eligible, but came before the first start
	barred  []Access // the same at a door that has been taken out
	strange []Access // count, but are of a type never seen before
	future  []Access // from a door whose clock is ahead
}

// call is what the accesses call for in one kind of stamp.
type call struct {
	wait   bool // not to be decided yet: what stands stays
	wanted bool
	access Access
	why    Reason // why it is not wanted
}

// readAccesses sorts the day's rows into those that count and the others.
func (j *judgement) readAccesses() {
	rows := make([]Access, 0, len(j.Accesses))
	for _, a := range j.Accesses {
		a.At = a.At.UTC().Truncate(time.Second)
		switch {
		case a.User == "" || !j.Day.Contains(a.At):
		case !j.ExcludedDoors[a.Door]:
			rows = append(rows, a)
		case a.At.Before(j.FirstStart):
			j.barred = append(j.barred, a)
		}
	}
	slices.SortFunc(rows, func(a, b Access) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return CompareID(a.ID, b.ID)
	})
	j.counted = make([]Access, 0, len(rows))
	known := verdicts{rules: j.rules}
	for i, a := range rows {
		if !repeated(rows[:i], a.ID) {
			j.sort(a, &known)
		}
	}
	if n := len(j.counted); n > 0 {
		j.decision.First, j.decision.Last, j.decision.Count = j.counted[0], j.counted[n-1], n
	}
}

// repeated tells whether an id has come before. A day has few rows, and most of their ids differ in length or at once.
func repeated(rows []Access, id string) bool {
	for _, r := range rows {
		if r.ID == id {
			return true
		}
	}
	return false
}

// verdicts remembers what the rules say of the types of a day, which are two or three.
type verdicts struct {
	rules Rules
	list  [4]verdict
	n     int
}

type verdict struct {
	action, device  string
	eligible, known bool
}

func (v *verdicts) of(action, device string) (eligible, known bool) {
	for _, w := range v.list[:v.n] {
		if w.action == action && w.device == device {
			return w.eligible, w.known
		}
	}
	eligible, known = v.rules.Counts(action, device)
	if v.n < len(v.list) {
		v.list[v.n] = verdict{action, device, eligible, known}
		v.n++
	}
	return eligible, known
}

func (j *judgement) sort(a Access, types *verdicts) {
	eligible, known := types.of(a.Action, a.Device)
	read := a.Seen
	if read.IsZero() {
		read = j.Now
	}
	switch {
	case !eligible:
		return
	case !read.IsZero() && a.At.After(read.Add(j.rules.FutureTolerance)):
		j.future = append(j.future, a)
		return
	case !j.rules.Plausible(a.At, read):
		return // whoever reads the row reports it, see Plausible
	case a.At.Before(j.FirstStart):
		j.before = append(j.before, a)
	default:
		j.counted = append(j.counted, a)
	}
	if !known {
		j.strange = append(j.strange, a)
	}
}

// explainStanding keeps the reason why a 退勤 that has left has no 出勤, after the person or the door has been taken out.
func (j *judgement) explainStanding() {
	_, in := j.standingIn()
	switch {
	case in || !j.left(ClockOut):
	case j.Excluded && len(j.before) > 0:
		j.find(SeenBeforeStart, j.before[0].At)
	case len(j.before) == 0 && len(j.barred) > 0:
		j.find(SeenBeforeStart, j.barred[0].At)
	}
}

// outOfQuestion tells whether nothing of this day may be stamped for this person, and why.
func (j *judgement) outOfQuestion() (Reason, bool) {
	switch {
	case !j.Day.End().After(j.FirstStart):
		return SeenBeforeStart, true
	case j.Excluded:
		j.explainSent()
		return Excluded, true
	case !j.Entry.IsZero() && j.Day.Before(j.Entry):
		j.findIfSeen(NotEmployed)
		return NotEmployed, true
	case !j.End.IsZero() && j.Day.After(j.End):
		j.findIfSeen(AccessAfterLeaving)
		return AccessAfterLeaving, true
	case j.Day.Before(j.BackfillFrom) && j.missed() && !j.Asked:
		return BeforeRange, true
	}
	return "", false
}

// reportAccesses lists the rows that a person should look at, whatever is stamped.
func (j *judgement) reportAccesses() {
	for _, a := range j.future {
		j.find(FutureAccess, a.At, "door", a.Door, "access", a.ID)
	}
	type kind struct{ action, device string }
	listed := map[kind]bool{}
	for _, a := range j.strange {
		if k := (kind{a.Action, a.Device}); !listed[k] {
			listed[k] = true
			j.find(UnknownType, a.At, "action", a.Action, "device", a.Device, "door", a.Door)
		}
	}
}

// begunBy returns the time that tells whether the start has come. Without trusted time it is the instant to which Akerun has been read.
func (j *judgement) begunBy() time.Time {
	if j.Now.IsZero() {
		return j.ReadUntil
	}
	return j.Now
}

// missed tells whether the day passed before the latest start, while the integration was unlinked or before it was linked again.
func (j *judgement) missed() bool {
	return j.FirstStart.Before(j.Start) && !j.Day.End().After(j.Start)
}

// onlyIfEmpty tells whether the sheet's own times come before ours whatever the instants.
func (j *judgement) onlyIfEmpty() bool {
	return j.missed() || j.Day.Before(j.LinkedFrom)
}

// unstamped lists a day before the person's link was first seen, unless a person asked to send it and the sheet was empty.
func (j *judgement) unstamped() bool {
	if !j.Day.Before(j.LinkedFrom) {
		return false
	}
	_, in := j.latest(ClockIn)
	_, out := j.latest(ClockOut)
	asked := j.Asked || in || out // now, or before: then late rows are looked after as on any other day
	empty := !j.SheetHas.In && !j.SheetHas.Out
	if asked && (empty || j.left(ClockIn) || j.left(ClockOut)) {
		return false
	}
	why := UnstampedDay
	if asked {
		why = FilledByHand
	}
	j.withdraw(ClockIn, why)
	j.withdraw(ClockOut, why)
	if asked || !j.sheetComplete() {
		j.findIfSeen(why)
	}
	return true
}

// sheetComplete tells whether the sheet shows all that the accesses would call for.
func (j *judgement) sheetComplete() bool {
	return j.SheetHas.In && (j.SheetHas.Out || j.span() < j.rules.MinimumSpan)
}

// closed tells whether the day is over and Akerun was read to its end after its end, both by the servers' clock.
func (j *judgement) closed() bool {
	end := j.Day.End()
	return !j.Now.Before(end) && !j.ReadAt.Before(end) && !j.ReadUntil.Before(end)
}

// callIn finds the 出勤 that the accesses call for.
func (j *judgement) callIn() call {
	if len(j.before) > 0 {
		j.find(SeenBeforeStart, j.before[0].At)
		return call{why: SeenBeforeStart}
	}
	if len(j.counted) == 0 {
		return call{why: Excluded} // what was planned came from a door that has been taken out since
	}
	first := j.counted[0]
	switch {
	case first.At.After(j.ReadUntil):
		j.dueAt(first.At)
		return call{wait: true}
	case j.dateUnwritable():
		j.find(DateUnwritable, first.At)
		return call{why: DateUnwritable}
	case j.afterOut(first.At):
		return call{why: Excluded}
	case j.filled(ClockIn):
		j.find(FilledByHand, first.At, "kind", string(ClockIn))
		return call{why: FilledByHand}
	}
	return call{wanted: true, access: first}
}

// afterOut tells whether a 退勤 has left that an 出勤 at this instant would not lie before, as when what came before it was taken out since.
func (j *judgement) afterOut(at time.Time) bool {
	out, ok := j.latest(ClockOut)
	return ok && out.leftAlready() && out.At.Sub(at) < j.rules.MinimumSpan
}

// callOut finds the 退勤 that the accesses call for.
func (j *judgement) callOut() call {
	n := len(j.counted)
	switch {
	case n == 0:
		return call{why: Excluded}
	case !j.closed():
		j.dueAt(j.Day.End())
		return call{wait: true}
	case j.dateUnwritable():
		return call{why: DateUnwritable}
	case j.span() < j.rules.MinimumSpan:
		if j.Web.Out == nil && !j.left(ClockOut) {
			j.find(NoClockOut, j.counted[n-1].At)
		}
		return call{why: NoClockOut}
	case j.outDateUnwritable():
		j.find(DateUnwritable, j.counted[n-1].At, "kind", string(ClockOut))
		return call{why: DateUnwritable}
	case j.filled(ClockOut):
		j.find(FilledByHand, j.counted[n-1].At, "kind", string(ClockOut))
		return call{why: FilledByHand}
	}
	return call{wanted: true, access: j.counted[n-1]}
}

// span returns the time from the day's beginning for this person to the last access: from the first access (one before the first start
// counts here) or from the 出勤 that stands, whichever is later.
func (j *judgement) span() time.Duration {
	if len(j.counted) == 0 {
		return 0
	}
	begin := j.counted[0].At
	if len(j.before) > 0 {
		begin = j.before[0].At
	}
	if in, ok := j.standingIn(); ok && in.After(begin) {
		begin = in
	}
	return j.decision.Last.At.Sub(begin)
}

// standingIn returns the 出勤 that stands: ours once it has left, else the Web one, to which ours gives way.
func (j *judgement) standingIn() (time.Time, bool) {
	if s, ok := j.latest(ClockIn); ok && s.leftAlready() {
		return s.At, true
	}
	if j.Web.In != nil {
		return wholeMinute(*j.Web.In), true
	}
	return time.Time{}, false
}

// dateUnwritable tells whether the day's first access lies after midnight where TeamSpirit would put it on the wrong date.
func (j *judgement) dateUnwritable() bool {
	return !j.TargetDateWritable && !j.left(ClockIn) && !j.counted[0].At.Before(j.Day.Next().Midnight())
}

// outDateUnwritable tells whether the day's last access lies after midnight where TeamSpirit, which puts a 退勤 without its date on the
// day of the 出勤 before it, would find none.
func (j *judgement) outDateUnwritable() bool {
	last := j.counted[len(j.counted)-1].At
	if j.TargetDateWritable || j.left(ClockOut) || last.Before(j.Day.Next().Midnight()) {
		return false
	}
	if _, in := j.standingIn(); in {
		return false
	}
	s, planned := j.latest(ClockIn)
	going := slices.ContainsFunc(j.decision.Stamps, func(s Stamp) bool { return s.Kind == ClockIn })
	return !going && !(planned && s.State == Planned)
}

// filled tells whether the sheet got a time of this kind by other hands on a day where only empty places are filled.
func (j *judgement) filled(k Kind) bool {
	return j.onlyIfEmpty() && j.SheetHas.Has(k) && !j.left(k)
}

// dueAt asks for the day to be decided again at t, if nothing asked for an earlier time.
func (j *judgement) dueAt(t time.Time) {
	if j.decision.Due.IsZero() || t.Before(j.decision.Due) {
		j.decision.Due = t
	}
}

// find adds a finding; detail is name, value, name, value.
func (j *judgement) find(reason Reason, at time.Time, detail ...string) {
	found := Finding{Reason: reason, At: at}
	for i := 0; i+1 < len(detail); i += 2 {
		if found.Detail == nil {
			found.Detail = make(map[string]string, len(detail)/2)
		}
		found.Detail[detail[i]] = detail[i+1]
	}
	j.decision.Findings = append(j.decision.Findings, found)
}

// findIfSeen adds a finding about the day's first access, if there is one.
func (j *judgement) findIfSeen(reason Reason) {
	if len(j.counted) > 0 {
		j.find(reason, j.counted[0].At)
	}
}

// inJapan writes an instant for a Detail.
func inJapan(t time.Time) string { return t.In(Japan).Format(time.RFC3339) }
