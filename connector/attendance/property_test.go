package attendance

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var someDay = DayFromNumber(20781)

func anyAccess() *rapid.Generator[Access] {
	return rapid.Custom(func(t *rapid.T) Access {
		second := rapid.IntRange(-3600, 25*3600).Draw(t, "second") // an hour of either neighbour, too
		if rapid.Bool().Draw(t, "close together") {
			second = rapid.IntRange(14300, 14900).Draw(t, "close")
		}
		at := someDay.Start().Add(time.Duration(second) * time.Second)
		return Access{
			ID:     fmt.Sprint(rapid.IntRange(1, 1<<40).Draw(t, "id")),
			At:     at,
			User:   rapid.SampledFrom([]string{"U-1", "U-1", "U-1", "U-1", ""}).Draw(t, "user"),
			Door:   rapid.SampledFrom([]string{"A1", "A2", "A9"}).Draw(t, "door"),
			Action: rapid.SampledFrom([]string{"unlock", "unlock", "unlock", "lock", "denied", "wave"}).Draw(t, "action"),
			Device: rapid.SampledFrom([]string{"nfc_outside", "nfc_inside", "akerun_app", "autolock", "timeout", "face"}).Draw(t, "device"),
			Seen:   at.Add(time.Duration(rapid.IntRange(-10, 600).Draw(t, "seen after")) * time.Minute),
		}
	})
}

func minuteOfDay(t *rapid.T, name string) *time.Time {
	if !rapid.Bool().Draw(t, name+"?") {
		return nil
	}
	at := someDay.Start().Add(time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, name)) * time.Minute)
	return &at
}

// anyFacts is a day with everything that may happen to it, and nothing decided yet.
func anyFacts(t *rapid.T) Facts {
	first := someDay.Start().AddDate(0, -1, 0)
	if rapid.IntRange(0, 4).Draw(t, "starts today?") == 0 {
		first = someDay.Start().Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "first start")) * time.Minute)
	}
	f := Facts{
		Day:                someDay,
		Accesses:           rapid.SliceOfNDistinct(anyAccess(), 0, 12, func(a Access) string { return a.ID }).Draw(t, "accesses"),
		Excluded:           rapid.IntRange(0, 9).Draw(t, "excluded") == 0,
		ExcludedDoors:      map[string]bool{"A9": rapid.Bool().Draw(t, "A9 is out")},
		FirstStart:         first,
		Start:              first,
		Web:                Web{In: minuteOfDay(t, "web in"), Out: minuteOfDay(t, "web out")},
		TargetDateWritable: rapid.Bool().Draw(t, "TargetDate"),
		Asked:              rapid.IntRange(0, 4).Draw(t, "asked") == 0,
	}
	f.SheetHas = Kinds{In: f.Web.In != nil, Out: f.Web.Out != nil}
	switch rapid.IntRange(0, 5).Draw(t, "history") {
	case 0:
		f.Start = first.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "second start")) * time.Hour)
	case 1:
		f.LinkedFrom = someDay.Add(rapid.IntRange(-1, 2).Draw(t, "linked"))
	case 2:
		f.End = someDay.Add(rapid.IntRange(-1, 1).Draw(t, "end"))
	case 3:
		f.Entry = someDay.Add(rapid.IntRange(-1, 1).Draw(t, "entry"))
	}
	f.read(someDay.Start().Add(time.Duration(rapid.IntRange(0, 40*60).Draw(t, "now")) * time.Minute))
	f.ReadUntil = f.Now.Add(-time.Duration(rapid.IntRange(0, 120).Draw(t, "behind")) * time.Minute)
	return f
}

// plan is what stands when a decision has been written down but nothing sent.
func plan(standing []Standing, d Decision) []Standing {
	var after []Standing
	for _, s := range standing {
		gone := slices.ContainsFunc(d.Withdraw, func(w Withdrawal) bool { return w.Kind == s.Kind && w.Revision == s.Revision })
		again := slices.ContainsFunc(d.Stamps, func(n Stamp) bool { return n.Kind == s.Kind && n.Revision == s.Revision })
		if !gone && !again {
			after = append(after, s)
		}
	}
	for _, s := range d.Stamps {
		after = append(after, Standing{Kind: s.Kind, Revision: s.Revision, At: s.At, State: Planned})
	}
	return after
}

func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		want := Decide(DefaultRules(), f)
		f.Accesses = rapid.Permutation(slices.Concat(f.Accesses, f.Accesses)).Draw(t, "order")
		if got := Decide(DefaultRules(), f); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order:\n%+v\nwant\n%+v", got, want)
		}
	})
}

func TestDecidingTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		first := Decide(DefaultRules(), f)
		f.Standing = plan(nil, first)
		if len(first.Stamps) > 0 || first.Due.IsZero() && len(first.Findings) == 0 {
			f.Asked = f.Asked && rapid.Bool().Draw(t, "still asked")
		}
		second := Decide(DefaultRules(), f)
		if len(second.Stamps) > 0 || len(second.Withdraw) > 0 {
			t.Fatalf("decided again: %+v, withdrawn %+v", second.Stamps, second.Withdraw)
		}
		if len(first.Stamps) > 0 && !reflect.DeepEqual(first.Findings, second.Findings) {
			t.Fatalf("findings\n%+v\nthen\n%+v", first.Findings, second.Findings)
		}
		if !first.Due.Equal(second.Due) {
			t.Fatalf("due %s, then %s", first.Due, second.Due)
		}
	})
}

// forbidden tells whether a must not be stamped, by the rules' text.
func forbidden(r Rules, f Facts, a Access) bool {
	eligible, _ := r.Counts(a.Action, a.Device)
	row := !eligible || a.User == "" || f.ExcludedDoors[a.Door] || !f.Day.Contains(a.At) || a.At.Before(f.FirstStart) || a.At.After(a.Seen.Add(2*time.Minute))
	return row || f.Excluded || f.Now.Before(f.Start) || f.Day.Before(f.Entry) || !f.End.IsZero() && f.Day.After(f.End)
}

func TestOnlyEligibleAccessesAreStamped(t *testing.T) {
	r := DefaultRules()
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		d := Decide(r, f)
		var in, out []Stamp
		for _, s := range d.Stamps {
			i := slices.IndexFunc(f.Accesses, func(a Access) bool { return a.ID == s.AccessID })
			if i < 0 {
				t.Fatalf("%+v comes from nowhere", s)
			}
			if a := f.Accesses[i]; forbidden(r, f, a) || !s.At.Equal(a.At) {
				t.Fatalf("%+v must not be stamped, or not at %s", a, s.At)
			}
			if s.Kind == ClockIn {
				in = append(in, s)
			} else {
				out = append(out, s)
			}
		}
		checkPair(t, r, f, in, out)
	})
}

// checkPair checks a decision's 出勤 and 退勤 against each other and against what had been read.
func checkPair(t *rapid.T, r Rules, f Facts, in, out []Stamp) {
	if len(in) > 1 || len(out) > 1 {
		t.Fatalf("%d 出勤 and %d 退勤", len(in), len(out))
	}
	if len(out) == 1 && (f.Now.Before(f.Day.End()) || f.ReadUntil.Before(f.Day.End())) {
		t.Fatalf("退勤 at %s, read until %s", f.Now, f.ReadUntil)
	}
	if len(in) == 1 && in[0].At.After(f.ReadUntil) {
		t.Fatalf("出勤 %s, read until %s", in[0].At, f.ReadUntil)
	}
	if len(in) == 1 && len(out) == 1 && out[0].At.Sub(in[0].At) < r.MinimumSpan {
		t.Fatalf("退勤 %s only after %s", out[0].At, out[0].At.Sub(in[0].At))
	}
}

// TestPages serves a day in pages and lets every decision be sent at once: what is stamped in the end is what one decision over the
// whole day calls for.
func TestPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		for i := range f.Accesses {
			f.Accesses[i].Seen = f.Accesses[i].At
		}
		f.Asked, f.Web, f.SheetHas = false, Web{}, Kinds{}
		f.read(someDay.End().Add(8 * time.Hour)) // too late for corrections
		if f.Start.After(f.Now) {
			f.Start = f.Now
		}
		want := Decide(DefaultRules(), f).Stamps

		all := f.Accesses
		slices.SortFunc(all, func(a, b Access) int { return a.At.Compare(b.At) })
		f.Accesses = nil
		var got []Stamp
		for len(all) > 0 {
			n := rapid.IntRange(1, len(all)).Draw(t, "page")
			f.Accesses, all = append(f.Accesses, all[:n]...), all[n:]
			f.ReadUntil = f.Now
			if len(all) > 0 {
				f.ReadUntil = all[0].At.Add(-time.Nanosecond) // complete up to just before the next page's first row
			}
			d := Decide(DefaultRules(), f)
			got = append(got, d.Stamps...)
			for _, s := range d.Stamps {
				f.Standing = append(f.Standing, Standing{Kind: s.Kind, Revision: s.Revision, At: s.At, State: Sent})
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("in pages %+v, at once %+v", got, want)
		}
	})
}

// TestLateRowsNeverDouble sends at every step whatever is decided, with rows coming in any order, and looks at all that was sent.
func TestLateRowsNeverDouble(t *testing.T) {
	r := DefaultRules()
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		f.Asked = false
		all := rapid.Permutation(f.Accesses).Draw(t, "arrival")
		f.Accesses = nil
		sent := map[string]bool{}
		now := f.FirstStart
		for step := 0; step < 12; step++ {
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "passes")) * time.Minute)
			f.read(now)
			if len(all) > 0 {
				f.Accesses, all = append(f.Accesses, all[0]), all[1:]
			}
			stamps, _, standing := carryOut(r, f)
			f.Standing = standing
			for _, s := range stamps {
				key := fmt.Sprint(s.Kind, s.Revision)
				if sent[key] {
					t.Fatalf("%s was sent twice", key)
				}
				sent[key] = true
				if s.Revision > 1 && (s.Kind == ClockIn || s.Revision > 2 || !now.Before(f.Day.End().Add(r.CorrectionUntil))) {
					t.Fatalf("%+v was sent at %s", s, now)
				}
			}
			// Settled by the Web or sent: the same facts call for nothing more.
			if again := Decide(r, f).Stamps; len(again) > 0 {
				t.Fatalf("called for again: %+v, standing %+v", again, f.Standing)
			}
		}
	})
}
