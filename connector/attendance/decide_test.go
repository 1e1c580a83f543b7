package attendance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// The tests write times as 09:00, 09:00:30 or 25:30 (= 01:30 of the next date) in Japan, from the day's date on.
const theDay = "2026-11-24"

func clock(t testing.TB, s string) time.Time {
	t.Helper()
	var h, m, sec int
	if n, err := fmt.Sscanf(s+":0", "%d:%d:%d", &h, &m, &sec); err != nil || n != 3 {
		t.Fatalf("no time of day: %q (%v)", s, err)
	}
	return day(t, theDay).Midnight().Add(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second)
}

// hour gives the time of day back as the tests write it.
func hour(t testing.TB, at time.Time) string {
	t.Helper()
	d := at.Sub(day(t, theDay).Midnight())
	s := fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
	if sec := int(d.Seconds()) % 60; sec != 0 {
		s += fmt.Sprintf(":%02d", sec)
	}
	return s
}

// row is an access; its words after the time are device, action, door, user (by prefix) or id.
func row(t testing.TB, id int, s string) Access {
	t.Helper()
	words := strings.Fields(s)
	a := Access{ID: fmt.Sprint(1000 + id), At: clock(t, words[0]), User: "U-1", Door: "A1", Action: "unlock", Device: "akerun_app"}
	for _, w := range words[1:] {
		switch name, value, ok := strings.Cut(w, "="); {
		case !ok:
			a.Device = w
		case name == "id":
			a.ID = value
		case name == "door":
			a.Door = value
		case name == "user":
			a.User = value
		case name == "action":
			a.Action = value
		case name == "seen":
			a.Seen = clock(t, value)
		default:
			t.Fatalf("what is %q?", w)
		}
	}
	return a
}

func rows(t testing.TB, list string) []Access {
	t.Helper()
	var all []Access
	for i, s := range strings.Split(list, ",") {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, row(t, i, s))
		}
	}
	return all
}

// read sets the facts' time: everything has been read up to now.
func (f *Facts) read(now time.Time) { f.Now, f.ReadUntil, f.ReadAt = now, now, now }

// factsAt is a day in the middle of a long running integration, at a time of the day.
func factsAt(t testing.TB, now, accesses string) Facts {
	t.Helper()
	f := Facts{
		Day: day(t, theDay), Accesses: rows(t, accesses), TargetDateWritable: true,
		FirstStart: clock(t, "00:00").AddDate(0, -6, 0), Start: clock(t, "00:00").AddDate(0, -6, 0),
	}
	f.read(clock(t, now))
	return f
}

// stands is a stamp decided before, as "in 1 sent 09:00" or "out 1 withdrawn 18:00 WEB_LATER".
func stands(t testing.TB, list ...string) []Standing {
	t.Helper()
	var all []Standing
	for _, s := range list {
		w := append(strings.Fields(s), "")
		st := Standing{Kind: Kind(w[0]), State: State(w[2]), At: clock(t, w[3]), WithdrawnFor: Reason(w[4])}
		fmt.Sscan(w[1], &st.Revision)
		all = append(all, st)
	}
	return all
}

// told writes a decision in one line, to be compared.
func told(t testing.TB, d Decision) string {
	t.Helper()
	var all []string
	for _, s := range d.Stamps {
		all = append(all, fmt.Sprintf("%s %d %s", s.Kind, s.Revision, hour(t, s.At)))
	}
	for _, w := range d.Withdraw {
		all = append(all, fmt.Sprintf("withdraw %s %d %s", w.Kind, w.Revision, w.Reason))
	}
	for _, f := range d.Findings {
		all = append(all, string(f.Reason))
	}
	return strings.Join(all, ", ")
}

// carryOut does what a decision and the Web stamps say, and returns what stands then.
func carryOut(r Rules, f Facts) (stamps []Stamp, findings []Finding, standing []Standing) {
	d := Decide(r, f)
	standing = slices.Clone(f.Standing)
	for _, s := range d.Stamps {
		var in *time.Time
		for i := range standing {
			if standing[i].Kind == ClockIn && standing[i].State == Sent {
				in = &standing[i].At
			}
		}
		v := AgainstWeb(r, s, f.Web, in)
		state := Sent
		if v.Send {
			stamps = append(stamps, s)
		} else {
			state = Withdrawn
		}
		standing = slices.DeleteFunc(standing, func(old Standing) bool { return old.Kind == s.Kind && old.Revision == s.Revision })
		standing = append(standing, Standing{s.Kind, s.Revision, s.At, state, v.Reason})
		findings = append(findings, v.Findings...)
	}
	return stamps, append(findings, d.Findings...), standing
}

// example is a day of the rules page, and what becomes of it.
type example struct {
	name, accesses, webIn, webOut, start, nextFirst string
	atOnce                                          string // stamped before the day closes
	atClose                                         string // stamped from 05:00 on
	items                                           string
}

// TestWorkedExamples runs each worked example of the rules through its day: at each access, at 05:00, and the next morning.
func TestWorkedExamples(t *testing.T) {
	for _, c := range []example{
		{name: "an ordinary day", accesses: "09:00, 12:01, 12:58, 18:00", atOnce: "in 09:00", atClose: "out 18:00"},
		{name: "F12 one access", accesses: "09:00", atOnce: "in 09:00", items: "NO_CLOCK_OUT"},
		{name: "F06 a double tap", accesses: "08:59:58, 09:00:02", atOnce: "in 08:59:58", items: "NO_CLOCK_OUT"},
		{name: "F06 three taps in two seconds", accesses: "09:00:00, 09:00:01, 09:00:02", atOnce: "in 09:00", items: "NO_CLOCK_OUT"},
		{name: "just under five minutes", accesses: "09:00:00, 09:04:59", atOnce: "in 09:00", items: "NO_CLOCK_OUT"},
		{name: "five minutes", accesses: "09:00:00, 09:05:00", atOnce: "in 09:00", atClose: "out 09:05"},
		{name: "a night", accesses: "22:00, 25:30, 28:59:59", atOnce: "in 22:00", atClose: "out 28:59:59"},
		{name: "across 05:00", accesses: "22:00", nextFirst: "30:10", atOnce: "in 22:00", items: "ACROSS_0500 NO_CLOCK_OUT"},
		{name: "Web 出勤 first", accesses: "09:00, 18:00", webIn: "08:55", atClose: "out 18:00"},
		{name: "Web 退勤 earlier", accesses: "09:00, 17:30", webOut: "17:00", atOnce: "in 09:00", atClose: "out 17:30"},
		{name: "Web 退勤 later", accesses: "09:00, 17:00", webOut: "19:00", atOnce: "in 09:00"},
		{name: "Web 退勤 in the same minute", accesses: "09:00, 17:00:59", webOut: "17:00", atOnce: "in 09:00"},
		{name: "Web 出勤 much later", accesses: "09:00, 18:00", webIn: "09:30", atClose: "out 18:00", items: "WEB_CLOCK_IN_LATER"},
		{name: "Web 出勤 a little later", accesses: "09:00:59, 18:00", webIn: "09:29", atClose: "out 18:00"},
		{name: "Web 出勤 just before the last access", accesses: "09:00, 18:00", webIn: "17:58", items: "NO_CLOCK_OUT WEB_CLOCK_IN_LATER"},
		{name: "seen before the start", accesses: "09:00, 13:20, 18:00", start: "13:00", atClose: "out 18:00", items: "SEEN_BEFORE_START"},
		{name: "came after the start", accesses: "13:20, 18:00", start: "13:00", atOnce: "in 13:20", atClose: "out 18:00"},
		{name: "came after the start, with Web 出勤", accesses: "13:20, 18:00", start: "13:00", webIn: "09:00", atClose: "out 18:00", items: ""},
		{name: "only seen before the start", accesses: "09:00", start: "13:00", items: "SEEN_BEFORE_START"},
		{name: "F14 at 05:00 sharp", accesses: "05:00:00, 29:00:00", atOnce: "in 05:00", items: "NO_CLOCK_OUT"},
		{name: "F09 nobody named", accesses: "08:00 hand user=, 09:00, 18:00, 18:01 autolock user=", atOnce: "in 09:00", atClose: "out 18:00"},
		{name: "F10 denied", accesses: "08:00 action=denied, 09:00, 18:00, 19:00 timeout", atOnce: "in 09:00", atClose: "out 18:00"},
		{name: "F11 remote unlock", accesses: "06:00 remote, 09:00, 18:00, 22:00 action=remote_unlock", atOnce: "in 09:00", atClose: "out 18:00"},
		{name: "an unknown type", accesses: "09:00 face, 12:00 face, 18:00 palm", atOnce: "in 09:00", atClose: "out 18:00", items: "UNKNOWN_TYPE UNKNOWN_TYPE"},
		{name: "first record an exit", accesses: "09:00 nfc_inside, 18:00 nfc_inside", atOnce: "in 09:00", atClose: "out 18:00", items: "FIRST_IS_EXIT"},
		{name: "last record an entry", accesses: "09:00 nfc_outside, 12:00 nfc_inside, 13:00 nfc_outside", atOnce: "in 09:00", atClose: "out 13:00", items: "LAST_IS_ENTRY"},
		{name: "no inside reader", accesses: "09:00 nfc_outside, 13:00 nfc_outside", atOnce: "in 09:00", atClose: "out 13:00"},
		{name: "night with a break across 05:00", accesses: "22:00 nfc_outside, 26:00 nfc_inside, 27:00 nfc_outside", nextFirst: "31:00", atOnce: "in 22:00", atClose: "out 27:00", items: "ACROSS_0500 LAST_IS_ENTRY"},
		{name: "a short evening visit, next morning far away", accesses: "18:00", nextFirst: "33:00", atOnce: "in 18:00", items: "NO_CLOCK_OUT"},
		{name: "nobody came", accesses: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			atOnce, atClose, items := c.live(t)
			if got := strings.Join(atOnce, ", "); got != c.atOnce {
				t.Errorf("at once: %q, want %q", got, c.atOnce)
			}
			if got := strings.Join(atClose, ", "); got != c.atClose {
				t.Errorf("at the close: %q, want %q", got, c.atClose)
			}
			if got := strings.Join(items, " "); got != c.items {
				t.Errorf("items: %q, want %q", got, c.items)
			}
		})
	}
}

// facts are those of the example before anybody came.
func (c example) facts(t *testing.T) Facts {
	f := factsAt(t, "05:00", "")
	if c.start != "" {
		f.FirstStart = clock(t, c.start)
		f.Start = f.FirstStart
	}
	for at, to := range map[string]**time.Time{c.webIn: &f.Web.In, c.webOut: &f.Web.Out} {
		if at != "" {
			v := clock(t, at)
			*to = &v
		}
	}
	return f
}

// live goes through the day and the next morning, and decides whenever somebody comes and every quarter of an hour.
func (c example) live(t *testing.T) (atOnce, atClose, items []string) {
	f := c.facts(t)
	all := rows(t, c.accesses)
	var findings []Finding
	for now := clock(t, "05:00"); !now.After(clock(t, "36:00")); now = now.Add(time.Minute) {
		f.read(now)
		f.Accesses = slices.DeleteFunc(slices.Clone(all), func(a Access) bool { return a.At.After(now) })
		came := slices.ContainsFunc(f.Accesses, func(a Access) bool { return now.Sub(a.At) < time.Minute })
		if !came && now.Minute()%15 != 0 {
			continue
		}
		if c.nextFirst != "" && !clock(t, c.nextFirst).After(now) {
			f.NextFirst = clock(t, c.nextFirst)
		}
		var stamps []Stamp
		stamps, findings, f.Standing = carryOut(DefaultRules(), f)
		for _, s := range stamps {
			text := fmt.Sprintf("%s %s", s.Kind, hour(t, s.At))
			if now.Before(f.Day.End()) {
				atOnce = append(atOnce, text)
			} else {
				atClose = append(atClose, text)
			}
			if due := dueTime(s, f.Day); c.start == "" && now.Sub(due) > time.Minute {
				t.Errorf("%s was sent %s late", text, now.Sub(due))
			}
		}
	}
	for _, f := range findings {
		items = append(items, string(f.Reason))
	}
	slices.Sort(items)
	return atOnce, atClose, items
}

// dueTime is when a stamp is due: 出勤 at its access, 退勤 when the day closes.
func dueTime(s Stamp, d Day) time.Time {
	if s.Kind == ClockOut {
		return d.End()
	}
	return s.At
}

// TestDecide looks at single decisions.
func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name, now, accesses string
		standing            []string
		change              func(*testing.T, *Facts)
		want                string // stamps, withdrawals, findings
		due                 string
	}{
		{name: "reading has not come so far", now: "12:00", accesses: "09:00", change: func(t *testing.T, f *Facts) { f.ReadUntil = clock(t, "08:59") }, due: "09:00"},
		{name: "reading reaches the access", now: "12:00", accesses: "09:00", change: func(t *testing.T, f *Facts) { f.ReadUntil = clock(t, "09:00") }, want: "in 1 09:00", due: "29:00"},
		{name: "closed, but read before 05:00 only", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00"}, change: func(t *testing.T, f *Facts) { f.ReadAt = clock(t, "28:59") }, due: "29:00"},
		{name: "closed, but not read to the end", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00"}, change: func(t *testing.T, f *Facts) { f.ReadUntil = clock(t, "28:00") }, due: "29:00"},
		{name: "C04 no trusted time yet", now: "30:00", accesses: "09:00, 18:00", change: func(t *testing.T, f *Facts) { f.Now = time.Time{} }, want: "in 1 09:00", due: "29:00"},
		{name: "a second before the close", now: "28:59:59", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00"}, due: "29:00"},
		{name: "at the close", now: "29:00", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00"}, want: "out 1 18:00"},
		{name: "both at once after a long absence", now: "80:00", accesses: "09:00, 18:00", want: "in 1 09:00, out 1 18:00"},
		{name: "decided before", now: "29:00", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00", "out 1 planned 18:00"}},
		{name: "F05 an earlier row while 出勤 is planned", now: "12:00", accesses: "09:00, 08:00", standing: []string{"in 1 planned 09:00"}, want: "in 1 08:00", due: "29:00"},
		{name: "a later row while 退勤 is planned", now: "30:00", accesses: "09:00, 18:00, 19:00", standing: []string{"in 1 sent 09:00", "out 1 planned 18:00"}, want: "out 1 19:00"},

		// Late rows.
		{name: "F01 an earlier first access, 出勤 sent", now: "12:00", accesses: "08:00, 09:00", standing: []string{"in 1 sent 09:00"}, want: "LATE_EARLIER", due: "29:00"},
		{name: "an earlier first access, 出勤 on its way", now: "12:00", accesses: "08:00, 09:00", standing: []string{"in 1 in_flight 09:00"}, want: "LATE_EARLIER", due: "29:00"},
		{name: "the sheet was put right", now: "12:00", accesses: "08:00, 09:00", standing: []string{"in 1 sent 09:00"}, change: func(t *testing.T, f *Facts) { v := clock(t, "08:00"); f.Web.In = &v }, due: "29:00"},
		{name: "F02 a later last access before 12:00", now: "35:59:59", accesses: "09:00, 18:00, 22:30", standing: []string{"in 1 sent 09:00", "out 1 sent 18:00"}, want: "out 2 22:30"},
		{name: "F02 a later last access from 12:00 on", now: "36:00", accesses: "09:00, 18:00, 22:30", standing: []string{"in 1 sent 09:00", "out 1 sent 18:00"}, want: "LATE_LATER"},
		{name: "a second correction", now: "33:00", accesses: "09:00, 18:00, 22:30, 23:00", standing: []string{"in 1 sent 09:00", "out 1 sent 18:00", "out 2 sent 22:30"}, want: "LATE_LATER"},
		{name: "a planned correction follows", now: "37:00", accesses: "09:00, 18:00, 22:30, 23:00", standing: []string{"in 1 sent 09:00", "out 1 sent 18:00", "out 2 planned 22:30"}, want: "out 2 23:00"},
		{name: "a correction waits for the first to settle", now: "33:00", accesses: "09:00, 18:00, 22:30", standing: []string{"in 1 sent 09:00", "out 1 in_flight 18:00"}},
		{name: "LATE_LATER, sent again by a person", now: "40:00", accesses: "09:00, 18:00, 22:30", standing: []string{"in 1 sent 09:00", "out 1 sent 18:00"}, change: func(_ *testing.T, f *Facts) { f.Asked = true }, want: "out 2 22:30"},
		{name: "LATE_LATER, and the employee put the sheet right", now: "40:00", accesses: "09:00, 18:00, 22:30", standing: []string{"in 1 sent 09:00", "out 1 sent 18:00"}, change: func(t *testing.T, f *Facts) { v := clock(t, "22:30"); f.Web.Out = &v }},
		{name: "F03 a day of which nothing was sent", now: "150:00", accesses: "09:00, 18:00", want: "in 1 09:00, out 1 18:00"},
		{name: "F03 its 退勤 was never called for", now: "150:00", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00"}, want: "out 1 18:00"},
		{name: "the correction's door was taken out", now: "34:00", accesses: "09:00, 18:00, 22:30 door=A9", standing: []string{"in 1 sent 09:00", "out 1 sent 18:00", "out 2 planned 22:30"}, change: func(_ *testing.T, f *Facts) { f.ExcludedDoors = map[string]bool{"A9": true} }, want: "withdraw out 2 EXCLUDED"},

		// Errors and deleted rows are a person's to send again.
		{name: "H02 エラー", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 error 09:00", "out 1 error 18:00"}},
		{name: "H06 deleted", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 deleted 09:00", "out 1 sent 18:00"}},
		{name: "再送 after エラー", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 error 09:00", "out 1 sent 18:00"}, change: func(_ *testing.T, f *Facts) { f.Asked = true }, want: "in 2 09:00"},
		{name: "N08 再送 again and again", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 error 09:00", "in 2 in_flight 09:00", "out 1 sent 18:00"}, change: func(_ *testing.T, f *Facts) { f.Asked = true }},
		{name: "再送 where nothing failed", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00", "out 1 sent 18:00"}, change: func(_ *testing.T, f *Facts) { f.Asked = true }},

		// Web stamps.
		{name: "gave way to Web 出勤", now: "12:00", accesses: "09:00", standing: []string{"in 1 withdrawn 09:00 WEB_FIRST"}, due: "29:00"},
		{name: "gave way to Web 出勤, and an earlier row comes", now: "12:00", accesses: "08:00, 09:00", standing: []string{"in 1 withdrawn 09:00 WEB_FIRST"}, want: "in 1 08:00", due: "29:00"},
		{name: "gave way to Web 退勤", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00", "out 1 withdrawn 18:00 WEB_LATER"}},
		{name: "gave way to Web 退勤, and a later row comes", now: "30:00", accesses: "09:00, 18:00, 22:00", standing: []string{"in 1 sent 09:00", "out 1 withdrawn 18:00 WEB_LATER"}, want: "out 1 22:00"},
		{name: "too short after Web 出勤", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 withdrawn 09:00 WEB_FIRST", "out 1 withdrawn 18:00 NO_CLOCK_OUT"}, want: "NO_CLOCK_OUT"},
		{name: "too short, but there is a Web 退勤", now: "30:00", accesses: "09:00", standing: []string{"in 1 sent 09:00"}, change: func(t *testing.T, f *Facts) { v := clock(t, "18:00"); f.Web.Out = &v }},
		{name: "too short after the 出勤 that was sent", now: "30:00", accesses: "08:00, 09:00, 09:03", standing: []string{"in 1 sent 09:00"}, want: "LATE_EARLIER, NO_CLOCK_OUT"},

		// People.
		{name: "G14 excluded by hand", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00", "out 1 planned 18:00"}, change: func(_ *testing.T, f *Facts) { f.Excluded = true }, want: "withdraw out 1 EXCLUDED"},
		{name: "excluded and taken in again", now: "30:00", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00", "out 1 withdrawn 18:00 EXCLUDED"}, want: "out 1 18:00"},
		{name: "G14 excluded after both had left, and late rows around them", now: "30:00", accesses: "08:00, 09:00, 18:00, 19:00", standing: []string{"in 1 sent 09:00", "out 1 sent 18:00"}, change: func(_ *testing.T, f *Facts) { f.Excluded = true }, want: "LATE_EARLIER, LATE_LATER"},
		{name: "G14 excluded after a 退勤 that has no 出勤", now: "30:00", accesses: "09:00, 18:00", standing: []string{"out 1 sent 18:00"}, change: func(t *testing.T, f *Facts) {
			f.Excluded, f.FirstStart, f.Start = true, clock(t, "12:00"), clock(t, "12:00")
		}, want: "SEEN_BEFORE_START"},
		{name: "its door excluded after a 退勤 that has no 出勤", now: "30:00", accesses: "09:00 door=A9, 18:00", standing: []string{"out 1 sent 18:00"}, change: func(t *testing.T, f *Facts) {
			f.ExcludedDoors, f.FirstStart, f.Start = map[string]bool{"A9": true}, clock(t, "12:00"), clock(t, "12:00")
		}, want: "SEEN_BEFORE_START"},
		{name: "an excluded door", now: "30:00", accesses: "08:00 door=A9, 09:00, 18:00", change: func(_ *testing.T, f *Facts) { f.ExcludedDoors = map[string]bool{"A9": true} }, want: "in 1 09:00, out 1 18:00"},
		{name: "the only door was excluded", now: "12:00", accesses: "09:00", standing: []string{"in 1 planned 09:00"}, change: func(_ *testing.T, f *Facts) { f.ExcludedDoors = map[string]bool{"A1": true} }, want: "withdraw in 1 EXCLUDED"},
		{name: "before 入社日", now: "30:00", accesses: "09:00, 18:00", change: func(_ *testing.T, f *Facts) { f.Entry = f.Day.Next() }, want: "NOT_EMPLOYED"},
		{name: "on 入社日", now: "12:00", accesses: "09:00", change: func(_ *testing.T, f *Facts) { f.Entry = f.Day }, want: "in 1 09:00", due: "29:00"},
		{name: "G09 on 退社日, into the night", now: "30:00", accesses: "22:00, 25:00", change: func(_ *testing.T, f *Facts) { f.End = f.Day }, want: "in 1 22:00, out 1 25:00"},
		{name: "G10 after 退社日", now: "30:00", accesses: "09:00, 18:00", change: func(_ *testing.T, f *Facts) { f.End = f.Day.Prev() }, want: "ACCESS_AFTER_LEAVING"},
		{name: "left, and did not come", now: "30:00", accesses: "", change: func(_ *testing.T, f *Facts) { f.End = f.Day.Prev() }},
		{name: "G11 linked today", now: "12:00", accesses: "09:00", change: func(_ *testing.T, f *Facts) { f.LinkedFrom = f.Day }, want: "in 1 09:00", due: "29:00"},
		{name: "linked later", now: "80:00", accesses: "09:00, 18:00", change: func(_ *testing.T, f *Facts) { f.LinkedFrom = f.Day.Add(2) }, want: "UNSTAMPED_DAY"},
		{name: "linked later, asked for", now: "80:00", accesses: "09:00, 18:00", change: func(_ *testing.T, f *Facts) { f.LinkedFrom, f.Asked = f.Day.Add(2), true }, want: "in 1 09:00, out 1 18:00"},
		{name: "asked for and planned", now: "80:00", accesses: "09:00, 18:00", standing: []string{"in 1 planned 09:00", "out 1 planned 18:00"}, change: func(_ *testing.T, f *Facts) { f.LinkedFrom = f.Day.Add(2) }},
		{name: "asked for, planned, and then filled by hand", now: "80:00", accesses: "09:00, 18:00", standing: []string{"in 1 planned 09:00", "out 1 planned 18:00"}, change: func(_ *testing.T, f *Facts) { f.LinkedFrom, f.SheetHas.In = f.Day.Add(2), true }, want: "withdraw in 1 FILLED_BY_HAND, withdraw out 1 FILLED_BY_HAND, FILLED_BY_HAND"},
		{name: "linked later, asked for, not empty", now: "80:00", accesses: "09:00, 18:00", change: func(_ *testing.T, f *Facts) { f.LinkedFrom, f.Asked, f.SheetHas.Out = f.Day.Add(2), true, true }, want: "FILLED_BY_HAND"},
		{name: "linked later, the sheet is complete", now: "80:00", accesses: "09:00, 18:00", change: func(_ *testing.T, f *Facts) { f.LinkedFrom, f.SheetHas = f.Day.Add(2), Kinds{true, true} }},

		// Starts.
		{name: "waiting for the start", now: "12:00", accesses: "09:00", change: func(t *testing.T, f *Facts) { f.FirstStart = clock(t, "13:00"); f.Start = f.FirstStart }, due: "13:00"},
		{name: "a day before the first start", now: "80:00", accesses: "09:00, 18:00", change: func(t *testing.T, f *Facts) { f.FirstStart = clock(t, "29:00"); f.Start = f.FirstStart }},
		{name: "waiting for the second start", now: "80:00", accesses: "09:00, 18:00", change: func(t *testing.T, f *Facts) { f.Start = clock(t, "90:00") }, due: "90:00"},
		{name: "missed while unlinked", now: "90:00", accesses: "09:00, 18:00", change: func(t *testing.T, f *Facts) { f.Start = clock(t, "90:00") }, want: "in 1 09:00, out 1 18:00"},
		{name: "missed, 出勤 filled by hand", now: "90:00", accesses: "09:00, 18:00", change: func(t *testing.T, f *Facts) { f.Start, f.SheetHas.In = clock(t, "90:00"), true }, want: "FILLED_BY_HAND, out 1 18:00"},
		{name: "missed, all filled by hand", now: "90:00", accesses: "09:00, 18:00", change: func(t *testing.T, f *Facts) { f.Start, f.SheetHas = clock(t, "90:00"), Kinds{true, true} }, want: "FILLED_BY_HAND, FILLED_BY_HAND"},
		{name: "missed, 出勤 was sent before", now: "90:00", accesses: "09:00, 18:00", standing: []string{"in 1 sent 09:00"}, change: func(t *testing.T, f *Facts) { f.Start = clock(t, "90:00") }, want: "out 1 18:00"},
		{name: "missed, and a later day was chosen", now: "90:00", accesses: "09:00, 18:00", change: func(t *testing.T, f *Facts) { f.Start, f.BackfillFrom = clock(t, "90:00"), f.Day.Next() }},
		{name: "the day of the second start", now: "13:00", accesses: "09:00", change: func(t *testing.T, f *Facts) { f.Start = clock(t, "13:00") }, want: "in 1 09:00", due: "29:00"},

		// Dates that can't be written.
		{name: "first access after midnight, no TargetDate", now: "80:00", accesses: "24:00, 28:00", change: func(_ *testing.T, f *Facts) { f.TargetDateWritable = false }, want: "DATE_UNWRITABLE"},
		{name: "first access just before midnight, no TargetDate", now: "80:00", accesses: "23:59:59, 28:00", change: func(_ *testing.T, f *Facts) { f.TargetDateWritable = false }, want: "in 1 23:59:59, out 1 28:00"},
		{name: "C14 退勤 after midnight without 出勤, no TargetDate", now: "80:00", accesses: "09:00, 13:00, 25:00", change: func(t *testing.T, f *Facts) {
			f.TargetDateWritable, f.FirstStart, f.Start = false, clock(t, "12:00"), clock(t, "12:00")
		}, want: "DATE_UNWRITABLE, SEEN_BEFORE_START"},
		{name: "C14 the same with a Web 出勤", now: "80:00", accesses: "09:00, 13:00, 25:00", change: func(t *testing.T, f *Facts) {
			in := clock(t, "09:10")
			f.TargetDateWritable, f.FirstStart, f.Start, f.Web.In = false, clock(t, "12:00"), clock(t, "12:00"), &in
		}, want: "SEEN_BEFORE_START, out 1 25:00"},
		{name: "first access after midnight", now: "80:00", accesses: "24:00, 28:00", want: "in 1 24:00, out 1 28:00"},

		// Doors with wrong clocks.
		{name: "F07 a door two hours ahead", now: "09:00", accesses: "08:30, 11:00", want: "FUTURE_ACCESS, in 1 08:30", due: "29:00"},
		{name: "F07 its time has come, and it stays wrong", now: "30:00", accesses: "09:00, 18:00, 20:00 seen=18:00", standing: []string{"in 1 sent 09:00"}, want: "FUTURE_ACCESS, out 1 18:00"},
		{name: "two minutes ahead are no matter", now: "09:02", accesses: "09:02 seen=09:00", want: "in 1 09:02", due: "29:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := factsAt(t, c.now, c.accesses)
			f.Standing = stands(t, c.standing...)
			if c.change != nil {
				c.change(t, &f)
			}
			d := Decide(DefaultRules(), f)
			// The order of what is told does not matter.
			got, want := strings.Split(told(t, d), ", "), strings.Split(c.want, ", ")
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("decided %q, want %q", got, want)
			}
			due := ""
			if !d.Due.IsZero() {
				due = hour(t, d.Due)
			}
			if due != c.due {
				t.Errorf("due %q, want %q", due, c.due)
			}
		})
	}
}

func TestSubSecondsAreCutAndIDsBreakTies(t *testing.T) {
	f := factsAt(t, "30:00", "")
	f.Accesses = []Access{
		{ID: "10", At: clock(t, "28:59:59").Add(999 * time.Millisecond), User: "U", Action: "unlock", Device: "akerun_app"},
		{ID: "9", At: clock(t, "28:59:59").Add(time.Millisecond), User: "U", Action: "unlock", Device: "akerun_app"},
		{ID: "2", At: clock(t, "09:00").Add(time.Millisecond), User: "U", Action: "unlock", Device: "akerun_app"},
		{ID: "11", At: clock(t, "29:00"), User: "U", Action: "unlock", Device: "akerun_app"},
	}
	d := Decide(DefaultRules(), f)
	if got := told(t, d); got != "in 1 09:00, out 1 28:59:59" {
		t.Errorf("decided %q", got)
	}
	if d.Stamps[0].AccessID != "2" || d.Stamps[1].AccessID != "10" || d.Count != 3 {
		t.Errorf("came from %s and %s of %d", d.Stamps[0].AccessID, d.Stamps[1].AccessID, d.Count)
	}
	if d.Stamps[1].At.Location() != time.UTC {
		t.Error("a stamp's instant is not in UTC")
	}
}

func TestAgainstWeb(t *testing.T) {
	at := func(s string) *time.Time {
		if s == "" {
			return nil
		}
		v := clock(t, s)
		return &v
	}
	for _, c := range []struct {
		name, kind, ours, webIn, webOut, in string
		onlyIfEmpty                         bool
		want                                Reason
		items                               int
	}{
		{name: "no Web 出勤", kind: "in", ours: "09:00", webOut: "18:00"},
		{name: "Web 出勤 earlier", kind: "in", ours: "09:00", webIn: "08:55", want: WebFirst},
		{name: "Web 出勤 29 minutes later", kind: "in", ours: "09:00:30", webIn: "09:29", want: WebFirst},
		{name: "Web 出勤 30 minutes later", kind: "in", ours: "09:00:30", webIn: "09:30", want: WebFirst, items: 1},
		{name: "filled by hand", kind: "in", ours: "09:00", webIn: "10:00", onlyIfEmpty: true, want: FilledByHand, items: 1},
		{name: "no Web 退勤", kind: "out", ours: "18:00", in: "09:00"},
		{name: "Web 退勤 earlier", kind: "out", ours: "18:00", webOut: "17:59", in: "09:00"},
		{name: "Web 退勤 in the same minute", kind: "out", ours: "18:00:59", webOut: "18:00", in: "09:00", want: WebLater},
		{name: "Web 退勤 later", kind: "out", ours: "18:00", webOut: "18:01", in: "09:00", want: WebLater},
		{name: "退勤 filled by hand", kind: "out", ours: "18:00", webOut: "17:00", in: "09:00", onlyIfEmpty: true, want: FilledByHand, items: 1},
		{name: "just after Web 出勤", kind: "out", ours: "18:02:59", webIn: "17:58", want: NoClockOut, items: 1},
		{name: "five minutes after Web 出勤", kind: "out", ours: "18:03", webIn: "17:58"},
		{name: "just after Web 出勤, with Web 退勤", kind: "out", ours: "18:02", webIn: "17:58", webOut: "19:00", want: NoClockOut},
		{name: "Web 出勤 later, but ours stands", kind: "out", ours: "18:02", webIn: "17:58", in: "09:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Stamp{Kind: Kind(c.kind), Revision: 1, At: clock(t, c.ours), OnlyIfEmpty: c.onlyIfEmpty}
			v := AgainstWeb(DefaultRules(), s, Web{In: at(c.webIn), Out: at(c.webOut)}, at(c.in))
			if v.Send != (c.want == "") || v.Reason != c.want || len(v.Findings) != c.items {
				t.Errorf("got %+v, want %q with %d items", v, c.want, c.items)
			}
		})
	}
}
