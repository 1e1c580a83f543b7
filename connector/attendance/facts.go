package attendance

import "time"

// Facts is everything known of one person's business day when it is decided.
type Facts struct {
	Day Day

	// Accesses are the rows that name this person's Akerun user in Day: in any order, repeated or not, whether they count or not.
	// That the user has one sound link to the employee on Day is settled before (package roster). Rows outside Day or without a user are passed over.
	Accesses []Access

	// Entry and End are the employee's 入社日 and 退社日; both days belong to the employment, and a zero Day sets no border.
	Entry, End Day
	// LinkedFrom is the business day on which this person's link was first seen; zero when it has held all along. An earlier day is
	// an 未打刻の日, stamped only if Asked.
	LinkedFrom Day
	// Excluded is set while the person is 対象外 by hand.
	Excluded bool
	// ExcludedDoors holds the ids of the doors that are 対象外 by hand.
	ExcludedDoors map[string]bool

	// FirstStart is the very first 連携開始日時: what came before is never stamped.
	FirstStart time.Time
	// Start is the latest 連携開始日時; it equals FirstStart unless the integration was unlinked and linked again.
	Start time.Time
	// BackfillFrom is the day chosen to begin with when linking again; zero for all days since FirstStart.
	BackfillFrom Day

	// Now is the trusted time; zero while there is none, and then nothing is decided that needs it.
	Now time.Time
	// ReadUntil is the instant up to which Akerun has been read without a gap.
	ReadUntil time.Time
	// ReadAt is when that reading was made, by the servers' clock.
	ReadAt time.Time

	// Standing is every stamp that was ever decided for this person and day, in any order.
	Standing []Standing
	// Web is what the last reading of the sheet showed; it may be stale, for AgainstWeb has the last word.
	Web Web
	// SheetHas tells of which kinds the sheet shows a time that no row of ours explains.
	SheetHas Kinds
	// NextFirst is the first access that counts on the day after Day; zero when there is none yet. When it becomes known, Day is
	// to be decided again (for ACROSS_0500 alone).
	NextFirst time.Time

	// TargetDateWritable tells whether TeamSpirit takes the date with the stamp.
	TargetDateWritable bool
	// Asked is set when a person asked to send this day (未打刻の日, 再送). It is cleared in the transaction that writes down a decision made with it
	// that has stamps, or that waits for nothing (Due is zero): else a failing stamp would be sent again for ever.
	Asked bool
}

// Web holds the Web stamps of a day: the times on the sheet that no row of ours explains, in whole minutes. Nil is no stamp.
type Web struct {
	In, Out *time.Time
}

// Kinds is a set of kinds.
type Kinds struct {
	In, Out bool
}

// Has tells whether k is in the set.
func (s Kinds) Has(k Kind) bool {
	if k == ClockIn {
		return s.In
	}
	return s.Out
}

// Decision is what a business day calls for.
type Decision struct {
	// Stamps are to be planned, or planned anew where a planned or withdrawn stamp of the same kind and revision has another
	// instant. What stands unchanged is not repeated.
	Stamps []Stamp
	// Withdraw names planned stamps that are not called for any more.
	Withdraw []Withdrawal
	// Findings are all items of the day that the rules know of; an open item of the day that is missing here has been cured.
	// They are every finding but those about an outcome: REJECTED and the like stay with whoever reads the outcome.
	Findings []Finding
	// Due is the instant from which the day must be decided again although no fact about it has changed; zero when there is none.
	// It may lie in the past: then the day waits for a reading of Akerun or for trusted time, and is to be decided again in each round.
	Due time.Time
	// First and Last are the accesses that bound the day, for display: the first and the latest that count. Count is how many there are; with none, both are empty.
	First, Last Access
	Count       int
}

// Withdrawal takes back a planned stamp.
type Withdrawal struct {
	Kind     Kind
	Revision int
	Reason   Reason
}

// Finding is something that a person should know of this day.
type Finding struct {
	Reason Reason
	At     time.Time         // the instant it is about
	Detail map[string]string // values for the sentence on the screen: door, action, device, ours, web, stamped; instants in RFC 3339, Japan time. No names
}
