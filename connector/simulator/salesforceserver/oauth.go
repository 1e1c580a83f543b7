package salesforceserver

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Server) oauth(c *call) answer {
	switch strings.TrimPrefix(c.path, "/services/oauth2/") {
	case "authorize":
		return s.authorize(c)
	case "token":
		return s.tokenEndpoint(c)
	case "revoke":
		return s.revoke(c)
	case "userinfo":
		return s.userinfo(c)
	}
	return notFound()
}

func oauthError(status int, code, description string) answer {
	return jsonAnswer(status, map[string]string{"error": code, "error_description": description})
}

func badGrant(description string) answer {
	return oauthError(http.StatusBadRequest, "invalid_grant", description)
}

// form is the parameters of a POST with those of the address.
func (c *call) form() url.Values {
	v, err := url.ParseQuery(string(c.body))
	if err != nil || !strings.HasPrefix(c.header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		v = url.Values{}
	}
	for name, values := range c.query {
		v[name] = append(v[name], values...)
	}
	return v
}

// authorize checks what the client asks for, and sends the browser to the login page.
func (s *Server) authorize(c *call) answer {
	if c.method != http.MethodGet && c.method != http.MethodPost {
		return wrongMethod(c.method)
	}
	q := c.form()
	if q.Get("client_id") != s.options.ClientID {
		return errorPage("invalid_client_id", "client identifier invalid")
	}
	if !slices.Contains(s.options.RedirectURIs, q.Get("redirect_uri")) {
		return errorPage("redirect_uri_mismatch", "redirect_uri must match configuration")
	}
	a := &authorization{client: q.Get("client_id"), redirect: q.Get("redirect_uri"), state: q.Get("state"), scope: q.Get("scope"), challenge: q.Get("code_challenge"), begun: s.options.RealNow()}
	method := q.Get("code_challenge_method")
	switch {
	case q.Get("response_type") != "code":
		return a.back("unsupported_response_type", "response type not supported")
	case method != "" && method != "S256":
		return a.back("invalid_request", "code challenge method not supported")
	case a.challenge == "" && s.switches.PKCERequired:
		return a.back("invalid_request", "missing required code challenge")
	}
	for id, old := range s.sign.requests {
		if s.options.RealNow().Sub(old.begun) > codeLife {
			delete(s.sign.requests, id)
		}
	}
	id := s.token(32)
	s.sign.requests[id] = a
	next := "/login"
	if u := s.browser(c); u != nil && !strings.Contains(q.Get("prompt"), "login") {
		a.user = u
		next = "/consent"
	}
	return redirect(http.StatusFound, next+"?request="+id)
}

func redirect(status int, to string) answer {
	return answer{status: status, header: map[string]string{"Location": to}}
}

// back sends the browser to the client with an error.
func (a *authorization) back(code, description string) answer {
	return a.callback(url.Values{"error": {code}, "error_description": {description}})
}

func (a *authorization) callback(v url.Values) answer {
	if a.state != "" {
		v.Set("state", a.state)
	}
	separator := "?"
	if strings.Contains(a.redirect, "?") {
		separator = "&"
	}
	return redirect(http.StatusFound, a.redirect+separator+v.Encode())
}

func (s *Server) tokenEndpoint(c *call) answer {
	if c.method != http.MethodPost {
		return oauthError(http.StatusBadRequest, "invalid_request", "must use HTTP POST")
	}
	v := c.form()
	client, secret := v.Get("client_id"), v.Get("client_secret")
	if kind, encoded, ok := strings.Cut(c.header.Get("Authorization"), " "); ok && equalFold(kind, "Basic") {
		plain, _ := base64.StdEncoding.DecodeString(encoded) // garbage is a wrong client id
		client, secret, _ = strings.Cut(string(plain), ":")
	}
	switch {
	case client != s.options.ClientID:
		return oauthError(http.StatusBadRequest, "invalid_client_id", "client identifier invalid")
	case secret != "":
		return oauthError(http.StatusBadRequest, "invalid_client", "invalid client credentials")
	}
	switch v.Get("grant_type") {
	case "authorization_code":
		return s.exchange(c, v)
	case "refresh_token":
		return s.renew(c, v)
	}
	return oauthError(http.StatusBadRequest, "unsupported_grant_type", "grant type not supported")
}

// maxVerifier is beyond RFC 7636's 128 because jsforce and the sf CLI send 171 characters to the real service.
const maxVerifier = 200

func (s *Server) exchange(c *call, v url.Values) answer {
	a := s.sign.codes[v.Get("code")]
	verifier := v.Get("code_verifier")
	switch {
	case a == nil || a.used:
		return badGrant("invalid authorization code")
	case s.options.RealNow().Sub(a.codeAt) > codeLife:
		return badGrant("expired authorization code")
	case a.redirect != v.Get("redirect_uri"):
		return oauthError(http.StatusBadRequest, "redirect_uri_mismatch", "redirect_uri must match configuration")
	case a.challenge != "" && (len(verifier) < 43 || len(verifier) > maxVerifier || challenge(verifier) != strings.TrimRight(a.challenge, "=")):
		a.used = true
		return badGrant("invalid code verifier")
	}
	a.used = true
	if out, ok := s.refused(a.user); !ok {
		return out
	}
	g := s.sign.approve(s, a)
	return s.tokens(c, g, offline(a.scope))
}

// refused says whether the user or the app may not have tokens any more.
func (s *Server) refused(u *user) (answer, bool) {
	switch {
	case contains(s.switches.UserInactive, u.Username):
		return badGrant("inactive user"), false
	case s.switches.AppBlocked:
		return oauthError(http.StatusBadRequest, "invalid_app_access", "user is not admin approved to access this app"), false
	}
	return answer{}, true
}

func (s *Server) renew(c *call, v url.Values) answer {
	token := v.Get("refresh_token")
	g := s.sign.refresh[token]
	now := s.options.RealNow()
	switch {
	case g == nil || g.dead:
		return badGrant("expired access/refresh token")
	case g.current != token && s.switches.RefreshRotation:
		s.sign.end(g) // a replay: somebody has a copy
		return badGrant("expired access/refresh token")
	case g.current != token:
		return badGrant("expired access/refresh token")
	case now.Sub(g.lastUsed) > time.Duration(s.switches.RefreshIdle):
		s.sign.end(g)
		return badGrant("expired access/refresh token")
	}
	if out, ok := s.refused(g.user); !ok {
		return out
	}
	g.lastUsed = now
	return s.tokens(c, g, s.switches.RefreshRotation)
}

// tokens is the answer of the token endpoint. There is no expires_in, as with the real service.
func (s *Server) tokens(c *call, g *grant, renewable bool) answer {
	out := map[string]string{"access_token": s.sign.issue(s, g), "scope": g.scope, "instance_url": c.instance(), "id": c.identityURL(g.user), "token_type": "Bearer",
		"issued_at": strconv.FormatInt(s.options.RealNow().UnixMilli(), 10), "signature": s.token(43) + "="}
	if renewable {
		out["refresh_token"] = s.sign.renewable(s, g)
	}
	return jsonAnswer(http.StatusOK, out)
}

func (c *call) instance() string {
	if c.s.switches.InstanceURL != "" {
		return c.s.switches.InstanceURL
	}
	return c.base
}

func (c *call) identityURL(u *user) string {
	return c.base + "/id/" + c.s.organizationID() + "/" + u.ID
}

func (s *Server) revoke(c *call) answer {
	if c.method != http.MethodGet && c.method != http.MethodPost {
		return wrongMethod(c.method)
	}
	token := c.form().Get("token")
	if g := s.sign.refresh[token]; g != nil {
		if g.dead || g.current != token {
			return oauthError(http.StatusBadRequest, "invalid_token", "invalid token")
		}
		s.sign.end(g)
		return answer{status: http.StatusOK, contentType: "text/html;charset=UTF-8"}
	}
	x := s.sign.access[token]
	switch {
	case token == "":
		return oauthError(http.StatusBadRequest, "unsupported_token_type", "this token type is not supported")
	case x == nil || x.dead:
		return oauthError(http.StatusBadRequest, "invalid_token", "invalid token")
	}
	x.dead = true
	return answer{status: http.StatusOK, contentType: "text/html;charset=UTF-8"}
}

// tokenUser is the user of a request to userinfo or the identity address; those answer 403 in plain words when there is none.
func (s *Server) tokenUser(c *call) (*user, answer) {
	u := s.sign.bearer(s, c)
	if u == nil {
		u = s.sign.session(s, c.form().Get("access_token"))
	}
	if u == nil {
		return nil, answer{status: http.StatusForbidden, contentType: "text/html;charset=UTF-8", body: []byte("Bad_OAuth_Token")}
	}
	return u, answer{}
}

func (s *Server) userinfo(c *call) answer {
	u, bad := s.tokenUser(c)
	if u == nil {
		return bad
	}
	root := c.instance() + "/services/data/v{version}/"
	return jsonAnswer(http.StatusOK, map[string]any{"sub": c.identityURL(u), "user_id": u.ID, "organization_id": s.organizationID(), "preferred_username": u.Username,
		"nickname": u.Name, "name": u.Name, "email": u.Mail, "email_verified": true, "zoneinfo": "Asia/Tokyo", "locale": "ja_JP", "language": "ja", "utcOffset": 32_400_000,
		"active": true, "user_type": "STANDARD", "is_salesforce_integration_user": false, "is_app_installed": true,
		"urls": map[string]string{"rest": root, "sobjects": root + "sobjects/", "query": root + "query/", "users": c.instance() + "/" + u.ID}})
}

// identity answers /id/<organization>/<user>.
func (s *Server) identity(c *call) answer {
	u, bad := s.tokenUser(c)
	if u == nil {
		return bad
	}
	segments, ok := parts(strings.TrimPrefix(c.path, "/id/"))
	if !ok || len(segments) != 2 || id18(segments[0]) != s.organizationID() || id18(segments[1]) != u.ID {
		return answer{status: http.StatusForbidden, contentType: "text/html;charset=UTF-8", body: []byte("Wrong_Org")}
	}
	root := c.instance() + "/services/data/v{version}/"
	return jsonAnswer(http.StatusOK, map[string]any{"id": c.identityURL(u), "asserted_user": true, "user_id": u.ID, "organization_id": s.organizationID(), "username": u.Username,
		"nick_name": u.Name, "display_name": u.Name, "email": u.Mail, "email_verified": true, "timezone": "Asia/Tokyo", "active": true, "user_type": "STANDARD", "language": "ja",
		"locale": "ja_JP", "utcOffset": 32_400_000, "urls": map[string]string{"rest": root, "sobjects": root + "sobjects/", "query": root + "query/"}})
}
