package akerun

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

const expired = `{"code":"invalid_token","message":"The access token expired."}`

func TestRefusedAccessTokenIsRenewedOnceI01(t *testing.T) {
	t.Run("and the call repeated once", func(t *testing.T) {
		c, s := start(t, func(n int, r seen) (int, http.Header, string) {
			switch {
			case r.path == "/oauth/token":
				return 200, nil, `{"access_token":"at-2","token_type":"bearer","expires_in":7200,"refresh_token":"rt-2","created_at":1790000000}`
			case r.authorization == "Bearer at-2":
				return 200, nil, `{"accesses":[]}`
			}
			return 401, nil, expired
		})
		if _, err := c.Accesses(t.Context(), "O-1", AccessQuery{}); err != nil {
			t.Fatal(err)
		}
		want := "client_id=client&client_secret=s3cret&grant_type=refresh_token&refresh_token=rt-1"
		if len(s.requests) != 3 || s.requests[1].body != want || s.requests[1].authorization != "" {
			t.Errorf("requests: %+v", s.requests)
		}
		if got, _ := c.config.Vault.Get(t.Context(), vault.AkerunRefreshToken); got != "rt-2" {
			t.Errorf("the vault has %s", got)
		}
	})
	t.Run("and no more than once", func(t *testing.T) {
		c, s := start(t, func(n int, r seen) (int, http.Header, string) {
			if r.path == "/oauth/token" {
				return 200, nil, fmt.Sprintf(`{"access_token":"at-%d","refresh_token":"rt-%d"}`, n+1, n+1)
			}
			return 401, nil, expired
		})
		_, err := c.Doors(t.Context(), "O-1")
		if verdict(err) != "login_needed/ask" || len(s.requests) != 3 {
			t.Errorf("%v after %d requests", err, len(s.requests))
		}
	})
}

func TestRevokedRefreshTokenEndsInNoLoopI07(t *testing.T) {
	for _, status := range []int{400, 401} {
		c, s := start(t, func(n int, r seen) (int, http.Header, string) {
			if r.path == "/oauth/token" {
				return status, nil, `{"error":"invalid_grant","error_description":"The provided authorization grant is invalid, expired, revoked."}`
			}
			return 401, nil, expired
		})
		for range 10 {
			if _, err := c.Organizations(t.Context()); verdict(err) != "login_needed/ask" {
				t.Errorf("got %v", err)
			}
		}
		if len(s.requests) != 2 {
			t.Errorf("%d requests, want 2: no loop", len(s.requests))
		}
	}
}

func TestAnswersOtherThanTheRightOne(t *testing.T) {
	received := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name       string
		status     int
		body       string
		retryAfter string
		want       string
		code       string
	}{
		{"E01 500", 500, "", "", "server/again/sent", ""},
		{"E01 502 page", 502, "<html>Bad gateway</html>", "", "server/again/sent", ""},
		{"E01 503", 503, `{"code":"maintenance","message":"x"}`, "30", "server/again/sent", "maintenance"},
		{"E02 429 seconds", 429, "", "30", "rate_limited/again", ""},
		{"E02 429 without header", 429, `{"code":"too_many_requests","message":"x"}`, "", "rate_limited/again", "too_many_requests"},
		{"E02 403 that means a limit", 403, `{"code":"rate_limit_exceeded","message":"x"}`, "", "rate_limited/again", "rate_limit_exceeded"},
		{"E03 not_allowed", 403, `{"code":"not_allowed","message":"x"}`, "", "no_rights/ask", "not_allowed"},
		{"E03 unknown code", 403, `{"code":"something_new","message":"x"}`, "", "no_rights/ask", "something_new"},
		{"E03 empty body", 403, "", "", "no_rights/ask", ""},
		{"E03 page", 403, "<html>", "", "no_rights/ask", ""},
		{"E03 list in a refusal", 403, `{"accesses":[]}`, "", "no_rights/ask", ""},
		{"404", 404, `{"code":"not_found","message":"x"}`, "", "not_found/ask", "not_found"},
		{"400", 400, `{"code":"bad_parameter","message":"x"}`, "", "bad_request/stop", "bad_parameter"},
		{"422", 422, `[]`, "", "bad_request/stop", ""},
		{"408", 408, ``, "", "timeout/again", ""},
		{"redirect", 302, ``, "", "bad_answer/again/sent", ""},
		{"page", 200, "<!DOCTYPE html><html><body>sign in to the network</body></html>", "", "bad_answer/again/sent", ""},
		{"nothing", 200, "", "", "bad_answer/again/sent", ""},
		{"204", 204, "", "", "bad_answer/again/sent", ""},
		{"{}", 200, "{}", "", "bad_answer/again/sent", ""},
		{"null", 200, "null", "", "bad_answer/again/sent", ""},
		{"[]", 200, "[]", "", "bad_answer/again/sent", ""},
		{"null list", 200, `{"accesses":null}`, "", "bad_answer/again/sent", ""},
		{"object for list", 200, `{"accesses":{}}`, "", "bad_answer/again/sent", ""},
		{"another key", 200, `{"Accesses":[]}`, "", "bad_answer/again/sent", ""},
		{"cut short", 200, `{"accesses":[{"id":1`, "", "bad_answer/again/sent", ""},
		{"two objects", 200, `{"accesses":[]}{"accesses":[]}`, "", "bad_answer/again/sent", ""},
		{"code with a token in it", 403, `{"code":"bad token at-1","message":"x"}`, "", "no_rights/ask", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := start(t, func(int, seen) (int, http.Header, string) {
				h := http.Header{"Date": {received.Format(http.TimeFormat)}}
				if tt.retryAfter != "" {
					h.Set("Retry-After", tt.retryAfter)
				}
				return tt.status, h, tt.body
			})
			page, err := c.Accesses(t.Context(), "O-1", AccessQuery{})
			if verdict(err) != tt.want || page.Len != 0 {
				t.Fatalf("got %v (%s), want %s", err, verdict(err), tt.want)
			}
			e := err.(*Error)
			if e.Code != tt.code {
				t.Errorf("code %q, want %q", e.Code, tt.code)
			}
			want := time.Time{}
			if tt.retryAfter != "" {
				want = received.Add(30 * time.Second)
			}
			if !e.RetryAfter().Equal(want) {
				t.Errorf("RetryAfter %v, want %v", e.RetryAfter(), want)
			}
		})
	}
}

func TestBrokenConnections(t *testing.T) {
	c, _ := start(t, func(int, seen) (int, http.Header, string) { return 0, nil, "" })
	if _, err := c.SetUserCode(t.Context(), "O-1", "U-1", "1"); verdict(err) != "offline/again/sent" {
		t.Errorf("answer lost: %v (%s)", err, verdict(err))
	}
	c.base = "http://127.0.0.1:1"
	if _, err := c.SetUserCode(t.Context(), "O-1", "U-1", "1"); verdict(err) != "offline/again" {
		t.Errorf("nobody there: %v (%s)", err, verdict(err))
	}
	if _, err := c.Refresh(t.Context(), "rt-1"); verdict(err) != "offline/again" {
		t.Errorf("refresh with nobody there: %v (%s)", err, verdict(err))
	}
	c, _ = start(t, func(int, seen) (int, http.Header, string) {
		return 200, nil, `{"accesses":[` + strings.Repeat(" ", transport.MaxBody) + `]}`
	})
	if _, err := c.Accesses(t.Context(), "O-1", AccessQuery{}); verdict(err) != "bad_answer/again/sent" {
		t.Errorf("too long: %v (%s)", err, verdict(err))
	}
}

// TestEchoM02: a server that repeats what it was sent does not bring it into an error's text.
func TestEchoM02(t *testing.T) {
	for _, shape := range []string{`{"code":"x","message":"%s"}`, `{"error":"x","error_description":"%s"}`, `%s`, `<p>%s</p>`} {
		for _, status := range []int{200, 400, 401, 403, 500} {
			c, _ := start(t, func(_ int, r seen) (int, http.Header, string) {
				form, _ := url.ParseQuery(r.body)
				echo := r.authorization + " " + form.Get("refresh_token") + " " + form.Get("client_secret") + " " + form.Get("code") + " " + r.body
				return status, nil, fmt.Sprintf(shape, echo)
			})
			_, read := c.Accesses(t.Context(), "O-1", AccessQuery{})
			_, refresh := c.Refresh(t.Context(), "rt-1")
			_, exchange := c.Exchange(t.Context(), redirect+"?code=c0de-7&state=st4te", "st4te")
			revoke := c.Revoke(t.Context())
			for _, err := range []error{read, refresh, exchange, revoke} {
				for _, secret := range []string{"at-1", "rt-1", "s3cret", "c0de-7", "st4te"} {
					if err != nil && strings.Contains(err.Error(), secret) {
						t.Errorf("%d %s: %s in %v", status, shape, secret, err)
					}
				}
			}
			if read == nil || refresh == nil || exchange == nil {
				t.Errorf("%d %s: an echo was taken for an answer", status, shape)
			}
		}
	}
}

func TestQueryNeverEntersAnErrorM06(t *testing.T) {
	c, _ := start(t, func(int, seen) (int, http.Header, string) { return 0, nil, "" })
	_, _, err := c.UserByMail(t.Context(), "O-1", "taro@example.com")
	if err == nil || strings.Contains(err.Error(), "taro") {
		t.Errorf("got %v", err)
	}
}

func TestAddresses(t *testing.T) {
	good := Config{BaseURL: DefaultBaseURL, RedirectURI: redirect, Vault: vault.Memory(), HTTP: http.DefaultClient}
	for _, tt := range []struct {
		base, redirect string
		ok             bool
	}{
		{DefaultBaseURL, redirect, true},
		{"http://127.0.0.1:1", "http://localhost:2/cb", true},
		{"http://api.akerun.com", redirect, false},
		{"", redirect, false},
		{DefaultBaseURL, "http://bridge.example/cb", false},
		{DefaultBaseURL, "javascript:alert(1)", false},
		{DefaultBaseURL, "https://user@bridge.example/", false},
		{DefaultBaseURL, "https://bridge.example/#x", false},
		{DefaultBaseURL, "", false},
	} {
		c := good
		c.BaseURL, c.RedirectURI = tt.base, tt.redirect
		if _, err := New(c); (err == nil) != tt.ok {
			t.Errorf("New with %s and %s: %v", tt.base, tt.redirect, err)
		}
	}
}
