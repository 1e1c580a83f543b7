package salesforceserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Duration is a time.Duration that JSON writes as text such as "10m" and reads as that or as a number of seconds.
type Duration time.Duration

// MarshalJSON writes the duration as Go does, for instance "10m0s".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads "10m" or a number of seconds; negative durations are refused.
func (d *Duration) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case string:
		p, err := time.ParseDuration(v)
		if err != nil {
			return fmt.Errorf("reading duration: %w", err)
		}
		*d = Duration(p)
	case float64:
		*d = Duration(v * float64(time.Second))
	default:
		return fmt.Errorf("reading duration: %s is neither text nor seconds", b)
	}
	if *d < 0 {
		return fmt.Errorf("reading duration: %s is negative", b)
	}
	return nil
}

// Restriction takes something from a user. An empty User means every user.
type Restriction struct {
	User   string `json:"user,omitempty"`   // user name
	Object string `json:"object,omitempty"` // API name of the object
	Field  string `json:"field,omitempty"`  // API name of the field, where a field is meant
}

// Failure is what happens to the next requests that match, instead of or after the normal answer.
type Failure struct {
	Count      int      `json:"count"`                 // how many requests; 0 means one
	Method     string   `json:"method,omitempty"`      // empty: any
	Path       string   `json:"path,omitempty"`        // a part of the path; empty: any
	Status     int      `json:"status,omitempty"`      // of the answer; 0 with Drop or Hang
	Code       string   `json:"code,omitempty"`        // errorCode of the answer; empty: one that fits Status
	Message    string   `json:"message,omitempty"`     // beside Code
	HTML       bool     `json:"html,omitempty"`        // answer with a page of HTML instead of JSON
	RetryAfter string   `json:"retry_after,omitempty"` // header Retry-After, as it stands
	Drop       bool     `json:"drop,omitempty"`        // close the connection without an answer
	Hang       bool     `json:"hang,omitempty"`        // never answer; ends when the client gives up
	AfterApply bool     `json:"after_apply,omitempty"` // do what the request asks for first
	ApplyAfter Duration `json:"apply_after,omitempty"` // do it that much later by the simulator's clock
}

// RowFailure is what the next matching rows of creates, upserts and updates answer instead of being written.
type RowFailure struct {
	Count      int    `json:"count"`                 // how many rows; 0 means one
	StatusCode string `json:"status_code"`           // such as UNABLE_TO_LOCK_ROW
	Message    string `json:"message,omitempty"`     //
	EmployeeID string `json:"employee_id,omitempty"` // only rows of this employee; empty: any
	AfterApply bool   `json:"after_apply,omitempty"` // write the row all the same
}

// Values of Switches.UniqueKey.
const (
	KeyPlain            = "plain"              // neither external id nor unique
	KeyExternalID       = "external_id"        // external id, not unique
	KeyUnique           = "unique"             // unique, no external id
	KeyUniqueExternalID = "unique_external_id" // both
)

// Switches are all the unknowns of the real service and all the faults it may show. The JSON names are those of SetSwitch.
type Switches struct {
	// Sign-in. Lifetimes count in real time.
	RefreshRotation    bool     `json:"refresh_rotation"`     // a refresh token is good for one use, a second use kills the family
	PKCERequired       bool     `json:"pkce_required"`        //
	AccessLifetime     Duration `json:"access_lifetime"`      // of an access token
	RefreshIdle        Duration `json:"refresh_idle"`         // an unused refresh token dies after this
	ApprovalsLimit     int      `json:"approvals_limit"`      // sign-ins per user and app; one more ends the oldest
	JWTTokens          bool     `json:"jwt_tokens"`           // long access tokens
	AppBlocked         bool     `json:"app_blocked"`          // by the administrator
	AppNotInstalled    bool     `json:"app_not_installed"`    // "app must be installed into org"
	UserInactive       []string `json:"user_inactive"`        // user names
	UserLocked         []string `json:"user_locked"`          // user names: locked out of signing in, sessions stay
	DeniedError        string   `json:"denied_error"`         // what the callback says after 拒否: access_denied or access-denied
	OrganizationID     string   `json:"organization_id"`      // what the server says it is; empty: the one it was made with
	InstanceURL        string   `json:"instance_url"`         // in token answers; empty: the server's own address
	UnauthorizedReason string   `json:"unauthorized_message"` // message of 401 INVALID_SESSION_ID

	// TeamSpirit's fields and rights.
	UniqueKey            string        `json:"unique_key"`             // one of the Key constants
	TargetDateCreateable bool          `json:"target_date_createable"` //
	ObjectMissing        []Restriction `json:"object_missing"`         // object invisible to the user
	FieldMissing         []Restriction `json:"field_missing"`          // field invisible to the user
	FieldNotCreateable   []Restriction `json:"field_not_createable"`   // field visible but read-only
	ObjectNotCreateable  []Restriction `json:"object_not_createable"`  //
	EmployeeSeesAll      bool          `json:"employee_sees_all"`      // employee users may read every AtkEmp row
	EmployeeStamps       string        `json:"employee_stamps"`        // employee users stamping for others: refuse or batch_error
	SetupDenied          string        `json:"setup_denied"`           // ObjectPermissions without the right: invalid_type, insufficient_access or empty
	StampTypeNumber      bool          `json:"stamp_type_number"`      // StampType__c may come as a JSON number
	UnknownField         string        `json:"unknown_field"`          // in collections an unknown field fails its row or the request: row or request

	// TeamSpirit's batch and sheet.
	BatchOn            bool     `json:"batch_on"`             // 勤怠連携バッチのスケジュール
	ICOn               bool     `json:"ic_on"`                // IC勤怠連携機能を利用する
	BatchInterval      Duration `json:"batch_interval"`       // of the simulator's clock
	Processing         string   `json:"processing"`           // batch, or trigger: at once on insert
	MonthLocked        []string `json:"month_locked"`         // 2026-11
	DayLocked          []string `json:"day_locked"`           // 2026-11-22
	LockRefuses        string   `json:"lock_refuses"`         // where a closed day is noticed: batch or insert
	OverwriteOut       bool     `json:"overwrite_out"`        // 退社打刻を常に上書きする
	OutWithoutIn       string   `json:"out_without_in"`       // take or error
	SecondIn           string   `json:"second_in"`            // a second 出社: keep (the first stays), earliest or error
	OutFollowsIn       bool     `json:"out_follows_in"`       // 退社打刻は出社時刻から24時間後までとする
	PushFilledByAPI    bool     `json:"push_filled_by_api"`   // a stamp that came by API fills Push…Time too
	SheetUnchanged     bool     `json:"sheet_unchanged"`      // 処理済み but nothing on the sheet
	ErrorRowResettable bool     `json:"error_row_resettable"` // an エラー row may be set back to 未処理
	DuplicateCodes     []string `json:"duplicate_codes"`      // 社員コード that a second employee holds, too
	AllBatchErrors     bool     `json:"all_batch_errors"`     // the batch turns every row into エラー

	// Bulk API 2.0.
	BulkRefused   string   `json:"bulk_refused"`    // errorCode that answers every new job, such as FEATURENOTENABLED; empty: jobs are taken
	BulkWait      Duration `json:"bulk_wait"`       // how long a closed job waits for its turn, by the simulator's clock
	BulkPace      int      `json:"bulk_pace"`       // rows of a job that are written in a second of the simulator's clock, in each chunk of 10,000
	BulkDaily     int      `json:"bulk_daily"`      // jobs in 24 hours of the simulator's clock
	BulkFailNext  int      `json:"bulk_fail_next"`  // so many next jobs that are closed end as Failed
	BulkFailAfter int      `json:"bulk_fail_after"` // after so many rows
	BulkAbortLate Duration `json:"bulk_abort_late"` // for so long a job that was aborted goes on writing all the same

	// Limits, faults and manners.
	DailyLimit        int          `json:"daily_limit"`        // API calls in 24 hours of the simulator's clock
	ConcurrentLimit   bool         `json:"concurrent_limit"`   // every call answers ConcurrentRequests Limit exceeded
	Maintenance       string       `json:"maintenance"`        // "", down (503 on all) or read_only (503 on writes)
	HTMLError         int          `json:"html_error"`         // status of a page of HTML that answers every API call; 0: off
	DateHeader        string       `json:"date_header"`        // now, none, garbage, or an offset such as 2h or -30m
	FailNext          []Failure    `json:"fail_next"`          //
	ResponseLost      int          `json:"response_lost"`      // so many next writes are applied and the connection then dropped
	RowErrors         []RowFailure `json:"row_errors"`         //
	PageSize          int          `json:"page_size"`          // most rows of one query page; Salesforce: 2000
	DescribeNotFound  string       `json:"describe_not_found"` // describe of an invisible object: not_found (404) or forbidden (403)
	StorageFull       bool         `json:"storage_full"`       // creates answer STORAGE_LIMIT_EXCEEDED
	NoLimitInfo       bool         `json:"no_limit_info"`      // answers lack Sforce-Limit-Info
	StampsUndeletable bool         `json:"stamps_undeletable"` // the package refuses to delete stamps
}

// DefaultSwitches is a healthy org, in the state that the reference pages hold for most likely.
func DefaultSwitches() Switches {
	return Switches{
		RefreshRotation: true, PKCERequired: true, AccessLifetime: Duration(2 * time.Hour), RefreshIdle: Duration(30 * 24 * time.Hour), ApprovalsLimit: 5,
		DeniedError: "access_denied", UnauthorizedReason: "Session expired or invalid",
		UniqueKey: KeyExternalID, TargetDateCreateable: true, EmployeeStamps: "refuse", SetupDenied: "invalid_type", StampTypeNumber: true, UnknownField: "row",
		BatchOn: true, ICOn: true, BatchInterval: Duration(10 * time.Minute), Processing: "batch", LockRefuses: "batch", OutWithoutIn: "take", SecondIn: "keep",
		PushFilledByAPI: true, ErrorRowResettable: true,
		DailyLimit: 100_000, BulkPace: 20_000, BulkDaily: 15_000, DateHeader: "now", PageSize: 2000, DescribeNotFound: "not_found",
	}
}

// choices are the switches that take one of a few words.
func (w *Switches) choices() map[string]struct {
	value   string
	allowed []string
} {
	type choice = struct {
		value   string
		allowed []string
	}
	return map[string]choice{
		"denied_error":       {w.DeniedError, []string{"access_denied", "access-denied"}},
		"unique_key":         {w.UniqueKey, []string{KeyPlain, KeyExternalID, KeyUnique, KeyUniqueExternalID}},
		"employee_stamps":    {w.EmployeeStamps, []string{"refuse", "batch_error"}},
		"setup_denied":       {w.SetupDenied, []string{"invalid_type", "insufficient_access", "empty"}},
		"unknown_field":      {w.UnknownField, []string{"row", "request"}},
		"processing":         {w.Processing, []string{"batch", "trigger"}},
		"lock_refuses":       {w.LockRefuses, []string{"batch", "insert"}},
		"out_without_in":     {w.OutWithoutIn, []string{"take", "error"}},
		"second_in":          {w.SecondIn, []string{"keep", "earliest", "error"}},
		"maintenance":        {w.Maintenance, []string{"", "down", "read_only"}},
		"describe_not_found": {w.DescribeNotFound, []string{"not_found", "forbidden"}},
	}
}

func (w *Switches) check() error {
	for name, c := range w.choices() {
		if !slices.Contains(c.allowed, c.value) {
			return fmt.Errorf("switch %s: %q is none of %q", name, c.value, c.allowed)
		}
	}
	switch {
	case w.BatchInterval < Duration(time.Second):
		return fmt.Errorf("switch batch_interval: %s is less than a second", time.Duration(w.BatchInterval))
	case w.PageSize < 1 || w.PageSize > 2000:
		return fmt.Errorf("switch page_size: %d is not in 1..2000", w.PageSize)
	case w.BulkPace < 1:
		return fmt.Errorf("switch bulk_pace: %d is less than 1", w.BulkPace)
	case w.ApprovalsLimit < 1:
		return fmt.Errorf("switch approvals_limit: %d is less than 1", w.ApprovalsLimit)
	}
	for _, m := range w.MonthLocked {
		if _, err := time.Parse("2006-01", m); err != nil {
			return fmt.Errorf("switch month_locked: %w", err)
		}
	}
	for _, d := range w.DayLocked {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			return fmt.Errorf("switch day_locked: %w", err)
		}
	}
	if _, err := w.dateOffset(); err != nil {
		return fmt.Errorf("switch date_header: %w", err)
	}
	return nil
}

// dateOffset is how far the Date header is off when DateHeader is an offset.
func (w *Switches) dateOffset() (time.Duration, error) {
	switch w.DateHeader {
	case "now", "none", "garbage":
		return 0, nil
	}
	return time.ParseDuration(w.DateHeader)
}

// with gives a copy in which one switch has another value.
func (w Switches) with(name string, value json.RawMessage) (Switches, error) {
	if !json.Valid(value) {
		return w, fmt.Errorf("switch %s: the value is not one piece of JSON", name)
	}
	encodedName, err := json.Marshal(name)
	if err != nil {
		return w, fmt.Errorf("switch %q: %w", name, err)
	}
	current, err := json.Marshal(w)
	if err != nil {
		return w, fmt.Errorf("copying switches: %w", err)
	}
	var out Switches
	if err := json.Unmarshal(current, &out); err != nil {
		return w, fmt.Errorf("copying switches: %w", err)
	}
	clearList(&out, name)
	d := json.NewDecoder(bytes.NewReader(slices.Concat([]byte("{"), encodedName, []byte(":"), value, []byte("}"))))
	d.DisallowUnknownFields()
	if err := d.Decode(&out); err != nil {
		return w, fmt.Errorf("switch %s: %w", name, err)
	}
	return out, out.check()
}

// clearList empties the lists of structures before they are read anew, because JSON decoding would merge into the old elements.
func clearList(w *Switches, name string) {
	switch name {
	case "fail_next":
		w.FailNext = nil
	case "row_errors":
		w.RowErrors = nil
	case "object_missing":
		w.ObjectMissing = nil
	case "field_missing":
		w.FieldMissing = nil
	case "field_not_createable":
		w.FieldNotCreateable = nil
	case "object_not_createable":
		w.ObjectNotCreateable = nil
	}
}

func restricted(list []Restriction, user, object, field string) bool {
	return slices.ContainsFunc(list, func(r Restriction) bool {
		return (r.User == "" || equalFold(r.User, user)) && equalFold(r.Object, object) && equalFold(r.Field, field)
	})
}
