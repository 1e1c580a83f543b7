package items

import (
	"cmp"
	"context"

	"dakokubridge/connector"
	"dakokubridge/ui/export"
	"dakokubridge/ui/resend"
	"dakokubridge/ui/shell"
	"dakokubridge/ui/text"
)

// Cure is a button that does something about an item.
type Cure struct {
	Label string
	Do    func()
}

// cures tells by reason which of the ways below helps.
var cures = map[string]func(*shell.Frame, connector.Item, func()) Cure{
	"LOGIN_NEEDED": signIn, "RIGHTS_LOST": signIn, "EMPLOYEE_RIGHTS": signIn, "OBJECT_OUT_OF_REACH": signIn, "WRONG_TENANT": signIn,
	"OFFLINE": syncNow, "SERVER_TROUBLE": syncNow, "NO_TRUSTED_TIME": syncNow, "LIMIT_REACHED": syncNow, "TLS_REFUSED": syncNow, "KEYCHAIN": syncNow,
	"BAD_ANSWER": diagnose, "PANIC": diagnose, "AUDIT_BROKEN": diagnose, "DISK": diagnose, "UNREADABLE_ACCESS": diagnose,
	"DUPLICATE_EMPLOYEE_CODE": person, "DUPLICATE_USER_CODE": person, "MULTIPLE_ORGANIZATIONS": person, "NO_USER_CODE": person,
	"EMPLOYEE_UNKNOWN": person, "ACCESS_AFTER_LEAVING": person, "ACROSS_0500": person,
	"REJECTED": again, "LOCKED_MONTH": again, "ROW_DELETED": again, "LATE_LATER": again, "UNSTAMPED_DAY": again,
	"UNKNOWN_TYPE": openSettings, "DOOR_SILENT": openSettings, "NOT_TOLD": openSettings, "NO_ACCESSES": syncNow,
}

// CureOf is the button that helps with an item; ok is false where only the outside can help. changed is called when something was done.
func CureOf(f *shell.Frame, i connector.Item, changed func()) (Cure, bool) {
	way, known := cures[i.Reason]
	if !known {
		if i.Day == "" {
			return Cure{}, false
		}
		way = look
	}
	return way(f, i, changed), true
}

func signIn(f *shell.Frame, i connector.Item, _ func()) Cure {
	side := cmp.Or(sideOf(i), connector.Salesforce)
	return Cure{text.Of("cure_sign_in"), func() { f.Navigate(shell.Setup, string(side)) }}
}

func syncNow(f *shell.Frame, _ connector.Item, changed func()) Cure {
	return Cure{text.Of("cure_sync"), func() { Sync(f, changed) }}
}

// Sync reads and sends now.
func Sync(f *shell.Frame, changed func()) {
	shell.Do(f, f.Connector.Sync, func(err error) {
		f.ShowError(err)
		changed()
	}).Show(text.Of("cure_syncing"))
}

func diagnose(f *shell.Frame, _ connector.Item, _ func()) Cure {
	return Cure{text.Of("cure_diagnostics"), func() { Diagnose(f) }}
}

// Diagnose saves the bundle for those who help with a trouble.
func Diagnose(f *shell.Frame) {
	shell.Work(f, func(ctx context.Context) ([]byte, error) { return f.Connector.Diagnostics(ctx) }, func(content []byte, err error) {
		if err != nil {
			f.ShowError(err)
			return
		}
		export.Save(f, connector.File{Name: "dakokubridge-diagnostics-" + f.Now().In(text.Zone).Format("20060102") + ".zip", Content: content})
	}).Show(text.Of("cure_diagnosing"))
}

func person(f *shell.Frame, i connector.Item, _ func()) Cure {
	return Cure{text.Of("cure_person"), func() { f.Navigate(shell.People, cmp.Or(i.Code, i.Name)) }}
}

func openSettings(f *shell.Frame, _ connector.Item, _ func()) Cure {
	return Cure{text.Of("cure_settings"), func() { f.Navigate(shell.Settings, "") }}
}

func look(f *shell.Frame, i connector.Item, _ func()) Cure {
	return Cure{text.Of("cure_days"), func() { f.Navigate(shell.Days, i.Day+" "+cmp.Or(i.Code, i.Name)) }}
}

func again(f *shell.Frame, i connector.Item, changed func()) Cure {
	return Cure{text.Of("cure_resend"), func() {
		resend.Ask(f, connector.ResendRequest{From: i.Day, To: i.Day, UserIDs: []string{i.UserID}}, changed)
	}}
}
