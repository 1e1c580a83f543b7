package salesforceserver

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// signIn is everything about sessions, codes and tokens. Its times are real time.
type signIn struct {
	requests map[string]*authorization // pages under way, by request id
	browsers map[string]*user          // by cookie
	codes    map[string]*authorization
	access   map[string]*session
	refresh  map[string]*grant // every refresh token ever given out
	grants   []*grant          // in order of approval
}

// authorization is one run through the pages.
type authorization struct {
	client, redirect, state, scope, challenge string
	begun                                     time.Time
	user                                      *user
	codeAt                                    time.Time
	used                                      bool
}

// grant is one approval: a family of refresh tokens, of which one is current.
type grant struct {
	user     *user
	scope    string
	current  string
	lastUsed time.Time
	dead     bool
}

type session struct {
	user    *user
	grant   *grant
	expires time.Time
	dead    bool
}

// codeLife is how long an authorization code may be exchanged.
const codeLife = 15 * time.Minute

func (g *signIn) init() {
	g.requests, g.browsers, g.codes = map[string]*authorization{}, map[string]*user{}, map[string]*authorization{}
	g.access, g.refresh = map[string]*session{}, map[string]*grant{}
}

// bearer finds whose session a request carries; nil when it has none that lives.
func (g *signIn) bearer(s *Server, c *call) *user {
	kind, token, _ := strings.Cut(c.header.Get("Authorization"), " ")
	if !equalFold(kind, "Bearer") && !equalFold(kind, "OAuth") {
		return nil
	}
	return g.session(s, strings.TrimSpace(token))
}

func (g *signIn) session(s *Server, token string) *user {
	x := g.access[token]
	if x == nil || x.dead || !s.options.RealNow().Before(x.expires) || contains(s.switches.UserInactive, x.user.Username) {
		return nil
	}
	return x.user
}

// approve makes a new grant; beyond the limit of approvals the oldest of the user ends.
func (g *signIn) approve(s *Server, a *authorization) *grant {
	n := &grant{user: a.user, scope: cmp.Or(a.scope, "refresh_token api"), lastUsed: s.options.RealNow()}
	var alive []*grant
	for _, o := range g.grants {
		if !o.dead && o.user == a.user {
			alive = append(alive, o)
		}
	}
	for len(alive) >= s.switches.ApprovalsLimit {
		g.end(alive[0])
		alive = alive[1:]
	}
	g.grants = append(slices.DeleteFunc(g.grants, func(o *grant) bool { return o.dead }), n)
	return n
}

// end kills a grant with all its tokens.
func (g *signIn) end(n *grant) {
	n.dead = true
	for _, x := range g.access {
		if x.grant == n {
			x.dead = true
		}
	}
}

func (g *signIn) revokeUser(username string) {
	for _, n := range g.grants {
		if equalFold(n.user.Username, username) {
			g.end(n)
		}
	}
	for cookie, u := range g.browsers {
		if equalFold(u.Username, username) {
			delete(g.browsers, cookie)
		}
	}
}

// issue makes an access token of a grant.
func (g *signIn) issue(s *Server, n *grant) string {
	token := s.organizationID()[:15] + "!AQ" + s.token(94)
	if s.switches.JWTTokens {
		token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9." + s.token(700) + "." + s.token(342)
	}
	now := s.options.RealNow()
	for old, x := range g.access {
		if x.expires.Before(now.Add(-time.Hour)) {
			delete(g.access, old)
		}
	}
	g.access[token] = &session{user: n.user, grant: n, expires: now.Add(time.Duration(s.switches.AccessLifetime))}
	return token
}

// renewable makes the next refresh token of a grant.
func (g *signIn) renewable(s *Server, n *grant) string {
	n.current = "5Aep861" + s.token(80)
	g.refresh[n.current] = n
	return n.current
}

// offline says whether a scope asks for a refresh token; no scope at all means the app's own, which has one.
func offline(scope string) bool {
	words := strings.Fields(scope)
	return len(words) == 0 || slices.Contains(words, "refresh_token") || slices.Contains(words, "offline_access") || slices.Contains(words, "full")
}

// challenge is what S256 makes of a verifier.
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
