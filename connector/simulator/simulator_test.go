package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/browser"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newSimulator(t testing.TB, o Options) *Simulator {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// listening serves s on loopback for the length of the test and returns how to reach it.
func listening(t testing.TB, s *Simulator) (Description, *http.Client) {
	t.Helper()
	l, err := s.Listen(t.Context(), "127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return s.Description(l.AkerunURL, l.SalesforceURL), client
}

// call makes a request and reads its JSON answer, which must have status 200.
func call[T any](t testing.TB, client *http.Client, method, address, token string, body any) (v T) {
	t.Helper()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, sent)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %.500s", method, address, answer.StatusCode, text)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s %s: %v in %.500s", method, address, err, text)
	}
	return v
}

type accessPage struct {
	Accesses []struct {
		ID json.Number `json:"id"`
		At time.Time   `json:"accessed_at"`
	} `json:"accesses"`
}

// akerunToken signs the super manager in by the pages.
func akerunToken(t testing.TB, d Description, client *http.Client) string {
	t.Helper()
	b, err := browser.New(client.Transport)
	if err != nil {
		t.Fatal(err)
	}
	u := d.Akerun.Users[0]
	back, err := b.SignIn(t.Context(), d.Akerun.BaseURL+"/oauth/authorize/?"+url.Values{
		"client_id": {d.Akerun.ClientID}, "redirect_uri": {d.Akerun.RedirectURI}, "response_type": {"code"}, "state": {"xyz"},
	}.Encode(), u.Mail, u.Password, true)
	if err != nil {
		t.Fatal(err)
	}
	if back.Host != "localhost" || back.Query().Get("state") != "xyz" {
		t.Fatalf("the browser ended at %s", back)
	}
	return call[struct {
		Token string `json:"access_token"`
	}](t, client, "POST", d.Akerun.BaseURL+"/oauth/token", "", map[string]string{
		"grant_type": "authorization_code", "client_id": d.Akerun.ClientID, "client_secret": d.Akerun.ClientSecret,
		"redirect_uri": d.Akerun.RedirectURI, "code": back.Query().Get("code"),
	}).Token
}

func TestTheDescriptionIsWhatTheCommandPrints(t *testing.T) {
	s := newSimulator(t, Options{Seed: 1})
	text, err := json.Marshal(s.Description("http://127.0.0.1:1", "http://127.0.0.1:2"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`{"akerun":{"base_url":"http://127.0.0.1:1","client_id":"`, `"client_secret":"`, `"redirect_uri":"https://`, `"role":"super_manager"`, `"role":"manager"`, `"role":"member"`,
		`"salesforce":{"base_url":"http://127.0.0.1:2","client_id":"`, `"redirect_uris":["http://localhost:17171/oauth/callback","http://localhost:27171/oauth/callback","http://localhost:37171/oauth/callback"]`,
		`"username":"`, `"role":"admin"`, `"role":"employee"`, `"clock_url":"http://127.0.0.1:1/_simulator/clock"}`,
	} {
		if !strings.Contains(string(text), part) {
			t.Errorf("%s lacks %s", text, part)
		}
	}
}

func TestSigningInToAkerunOverLoopback(t *testing.T) {
	s := newSimulator(t, Options{Seed: 1})
	d, client := listening(t, s)
	token := akerunToken(t, d, client)
	page := call[accessPage](t, client, "GET", d.Akerun.BaseURL+"/v3/organizations/"+d.Akerun.Offices[0].ID+"/accesses", token, nil)
	if len(page.Accesses) != 20 {
		t.Errorf("%d rows", len(page.Accesses))
	}
	b, err := browser.New(client.Transport)
	if err != nil {
		t.Fatal(err)
	}
	address := d.Akerun.BaseURL + "/oauth/authorize?response_type=code&client_id=" + d.Akerun.ClientID + "&redirect_uri=" + url.QueryEscape(d.Akerun.RedirectURI)
	if _, err := b.SignIn(t.Context(), address, d.Akerun.Users[0].Mail, "wrong", true); err == nil || !strings.Contains(err.Error(), "パスワードが違います") {
		t.Errorf("a wrong password: %v", err)
	}
	member := d.Akerun.Users[2]
	back, err := b.SignIn(t.Context(), address, member.Mail, member.Password, false)
	if err != nil || back.Query().Get("error") != "access_denied" {
		t.Errorf("拒否 ends at %v, %v", back, err)
	}
}

func TestInABubbleTimePassesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulator(t, Options{Seed: 2, Clock: clock.Real(time.Until(DefaultFrom.Add(90 * time.Minute)))})
		pipe := s.Pipe()
		defer func() {
			if err := pipe.Close(); err != nil {
				t.Error(err)
			}
		}()
		client := &http.Client{Transport: pipe}
		d := s.Description(PipeAkerunURL, PipeSalesforceURL)
		token := akerunToken(t, d, client)
		accesses := func(q string) accessPage {
			return call[accessPage](t, client, "GET", d.Akerun.BaseURL+"/v3/organizations/"+d.Akerun.Offices[0].ID+"/accesses?"+q, token, nil)
		}
		cursor := accesses("limit=1").Accesses[0].ID
		seen := 0
		for range 100 { // polls from 08:30 on; the token lives for two hours of the bubble's time
			time.Sleep(time.Minute)
			page := accesses("limit=1000&sort_by=id&sort_order=asc&id_after=" + cursor.String())
			for _, a := range page.Accesses {
				cursor = a.ID
				if a.At.After(s.Clock().Now()) {
					t.Fatalf("a row of %s shows at %s", a.At, s.Clock().Now())
				}
			}
			seen += len(page.Accesses)
		}
		if seen < 30 {
			t.Errorf("%d rows in the morning", seen)
		}
		if _, err := client.Get("http://127.0.0.1:18003/"); err == nil {
			t.Error("somebody answers at an address that is nobody's")
		}
	})
}

func TestWebStampsComeAtTheirTime(t *testing.T) {
	s := newSimulator(t, Options{Seed: 3, Size: company.Medium})
	today := company.DayOf(DefaultFrom)
	before := s.Evidence(today.Begin())
	if len(before.WebStamps) != 0 {
		t.Errorf("at 07:00 there are %v", before.WebStamps)
	}
	if history := s.Evidence(s.company.First.Begin()); len(history.WebStamps) < 100 || len(history.Sheet) < 100 {
		t.Errorf("the past has %d Web stamps and %d days on the sheet", len(history.WebStamps), len(history.Sheet))
	}
	noon := today.At(12 * 3600)
	if err := s.Clock().Set(noon); err != nil {
		t.Fatal(err)
	}
	e := s.Evidence(today.Begin())
	if len(e.WebStamps) < 20 || !e.Now.Equal(noon) {
		t.Fatalf("at noon there are %d Web stamps, now is %s", len(e.WebStamps), e.Now)
	}
	for _, w := range e.WebStamps {
		if w.At.After(noon) || w.Day != "2026-11-24" || w.Kind != "in" || w.Refused != "" {
			t.Errorf("%+v", w)
		}
		i := slices.IndexFunc(e.Sheet, func(r salesforceserver.SheetRow) bool { return r.EmployeeID == w.Employee && r.Date == w.Day })
		minute := int(w.At.In(company.Japan).Sub(today.At(0)).Minutes())
		if i < 0 || e.Sheet[i].PushStart == nil || *e.Sheet[i].PushStart != minute || e.Sheet[i].StartBy != "web" {
			t.Errorf("%+v is not on the sheet at %d", w, minute)
		}
	}
	if i := slices.IndexFunc(s.company.WebStamps(today), func(w company.WebStamp) bool { return w.At.After(noon) }); i != len(e.WebStamps) {
		t.Errorf("%d Web stamps were made, %d were due", len(e.WebStamps), i)
	}
}

func TestControlEndpoints(t *testing.T) {
	s := newSimulator(t, Options{Seed: 4})
	d, client := listening(t, s)
	for _, base := range []string{d.Akerun.BaseURL, d.Salesforce.BaseURL} {
		control := base + "/_simulator/"
		state := call[clock.State](t, client, "GET", control+"clock", "", nil)
		if state.Mode != clock.ModeJump {
			t.Errorf("clock: %+v", state)
		}
		later := call[clock.State](t, client, "POST", control+"clock", "", clock.Change{Advance: "1h"})
		if !later.Now.Equal(state.Now.Add(time.Hour)) {
			t.Errorf("clock after an hour: %+v", later)
		}
		added := call[map[string]string](t, client, "POST", control+"access", "", map[string]any{"user": s.company.Users[4].ID})
		employee := s.company.Employees[7].ID
		if base == d.Salesforce.BaseURL {
			employee = s.company.Employees[8].ID
		}
		call[struct{}](t, client, "POST", control+"webstamp", "", map[string]any{"employee_id": employee, "kind": "in"})
		call[struct{}](t, client, "POST", control+"batch", "", struct{}{})
		e := call[Evidence](t, client, "GET", control+"evidence?from="+url.QueryEscape(state.Now.Format(time.RFC3339)), "", nil)
		if n := len(e.Accesses); n == 0 || !slices.ContainsFunc(e.Accesses, func(a akerunserver.Access) bool { return a.ID == added["id"] && a.User == s.company.Users[4].ID }) {
			t.Errorf("the added access is not among %d", n)
		}
		if !slices.ContainsFunc(e.WebStamps, func(w WebStamp) bool { return w.Employee == employee && w.At.Equal(later.Now) }) {
			t.Errorf("the added Web stamp is not among %v", e.WebStamps)
		}
		sheet := call[[]SheetDay](t, client, "GET", control+"timesheet", "", nil)
		i := slices.IndexFunc(sheet, func(r SheetDay) bool { return r.EmployeeID == employee && r.Date == "2026-11-24" })
		if i < 0 || sheet[i].Start == nil || sheet[i].Name == "" {
			t.Fatalf("the added Web stamp is not on the sheet: %+v", sheet)
		}
		if rows := call[[]any](t, client, "GET", control+"stamps", "", nil); len(rows) != 0 {
			t.Errorf("stamp rows: %v", rows)
		}
		switches := call[map[string]json.RawMessage](t, client, "POST", control+"switch", "", map[string]any{"name": "akerun.default_limit", "value": 7})
		if string(switches["akerun.default_limit"]) != "7" || string(switches["salesforce.batch_on"]) != "true" {
			t.Errorf("switches: %v", switches)
		}
		page := text(t, client, control+"timesheet.html")
		if !strings.Contains(page, "勤務表") || !strings.Contains(page, "Web打刻") || !strings.Contains(page, sheet[i].Name) {
			t.Errorf("page: %.600s", page)
		}
	}
	user := call[map[string]string](t, client, "POST", d.Akerun.BaseURL+"/_simulator/user", "", map[string]any{"name": "新人", "code": "9999"})
	call[map[string]string](t, client, "POST", d.Akerun.BaseURL+"/_simulator/user", "", map[string]any{"id": user["id"], "rank": "none"})
	users := s.AkerunServer().Users()
	if i := slices.IndexFunc(users, func(u akerunserver.User) bool { return u.ID == user["id"] }); i < 0 || users[i].Codes[1].Code != "9999" || users[i].Memberships[0].Until.IsZero() {
		t.Errorf("the added user: %+v", users[max(i, 0)])
	}
	call[map[string]string](t, client, "POST", d.Akerun.BaseURL+"/_simulator/employee", "", Employee{Code: "9999", Name: "新人", Entry: "2026-11-24"})
	if e := s.Evidence(s.Clock().Now()).Employees; e[len(e)-1].Code != "9999" {
		t.Errorf("the added employee: %+v", e[len(e)-1])
	}
}

func TestImpossibleControlsAreRefusedWithAReason(t *testing.T) {
	s := newSimulator(t, Options{Seed: 4})
	d, client := listening(t, s)
	for path, body := range map[string]string{
		"clock": `{"now":"2020-01-01T00:00:00Z"}`, "access": `{"user":"U-nobody"}`, "webstamp": `{"employee_id":"x","kind":"in"}`,
		"switch": `{"name":"batch_on","value":true}`, "user": `{"id":"U-nobody","remove":true}`, "employee": `{"entry":"soon"}`, "nothing": `{}`,
	} {
		answer, err := client.Post(d.Akerun.BaseURL+"/_simulator/"+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		var why problem
		if err := json.NewDecoder(answer.Body).Decode(&why); err != nil || why.Error == "" || answer.StatusCode != 400 && answer.StatusCode != 404 {
			t.Errorf("%s: %d %+v %v", path, answer.StatusCode, why, err)
		}
		answer.Body.Close()
	}
	if err := s.SetSwitch("akerun.nothing", json.RawMessage("1")); err == nil {
		t.Error("a switch that does not exist was set")
	}
	names, err := s.SwitchNames()
	if err != nil || !slices.Contains(names, "akerun.faults") || !slices.Contains(names, "salesforce.unique_key") {
		t.Errorf("%v %v", names, err)
	}
}

func text(t testing.TB, client *http.Client, address string) string {
	t.Helper()
	answer, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestTheSameSeedIsTheSameWorld(t *testing.T) {
	world := func(seed uint64, hops int) string {
		s := newSimulator(t, Options{Seed: seed})
		for range hops { // however the clock gets there
			if err := s.Clock().Advance(30 * time.Hour / time.Duration(hops)); err != nil {
				t.Fatal(err)
			}
			s.Evidence(s.Clock().Now())
		}
		e, err := json.Marshal(s.Evidence(DefaultFrom.AddDate(0, 0, -3)))
		if err != nil {
			t.Fatal(err)
		}
		return string(e) + fmt.Sprint(s.Description("a", "b"))
	}
	if world(5, 1) != world(5, 30) {
		t.Error("seed 5 makes two worlds")
	}
	if world(5, 1) == world(6, 1) {
		t.Error("seeds 5 and 6 make one world")
	}
}

// TestAJumpRunsBatchAndWebStampsInTheirOrder jumps over a morning once, and goes through it minute by minute once.
func TestAJumpRunsBatchAndWebStampsInTheirOrder(t *testing.T) {
	morning := func(steps int) Evidence {
		s := newSimulator(t, Options{Seed: 5, Size: company.Medium})
		today := company.DayOf(DefaultFrom)
		if err := s.Clock().Set(today.At(9 * 3600)); err != nil {
			t.Fatal(err)
		}
		for _, w := range s.company.WebStamps(today) { // rows of another product for everybody who will click 出社 later
			row := salesforceserver.StampRow{EmployeeID: s.company.Employees[w.Employee].ID, Kind: "in", At: today.At(8 * 3600)}
			if _, err := s.SalesforceServer().AddForeignRow(row); err != nil {
				t.Fatal(err)
			}
		}
		for range steps {
			if err := s.Clock().Advance(3 * time.Hour / time.Duration(steps)); err != nil {
				t.Fatal(err)
			}
			s.SalesforceServer()
		}
		return s.Evidence(today.Begin())
	}
	jump, walk := morning(1), morning(180)
	refused := func(e Evidence) (n int) {
		for _, w := range e.WebStamps {
			if w.Refused != "" {
				n++
			}
		}
		return n
	}
	if refused(walk) == 0 || refused(walk) == len(walk.WebStamps) || refused(jump) != refused(walk) {
		t.Errorf("of %d Web stamps %d were refused by a jump and %d by walking", len(walk.WebStamps), refused(jump), refused(walk))
	}
	if !reflect.DeepEqual(jump.Sheet, walk.Sheet) {
		t.Error("the sheets differ")
	}
}

func TestListenNeedsBothAddresses(t *testing.T) {
	s := newSimulator(t, Options{Seed: 1})
	if _, err := s.Listen(context.Background(), "127.0.0.1:0", "256.0.0.1:0"); err == nil {
		t.Error("an impossible address was listened on")
	}
	if _, err := New(Options{Size: "XXL"}); err == nil {
		t.Error("an impossible company was made")
	}
}

// field takes a text out of a JSON object.
func field(t testing.TB, object []byte, name string) string {
	t.Helper()
	var all map[string]any
	if err := json.Unmarshal(object, &all); err != nil {
		t.Fatalf("%v in %.300s", err, object)
	}
	value, ok := all[name].(string)
	if !ok {
		t.Fatalf("no %s in %.300s", name, object)
	}
	return value
}

func TestManyAtOnce(t *testing.T) {
	s := newSimulator(t, Options{Seed: 10})
	d, client := listening(t, s)
	token := akerunToken(t, d, client)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 10 {
				call[accessPage](t, client, "GET", d.Akerun.BaseURL+"/v3/organizations/"+d.Akerun.Offices[0].ID+"/accesses", token, nil)
				switch i {
				case 0:
					call[clock.State](t, client, "POST", d.Akerun.BaseURL+"/_simulator/clock", "", clock.Change{Advance: "1h"})
				case 1:
					call[map[string]string](t, client, "POST", d.Akerun.BaseURL+"/_simulator/access", "", struct{}{})
				case 2:
					call[map[string]json.RawMessage](t, client, "POST", d.Akerun.BaseURL+"/_simulator/switch", "", map[string]any{"name": "akerun.id_order", "value": "event"})
				case 3:
					call[[]SheetDay](t, client, "GET", d.Salesforce.BaseURL+"/_simulator/timesheet", "", nil)
				}
			}
		})
	}
	all.Wait()
	added := 0
	for _, a := range s.Evidence(DefaultFrom).Accesses {
		if a.User == "" && a.DeviceType == "nfc_outside" {
			added++
		}
	}
	if added != 10 {
		t.Errorf("%d accesses were added, want 10", added)
	}
}
