package items

import (
	"strings"
	"time"

	"dakokubridge/connector"
	"dakokubridge/ui/text"
)

// written are the reasons about which somebody has to be written to; a test compares it with the texts.
var written = map[string]bool{
	"ACCESS_AFTER_LEAVING": true, "ACROSS_0500": true, "BATCH_OFF": true, "DATE_UNWRITABLE": true, "DUPLICATE_EMPLOYEE_CODE": true,
	"DUPLICATE_USER_CODE": true, "EMPLOYEE_RIGHTS": true, "EMPLOYEE_UNKNOWN": true, "FIRST_IS_EXIT": true, "LAST_IS_ENTRY": true,
	"LATE_EARLIER": true, "LATE_LATER": true, "LIMIT_REACHED": true, "LOCKED_MONTH": true, "LOGIN_NEEDED": true,
	"MULTIPLE_ORGANIZATIONS": true, "NOT_ON_SHEET": true, "NOT_PROCESSED": true, "NO_CLOCK_OUT": true, "OBJECT_OUT_OF_REACH": true,
	"OTHER_CONNECTOR": true, "REJECTED": true, "RIGHTS_LOST": true, "SEEN_BEFORE_START": true, "SHEET_UNREADABLE": true,
	"TLS_REFUSED": true, "TOO_OLD": true, "UNSTAMPED_DAY": true, "WEB_CLOCK_IN_LATER": true,
}

// Letter is the sentence to send about an item: to the person, to an administrator, to the IT department; ok is false where there is nobody
// to write to.
func Letter(i connector.Item) (sentence string, ok bool) {
	if !written[i.Reason] {
		return "", false
	}
	return text.Of("letter_"+i.Reason, args(i)), true
}

// Meaning says what an item means and what to do about it.
func Meaning(i connector.Item) string {
	if !connector.KnownReason(i.Reason) {
		return i.Japanese
	}
	return text.Of("meaning_"+i.Reason, args(i))
}

// Notice tells all employees that stamping has stopped and what to do meanwhile.
func Notice(cause string) string {
	return text.Of("letter_staff", text.Args{"Cause": text.Reason(cause)})
}

func args(i connector.Item) text.Args {
	return text.Args{
		"Name": orDash(i.Name), "Code": orDash(i.Code), "Day": orDash(dayWords(i.Day)), "Side": text.Side(sideOf(i)), "Kind": kindOf(i),
		"At": moment(i, "at"), "Ours": moment(i, "ours"), "Stamped": moment(i, "stamped"), "Sheet": moment(i, "sheet"),
		"From": moment(i, "from"), "To": moment(i, "to"), "Text": orDash(i.Detail["text"]), "Door": orDash(i.Detail["door"]), "Receiver": orDash(i.Detail["receiver"]),
		"N": orDash(i.Detail["days"]), "Usual": orDash(i.Detail["usual"]), "Since": orDash(dayWords(i.Detail["since"])), "Last": orDash(dayWords(i.Detail["last"])),
		"Proxy": i.Detail["cause"] == "proxy", "Issuer": i.Detail["issuer"],
	}
}

func orDash(s string) string {
	if strings.TrimSpace(s) == "" {
		return "–"
	}
	return s
}

// dayWords is a business day in words; what is no day stays as it is.
func dayWords(day string) string {
	t, err := time.ParseInLocation(time.DateOnly, day, text.Zone)
	if err != nil {
		return day
	}
	return text.Date(t)
}

func kindOf(i connector.Item) string {
	for _, name := range []string{"kind", "subject"} {
		if k := i.Detail[name]; k == "in" || k == "out" {
			return text.Kind(k)
		}
	}
	return text.Of("items_stamp")
}

// sideOf is the side that an item speaks of.
func sideOf(i connector.Item) connector.Side {
	switch s := connector.Side(i.Detail["subject"]); s {
	case connector.Akerun, connector.Salesforce:
		return s
	}
	switch i.Reason {
	case "RIGHTS_LOST":
		return connector.Akerun
	case "EMPLOYEE_RIGHTS", "OBJECT_OUT_OF_REACH", "LIMIT_REACHED":
		return connector.Salesforce
	}
	return ""
}

// moment is an instant among an item's details: the time of day where the item has a day, and date and time otherwise.
func moment(i connector.Item, name string) string {
	t, err := time.Parse(time.RFC3339, i.Detail[name])
	switch {
	case err != nil:
		return orDash(i.Detail[name])
	case i.Day != "":
		return text.Time(t)
	}
	return text.Moment(t)
}
