package attendance

// Reason says why something was not stamped, or why a person should look at it. The set is closed: AllReasons.
type Reason string

// List is where an item of a reason is shown.
type List string

// The lists.
const (
	Stopped  List = "stopped"  // 停止中: one line per cause that stops many
	Action   List = "action"   // 対応が必要: one line per person and day
	Review   List = "review"   // 確認リスト
	Recorded List = "recorded" // in 履歴 only: nothing for anybody to do
)

// Japanese gives the list's name on the screen.
func (l List) Japanese() string {
	switch l {
	case Stopped:
		return "停止中"
	case Action:
		return "対応が必要"
	case Review:
		return "確認リスト"
	}
	return "記録のみ"
}

// Reasons that stop many stamps at once.
const (
	LoginNeeded      Reason = "LOGIN_NEEDED"        // sign-in expired or revoked, at either side
	RightsLost       Reason = "RIGHTS_LOST"         // who linked lost the rank in Akerun, left, or is a plain member of another 事業所
	EmployeeRights   Reason = "EMPLOYEE_RIGHTS"     // the Salesforce user may stamp for nobody but himself
	ObjectOutOfReach Reason = "OBJECT_OUT_OF_REACH" // an object or field of TeamSpirit can't be read or written
	WrongTenant      Reason = "WRONG_TENANT"        // signed in to another organisation than the linked one
	BatchOff         Reason = "BATCH_OFF"           // 勤怠連携バッチのスケジュール is not enabled
	NotProcessed     Reason = "NOT_PROCESSED"       // rows stay 未処理
	LimitReached     Reason = "LIMIT_REACHED"       // Salesforce's or Akerun's limit of calls
	Offline          Reason = "OFFLINE"
	TLSRefused       Reason = "TLS_REFUSED"    // the server's certificate is not trusted (a proxy that looks inside, a wrong clock)
	ServerTrouble    Reason = "SERVER_TROUBLE" // a server answers with errors: maintenance, overload
	BadAnswer        Reason = "BAD_ANSWER"     // a server answers what nobody expects
	ClockWrong       Reason = "CLOCK_WRONG"    // the PC's clock differs from the servers'
	NoTrustedTime    Reason = "NO_TRUSTED_TIME"
	OtherConnector   Reason = "OTHER_CONNECTOR" // another PC or link writes the same stamps
	Keychain         Reason = "KEYCHAIN"        // the OS keychain is locked or refuses
	SheetUnreadable  Reason = "SHEET_UNREADABLE"
	Disk             Reason = "DISK"         // full, read-only or failing
	AuditBroken      Reason = "AUDIT_BROKEN" // the audit chain or the database does not verify
	Panic            Reason = "PANIC"        // a fault of ours
	NoAccesses       Reason = "NO_ACCESSES"  // nobody has been seen on a workday on which people usually are
)

// Reasons that need a person's hand.
const (
	DuplicateEmployeeCode Reason = "DUPLICATE_EMPLOYEE_CODE" // two people employed that day have the 社員コード
	DuplicateUserCode     Reason = "DUPLICATE_USER_CODE"     // two Akerun users have the ユーザーコード
	MultipleOrganizations Reason = "MULTIPLE_ORGANIZATIONS"  // the Akerun account belongs to more than one 事業所
	NoUserCode            Reason = "NO_USER_CODE"
	EmployeeUnknown       Reason = "EMPLOYEE_UNKNOWN"     // TeamSpirit has no such 社員コード
	AccessAfterLeaving    Reason = "ACCESS_AFTER_LEAVING" // came in after 退社日
	DateUnwritable        Reason = "DATE_UNWRITABLE"      // a first access between 00:00 and 05:00, and TargetDate__c can't be written
	Rejected              Reason = "REJECTED"             // エラー, with TeamSpirit's text
	LockedMonth           Reason = "LOCKED_MONTH"         // エラー, and the month is closed
	NotOnSheet            Reason = "NOT_ON_SHEET"         // 処理済み, but the sheet shows another value
	UnknownOutcome        Reason = "UNKNOWN_OUTCOME"      // nobody can tell whether the row was made
	RowDeleted            Reason = "ROW_DELETED"          // somebody deleted our row
	TooOld                Reason = "TOO_OLD"              // Akerun no longer shows accesses of that time
	UnreadableAccess      Reason = "UNREADABLE_ACCESS"    // a row that can't be understood, or with an impossible time in the past
	FutureAccess          Reason = "FUTURE_ACCESS"        // a row from the future: the door's clock is wrong
	DoorSilent            Reason = "DOOR_SILENT"          // a door that is used daily has been silent for three workdays
	NotTold               Reason = "NOT_TOLD"             // mail or webhook can't be sent
)

// Reasons for review.
const (
	NoClockOut      Reason = "NO_CLOCK_OUT"      // 退勤なし
	SeenBeforeStart Reason = "SEEN_BEFORE_START" // 開始前に入室済み
	WebClockInLater Reason = "WEB_CLOCK_IN_LATER"
	LateEarlier     Reason = "LATE_EARLIER"
	LateLater       Reason = "LATE_LATER"
	FirstIsExit     Reason = "FIRST_IS_EXIT"
	LastIsEntry     Reason = "LAST_IS_ENTRY"
	Across0500      Reason = "ACROSS_0500"
	UnknownType     Reason = "UNKNOWN_TYPE"
	UnstampedDay    Reason = "UNSTAMPED_DAY"  // 未打刻の日
	FilledByHand    Reason = "FILLED_BY_HAND" // a day before the second start, or asked for, whose sheet was filled in the meantime
)

// Reasons that are recorded and shown in 履歴, and ask nothing of anybody.
const (
	NotEmployed Reason = "NOT_EMPLOYED" // before 入社日
	WebFirst    Reason = "WEB_FIRST"    // Web打刻優先
	WebLater    Reason = "WEB_LATER"    // the Web 退勤 is as late as ours or later
	Excluded    Reason = "EXCLUDED"     // 対象外, by hand: the person or the door
	BeforeRange Reason = "BEFORE_RANGE" // before the date chosen when linking again
)

type reasonInfo struct {
	reason   Reason
	list     List
	japanese string
}

var reasons = []reasonInfo{
	{LoginNeeded, Stopped, "要再連携（サインインの期限切れ・取り消し）"},
	{RightsLost, Stopped, "要再連携（Akerunの権限なし）"},
	{EmployeeRights, Stopped, "要再連携（Salesforceが従業員権限のみ）"},
	{ObjectOutOfReach, Stopped, "要再連携（オブジェクト・項目に届かない）"},
	{WrongTenant, Stopped, "要再連携（別の組織へのサインイン）"},
	{BatchOff, Stopped, "勤怠連携バッチのスケジュールが無効"},
	{NotProcessed, Stopped, "未処理のまま"},
	{LimitReached, Stopped, "API呼び出し回数の上限"},
	{Offline, Stopped, "オフライン"},
	{TLSRefused, Stopped, "安全な接続ができない（証明書）"},
	{ServerTrouble, Stopped, "サーバーの障害・メンテナンス"},
	{BadAnswer, Stopped, "サーバーからの想定外の応答"},
	{ClockWrong, Stopped, "PCの時計のずれ"},
	{NoTrustedTime, Stopped, "サーバー時刻が不明"},
	{OtherConnector, Stopped, "別の連携が書き込み中"},
	{Keychain, Stopped, "キーチェーンを使えない"},
	{SheetUnreadable, Stopped, "勤務表を読めない"},
	{Disk, Stopped, "ディスクに書き込めない"},
	{AuditBroken, Stopped, "記録の検証エラー"},
	{Panic, Stopped, "内部エラー"},
	{NoAccesses, Stopped, "入退室の記録が0件"},

	{DuplicateEmployeeCode, Action, "社員コードの重複"},
	{DuplicateUserCode, Action, "ユーザーコードの重複"},
	{MultipleOrganizations, Action, "複数事業所に所属"},
	{NoUserCode, Action, "ユーザーコード未登録"},
	{EmployeeUnknown, Action, "社員コードがTeamSpiritにない"},
	{AccessAfterLeaving, Action, "退社後の入室"},
	{DateUnwritable, Action, "0時から5時までの最初の入室（対象日を書けない）"},
	{Rejected, Action, "TeamSpiritのエラー"},
	{LockedMonth, Action, "締め済みの月"},
	{NotOnSheet, Action, "勤務表と不一致"},
	{UnknownOutcome, Action, "送信結果が不明"},
	{RowDeleted, Action, "打刻行が削除された"},
	{TooOld, Action, "古くて読めない期間"},
	{UnreadableAccess, Action, "読めない入退室履歴"},
	{FutureAccess, Action, "未来の入退室（扉の時計のずれ）"},
	{DoorSilent, Action, "記録のない扉"},
	{NotTold, Action, "通知を送れない"},

	{NoClockOut, Review, "退勤なし"},
	{SeenBeforeStart, Review, "開始前に入室済み"},
	{WebClockInLater, Review, "Web出勤が30分以上遅い"},
	{LateEarlier, Review, "遅れて届いた早い入室"},
	{LateLater, Review, "遅れて届いた遅い退室"},
	{FirstIsExit, Review, "最初の記録が退室"},
	{LastIsEntry, Review, "最後の記録が入室"},
	{Across0500, Review, "5時をまたぐ勤務"},
	{UnknownType, Review, "未知の種別"},
	{UnstampedDay, Review, "未打刻の日"},
	{FilledByHand, Review, "手入力済みの日"},

	{NotEmployed, Recorded, "在籍期間外"},
	{WebFirst, Recorded, "Web打刻優先"},
	{WebLater, Recorded, "Web退勤が後"},
	{Excluded, Recorded, "対象外"},
	{BeforeRange, Recorded, "選択した日より前"},
}

var reasonByName = func() map[Reason]reasonInfo {
	m := make(map[Reason]reasonInfo, len(reasons))
	for _, r := range reasons {
		m[r.reason] = r
	}
	return m
}()

// AllReasons returns the closed set, in the order in which lists show them.
func AllReasons() []Reason {
	all := make([]Reason, len(reasons))
	for i, r := range reasons {
		all[i] = r.reason
	}
	return all
}

// Known tells whether r is of the closed set.
func (r Reason) Known() bool { _, ok := reasonByName[r]; return ok }

// List returns where an item of this reason is shown.
func (r Reason) List() List {
	if i, ok := reasonByName[r]; ok {
		return i.list
	}
	return Action // an unknown reason must not stay unseen
}

// Japanese gives the reason's name on the screen.
func (r Reason) Japanese() string {
	if i, ok := reasonByName[r]; ok {
		return i.japanese
	}
	return string(r)
}

// String gives the reason's name in code.
func (r Reason) String() string { return string(r) }
