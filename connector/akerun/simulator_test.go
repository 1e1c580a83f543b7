package akerun_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/browser"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

// world is a client and the simulated Akerun, over HTTP on loopback.
type world struct {
	*akerun.Client
	server  *akerunserver.Server
	company *company.Company
	vault   vault.Vault
	org     string
}

// from is a Tuesday, 20:00 in Japan.
var from = time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC)

func newWorld(t *testing.T) *world {
	t.Helper()
	people, err := company.New(company.Options{Seed: 3, Size: company.Small, From: from, History: 3})
	if err != nil {
		t.Fatal(err)
	}
	server, err := akerunserver.New(akerunserver.Options{Company: people, Now: clock.Jump(from).Now, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server)
	w := &world{server: server, company: people, vault: vault.Memory(), org: people.Organizations[0].ID}
	if err := w.vault.Set(t.Context(), vault.AkerunClientSecret, server.ClientSecret); err != nil {
		t.Fatal(err)
	}
	client := transport.New(transport.Options{})
	w.Client, err = akerun.New(akerun.Config{
		BaseURL: listener.URL, ClientID: server.ClientID, RedirectURI: server.RedirectURI, Vault: w.vault, HTTP: client,
		Wait: func(context.Context, time.Duration) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		listener.Close()
	})
	return w
}

// signIn goes through the pages as the account of that role and pastes the address it ends at.
func (w *world) signIn(t *testing.T, role company.Rank, allow bool) error {
	t.Helper()
	b, err := browser.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	a := w.account(t, role)
	state := akerun.NewState()
	end, err := b.SignIn(t.Context(), w.AuthorizeURL(state), a.Login, a.Password, allow)
	if err != nil {
		t.Fatal(err)
	}
	return w.SignIn(t.Context(), "　"+end.String()+"\n", state)
}

func (w *world) account(t *testing.T, role company.Rank) company.Account {
	t.Helper()
	for _, a := range w.company.AkerunAccounts {
		if a.Role == string(role) {
			return a
		}
	}
	t.Fatalf("nobody is %s", role)
	return company.Account{}
}

func (w *world) set(t *testing.T, name string, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.server.SetSwitch(name, text); err != nil {
		t.Fatal(err)
	}
}

func cause(err error) string {
	var c interface{ Cause() string }
	if errors.As(err, &c) {
		return c.Cause()
	}
	if err != nil {
		return "untyped: " + err.Error()
	}
	return ""
}

// signedIn is a world whose super manager has signed in.
func signedIn(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	if err := w.signIn(t, company.SuperManager, true); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestSignInAndAuthority(t *testing.T) {
	for role, wantSuper := range map[company.Rank]bool{company.SuperManager: true, company.Manager: false} {
		w := newWorld(t)
		if err := w.signIn(t, role, true); err != nil {
			t.Fatalf("%s: %v", role, err)
		}
		orgs, err := w.Organizations(t.Context())
		if err != nil || len(orgs) == 0 {
			t.Fatalf("%s: 事業所 %v, %v", role, orgs, err)
		}
		o, err := w.Organization(t.Context(), w.org)
		if err != nil || o.Name != w.company.Organizations[0].Name {
			t.Errorf("%s: %v, %v", role, o, err)
		}
		u, found, err := w.UserByMail(t.Context(), w.org, w.account(t, role).Login)
		if err != nil || !found {
			t.Fatalf("%s: %v, %v", role, found, err)
		}
		if known, super := akerun.AuthorityOf(u.Authority); !known || super != wantSuper {
			t.Errorf("%s: authority %q is known %v, super %v", role, u.Authority, known, super)
		}
	}
}

func TestSignInRefusedAndMember(t *testing.T) {
	w := newWorld(t)
	if err := w.signIn(t, company.SuperManager, false); cause(err) != akerun.CauseRefused {
		t.Errorf("refusing gave %v", err)
	}
	if in, err := w.Tokens().SignedIn(t.Context()); in || err != nil {
		t.Errorf("SignedIn after a refusal: %v, %v", in, err)
	}
	if err := w.signIn(t, company.Member, true); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accesses(t.Context(), w.org, akerun.AccessQuery{}); cause(err) != akerun.CauseNoRights {
		t.Errorf("a member reads accesses: %v", err)
	}
}

// readAll pages through all accesses as the engine does.
func (w *world) readAll(t *testing.T, limit int) (ids []string, unreadable int) {
	t.Helper()
	after := ""
	for {
		page, err := w.Accesses(t.Context(), w.org, akerun.AccessQuery{AfterID: after, Limit: limit})
		if err != nil {
			t.Fatal(err)
		}
		unreadable += len(page.Unreadable)
		for _, a := range page.Accesses {
			ids = append(ids, a.ID)
		}
		last := page.LastID()
		if akerun.CompareIDs(last, after) <= 0 {
			return ids, unreadable
		}
		after = last
	}
}

// shown are the rows that the server knows of the linked 事業所, by id.
func (w *world) shown() map[string]akerunserver.Access {
	rows := map[string]akerunserver.Access{}
	for a := range w.server.Accesses(time.Time{}, time.Time{}) {
		if a.Organization == w.org {
			rows[a.ID] = a
		}
	}
	return rows
}

func TestReadingAllAccessesWhateverTheServerIsLike(t *testing.T) {
	w := signedIn(t)
	for _, switches := range []map[string]any{
		{},
		{"most_limit": 37, "default_order": "asc"},
		{"ids": "quoted", "accessed_at": "offset"},
		{"ids": "22_digits", "accessed_at": "fraction"},
		{"ids": "22_digits_quoted", "extra_fields": true},
		{"id_after_too": true, "most_limit": 50},
		{"repeat_every": 7, "removed_user": "null"},
	} {
		for name, value := range switches {
			w.set(t, name, value)
		}
		ids, unreadable := w.readAll(t, 0)
		want := w.shown()
		got := map[string]bool{}
		for _, id := range ids {
			got[id] = true
			if _, known := want[id]; !known {
				t.Fatalf("%v: nobody served %s", switches, id)
			}
		}
		if len(got) != len(want) || len(want) < 300 || unreadable != 0 {
			t.Errorf("%v: read %d of %d accesses, %d unreadable", switches, len(got), len(want), unreadable)
		}
		defaults := akerunserver.Defaults()
		text, _ := json.Marshal(defaults)
		var back map[string]any
		json.Unmarshal(text, &back)
		for name := range switches {
			w.set(t, name, back[name])
		}
	}
}

func TestRowsAndWindows(t *testing.T) {
	w := signedIn(t)
	at := from.Add(-10 * time.Minute)
	user := w.company.Users[w.account(t, company.Manager).User].ID
	id, err := w.server.AddAccess(akerunserver.NewAccess{User: user, At: at, DeviceType: "nfc_inside"})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []akerun.AccessQuery{
		{From: at.Add(-time.Second), To: at.Add(time.Second)},
		{From: at.Add(-time.Hour), To: at.Add(time.Hour), Descending: true},
		{From: at.Add(-time.Second)},
	} {
		page, err := w.Accesses(t.Context(), w.org, q)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, a := range page.Accesses {
			if a.ID == id {
				found = a.At.Equal(at) && a.UserID == user && a.DeviceType == "nfc_inside" && a.Action == "unlock" && a.DoorID == w.company.Doors[0].ID
			}
			if a.At.Before(q.From) {
				t.Errorf("%+v gave an access of %v", q, a.At)
			}
		}
		if !found {
			t.Errorf("%+v: the access is not among %d", q, page.Len)
		}
	}
	w.set(t, "broken_every", 5)
	page, err := w.Accesses(t.Context(), w.org, akerun.AccessQuery{Limit: 100})
	if err != nil || len(page.Unreadable) != page.Len/5 || len(page.Accesses)+len(page.Unreadable) != page.Len {
		t.Errorf("every fifth row broken: %d of %d unreadable, %v", len(page.Unreadable), page.Len, err)
	}
}

func TestReadingAllPeopleWhateverTheServerIsLike(t *testing.T) {
	w := signedIn(t)
	first, err := w.AllUsers(t.Context(), w.org)
	if err != nil || len(first) < 40 {
		t.Fatalf("%d users, %v", len(first), err)
	}
	byID := map[string]akerun.User{}
	for _, u := range first {
		byID[u.ID] = u
	}
	for _, switches := range []map[string]any{
		{"most_limit": 7}, {"users_order": "desc"}, {"missing_value": "absent"}, {"missing_value": "empty", "most_limit": 1}, {"users_order": "asc"},
	} {
		for name, value := range switches {
			w.set(t, name, value)
		}
		users, err := w.AllUsers(t.Context(), w.org)
		if err != nil || len(users) != len(first) {
			t.Errorf("%v: %d users of %d, %v", switches, len(users), len(first), err)
		}
		for _, u := range users {
			if byID[u.ID] != u {
				t.Errorf("%v: %+v, was %+v", switches, u, byID[u.ID])
			}
		}
	}
	doors, err := w.Doors(t.Context(), w.org)
	if err != nil || len(doors) == 0 {
		t.Errorf("doors %v, %v", doors, err)
	}
	u, err := w.SetUserCode(t.Context(), w.org, first[0].ID, "ｎｅｗ 01")
	if err != nil || u.Code != "ｎｅｗ 01" {
		t.Errorf("writing a code: %+v, %v", u, err)
	}
	if u, err = w.User(t.Context(), w.org, first[0].ID); err != nil || u.Code != "ｎｅｗ 01" {
		t.Errorf("reading it: %+v, %v", u, err)
	}
	if _, err := w.User(t.Context(), w.org, "U-nobody"); cause(err) != akerun.CauseNotFound {
		t.Errorf("nobody: %v", err)
	}
}

func TestTokensThroughTheirLife(t *testing.T) {
	w := signedIn(t)
	refreshes := func() int { return w.server.Counts()["POST /oauth/token"] }
	read := func() error {
		_, err := w.Doors(t.Context(), w.org)
		return err
	}
	before := refreshes()
	for range 3 {
		w.server.ExpireTokens()
		if err := read(); err != nil {
			t.Fatal(err)
		}
	}
	if n := refreshes() - before; n != 3 {
		t.Errorf("%d refreshes for 3 expiries", n)
	}
	w.set(t, "rotation", "on_use")
	w.server.Inject(akerunserver.Fault{Path: "/oauth/token", Kind: akerunserver.FaultLost, Times: 1})
	w.server.ExpireTokens()
	if err := read(); err != nil {
		t.Errorf("I04: an answer lost, and the server lets it be asked for again: %v", err)
	}
	w.set(t, "rotation", "immediate")
	// A fresh sign-in also begins the hour's six refreshes anew.
	if err := w.signIn(t, company.SuperManager, true); err != nil {
		t.Fatal(err)
	}
	w.server.Inject(akerunserver.Fault{Path: "/oauth/token", Kind: akerunserver.FaultLost, Times: 1})
	w.server.ExpireTokens()
	before = refreshes()
	for range 5 {
		if err := read(); cause(err) != akerun.CauseLoginNeeded {
			t.Errorf("I04: an answer lost for good: %v", err)
		}
	}
	if n := refreshes() - before; n != 2 {
		t.Errorf("I04: %d uses of the refresh token, want 2", n)
	}
	if err := w.signIn(t, company.SuperManager, true); err != nil {
		t.Fatal(err)
	}
	if err := read(); err != nil {
		t.Errorf("signed in again: %v", err)
	}
	w.server.RevokeTokens()
	if err := read(); cause(err) != akerun.CauseLoginNeeded {
		t.Errorf("I07: revoked: %v", err)
	}
	if err := w.signIn(t, company.SuperManager, true); err != nil {
		t.Fatal(err)
	}
	old, err := w.vault.Get(t.Context(), vault.AkerunRefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Revoke(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Refresh(t.Context(), old); cause(err) != akerun.CauseLoginNeeded {
		t.Errorf("the revoked token still works: %v", err)
	}
	w.set(t, "no_refresh_token", true)
	if err := w.signIn(t, company.SuperManager, true); cause(err) != "bad_answer" {
		t.Errorf("a sign-in that would end within hours: %v", err)
	}
}

func TestBoardI10OwnerLosesTheRank(t *testing.T) {
	w := signedIn(t)
	owner := w.company.Users[w.account(t, company.SuperManager).User].ID
	for _, code := range []string{"not_allowed", ""} {
		w.set(t, "forbidden_code", code)
		for _, rank := range []company.Rank{company.Member, ""} {
			if err := w.server.SetRank(owner, w.org, rank); err != nil {
				t.Fatal(err)
			}
			if page, err := w.Accesses(t.Context(), w.org, akerun.AccessQuery{}); cause(err) != akerun.CauseNoRights || page.Len != 0 {
				t.Errorf("rank %q, code %q: %d accesses, %v", rank, code, page.Len, err)
			}
		}
	}
}

func TestFaultsOfTheServer(t *testing.T) {
	w := signedIn(t)
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	for _, tt := range []struct {
		fault akerunserver.Fault
		cause string
		sent  bool
	}{
		{akerunserver.Fault{Kind: akerunserver.FaultStatus, Status: 503}, akerun.CauseServer, true},
		{akerunserver.Fault{Kind: akerunserver.FaultStatus, Status: 429, RetryAfter: "120"}, akerun.CauseRateLimited, false},
		{akerunserver.Fault{Kind: akerunserver.FaultStatus, Status: 429, RetryAfter: "+120s"}, akerun.CauseRateLimited, false},
		{akerunserver.Fault{Kind: akerunserver.FaultEmpty, Status: 403}, akerun.CauseNoRights, false},
		{akerunserver.Fault{Kind: akerunserver.FaultEmpty, Status: 200}, akerun.CauseBadAnswer, true},
		{akerunserver.Fault{Kind: akerunserver.FaultHTML, Status: 200}, akerun.CauseBadAnswer, true},
		{akerunserver.Fault{Kind: akerunserver.FaultEmptyObject}, akerun.CauseBadAnswer, true},
		{akerunserver.Fault{Kind: akerunserver.FaultRedirect, Location: other.URL}, akerun.CauseBadAnswer, true},
		{akerunserver.Fault{Kind: akerunserver.FaultLost}, akerun.CauseOffline, true},
		{akerunserver.Fault{Kind: akerunserver.FaultTruncated}, akerun.CauseOffline, true},
	} {
		w.server.Heal()
		w.server.Inject(tt.fault)
		page, err := w.Accesses(t.Context(), w.org, akerun.AccessQuery{})
		var e *akerun.Error
		if !errors.As(err, &e) || e.Cause() != tt.cause || e.Sent() != tt.sent || page.Len != 0 {
			t.Errorf("%+v: %v", tt.fault, err)
			continue
		}
		// The simulator's Date is its own clock's, and the instant to come back at follows it.
		if want := from.Add(2 * time.Minute); tt.fault.RetryAfter != "" && !e.RetryAfter().Equal(want) {
			t.Errorf("%+v: come back at %v, want %v", tt.fault, e.RetryAfter(), want)
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("a redirect was followed")
	}
	w.server.Heal()
	if _, err := w.Accesses(t.Context(), w.org, akerun.AccessQuery{}); err != nil {
		t.Errorf("healed: %v", err)
	}
}
