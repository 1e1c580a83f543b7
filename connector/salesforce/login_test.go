package salesforce

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dakokubridge/connector/token"
)

// freePorts finds ports that are free on both loopback addresses.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	var ports []int
	var held []net.Listener
	for len(ports) < n {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, l)
		port := l.Addr().(*net.TCPAddr).Port
		if six, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port))); err == nil {
			held = append(held, six)
		} else if hasIPv6(t.Context()) {
			continue
		}
		ports = append(ports, port)
	}
	closeAll(held)
	return ports
}

// visitor is a browser that keeps no connection and follows no redirect by itself.
func visitor(t *testing.T) *http.Client {
	t.Helper()
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type outcome struct {
	grant token.Grant
	err   error
}

// begin starts a sign-in and waits for its end in the background.
func begin(t *testing.T, c *Client) (*Login, <-chan outcome) {
	t.Helper()
	l, err := c.BeginLogin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	done := make(chan outcome, 1)
	go func() {
		g, err := l.Wait(t.Context())
		done <- outcome{g, err}
	}()
	return l, done
}

func get(t *testing.T, address string) *http.Response {
	t.Helper()
	resp, err := visitor(t).Get(address)
	if err != nil {
		t.Fatalf("visiting %s: %v", address, err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// signIn plays the browser's way back to the end and returns the closing page.
func signIn(t *testing.T, l *Login, query string) string {
	t.Helper()
	resp := get(t, l.RedirectURI()+"?"+query)
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/done" {
		t.Fatalf("the way back answered %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
	page := get(t, strings.TrimSuffix(l.RedirectURI(), callbackPath)+"/done")
	body, err := io.ReadAll(page.Body)
	if err != nil || page.StatusCode != 200 {
		t.Fatalf("the closing page answered %d: %v", page.StatusCode, err)
	}
	return string(body)
}

func loginClient(t *testing.T, o *org, ports []int) *Client {
	t.Helper()
	c := o.client(t, func(cfg *Config) { cfg.CallbackPorts = ports })
	c.patience.page = 100 * time.Millisecond
	return c
}

func TestSignIn(t *testing.T) {
	o := newOrg(t)
	ports := freePorts(t, 1)
	l, done := begin(t, loginClient(t, o, ports))
	address, err := url.Parse(l.Address())
	if err != nil {
		t.Fatal(err)
	}
	q := address.Query()
	redirect := fmt.Sprintf("http://localhost:%d/oauth/callback", ports[0])
	want := map[string]string{"response_type": "code", "client_id": "client", "redirect_uri": redirect, "scope": "api refresh_token", "prompt": "login",
		"code_challenge_method": "S256"}
	for k, v := range want {
		if q.Get(k) != v {
			t.Errorf("%s is %q, want %q", k, q.Get(k), v)
		}
	}
	if !strings.HasPrefix(l.Address(), o.URL+"/services/oauth2/authorize?") || q.Has("client_secret") {
		t.Errorf("address %s", l.Address())
	}
	if state, err := base64.RawURLEncoding.DecodeString(q.Get("state")); err != nil || len(state) != 32 {
		t.Errorf("state of %d bytes, %v", len(state), err)
	}
	page := signIn(t, l, "code=the-code&state="+q.Get("state"))
	if strings.Contains(page, "the-code") || !strings.Contains(page, "打刻ブリッジ") || !strings.Contains(page, "Close this page") {
		t.Errorf("closing page: %s", page)
	}
	got := <-done
	if got.err != nil || got.grant.AccessToken != "access-1" || got.grant.RefreshToken != "refresh-1" || got.grant.Extra["instance_url"] != o.URL {
		t.Fatalf("got %+v, %v", got.grant, got.err)
	}
	if org, ok := OrgOf(got.grant); !ok || org != orgID {
		t.Errorf("org %q", org)
	}
	form := o.forms[0]
	sum := sha256.Sum256([]byte(form["code_verifier"]))
	if base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") || form["code"] != "the-code" || form["redirect_uri"] != redirect ||
		form["grant_type"] != "authorization_code" || form["client_id"] != "client" {
		t.Errorf("exchange sent %v", form)
	}
	if _, ok := form["client_secret"]; ok {
		t.Error("a secret was sent")
	}
	nobodyListens(t, ports[0])
}

// nobodyListens checks that the port is closed on both addresses.
func nobodyListens(t *testing.T, port int) {
	t.Helper()
	for _, host := range []string{"127.0.0.1", "::1"} {
		if conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, strconv.Itoa(port)), time.Second); err == nil {
			_ = conn.Close()
			t.Errorf("%s:%d is still open", host, port)
		}
	}
}

func TestTheWayBackWorksOverBothLoopbackAddresses(t *testing.T) {
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		if host == "::1" && !hasIPv6(t.Context()) {
			continue
		}
		o := newOrg(t)
		ports := freePorts(t, 1)
		l, done := begin(t, loginClient(t, o, ports))
		resp := get(t, "http://"+net.JoinHostPort(host, strconv.Itoa(ports[0]))+callbackPath+"?code=c&state="+l.state)
		if resp.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %d", host, resp.StatusCode)
		}
		if got := <-done; got.err != nil {
			t.Errorf("%s: %v", host, got.err)
		}
	}
}

func TestAPortThatIsTakenOnEitherAddressIsLeftAlone(t *testing.T) {
	for _, squatter := range []string{"127.0.0.1", "::1"} {
		if squatter == "::1" && !hasIPv6(t.Context()) {
			t.Log("no IPv6 here")
			continue
		}
		ports := freePorts(t, 3)
		var held []net.Listener
		for _, p := range ports {
			l, err := net.Listen("tcp", net.JoinHostPort(squatter, strconv.Itoa(p)))
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, l)
		}
		o := newOrg(t)
		c := loginClient(t, o, ports)
		_, err := c.BeginLogin(t.Context())
		wants(t, err, CausePortsBusy, Ask, false)
		for _, p := range ports {
			if !strings.Contains(fmt.Sprint(err), strconv.Itoa(p)) {
				t.Errorf("%v does not name port %d", err, p)
			}
		}
		closeAll(held[1:])
		l, err := c.BeginLogin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("http://localhost:%d/oauth/callback", ports[1]); l.RedirectURI() != want || !strings.Contains(l.Address(), url.QueryEscape(want)) {
			t.Errorf("got %s, want %s", l.RedirectURI(), want)
		}
		l.Close()
		closeAll(held[:1])
	}
}

func TestStrayHitsChangeNothing(t *testing.T) {
	o := newOrg(t)
	ports := freePorts(t, 1)
	var log strings.Builder
	c := o.client(t, func(cfg *Config) {
		cfg.CallbackPorts = ports
		cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	l, done := begin(t, c)
	base := fmt.Sprintf("http://localhost:%d", ports[0])
	for _, tt := range []struct {
		name, method, path string
		status             int
	}{
		{"wrong state", "GET", callbackPath + "?code=x&state=bad", 400},
		{"no state", "GET", callbackPath + "?code=x", 400},
		{"empty state", "GET", callbackPath + "?code=x&state=", 400},
		{"doubled state", "GET", callbackPath + "?code=x&state=" + l.state + "&state=" + l.state, 400},
		{"a state and a wrong one", "GET", callbackPath + "?code=x&state=" + l.state + "&state=bad", 400},
		{"state without code", "GET", callbackPath + "?state=" + l.state, 400},
		{"empty code", "GET", callbackPath + "?code=&state=" + l.state, 400},
		{"two codes", "GET", callbackPath + "?code=a&code=b&state=" + l.state, 400},
		{"code and error", "GET", callbackPath + "?code=a&error=b&state=" + l.state, 400},
		{"an error with a wrong state", "GET", callbackPath + "?error=access_denied&state=bad", 400},
		{"a broken query", "GET", callbackPath + "?code=%zz&state=" + l.state, 400},
		{"POST", "POST", callbackPath + "?code=x&state=" + l.state, 405},
		{"HEAD", "HEAD", callbackPath + "?code=x&state=" + l.state, 405},
		{"PUT", "PUT", callbackPath, 405},
		{"OPTIONS", "OPTIONS", callbackPath, 405},
		{"favicon", "GET", "/favicon.ico", 204},
		{"root", "GET", "/", 404},
		{"a path below", "GET", callbackPath + "/x?code=x&state=" + l.state, 404},
		{"the closing page too early", "GET", "/done", 404},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, base+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := visitor(t).Do(req)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != tt.status {
			t.Errorf("%s: got %d, want %d", tt.name, resp.StatusCode, tt.status)
		}
	}
	if n := o.count("POST /services/oauth2/token"); n != 0 {
		t.Fatalf("%d codes were exchanged", n)
	}
	signIn(t, l, "code=good&state="+l.state)
	if got := <-done; got.err != nil || o.forms[0]["code"] != "good" {
		t.Errorf("the flow did not survive: %v", got.err)
	}
	if !strings.Contains(log.String(), "stray request") || strings.Contains(log.String(), l.state) {
		t.Errorf("log: %s", log.String())
	}
}

func TestOnlyTheFirstReturnCounts(t *testing.T) {
	o := newOrg(t)
	l, done := begin(t, loginClient(t, o, freePorts(t, 1)))
	if resp := get(t, l.RedirectURI()+"?code=first&state="+l.state); resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("first: %d", resp.StatusCode)
	}
	if resp := get(t, l.RedirectURI()+"?code=second&state="+l.state); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("second: %d", resp.StatusCode)
	}
	if got := <-done; got.err != nil || len(o.forms) != 1 || o.forms[0]["code"] != "first" {
		t.Errorf("%v, exchanged %v", got.err, o.forms)
	}
}

func TestThePreflightOfThePrivateNetworkIsAnswered(t *testing.T) {
	o := newOrg(t)
	l, _ := begin(t, loginClient(t, o, freePorts(t, 1)))
	for origin, allowed := range map[string]string{o.URL: o.URL, "https://evil.example": ""} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodOptions, l.RedirectURI(), nil)
		req.Header.Set("Access-Control-Request-Private-Network", "true")
		req.Header.Set("Origin", origin)
		resp, err := visitor(t).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != 204 || resp.Header.Get("Access-Control-Allow-Private-Network") != "true" || resp.Header.Get("Access-Control-Allow-Origin") != allowed {
			t.Errorf("%s: %d %v", origin, resp.StatusCode, resp.Header)
		}
	}
}

// raw sends bytes as they are and returns the status of the answer.
func raw(t *testing.T, port int, request string) int {
	t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%q: %v", request, err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestForeignHostsAreRefused(t *testing.T) {
	o := newOrg(t)
	ports := freePorts(t, 2)
	l, done := begin(t, loginClient(t, o, ports[:1]))
	target := callbackPath + "?code=x&state=" + l.state
	good := "localhost:" + strconv.Itoa(ports[0])
	for _, request := range []string{
		"GET " + target + " HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET " + target + " HTTP/1.1\r\nHost: evil.example:" + strconv.Itoa(ports[0]) + "\r\n\r\n",
		"GET " + target + " HTTP/1.1\r\nHost: localhost.evil:" + strconv.Itoa(ports[0]) + "\r\n\r\n",
		"GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET " + target + " HTTP/1.1\r\nHost: localhost:" + strconv.Itoa(ports[1]) + "\r\n\r\n",
		"GET " + target + " HTTP/1.1\r\nHost: LOCALHOST." + ":" + strconv.Itoa(ports[0]) + "\r\n\r\n",
		"GET " + target + " HTTP/1.1\r\n\r\n",
		"GET " + target + " HTTP/1.0\r\n\r\n",
		"GET http://evil.example" + target + " HTTP/1.1\r\nHost: " + good + "\r\n\r\n",
		"GET http://" + good + target + " HTTP/1.1\r\nHost: evil.example\r\n\r\n",
		"GET " + target + " HTTP/1.1\r\nHost: " + good + "\r\nHost: evil.example\r\n\r\n",
	} {
		if status := raw(t, ports[0], request); status != 400 && status != 403 {
			t.Errorf("%q: got %d", request, status)
		}
	}
	if status := raw(t, ports[0], "GET "+target+" HTTP/1.1\r\nHost: "+good+"\r\n\r\n"); status != 303 {
		t.Errorf("the right host: got %d", status)
	}
	if got := <-done; got.err != nil {
		t.Error(got.err)
	}
}

func TestHalfOpenConnectionsDoNotStopASignIn(t *testing.T) {
	o := newOrg(t)
	ports := freePorts(t, 1)
	l, done := begin(t, loginClient(t, o, ports))
	for range 100 {
		conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0])))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: loc"); err != nil {
			t.Fatal(err)
		}
	}
	signIn(t, l, "code=c&state="+l.state)
	if got := <-done; got.err != nil {
		t.Error(got.err)
	}
	nobodyListens(t, ports[0])
}

func TestASilentConnectionIsCut(t *testing.T) {
	o := newOrg(t)
	ports := freePorts(t, 1)
	c := loginClient(t, o, ports)
	c.patience.header = 100 * time.Millisecond
	begin(t, c)
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0])))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\n"); err != nil {
		t.Fatal(err)
	}
	// The server answers 408 or just closes; what matters is that it does not wait for ever.
	if _, err := io.ReadAll(conn); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("the connection was held: %v", err)
	}
}

func TestHowASignInFails(t *testing.T) {
	for query, cause := range map[string]string{
		"error=access_denied&error_description=end-user+denied+authorization": CauseRefused,
		"error=access-denied": CauseRefused,
		"error=invalid_client&error_description=app+must+be+installed+into+org":               CauseAppNotInstalled,
		"error=OAUTH_APP_BLOCKED&error_description=this+app+is+blocked+by+your+admin":         CauseAppBlocked,
		"error=OAUTH_EC_APP_NOT_FOUND&error_description=not+found":                            CauseAppNotInstalled,
		"error=OAUTH_APP_ACCESS_DENIED&error_description=user+is+not+admin+approved":          CauseAppBlocked,
		"error=redirect_uri_mismatch&error_description=redirect_uri+must+match+configuration": CauseRedirectMismatch,
		"error=brand_new": CauseBadRequest,
	} {
		o := newOrg(t)
		l, done := begin(t, loginClient(t, o, freePorts(t, 1)))
		signIn(t, l, query+"&state="+l.state)
		got := <-done
		wants(t, got.err, cause, Ask, false)
		if n := o.count("POST /services/oauth2/token"); n != 0 {
			t.Errorf("%s: exchanged %d times", query, n)
		}
	}
}

func TestAnExchangeThatFails(t *testing.T) {
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		cause   string
		advice  string
		sent    bool
	}{
		"code refused": {func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 400, `{"error":"invalid_grant","error_description":"invalid code verifier"}`)
		}, CauseLoginNeeded, Ask, false},
		"server in trouble": {func(w http.ResponseWriter, _ *http.Request) { reply(w, 500, `<html>`) }, CauseServer, Again, true},
		"answer lost":       {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, CauseOffline, Again, true},
		"no refresh token": {func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 200, `{"access_token":"access-1","instance_url":"https://x.my.salesforce.com","id":"https://login.salesforce.com/id/`+orgID+`/`+userID+`"}`)
		}, CauseAppNotInstalled, Ask, false},
		"no organization": {func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 200, `{"access_token":"access-1","refresh_token":"refresh-1","instance_url":"https://x.my.salesforce.com"}`)
		}, CauseBadAnswer, Stop, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrg(t)
			var calls atomic.Int32
			o.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/services/oauth2/token" {
					calls.Add(1)
					tt.handler(w, r)
				}
			})
			l, done := begin(t, loginClient(t, o, freePorts(t, 1)))
			signIn(t, l, "code=c&state="+l.state)
			got := <-done
			wants(t, got.err, tt.cause, tt.advice, tt.sent)
			if n := calls.Load(); n != 1 {
				t.Errorf("the code was sent %d times, want once", n)
			}
		})
	}
}

func TestASignInToAnotherOrgIsRefusedAndTakenBack(t *testing.T) {
	o := newOrg(t)
	o.tokenOrg = otherID
	var revoked string
	o.mux.HandleFunc("POST /services/oauth2/revoke", func(w http.ResponseWriter, r *http.Request) {
		revoked = r.PostFormValue("token")
		reply(w, 200, "")
	})
	c := loginClient(t, o, freePorts(t, 1))
	l, done := begin(t, c)
	signIn(t, l, "code=c&state="+l.state)
	got := <-done
	wants(t, got.err, CauseWrongOrg, Ask, false)
	if got.grant.RefreshToken != "" || revoked != "refresh-1" {
		t.Errorf("grant %v, revoked %q", got.grant, revoked)
	}
}

func TestGivingUp(t *testing.T) {
	o := newOrg(t)
	ports := freePorts(t, 1)
	c := loginClient(t, o, ports)

	l, err := c.BeginLogin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = l.Wait(ctx)
	wants(t, err, CauseCancelled, Ask, false)
	nobodyListens(t, ports[0])

	l, done := begin(t, c)
	l.Close()
	wants(t, (<-done).err, CauseCancelled, Ask, false)
	nobodyListens(t, ports[0])
	l.Close() // may be called again

	c.patience.login = 10 * time.Millisecond
	_, done = begin(t, c)
	wants(t, (<-done).err, CauseTimeout, Ask, false)
	nobodyListens(t, ports[0])
}

func TestABrowserThatNeverFetchesTheClosingPageHoldsNothing(t *testing.T) {
	o := newOrg(t)
	ports := freePorts(t, 1)
	l, done := begin(t, loginClient(t, o, ports))
	get(t, l.RedirectURI()+"?code=c&state="+l.state)
	if got := <-done; got.err != nil {
		t.Error(got.err)
	}
	nobodyListens(t, ports[0])
}

func TestASignInNeedsAClientID(t *testing.T) {
	o := newOrg(t)
	c := o.client(t, func(cfg *Config) { cfg.ClientID = "" })
	_, err := c.BeginLogin(t.Context())
	wants(t, err, CauseBadRequest, Stop, false)
}

func FuzzParseCallback(f *testing.F) {
	const state = "c3RhdGU"
	for _, q := range []string{"code=a&state=" + state, "error=x&error_description=y&state=" + state, "state=" + state + "&state=" + state, "code=a;state=" + state,
		"code=%zz", "state=" + state + "&code=a&code=b", "STATE=" + state + "&code=a"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, query string) {
		back, ok := parseCallback(query, state)
		if !ok {
			return
		}
		q, err := url.ParseQuery(query)
		if err != nil || !slices.Equal(q["state"], []string{state}) || len(q["code"])+len(q["error"]) != 1 {
			t.Errorf("%q was taken", query)
		}
		if (back.code == "") == (back.fault.Code == "") {
			t.Errorf("%q gave %+v", query, back)
		}
	})
}
