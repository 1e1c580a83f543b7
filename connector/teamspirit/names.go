package teamspirit

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dakokubridge/connector/salesforce"
)

// Names are TeamSpirit's API names and picklist values. Where a customer's org differs, settings override them; see [NewNames].
// Sources: a production org's published object memo (names, statuses), code of a shipping product (types 1 and 2).
type Names struct {
	Namespace string // prefix of the managed package

	Stamp       string // 勤怠連携, where stamps go
	EmpID       string // reference to Employee
	EmpCode     string // 社員コード
	StampType   string
	StampedDate string // instant of the stamp
	TargetDate  string // work date; filled: the caller decides
	Status      string
	ErrorText   string
	ErrorDetail string
	InputDevice string
	AccessInfo  string
	UniqueKey   string

	TypeIn, TypeOut string // picklist values of StampType: 出勤, 退勤
	TypeIsNumber    bool   // StampType is written as a JSON number instead of a string

	Unprocessed, Processed, Failed, Deleted string // values of Status

	Employee         string // 勤怠社員
	EmployeeCode     string
	EmployeeUser     string // reference to User
	EmployeeUserMail string // path to the user's mail address
	EntryDate        string // 入社日
	EndDate          string // 退社日
	IsAdmin          string // 管理機能の使用
	IsAllEditor      string // 全社員のデータ編集

	Day         string // 勤怠日次
	DayDate     string
	DayEmployee string // path to the employee; the day row has no reference of its own
	PushStart   string // 出社 by the Web button, minutes from 00:00 of DayDate
	PushEnd     string
	RealStart   string // before rounding
	RealEnd     string
	Start       string // on the sheet
	End         string
	DayClosed   string // shows that the day or its month is closed (月次確定), in whatever field the customer has for it; "": none is known
	Closed      string // what it says then
}

// defaultNames are the names of the package with the given namespace.
func defaultNames(namespace string) Names {
	p := namespace + "__"
	return Names{
		Namespace: namespace,

		Stamp:       p + "ExternalAttendance__c",
		EmpID:       p + "EmpId__c",
		EmpCode:     p + "EmpCode__c",
		StampType:   p + "StampType__c",
		StampedDate: p + "StampedDate__c",
		TargetDate:  p + "TargetDate__c",
		Status:      p + "Status__c",
		ErrorText:   p + "Error__c",
		ErrorDetail: p + "ErrorDetail__c",
		InputDevice: p + "InputDevice__c",
		AccessInfo:  p + "AccessInfo__c",
		UniqueKey:   p + "UniqueKey__c",

		TypeIn: "1", TypeOut: "2",
		Unprocessed: "未処理", Processed: "処理済み", Failed: "エラー", Deleted: "削除",

		Employee:         p + "AtkEmp__c",
		EmployeeCode:     p + "EmpCode__c",
		EmployeeUser:     p + "UserId__c",
		EmployeeUserMail: p + "UserId__r.Email",
		EntryDate:        p + "EntryDate__c",
		EndDate:          p + "EndDate__c",
		IsAdmin:          p + "IsAdmin__c",
		IsAllEditor:      p + "IsAllEditor__c",

		Day:         p + "AtkEmpDay__c",
		DayDate:     p + "Date__c",
		DayEmployee: p + "EmpMonthId__r." + p + "EmpId__c",
		PushStart:   p + "PushStartTime__c",
		PushEnd:     p + "PushEndTime__c",
		RealStart:   p + "RealStartTime__c",
		RealEnd:     p + "RealEndTime__c",
		Start:       p + "StartTime__c",
		End:         p + "EndTime__c",
		Closed:      "true",
	}
}

// apiNames maps the keys that settings may use to the objects and fields they override.
func (n *Names) apiNames() map[string]*string {
	return map[string]*string{
		"stamp": &n.Stamp, "stamp.employee": &n.EmpID, "stamp.code": &n.EmpCode, "stamp.type": &n.StampType, "stamp.at": &n.StampedDate,
		"stamp.target_date": &n.TargetDate, "stamp.status": &n.Status, "stamp.error": &n.ErrorText, "stamp.error_detail": &n.ErrorDetail,
		"stamp.device": &n.InputDevice, "stamp.origin": &n.AccessInfo, "stamp.key": &n.UniqueKey,
		"employee": &n.Employee, "employee.code": &n.EmployeeCode, "employee.user": &n.EmployeeUser, "employee.mail": &n.EmployeeUserMail,
		"employee.entry": &n.EntryDate, "employee.end": &n.EndDate, "employee.is_admin": &n.IsAdmin, "employee.is_all_editor": &n.IsAllEditor,
		"day": &n.Day, "day.date": &n.DayDate, "day.employee": &n.DayEmployee, "day.push_start": &n.PushStart, "day.push_end": &n.PushEnd,
		"day.real_start": &n.RealStart, "day.real_end": &n.RealEnd, "day.start": &n.Start, "day.end": &n.End,
		"day.closed": &n.DayClosed,
	}
}

// values maps the keys that settings may use to the picklist values they override.
func (n *Names) values() map[string]*string {
	return map[string]*string{
		"value.in": &n.TypeIn, "value.out": &n.TypeOut,
		"value.unprocessed": &n.Unprocessed, "value.processed": &n.Processed, "value.failed": &n.Failed, "value.deleted": &n.Deleted,
		"value.closed": &n.Closed,
	}
}

// NewNames returns the known names with overrides applied. Keys are "namespace", which renames everything not overridden by itself; "stamp",
// "stamp.key", "employee.code", "day.push_start" and the like for objects and fields; "value.in", "value.processed" and the like for picklist
// values; and "stamp.type.number" = "true" where the type is a number. An unknown key, or a value that can be no API name, is an error.
func NewNames(overrides map[string]string) (Names, error) {
	namespace := "teamspirit"
	if ns, ok := overrides["namespace"]; ok {
		if !salesforce.ValidName(ns) {
			return Names{}, fmt.Errorf("reading the TeamSpirit names: namespace %.80q can't be a namespace", ns)
		}
		namespace = ns
	}
	n := defaultNames(namespace)
	names, values := n.apiNames(), n.values()
	for _, key := range slices.Sorted(maps.Keys(overrides)) {
		value := overrides[key]
		switch {
		case key == "namespace":
		case key == "stamp.type.number":
			n.TypeIsNumber = value == "true"
		case names[key] != nil:
			mayBePath := key == "day.closed" || strings.Contains(*names[key], ".")
			if !salesforce.ValidPath(value) || strings.Contains(value, ".") && !mayBePath {
				return Names{}, fmt.Errorf("reading the TeamSpirit names: %s = %.80q can't be an API name", key, value)
			}
			*names[key] = value
		case values[key] != nil && value != "":
			*values[key] = value
		default:
			return Names{}, fmt.Errorf("reading the TeamSpirit names: %.80q is not a name that can be set, or it is empty", key)
		}
	}
	return n, nil
}
