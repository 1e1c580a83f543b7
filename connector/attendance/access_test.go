package attendance

import (
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCompareID(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"9", "10", -1},
		{"1234567890921123456789", "1234567890921123456790", -1}, // E09: beyond 64 bits
		{"18446744073709551616", "18446744073709551615", 1},
		{"7", "7", 0},
		{"", "1", -1},
	} {
		if got := CompareID(c.a, c.b); got != c.want {
			t.Errorf("CompareID(%s, %s) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`[1-9][0-9]{0,24}`)
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		x, _ := new(big.Int).SetString(a, 10)
		y, _ := new(big.Int).SetString(b, 10)
		if got, want := CompareID(a, b), x.Cmp(y); got != want {
			t.Fatalf("CompareID(%s, %s) = %d, want %d", a, b, got, want)
		}
	})
}

func TestCounts(t *testing.T) {
	for _, c := range []struct {
		action, device  string
		eligible, known bool
	}{
		{"unlock", "nfc_outside", true, true},
		{"lock", "nfc_inside", true, true},
		{"unlock", "akerun_app", true, true},
		{"lock", "autolock", false, true},
		{"unlock", "AutoLock", false, true},
		{"lock", "auto-lock", false, true},
		{"lock", "timeout", false, true},
		{"unlock", "remote", false, true},
		{"remote_unlock", "web", false, true},
		{"unlock_denied", "nfc_outside", false, true},
		{"unlock", "nfc_failed", false, true},
		{"施錠", "オートロック", false, true},
		{"unlock", "face_reader", true, false},
		{"enter", "nfc_outside", true, false},
		{"unlock", "", true, false},
	} {
		if eligible, known := DefaultRules().Counts(c.action, c.device); eligible != c.eligible || known != c.known {
			t.Errorf("Counts(%s, %s) = %v, %v; want %v, %v", c.action, c.device, eligible, known, c.eligible, c.known)
		}
	}
	if eligible, known := (Rules{Deny: []string{""}}).Counts("unlock", "nfc_outside"); !eligible || !known {
		t.Error("an empty pattern denies everything")
	}
}

func TestPlausible(t *testing.T) {
	seen := instant(t, "2026-11-22T09:00:00+09:00")
	for _, c := range []struct {
		at   string
		want bool
	}{
		{"1970-01-01T00:00:00Z", false},
		{"2026-11-22T09:02:00+09:00", true},
		{"2026-11-22T09:02:01+09:00", false},
		{"2099-01-01T00:00:00Z", false},
		{"2026-10-01T09:00:00+09:00", true},
	} {
		if got := DefaultRules().Plausible(instant(t, c.at), seen); got != c.want {
			t.Errorf("Plausible(%s) = %v, want %v", c.at, got, c.want)
		}
	}
	if !DefaultRules().Plausible(seen, time.Time{}) {
		t.Error("without a time of reading nothing is ahead of it")
	}
}

func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range AllReasons() {
		if !r.Known() || r.Japanese() == r.String() || seen[r.Japanese()] || seen[r.String()] {
			t.Errorf("%s has no name of its own", r)
		}
		seen[r.Japanese()], seen[r.String()] = true, true
	}
	for r, want := range map[Reason]List{
		BatchOff: Stopped, NotProcessed: Stopped, LoginNeeded: Stopped, OtherConnector: Stopped,
		NoUserCode: Action, AccessAfterLeaving: Action, Rejected: Action, NotOnSheet: Action, UnknownOutcome: Action, TooOld: Action,
		NoClockOut: Review, LateEarlier: Review, UnstampedDay: Review, UnknownType: Review,
		NotEmployed: Recorded, WebFirst: Recorded,
		Reason("SOMETHING_NEW"): Action,
	} {
		if got := r.List(); got != want {
			t.Errorf("%s is on %s, want %s", r, got.Japanese(), want.Japanese())
		}
	}
	if Reason("SOMETHING_NEW").Known() {
		t.Error("the set is not closed")
	}
}
