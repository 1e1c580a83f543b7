package attendance

import "time"

// Verdict is the last word on a stamp before it is sent.
type Verdict struct {
	Send     bool
	Reason   Reason    // why it is withdrawn where Send is false: WebFirst, WebLater, NoClockOut or FilledByHand
	Findings []Finding // what is to be listed for review besides; Decide finds the same from the withdrawn stamp
}

// AgainstWeb compares a stamp that is about to be sent with the Web stamps of its day, read not longer than two minutes ago.
// standingIn is the 出勤 that stands on that day, ours or the Web one; nil when there is none, and then web.In is taken if there is one.
// Times of the sheet are whole minutes, so instants are compared in whole minutes.
func AgainstWeb(r Rules, s Stamp, web Web, standingIn *time.Time) Verdict {
	if s.Kind == ClockIn {
		return clockInAgainstWeb(r, s, web)
	}
	if standingIn == nil {
		standingIn = web.In
	}
	switch {
	case s.OnlyIfEmpty && web.Out != nil:
		return Verdict{Reason: FilledByHand, Findings: []Finding{{Reason: FilledByHand, At: s.At, Detail: map[string]string{"kind": string(s.Kind)}}}}
	case standingIn != nil && s.At.Sub(*standingIn) < r.MinimumSpan:
		v := Verdict{Reason: NoClockOut}
		if web.Out == nil {
			v.Findings = []Finding{{Reason: NoClockOut, At: s.At}}
		}
		return v
	case web.Out != nil && !wholeMinute(s.At).After(wholeMinute(*web.Out)):
		return Verdict{Reason: WebLater}
	}
	return Verdict{Send: true}
}

func clockInAgainstWeb(r Rules, s Stamp, web Web) Verdict {
	switch {
	case web.In == nil:
		return Verdict{Send: true}
	case s.OnlyIfEmpty:
		return Verdict{Reason: FilledByHand, Findings: []Finding{{Reason: FilledByHand, At: s.At, Detail: map[string]string{"kind": string(s.Kind)}}}}
	}
	v := Verdict{Reason: WebFirst}
	if found, much := webInMuchLater(r, s.At, *web.In); much {
		v.Findings = []Finding{found}
	}
	return v
}

// webInMuchLater tells whether a Web 出勤 is so much later than ours that somebody should look at it.
func webInMuchLater(r Rules, ours, web time.Time) (Finding, bool) {
	ours, web = ours.UTC(), web.UTC()
	if wholeMinute(web).Sub(wholeMinute(ours)) < r.WebLater {
		return Finding{}, false
	}
	return Finding{Reason: WebClockInLater, At: ours, Detail: map[string]string{"ours": inJapan(ours), "web": inJapan(web)}}, true
}

// wholeMinute cuts an instant to the minute in which it lies. Japan's minutes are UTC's.
func wholeMinute(t time.Time) time.Time { return t.UTC().Truncate(time.Minute) }
