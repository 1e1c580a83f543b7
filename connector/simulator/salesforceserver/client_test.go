package salesforceserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	testClient   = "3MVG9test"
	testCallback = "http://localhost:17171/oauth/callback"
	testVerifier = "0123456789012345678901234567890123456789012"
)

// hands is a clock that tests move.
type hands struct {
	mu sync.Mutex
	at time.Time
}

func (h *hands) Now() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.at }

func (h *hands) set(t time.Time) { h.mu.Lock(); defer h.mu.Unlock(); h.at = t }

func (h *hands) advance(d time.Duration) { h.set(h.Now().Add(d)) }

// jst reads a moment in Japan.
func jst(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, japan)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func employeeID(n int) string { return id18(fmt.Sprintf("a0190%010d", n)) }

// org is a server on a real socket with four people and a user of each role.
type org struct {
	t     *testing.T
	s     *Server
	url   string
	clock *hands
	real  *hands
}

func newOrg(t *testing.T, change ...func(*Options)) *org {
	t.Helper()
	g := &org{t: t, clock: &hands{at: jst("2026-11-20 09:00:00")}, real: &hands{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}}
	o := Options{Now: g.clock.Now, RealNow: g.real.Now, Seed: 7, ClientID: testClient, RedirectURIs: []string{testCallback, "http://localhost:27171/oauth/callback"},
		Users: []User{{Username: "admin@example.jp", Password: "p1", Role: RoleAdmin, Name: "管理 太郎"}, {Username: "emp@example.jp", Password: "p2", Role: RoleEmployee, EmployeeID: employeeID(1)},
			{Username: "editor@example.jp", Password: "p3", Role: RoleEditor, EmployeeID: employeeID(2)}, {Username: "object@example.jp", Password: "p4", Role: RoleObjectAdmin}},
		Employees: []Employee{{ID: employeeID(1), Code: "0001", Name: "一", Entry: "2020-04-01"}, {ID: employeeID(2), Code: "0002", Name: "二"},
			{ID: employeeID(3), Code: "0003", Name: "三", Mail: "san@example.jp", Entry: "2020-04-01", End: "2026-11-30"}, {ID: employeeID(4), Code: "0004", Name: "四"}}}
	for _, f := range change {
		f(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	g.s, g.url = s, web.URL
	return g
}

func (g *org) set(name, value string) {
	g.t.Helper()
	if err := g.s.SetSwitch(name, json.RawMessage(value)); err != nil {
		g.t.Fatal(err)
	}
}

// browse follows the pages as a person would and gives the address that the browser is sent to in the end, or the page it is left with.
func (g *org) browse(v url.Values, user, password, button string) (*url.URL, string) {
	g.t.Helper()
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Port() == "17171" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	res, err := c.Get(g.url + "/services/oauth2/authorize?" + v.Encode())
	hidden := regexp.MustCompile(`name="request" value="([^"]+)"`)
	for _, step := range []url.Values{{"username": {user}, "password": {password}}, {"decision": {button}}} {
		if err != nil {
			g.t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if to := res.Header.Get("Location"); to != "" {
			u, _ := url.Parse(to)
			return u, ""
		}
		m := hidden.FindSubmatch(body)
		path := "/login"
		if step.Has("decision") {
			path = "/consent"
		}
		if m == nil || !bytes.Contains(body, []byte(`action="`+path+`"`)) {
			return nil, string(body)
		}
		step.Set("request", string(m[1]))
		res, err = c.PostForm(g.url+path, step)
	}
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	u, _ := url.Parse(res.Header.Get("Location"))
	return u, ""
}

func ask(change ...string) url.Values {
	v := url.Values{"response_type": {"code"}, "client_id": {testClient}, "redirect_uri": {testCallback}, "scope": {"api refresh_token"}, "state": {"s t&1"}, "prompt": {"login"},
		"code_challenge": {challenge(testVerifier)}, "code_challenge_method": {"S256"}}
	for i := 0; i+1 < len(change); i += 2 {
		v.Set(change[i], change[i+1])
	}
	return v
}

type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	InstanceURL  string `json:"instance_url"`
	ID           string `json:"id"`
	Error        string `json:"error"`
	Description  string `json:"error_description"`
	status       int
}

func (g *org) token(v url.Values) tokenAnswer {
	g.t.Helper()
	res, err := http.PostForm(g.url+"/services/oauth2/token", v)
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	out := tokenAnswer{status: res.StatusCode}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		g.t.Fatal(err)
	}
	return out
}

func exchange(code string, change ...string) url.Values {
	v := url.Values{"grant_type": {"authorization_code"}, "client_id": {testClient}, "redirect_uri": {testCallback}, "code": {code}, "code_verifier": {testVerifier}}
	for i := 0; i+1 < len(change); i += 2 {
		v.Set(change[i], change[i+1])
	}
	return v
}

func (g *org) refresh(token string) tokenAnswer {
	return g.token(url.Values{"grant_type": {"refresh_token"}, "client_id": {testClient}, "refresh_token": {token}})
}

var passwords = map[string]string{"admin@example.jp": "p1", "emp@example.jp": "p2", "editor@example.jp": "p3", "object@example.jp": "p4"}

// signIn goes the whole way and gives the tokens.
func (g *org) signIn(user string) tokenAnswer {
	g.t.Helper()
	to, page := g.browse(ask(), user, passwords[user], "allow")
	if to == nil || to.Query().Get("code") == "" {
		g.t.Fatalf("sign-in of %s ended at %v %s", user, to, page)
	}
	out := g.token(exchange(to.Query().Get("code")))
	if out.AccessToken == "" {
		g.t.Fatalf("exchange: %+v", out)
	}
	return out
}

// client calls the API with one access token.
type client struct {
	g     *org
	token string
}

func (g *org) client(user string) *client { return &client{g, g.signIn(user).AccessToken} }

type reply struct {
	status int
	header http.Header
	body   []byte
}

func (c *client) try(method, path string, body any) (reply, error) {
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		j, err := json.Marshal(b)
		if err != nil {
			return reply{}, err
		}
		r = bytes.NewReader(j)
	}
	if !strings.HasPrefix(path, "/services") {
		path = "/services/data/v60.0/" + path
	}
	q, err := http.NewRequest(method, c.g.url+path, r)
	if err != nil {
		return reply{}, err
	}
	q.Header.Set("Authorization", "Bearer "+c.token)
	q.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, b}, err
}

func (c *client) do(method, path string, body any) reply {
	c.g.t.Helper()
	r, err := c.try(method, path, body)
	if err != nil {
		c.g.t.Fatal(err)
	}
	return r
}

// code is the errorCode or statusCode of the first error in an answer; empty when there is none.
func (r reply) code() string {
	m := regexp.MustCompile(`"(?:errorCode|statusCode)":"([^"]+)"`).FindSubmatch(r.body)
	if m == nil {
		return ""
	}
	return string(m[1])
}

type page struct {
	TotalSize int              `json:"totalSize"`
	Done      bool             `json:"done"`
	Next      string           `json:"nextRecordsUrl"`
	Records   []map[string]any `json:"records"`
}

func (c *client) query(q string) page {
	c.g.t.Helper()
	return c.page("query?q=" + url.QueryEscape(q))
}

func (c *client) page(path string) page {
	c.g.t.Helper()
	r := c.do("GET", path, nil)
	var p page
	if err := json.Unmarshal(r.body, &p); err != nil || r.status != 200 {
		c.g.t.Fatalf("%s: %d %s", path, r.status, r.body)
	}
	return p
}

func (c *client) queryError(q string) string {
	c.g.t.Helper()
	return c.do("GET", "query?q="+url.QueryEscape(q), nil).code()
}

type result struct {
	ID      string     `json:"id"`
	Success bool       `json:"success"`
	Created *bool      `json:"created"`
	Errors  []rowError `json:"errors"`
}

func (r result) code() string {
	if len(r.Errors) == 0 {
		return ""
	}
	return r.Errors[0].StatusCode
}

func (c *client) many(method, path string, allOrNone bool, records ...map[string]any) []result {
	c.g.t.Helper()
	r := c.do(method, path, map[string]any{"allOrNone": allOrNone, "records": records})
	var out []result
	if err := json.Unmarshal(r.body, &out); err != nil || r.status != 200 {
		c.g.t.Fatalf("%s %s: %d %s", method, path, r.status, r.body)
	}
	return out
}

// stamp is a body: kind 1 or 2, at as in jst, and pairs of further fields (without the prefix).
func stamp(employee, kind, at string, more ...string) map[string]any {
	m := map[string]any{"attributes": map[string]string{"type": stampObject}, fEmpID: employee, fStampType: kind, fStampedDate: jst(at).Format(time.RFC3339)}
	for i := 0; i+1 < len(more); i += 2 {
		name := "teamspirit__" + more[i] + "__c"
		if more[i+1] == "" {
			delete(m, name)
		} else {
			m[name] = more[i+1]
		}
	}
	return m
}
