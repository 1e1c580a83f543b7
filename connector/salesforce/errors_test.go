package salesforce

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestErrorsOfTheAPI(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		cause  string
		advice string
		sent   bool
	}{
		{"daily limit", 403, `[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, CauseLimit, Again, false},
		{"concurrent limit", 403, `[{"message":"ConcurrentRequests (Concurrent API Requests) Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]`, CauseRateLimited, Again, false},
		{"too many", 429, `{}`, CauseRateLimited, Again, false},
		{"maintenance", 503, `[{"message":"Server is down","errorCode":"SERVER_UNAVAILABLE"}]`, CauseServer, Again, true},
		{"gateway page", 502, `<html>Bad gateway</html>`, CauseServer, Again, true},
		{"gateway time-out", 504, ``, CauseServer, Again, true},
		{"edge", 420, ``, CauseServer, Again, true},
		{"proxy wants a sign-in", 407, `<html>`, CauseProxy, Ask, false},
		{"gateway refuses", 403, `<html>Forbidden</html>`, CauseBadAnswer, Again, false},
		{"gateway wants a sign-in", 401, `<html>`, CauseBadAnswer, Again, false},
		{"gateway knows no such page", 404, ``, CauseBadAnswer, Again, false},
		{"no API", 403, `[{"message":"The REST API is not enabled for this Organization.","errorCode":"API_DISABLED_FOR_ORG"}]`, CauseNoRights, Ask, false},
		{"rights", 403, `[{"message":"insufficient access","errorCode":"INSUFFICIENT_ACCESS"}]`, CauseNoRights, Ask, false},
		{"object", 404, `[{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]`, CauseNotFound, Ask, false},
		{"object in a query", 400, `[{"message":"sObject type 'X__c' is not supported.","errorCode":"INVALID_TYPE"}]`, CauseNotFound, Ask, false},
		{"field in a query", 400, `[{"message":"No such column 'A' on entity 'B'","errorCode":"INVALID_FIELD"}]`, CauseNotFound, Ask, false},
		{"storage", 400, `[{"message":"storage limit exceeded","errorCode":"STORAGE_LIMIT_EXCEEDED"}]`, CauseStorage, Ask, false},
		{"our query", 400, `[{"message":"unexpected token: FORM","errorCode":"MALFORMED_QUERY"}]`, CauseBadRequest, Stop, false},
		{"our JSON", 400, `[{"message":"Unexpected character","errorCode":"JSON_PARSER_ERROR"}]`, CauseBadRequest, Stop, false},
		{"unknown code", 400, `[{"message":"new","errorCode":"BRAND_NEW"}]`, CauseBadRequest, Stop, false},
		{"method", 405, `[{"message":"HTTP Method 'X' not allowed","errorCode":"METHOD_NOT_ALLOWED"}]`, CauseBadRequest, Stop, false},
		{"address too long", 414, `[{"message":"URI too long","errorCode":"URI_TOO_LONG"}]`, CauseBadRequest, Stop, false},
		{"headers too long", 431, `[{"message":"x","errorCode":"HEADERS_TOO_LONG"}]`, CauseBadRequest, Stop, false},
		{"a gateway's 400", 400, `<html>what?</html>`, CauseBadAnswer, Again, false},
		{"lock", 400, `[{"message":"unable to obtain exclusive access","errorCode":"UNABLE_TO_LOCK_ROW"}]`, CauseLocked, Again, false},
		{"several matches", 300, `["/a","/b"]`, CauseBadAnswer, Again, true},
		{"session", 401, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`, CauseLoginNeeded, Ask, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wants(t, apiError("calling", answer{status: tt.status, body: []byte(tt.body)}), tt.cause, tt.advice, tt.sent)
		})
	}
}

func TestErrorsOfTheLoginServer(t *testing.T) {
	tests := []struct {
		name   string
		status int
		body   string
		cause  string
		advice string
		sent   bool
	}{
		{"refresh token dead", 400, `{"error":"invalid_grant","error_description":"expired access/refresh token"}`, CauseLoginNeeded, Ask, false},
		{"user inactive", 400, `{"error":"invalid_grant","error_description":"inactive user"}`, CauseLoginNeeded, Ask, false},
		{"code used", 400, `{"error":"invalid_grant","error_description":"invalid authorization code"}`, CauseLoginNeeded, Ask, false},
		{"network policy", 400, `{"error":"invalid_grant","error_description":"ip restricted by app developer"}`, CauseIPRestricted, Ask, false},
		{"app unknown", 400, `{"error":"invalid_client_id","error_description":"client identifier invalid"}`, CauseAppNotInstalled, Ask, false},
		{"app not installed", 401, `{"error":"invalid_client","error_description":"app must be installed into org"}`, CauseAppNotInstalled, Ask, false},
		{"app blocked", 400, `{"error":"OAUTH_APP_BLOCKED","error_description":"this app is blocked by your admin"}`, CauseAppBlocked, Ask, false},
		{"user not permitted", 403, `{"error":"OAUTH_APP_ACCESS_DENIED","error_description":"user is not admin approved"}`, CauseAppBlocked, Ask, false},
		{"redirect", 400, `{"error":"redirect_uri_mismatch","error_description":"redirect_uri must match configuration"}`, CauseRedirectMismatch, Ask, false},
		{"login rate", 400, `{"error":"invalid_grant","error_description":"login rate exceeded"}`, CauseRateLimited, Again, false},
		{"rate", 400, `{"error":"rate_limit_exceeded"}`, CauseRateLimited, Again, false},
		{"too many", 429, `<html>`, CauseRateLimited, Again, false},
		{"our mistake", 400, `{"error":"unsupported_grant_type"}`, CauseBadRequest, Stop, false},
		{"an unknown 401 does not kill the sign-in", 401, `{"error":"brand_new"}`, CauseNoRights, Ask, false},
		{"a gateway's 401 does not kill the sign-in", 401, `<html>`, CauseBadAnswer, Again, false},
		{"a gateway's 400 does not kill the sign-in", 400, `<html>`, CauseBadAnswer, Again, false},
		{"down", 503, `<html>`, CauseServer, Again, true},
		{"a redirect", 302, ``, CauseBadAnswer, Again, true},
		{"an error with 200", 200, `{"error":"invalid_grant","error_description":"expired"}`, CauseLoginNeeded, Ask, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wants(t, oauthError("refreshing", answer{status: tt.status, body: []byte(tt.body)}), tt.cause, tt.advice, tt.sent)
		})
	}
}

func TestErrorsTellNoSecretsAndNoWholeBodies(t *testing.T) {
	long := strings.Repeat("あ", 5000)
	err := apiError("calling", answer{status: 400, body: []byte(`[{"message":"Bearer 00D000000000001!AQEAQabcdefghijklmnopqrstuvwxyz0123456789 ` + long + `","errorCode":"X"}]`)})
	if text := err.Error(); len(text) > 300 || strings.Contains(text, "abcdefghijklmnop") {
		t.Errorf("%d bytes: %s", len(text), text)
	}
}

func TestRetryAfterIsAbsolute(t *testing.T) {
	now := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)
	o := newOrg(t)
	o.mux.HandleFunc("GET /services/data/v62.0/limits", func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		w.Header().Set("Retry-After", "120")
		reply(w, 503, `[{"message":"down","errorCode":"SERVER_UNAVAILABLE"}]`)
	})
	_, err := o.client(t, func(cfg *Config) { cfg.Now = func() time.Time { return now } }).Limits(t.Context())
	e, ok := errors.AsType[*Error](err)
	if !ok || !e.RetryAfter().Equal(now.Add(2*time.Minute)) {
		t.Errorf("got %v, want to wait until %s", err, now.Add(2*time.Minute))
	}
}

func FuzzErrorDecoder(f *testing.F) {
	f.Add(400, `[{"message":"m","errorCode":"INVALID_FIELD","fields":["a"]}]`)
	f.Add(401, `{"error":"invalid_grant","error_description":"d"}`)
	f.Add(503, `<html>`)
	f.Add(200, `[{"errorCode":1}]`)
	f.Add(403, `[null]`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		for _, e := range []*Error{apiError("calling", answer{status: status, body: []byte(body)}), oauthError("refreshing", answer{status: status, body: []byte(body)})} {
			switch e.Advice() {
			case Again, Ask, Stop:
			default:
				t.Errorf("advice %q", e.Advice())
			}
			if e.Cause() == "" || len(e.Error()) > 2*maxSnippet+100 {
				t.Errorf("cause %q, %d bytes", e.Cause(), len(e.Error()))
			}
		}
	})
}
