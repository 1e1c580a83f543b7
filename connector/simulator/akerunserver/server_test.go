package akerunserver

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/simulator/company"
)

type fullUser struct {
	ID, Name  string
	Mail      *string
	Code      *string
	Authority string
	Created   string `json:"created_at"`
}

type userList struct{ Users []fullUser }

func (w *world) path(rest string) string { return "/v3/organizations/" + w.org + rest }

func TestUsersInPages(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1, Size: company.Medium})
	members := 0
	for _, u := range w.company.Users {
		if slices.ContainsFunc(u.Memberships, func(m company.Membership) bool { return m.Organization == 0 }) {
			members++
		}
	}
	for order, key := range map[string]string{"asc": "id_after", "desc": "id_before"} {
		w.set("users_order", `"`+order+`"`)
		seen, border := 0, ""
		for {
			page := get[userList](w, http.StatusOK, w.path("/users?limit=300&"+key+"="+border)).Users
			if len(page) == 0 {
				break
			}
			for _, u := range page {
				if border != "" && (u.ID > border) != (order == "asc") {
					t.Fatalf("%s: %s follows %s", order, u.ID, border)
				}
				border = u.ID
			}
			seen += len(page)
		}
		if seen != members {
			t.Errorf("%s: %d users, want %d", order, seen, members)
		}
	}
	for value, want := range map[string]string{`"null"`: `"code":null`, `"empty"`: `"code":""`, `"absent"`: ""} {
		w.set("missing_value", value)
		i := slices.IndexFunc(w.company.Users, func(u company.User) bool { return u.Code == "" && u.Memberships[0].Organization == 0 })
		body := w.do("GET", w.path("/users/"+w.company.Users[i].ID), "").Body.String()
		if !strings.Contains(body, want) || want == "" && strings.Contains(body, `"code"`) {
			t.Errorf("missing_value %s: %s", value, body)
		}
	}
}

func TestFindingAndChangingAUser(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	super := w.company.AkerunAccounts[0].Login
	found := get[userList](w, http.StatusOK, w.path("/users?include_date_time=true&user_mail="+super)).Users
	if len(found) != 1 || found[0].Authority != "super_manager" || found[0].Created == "" {
		t.Fatalf("by mail: %+v", found)
	}
	id := w.company.Users[5].ID
	for _, way := range []struct{ query, body, code string }{
		{"?user_code=Q1", "", "Q1"}, {"", `{"user_code":"J2"}`, "J2"}, {"", "user_code=F3", "F3"}, {"", `{"user_code":null}`, ""},
	} {
		if err := w.clock.Advance(time.Minute); err != nil {
			t.Fatal(err)
		}
		got := want[struct{ User fullUser }](w, http.StatusOK, "PUT", w.path("/users/"+id+way.query), way.body).User
		if got.Code == nil && way.code != "" || got.Code != nil && *got.Code != way.code {
			t.Errorf("%+v: code %v", way, got.Code)
		}
	}
	if by := get[userList](w, http.StatusOK, w.path("/users?user_code=F3")).Users; len(by) != 0 {
		t.Errorf("a code of the past finds %+v", by)
	}
	history := w.Users()
	i := slices.IndexFunc(history, func(u User) bool { return u.ID == id })
	if codes := history[i].Codes; len(codes) != 5 || codes[3].Code != "F3" || !codes[3].From.Equal(start.Add(3*time.Minute)) {
		t.Errorf("history: %+v", codes)
	}
	if spans := history[i].Spans(); len(spans) != 5 || spans[3].Code != "F3" || !spans[3].Until.Equal(spans[4].From) || !spans[4].Until.IsZero() {
		t.Errorf("spans: %+v", spans)
	}
	f := want[failure](w, http.StatusNotFound, "PUT", w.path("/users/U-nobody"), "user_code=1")
	if f.Code != "user_not_found" {
		t.Errorf("unknown user: %+v", f)
	}
	w.set("unique_codes", "true")
	w.set("code_length", "6")
	taken := want[failure](w, http.StatusBadRequest, "PUT", w.path("/users/"+id), "user_code="+w.company.Users[6].Code)
	long := want[failure](w, http.StatusBadRequest, "PUT", w.path("/users/"+id), "user_code=1234567")
	if taken.Code != "registered_code" || long.Code != "invalid_parameter" {
		t.Errorf("%+v, %+v", taken, long)
	}
}

func TestAddingAndRemovingUsers(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	id := want[struct{ User fullUser }](w, http.StatusOK, "POST", w.path("/users"), `{"user_name":"新人 太郎","user_mail":"new@sakura-shoji.example","user_code":"7777"}`).User.ID
	if got := get[struct{ User fullUser }](w, http.StatusOK, w.path("/users/"+id)).User; *got.Code != "7777" || got.Authority != "member" {
		t.Errorf("new user: %+v", got)
	}
	if f := want[failure](w, http.StatusBadRequest, "POST", w.path("/users"), `{"user_name":"二人目","user_mail":"new@sakura-shoji.example"}`); f.Code != "registered_mail" {
		t.Errorf("a mail address twice: %+v", f)
	}
	if f := want[failure](w, http.StatusForbidden, "POST", w.path("/users"), `{"user_id":"`+id+`"}`); f.Code != "not_allowed" {
		t.Errorf("somebody twice: %+v", f)
	}
	if a := w.do("DELETE", w.path("/users/"+id), ""); a.Code != http.StatusOK {
		t.Errorf("DELETE: %d", a.Code)
	}
	get[failure](w, http.StatusNotFound, w.path("/users/"+id))
	want[struct{ User fullUser }](w, http.StatusOK, "POST", w.path("/users"), `{"user_id":"`+id+`"}`)
	w.token = w.signIn(company.Manager)
	want[failure](w, http.StatusForbidden, "PUT", w.path("/users/"+id), "user_authority=super_manager")
}

func TestWhatTheConsoleDoesHappensAtItsTime(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	leaving := w.company.Changes[slices.IndexFunc(w.company.Changes, func(c company.Change) bool { return c.Leave })]
	typing := w.company.Changes[slices.IndexFunc(w.company.Changes, func(c company.Change) bool { return !c.Leave })]
	leaver, joiner := w.company.Users[leaving.User], w.company.Users[typing.User]
	for _, at := range []time.Time{typing.At.Add(-time.Second), typing.At, leaving.At.Add(-time.Second), leaving.At} {
		if err := w.clock.Set(at); err != nil {
			t.Fatal(err)
		}
		if there := w.do("GET", w.path("/users/"+leaver.ID), "").Code == http.StatusOK; there != at.Before(leaving.At) {
			t.Errorf("at %s the leaver is there: %t", at, there)
		}
		if code := get[struct{ User fullUser }](w, http.StatusOK, w.path("/users/"+joiner.ID)).User.Code; (code != nil) == at.Before(typing.At) {
			t.Errorf("at %s the joiner's code is %v", at, code)
		}
	}
	if rows := w.accesses("limit=1000"); !slices.ContainsFunc(rows, func(a shownAccess) bool { return a.User != nil && a.User.ID == leaver.ID }) {
		t.Error("the leaver's accesses are gone")
	}
	w.set("removed_user", `"null"`)
	if rows := w.accesses("limit=1000"); slices.ContainsFunc(rows, func(a shownAccess) bool { return a.User != nil && a.User.ID == leaver.ID }) {
		t.Error("the leaver still shows")
	}
}

func TestWhoMayRead(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	owner, orgs := w.company.Users[0].ID, w.company.Organizations
	reads := func(why string, status int) {
		t.Helper()
		for _, path := range []string{"/accesses", "/users", "/akeruns"} {
			if a := w.do("GET", w.path(path), ""); a.Code != status {
				t.Errorf("%s: %s answers %d, want %d", why, path, a.Code, status)
			}
		}
	}
	rank := func(org int, r company.Rank) {
		t.Helper()
		if err := w.SetRank(owner, orgs[org].ID, r); err != nil {
			t.Fatal(err)
		}
	}
	reads("super manager of both", 200)
	rank(0, company.Manager)
	reads("manager", 200)
	rank(0, company.Member)
	reads("demoted", 403)
	if f := get[failure](w, http.StatusForbidden, w.path("/accesses")); f.Code != "not_allowed" {
		t.Errorf("demoted: %+v", f)
	}
	rank(0, company.SuperManager)
	rank(1, company.Member)
	reads("member of the other 事業所", 403)
	rank(1, "")
	reads("in one only", 200)
	w.set("forbidden_code", `""`)
	rank(0, "")
	reads("left", 403)
	if a := w.do("GET", w.path("/accesses"), ""); a.Body.Len() != 0 {
		t.Errorf("no body wanted: %s", a.Body)
	}
	w.set("stranger_status", "404")
	reads("left, hidden", 404)
	rank(0, company.SuperManager)
	if f := get[failure](w, http.StatusNotFound, "/v3/organizations/O-nowhere/accesses"); f.Code != "organization_not_found" {
		t.Errorf("unknown 事業所: %+v", f)
	}
	w.token = w.signIn(company.Member)
	reads("a member's token", 403)
}

func TestOrganizationsAndDoors(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	list := get[struct{ Organizations []map[string]string }](w, http.StatusOK, "/v3/organizations").Organizations
	if len(list) != 2 || list[0]["id"] != w.org || len(list[0]) != 1 {
		t.Errorf("organizations: %v", list)
	}
	one := get[struct{ Organization map[string]string }](w, http.StatusOK, w.path("")).Organization
	if one["name"] != w.company.Organizations[0].Name || one["id"] != w.org {
		t.Errorf("organization: %v", one)
	}
	doors := get[struct{ Akeruns []map[string]any }](w, http.StatusOK, w.path("/akeruns")).Akeruns
	if len(doors) != 2 || doors[0]["battery_percentage"] != nil || doors[0]["id"] != w.company.Doors[0].ID {
		t.Errorf("doors: %v", doors)
	}
}

func TestTheDateHeader(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	date := func() string { return w.do("GET", "/v3/organizations", "").Header().Get("Date") }
	if got := date(); got != "Tue, 24 Nov 2026 11:00:00 GMT" {
		t.Errorf("Date: %s", got)
	}
	w.set("date_header", `"-90m"`)
	if got := date(); got != "Tue, 24 Nov 2026 09:30:00 GMT" {
		t.Errorf("shifted: %s", got)
	}
	w.set("date_header", `"garbage"`)
	if _, err := http.ParseTime(date()); err == nil {
		t.Errorf("garbage: %s", date())
	}
	w.set("date_header", `"absent"`)
	server := httptest.NewServer(w)
	defer server.Close()
	answer, err := server.Client().Get(server.URL + "/v3/organizations")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, there := answer.Header["Date"]; there {
		t.Errorf("absent: %v", answer.Header)
	}
}

func TestTheRatePerRealMinute(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	w.set("rate_per_minute", "3")
	for range 3 {
		get[map[string]any](w, http.StatusOK, "/v3/organizations")
	}
	w.real = w.real.Add(20 * time.Second)
	a := w.do("GET", "/v3/organizations", "")
	if a.Code != http.StatusTooManyRequests || a.Header().Get("Retry-After") != "41" {
		t.Errorf("the fourth: %d, Retry-After %q", a.Code, a.Header().Get("Retry-After"))
	}
	w.set("rate_retry_after", `"date"`)
	if got := w.do("GET", "/v3/organizations", "").Header().Get("Retry-After"); got != "Tue, 24 Nov 2026 11:00:41 GMT" {
		t.Errorf("as a date: %q", got)
	}
	w.real = w.real.Add(40 * time.Second)
	get[map[string]any](w, http.StatusOK, "/v3/organizations")
}

func TestFaults(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	server := httptest.NewServer(w)
	defer server.Close()
	call := func(method, path string) (int, string, http.Header, error) {
		r, err := http.NewRequest(method, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+w.token)
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Transport: &http.Transport{DisableKeepAlives: true}}
		a, err := client.Do(r)
		if err != nil {
			return 0, "", nil, err
		}
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		return a.StatusCode, string(body), a.Header, err
	}
	list := w.path("/accesses")
	for _, tt := range []struct {
		fault  Fault
		status int
		body   string
		header [2]string
		broken bool
	}{
		{Fault{Kind: FaultStatus, Status: 429, Code: "too_many", RetryAfter: "30"}, 429, `"code":"too_many"`, [2]string{"Retry-After", "30"}, false},
		{Fault{Kind: FaultStatus, Status: 503, RetryAfter: "+30s"}, 503, `"code"`, [2]string{"Retry-After", "Tue, 24 Nov 2026 11:00:30 GMT"}, false},
		{Fault{Kind: FaultEmpty}, 200, "", [2]string{}, false},
		{Fault{Kind: FaultHTML, Status: 502}, 502, "<html>", [2]string{"Content-Type", "text/html; charset=utf-8"}, false},
		{Fault{Kind: FaultEmptyObject}, 200, "{}", [2]string{}, false},
		{Fault{Kind: FaultRedirect, Location: "https://evil.example/"}, 302, "", [2]string{"Location", "https://evil.example/"}, false},
		{Fault{Kind: FaultSlow, DelayMS: 1}, 200, `{"accesses":[{`, [2]string{}, false},
		{Fault{Kind: FaultLost}, 0, "", [2]string{}, true},
		{Fault{Kind: FaultRefused}, 0, "", [2]string{}, true},
		{Fault{Kind: FaultTruncated}, 200, `{"accesses":[{`, [2]string{}, true},
	} {
		w.Heal()
		tt.fault.Path, tt.fault.Times, tt.fault.Skip = "/accesses", 1, 1
		w.Inject(tt.fault)
		for i, strikes := range []bool{false, true, false} {
			status, body, header, err := call("GET", list)
			if !strikes {
				if status != 200 || err != nil || !strings.HasPrefix(body, `{"accesses":[{`) {
					t.Errorf("%s: request %d: %d %v", tt.fault.Kind, i, status, err)
				}
				continue
			}
			if status != tt.status || (err != nil) != tt.broken || !strings.Contains(body, tt.body) || tt.body == "" && body != "" || header.Get(tt.header[0]) != tt.header[1] {
				t.Errorf("%s: %d %.80q %v %v", tt.fault.Kind, status, body, header, err)
			}
		}
	}
}

func TestALostAnswerIsCarriedOutAndARefusedOneIsNot(t *testing.T) {
	for kind, done := range map[string]bool{FaultLost: true, FaultRefused: false} {
		w := newWorld(t, company.Options{Seed: 1})
		w.set("faults", fmt.Sprintf(`[{"kind":%q,"method":"PUT"}]`, kind))
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: the connection stands", kind)
				}
			}()
			w.do("PUT", w.path("/users/"+w.company.Users[5].ID), "user_code=XX")
		}()
		found := get[userList](w, http.StatusOK, w.path("/users?user_code=XX")).Users
		if (len(found) == 1) != done {
			t.Errorf("%s: carried out: %t", kind, len(found) == 1)
		}
		log := w.Requests()
		if n := slices.IndexFunc(log, func(r Request) bool { return r.Method == "PUT" && r.Status == 0 }); n < 0 || w.Counts()["PUT "+log[n].Path] != 1 {
			t.Errorf("%s: log %+v", kind, log)
		}
	}
}

func TestEverySwitchCanBeSetToItsOwnValueAndNothingElse(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	text, err := json.Marshal(Defaults())
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for name, value := range all {
		if err := w.SetSwitch(name, value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := w.SetSwitch(name, json.RawMessage(`{"no":1}`)); err == nil {
			t.Errorf("%s took an object", name)
		}
	}
	for name, values := range words {
		if err := w.SetSwitch(name, json.RawMessage(`"sometimes"`)); err == nil {
			t.Errorf("%s took a word that is none of %v", name, values)
		}
	}
	if err := w.SetSwitch("nothing", json.RawMessage("1")); err == nil {
		t.Error("a switch that does not exist was set")
	}
	if err := w.SetSwitch("default_limit", json.RawMessage("-1")); err == nil {
		t.Error("a negative number was taken")
	}
	got := w.Switches()
	got.Faults = nil
	if !reflect.DeepEqual(got, Defaults()) {
		t.Errorf("after setting each to its own value: %+v", got)
	}
}
