// Package akerunserver is Akerun as a local server: sign-in as Doorkeeper does it, and the parts of /v3 that a connector reads.
//
// What it does is a model: what is not known of the real service is a switch (see Switches). It shares no code with the client
// and knows nothing of Salesforce.
package akerunserver

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"dakokubridge/connector/simulator/company"
)

// Options say what New needs.
type Options struct {
	Company *company.Company
	Now     func() time.Time // the simulated clock
	// RealNow is the clock by which tokens expire and requests per minute are counted; nil means time.Now.
	RealNow     func() time.Time
	Seed        uint64
	RedirectURI string // as registered: https, or New refuses it as Akerun does. Empty means DefaultRedirectURI
	Switches    *Switches
}

// DefaultRedirectURI is an address that nobody serves: the person copies it out of the browser.
const DefaultRedirectURI = "https://localhost/dakokubridge/akerun"

// Server is one Akerun. It is an http.Handler and safe for concurrent use.
type Server struct {
	company      *company.Company
	now, realNow func() time.Time
	mux          *http.ServeMux

	// ClientID, ClientSecret and RedirectURI are those of the one application that is registered.
	ClientID, ClientSecret, RedirectURI string

	mu       sync.Mutex
	switches Switches
	faults   []fault
	random   *rand.ChaCha8
	ledger   *ledger
	users    []*user
	byID     map[string]int // index into users
	sorted   []int          // indexes into users, ascending by id
	due      []company.Change
	doorJSON [][]byte
	oauth    oauth
	log      requestLog
}

// New makes a server whose 入退室履歴 shows what the company's people have done by Now.
func New(o Options) (*Server, error) {
	if o.Company == nil || o.Now == nil {
		return nil, errors.New("making a simulated Akerun: it needs a company and a clock")
	}
	if o.RealNow == nil {
		o.RealNow = time.Now
	}
	if o.RedirectURI == "" {
		o.RedirectURI = DefaultRedirectURI
	}
	if !strings.HasPrefix(o.RedirectURI, "https://") {
		return nil, fmt.Errorf("registering the redirect URI %q: Redirect URI must be an HTTPS/SSL URI", o.RedirectURI)
	}
	s := &Server{
		company: o.Company, now: o.Now, realNow: o.RealNow, RedirectURI: o.RedirectURI,
		switches: Defaults(), random: rand.NewChaCha8(seed(o.Seed)), due: o.Company.Changes,
		byID: map[string]int{}, oauth: newOAuth(), log: requestLog{counts: map[string]int{}},
	}
	if o.Switches != nil {
		s.switches = *o.Switches
	}
	for _, f := range s.switches.Faults {
		s.faults = append(s.faults, fault{Fault: f})
	}
	s.ClientID, s.ClientSecret = s.secret(32), s.secret(32)
	s.ledger = newLedger(o.Company, s.switches.IDOrder == "event")
	for _, u := range o.Company.Users {
		s.addUser(u, o.Company.First.Begin())
	}
	for _, d := range o.Company.Doors {
		s.doorJSON = append(s.doorJSON, reference(d.ID, d.Name))
	}
	s.routes()
	return s, nil
}

func seed(n uint64) (seed [32]byte) {
	copy(seed[:], fmt.Sprintf("akerun of the simulator %x", n))
	return seed
}

// secret returns that many random bytes in hexadecimal. They come from the seed, so that a run can be played again.
func (s *Server) secret(bytes int) string {
	b := make([]byte, bytes)
	_, _ = s.random.Read(b) // it never fails
	return hex.EncodeToString(b)
}

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	for _, slash := range []string{"", "/{$}"} {
		s.mux.HandleFunc("GET /oauth/authorize"+slash, s.locked(s.authorize))
		s.mux.HandleFunc("POST /oauth/authorize"+slash, s.locked(s.decide))
	}
	s.mux.HandleFunc("GET /login", s.locked(s.showLogin))
	s.mux.HandleFunc("POST /login", s.locked(s.login))
	s.mux.HandleFunc("POST /oauth/token", s.locked(s.token))
	s.mux.HandleFunc("POST /oauth/revoke", s.locked(s.revoke))
	s.mux.HandleFunc("GET /oauth/token/info", s.locked(s.tokenInfo))

	s.mux.HandleFunc("GET /v3/organizations", s.signedIn(s.listOrganizations))
	s.mux.HandleFunc("GET /v3/organizations/{org}", s.inOrganization(s.showOrganization))
	s.mux.HandleFunc("GET /v3/organizations/{org}/accesses", s.inOrganization(s.listAccesses))
	s.mux.HandleFunc("GET /v3/organizations/{org}/akeruns", s.inOrganization(s.listDoors))
	s.mux.HandleFunc("GET /v3/organizations/{org}/users", s.inOrganization(s.listUsers))
	s.mux.HandleFunc("POST /v3/organizations/{org}/users", s.inOrganization(s.createUser))
	s.mux.HandleFunc("GET /v3/organizations/{org}/users/{user}", s.inOrganization(s.showUser))
	s.mux.HandleFunc("PUT /v3/organizations/{org}/users/{user}", s.inOrganization(s.updateUser))
	s.mux.HandleFunc("DELETE /v3/organizations/{org}/users/{user}", s.inOrganization(s.deleteUser))
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, "not_found", "The requested resource was not found.")
	})
}

// ServeHTTP answers one request: the Date header is the simulated clock's, and faults strike first.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.catchUp()
	delay := s.switches.DelayMS
	s.setDate(w.Header())
	s.mu.Unlock()
	if !pause(r, delay) {
		return
	}
	seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	defer s.record(r, seen)
	if f, strikes := s.takeFault(r); strikes {
		s.suffer(seen, r, f, s.mux.ServeHTTP)
		return
	}
	s.mux.ServeHTTP(seen, r)
}

// catchUp does what the console's people have done by now; the caller holds the lock.
func (s *Server) catchUp() {
	now := s.now()
	for len(s.due) > 0 && !s.due[0].At.After(now) {
		c := s.due[0]
		s.due = s.due[1:]
		if c.Leave {
			s.users[c.User].leave(c.At)
		} else {
			s.users[c.User].setCode(c.Code, c.At)
		}
	}
}

// setDate writes the Date header that the switches ask for; the caller holds the lock.
func (s *Server) setDate(h http.Header) {
	now := s.now()
	switch s.switches.DateHeader {
	case "clock":
	case "absent":
		h["Date"] = nil
		return
	case "garbage":
		h.Set("Date", "the day before yesterday")
		return
	default:
		if shift, err := time.ParseDuration(s.switches.DateHeader); err == nil {
			now = now.Add(shift)
		}
	}
	h.Set("Date", now.UTC().Format(http.TimeFormat))
}

// organization returns the index of a 事業所, or −1.
func (s *Server) organization(id string) int {
	return slices.IndexFunc(s.company.Organizations, func(o company.Organization) bool { return o.ID == id })
}
