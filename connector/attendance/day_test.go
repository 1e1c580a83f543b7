package attendance

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func day(t testing.TB, s string) Day {
	t.Helper()
	d, err := ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDayOf(t *testing.T) {
	for _, c := range []struct{ name, at, want string }{
		{"C13 the last millisecond", "2026-11-23T04:59:59.999+09:00", "2026-11-22"},
		{"C13 the boundary", "2026-11-23T05:00:00.000+09:00", "2026-11-23"},
		{"C13 the first millisecond", "2026-11-23T05:00:00.001+09:00", "2026-11-23"},
		{"the same instant elsewhere", "2026-11-22T15:00:00-05:00", "2026-11-23"},
		{"one second before, elsewhere", "2026-11-22T14:59:59-05:00", "2026-11-22"},
		{"C14 28 February, no leap year", "2027-03-01T04:59:59+09:00", "2027-02-28"},
		{"C14 29 February", "2028-03-01T04:59:59+09:00", "2028-02-29"},
		{"C14 the year's last day before midnight", "2026-12-31T23:50:00+09:00", "2026-12-31"},
		{"C14 the year's last day after midnight", "2027-01-01T04:59:00+09:00", "2026-12-31"},
		{"C14 the new year", "2027-01-01T05:00:00+09:00", "2027-01-01"},
		{"a clock without power", "1970-01-01T00:00:00Z", "1970-01-01"},
		{"before 1970", "1969-12-31T19:59:59Z", "1969-12-31"},
		{"long before", "0001-01-01T05:00:00Z", "0001-01-01"},
		{"far ahead", "2099-12-31T20:00:00Z", "2100-01-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := DayOf(instant(t, c.at)).String(); got != c.want {
				t.Errorf("DayOf(%s) = %s, want %s", c.at, got, c.want)
			}
		})
	}
}

func TestDayBorders(t *testing.T) {
	d := day(t, "2026-11-22")
	if got := d.Start().Format(time.RFC3339); got != "2026-11-22T05:00:00+09:00" {
		t.Errorf("Start = %s", got)
	}
	if got := d.End().Format(time.RFC3339); got != "2026-11-23T05:00:00+09:00" {
		t.Errorf("End = %s", got)
	}
	if got := d.Midnight().Format(time.RFC3339); got != "2026-11-22T00:00:00+09:00" {
		t.Errorf("Midnight = %s", got)
	}
	if got := d.Number(); got != 20779 {
		t.Errorf("Number = %d, want 20779", got)
	}
	if d.Next().Prev() != d || !d.Before(d.Next()) || !d.After(d.Prev()) || d.Compare(d) != 0 {
		t.Error("neighbours of a day are not in order")
	}
}

func TestZeroDay(t *testing.T) {
	var none Day
	if !none.IsZero() || none.String() != "" || DayFromNumber(none.Number()) != none {
		t.Errorf("the zero Day is %q", none)
	}
	if d := DayFromNumber(0); d.IsZero() || d.String() != "1970-01-01" {
		t.Errorf("day 0 is %q", d)
	}
	d := day(t, "2026-11-22")
	if err := d.UnmarshalText(nil); err != nil || !d.IsZero() {
		t.Errorf("an empty text gives %q, %v", d, err)
	}
}

func TestParseDayRefuses(t *testing.T) {
	for _, s := range []string{"", "2026-02-29", "2026/11/22", "2026-11-22T00:00:00Z", "26-11-22", "0000-01-01", "2026-13-01", " 2026-11-22"} {
		if d, err := ParseDay(s); err == nil {
			t.Errorf("ParseDay(%q) = %s, want an error", s, d)
		}
	}
}

func anyInstant() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		at := time.Unix(rapid.Int64Range(-62135596800, 253402300000).Draw(t, "unix"), rapid.Int64Range(0, 999999999).Draw(t, "ns"))
		zone := rapid.IntRange(-12*60, 14*60).Draw(t, "zone")
		return at.In(time.FixedZone("", zone*60))
	})
}

func TestDayIsTotalAndMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyInstant().Draw(t, "a"), anyInstant().Draw(t, "b")
		d := DayOf(a)
		if a.Before(d.Start()) || !a.Before(d.End()) {
			t.Fatalf("%s is not within its own day %s", a, d)
		}
		for _, other := range []Day{d.Prev(), d.Next(), d.Add(400)} {
			if other.Contains(a) || !a.Before(other.Start()) && a.Before(other.End()) {
				t.Fatalf("%s is in %s and in %s", a, d, other)
			}
		}
		if a.Before(b) && DayOf(b).Before(d) {
			t.Fatalf("%s is before %s, yet its day comes after", a, b)
		}
		if !d.End().Equal(d.Next().Start()) {
			t.Fatalf("a gap after %s", d)
		}
		if back := DayFromNumber(d.Number()); back != d {
			t.Fatalf("number of %s leads to %s", d, back)
		}
		if a.Year() > 0 && a.Year() < 9999 {
			back, err := ParseDay(d.String())
			if err != nil || back != d {
				t.Fatalf("%s reads back as %s: %v", d, back, err)
			}
		}
	})
}

func TestKey(t *testing.T) {
	d := day(t, "2026-11-22")
	got := Key("00D000000000001AAA", "a0E000000000001AAA", d, ClockIn, 1)
	// printf '00D000000000001AAA\na0E000000000001AAA\n2026-11-22\nin\n1' | sha256sum
	if want := "db1/a1fa61a939204937ab267ed815607401"; got != want {
		t.Errorf("Key = %s, want %s", got, want)
	}
	seen := map[string]bool{got: true}
	for _, other := range []string{
		Key("00D000000000002AAA", "a0E000000000001AAA", d, ClockIn, 1),
		Key("00D000000000001AAA", "a0E000000000002AAA", d, ClockIn, 1),
		Key("00D000000000001AAA", "a0E000000000001AAA", d.Next(), ClockIn, 1),
		Key("00D000000000001AAA", "a0E000000000001AAA", d, ClockOut, 1),
		Key("00D000000000001AAA", "a0E000000000001AAA", d, ClockIn, 2),
	} {
		if seen[other] || len(other) != 36 {
			t.Errorf("%s is no key of its own", other)
		}
		seen[other] = true
	}
}

func TestParseKind(t *testing.T) {
	for _, k := range []Kind{ClockIn, ClockOut} {
		if got, err := ParseKind(k.String()); err != nil || got != k {
			t.Errorf("ParseKind(%s) = %s, %v", k, got, err)
		}
	}
	if k, err := ParseKind("break"); err == nil {
		t.Errorf("ParseKind(break) = %s", k)
	}
	if ClockIn.Japanese() != "出勤" || ClockOut.Japanese() != "退勤" {
		t.Error("the kinds have other names in the field")
	}
}
