package akerunserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Switches decide what is not known of the real Akerun, and what goes wrong. The JSON names are those of SetSwitch.
type Switches struct {
	// Ids and rows of the 入退室履歴.
	IDOrder      string `json:"id_order"`       // "arrival": ids grow as rows show; "event": by the instant at the door, so that late rows get small ids
	Ids          string `json:"ids"`            // "number", "quoted", "22_digits", "22_digits_quoted"
	HistoryDays  int    `json:"history_days"`   // rows older than this are gone; 0: kept for ever
	RepeatEvery  int    `json:"repeat_every"`   // every so many rows one stands twice in the answer, beyond the limit if need be; 0: never
	ForeignEvery int    `json:"foreign_every"`  // every so many rows one of another 事業所 is slipped in; 0: never
	BrokenEvery  int    `json:"broken_every"`   // every so many rows one cannot be read (no id, no instant, a text for an object …); 0: never
	ExtraFields  bool   `json:"extra_fields"`   // answers have fields that nobody has described
	AccessedAt   string `json:"accessed_at"`    // "utc" (2017-07-24T06:37:19Z), "offset" (+09:00), "fraction" (.000Z)
	RemovedUser  string `json:"removed_user"`   // in rows of users who have left: "shown" or "null"
	MissingValue string `json:"missing_value"`  // a code or mail that is not there: "null", "empty", "absent"
	AfterBorder  bool   `json:"after_border"`   // datetime_after includes its own instant
	BeforeBorder bool   `json:"before_border"`  // datetime_before includes its own instant
	IDAfterToo   bool   `json:"id_after_too"`   // id_after includes the id itself
	DefaultOrder string `json:"default_order"`  // of accesses: "desc" (newest first) or "asc"
	DefaultLimit int    `json:"default_limit"`  // of every list
	MostLimit    int    `json:"most_limit"`     // a higher limit counts as this
	LimitTooHigh string `json:"limit_too_high"` // "cut" or "refuse" (400)
	Envelope     string `json:"envelope"`       // "list", or "empty_object": {} instead of an empty list

	// Users.
	UsersOrder     string `json:"users_order"`     // "asc" or "desc" by id
	UniqueCodes    bool   `json:"unique_codes"`    // a ユーザーコード that another user has is refused
	CodeLength     int    `json:"code_length"`     // longest ユーザーコード; 0: any
	SuperManager   string `json:"super_manager"`   // what authority says for a スーパーマネージャー
	Manager        string `json:"manager"`         // … for a マネージャー
	Member         string `json:"member"`          // … for a メンバー
	ForbiddenCode  string `json:"forbidden_code"`  // code of a 403 for want of rank; empty: no body at all
	StrangerStatus int    `json:"stranger_status"` // status for a 事業所 that the token's owner is not in: 403 or 404

	// OAuth. Its lifetimes pass in real time.
	ExpiresIn       int    `json:"expires_in"`       // seconds an access token lives
	ExpiresInShown  string `json:"expires_in_shown"` // JSON to show instead of the true value; "absent" leaves the field out
	RefreshLives    int    `json:"refresh_lives"`    // seconds a refresh token lives; 0: until revoked
	Rotation        string `json:"rotation"`         // "immediate": the old refresh token dies at once; "on_use": at the new access token's first use; "none"
	RememberConsent bool   `json:"remember_consent"` // no second 許可 page while a token of the same person lives, as Doorkeeper does it
	BasicAuth       bool   `json:"basic_auth"`       // client credentials may also come as HTTP Basic
	WWWAuthenticate bool   `json:"www_authenticate"` // a 401 on /v3 carries the header too
	DropState       bool   `json:"drop_state"`       // the redirect comes back without state
	OldErrors       bool   `json:"old_oauth_errors"` // 401 for every token error, as old Doorkeeper releases did
	NoRefreshToken  bool   `json:"no_refresh_token"` // token answers have none

	RatePerMinute  int     `json:"rate_per_minute"`  // requests to /v3 per real minute and token; 0: any number
	RateRetryAfter string  `json:"rate_retry_after"` // of its 429: "seconds", "date", "absent"
	DateHeader     string  `json:"date_header"`      // "clock", "absent", "garbage", or a shift such as "2h" or "-90m"
	DelayMS        int     `json:"delay_ms"`         // every answer takes this long, in real time
	Faults         []Fault `json:"faults"`           // see Fault
}

// Defaults is Akerun as far as it is known, and at its likeliest where it is not.
func Defaults() Switches {
	return Switches{
		IDOrder: "arrival", Ids: "number", AccessedAt: "utc", RemovedUser: "shown", MissingValue: "null",
		AfterBorder: true, BeforeBorder: false, DefaultOrder: "desc", DefaultLimit: 20, MostLimit: 1000, LimitTooHigh: "cut", Envelope: "list",
		UsersOrder: "asc", SuperManager: "super_manager", Manager: "manager", Member: "member", ForbiddenCode: "not_allowed", StrangerStatus: 403,
		ExpiresIn: 7200, Rotation: "immediate", RememberConsent: true, WWWAuthenticate: true,
		RateRetryAfter: "seconds", DateHeader: "clock",
	}
}

// words are the values that a switch with words takes.
var words = map[string][]string{
	"id_order": {"arrival", "event"}, "ids": {"number", "quoted", "22_digits", "22_digits_quoted"},
	"accessed_at": {"utc", "offset", "fraction"}, "removed_user": {"shown", "null"}, "missing_value": {"null", "empty", "absent"},
	"default_order": {"asc", "desc"}, "limit_too_high": {"cut", "refuse"}, "envelope": {"list", "empty_object"},
	"users_order": {"asc", "desc"}, "rotation": {"immediate", "on_use", "none"}, "rate_retry_after": {"seconds", "date", "absent"},
}

// with returns the switches with one set, or an error that names what it takes.
func (s Switches) with(name string, value json.RawMessage) (Switches, error) {
	i := field(name)
	if i < 0 {
		return s, fmt.Errorf("setting the switch %q: akerun has none of that name", name)
	}
	fresh := reflect.New(reflect.TypeFor[Switches]().Field(i).Type)
	d := json.NewDecoder(bytes.NewReader(value))
	d.DisallowUnknownFields()
	if err := d.Decode(fresh.Interface()); err != nil {
		return s, fmt.Errorf("setting the switch %q: %w", name, err)
	}
	if allowed, limited := words[name]; limited && !contains(allowed, fresh.Elem().String()) {
		return s, fmt.Errorf("setting the switch %q: it takes %s", name, strings.Join(allowed, ", "))
	}
	if v := fresh.Elem(); v.Kind() == reflect.Int && v.Int() < 0 {
		return s, fmt.Errorf("setting the switch %q: it takes no negative number", name)
	}
	reflect.ValueOf(&s).Elem().Field(i).Set(fresh.Elem())
	return s, nil
}

func field(name string) int {
	t := reflect.TypeFor[Switches]()
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("json") == name {
			return i
		}
	}
	return -1
}

func contains(words []string, word string) bool {
	for _, w := range words {
		if w == word {
			return true
		}
	}
	return false
}
