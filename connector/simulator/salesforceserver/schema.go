package salesforceserver

import (
	"strings"

	"dakokubridge/connector/simulator/soql"
)

// API names of TeamSpirit's objects and of the fields that the simulator itself works with.
const (
	stampObject    = "teamspirit__ExternalAttendance__c"
	employeeObject = "teamspirit__AtkEmp__c"
	monthObject    = "teamspirit__AtkEmpMonth__c"
	dayObject      = "teamspirit__AtkEmpDay__c"
	commonObject   = "teamspirit__AtkCommon__c"

	fEmpID       = "teamspirit__EmpId__c"
	fEmpCode     = "teamspirit__EmpCode__c"
	fEmail       = "teamspirit__Email__c"
	fStampType   = "teamspirit__StampType__c"
	fStampedDate = "teamspirit__StampedDate__c"
	fTargetDate  = "teamspirit__TargetDate__c"
	fStatus      = "teamspirit__Status__c"
	fError       = "teamspirit__Error__c"
	fErrorDetail = "teamspirit__ErrorDetail__c"
	fInputDevice = "teamspirit__InputDevice__c"
	fAccessInfo  = "teamspirit__AccessInfo__c"
	fUniqueKey   = "teamspirit__UniqueKey__c"
	fUserID      = "teamspirit__UserId__c"
	fEntryDate   = "teamspirit__EntryDate__c"
	fEndDate     = "teamspirit__EndDate__c"
	fIsAdmin     = "teamspirit__IsAdmin__c"
	fIsAllEditor = "teamspirit__IsAllEditor__c"
	fEmpMonthID  = "teamspirit__EmpMonthId__c"
	fDayClosed   = "IsClosed__c" // the customer's own formula
	fDate        = "teamspirit__Date__c"
	fPushStart   = "teamspirit__PushStartTime__c"
	fPushEnd     = "teamspirit__PushEndTime__c"
	fRealStart   = "teamspirit__RealStartTime__c"
	fRealEnd     = "teamspirit__RealEndTime__c"
	fStart       = "teamspirit__StartTime__c"
	fEnd         = "teamspirit__EndTime__c"
	fUseIC       = "teamspirit__UseConnectICAttendance__c"

	dayEmployeePath = "teamspirit__EmpMonthId__r.teamspirit__EmpId__c"
)

// Values of StampType__c and Status__c.
const (
	typeIn  = "1"
	typeOut = "2"

	statusNew     = "未処理"
	statusDone    = "処理済み"
	statusError   = "エラー"
	statusDeleted = "削除"
)

// field is one field of an object with what describe tells about it, for a user with every right.
type field struct {
	soql.Field
	label      string
	length     int
	readOnly   bool // neither createable nor updateable by anybody
	required   bool
	defaulted  bool // defaultedOnCreate
	fixed      any  // default value
	externalID bool
	idLookup   bool
	unique     bool
	precision  int
	values     []choice // of a restricted picklist
}

type choice struct{ value, label string }

// definition is one object.
type definition struct {
	name, label, prefix string
	teamspirit          bool // one of the package's objects, with rights by role
	setup               bool // visible only to users who may view setup
	fields              []field
	indexes             []string // paths that queries often narrow down by
}

func text(name, label string, length int) field {
	return field{Field: soql.Field{Name: name, Type: soql.Text}, label: label, length: length}
}

func plain(name, label string, t soql.Type) field {
	f := field{Field: soql.Field{Name: name, Type: t}, label: label}
	switch t {
	case soql.Double:
		f.precision = 18
	case soql.Boolean:
		f.defaulted, f.fixed = true, false
	}
	return f
}

func lookup(name, label, target string) field {
	way := strings.TrimSuffix(name, "Id")
	if strings.HasSuffix(name, "__c") {
		way = strings.TrimSuffix(name, "c") + "r"
	}
	return field{Field: soql.Field{Name: name, Type: soql.Reference, Relationship: way, RefersTo: target}, label: label, length: 18}
}

func readOnly(f field) field { f.readOnly = true; return f }
func required(f field) field { f.required = true; return f }

// system is what every object begins with. The order of the first four is relied upon nowhere but in Id being the first.
func system(name field) []field {
	id := field{Field: soql.Field{Name: "Id", Type: soql.ID}, label: "レコード ID", length: 18, readOnly: true, defaulted: true, idLookup: true}
	return []field{id, name,
		readOnly(plain("CreatedDate", "作成日", soql.Datetime)), readOnly(plain("LastModifiedDate", "最終更新日", soql.Datetime)),
		readOnly(plain("SystemModstamp", "System Modstamp", soql.Datetime)), readOnly(lookup("CreatedById", "作成者 ID", "User")),
		readOnly(plain("IsDeleted", "削除", soql.Boolean))}
}

func custom(name field, fields ...field) []field {
	owner := lookup("OwnerId", "所有者 ID", "User")
	owner.defaulted = true
	return append(append(system(name), owner), fields...)
}

var (
	autoName  = readOnly(text("Name", "番号", 80))
	plainName = text("Name", "名前", 80)
)

// objectDefinitions is the whole schema: TeamSpirit's five objects as the public memo names their fields, and the standard objects that a connector asks.
func objectDefinitions() []definition {
	return append(teamspiritObjects(), standardObjects()...)
}

func teamspiritObjects() []definition {
	stampType := required(plain(fStampType, "打刻種別", soql.Picklist))
	stampType.values = []choice{{"1", "出勤"}, {"2", "退勤"}, {"21", "休憩開始"}, {"22", "休憩終了"}, {"31", "外出"}, {"32", "戻り"}}
	status := plain(fStatus, "処理状況", soql.Picklist)
	status.values = []choice{{statusNew, statusNew}, {statusDone, statusDone}, {statusError, statusError}, {statusDeleted, statusDeleted}}
	status.defaulted, status.fixed = true, statusNew
	minutes := func(name, label string) field { return plain(name, label, soql.Double) }
	return []definition{
		{name: stampObject, label: "勤怠連携", prefix: "a0E", teamspirit: true, indexes: []string{fEmpID, fUniqueKey, fStatus, fStampedDate, "CreatedDate"}, fields: custom(autoName,
			lookup(fEmpID, "勤怠社員", employeeObject), text(fEmpCode, "社員コード", 255), plainEmail(fEmail, "メールアドレス"), stampType,
			required(plain(fStampedDate, "打刻日時", soql.Datetime)), plain(fTargetDate, "対象日付", soql.DateOnly), status,
			text(fError, "エラー", 255), plainArea(fErrorDetail, "エラー詳細"), text(fInputDevice, "入力デバイス", 255), text(fAccessInfo, "アクセス情報", 255),
			text(fUniqueKey, "ユニークキー", 255), text("teamspirit__DeviceId__c", "端末 ID", 255), text("teamspirit__IDm__c", "IDm", 255),
			text("teamspirit__IpAddress__c", "IP アドレス", 255), text("teamspirit__Location__c", "位置情報", 255), text("teamspirit__WorkLocationCode__c", "勤務場所コード", 255))},
		{name: employeeObject, label: "勤怠社員", prefix: "a01", teamspirit: true, indexes: []string{fEmpCode, fUserID}, fields: custom(plainName,
			text(fEmpCode, "社員コード", 255), lookup(fUserID, "ユーザ", "User"), plain(fEntryDate, "入社日", soql.DateOnly), plain(fEndDate, "退社日", soql.DateOnly),
			plain(fIsAdmin, "管理機能の使用", soql.Boolean), plain(fIsAllEditor, "全社員のデータ編集", soql.Boolean))},
		{name: monthObject, label: "勤怠月次", prefix: "a02", teamspirit: true, indexes: []string{fEmpID}, fields: custom(plainName, required(lookup(fEmpID, "勤怠社員", employeeObject)))},
		{name: dayObject, label: "勤怠日次", prefix: "a03", teamspirit: true, indexes: []string{fEmpMonthID, dayEmployeePath, fDate}, fields: custom(plainName,
			required(lookup(fEmpMonthID, "勤怠月次", monthObject)), required(plain(fDate, "日付", soql.DateOnly)),
			minutes(fPushStart, "出社打刻"), minutes(fPushEnd, "退社打刻"), minutes(fRealStart, "出社打刻(丸めなし)"), minutes(fRealEnd, "退社打刻(丸めなし)"),
			minutes(fStart, "出社時刻"), minutes(fEnd, "退社時刻"), readOnly(plain(fDayClosed, "確定済み", soql.Boolean)))},
		{name: commonObject, label: "勤怠共通設定", prefix: "a04", teamspirit: true, fields: custom(plainName, readOnly(plain(fUseIC, "IC勤怠連携機能を利用する", soql.Boolean)))},
	}
}

func plainEmail(name, label string) field {
	return field{Field: soql.Field{Name: name, Type: soql.Email}, label: label, length: 80}
}

func plainArea(name, label string) field {
	return field{Field: soql.Field{Name: name, Type: soql.TextArea}, label: label, length: 32768}
}

func standardObjects() []definition {
	flag := func(name string) field { return readOnly(plain(name, name, soql.Boolean)) }
	word := func(name string) field { return readOnly(text(name, name, 255)) }
	when := func(name string) field { return readOnly(plain(name, name, soql.Datetime)) }
	name := word("Name")
	recordID := readOnly(plain("RecordId", "Record ID", soql.Reference))
	return []definition{
		{name: "Organization", label: "組織", prefix: "00D", fields: append(system(name), flag("IsSandbox"), word("OrganizationType"), word("TimeZoneSidKey"), word("LanguageLocaleKey"), word("InstanceName"))},
		{name: "User", label: "ユーザ", prefix: "005", indexes: []string{"Username", "Email"}, fields: append(system(name), word("Username"), readOnly(plainEmail("Email", "メール")), flag("IsActive"),
			word("UserType"), word("TimeZoneSidKey"), word("LocaleSidKey"), word("LanguageLocaleKey"))},
		{name: "PermissionSet", label: "権限セット", prefix: "0PS", setup: true, fields: append(system(name), word("Label"), flag("IsOwnedByProfile"))},
		{name: "PermissionSetAssignment", label: "権限セットの割り当て", prefix: "0Pa", fields: append(system(name), readOnly(lookup("AssigneeId", "Assignee", "User")), readOnly(lookup("PermissionSetId", "PermissionSet", "PermissionSet")))},
		{name: "ObjectPermissions", label: "オブジェクト権限", prefix: "110", setup: true, fields: append(system(name), readOnly(lookup("ParentId", "Parent", "PermissionSet")), word("SobjectType"),
			flag("PermissionsCreate"), flag("PermissionsRead"), flag("PermissionsEdit"), flag("PermissionsDelete"), flag("PermissionsViewAllRecords"), flag("PermissionsModifyAllRecords"))},
		{name: "UserPermissionAccess", label: "ユーザ権限", prefix: "0Pz", fields: append(system(name), flag("PermissionsApiEnabled"), flag("PermissionsModifyAllData"), flag("PermissionsViewAllData"),
			flag("PermissionsViewSetup"), flag("PermissionsModifyMetadata"))},
		{name: "UserRecordAccess", label: "ユーザレコードアクセス", prefix: "0U5", fields: append(system(name), readOnly(lookup("UserId", "User", "User")), recordID,
			flag("HasReadAccess"), flag("HasEditAccess"), flag("HasDeleteAccess"), flag("HasTransferAccess"), flag("HasAllAccess"), word("MaxAccessLevel"))},
		{name: "ApexClass", label: "Apex クラス", prefix: "01p", setup: true, fields: append(system(name), word("NamespacePrefix"), word("Status"))},
		{name: "AsyncApexJob", label: "Apex ジョブ", prefix: "707", setup: true, fields: append(system(name), readOnly(lookup("ApexClassId", "ApexClass", "ApexClass")), word("JobType"), word("Status"),
			readOnly(plain("NumberOfErrors", "NumberOfErrors", soql.Int)), readOnly(plain("JobItemsProcessed", "JobItemsProcessed", soql.Int)), readOnly(plain("TotalJobItems", "TotalJobItems", soql.Int)), when("CompletedDate"))},
		{name: "CronJobDetail", label: "Cron ジョブ", prefix: "08a", setup: true, fields: append(system(name), word("JobType"))},
		{name: "CronTrigger", label: "スケジュール済みジョブ", prefix: "08e", setup: true, fields: append(system(name), readOnly(lookup("CronJobDetailId", "CronJobDetail", "CronJobDetail")), word("CronExpression"), word("State"),
			when("NextFireTime"), when("PreviousFireTime"), readOnly(plain("TimesTriggered", "TimesTriggered", soql.Int)))},
	}
}
