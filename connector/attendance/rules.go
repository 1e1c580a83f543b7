package attendance

import (
	"strings"
	"time"
)

// Version counts the states of the rules. It is written beside every decision, so that a day keeps the rules it was decided by.
const Version = 1

// Rules holds the numbers of the rules and the types of accesses that do not count.
type Rules struct {
	// MinimumSpan is the least time between 出勤 and 退勤: one visit to the door is no day's work.
	MinimumSpan time.Duration
	// WebLater is how much later than ours a Web 出勤 must be to be shown for review.
	WebLater time.Duration
	// CorrectionUntil is how long after the close of a day its 退勤 is corrected without asking: until 12:00, before people
	// look at yesterday's sheet and repair it by hand.
	CorrectionUntil time.Duration
	// LookBack is how far back accesses are read again; what a door uploads later than that is found by its id only.
	LookBack time.Duration
	// FutureTolerance is how far a door's clock may run ahead of the servers'.
	FutureTolerance time.Duration
	// AcrossWithin is the longest time from the last access of a day to the first of the next that still looks like one shift.
	AcrossWithin time.Duration
	// Deny lists parts of the names of actions and device types that are nobody's presence. Case, blanks, '_' and '-' do not matter.
	Deny []string
}

// DefaultRules returns the rules as docs/rules.md gives them.
func DefaultRules() Rules {
	return Rules{
		MinimumSpan:     5 * time.Minute,
		WebLater:        30 * time.Minute,
		CorrectionUntil: 7 * time.Hour,
		LookBack:        7 * 24 * time.Hour,
		FutureTolerance: 2 * time.Minute,
		AcrossWithin:    12 * time.Hour,
		Deny: []string{
			"autolock", "オートロック",
			"timeout", "タイムアウト",
			"remote", "リモート", "遠隔", // from home as well as from the desk
			"denied", "deny", "reject", "refuse", "拒否",
			"fail", "error", "invalid", "unauthorized", "forbidden", "失敗", "エラー",
		},
	}
}

// The types that Akerun is known to report for a person at the door.
var (
	knownActions = map[string]bool{"unlock": true, "lock": true, "入室": true, "退室": true, "解錠": true, "施錠": true}
	knownDevices = map[string]bool{"akerunapp": true, "nfcoutside": true, "nfcinside": true}
)

// Counts tells whether an access of this type that names a user counts as that person's presence, and whether the type is one that is
// known. A type never seen before counts, and is to be listed once.
func (r Rules) Counts(action, device string) (eligible, known bool) {
	a, d := plain(action), plain(device)
	for _, denied := range r.Deny {
		if p := plain(denied); p != "" && (strings.Contains(a, p) || strings.Contains(d, p)) {
			return false, true
		}
	}
	return true, knownActions[a] && knownDevices[d]
}

// Plausible tells whether a row that was first read at seen can be right about its time: not ahead of it by more than the tolerance,
// and not before Akerun was ever sold (2015; a clock without power starts in 1970). A zero seen is not compared.
func (r Rules) Plausible(at, seen time.Time) bool {
	if at.Year() < 2015 {
		return false
	}
	return seen.IsZero() || !at.After(seen.Add(r.FutureTolerance))
}

var separators = strings.NewReplacer("_", "", "-", "", " ", "", ":", "", "/", "")

// plain takes off a name what differs between spellings of one type.
func plain(s string) string {
	if isPlain(s) {
		return s
	}
	return separators.Replace(strings.ToLower(s))
}

// isPlain tells of most names that there is nothing to take off.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
