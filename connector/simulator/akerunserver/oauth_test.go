package akerunserver

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/simulator/company"
)

type tokens struct {
	Access  string `json:"access_token"`
	Type    string `json:"token_type"`
	Expires int    `json:"expires_in"`
	Refresh string `json:"refresh_token"`
	Created int64  `json:"created_at"`
	Error   string
}

// person is a browser with its cookies.
type person struct {
	w       *world
	cookies []*http.Cookie
}

func (p *person) open(method, address string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range p.cookies {
		r.AddCookie(c)
	}
	a := httptest.NewRecorder()
	p.w.ServeHTTP(a, r)
	p.cookies = append(p.cookies, a.Result().Cookies()...)
	return a
}

var csrf = regexp.MustCompile(`name="authenticity_token" value="([0-9a-f]+)"`)

func (p *person) token(page *httptest.ResponseRecorder) string {
	p.w.t.Helper()
	found := csrf.FindStringSubmatch(page.Body.String())
	if found == nil {
		p.w.t.Fatalf("no form on the page: %s", page.Body)
	}
	return found[1]
}

func (p *person) authorizePath(slash string) string {
	return "/oauth/authorize" + slash + "?" + url.Values{
		"client_id": {p.w.ClientID}, "redirect_uri": {p.w.RedirectURI}, "response_type": {"code"}, "state": {"s-1"},
	}.Encode()
}

// consent goes through both pages and returns where the browser is sent.
func (p *person) consent(slash string, allow bool) *url.URL {
	p.w.t.Helper()
	account := p.w.company.AkerunAccounts[0]
	a := p.open("GET", p.authorizePath(slash), nil)
	if a.Code != http.StatusFound || a.Header().Get("Location") != "/login" {
		p.w.t.Fatalf("authorize without a login: %d %s", a.Code, a.Header().Get("Location"))
	}
	form := url.Values{"authenticity_token": {p.token(p.open("GET", "/login", nil))}, "mail": {account.Login}, "password": {account.Password}}
	a = p.open("POST", "/login", form)
	if a.Code != http.StatusSeeOther {
		p.w.t.Fatalf("login: %d %s", a.Code, a.Body)
	}
	a = p.open("GET", a.Header().Get("Location"), nil)
	if a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "許可") || !strings.Contains(a.Body.String(), "拒否") {
		p.w.t.Fatalf("consent page: %d %s", a.Code, a.Body)
	}
	form = url.Values{"authenticity_token": {p.token(a)}, "client_id": {p.w.ClientID}, "redirect_uri": {p.w.RedirectURI}, "state": {"s-1"}}
	if !allow {
		form.Set("_method", "delete")
	}
	a = p.open("POST", "/oauth/authorize", form)
	u, err := url.Parse(a.Header().Get("Location"))
	if err != nil || a.Code != http.StatusFound {
		p.w.t.Fatalf("after the consent: %d %v", a.Code, err)
	}
	return u
}

// post sends to /oauth/…, with the client's credentials.
func (w *world) post(path string, form url.Values) (int, tokens) {
	w.t.Helper()
	form.Set("client_id", w.ClientID)
	form.Set("client_secret", w.ClientSecret)
	a := w.do("POST", path, form.Encode())
	return a.Code, w.read(a)
}

func (w *world) read(a *httptest.ResponseRecorder) (t tokens) {
	w.t.Helper()
	if err := json.Unmarshal(a.Body.Bytes(), &t); err != nil {
		w.t.Fatalf("token answer %q: %v", a.Body, err)
	}
	return t
}

func (w *world) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.oauth = newOAuth()
}

func TestSigningIn(t *testing.T) {
	for _, slash := range []string{"", "/"} {
		w := newWorld(t, company.Options{Seed: 1})
		w.forget()
		back := (&person{w: w}).consent(slash, true)
		if back.Scheme+"://"+back.Host+back.Path != w.RedirectURI || back.Query().Get("state") != "s-1" {
			t.Fatalf("sent to %s", back)
		}
		exchange := url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {w.RedirectURI}}
		status, got := w.post("/oauth/token", exchange)
		if status != http.StatusOK || got.Access == "" || got.Refresh == "" || got.Expires != 7200 || got.Type != "Bearer" || got.Created != w.real.Unix() {
			t.Fatalf("token: %d %+v", status, got)
		}
		w.token = got.Access
		if n := len(w.accesses("")); n != 20 {
			t.Errorf("%d rows", n)
		}
		if status, got = w.post("/oauth/token", exchange); status != http.StatusBadRequest || got.Error != "invalid_grant" {
			t.Errorf("a code twice: %d %+v", status, got)
		}
	}
}

func TestDenyingAndOtherWaysNotToGetIn(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	w.forget()
	back := (&person{w: w}).consent("", false)
	if q := back.Query(); q.Get("error") != "access_denied" || q.Get("state") != "s-1" || q.Has("code") {
		t.Errorf("after 拒否: %s", back)
	}
	p := &person{w: w}
	a := p.open("POST", "/login", url.Values{"authenticity_token": {p.token(p.open("GET", "/login", nil))}, "mail": {w.company.AkerunAccounts[0].Login}, "password": {"wrong"}})
	if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "パスワードが違います") {
		t.Errorf("a wrong password: %d %s", a.Code, a.Body)
	}
	a = p.open("POST", "/login", url.Values{"mail": {w.company.AkerunAccounts[0].Login}, "password": {w.company.AkerunAccounts[0].Password}})
	if a.Code != http.StatusUnprocessableEntity {
		t.Errorf("a login without the form's token: %d", a.Code)
	}
	for _, address := range []string{
		strings.Replace(p.authorizePath(""), url.QueryEscape(w.RedirectURI), url.QueryEscape("https://evil.example/"), 1),
		strings.Replace(p.authorizePath(""), w.ClientID, "0", 1),
	} {
		if a := p.open("GET", address, nil); a.Code != http.StatusUnauthorized || a.Header().Get("Location") != "" {
			t.Errorf("%s: %d, sent to %s", address, a.Code, a.Header().Get("Location"))
		}
	}
	if _, err := New(Options{Company: w.company, Now: w.clock.Now, RedirectURI: "http://127.0.0.1/cb"}); err == nil {
		t.Error("a redirect URI without https was registered")
	}
}

func TestACodeLivesTenRealMinutes(t *testing.T) {
	for after, want := range map[time.Duration]int{599 * time.Second: http.StatusOK, 600 * time.Second: http.StatusBadRequest} {
		w := newWorld(t, company.Options{Seed: 1})
		w.forget()
		code := (&person{w: w}).consent("", true).Query().Get("code")
		w.real = w.real.Add(after)
		if status, _ := w.post("/oauth/token", url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {w.RedirectURI}}); status != want {
			t.Errorf("after %s: %d, want %d", after, status, want)
		}
	}
}

func TestTokenBodiesInThreeForms(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	w.set("rotation", `"none"`)
	w.mu.Lock()
	refresh := w.issue(0).refresh
	w.mu.Unlock()
	fields := map[string]string{"grant_type": "refresh_token", "client_id": w.ClientID, "client_secret": w.ClientSecret, "refresh_token": refresh}
	form := url.Values{}
	var multi bytes.Buffer
	parts := multipart.NewWriter(&multi)
	for k, v := range fields {
		form.Set(k, v)
		if err := parts.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	object, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	for kind, body := range map[string]string{"application/x-www-form-urlencoded": form.Encode(), parts.FormDataContentType(): multi.String(), "application/json; charset=utf-8": string(object)} {
		r := httptest.NewRequest("POST", "/oauth/token", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		a := httptest.NewRecorder()
		w.ServeHTTP(a, r)
		if a.Code != http.StatusOK || w.read(a).Refresh != refresh || a.Header().Get("Cache-Control") != "no-store, no-cache" {
			t.Errorf("%s: %d %s", kind, a.Code, a.Body)
		}
	}
	delete(fields, "client_secret")
	for name, change := range map[string]url.Values{
		"invalid_client":         {"client_secret": {"wrong"}},
		"unsupported_grant_type": {"grant_type": {"password"}, "client_secret": {w.ClientSecret}},
		"invalid_request":        {"refresh_token": {""}, "client_secret": {w.ClientSecret}},
		"invalid_grant":          {"refresh_token": {"unknown"}, "client_secret": {w.ClientSecret}},
	} {
		for k, v := range fields {
			if !change.Has(k) {
				change.Set(k, v)
			}
		}
		a := w.do("POST", "/oauth/token", change.Encode())
		want := http.StatusBadRequest
		if name == "invalid_client" {
			want = http.StatusUnauthorized
		}
		if a.Code != want || w.read(a).Error != name {
			t.Errorf("%s: %d %s", name, a.Code, a.Body)
		}
	}
}

func TestRotation(t *testing.T) {
	refresh := func(w *world, token string) (int, tokens) {
		return w.post("/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
	}
	for _, mode := range []string{"immediate", "on_use"} {
		w := newWorld(t, company.Options{Seed: 1})
		w.set("rotation", `"`+mode+`"`)
		w.mu.Lock()
		first := w.issue(0)
		w.mu.Unlock()
		_, second := refresh(w, first.refresh)
		again, third := refresh(w, first.refresh) // the answer may have been lost
		if (again == http.StatusOK) != (mode == "on_use") {
			t.Errorf("%s: refreshing twice: %d", mode, again)
		}
		if mode == "immediate" {
			continue
		}
		w.token = third.Access
		w.accesses("")
		if status, _ := refresh(w, first.refresh); status != http.StatusBadRequest {
			t.Errorf("%s: the old refresh token outlives the new access token's first use: %d", mode, status)
		}
		if second.Access == third.Access {
			t.Error("one access token twice")
		}
	}
}

func TestTokensEnd(t *testing.T) {
	w := newWorld(t, company.Options{Seed: 1})
	ends := func(why, message string) {
		t.Helper()
		f := get[failure](w, http.StatusUnauthorized, "/v3/organizations")
		if f.Code != "invalid_token" || f.Message != message {
			t.Errorf("%s: %+v", why, f)
		}
		w.token = w.signIn(company.SuperManager)
		get[map[string]any](w, http.StatusOK, "/v3/organizations")
	}
	w.real = w.real.Add(2 * time.Hour)
	ends("expired", "The access token expired.")
	if err := w.clock.Advance(100 * 24 * time.Hour); err != nil { // only real time counts
		t.Fatal(err)
	}
	get[map[string]any](w, http.StatusOK, "/v3/organizations")
	if status, _ := w.post("/oauth/revoke", url.Values{"token": {w.token}}); status != http.StatusOK {
		t.Errorf("revoke: %d", status)
	}
	ends("revoked", "The access token was revoked.")
	if status, _ := w.post("/oauth/revoke", url.Values{"token": {"unknown"}}); status != http.StatusOK {
		t.Errorf("revoking an unknown token: %d", status)
	}
	w.token = "nothing"
	ends("unknown", "The access token is invalid.")
	w.ExpireTokens()
	ends("by hand", "The access token expired.")
	w.RevokeTokens()
	ends("all", "The access token was revoked.")
	info := get[map[string]string](w, http.StatusOK, "/oauth/token/info")
	if info["access_token"] != w.token || info["application_name"] == "" {
		t.Errorf("info: %v", info)
	}
	for shown, want := range map[string]string{`"absent"`: "", `"-5"`: `"expires_in":-5,`, `"\"3600\""`: `"expires_in":"3600",`} {
		w.set("expires_in_shown", shown)
		w.mu.Lock()
		g := w.issue(0)
		w.mu.Unlock()
		a := w.do("POST", "/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {g.refresh}, "client_id": {w.ClientID}, "client_secret": {w.ClientSecret}}.Encode())
		if body := a.Body.String(); a.Code != 200 || !strings.Contains(body, want) || want == "" && strings.Contains(body, "expires_in") {
			t.Errorf("expires_in shown as %s: %s", shown, body)
		}
	}
}
