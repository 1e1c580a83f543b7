package proof

import "time"

// Evidence is all that is known after a run: what the servers hold, what they saw, and what the connector shows to people.
// Instants are of the servers' clock and may be in any zone; days are dates such as 2026-11-22.
type Evidence struct {
	Seed int64
	// Now is the servers' time at the end. A stamp that was due within Grace before it is not missed yet.
	Now   time.Time
	Grace time.Duration // zero: 15 minutes

	AkerunOrganization     string // the linked 事業所; empty: every access counts
	SalesforceOrganization string // the linked organisation's id of 18 characters; empty: keys are not checked

	// Starts are the 連携開始日時 in order of time, at least one. The first one bounds everything.
	Starts []Start

	Accesses  []Access
	Users     []User
	Employees []Employee
	Rows      []Row
	WebStamps []WebStamp
	Sheet     []SheetDay

	Items      []Item
	Exclusions []Exclusion
	Asked      []Asked

	Requests  []Request  // of the connector, in order of arrival; may be left out
	Snapshots []Snapshot // of the connector's durable state; may be left out

	// Rules that a run may set. Zero values stand for the defaults.
	MinimumSpan     time.Duration // between 出勤 and 退勤; default 5 minutes
	Deny            []string      // parts of actions and device types that are nobody's presence; nil: the default list
	PeopleLag       time.Duration // how old the connector's knowledge of people may be; default 1 hour
	ProcessedWithin time.Duration // after which 未処理 needs an item; default 2 hours
	DateUnwritable  bool          // TargetDate__c can't be written
	SheetUnreadable bool          // the connector can't see Web stamps
	HealedAt        time.Time     // when the last fault was healed, for RecoveryTime
}

// Start is one time of being linked.
type Start struct {
	From         time.Time // 連携開始日時
	Until        time.Time // 連携解除; zero while it lasts
	BackfillFrom string    // the day chosen to begin with when linking again; empty: all days
}

// Access is a row as Akerun serves it.
type Access struct {
	ID           string
	Organization string // empty: the linked one
	Door         string
	User         string
	Action       string
	Device       string
	At           time.Time // at the door
	Up           time.Time // when the API first showed it; zero: at once
}

// User is an Akerun user during one span of time in which nothing about it changed. A user with a history has several.
type User struct {
	ID            string
	Code          string
	Organizations []string  // all 事業所 of the account; without the linked one there is no such user; nil: not known
	From, Until   time.Time // half open; zero: no border
}

// Employee is a 勤怠社員 during one span of time in which nothing about it changed.
type Employee struct {
	ID          string
	Code        string
	Entry, End  string    // 入社日 and 退社日; empty: no border
	From, Until time.Time // when TeamSpirit showed this; half open; zero: no border
}

// Statuses of stamp rows.
const (
	Unprocessed = "未処理"
	Processed   = "処理済み"
	Failed      = "エラー"
	Deleted     = "削除"
)

// Row is a stamp row in TeamSpirit, whoever made it. Rows taken out of the table stay here with Gone set.
type Row struct {
	ID         string
	Key        string // UniqueKey__c
	Ours       bool   // the connector made it
	Employee   string
	Kind       string // in or out
	At         time.Time
	TargetDate string // empty: not sent
	Status     string
	Born       time.Time // when the server made it
	Gone       bool      // the row itself was deleted
}

// WebStamp is a stamp in TeamSpirit that is not the connector's.
type WebStamp struct {
	Employee string
	Day      string
	Kind     string
	At       time.Time // what it says
	Made     time.Time // when it was made
}

// SheetDay is a day row of the sheet in minutes from 00:00 of its date in Japan; nil: empty. It is told in stories, and nothing is derived from it.
type SheetDay struct {
	Employee, Date string
	In, Out        *int
}

// Item is a line on one of the connector's lists.
type Item struct {
	Person string // employee id or Akerun user id; empty: everybody
	Day    string // empty: every day
	Reason string
	State  string // open, closed (by a person) or cured; what is cured explains nothing
}

// Exclusion is a person or a door taken out by hand.
type Exclusion struct {
	Person      string // employee id or Akerun user id
	Door        string
	From, Until time.Time // half open; zero Until: to the end
}

// Asked is a person's wish to send a day (未打刻の日, 再送).
type Asked struct {
	Employee, Day string
	At            time.Time
}

// Outcomes of a request, as the connector could see them.
const (
	Answered = "ok"
	Refused  = "fail" // surely not applied
	Unknown  = "info" // may have been applied: the answer was lost
)

// Request is one call of the connector as a server saw it.
type Request struct {
	At           time.Time
	Server       string // akerun or salesforce
	Method, Path string
	Organization string // whose data it touched; empty: nobody's (signing in)
	Outcome      string
	Stamps       []SentStamp // what it was to create
	Changed      []string    // ids of rows that it updated or deleted
}

// SentStamp is a stamp as it came over the wire.
type SentStamp struct {
	Key     string
	Payload string // bytes or a digest of them
}

// Snapshot is the connector's durable state at an instant.
type Snapshot struct {
	At time.Time
	// Request is the place in Evidence.Requests of the create call at whose arrival it was taken; -1: taken at another time.
	Request int
	// Outbox is left nil when it was not looked at.
	Outbox []OutboxRow
	// Accesses is nil when it was not looked at; Cursor and Windows say what the connector believes to have read.
	Accesses map[string]bool // ids
	Cursor   string
	Windows  []Window
}

// OutboxRow is a row of the connector's outbox.
type OutboxRow struct {
	Key     string
	State   string // sending while a call may be under way
	Payload string // in the same form as SentStamp.Payload
}

// Sending is the state of an outbox row whose call may be under way.
const Sending = "sending"

// Window is a span of time at the doors that was read in full at ReadAt. Both ends belong to it.
type Window struct {
	From, To, ReadAt time.Time
}
