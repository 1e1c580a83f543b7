package salesforceserver

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestSignInEnds(t *testing.T) {
	long := strings.Repeat("v", 171)
	for _, c := range []struct {
		name           string
		change         []string
		swap           []string // a switch and its value
		user, pw       string
		button         string
		want           string // part of the callback's query, or of the page
		exchangeChange []string
		wantError      string // of the exchange
	}{
		{name: "allowed", button: "allow", want: "code="},
		{name: "state comes back", button: "allow", want: "state=s+t%261"},
		{name: "missing method is S256", change: []string{"code_challenge_method", ""}, button: "allow", want: "code="},
		{name: "long verifier", change: []string{"code_challenge", challenge(long)}, button: "allow", want: "code=", exchangeChange: []string{"code_verifier", long}},
		{name: "denied", button: "deny", want: "error=access_denied&error_description=end-user+denied"},
		{name: "denied, other spelling", swap: []string{"denied_error", `"access-denied"`}, button: "deny", want: "error=access-denied"},
		{name: "wrong password", pw: "wrong", want: "ユーザ名とパスワードを確認してください"},
		{name: "unknown user", user: "nobody@example.jp", want: "ユーザ名とパスワードを確認してください"},
		{name: "inactive user", swap: []string{"user_inactive", `["ADMIN@example.jp"]`}, want: "ユーザ名とパスワードを確認してください"},
		{name: "locked user", swap: []string{"user_locked", `["admin@example.jp"]`}, want: "ロックされています"},
		{name: "unknown client", change: []string{"client_id", "x"}, want: "invalid_client_id"},
		{name: "other port", change: []string{"redirect_uri", "http://localhost:17172/oauth/callback"}, want: "redirect_uri_mismatch"},
		{name: "other path", change: []string{"redirect_uri", testCallback + "/"}, want: "redirect_uri_mismatch"},
		{name: "implicit flow", change: []string{"response_type", "token"}, want: "error=unsupported_response_type"},
		{name: "plain challenge", change: []string{"code_challenge_method", "plain"}, want: "error=invalid_request"},
		{name: "no challenge", change: []string{"code_challenge", ""}, want: "error=invalid_request"},
		{name: "no challenge where none is required", change: []string{"code_challenge", ""}, swap: []string{"pkce_required", "false"}, button: "allow", want: "code="},
		{name: "blocked app", swap: []string{"app_blocked", "true"}, button: "allow", want: "error=OAUTH_APP_BLOCKED"},
		{name: "app not installed", swap: []string{"app_not_installed", "true"}, button: "allow", want: "error=invalid_client&error_description=app+must+be+installed+into+org"},
		{name: "wrong verifier", button: "allow", want: "code=", exchangeChange: []string{"code_verifier", long}, wantError: "invalid_grant"},
		{name: "no verifier", button: "allow", want: "code=", exchangeChange: []string{"code_verifier", ""}, wantError: "invalid_grant"},
		{name: "secret sent", button: "allow", want: "code=", exchangeChange: []string{"client_secret", "x"}, wantError: "invalid_client"},
		{name: "other redirect at exchange", button: "allow", want: "code=", exchangeChange: []string{"redirect_uri", "http://localhost:27171/oauth/callback"}, wantError: "redirect_uri_mismatch"},
		{name: "other client at exchange", button: "allow", want: "code=", exchangeChange: []string{"client_id", "x"}, wantError: "invalid_client_id"},
		{name: "other grant type", button: "allow", want: "code=", exchangeChange: []string{"grant_type", "password"}, wantError: "unsupported_grant_type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newOrg(t)
			if c.swap != nil {
				g.set(c.swap[0], c.swap[1])
			}
			if c.user == "" {
				c.user = "admin@example.jp"
			}
			if c.pw == "" {
				c.pw = "p1"
			}
			to, body := g.browse(ask(c.change...), c.user, c.pw, c.button)
			if to != nil {
				body = to.RawQuery
			}
			if !strings.Contains(body, c.want) {
				t.Fatalf("ended with %q, want %q", body, c.want)
			}
			if !strings.Contains(c.want, "code=") {
				return
			}
			got := g.token(exchange(to.Query().Get("code"), c.exchangeChange...))
			if got.Error != c.wantError || (got.AccessToken == "") == (c.wantError == "") || c.wantError != "" && got.status != 400 {
				t.Errorf("exchange gave %+v, want error %q", got, c.wantError)
			}
		})
	}
}

func TestCodeIsGoodOnceAndForFifteenMinutes(t *testing.T) {
	g := newOrg(t)
	to, _ := g.browse(ask(), "admin@example.jp", "p1", "allow")
	code := to.Query().Get("code")
	if got := g.token(exchange(code)); got.AccessToken == "" || got.RefreshToken == "" || got.InstanceURL != g.url || !strings.HasPrefix(got.ID, g.url+"/id/"+g.s.OrganizationID()+"/005") {
		t.Fatalf("first exchange: %+v", got)
	}
	if got := g.token(exchange(code)); got.Error != "invalid_grant" {
		t.Errorf("second exchange: %+v", got)
	}
	to, _ = g.browse(ask(), "admin@example.jp", "p1", "allow")
	g.real.advance(15*time.Minute + time.Second)
	if got := g.token(exchange(to.Query().Get("code"))); got.Description != "expired authorization code" {
		t.Errorf("late exchange: %+v", got)
	}
}

func TestRefresh(t *testing.T) {
	t.Run("rotates, and a replay ends the family", func(t *testing.T) {
		g := newOrg(t)
		first := g.signIn("admin@example.jp")
		second := g.refresh(first.RefreshToken)
		if second.RefreshToken == "" || second.RefreshToken == first.RefreshToken || second.AccessToken == first.AccessToken {
			t.Fatalf("refresh: %+v", second)
		}
		c := &client{g, second.AccessToken}
		if r := c.do("GET", "limits", nil); r.status != 200 {
			t.Fatalf("new token: %d", r.status)
		}
		if r := g.refresh(first.RefreshToken); r.status != 400 || r.Error != "invalid_grant" || r.Description != "expired access/refresh token" {
			t.Errorf("replay: %+v", r)
		}
		if r := g.refresh(second.RefreshToken); r.Error != "invalid_grant" {
			t.Errorf("after the replay: %+v", r)
		}
		if r := c.do("GET", "limits", nil); r.status != 401 || r.code() != "INVALID_SESSION_ID" {
			t.Errorf("access token after the replay: %d %s", r.status, r.body)
		}
	})
	t.Run("without rotation the token stays", func(t *testing.T) {
		g := newOrg(t)
		g.set("refresh_rotation", "false")
		first := g.signIn("admin@example.jp")
		for range 2 {
			if r := g.refresh(first.RefreshToken); r.AccessToken == "" || r.RefreshToken != "" {
				t.Fatalf("refresh: %+v", r)
			}
		}
	})
	t.Run("idle for more than 30 days", func(t *testing.T) {
		g := newOrg(t)
		first := g.signIn("admin@example.jp")
		g.real.advance(29 * 24 * time.Hour)
		second := g.refresh(first.RefreshToken)
		if second.AccessToken == "" {
			t.Fatalf("day 29: %+v", second)
		}
		g.real.advance(31 * 24 * time.Hour)
		if r := g.refresh(second.RefreshToken); r.Error != "invalid_grant" {
			t.Errorf("day 60: %+v", r)
		}
	})
	t.Run("ended by hand", func(t *testing.T) {
		g := newOrg(t)
		a := g.signIn("admin@example.jp")
		b := g.signIn("emp@example.jp")
		g.s.RevokeTokens("admin@example.jp")
		if r := g.refresh(a.RefreshToken); r.Error != "invalid_grant" {
			t.Errorf("revoked: %+v", r)
		}
		if r := g.refresh(b.RefreshToken); r.AccessToken == "" {
			t.Errorf("the other user: %+v", r)
		}
	})
	t.Run("inactive user and blocked app", func(t *testing.T) {
		g := newOrg(t)
		a := g.signIn("admin@example.jp")
		g.set("app_blocked", "true")
		if r := g.refresh(a.RefreshToken); r.Error != "invalid_app_access" {
			t.Errorf("blocked: %+v", r)
		}
		g.set("app_blocked", "false")
		g.set("user_inactive", `["admin@example.jp"]`)
		if r := g.refresh(a.RefreshToken); r.Error != "invalid_grant" {
			t.Errorf("inactive: %+v", r)
		}
	})
}

func TestSixthApprovalEndsTheFirst(t *testing.T) {
	g := newOrg(t)
	var all []tokenAnswer
	for range 6 {
		all = append(all, g.signIn("admin@example.jp"))
	}
	if r := g.refresh(all[0].RefreshToken); r.Error != "invalid_grant" {
		t.Errorf("the first: %+v", r)
	}
	if r := g.refresh(all[1].RefreshToken); r.AccessToken == "" {
		t.Errorf("the second: %+v", r)
	}
}

func TestAccessTokenLife(t *testing.T) {
	g := newOrg(t)
	g.set("access_lifetime", `"15m"`)
	g.set("jwt_tokens", "true")
	c := g.client("admin@example.jp")
	if len(c.token) < 1000 {
		t.Errorf("token of %d characters is no long one", len(c.token))
	}
	g.clock.advance(24 * time.Hour) // the simulator's clock does not age tokens
	if r := c.do("GET", "limits", nil); r.status != 200 {
		t.Fatalf("fresh token: %d", r.status)
	}
	g.real.advance(15 * time.Minute)
	if r := c.do("GET", "limits", nil); r.status != 401 || string(r.body) != `[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]` {
		t.Errorf("old token: %d %s", r.status, r.body)
	}
}

func TestRevokeAndWhoAmI(t *testing.T) {
	g := newOrg(t)
	a := g.signIn("admin@example.jp")
	get := func(path, token string) (int, string) {
		q, _ := http.NewRequest("GET", g.url+path, nil)
		q.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(b)
	}
	identity := strings.TrimPrefix(a.ID, g.url)
	for _, path := range []string{"/services/oauth2/userinfo", identity} {
		if status, body := get(path, a.AccessToken); status != 200 || !strings.Contains(body, `"organization_id":"`+g.s.OrganizationID()+`"`) || !strings.Contains(body, "admin@example.jp") {
			t.Errorf("%s: %d %s", path, status, body)
		}
		if status, body := get(path, "nonsense"); status != 403 || body != "Bad_OAuth_Token" {
			t.Errorf("%s with a bad token: %d %s", path, status, body)
		}
	}
	res, err := http.PostForm(g.url+"/services/oauth2/revoke", url.Values{"token": {a.RefreshToken}})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != 200 || len(body) != 0 {
		t.Errorf("revoke: %d %q", res.StatusCode, body)
	}
	if r := g.refresh(a.RefreshToken); r.Error != "invalid_grant" {
		t.Errorf("refresh after revoke: %+v", r)
	}
	if status, _ := get("/services/oauth2/userinfo", a.AccessToken); status != 403 {
		t.Errorf("userinfo after revoke: %d", status)
	}
	res, err = http.Get(g.url + "/services/oauth2/revoke?token=" + a.RefreshToken)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 400 {
		t.Errorf("revoke twice: %d", res.StatusCode)
	}
	for _, r := range g.s.RequestLog() {
		if strings.Contains(r.Path, a.RefreshToken) || strings.Contains(r.Path, "code=aPrx") {
			t.Errorf("a secret in the log: %s", r.Path)
		}
	}
}

func TestSwitchedOrganizationAndInstance(t *testing.T) {
	g := newOrg(t)
	first := g.signIn("admin@example.jp")
	other := id18("00D9000000ABCDE")
	g.set("organization_id", `"`+other+`"`)
	g.set("instance_url", `"https://moved.example.jp"`)
	r := g.refresh(first.RefreshToken)
	if !strings.Contains(r.ID, other) || r.InstanceURL != "https://moved.example.jp" {
		t.Errorf("refresh says %+v", r)
	}
	c := &client{g, r.AccessToken}
	if p := c.query("SELECT Id FROM Organization"); p.Records[0]["Id"] != other {
		t.Errorf("organization is %v", p.Records)
	}
}
