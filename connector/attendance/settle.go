package attendance

import "time"

// latest returns the stamp of kind k with the highest revision among those that were not withdrawn.
func (j *judgement) latest(k Kind) (Standing, bool) {
	var best Standing
	found := false
	for _, s := range j.Standing {
		if s.Kind == k && s.State != Withdrawn && (!found || s.Revision > best.Revision) {
			best, found = s, true
		}
	}
	best.At = best.At.UTC().Truncate(time.Second)
	return best, found
}

// revision returns the stamp of kind k with this revision.
func (j *judgement) revision(k Kind, revision int) (Standing, bool) {
	for _, s := range j.Standing {
		if s.Kind == k && s.Revision == revision {
			return s, true
		}
	}
	return Standing{}, false
}

// leftAlready tells whether the stamp may be with TeamSpirit.
func (s Standing) leftAlready() bool { return s.State == InFlight || s.State == Sent }

// left tells whether a stamp of kind k stands that may be with TeamSpirit.
func (j *judgement) left(k Kind) bool {
	s, ok := j.latest(k)
	return ok && s.leftAlready()
}

// withdraw takes back what is planned of kind k.
func (j *judgement) withdraw(k Kind, why Reason) {
	if s, ok := j.latest(k); ok && s.State == Planned {
		j.decision.Withdraw = append(j.decision.Withdraw, Withdrawal{Kind: k, Revision: s.Revision, Reason: why})
	}
}

// settle compares what the accesses call for with what stands.
func (j *judgement) settle(k Kind, c call) {
	if c.wait {
		return
	}
	s, stands := j.latest(k)
	if !c.wanted {
		j.withdraw(k, c.why)
		j.explainLate(k, s, stands)
		return
	}
	switch {
	case !stands:
		j.propose(k, 1, c.access)
	case s.State == Planned:
		j.replan(s, c.access)
	case s.State == Failed || s.State == Deleted:
		if j.Asked {
			j.propose(k, s.Revision+1, c.access)
		}
	case k == ClockOut && c.access.At.After(s.At):
		j.correct(s, c.access)
	default:
		j.explainLate(k, s, stands)
	}
	j.explainWeb(k, c.access)
}

// replan keeps a planned stamp at the instant the accesses call for now.
func (j *judgement) replan(s Standing, a Access) {
	if former, ok := j.revision(s.Kind, s.Revision-1); ok && former.State == Sent && !a.At.After(former.At) {
		j.withdraw(s.Kind, Excluded) // nothing later than what stands is left of the correction
		return
	}
	if !s.At.Equal(a.At) {
		j.propose(s.Kind, s.Revision, a)
	}
}

// correct settles a later last access after 退勤 has left: one correction in the morning after, a person's hand later.
func (j *judgement) correct(s Standing, a Access) {
	until := j.Day.End().Add(j.rules.CorrectionUntil)
	switch {
	case s.State == InFlight:
		return // settled first; its outcome touches the day again
	case j.Asked, s.Revision == 1 && j.Now.Before(until):
		j.propose(s.Kind, s.Revision+1, a)
	case j.Web.Out != nil && !wholeMinute(*j.Web.Out).Before(wholeMinute(a.At)):
		return // the sheet shows it by other means
	default:
		j.find(LateLater, a.At, "ours", inJapan(a.At), "stamped", inJapan(s.At))
	}
}

// explainSent lists late rows of a person who was taken out after the stamps had left: they stay wrong, and nothing else says so.
func (j *judgement) explainSent() {
	in, stands := j.latest(ClockIn)
	j.explainLate(ClockIn, in, stands)
	out, stands := j.latest(ClockOut)
	if n := len(j.counted); n == 0 || !stands || !out.leftAlready() || !j.counted[n-1].At.After(out.At) {
		return
	}
	last := j.counted[len(j.counted)-1].At
	if j.Web.Out == nil || wholeMinute(*j.Web.Out).Before(wholeMinute(last)) {
		j.find(LateLater, last, "ours", inJapan(last), "stamped", inJapan(out.At))
	}
}

// explainLate lists an earlier first access that came after 出勤 had left.
func (j *judgement) explainLate(k Kind, s Standing, stands bool) {
	if k != ClockIn || !stands || !s.leftAlready() || len(j.counted) == 0 {
		return
	}
	first := j.counted[0].At
	if !first.Before(s.At) || j.Web.In != nil && !wholeMinute(*j.Web.In).After(wholeMinute(first)) {
		return
	}
	j.find(LateEarlier, first, "ours", inJapan(first), "stamped", inJapan(s.At))
}

// explainWeb lists a Web 出勤 before which ours gave way although it is much later.
func (j *judgement) explainWeb(k Kind, a Access) {
	if k != ClockIn || j.Web.In == nil {
		return
	}
	for _, s := range j.Standing {
		if s.Kind == k && s.State == Withdrawn && s.WithdrawnFor == WebFirst {
			if found, much := webInMuchLater(j.rules, a.At, *j.Web.In); much {
				j.decision.Findings = append(j.decision.Findings, found)
			}
			return
		}
	}
}

// propose plans a stamp, unless the same one was withdrawn for good: it gave way to a Web stamp, and that is settled.
func (j *judgement) propose(k Kind, revision int, a Access) {
	s, ok := j.revision(k, revision)
	if ok && s.State == Withdrawn && j.gaveWay(s.WithdrawnFor) && s.At.Truncate(time.Second).Equal(a.At) {
		if s.WithdrawnFor == NoClockOut && j.Web.Out == nil {
			j.find(NoClockOut, a.At)
		}
		return
	}
	j.decision.Stamps = append(j.decision.Stamps, Stamp{
		Kind: k, Revision: revision, At: a.At, AccessID: a.ID, OnlyIfEmpty: j.onlyIfEmpty() && revision == 1,
	})
}

// gaveWay tells whether a stamp withdrawn for this reason stays withdrawn as long as its instant is the same.
func (j *judgement) gaveWay(why Reason) bool {
	switch why {
	case WebFirst, WebLater, NoClockOut:
		return true
	case FilledByHand:
		return !j.Asked
	}
	return false
}
