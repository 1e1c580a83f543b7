package company

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// from is a Tuesday, 08:00 in Japan.
var from = time.Date(2026, 11, 24, 8, 0, 0, 0, Japan)

func make1(t testing.TB, o Options) *Company {
	t.Helper()
	if o.From.IsZero() {
		o.From = from
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheBusinessDayBeginsAtFive(t *testing.T) {
	for at, want := range map[string]string{
		"2026-11-22T05:00:00+09:00": "2026-11-22",
		"2026-11-23T04:59:59+09:00": "2026-11-22",
		"2026-11-22T04:59:59+09:00": "2026-11-21",
		"2026-03-01T00:30:00+09:00": "2026-02-28",
		"1969-12-31T00:00:00Z":      "1969-12-31",
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		d := DayOf(instant)
		if d.String() != want {
			t.Errorf("%s lies in %s, want %s", at, d, want)
		}
		if DayOf(d.Begin()) != d || DayOf(d.Begin().Add(-time.Second)) != d-1 {
			t.Errorf("%s does not begin at %s", d, d.Begin())
		}
		if !d.At(5 * 3600).Equal(d.Begin()) {
			t.Errorf("05:00 of %s is %s", d, d.At(5*3600))
		}
	}
	if !DayOf(time.Date(2026, 11, 22, 12, 0, 0, 0, Japan)).weekend() || DayOf(from).weekend() {
		t.Error("2026-11-22 was a Sunday and 2026-11-24 a Tuesday")
	}
}

func TestTheSameSeedMakesTheSameCompanyAndAnotherSeedAnother(t *testing.T) {
	a, b, other := make1(t, Options{Seed: 7}), make1(t, Options{Seed: 7}), make1(t, Options{Seed: 8})
	d := DayOf(from)
	b.Accesses(d + 3) // days must not depend on those asked for before
	if !reflect.DeepEqual(a, b) || !reflect.DeepEqual(a.Accesses(d), b.Accesses(d)) || !reflect.DeepEqual(a.WebStamps(d), b.WebStamps(d)) {
		t.Error("two companies of seed 7 differ")
	}
	if reflect.DeepEqual(a.Users, other.Users) || reflect.DeepEqual(a.Accesses(d), other.Accesses(d)) {
		t.Error("seeds 7 and 8 make the same company")
	}
	times := func(d Day) (seconds []int64) {
		for _, row := range a.Accesses(d) {
			seconds = append(seconds, row.At-d.unix(0))
		}
		return seconds
	}
	if slices.Equal(times(d), times(d+1)) {
		t.Error("two days are alike")
	}
}

func TestEveryCompanyHasItsTroubles(t *testing.T) {
	for _, size := range []Size{Small, Medium, Large} {
		c := make1(t, Options{Seed: 3, Size: size})
		want := max(1, sizes[size].people/perTrouble)
		for _, trouble := range troubles {
			i := slices.IndexFunc(c.Cases, func(k Case) bool { return k.Trouble == trouble })
			if trouble == "" {
				continue
			}
			if i < 0 || len(c.Cases[i].Users) != want {
				t.Errorf("%s: trouble %s: %v, want %d users", size, trouble, c.Cases, want)
			}
		}
		if len(c.Doors) != sizes[size].doors {
			t.Errorf("%s has %d doors", size, len(c.Doors))
		}
	}
}

// find returns the first user and, where there is one, employee of a trouble.
func find(t *testing.T, c *Company, trouble Trouble) (User, Employee) {
	t.Helper()
	i := slices.IndexFunc(c.Cases, func(k Case) bool { return k.Trouble == trouble })
	if i < 0 {
		t.Fatalf("nobody has %s", trouble)
	}
	u := slices.IndexFunc(c.Users, func(u User) bool { return u.ID == c.Cases[i].Users[0] })
	if len(c.Cases[i].Employees) == 0 {
		return c.Users[u], Employee{}
	}
	e := slices.IndexFunc(c.Employees, func(e Employee) bool { return e.ID == c.Cases[i].Employees[0] })
	return c.Users[u], c.Employees[e]
}

func TestTroublesAreWhatTheyAreCalled(t *testing.T) {
	c := make1(t, Options{Seed: 5, Size: Medium})
	userCodes, employeeCodes := map[string]int{}, map[string]int{}
	for _, u := range c.Users {
		userCodes[u.Code]++
	}
	for _, e := range c.Employees {
		employeeCodes[e.Code]++
	}
	type pair struct {
		User
		Employee
	}
	for trouble, holds := range map[Trouble]func(pair) bool{
		DuplicateEmployeeCode: func(p pair) bool { return employeeCodes[p.User.Code] == 2 && userCodes[p.User.Code] == 1 },
		DuplicateUserCode:     func(p pair) bool { return userCodes[p.User.Code] == 2 && employeeCodes[p.User.Code] == 1 },
		NoUserCode:            func(p pair) bool { return p.User.Code == "" && employeeCodes[p.Employee.Code] == 1 },
		UnknownCode:           func(p pair) bool { return p.User.Code != "" && employeeCodes[p.User.Code] == 0 },
		FullWidthCode:         func(p pair) bool { return fullWidth(p.Employee.Code) == p.User.Code },
		LostZeros: func(p pair) bool {
			return p.User.Code != p.Employee.Code && strings.TrimLeft(p.Employee.Code, "0") == p.User.Code
		},
		LetterCase:       func(p pair) bool { return p.User.Code[0] == 'a' && p.Employee.Code[0] == 'A' },
		Leaver:           func(p pair) bool { return p.End >= DayOf(from).String() },
		LeaverWhoComes:   func(p pair) bool { return p.End < DayOf(from).String() && p.End != "" },
		Rehired:          func(p pair) bool { return employeeCodes[p.User.Code] == 2 && p.End == "" },
		TwoOrganizations: func(p pair) bool { return len(p.Memberships) == 2 },
		Executive:        func(p pair) bool { return p.User.Code == "" && p.Employee.ID == "" },
		GuestCard:        func(p pair) bool { return p.User.Code == "" && p.User.Name == "来客用カード" },
		Joiner:           func(p pair) bool { return p.User.Code == "" && p.Entry > DayOf(from).String() },
	} {
		u, e := find(t, c, trouble)
		if !holds(pair{u, e}) {
			t.Errorf("%s: user %+v, employee %+v", trouble, u, e)
		}
	}
	for i, change := range c.Changes {
		if i > 0 && change.At.Before(c.Changes[i-1].At) {
			t.Error("changes are out of order")
		}
	}
}

func TestIdsAreSoundAndNobodySharesOne(t *testing.T) {
	c := make1(t, Options{Seed: 1, Size: Large})
	seen := map[string]bool{}
	for _, id := range slices.Concat(ids(c.Users, func(u User) string { return u.ID }), ids(c.Employees, func(e Employee) string { return e.ID }),
		ids(c.Employees, func(e Employee) string { return e.UserID }), ids(c.Doors, func(d Door) string { return d.ID })) {
		if seen[id] {
			t.Fatalf("id %s twice", id)
		}
		seen[id] = true
	}
	// Worked out by hand: each of the last three letters tells which of five characters are capitals.
	if got := salesforceID("001", 0); got[:15] != "0015j0000000000" || len(got) != 18 || got[15:] != "AAA" {
		t.Errorf("got %s", got)
	}
	if got := salesforceID("a0K", 35)[15:]; got != "EAQ" {
		t.Errorf("a0K5j000000000Z ends in %s, want EAQ", got)
	}
}

func ids[T any](of []T, id func(T) string) []string {
	all := make([]string, len(of))
	for i := range of {
		all[i] = id(of[i])
	}
	return all
}

func TestAMonthLooksAsItShould(t *testing.T) {
	c := make1(t, Options{Seed: 2, Size: Medium})
	var rows, nobody, late, strange, across, afterMidnight, weekend, weekdays, weekends int
	for d := DayOf(from); d < DayOf(from)+28; d++ {
		if d.weekend() {
			weekends++
		} else {
			weekdays++
		}
		for _, a := range c.Accesses(d) {
			switch {
			case d.weekend():
				weekend++
			default:
				rows++
			}
			if a.User < 0 {
				nobody++
			}
			if a.Up-a.At > 60 {
				late++
			}
			if a.Kind >= FaceReader {
				strange++
			}
			if dayOfUnix(a.At) != d {
				across++
			} else if a.At > d.unix(24*3600) {
				afterMidnight++
			}
		}
	}
	all := float64(rows + weekend)
	between(t, "accesses a person and weekday", float64(rows)/float64(weekdays)/1000, 6.5, 9)
	between(t, "accesses a person and weekend day", float64(weekend)/float64(weekends)/1000, 0.1, 1)
	between(t, "share without user", float64(nobody)/all, 0.027, 0.033)
	between(t, "share late", float64(late)/all, 0.004, 0.006)
	between(t, "share of strange kinds", float64(strange)/all, 0.001, 0.003)
	between(t, "accesses after midnight", float64(afterMidnight), 1000, 1e6)
	between(t, "accesses across 05:00", float64(across), 20, 1e5)
}

func between(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s: %.4f, want %.4f to %.4f", what, got, low, high)
	}
}

func TestRowsKeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, err := New(Options{Seed: rapid.Uint64().Draw(t, "seed"), People: rapid.IntRange(10, 60).Draw(t, "people"), Doors: rapid.IntRange(1, 9).Draw(t, "doors"), From: from})
		if err != nil {
			t.Fatal(err)
		}
		d := DayOf(from) + Day(rapid.IntRange(-14, 40).Draw(t, "day"))
		before := int64(0)
		for i, a := range c.Accesses(d) {
			if a.At < before || a.Day != d || int(a.Index) != i {
				t.Fatalf("row %d of %s is out of order or misnamed: %+v", i, d, a)
			}
			before = a.At
			if own := dayOfUnix(a.At); own != d && own != d+1 || a.Up < a.At || dayOfUnix(a.Up) > d+MostLateDays {
				t.Fatalf("row %d of %s has impossible times: %+v", i, d, a)
			}
			if a.User >= int32(len(c.Users)) || a.Door < 0 || a.Door >= int32(len(c.Doors)) || int(a.Kind) >= len(Kinds) {
				t.Fatalf("row %d of %s points nowhere: %+v", i, d, a)
			}
			if nobody := a.Kind >= Autolock && a.Kind <= Timeout; nobody != (a.User < 0) {
				t.Fatalf("row %d of %s: kind and user disagree: %+v", i, d, a)
			}
		}
	})
}

func TestWebStampsGoWithTheDoor(t *testing.T) {
	c := make1(t, Options{Seed: 4, Size: Medium})
	user := map[int]int32{}
	for _, p := range c.people {
		user[p.employee] = int32(p.user)
	}
	var before, after, stamps int
	for d := DayOf(from); d < DayOf(from)+5; d++ {
		first := map[int32]int64{}
		for _, a := range c.Accesses(d) {
			if _, seen := first[a.User]; !seen {
				first[a.User] = a.At
			}
		}
		for _, w := range c.WebStamps(d) {
			stamps++
			at, came := first[user[w.Employee]]
			if !came {
				t.Fatalf("%s: employee %d stamped but never came", d, w.Employee)
			}
			if DayOf(w.At) != d {
				t.Fatalf("stamp of %s at %s", d, w.At)
			}
			if w.Out {
				continue
			}
			if w.At.Unix() < at {
				before++
			} else {
				after++
			}
		}
	}
	if stamps < 200 || before < 50 || after < 50 {
		t.Errorf("%d Web stamps, %d 出勤 before and %d after the door", stamps, before, after)
	}
}

func TestImpossibleCompaniesAreRefused(t *testing.T) {
	for name, o := range map[string]Options{
		"size":   {Size: "XL", From: from},
		"people": {People: 3, From: from},
		"doors":  {Doors: -1, From: from},
		"start":  {},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func BenchmarkDayOfL(b *testing.B) {
	c := make1(b, Options{Seed: 1, Size: Large})
	rows := 0
	for b.Loop() {
		rows += len(c.Accesses(DayOf(from)))
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
