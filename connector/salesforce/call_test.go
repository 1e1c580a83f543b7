package salesforce

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"dakokubridge/connector/transport"
)

func TestAnExpiredSessionIsRenewedOnceAndTheCallRepeatedOnce(t *testing.T) {
	o := newOrg(t)
	o.serve("GET /services/data/v62.0/limits", 200, `{"DailyApiRequests":{"Max":5000,"Remaining":4990}}`)
	c := o.client(t, nil)
	if _, err := c.Limits(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.expire()
	limits, err := c.Limits(t.Context())
	if err != nil || limits["DailyApiRequests"].Remaining != 4990 {
		t.Fatalf("after expiry: %v, %v", limits, err)
	}
	if n := o.count("GET /services/data/v62.0/limits"); n != 3 {
		t.Errorf("limits asked %d times, want 3: once, refused, repeated", n)
	}
	if n := o.count("POST /services/oauth2/token"); n != 2 {
		t.Errorf("refreshed %d times, want 2: at the start and after the 401", n)
	}
	for i, form := range o.forms {
		if _, ok := form["client_secret"]; ok || form["client_id"] != "client" || form["grant_type"] != "refresh_token" {
			t.Errorf("refresh %d sent %v", i, form)
		}
	}
}

func TestManyCallersShareOneRenewal(t *testing.T) {
	o := newOrg(t)
	o.serve("GET /services/data/v62.0/limits", 200, `{"DailyApiRequests":{"Max":1,"Remaining":1}}`)
	c := o.client(t, nil)
	if _, err := c.Version(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.expire()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := c.Limits(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := o.count("POST /services/oauth2/token"); n != 2 {
		t.Errorf("refreshed %d times, want 2", n)
	}
}

func TestASessionRefusedAfterRenewalAsksForSignIn(t *testing.T) {
	o := newOrg(t)
	o.mux.HandleFunc("GET /services/data/v62.0/limits", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`)
	})
	c := o.client(t, nil)
	_, err := c.Limits(t.Context())
	wants(t, err, CauseLoginNeeded, Ask, false)
	if n := o.count("GET /services/data/v62.0/limits"); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
}

// A client that renews on these 401s does so for ever: every new token is refused alike.
func TestA401ThatNoTokenCuresIsNotRenewed(t *testing.T) {
	for _, message := range []string{"This session is not valid for use with the REST API", "Connected app is not attached to Agent"} {
		o := newOrg(t)
		o.mux.HandleFunc("GET /services/data/v62.0/limits", func(w http.ResponseWriter, _ *http.Request) {
			reply(w, 401, `[{"message":"`+message+`","errorCode":"INVALID_SESSION_ID"}]`)
		})
		c := o.client(t, nil)
		_, err := c.Limits(t.Context())
		wants(t, err, CauseNoRights, Ask, false)
		if n := o.count("POST /services/oauth2/token"); n != 1 {
			t.Errorf("%s: refreshed %d times, want once for the first token", message, n)
		}
	}
}

func TestUserInfoWithADeadTokenIsRenewedThoughItAnswers403(t *testing.T) {
	o := newOrg(t)
	first := true
	o.mux.HandleFunc("GET /services/oauth2/userinfo", func(w http.ResponseWriter, _ *http.Request) {
		if first {
			first = false
			http.Error(w, "Bad_OAuth_Token", http.StatusForbidden)
			return
		}
		reply(w, 200, `{"user_id":"`+userID+`","organization_id":"`+orgID[:15]+`","name":"管理 太郎","preferred_username":"admin@example.com"}`)
	})
	u, err := o.client(t, nil).UserInfo(t.Context())
	if err != nil || u.ID != userID || u.OrgID != orgID || u.Username != "admin@example.com" {
		t.Errorf("got %+v, %v", u, err)
	}
}

func TestAnotherOrgGetsNoCall(t *testing.T) {
	o := newOrg(t)
	o.tokenOrg = otherID
	c := o.client(t, nil)
	_, err := c.Insert(t.Context(), "sending", [][]byte{[]byte(`{}`)})
	wants(t, err, CauseWrongOrg, Ask, false)
	if len(o.calls) != 1 || o.calls[0] != "POST /services/oauth2/token" {
		t.Errorf("calls were %v, want nothing but the refresh", o.calls)
	}
	if err := c.Pin(otherID[:15]); err != nil || c.Pinned() != otherID {
		t.Fatalf("pinning: %v, %s", err, c.Pinned())
	}
	if _, err := c.Version(t.Context()); err != nil {
		t.Errorf("after pinning the other org: %v", err)
	}
}

func TestUserInfoOfAnotherOrgIsRefused(t *testing.T) {
	o := newOrg(t)
	o.serve("GET /services/oauth2/userinfo", 200, `{"user_id":"`+userID+`","organization_id":"`+otherID+`"}`)
	_, err := o.client(t, nil).UserInfo(t.Context())
	wants(t, err, CauseWrongOrg, Ask, false)
}

func TestAnInstanceThatMovedIsFollowedInsideTheOrg(t *testing.T) {
	o := newOrg(t)
	o.serve("GET /services/data/v62.0/limits", 200, `{"DailyApiRequests":{"Max":1,"Remaining":1}}`)
	whole := o.Config.Handler
	hits := 0
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits++
		whole.ServeHTTP(w, r)
	}))
	t.Cleanup(moved.Close)
	c := o.client(t, nil)
	if _, err := c.Limits(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.instance = moved.URL
	o.expire()
	if _, err := c.Limits(t.Context()); err != nil || hits != 1 {
		t.Errorf("the new address got %d calls, want 1: %v", hits, err)
	}
}

func TestAnInsecureInstanceIsNotFollowed(t *testing.T) {
	for _, address := range []string{"http://na1.salesforce.com", "ftp://localhost", "https://user@na1.salesforce.com", "https://na1.salesforce.com/path", "//evil"} {
		o := newOrg(t)
		o.instance = address
		_, err := o.client(t, nil).Version(t.Context())
		wants(t, err, CauseBadAnswer, Stop, false)
	}
}

func TestARedirectIsNotFollowedWithAToken(t *testing.T) {
	stranger := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the stranger got %s with %q", r.URL, r.Header.Get("Authorization"))
	}))
	t.Cleanup(stranger.Close)
	o := newOrg(t)
	o.mux.HandleFunc("GET /services/data/v62.0/limits", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, stranger.URL, http.StatusFound)
	})
	_, err := o.client(t, nil).Limits(t.Context())
	wants(t, err, CauseBadAnswer, Again, true)
}

func TestAnswersThatAreNotWhatWasPromised(t *testing.T) {
	tests := []struct {
		name, body string
		advice     string
	}{
		{"a maintenance page", "<html><body>We are down</body></html>", Again},
		{"nothing", "", Again},
		{"a truncated answer", `{"totalSize":1,"done":tr`, Again},
		{"an empty object where records were due", `{}`, Stop},
		{"a list where an object was due", `[]`, Stop},
		{"null records", `{"totalSize":0,"done":true,"records":null}`, Stop},
		{"no done", `{"totalSize":0,"records":[]}`, Stop},
		{"fewer records than announced", `{"totalSize":2,"done":true,"records":[{"Id":"1"}]}`, Again},
		{"next page on another host", `{"totalSize":2,"done":false,"nextRecordsUrl":"https://evil.example/services/data/x","records":[{}]}`, Stop},
		{"next page without scheme on another host", `{"totalSize":2,"done":false,"nextRecordsUrl":"//evil.example/services/data/x","records":[{}]}`, Stop},
		{"next page out of the API", `{"totalSize":2,"done":false,"nextRecordsUrl":"/services/oauth2/revoke","records":[{}]}`, Stop},
		{"no next page", `{"totalSize":2,"done":false,"records":[{}]}`, Stop},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOrg(t)
			o.serve("GET /services/data/v62.0/query", 200, tt.body)
			err := o.client(t, nil).Query(t.Context(), "reading", "SELECT Id FROM A", func([]json.RawMessage) error { return nil })
			if e, ok := err.(*Error); !ok || e.Cause() != CauseBadAnswer || e.Advice() != tt.advice {
				t.Errorf("got %v, want bad_answer/%s", err, tt.advice)
			}
		})
	}
}

func TestAHugeAnswerIsCutOff(t *testing.T) {
	o := newOrg(t)
	o.mux.HandleFunc("GET /services/data/v62.0/limits", func(w http.ResponseWriter, _ *http.Request) {
		piece := make([]byte, 1<<20)
		for range 32 {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	})
	_, err := o.client(t, nil).Limits(t.Context())
	wants(t, err, CauseBadAnswer, Again, true)
}

func TestNoServerIsOfflineAndNothingSent(t *testing.T) {
	o := newOrg(t)
	c := o.client(t, func(cfg *Config) {
		// A kept connection that breaks can't prove that nothing was sent; a refused dial can.
		cfg.HTTP = transport.New(transport.Options{Base: &http.Transport{DisableKeepAlives: true}})
	})
	if _, err := c.Version(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Close()
	_, err := c.Insert(t.Context(), "sending", [][]byte{[]byte(`{}`)})
	wants(t, err, CauseOffline, Again, false)
}

// The refresh is lost, the write was never made: the engine must not look for an outcome.
func TestALostRefreshDoesNotMakeAWriteUnknown(t *testing.T) {
	o := newOrg(t)
	c := o.client(t, nil)
	if _, err := c.Version(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.expire()
	o.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/services/oauth2/token" {
			panic(http.ErrAbortHandler)
		}
		reply(w, 401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`)
	})
	_, err := c.Insert(t.Context(), "sending", [][]byte{[]byte(`{}`)})
	wants(t, err, CauseLoginNeeded, Ask, false)
}

func TestADroppedWriteIsUnknown(t *testing.T) {
	o := newOrg(t)
	c := o.client(t, nil)
	o.mux.HandleFunc("POST /services/data/v62.0/composite/sobjects", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := c.Insert(t.Context(), "sending", [][]byte{[]byte(`{}`)})
	e, ok := err.(*Error)
	if !ok || !e.Sent() || e.Advice() != Again {
		t.Errorf("got %v, want an unknown outcome to look up", err)
	}
	if n := o.count("POST /services/data/v62.0/composite/sobjects"); n != 1 {
		t.Errorf("the write went out %d times", n)
	}
}

func TestUsageIsTakenFromTheHeaderAndFromTheLimits(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	o := newOrg(t)
	o.mux.HandleFunc("GET /services/data/v62.0/query", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Sforce-Limit-Info", "api-usage=10018/100000; per-app-api-usage=17/250(appName=sample)")
		reply(w, 200, `{"totalSize":1,"done":true,"records":[]}`)
	})
	o.serve("GET /services/data/v62.0/limits", 200, `{"DailyApiRequests":{"Max":5000,"Remaining":4990}}`)
	c := o.client(t, func(cfg *Config) { cfg.Now = func() time.Time { return now } })
	if _, _, at := c.Usage(); !at.IsZero() {
		t.Errorf("usage before any answer is of %s", at)
	}
	if _, err := c.Count(t.Context(), "counting", "SELECT COUNT() FROM A"); err != nil {
		t.Fatal(err)
	}
	if used, max, at := c.Usage(); used != 10018 || max != 100000 || !at.Equal(now) {
		t.Errorf("got %d/%d at %s", used, max, at)
	}
	now = now.Add(time.Hour)
	if _, err := c.Limits(t.Context()); err != nil {
		t.Fatal(err)
	}
	if used, max, at := c.Usage(); used != 10 || max != 5000 || !at.Equal(now) {
		t.Errorf("after reading the limits: got %d/%d at %s", used, max, at)
	}
}

func TestParseUsage(t *testing.T) {
	tests := []struct {
		header    string
		used, max int
		ok        bool
	}{
		{"api-usage=18/5000", 18, 5000, true},
		{"per-app-api-usage=17/250(appName=x);api-usage=18/5000", 18, 5000, true},
		{"per-app-api-usage=17/250(appName=x)", 0, 0, false},
		{"api-usage=-1/5000", 0, 0, false},
		{"api-usage=1/0", 0, 0, false},
		{"", 0, 0, false},
		{"api-usage=/", 0, 0, false},
	}
	for _, tt := range tests {
		if used, max, ok := parseUsage(tt.header); ok != tt.ok || ok && (used != tt.used || max != tt.max) {
			t.Errorf("%q: got %d/%d %v", tt.header, used, max, ok)
		}
	}
}

func TestPickVersion(t *testing.T) {
	tests := []struct {
		served       []string
		newest, want string
	}{
		{[]string{"31.0", "62.0", "64.0"}, "62.0", "62.0"},
		{[]string{"31.0", "58.0"}, "62.0", "58.0"},
		{[]string{"9.0", "10.0"}, "62.0", "10.0"}, // by number, not by letters
		{[]string{"64.0", "65.0"}, "62.0", "64.0"},
		{[]string{"x", "-1"}, "62.0", ""},
		{nil, "62.0", ""},
	}
	for _, tt := range tests {
		if got, _ := pickVersion(tt.served, tt.newest); got != tt.want {
			t.Errorf("%v up to %s: got %q, want %q", tt.served, tt.newest, got, tt.want)
		}
	}
}

func TestTheVersionIsAskedOnce(t *testing.T) {
	o := newOrg(t)
	o.serve("GET /services/data/v62.0/sobjects", 200, `{"sobjects":[{"name":"A"},{"name":"B__c"}]}`)
	c := o.client(t, nil)
	for range 3 {
		if names, err := c.Objects(t.Context()); err != nil || len(names) != 2 {
			t.Fatalf("%v, %v", names, err)
		}
	}
	if n := o.count("GET /services/data"); n != 1 {
		t.Errorf("versions asked %d times", n)
	}
}

func TestALongAddressIsNotSent(t *testing.T) {
	o := newOrg(t)
	c := o.client(t, nil)
	long := make([]byte, 17_000)
	for i := range long {
		long[i] = 'x'
	}
	_, err := c.Count(t.Context(), "counting", string(long))
	wants(t, err, CauseBadRequest, Stop, false)
}
