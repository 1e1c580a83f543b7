package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	orgID   = "00D000000000001EAA"
	otherID = "00D000000000002EAA"
	userID  = "005000000000001AAA"
)

// org is a Salesforce that answers as each test says, over real HTTP.
type org struct {
	*httptest.Server
	mux *http.ServeMux

	mu       sync.Mutex
	calls    []string // method and path
	forms    []map[string]string
	current  string // access token that is good
	issued   int
	tokenOrg string
	instance string
}

func newOrg(t *testing.T) *org {
	t.Helper()
	o := &org{mux: http.NewServeMux(), tokenOrg: orgID}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		o.calls = append(o.calls, r.Method+" "+r.URL.Path)
		o.mu.Unlock()
		o.mux.ServeHTTP(w, r)
	}))
	t.Cleanup(o.Close)
	o.mux.HandleFunc("POST /services/oauth2/token", o.token)
	o.mux.HandleFunc("GET /services/data", o.guarded(func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, `[{"version":"31.0"},{"version":"62.0"},{"version":"64.0"}]`)
	}))
	return o
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// token answers the token endpoint with a fresh pair.
func (o *org) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	form := map[string]string{}
	for k := range r.PostForm {
		form[k] = r.PostForm.Get(k)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forms = append(o.forms, form)
	o.issued++
	o.current = fmt.Sprintf("access-%d", o.issued)
	instance := o.URL
	if o.instance != "" {
		instance = o.instance
	}
	body, _ := json.Marshal(map[string]string{"access_token": o.current, "refresh_token": fmt.Sprintf("refresh-%d", o.issued), "instance_url": instance,
		"id": "https://login.salesforce.com/id/" + o.tokenOrg + "/" + userID, "token_type": "Bearer", "issued_at": "1795305600000", "scope": "api refresh_token"})
	reply(w, 200, string(body))
}

// guarded lets only the current access token through.
func (o *org) guarded(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		good := r.Header.Get("Authorization") == "Bearer "+o.current
		o.mu.Unlock()
		if !good {
			reply(w, 401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`)
			return
		}
		h(w, r)
	}
}

func (o *org) serve(pattern string, status int, body string) {
	o.mux.HandleFunc(pattern, o.guarded(func(w http.ResponseWriter, _ *http.Request) { reply(w, status, body) }))
}

// expire makes the current access token invalid.
func (o *org) expire() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.current = "none"
}

func (o *org) count(call string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, c := range o.calls {
		if c == call {
			n++
		}
	}
	return n
}

// client signs in to o with a refresh token in the vault.
func (o *org) client(t *testing.T, change func(*Config)) *Client {
	t.Helper()
	v := vault.Memory()
	if err := v.Set(t.Context(), vault.SalesforceRefreshToken, "refresh-0"); err != nil {
		t.Fatal(err)
	}
	cfg := Config{LoginURL: o.URL, ClientID: "client", HTTP: httpClient(t), Vault: v, PinnedOrg: orgID,
		Wait: func(context.Context, time.Duration) error { return nil }}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Tokens().Close(context.WithoutCancel(t.Context())) })
	return c
}

func httpClient(t *testing.T) *http.Client {
	t.Helper()
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	return transport.New(transport.Options{Base: base, Timeout: 5 * time.Second})
}

// wants checks what an error says to the engine.
func wants(t *testing.T, err error, cause, advice string, sent bool) {
	t.Helper()
	e, ok := errors.AsType[interface {
		error
		Cause() string
		Advice() string
		Sent() bool
		RetryAfter() time.Time
	}](err)
	if !ok {
		t.Fatalf("got %v, want an error with a cause", err)
	}
	if e.Cause() != cause || e.Advice() != advice || e.Sent() != sent {
		t.Errorf("got %s/%s/sent=%v (%v), want %s/%s/sent=%v", e.Cause(), e.Advice(), e.Sent(), err, cause, advice, sent)
	}
	for _, secret := range []string{"access-1", "refresh-0", "refresh-1"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells a secret: %v", err)
		}
	}
}
