package attendance

// review looks for days whose accesses tell another story than the stamps. Nothing depends on it but the list for review.
//
//   - FIRST_IS_EXIT: the day's first access is an exit; the person came in unseen (behind somebody, or before 05:00).
//   - LAST_IS_ENTRY: the day has closed with a 退勤, and the last access is an entry although an exit of that person was seen on the same day,
//     so that there is a reader to leave by. Offices without an inside reader would otherwise list everybody every day.
//   - ACROSS_0500: the day has closed without a way out (退勤なし, or LAST_IS_ENTRY) and the next day's first access comes within
//     AcrossWithin (12 hours) after the last one of this day: one shift that the boundary cut in two.
func (j *judgement) review() {
	if len(j.counted) == 0 {
		return
	}
	first, last := j.decision.First, j.decision.Last
	if len(j.before) == 0 && !first.At.After(j.ReadUntil) && first.Direction() == Exit {
		j.find(FirstIsExit, first.At, "door", first.Door)
	}
	if !j.closed() {
		return
	}
	single := j.span() < j.rules.MinimumSpan
	lastIsEntry := !single && last.Direction() == Entry && j.anyExit()
	if lastIsEntry {
		j.find(LastIsEntry, last.At, "door", last.Door)
	}
	stillIn := lastIsEntry || single && last.Direction() != Exit && j.Web.Out == nil
	if stillIn && last.At.Before(j.NextFirst) && j.NextFirst.Sub(last.At) <= j.rules.AcrossWithin {
		j.find(Across0500, last.At, "next", inJapan(j.NextFirst))
	}
}

func (j *judgement) anyExit() bool {
	for _, a := range j.counted {
		if a.Direction() == Exit {
			return true
		}
	}
	return false
}
