package salesforceserver

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
)

// cookieName carries the browser's session.
const cookieName = "sid"

var pages = template.Must(template.New("").Parse(`{{define "head"}}<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title>
<style>body{font-family:sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem}label{display:block;margin-top:1rem}input{width:100%;padding:.5rem;box-sizing:border-box}
button{margin:1.5rem 1rem 0 0;padding:.6rem 1.4rem}[role=alert]{color:#a00}</style></head><body><main><h1>{{.Title}}</h1>{{end}}
{{define "login"}}{{template "head" .}}
{{if .Problem}}<p role="alert" id="error">{{.Problem}}</p>{{end}}
<form method="post" action="/login" id="login_form">
<input type="hidden" name="request" value="{{.Request}}">
<label for="username">ユーザ名</label><input id="username" name="username" type="text" autocomplete="username" value="{{.Username}}" required autofocus>
<label for="password">パスワード</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button id="Login" type="submit">ログイン</button>
</form></main></body></html>{{end}}
{{define "consent"}}{{template "head" .}}
<p>{{.App}} が {{.Username}} として次のことを求めています。</p>
<ul>{{range .Scopes}}<li>{{.}}</li>{{end}}</ul>
<form method="post" action="/consent" id="consent_form">
<input type="hidden" name="request" value="{{.Request}}">
<button id="oaapprove" type="submit" name="decision" value="allow">許可する</button>
<button id="oadeny" type="submit" name="decision" value="deny">拒否</button>
</form></main></body></html>{{end}}
{{define "error"}}{{template "head" .}}<p role="alert" id="error">error={{.Code}}&amp;error_description={{.Problem}}</p></main></body></html>{{end}}`))

type pageData struct {
	Title, Problem, Code, Request, Username, App string
	Scopes                                       []string
}

func render(status int, name string, d pageData) answer {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, d); err != nil {
		return failure(&apiError{http.StatusInternalServerError, "UNKNOWN_EXCEPTION", err.Error()})
	}
	return answer{status: status, contentType: "text/html; charset=UTF-8", body: b.Bytes()}
}

// errorPage is for faults that must not go back to an address nobody registered.
func errorPage(code, description string) answer {
	return render(http.StatusBadRequest, "error", pageData{Title: "OAuth エラー", Code: code, Problem: description})
}

// browser is who is signed in at the browser that asks; nil for nobody.
func (s *Server) browser(c *call) *user {
	for _, k := range c.cookies {
		if k.Name == cookieName {
			return s.sign.browsers[k.Value]
		}
	}
	return nil
}

// page answers /login and /consent.
func (s *Server) page(c *call) answer {
	v := c.form()
	a := s.sign.requests[v.Get("request")]
	if c.path == "/" {
		return render(http.StatusOK, "error", pageData{Title: "Salesforce シミュレータ", Problem: "ここには何もありません。"})
	}
	if a == nil || s.options.RealNow().Sub(a.begun) > codeLife {
		return errorPage("invalid_request", "この画面の有効期限が切れました。はじめからやり直してください。")
	}
	switch {
	case c.path == "/login" && c.method == http.MethodGet:
		return loginPage(v.Get("request"), "", "")
	case c.path == "/login" && c.method == http.MethodPost:
		return s.login(a, v)
	case c.path == "/consent" && c.method == http.MethodGet:
		return s.consentPage(c, a, v)
	case c.path == "/consent" && c.method == http.MethodPost:
		return s.consent(c, a, v)
	}
	return wrongMethod(c.method)
}

func loginPage(request, username, problem string) answer {
	return render(http.StatusOK, "login", pageData{Title: "Salesforce にログイン", Request: request, Username: username, Problem: problem})
}

func (s *Server) login(a *authorization, v url.Values) answer {
	u := s.names[lower(v.Get("username"))]
	switch {
	case u == nil || u.Password == "" || u.Password != v.Get("password") || contains(s.switches.UserInactive, u.Username):
		return loginPage(v.Get("request"), v.Get("username"), "ユーザ名とパスワードを確認してください。それでもログインできない場合は、Salesforce システム管理者にお問い合わせください。")
	case contains(s.switches.UserLocked, u.Username):
		return loginPage(v.Get("request"), v.Get("username"), "このユーザはロックされています。Salesforce システム管理者にお問い合わせください。")
	}
	a.user = u
	cookie := s.token(40)
	s.sign.browsers[cookie] = u
	out := redirect(http.StatusSeeOther, "/consent?request="+url.QueryEscape(v.Get("request")))
	out.header["Set-Cookie"] = (&http.Cookie{Name: cookieName, Value: cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}).String()
	return out
}

// mayUse says whether the app is allowed at all; if not, the browser goes back with the error.
func (s *Server) mayUse(a *authorization) (answer, bool) {
	switch {
	case s.switches.AppBlocked:
		return a.back("OAUTH_APP_BLOCKED", "this app is blocked by admin"), false
	case s.switches.AppNotInstalled:
		return a.back("invalid_client", "app must be installed into org"), false
	}
	return answer{}, true
}

func (s *Server) consentPage(c *call, a *authorization, v url.Values) answer {
	u := s.browser(c)
	if u == nil || a.user != u {
		return redirect(http.StatusSeeOther, "/login?request="+url.QueryEscape(v.Get("request")))
	}
	if out, ok := s.mayUse(a); !ok {
		return out
	}
	return render(http.StatusOK, "consent", pageData{Title: "アクセスを許可しますか?", Request: v.Get("request"), Username: u.Username, App: "打刻ブリッジ",
		Scopes: []string{"API を使用してユーザデータを管理", "いつでも要求を実行"}})
}

func (s *Server) consent(c *call, a *authorization, v url.Values) answer {
	u := s.browser(c)
	if u == nil || a.user != u {
		return redirect(http.StatusSeeOther, "/login?request="+url.QueryEscape(v.Get("request")))
	}
	delete(s.sign.requests, v.Get("request"))
	if out, ok := s.mayUse(a); !ok {
		return out
	}
	if v.Get("decision") != "allow" {
		return a.back(s.switches.DeniedError, "end-user denied authorization")
	}
	code := "aPrx" + s.token(80)
	a.codeAt = s.options.RealNow()
	s.sign.codes[code] = a
	return a.callback(url.Values{"code": {code}})
}
