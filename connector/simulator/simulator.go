// Package simulator is the world outside the connector: an Akerun and a Salesforce with TeamSpirit that share one clock and one
// company made from a seed.
//
// It models assumptions. No live system was ever touched: whatever is not publicly known of the real services is a switch of the
// two servers, and the error texts, the batch and the rights of TeamSpirit are invented. It shares no code with the connector's
// clients, rules or database, so that it cannot share their mistakes. Tests, the demo and outside clients use it; nothing here is
// meant to be reached from another machine.
package simulator

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
)

// DefaultFrom is when the story begins unless something else is asked for: a Tuesday, 07:00 in Japan, in a week without a holiday
// but the Monday's.
var DefaultFrom = time.Date(2026, 11, 24, 7, 0, 0, 0, company.Japan)

// DefaultCallbackPorts are the ports of the loopback addresses that are registered as redirect URIs at Salesforce.
var DefaultCallbackPorts = []int{17171, 27171, 37171}

// Options say which world to make.
type Options struct {
	Seed          uint64
	Size          company.Size // default S
	People, Doors int          // instead of the size's, where not 0
	From          time.Time    // when the story begins; zero: the clock's now, or DefaultFrom without a clock
	History       int          // business days with accesses before From; 0: 14, less than 0: none
	Days          int          // business days with accesses from From on; 0: no end
	CallbackPorts []int        // of the redirect URIs registered at Salesforce; nil: DefaultCallbackPorts
	Clock         *clock.Clock // nil: a jumping clock that stands at From
	RealNow       func() time.Time
	Akerun        *akerunserver.Switches     // nil: Defaults
	Salesforce    *salesforceserver.Switches // nil: DefaultSwitches
	// OnWrite is called before Salesforce applies a create, update or upsert, with no lock held.
	OnWrite func([]salesforceserver.Write)
}

// Simulator is one world. It is safe for concurrent use.
type Simulator struct {
	clock      *clock.Clock
	company    *company.Company
	akerun     *akerunserver.Server
	salesforce *salesforceserver.Server
	app        connectedApp

	feeding atomic.Pointer[time.Time] // Salesforce's time while Web stamps of the past are made

	mu        sync.Mutex
	loaded    company.Day        // last day whose Web stamps have been made up
	waiting   []company.WebStamp // of loaded, those not made yet
	webStamps []WebStamp         // made so far
}

// New makes a world. Its servers show what has happened by the clock's now.
func New(o Options) (*Simulator, error) {
	if o.From.IsZero() {
		o.From = DefaultFrom
		if o.Clock != nil {
			o.From = o.Clock.Now()
		}
	}
	if o.Clock == nil {
		o.Clock = clock.Jump(o.From)
	}
	people, err := company.New(company.Options{
		Seed: o.Seed, Size: o.Size, People: o.People, Doors: o.Doors, From: o.From, History: o.History, Days: o.Days,
	})
	if err != nil {
		return nil, fmt.Errorf("making the simulator: %w", err)
	}
	s := &Simulator{clock: o.Clock, company: people, app: newApp(o.Seed, o.CallbackPorts), loaded: people.First - 1}
	if s.akerun, err = akerunserver.New(akerunserver.Options{
		Company: people, Now: o.Clock.Now, RealNow: o.RealNow, Seed: o.Seed, Switches: o.Akerun,
	}); err != nil {
		return nil, fmt.Errorf("making the simulator: %w", err)
	}
	begin := people.First.Begin()
	s.feeding.Store(&begin) // the org is there before the first day, so that the sheets of the days before From can be filled
	if s.salesforce, err = salesforceserver.New(s.organization(o)); err != nil {
		return nil, fmt.Errorf("making the simulator: %w", err)
	}
	s.feeding.Store(nil)
	s.catchUp()
	return s, nil
}

// connectedApp is the application that is registered at Salesforce.
type connectedApp struct {
	clientID     string
	redirectURIs []string
}

func newApp(seed uint64, ports []int) connectedApp {
	if ports == nil {
		ports = DefaultCallbackPorts
	}
	app := connectedApp{clientID: fmt.Sprintf("3MVG9simulator.%016x.dakokubridge", seed)}
	for _, port := range ports {
		app.redirectURIs = append(app.redirectURIs, fmt.Sprintf("http://localhost:%d/oauth/callback", port))
	}
	return app
}

// organization is the company as Salesforce has it.
func (s *Simulator) organization(o Options) salesforceserver.Options {
	options := salesforceserver.Options{
		Now: s.salesforceNow, RealNow: o.RealNow, Seed: o.Seed, OrganizationName: "さくら商事株式会社",
		ClientID: s.app.clientID, RedirectURIs: s.app.redirectURIs, Switches: o.Salesforce, OnWrite: o.OnWrite,
	}
	for _, e := range s.company.Employees {
		options.Employees = append(options.Employees, salesforceserver.Employee{
			ID: e.ID, Code: e.Code, Name: e.Name, Mail: e.Mail, UserID: e.UserID, Entry: e.Entry, End: e.End,
		})
	}
	for _, a := range s.company.SalesforceLogins {
		u := salesforceserver.User{ID: a.UserID, Username: a.Login, Password: a.Password, Role: a.Role, Name: "勤怠連携 管理者", Mail: a.Login}
		if a.Employee >= 0 {
			u.EmployeeID, u.Name = s.company.Employees[a.Employee].ID, s.company.Employees[a.Employee].Name
		}
		options.Users = append(options.Users, u)
	}
	return options
}

func (s *Simulator) salesforceNow() time.Time {
	if at := s.feeding.Load(); at != nil {
		return *at
	}
	return s.clock.Now()
}

// catchUp makes the Web stamps that people have made by now, each at its own instant, so that the batch runs between them in the
// right order. A request that runs meanwhile sees Salesforce's time between its own beginning and now.
func (s *Simulator) catchUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	defer s.feeding.Store(nil)
	for {
		switch {
		case len(s.waiting) > 0 && !s.waiting[0].At.After(now):
			w := s.waiting[0]
			s.waiting = s.waiting[1:]
			s.feeding.Store(&w.At)
			s.click(s.company.Employees[w.Employee].ID, w.Out, w.At)
		case len(s.waiting) == 0 && s.loaded < min(company.DayOf(now), s.company.Last):
			s.loaded++
			s.waiting = s.company.WebStamps(s.loaded)
		default:
			return
		}
	}
}

// click presses a button of TeamSpirit's page for an employee; the caller holds the lock.
func (s *Simulator) click(employee string, out bool, at time.Time) error {
	w := WebStamp{Employee: employee, Day: company.DayOf(at).String(), Kind: "in", At: at.UTC()}
	if out {
		w.Kind = "out"
	}
	err := s.salesforce.AddWebStamp(employee, w.Kind, at)
	if err != nil {
		w.Refused = err.Error()
	}
	s.webStamps = append(s.webStamps, w)
	return err
}

// AddWebStamp presses 出社 (or 退社, where out) on TeamSpirit's page for an employee, now.
func (s *Simulator) AddWebStamp(employee string, out bool) error {
	s.catchUp()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.click(employee, out, s.clock.Now().Truncate(time.Second)); err != nil {
		return fmt.Errorf("adding a Web stamp: %w", err)
	}
	return nil
}

// Clock returns the world's clock.
func (s *Simulator) Clock() *clock.Clock { return s.clock }

// Company returns the company; it is read-only.
func (s *Simulator) Company() *company.Company { return s.company }

// AkerunServer returns the Akerun, for control from Go.
func (s *Simulator) AkerunServer() *akerunserver.Server { return s.akerun }

// SalesforceServer returns the Salesforce org, for control from Go. Web stamps that are due are made first.
func (s *Simulator) SalesforceServer() *salesforceserver.Server {
	s.catchUp()
	return s.salesforce
}

// Akerun returns the handler of the first server: Akerun, and the control endpoints under /_simulator/.
func (s *Simulator) Akerun() http.Handler { return s.withControl(s.akerun) }

// Salesforce returns the handler of the second server: Salesforce, and the control endpoints under /_simulator/.
func (s *Simulator) Salesforce() http.Handler {
	return s.withControl(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.catchUp()
		s.salesforce.ServeHTTP(w, r)
	}))
}
