package akerun

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/vault"
)

func TestAuthorizeURL(t *testing.T) {
	c, _ := start(t, always(200, "{}"))
	state := NewState()
	if len(state) != 43 || state == NewState() {
		t.Errorf("state %q", state)
	}
	u, err := url.Parse(c.AuthorizeURL(state))
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{"client_id": {"client"}, "redirect_uri": {redirect}, "response_type": {"code"}, "state": {state}}
	if u.Path != "/oauth/authorize/" || u.Query().Encode() != want.Encode() {
		t.Errorf("got %s", u)
	}
}

const state = "the-state_of-this-sign-in"

func TestBoardL11PastedAddress(t *testing.T) {
	good := redirect + "?code=c0de&state=" + state
	for _, tt := range []struct{ name, pasted, want string }{
		{"right", good, "c0de"},
		{"other order", redirect + "?state=" + state + "&code=c0de", "c0de"},
		{"more parameters", good + "&iss=https%3A%2F%2Fapi.akerun.com", "c0de"},
		{"encoded code", redirect + "?code=c%2B0de&state=" + state, "c+0de"},
		{"blanks around", " \t" + good + "  ", "c0de"},
		{"full-width blanks", "　" + good + "　", "c0de"},
		{"line breaks", "\r\n" + good + "\r\n", "c0de"},
		{"marks of no width", "\ufeff\u200b" + good + "\u200b", "c0de"},
		{"host in capitals", "HTTPS://BRIDGE.example/akerun/callback?code=c0de&state=" + state, "c0de"},
		{"port written out", "https://bridge.example:443/akerun/callback?code=c0de&state=" + state, "c0de"},
		{"empty fragment", good + "#", "c0de"},
		{"harmless fragment", good + "#_=_", "c0de"},

		{"nothing", " 　\n", CauseWrongAddress},
		{"other host", "https://evil.example/akerun/callback?code=c0de&state=" + state, CauseWrongAddress},
		{"host that begins alike", "https://bridge.example.evil.example/akerun/callback?code=c0de&state=" + state, CauseWrongAddress},
		{"host as user", "https://bridge.example@evil.example/akerun/callback?code=c0de&state=" + state, CauseWrongAddress},
		{"user before the host", "https://x@bridge.example/akerun/callback?code=c0de&state=" + state, CauseWrongAddress},
		{"other port", "https://bridge.example:444/akerun/callback?code=c0de&state=" + state, CauseWrongAddress},
		{"other path", "https://bridge.example/akerun/callback/x?code=c0de&state=" + state, CauseWrongAddress},
		{"path with slash", "https://bridge.example/akerun/callback/?code=c0de&state=" + state, CauseWrongAddress},
		{"path in disguise", "https://bridge.example/akerun/x/../callback?code=c0de&state=" + state, CauseWrongAddress},
		{"encoded path", "https://bridge.example/akerun%2Fcallback?code=c0de&state=" + state, CauseWrongAddress},
		{"http", "http://bridge.example/akerun/callback?code=c0de&state=" + state, CauseWrongAddress},
		{"javascript", "javascript:alert('" + redirect + "?code=c0de&state=" + state + "')", CauseWrongAddress},
		{"data", "data:text/html,?code=c0de&state=" + state, CauseWrongAddress},
		{"view-source", "view-source:" + good, CauseWrongAddress},
		{"no scheme", strings.TrimPrefix(good, "https:"), CauseWrongAddress},
		{"only the code", "c0de", CauseWrongAddress},
		{"the page that was opened", "https://api.akerun.com/oauth/authorize/?client_id=x&state=" + state, CauseWrongAddress},
		{"broken line", redirect + "?code=c0\n de&state=" + state, CauseWrongAddress},
		{"two addresses", good + " " + good, CauseWrongAddress},
		{"semicolons", redirect + "?code=c0de;state=" + state, CauseWrongAddress},
		{"bad escape", redirect + "?code=%zz&state=" + state, CauseWrongAddress},
		{"endless", good + strings.Repeat("x", 10<<10), CauseWrongAddress},

		{"other state", redirect + "?code=c0de&state=of-another", CauseWrongState},
		{"state's beginning", redirect + "?code=c0de&state=" + state[:10], CauseWrongState},
		{"no state", redirect + "?code=c0de", CauseWrongState},
		{"empty state", redirect + "?code=c0de&state=", CauseWrongState},
		{"state twice", good + "&state=" + state, CauseWrongState},
		{"state and another", good + "&state=x", CauseWrongState},
		{"code twice", good + "&code=other", CauseWrongState},
		{"refusal of another sign-in", redirect + "?error=access_denied&state=other", CauseWrongState},

		{"no code", redirect + "?state=" + state, CauseNoCode},
		{"empty code", redirect + "?code=&state=" + state, CauseNoCode},
		{"code with a line break", redirect + "?code=c0%0Ade&state=" + state, CauseNoCode},
		{"nothing behind the address", redirect, CauseNoCode},
		{"code in the fragment", redirect + "#code=c0de&state=" + state, CauseNoCode},
		{"code in both", good + "#code=other", CauseNoCode},
		{"token in the fragment", good + "#access_token=x", CauseNoCode},

		{"refused", redirect + "?error=access_denied&error_description=The+resource+owner+denied&state=" + state, CauseRefused},
		{"refused without state", redirect + "?error=access_denied", CauseRefused},
		{"refused with a code", good + "&error=access_denied", CauseRefused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, err := codeOf(tt.pasted, redirect, state)
			got := code
			if err != nil {
				got = err.Cause()
				if err.Advice() != "ask" || err.Sent() || strings.Contains(err.Error(), "c0de") || strings.Contains(err.Error(), state) {
					t.Errorf("error %v, %s", err, verdict(err))
				}
			}
			if got != tt.want {
				t.Errorf("got %q (%v), want %q", got, err, tt.want)
			}
		})
	}
	if _, err := codeOf(redirect+"?code=c0de&state=", redirect, ""); err == nil {
		t.Error("an empty state of ours fits anything")
	}
}

func TestRedirectAddressesOfOtherShapes(t *testing.T) {
	for redirect, pasted := range map[string]string{
		"https://bridge.example":            "https://bridge.example/?code=c0de&state=" + state,
		"https://bridge.example/":           "https://bridge.example/?code=c0de&state=" + state,
		"https://bridge.example/cb?app=1":   "https://bridge.example/cb?app=1&code=c0de&state=" + state,
		"https://bridge.example/%E6%89%93":  "https://bridge.example/%E6%89%93?code=c0de&state=" + state,
		"https://localhost/bridge/callback": "https://localhost/bridge/callback?code=c0de&state=" + state,
	} {
		if code, err := codeOf(pasted, redirect, state); err != nil || code != "c0de" {
			t.Errorf("%s: %q, %v", redirect, code, err)
		}
	}
	if _, err := codeOf("https://bridge.example/cb?app=2&code=c0de&state="+state, "https://bridge.example/cb?app=1", state); err == nil {
		t.Error("another application's address passed")
	}
}

// FuzzPastedAddress: whatever is pasted, a code comes out only of an address that begins like ours and has our state, and nothing of the
// text gets into an error.
func FuzzPastedAddress(f *testing.F) {
	f.Add(redirect + "?code=c0de&state=" + state)
	f.Add(redirect + "?error=access_denied&state=" + state)
	f.Add("https://evil.example/?code=c0de&state=" + state + "#x")
	f.Add("javascript:alert(1)")
	f.Add("　https://BRIDGE.example:443/akerun/callback?state=" + state + "&code=%2B\u200b")
	f.Fuzz(func(t *testing.T, pasted string) {
		code, err := codeOf(pasted, redirect, state)
		if (code == "") == (err == nil) {
			t.Fatalf("code %q and error %v", code, err)
		}
		if err != nil {
			return
		}
		u, parseErr := url.Parse(trimPasted(pasted))
		if parseErr != nil || !strings.EqualFold(u.Hostname(), "bridge.example") || u.EscapedPath() != "/akerun/callback" || !strings.EqualFold(u.Scheme, "https") ||
			u.User != nil || u.Query().Get("state") != state || u.Query().Get("code") != code || !usable(code) {
			t.Fatalf("%q gave the code %q", pasted, code)
		}
	})
}

func TestExchange(t *testing.T) {
	c, s := start(t, always(200, `{"access_token":"at-9","token_type":"Bearer","expires_in":7200,"refresh_token":"rt-9","scope":"read","created_at":1}`))
	before := time.Now()
	g, err := c.Exchange(t.Context(), redirect+"?code=c0de&state="+state, state)
	if err != nil {
		t.Fatal(err)
	}
	if g.AccessToken != "at-9" || g.RefreshToken != "rt-9" || g.Extra["scope"] != "read" || g.ExpiresAt.Sub(before).Round(time.Minute) != 2*time.Hour {
		t.Errorf("got %q %q %v %v", g.AccessToken, g.RefreshToken, g.Extra, g.ExpiresAt)
	}
	want := url.Values{"client_id": {"client"}, "client_secret": {"s3cret"}, "code": {"c0de"}, "grant_type": {"authorization_code"}, "redirect_uri": {redirect}}
	if r := s.requests[0]; r.method != "POST" || r.path != "/oauth/token" || r.body != want.Encode() || r.query != "" {
		t.Errorf("asked %+v", r)
	}
	if _, err := c.Exchange(t.Context(), redirect+"?code=c0de&state=x", state); err == nil || len(s.requests) != 1 {
		t.Errorf("%v, and %d requests", err, len(s.requests))
	}
	if err := c.SignIn(t.Context(), redirect+"?code=c0de&state="+state, state); err != nil {
		t.Fatal(err)
	}
	if got, _ := c.config.Vault.Get(t.Context(), vault.AkerunRefreshToken); got != "rt-9" {
		t.Errorf("the vault has %s", got)
	}
	c.config.Vault.Delete(t.Context(), vault.AkerunClientSecret)
	if _, err := c.Refresh(t.Context(), "rt"); verdict(err) != "no_client_secret/ask" || len(s.requests) != 2 {
		t.Errorf("without a client secret: %v", err)
	}
}

func TestTokenEndpointErrors(t *testing.T) {
	for _, tt := range []struct {
		status                    int
		body                      string
		wantRefresh, wantExchange string
	}{
		{400, `{"error":"invalid_grant","error_description":"x"}`, "login_needed/ask", "code_refused/ask"},
		{401, `{"error":"invalid_grant","error_description":"x"}`, "login_needed/ask", "code_refused/ask"},
		{401, `{"error":"invalid_client","error_description":"x"}`, "bad_client/ask", "bad_client/ask"},
		{400, `{"error":"invalid_client"}`, "bad_client/ask", "bad_client/ask"},
		{400, `{"error":"invalid_request","error_description":"x"}`, "bad_request/stop", "bad_request/stop"},
		{400, `{"error":"unsupported_grant_type"}`, "bad_request/stop", "bad_request/stop"},
		{401, ``, "bad_answer/again", "bad_answer/again"},
		{403, `<html>`, "bad_answer/again", "bad_answer/again"},
		{404, ``, "bad_answer/again", "bad_answer/again"},
		{429, ``, "rate_limited/again", "rate_limited/again"},
		{503, ``, "server/again/sent", "server/again/sent"},
		{302, ``, "bad_answer/again/sent", "bad_answer/again/sent"},
		{200, `{"error":"invalid_grant"}`, "login_needed/ask/sent", "bad_answer/again/sent"},
		{200, ``, "bad_answer/again/sent", "bad_answer/again/sent"},
		{200, `{}`, "bad_answer/again/sent", "bad_answer/again/sent"},
		{200, `{"access_token":""}`, "bad_answer/again/sent", "bad_answer/again/sent"},
		{200, `{"access_token":null}`, "bad_answer/again/sent", "bad_answer/again/sent"},
		{200, `{"access_token":{}}`, "bad_answer/again/sent", "bad_answer/again/sent"},
		{200, `{"access_token":"a b"}`, "bad_answer/again/sent", "bad_answer/again/sent"},
		{200, `{"access_token":"a\r\nX: y"}`, "bad_answer/again/sent", "bad_answer/again/sent"},
		{200, `{"access_token":"a","refresh_token":"長い"}`, "bad_answer/again/sent", "bad_answer/again/sent"},
		{200, `{"access_token":"a","token_type":"mac"}`, "bad_answer/again/sent", "bad_answer/again/sent"},
	} {
		c, _ := start(t, always(tt.status, tt.body))
		_, err := c.Refresh(t.Context(), "rt-1")
		if verdict(err) != tt.wantRefresh {
			t.Errorf("refresh, %d %s: %v (%s), want %s", tt.status, tt.body, err, verdict(err), tt.wantRefresh)
		}
		_, err = c.Exchange(t.Context(), redirect+"?code=c0de&state="+state, state)
		if verdict(err) != tt.wantExchange {
			t.Errorf("exchange, %d %s: %v (%s), want %s", tt.status, tt.body, err, verdict(err), tt.wantExchange)
		}
	}
}

func TestBoardI15ExpiresIn(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for raw, want := range map[string]time.Duration{
		`7200`: 2 * time.Hour, `"7200"`: 2 * time.Hour, `7200.9`: 2 * time.Hour, `1`: time.Second, `31536000`: 365 * 24 * time.Hour,
		`0`: 0, `-1`: 0, `-7200`: 0, `1e30`: 0, `99999999999999999999`: 0, `null`: 0, `""`: 0, `"soon"`: 0, `true`: 0, `{}`: 0, `"NaN"`: 0, `"Inf"`: 0, `0.5`: 0,
	} {
		g, err := readGrant("x", fmt.Appendf(nil, `{"access_token":"a","expires_in":%s}`, raw), now)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if want == 0 && !g.ExpiresAt.IsZero() || want != 0 && !g.ExpiresAt.Equal(now.Add(want)) {
			t.Errorf("expires_in %s: %v", raw, g.ExpiresAt)
		}
	}
	if g, err := readGrant("x", []byte(`{"access_token":"a"}`), now); err != nil || !g.ExpiresAt.IsZero() {
		t.Errorf("absent: %v, %v", g.ExpiresAt, err)
	}
}

func TestRevoke(t *testing.T) {
	c, s := start(t, always(200, `{}`))
	if err := c.Revoke(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := s.requests[0]; r.method != "POST" || r.path != "/oauth/revoke" || r.body != "client_id=client&client_secret=s3cret&token=rt-1" {
		t.Errorf("asked %+v", r)
	}
	if _, err := c.config.Vault.Get(t.Context(), vault.AkerunRefreshToken); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("the vault still has it: %v", err)
	}
	if err := c.Revoke(t.Context()); err != nil || len(s.requests) != 1 {
		t.Errorf("revoking nothing: %v", err)
	}

	c, _ = start(t, func(int, seen) (int, http.Header, string) { return 503, nil, "" })
	if err := c.Revoke(t.Context()); verdict(err) != "server/again/sent" {
		t.Errorf("got %v", err)
	}
	if _, err := c.Organizations(t.Context()); verdict(err) != "login_needed/ask" {
		t.Errorf("signed out here all the same: %v", err)
	}
}
