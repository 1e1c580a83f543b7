package connector

import (
	"context"
	"time"
)

// Connector is what the windows and the command line can do. [Local] carries it out in this process; the other
// implementation passes each call to the process that owns the profile.
type Connector interface {
	// BeginSignIn starts a sign-in to one side and returns the address to open in the system's browser. A sign-in to a side
	// that is linked already hands that side to the person who signs in; the integration goes on without a new start.
	BeginSignIn(ctx context.Context, r SignInRequest) (SignIn, error)
	// FinishSignIn ends a sign-in. For Akerun it takes the address that the browser ended on; for Salesforce it waits for the
	// browser to come back, five minutes at most. A refused or cancelled sign-in leaves the former one as it was.
	FinishSignIn(ctx context.Context, id, pasted string) (Account, error)
	// CancelSignIn gives a sign-in up.
	CancelSignIn(ctx context.Context, id string) error
	// SetAkerunClient stores what Akerun sent after the application: the client id and the secret, which goes to the keychain.
	SetAkerunClient(ctx context.Context, clientID, secret string) error
	// ConfirmSuperManager notes that a person vouched for the Akerun account being スーパーマネージャー, where Akerun's own
	// value for it is one nobody knows.
	ConfirmSuperManager(ctx context.Context) error
	// Organizations lists the 事業所 that the Akerun account can see.
	Organizations(ctx context.Context) ([]Organization, error)
	// ChooseOrganization pins the 事業所 whose accesses are carried over.
	ChooseOrganization(ctx context.Context, id string) error

	// Setup tells how far the wizard has come.
	Setup(ctx context.Context) (Setup, error)
	// SaveSetup keeps how far the wizard has come. With the application noted, 未設定 becomes 申込受付.
	SaveSetup(ctx context.Context, s Setup) error

	// Check reads rights, batch and people anew from both sides. While nobody has signed in to Akerun, Salesforce is looked at alone, and
	// not_signed_in is among the blocks.
	Check(ctx context.Context) (Check, error)
	// People lists everyone known on either side with the verdict of today, in the order of user code.
	People(ctx context.Context) ([]Person, error)
	// ReadPeople reads people on both sides anew, without waiting for the next half hour.
	ReadPeople(ctx context.Context) error
	// SetUserCode writes a ユーザーコード to Akerun and returns when it is there.
	SetUserCode(ctx context.Context, userID, code string) error
	// PlanCodeChanges puts down ユーザーコード to be written to Akerun as one list, and returns before they are. The loop writes them one by one
	// with the calls that reading leaves over, also after a restart and before the integration has begun. All is planned or nothing: with
	// refusals nothing is (bad_input, which names the first one); with onlyGood the others are planned all the same. A change takes
	// the place of one that still waits for the same user.
	PlanCodeChanges(ctx context.Context, origin Origin, changes []CodeChange, onlyGood bool) (CodePlan, error)
	// ApplyProposals plans the proposed codes of these users; no user ids mean all proposals there are.
	ApplyProposals(ctx context.Context, userIDs []string) (CodePlan, error)
	// WriteCodeChanges writes now all that waits and returns when nothing does any more, whether or not the loop runs. When ctx ends or Akerun
	// can't be reached, the rest stays and waits.
	WriteCodeChanges(ctx context.Context) error
	// CodeChanges tells of the last 100 lists of code changes, newest first.
	CodeChanges(ctx context.Context) ([]CodeList, error)
	// CodeChangesOf tells of the changes of one list.
	CodeChangesOf(ctx context.Context, list int64) ([]CodeChangeState, error)
	// UndoCodeChanges plans to write the former codes of a list back, where Akerun still has what the list wrote. A former code that somebody
	// else has by now is refused, and the others are planned.
	UndoCodeChanges(ctx context.Context, list int64) (CodePlan, error)
	// CancelCodeChanges gives up what of a list still waits.
	CancelCodeChanges(ctx context.Context, list int64) error
	// ExportPeople gives the table of people as a file, headings and verdicts in language ja or en.
	ExportPeople(ctx context.Context, f Format, language string) (File, error)
	// CheckPeopleFile reads a CSV or Excel file with ユーザーコード or 対象, by name and content, and tells what it would change and which lines are
	// bad. Nothing is changed; PlanCodeChanges and Exclude do that with what is given here.
	CheckPeopleFile(ctx context.Context, name string, data []byte) (PeopleFileCheck, error)
	// Exclude takes people out of (or back into) the integration by hand. It acts at once on everything not yet sent.
	Exclude(ctx context.Context, userIDs []string, excluded bool) error
	// ErasePerson erases for good what is kept of an Akerun user who has left, and whom no reading brings back any more. The errors are CodeNotFound
	// and CodeWrongState, which says from when on it can be done.
	ErasePerson(ctx context.Context, userID string) error
	// ExcludeDoors makes doors count for nothing, or count again.
	ExcludeDoors(ctx context.Context, doorIDs []string, excluded bool) error

	// Preview plays the last days through the rules and sends nothing.
	Preview(ctx context.Context, days int) ([]PersonDay, error)
	// BeginPreview tells what Begin would do with this start: the earliest start allowed, who was seen before it, what a
	// second start would send afterwards.
	BeginPreview(ctx context.Context, start time.Time) (BeginPreview, error)
	// Begin starts the integration at an instant at least one hour ahead, by trusted time.
	Begin(ctx context.Context, r BeginRequest) error
	// Sync starts the loop now and returns when it has gone round once.
	Sync(ctx context.Context) error
	// Pause stops sending; reading goes on.
	Pause(ctx context.Context) error
	// Resume ends a pause; what waited is sent.
	Resume(ctx context.Context) error
	// Unlink ends the integration and revokes both sign-ins. What was stamped stays, and so does what was read.
	Unlink(ctx context.Context) error

	// Status is the state now.
	Status(ctx context.Context) (Status, error)
	// Subscribe gives the last status first and then each change, until ctx ends; a slow reader misses what lay between.
	Subscribe(ctx context.Context) (<-chan Status, error)
	// Days tells what was seen, decided, sent and confirmed, and why.
	Days(ctx context.Context, q DayQuery) ([]PersonDay, error)
	// Items lists the three lists.
	Items(ctx context.Context, q ItemQuery) ([]Item, error)
	// CloseItem marks an item as seen to (対応済みにする).
	CloseItem(ctx context.Context, id int64, memo string) error
	// CloseItems does so with many at once and tells how many it closed: those that have ended meanwhile are passed over.
	CloseItems(ctx context.Context, ids []int64, memo string) (int, error)
	// Month checks a month before it is closed (締めチェック): everyone's days of the period that ends on the 締め日 of the settings.
	Month(ctx context.Context, q MonthQuery) (Month, error)
	// ExportMonth gives it as a file, a line for each person, in the way of ExportDays.
	ExportMonth(ctx context.Context, q MonthQuery, f Format, language string) (File, error)
	// Story tells for everyone whose code or name has this in it (20 people at most, those who fit exactly first) what happened today and
	// yesterday.
	Story(ctx context.Context, search string) ([]Story, error)
	// ExportDays gives what Days tells as a file, with headings in language ja or en and the head of the audit chain.
	ExportDays(ctx context.Context, q DayQuery, f Format, language string) (File, error)
	// ExportItems gives what Items lists as a file, in the same way.
	ExportItems(ctx context.Context, q ItemQuery, f Format, language string) (File, error)
	// ResendPreview tells what Resend would send.
	ResendPreview(ctx context.Context, r ResendRequest) ([]Resend, error)
	// Resend sends again what was refused or deleted, a later 退勤, or the days of a person that were never stamped.
	Resend(ctx context.Context, r ResendRequest) ([]Resend, error)
	// History tells what the connector did, newest first.
	History(ctx context.Context, q HistoryQuery) ([]HistoryEntry, error)
	// Verify checks the audit chain and the database.
	Verify(ctx context.Context) (Verification, error)

	// Settings tells the settings in force.
	Settings(ctx context.Context) (Settings, error)
	// SetSettings checks new settings, writes them to settings.toml in one step and puts them in force, all but the language without a
	// restart. Addresses and applications can't change while the integration runs. What is wrong names the setting in the error's Detail.
	SetSettings(ctx context.Context, s Settings) error
	// Doors lists the doors that accesses have been read of, by name.
	Doors(ctx context.Context) ([]Door, error)
	// Receivers lists who is told beyond this PC (the mail server and the webhooks of the settings), and how that goes.
	Receivers(ctx context.Context) ([]Receiver, error)
	// SetReceiverSecret keeps a receiver's secret in the keychain: the password of the mail server for "mail", and for a webhook, named as in
	// the settings, its address. An empty secret is taken away.
	SetReceiverSecret(ctx context.Context, receiver, secret string) error
	// TestReceivers sends a test to each of them now and tells how it went. That one can't be reached is no error.
	TestReceivers(ctx context.Context) ([]Receiver, error)
	// Diagnostics gives a zip file for those who help with a trouble: versions, settings, state, items by reason and the end of the log,
	// without secrets, names, mail addresses or ids.
	Diagnostics(ctx context.Context) ([]byte, error)
}

// Side names one of the two outside systems.
type Side string

// The two sides.
const (
	Akerun     Side = "akerun"
	Salesforce Side = "salesforce"
)

// SignInRequest says whose sign-in begins.
type SignInRequest struct {
	Side Side
	// Mail is the mail address of the person who signs in to Akerun; their authority is looked up by it.
	Mail string
}

// SignIn is a sign-in under way.
type SignIn struct {
	ID      string
	Address string    // to open in the system's browser
	Expires time.Time // real time
}

// Account is who has signed in to a side.
type Account struct {
	Side Side
	// Name as the side shows it; for Akerun the name of the user with the given mail address.
	Name, UserID string
	// OrganizationID is Salesforce's organization id (18 characters), or the Akerun 事業所 where there is just one.
	OrganizationID string
	// Authority is Akerun's value as it came. Super tells whether it means スーパーマネージャー; AuthorityKnown whether that can
	// be told at all.
	Authority             string
	Super, AuthorityKnown bool
	Since                 time.Time
}

// Organization is a 事業所 of Akerun.
type Organization struct {
	ID, Name string
	Chosen   bool
}

// Check is what the checks of rights, batch and people found.
type Check struct {
	// Blocked tells that the integration can't begin; Blocks says why, one code each.
	Blocked bool
	Blocks  []ErrorCode
	Rights  RightsCheck
	Akerun  AkerunCheck
	Batch   BatchCheck
	People  PeopleCheck
}

// RightsCheck is what the Salesforce user may do.
type RightsCheck struct {
	Verdict          string // ADMIN, PARTIAL, EMPLOYEE or NONE
	UserName         string
	OrganizationID   string
	Proof            string   // what proved ADMIN
	Missing          []string // objects and fields out of reach, by API name
	OutOfReach       []string // employee codes that can't be reached
	VisibleEmployees int
	Key              string // how UniqueKey__c behaves: unique, external_id or plain
	TargetDate       bool   // TargetDate__c can be written
	SheetReadable    bool
	Ask              string // what to ask the administrator for; empty when nothing is missing
}

// AkerunCheck is what the Akerun account may do.
type AkerunCheck struct {
	SignedIn                         bool
	OrganizationID, OrganizationName string
	Authority                        string
	Super, AuthorityKnown, Confirmed bool
	Readable                         bool // accesses and users can be read
}

// BatchCheck tells whether 勤怠連携バッチ seems to run.
type BatchCheck struct {
	Verdict string // on, off or unknown
	Oldest  time.Time
}

// PeopleCheck counts people by verdict.
type PeopleCheck struct {
	Users, Employees, Sound int
	ByReason                map[string]int
}

// Person is someone on either side.
type Person struct {
	UserID, UserCode, UserName, UserMail                 string
	EmployeeID, EmployeeCode, EmployeeName, EmployeeMail string
	EntryDate, EndDate                                   string // 2026-11-22 or empty
	SameMail                                             bool
	Sound                                                bool
	Reason                                               string // why not sound; a reason of the rules
	Excluded                                             bool
	LinkedSince                                          string // business day from which the link holds
	ProposedCode, ProposedEmployee, ProposedBecause      string // a proposal: code, employee name, same_mail, width, case, zeros
}

// PersonDay is one person's business day.
type PersonDay struct {
	Day                                        string
	UserID, UserCode, EmployeeID, EmployeeCode string
	Name                                       string
	First, Last                                time.Time // eligible accesses; zero when there was none
	Accesses                                   int
	Stamps                                     []Stamp
	Items                                      []Item
	// Why says in the rules' words why a kind has no stamp, by kind in and out.
	Why map[string]string
}

// Stamp is one 打刻 row of ours, sent or still to be sent.
type Stamp struct {
	Kind     string // in or out
	Revision int
	At       time.Time
	State    string // planned, sending, unknown, accepted, processed, on_sheet, error, deleted, withdrawn
	Why      string // reason of a withdrawal, TeamSpirit's text of an error
	RecordID string
	Key      string
	Attempts int
	SentAt   time.Time
	DoneAt   time.Time
}

// BeginRequest starts the integration.
type BeginRequest struct {
	Start time.Time
	// Confirmed says 「Salesforce管理者に確認しました」, which PARTIAL rights ask for.
	Confirmed bool
	// BackfillFrom is the first business day that a second start sends afterwards; empty means everything since the first start.
	BackfillFrom string
}

// BeginPreview tells what a start would mean.
type BeginPreview struct {
	Earliest   time.Time // earliest start allowed now, by trusted time
	NextFive   time.Time // the next 05:00 that is allowed
	SeenBefore int       // people seen already on the start's business day, who get no 出勤 that day
	First      bool      // never begun before
	// Days counts by business day, the oldest first, what a second start would send afterwards; days without anything are left out. MonthsFrom
	// adds them up.
	Days []DayCount
}

// DayCount counts the past stamps of a business day.
type DayCount struct {
	Day    string // 2026-11-22
	Stamps int
	Listed int // kinds filled by hand meanwhile, listed and not touched
}

// MonthCount counts the past stamps of a month.
type MonthCount struct {
	Month  string // 2026-11
	Stamps int
	Listed int // filled by hand meanwhile, listed and not touched
}

// Phase is the state of the integration as it is shown: the gravest that holds.
type Phase string

// The phases.
const (
	NotSetUp  Phase = "not_set_up" // 未設定
	Applied   Phase = "applied"    // 申込受付
	Ready     Phase = "ready"      // 連携可能
	Waiting   Phase = "waiting"    // 待機中
	Running   Phase = "running"    // 連携中
	Paused    Phase = "paused"     // 一時停止
	NeedsLink Phase = "needs_link" // 要再連携
	Unlinked  Phase = "unlinked"   // 連携解除済
)

// Status is the state of everything at one instant.
type Status struct {
	Phase      Phase
	Japanese   string // the phase's word
	Now        time.Time
	Trusted    time.Time // trusted time, zero when there is none
	Start      time.Time
	FirstStart time.Time
	// Relink says, in 要再連携, which side and why, and since when.
	Relink       []Relink
	Paused       bool
	StandBy      bool // another installation leads: this one sends only what that one leaves out
	LastPoll     time.Time
	ReadUntil    time.Time // accesses are read completely up to here
	NextDue      time.Time // when work is due next, polls not counted
	Queue        Queue
	OpenItems    map[string]int // by list: stopped, action, review
	Akerun       Account
	Salesforce   Account
	Warnings     []string // what fails just now without a person's fault: akerun, salesforce or store, a blank, and the reason of the rules
	AuditHead    string   // hash of the newest audit row
	People       PeopleCheck
	SentToday    int
	WaitingToday int
	DueAtFive    int // people with an open business day today, whose 退勤 is decided at 05:00
	CodesWaiting int // ユーザーコード still to be written to Akerun, or with an unknown outcome
	// Closing is set from three days before the 締め日 to the close of its business day.
	Closing *Closing
}

// Relink is one cause of 要再連携.
type Relink struct {
	Side  Side
	Cause string // reason of the rules: LOGIN_NEEDED, RIGHTS_LOST, EMPLOYEE_RIGHTS, OBJECT_OUT_OF_REACH, WRONG_TENANT
	Since time.Time
	Who   string // whose sign-in it was
}

// Queue counts stamps by what they wait for.
type Queue struct {
	Planned, Sending, Unknown, Accepted, Processed int
	DirtyDays                                      int
}

// DayQuery chooses days.
type DayQuery struct {
	From, To string // business days, both included
	Search   string // part of a code or name; empty: everyone
}

// ItemQuery chooses items.
type ItemQuery struct {
	List   string // stopped, action, review; empty: all
	All    bool   // closed and cured ones too
	Search string
}

// Item is one line of the three lists.
type Item struct {
	ID                             int64
	List                           string // stopped, action, review
	Reason                         string
	Japanese                       string
	Day                            string // empty: no single day
	UserID, EmployeeID, Code, Name string
	Detail                         map[string]string
	State                          string // open, cured, closed
	Since, Ended                   time.Time
	Memo                           string
}

// ResendRequest chooses what is sent again.
type ResendRequest struct {
	From, To string   // business days, both included
	UserIDs  []string // empty: everyone
}

// Resend is one stamp that would be, or was, sent again.
type Resend struct {
	Day, UserID, EmployeeCode, Name, Kind string
	At                                    time.Time
	Revision                              int
	Because                               string
}

// HistoryQuery pages through the history.
type HistoryQuery struct {
	Before  int64 // sequence number; 0: newest
	Limit   int
	Kind    string // empty: all
	Without string // a kind that is left out, where Kind is empty
}

// HistoryEntry is one thing the connector did.
type HistoryEntry struct {
	Seq    int64
	At     time.Time
	Kind   string
	Detail map[string]string
	Hash   string
	// Whom and which day and kind of stamp it is about, as far as the detail tells by ids or by a stamp's key.
	Code, Name, Day, Stamp string
}

// Verification is what Verify found.
type Verification struct {
	OK       bool
	Rows     int64
	Head     string
	Problems []string
}

// ErrorCode names what is wrong; a closed set.
type ErrorCode string

// The codes.
const (
	CodeBadInput       ErrorCode = "bad_input"
	CodeStartTooEarly  ErrorCode = "start_too_early"
	CodeEmployeeRights ErrorCode = "employee_rights"
	CodeNotConfirmed   ErrorCode = "not_confirmed"
	CodeNoRights       ErrorCode = "no_rights"
	CodeObjectMissing  ErrorCode = "object_missing"
	CodeNotSuper       ErrorCode = "not_super_manager"
	CodeAuthority      ErrorCode = "authority_unknown"
	CodeNotSignedIn    ErrorCode = "not_signed_in"
	CodeNoOrganization ErrorCode = "no_organization"
	CodeNoClient       ErrorCode = "no_client"
	CodeWrongState     ErrorCode = "wrong_state"
	CodeWrongTenant    ErrorCode = "wrong_tenant"
	CodeRefused        ErrorCode = "refused"
	CodeCancelled      ErrorCode = "cancelled"
	CodeTimeout        ErrorCode = "timeout"
	CodePortsBusy      ErrorCode = "ports_busy"
	CodeNotInstalled   ErrorCode = "app_not_installed"
	CodeLoginNeeded    ErrorCode = "login_needed"
	CodeOffline        ErrorCode = "offline"
	CodeLimited        ErrorCode = "limited"
	CodeKeychain       ErrorCode = "keychain"
	CodeNoTrustedTime  ErrorCode = "no_trusted_time"
	CodeNotFound       ErrorCode = "not_found"
	CodeInternal       ErrorCode = "internal"
)

// Error is what a method answers when a person has to do something about it. Text is one line of English that says what is
// wrong and what to do; Detail carries what the sentence names (earliest, side, port, object…).
type Error struct {
	Code   ErrorCode
	Text   string
	Detail map[string]string
}

func (e *Error) Error() string { return e.Text }
