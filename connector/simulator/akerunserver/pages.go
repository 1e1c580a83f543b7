package akerunserver

import (
	"html/template"
	"net/http"
	"net/url"

	"dakokubridge/connector/simulator/company"
)

const sessionCookie = "_akerun_simulator_session"

// session is one browser.
type session struct {
	account  *company.Account // nil before the login
	csrf     string
	returnTo string
}

// session returns the browser's session, making one if need be; the caller holds the lock.
func (s *Server) session(w http.ResponseWriter, r *http.Request) *session {
	if c, err := r.Cookie(sessionCookie); err == nil {
		if known, ok := s.oauth.sessions[c.Value]; ok {
			return known
		}
	}
	id := s.secret(16)
	fresh := &session{csrf: s.secret(16)}
	s.oauth.sessions[id] = fresh
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return fresh
}

// authorize shows the 許可 page, after the login page where nobody is logged in.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if !same(q.Get("client_id"), s.ClientID) || q.Get("redirect_uri") != s.RedirectURI {
		show(w, http.StatusUnauthorized, errorPage, "アプリケーションまたはリダイレクトURIが登録されていません。")
		return
	}
	if q.Get("response_type") != "code" {
		s.redirectBack(w, q.Get("state"), url.Values{"error": {"unsupported_response_type"}, "error_description": {oauthErrors["unsupported_response_type"]}})
		return
	}
	browser := s.session(w, r)
	if browser.account == nil {
		browser.returnTo = r.URL.RequestURI()
		w.Header().Set("Location", "/login")
		w.WriteHeader(http.StatusFound)
		return
	}
	if s.switches.RememberConsent && s.consented(browser.account.User) {
		s.giveCode(w, browser.account.User, q.Get("state"))
		return
	}
	show(w, http.StatusOK, consentPage, struct {
		Who, CSRF, ClientID, RedirectURI, State string
	}{browser.account.Login, browser.csrf, s.ClientID, s.RedirectURI, q.Get("state")})
}

// consented tells whether a living token of that user exists.
func (s *Server) consented(user int) bool {
	for _, g := range s.oauth.access {
		if g.user == user && !g.revoked && s.realNow().Sub(g.created) < g.lives {
			return true
		}
	}
	return false
}

// decide takes the button pressed on the 許可 page.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	q, err := parameters(r)
	browser := s.session(w, r)
	if err != nil || browser.account == nil || !same(q.Get("authenticity_token"), browser.csrf) {
		show(w, http.StatusUnprocessableEntity, errorPage, "フォームの有効期限が切れています。はじめからやり直してください。")
		return
	}
	if !same(q.Get("client_id"), s.ClientID) || q.Get("redirect_uri") != s.RedirectURI {
		show(w, http.StatusUnauthorized, errorPage, "アプリケーションまたはリダイレクトURIが登録されていません。")
		return
	}
	if q.Get("_method") == "delete" {
		s.redirectBack(w, q.Get("state"), url.Values{"error": {"access_denied"}, "error_description": {oauthErrors["access_denied"]}})
		return
	}
	s.giveCode(w, browser.account.User, q.Get("state"))
}

func (s *Server) giveCode(w http.ResponseWriter, user int, state string) {
	code := s.secret(32)
	s.oauth.codes[code] = &authorization{user: user, issued: s.realNow()}
	s.redirectBack(w, state, url.Values{"code": {code}})
}

// redirectBack sends the browser to the registered address.
func (s *Server) redirectBack(w http.ResponseWriter, state string, q url.Values) {
	if state != "" && !s.switches.DropState {
		q.Set("state", state)
	}
	w.Header().Set("Location", s.RedirectURI+"?"+q.Encode())
	w.WriteHeader(http.StatusFound)
}

func (s *Server) showLogin(w http.ResponseWriter, r *http.Request) {
	browser := s.session(w, r)
	show(w, http.StatusOK, loginPage, struct{ CSRF, Mail, Problem string }{CSRF: browser.csrf})
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	q, err := parameters(r)
	browser := s.session(w, r)
	if err != nil || !same(q.Get("authenticity_token"), browser.csrf) {
		show(w, http.StatusUnprocessableEntity, errorPage, "フォームの有効期限が切れています。はじめからやり直してください。")
		return
	}
	account := s.account(q.Get("mail"))
	if account == nil || !same(q.Get("password"), account.Password) {
		show(w, http.StatusUnprocessableEntity, loginPage, struct{ CSRF, Mail, Problem string }{
			browser.csrf, q.Get("mail"), "メールアドレスまたはパスワードが違います。",
		})
		return
	}
	browser.account = account
	w.Header().Set("Location", or(browser.returnTo, "/login"))
	w.WriteHeader(http.StatusSeeOther)
}

func (s *Server) account(login string) *company.Account {
	for i := range s.company.AkerunAccounts {
		if a := &s.company.AkerunAccounts[i]; a.Login == login {
			return a
		}
	}
	return nil
}

func show(w http.ResponseWriter, status int, page *template.Template, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if err := page.Execute(w, data); err != nil { // templates and data are this file's own
		panic(err)
	}
}

func document(name, body string) *template.Template {
	return template.Must(template.New(name).Parse(`<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>Akerun（シミュレーター）</title></head>
<body><main><h1>Akerun（シミュレーター）</h1>
` + body + `
</main></body></html>
`))
}

var (
	loginPage = document("login", `<h2>ログイン</h2>
{{with .Problem}}<p role="alert">{{.}}</p>{{end}}
<form method="post" action="/login">
<input type="hidden" name="authenticity_token" value="{{.CSRF}}">
<p><label for="mail">メールアドレス</label> <input id="mail" name="mail" type="email" value="{{.Mail}}" autocomplete="username" required></p>
<p><label for="password">パスワード</label> <input id="password" name="password" type="password" autocomplete="current-password" required></p>
<p><button type="submit">ログイン</button></p>
</form>`)

	consentPage = document("consent", `<h2>連携の許可</h2>
<p>{{.Who}} としてログインしています。</p>
<p>「打刻ブリッジ」が入退室履歴とユーザーの参照、ユーザーコードの変更を求めています。</p>
{{define "hidden"}}<input type="hidden" name="authenticity_token" value="{{.CSRF}}"><input type="hidden" name="client_id" value="{{.ClientID}}">
<input type="hidden" name="redirect_uri" value="{{.RedirectURI}}"><input type="hidden" name="response_type" value="code"><input type="hidden" name="state" value="{{.State}}">{{end}}
<form method="post" action="/oauth/authorize">{{template "hidden" .}}<button type="submit">許可</button></form>
<form method="post" action="/oauth/authorize"><input type="hidden" name="_method" value="delete">{{template "hidden" .}}<button type="submit">拒否</button></form>`)

	errorPage = document("error", `<h2>エラーが発生しました</h2><p role="alert">{{.}}</p>`)
)
