// Package salesforceserver is a Salesforce org with the TeamSpirit package, as an HTTP handler: sign-in, REST API, rights, and the batch that turns stamps
// into time sheets. It shares no code with the connector's own clients and holds no clock, no listener and no invented people of its own.
package salesforceserver

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Roles of users.
const (
	RoleAdmin       = "admin"        // システム管理者: sees and writes everything
	RoleObjectAdmin = "object_admin" // no Modify All Data, but Modify All on TeamSpirit's objects
	RoleEditor      = "editor"       // sees and edits every employee by sharing, with 全社員のデータ編集 on the own row; may not view setup
	RoleEmployee    = "employee"     // 従業員: only the own data
)

// User is somebody who can sign in.
type User struct {
	ID         string // 005…; empty: that of the linked employee, or a new one
	Username   string
	Password   string
	Role       string // one of the Role constants
	Name       string
	Mail       string // empty: the user name
	EmployeeID string // the user's own 勤怠社員; empty: none, as for an integration user
}

// Employee is one 勤怠社員 (teamspirit__AtkEmp__c).
type Employee struct {
	ID     string // 15 or 18 characters; empty in Options: a new one
	Code   string // 社員コード
	Name   string
	Mail   string // of the Salesforce user behind the employee; empty with UserID empty: the employee has no user
	UserID string // 005…; empty with Mail set: a new user
	Entry  string // 入社日 as 2026-11-22; empty: unknown, counts as employed
	End    string // 退社日; empty: employed
}

// Options are what an org begins with.
type Options struct {
	Now              func() time.Time // the simulator's clock; nil: time.Now
	RealNow          func() time.Time // for lifetimes of tokens; nil: time.Now
	Seed             uint64           // decides ids and tokens
	OrganizationID   string           // 00D…, 15 or 18 characters; empty: made from Seed
	OrganizationName string
	Users            []User
	Employees        []Employee
	ClientID         string   // consumer key of the connected app
	RedirectURIs     []string // registered callback addresses, compared character by character
	BaseURL          string   // own address in answers; empty: http:// and the Host header of the request
	Switches         *Switches
	// OnWrite is called before a create, an update or an upsert is applied, without any lock held; nil: nothing is called.
	OnWrite func(rows []Write)
}

// Server is one org. It is safe for concurrent use.
type Server struct {
	options Options
	baseID  string // organization id of 18 characters

	mu          sync.Mutex
	random      *rand.Rand
	switches    Switches
	tables      map[string]*table // by folded object name
	users       map[string]*user  // by id of 18 characters
	names       map[string]*user  // by folded user name
	ids         map[string]uint64 // last number given out, by key prefix
	lastTick    time.Time
	pending     map[*record]struct{} // stamps that are 未処理
	born        map[*record]birth
	origins     map[*record]*origin // of sheet rows
	delayed     []delayedWrite
	ingestJobs  map[string]*ingestJob // by id of 18 characters
	ingestOrder []*ingestJob          // oldest first
	usage       usage
	sign        signIn
	cursors     []*cursor
	log         []*Request
}

// birth is what a stamp row doesn't say about its making.
type birth struct {
	at        time.Time // exact
	by        *user     // nil: made by control
	processed time.Time // zero: not yet
	employee  string    // whom the batch took it for
}

// origin says who filled the two ends of a sheet row: "", "web" or "api".
type origin struct{ start, end string }

// New makes an org.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.RealNow == nil {
		o.RealNow = time.Now
	}
	s := &Server{options: o, random: rand.New(rand.NewPCG(o.Seed, 0x5a1e5f0ce)), switches: DefaultSwitches(), tables: map[string]*table{}, users: map[string]*user{},
		names: map[string]*user{}, ids: map[string]uint64{}, pending: map[*record]struct{}{}, born: map[*record]birth{}, origins: map[*record]*origin{}, ingestJobs: map[string]*ingestJob{}}
	if o.Switches != nil {
		s.switches = *o.Switches
	}
	if err := s.switches.check(); err != nil {
		return nil, err
	}
	s.sign.init()
	if o.OrganizationID == "" {
		s.baseID = s.newID("00D")
	} else if s.baseID = id18(o.OrganizationID); s.baseID == "" {
		return nil, fmt.Errorf("organization id %q is no Salesforce id", o.OrganizationID)
	}
	for _, def := range objectDefinitions() {
		s.tables[lower(def.name)] = newTable(def)
	}
	s.lastTick = s.now()
	if err := s.populate(); err != nil {
		return nil, err
	}
	return s, nil
}

// now is the simulator's time in UTC without a monotonic reading.
func (s *Server) now() time.Time { return s.options.Now().UTC().Round(0) }

var _ http.Handler = (*Server)(nil)
