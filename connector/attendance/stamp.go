package attendance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Kind is the kind of a stamp.
type Kind string

// The two kinds of stamps.
const (
	ClockIn  Kind = "in"  // 出勤
	ClockOut Kind = "out" // 退勤
)

// String gives "in" or "out".
func (k Kind) String() string { return string(k) }

// Japanese gives 出勤 or 退勤.
func (k Kind) Japanese() string {
	if k == ClockIn {
		return "出勤"
	}
	return "退勤"
}

// ParseKind reads what Kind.String gives.
func ParseKind(s string) (Kind, error) {
	switch k := Kind(s); k {
	case ClockIn, ClockOut:
		return k, nil
	}
	return "", fmt.Errorf("reading the kind %.20q: neither in nor out", s)
}

// Stamp is a 打刻 that a business day calls for.
type Stamp struct {
	Kind     Kind
	Revision int       // 1, or more where a former revision was corrected or sent again
	At       time.Time // the instant of its access, UTC, whole seconds
	AccessID string    // the access it comes from

	// OnlyIfEmpty is set where the stamp may be sent only if the sheet has no time of its kind, whoever came first:
	// days before a second start, and days sent because a person asked for an 未打刻の日.
	OnlyIfEmpty bool
}

// Key names a stamp for good: the same organisation, employee, day, kind and revision give the same key on every PC. The ids are
// Salesforce's in their long form of 18 characters.
func Key(orgID18, employeeID18 string, d Day, k Kind, revision int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s\n%d", orgID18, employeeID18, d, k, revision))
	return "db1/" + hex.EncodeToString(sum[:])[:32]
}

// State is how far a stamp has come.
type State string

// The states of a stamp that stands.
const (
	// Planned: decided, and not one byte of it has left. It may still change or be withdrawn.
	Planned State = "planned"
	// InFlight: handed to the network at least once and not settled. It may not change any more, not even when a failed call is
	// to be repeated, for all attempts carry the same bytes.
	InFlight State = "in_flight"
	// Sent: TeamSpirit has the row (未処理, 処理済み, on the sheet).
	Sent State = "sent"
	// Failed: TeamSpirit refused the row or set it to エラー.
	Failed State = "error"
	// Deleted: somebody deleted the row in Salesforce, or its status is 削除.
	Deleted State = "deleted"
	// Withdrawn: it was planned and never left.
	Withdrawn State = "withdrawn"
)

// Standing is a stamp that was decided before.
type Standing struct {
	Kind         Kind
	Revision     int
	At           time.Time
	State        State
	WithdrawnFor Reason // why, where State is Withdrawn
}
