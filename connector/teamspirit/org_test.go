package teamspirit

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/simulator/browser"
	"dakokubridge/connector/simulator/salesforceserver"
	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "pass word"

// org is the simulated Salesforce over real HTTP, with a clock that stands until it is moved.
type org struct {
	*salesforceserver.Server
	address string
	port    int // the registered callback port

	mu     sync.Mutex
	now    time.Time
	ahead  time.Duration // how far the org's clock for tokens is ahead
	spoils spoiled
	hit    int // answers spoiled
}

// spoiled is what requests get instead of an answer when their address, read plainly, contains a text.
type spoiled struct {
	containing  string
	status      int
	body, ctype string
}

func (o *org) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	s := o.spoils
	plain, _ := url.QueryUnescape(r.URL.RequestURI())
	spoil := s.containing != "" && strings.Contains(plain, s.containing)
	if spoil {
		o.hit++
	}
	o.mu.Unlock()
	if !spoil {
		o.Server.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", s.ctype)
	w.WriteHeader(s.status)
	_, _ = w.Write([]byte(s.body))
}

func (o *org) spoil(s spoiled) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.spoils, o.hit = s, 0
}

func (o *org) hits() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.hit
}

func (o *org) Now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

func (o *org) realNow() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return time.Now().Add(o.ahead)
}

// age makes all tokens older.
func (o *org) age(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ahead += d
}

func (o *org) advance(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

func (o *org) set(t *testing.T, name string, value any) {
	t.Helper()
	b, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.SetSwitch(name, b); err != nil {
		t.Fatal(err)
	}
}

// employeeID makes ids like those of a real org.
func employeeID(i int) string { return fmt.Sprintf("a01%012d", i) }

// newOrg makes an org with n employees, of whom the first is the employee user and the second the editor.
func newOrg(t *testing.T, n int) *org {
	t.Helper()
	o := &org{now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), port: freePort(t)}
	employees := make([]salesforceserver.Employee, n)
	for i := range employees {
		employees[i] = salesforceserver.Employee{ID: employeeID(i), Code: fmt.Sprintf("%04d", i), Name: fmt.Sprintf("社員 %d", i), Entry: "2020-04-01"}
		if i%2 == 0 {
			employees[i].Mail = fmt.Sprintf("e%d@example.com", i)
		}
	}
	users := []salesforceserver.User{{Username: "admin@example.com", Role: salesforceserver.RoleAdmin}, {Username: "objects@example.com", Role: salesforceserver.RoleObjectAdmin},
		{Username: "employee@example.com", Role: salesforceserver.RoleEmployee, EmployeeID: employeeID(0)},
		{Username: "editor@example.com", Role: salesforceserver.RoleEditor, EmployeeID: employeeID(1)},
		{Username: "integration@example.com", Role: salesforceserver.RoleEditor}}
	for i := range users {
		users[i].Password = password
	}
	var err error
	o.Server, err = salesforceserver.New(salesforceserver.Options{Now: o.Now, RealNow: o.realNow, Seed: 1, Users: users, Employees: employees, ClientID: "client",
		RedirectURIs: []string{fmt.Sprintf("http://localhost:%d/oauth/callback", o.port)}})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(o)
	t.Cleanup(s.Close)
	o.address = s.URL
	return o
}

// freePort finds a port that is free on both loopback addresses.
func freePort(t *testing.T) int {
	t.Helper()
	for range 20 {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		six, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
		_ = l.Close()
		if err == nil {
			_ = six.Close()
			return port
		}
	}
	t.Skip("this machine has no IPv6 loopback address to look for a port on")
	return 0
}

// signIn lets a scripted browser walk through the pages as user, and returns clients with that user's tokens.
func (o *org) signIn(t *testing.T, user string) (*Client, *salesforce.Client) {
	t.Helper()
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	sf, err := salesforce.New(salesforce.Config{LoginURL: o.address, ClientID: "client", CallbackPorts: []int{o.port}, Vault: vault.Memory(),
		HTTP: transport.New(transport.Options{Base: base, Timeout: 30 * time.Second}), Wait: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sf.Tokens().Close(context.WithoutCancel(t.Context())) })
	login, err := sf.BeginLogin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(login.Close)
	walked := make(chan error, 1)
	go func() {
		b, err := browser.New(&http.Transport{DisableKeepAlives: true})
		if err == nil {
			_, err = b.SignIn(t.Context(), login.Address(), user, password, true)
		}
		if err != nil {
			login.Close()
		}
		walked <- err
	}()
	grant, err := login.Wait(t.Context())
	if walkErr := <-walked; walkErr != nil || err != nil {
		t.Fatalf("signing in as %s: %v, %v", user, walkErr, err)
	}
	id, _ := salesforce.OrgOf(grant)
	if err := sf.Pin(id); err != nil {
		t.Fatal(err)
	}
	if err := sf.Tokens().Adopt(t.Context(), grant); err != nil {
		t.Fatal(err)
	}
	return New(sf, mustNames(t, nil)), sf
}

func (o *org) admin(t *testing.T) *Client {
	t.Helper()
	c, _ := o.signIn(t, "admin@example.com")
	return c
}
