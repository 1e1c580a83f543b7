package akerunserver

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// codeLives is how long an authorization code may be exchanged, in real time: Doorkeeper's default.
const codeLives = 600 * time.Second

// oauth is what Doorkeeper keeps in its tables.
type oauth struct {
	sessions map[string]*session // by cookie
	codes    map[string]*authorization
	access   map[string]*grant
	refresh  map[string]*grant
}

func newOAuth() oauth {
	return oauth{sessions: map[string]*session{}, codes: map[string]*authorization{}, access: map[string]*grant{}, refresh: map[string]*grant{}}
}

// authorization is a code that waits to be exchanged.
type authorization struct {
	user   int // index into Server.users
	issued time.Time
	used   bool
}

// grant is one pair of tokens.
type grant struct {
	user            int // index into Server.users
	access, refresh string
	created         time.Time // real
	lives           time.Duration
	revoked         bool
	previous        *grant // to be revoked at the access token's first use

	minute   time.Time // of the rate: when its minute began
	requests int       // … and how many requests came in it
}

// bearer returns the grant of the request's token, or why it is none; the caller holds the lock.
func (s *Server) bearer(r *http.Request) (*grant, string) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	g, known := s.oauth.access[token]
	switch {
	case !strings.EqualFold(scheme, "Bearer") || !known:
		return nil, "The access token is invalid."
	case g.revoked:
		return nil, "The access token was revoked."
	case s.realNow().Sub(g.created) >= g.lives:
		return nil, "The access token expired."
	}
	if g.previous != nil {
		g.previous.revoked = true
		g.previous = nil
	}
	return g, ""
}

// oauthError answers in OAuth's own shape, with Doorkeeper's words.
func (s *Server) oauthError(w http.ResponseWriter, name string) {
	status := http.StatusBadRequest
	if name == "invalid_client" || s.switches.OldErrors {
		status = http.StatusUnauthorized
	}
	noStore(w)
	answer(w, status, struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{name, oauthErrors[name]})
}

// oauthErrors are Doorkeeper's descriptions (config/locales/en.yml).
var oauthErrors = map[string]string{
	"invalid_grant":             "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.",
	"invalid_client":            "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
	"invalid_request":           "The request is missing a required parameter, includes an unsupported parameter value, or is otherwise malformed.",
	"unsupported_grant_type":    "The authorization grant type is not supported by the authorization server.",
	"unsupported_response_type": "The authorization server does not support this response type.",
	"access_denied":             "The resource owner or authorization server denied the request.",
}

func noStore(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.Header().Set("Pragma", "no-cache")
}

// token exchanges a code or a refresh token.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	q, err := parameters(r)
	if err != nil {
		s.oauthError(w, "invalid_request")
		return
	}
	if !s.clientKnown(r, q.Get("client_id"), q.Get("client_secret")) {
		s.oauthError(w, "invalid_client")
		return
	}
	switch q.Get("grant_type") {
	case "authorization_code":
		s.exchange(w, q.Get("code"), q.Get("redirect_uri"))
	case "refresh_token":
		s.refresh(w, q.Get("refresh_token"))
	case "":
		s.oauthError(w, "invalid_request")
	default:
		s.oauthError(w, "unsupported_grant_type")
	}
}

func (s *Server) clientKnown(r *http.Request, id, secret string) bool {
	if user, password, basic := r.BasicAuth(); basic && s.switches.BasicAuth {
		id, secret = user, password
	}
	return same(id, s.ClientID) && same(secret, s.ClientSecret)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (s *Server) exchange(w http.ResponseWriter, code, redirect string) {
	if code == "" || redirect == "" {
		s.oauthError(w, "invalid_request")
		return
	}
	a, known := s.oauth.codes[code]
	if !known || a.used || s.realNow().Sub(a.issued) >= codeLives || redirect != s.RedirectURI {
		s.oauthError(w, "invalid_grant")
		return
	}
	a.used = true
	s.giveTokens(w, s.issue(a.user))
}

func (s *Server) refresh(w http.ResponseWriter, token string) {
	if token == "" {
		s.oauthError(w, "invalid_request")
		return
	}
	old, known := s.oauth.refresh[token]
	lives := time.Duration(s.switches.RefreshLives) * time.Second
	if !known || old.revoked || lives > 0 && s.realNow().Sub(old.created) >= lives {
		s.oauthError(w, "invalid_grant")
		return
	}
	fresh := s.issue(old.user)
	switch s.switches.Rotation {
	case "immediate":
		old.revoked = true
	case "on_use":
		fresh.previous = old
	case "none":
		delete(s.oauth.refresh, fresh.refresh)
		fresh.refresh = token
	}
	s.giveTokens(w, fresh)
}

// issue makes a pair of tokens for a user.
func (s *Server) issue(user int) *grant {
	g := &grant{
		user: user, access: s.secret(32), refresh: s.secret(32), created: s.realNow(),
		lives: time.Duration(s.switches.ExpiresIn) * time.Second,
	}
	s.oauth.access[g.access], s.oauth.refresh[g.refresh] = g, g
	return g
}

// giveTokens answers with a pair of tokens: Doorkeeper's keys in Doorkeeper's order.
func (s *Server) giveTokens(w http.ResponseWriter, g *grant) {
	expires, err := json.Marshal(s.switches.ExpiresIn)
	if err != nil { // a number can always be written
		panic(err)
	}
	switch shown := s.switches.ExpiresInShown; {
	case shown == "absent":
		expires = nil
	case json.Valid([]byte(shown)):
		expires = []byte(shown)
	}
	refresh := g.refresh
	if s.switches.NoRefreshToken {
		refresh = ""
	}
	noStore(w)
	answer(w, http.StatusOK, struct {
		Access  string          `json:"access_token"`
		Type    string          `json:"token_type"`
		Expires json.RawMessage `json:"expires_in,omitempty"`
		Refresh string          `json:"refresh_token,omitempty"`
		Created int64           `json:"created_at"`
	}{g.access, "Bearer", expires, refresh, g.created.Unix()})
}

// revoke ends the pair that a token belongs to. As with Doorkeeper an unknown token is no error.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	q, err := parameters(r)
	if err != nil || !s.clientKnown(r, q.Get("client_id"), q.Get("client_secret")) {
		noStore(w)
		answer(w, http.StatusForbidden, struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
		}{"unauthorized_client", "You are not authorized to revoke this token"})
		return
	}
	for _, table := range []map[string]*grant{s.oauth.access, s.oauth.refresh} {
		if g, known := table[q.Get("token")]; known {
			g.revoked = true
		}
	}
	noStore(w)
	answer(w, http.StatusOK, struct{}{})
}

// tokenInfo tells about a token; neither its owner nor its scopes are in it.
func (s *Server) tokenInfo(w http.ResponseWriter, r *http.Request) {
	g, why := s.bearer(r)
	if why != "" {
		refuse(w, http.StatusUnauthorized, "invalid_token", why)
		return
	}
	answer(w, http.StatusOK, map[string]string{
		"application_name": "打刻ブリッジ", "access_token": g.access, "refresh_token": g.refresh,
		"created_at": g.created.UTC().Format(time.RFC3339), "expires_at": g.created.Add(g.lives).UTC().Format(time.RFC3339),
	})
}
