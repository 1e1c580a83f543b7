package salesforce

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"
)

func TestQueryReadsAllPages(t *testing.T) {
	o := newOrg(t)
	var asked string
	o.mux.HandleFunc("GET /services/data/v62.0/query", o.guarded(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Query().Get("q")
		reply(w, 200, `{"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v62.0/query/01g-2000","records":[{"Id":"1"},{"Id":"2"}]}`)
	}))
	o.serve("GET /services/data/v62.0/query/01g-2000", 200, `{"totalSize":3,"done":true,"records":[{"Id":"3"}]}`)
	const soql = "SELECT Id FROM A WHERE B = 'x+y & z%' AND C >= 2026-11-22T00:00:00Z"
	var ids []string
	err := Read(t.Context(), o.client(t, nil), "reading", soql, func(page []struct{ ID string }) error {
		for _, r := range page {
			ids = append(ids, r.ID)
		}
		return nil
	})
	if err != nil || !slices.Equal(ids, []string{"1", "2", "3"}) {
		t.Errorf("got %v, %v", ids, err)
	}
	if asked != soql {
		t.Errorf("the server read %q", asked)
	}
}

func TestQueryStopsWhenTheReaderFails(t *testing.T) {
	o := newOrg(t)
	o.serve("GET /services/data/v62.0/query", 200, `{"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v62.0/query/next","records":[{"Id":"1"}]}`)
	full := errors.New("full")
	err := o.client(t, nil).Query(t.Context(), "reading", "SELECT Id FROM A", func([]json.RawMessage) error { return full })
	if !errors.Is(err, full) || o.count("GET /services/data/v62.0/query/next") != 0 {
		t.Errorf("got %v", err)
	}
}

func TestCount(t *testing.T) {
	o := newOrg(t)
	o.serve("GET /services/data/v62.0/query", 200, `{"totalSize":2500,"done":true,"records":[]}`)
	if n, err := o.client(t, nil).Count(t.Context(), "counting", "SELECT COUNT() FROM A"); n != 2500 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
}

func TestInsertSendsTheRecordsAsTheyAre(t *testing.T) {
	o := newOrg(t)
	var body string
	o.mux.HandleFunc("POST /services/data/v62.0/composite/sobjects", o.guarded(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
		reply(w, 200, `[{"id":"a0E000000000001","success":true,"errors":[]},
			{"success":false,"errors":[{"statusCode":"DUPLICATE_VALUE","message":"duplicate value found","fields":["Key__c"]}]}]`)
	}))
	results, err := o.client(t, nil).Insert(t.Context(), "sending", [][]byte{[]byte(`{"attributes":{"type":"A"},"B":"1"}`), []byte(`{"attributes":{"type":"A"},"B":"2"}`)})
	if err != nil || len(results) != 2 || !results[0].Success || results[1].Success || results[1].Errors[0].StatusCode != "DUPLICATE_VALUE" {
		t.Fatalf("got %+v, %v", results, err)
	}
	if want := `{"allOrNone":false,"records":[{"attributes":{"type":"A"},"B":"1"},{"attributes":{"type":"A"},"B":"2"}]}`; body != want {
		t.Errorf("sent %s", body)
	}
}

func TestAWriteWhoseResultsCanNotBeToldApartIsUnknown(t *testing.T) {
	for _, body := range []string{`[]`, `{}`, `[{"id":"a","success":true,"errors":[]},{"id":"b","success":true,"errors":[]}]`, `<html>`, `[{"success":false,"errors":[]}]`,
		`[{"success":true,"errors":[]}]`, `[{"id":"a","success":true,"errors":[{"statusCode":"X"}]}]`} {
		o := newOrg(t)
		o.serve("POST /services/data/v62.0/composite/sobjects", 200, body)
		_, err := o.client(t, nil).Insert(t.Context(), "sending", [][]byte{[]byte(`{}`)})
		if e, ok := err.(*Error); !ok || e.Cause() != CauseBadAnswer || !e.Sent() {
			t.Errorf("%s: got %v", body, err)
		}
	}
}

func TestUpsertGoesToTheKeyField(t *testing.T) {
	o := newOrg(t)
	o.serve("PATCH /services/data/v62.0/composite/sobjects/A__c/Key__c", 200, `[{"id":"a0E000000000001AAA","success":true,"created":true,"errors":[]}]`)
	c := o.client(t, nil)
	results, err := c.Upsert(t.Context(), "sending", "A__c", "Key__c", [][]byte{[]byte(`{}`)})
	if err != nil || !results[0].Created {
		t.Errorf("got %+v, %v", results, err)
	}
	_, err = c.Upsert(t.Context(), "sending", "A__c/../x", "Key__c", [][]byte{[]byte(`{}`)})
	wants(t, err, CauseBadRequest, Stop, false)
}

func TestMoreThanACallTakesIsNotSent(t *testing.T) {
	o := newOrg(t)
	c := o.client(t, nil)
	_, err := c.Insert(t.Context(), "sending", make([][]byte, MaxWrite+1))
	wants(t, err, CauseBadRequest, Stop, false)
	_, err = c.Retrieve(t.Context(), "reading", "A", make([]string, MaxRetrieve+1), []string{"Id"})
	wants(t, err, CauseBadRequest, Stop, false)
	if len(o.calls) != 0 {
		t.Errorf("calls were made: %v", o.calls)
	}
}

func TestRetrieveKeepsTheOrderAndTellsWhatIsGone(t *testing.T) {
	o := newOrg(t)
	o.serve("POST /services/data/v62.0/composite/sobjects/A__c", 200, `[{"Id":"1"},null,{"Id":"3"}]`)
	records, err := o.client(t, nil).Retrieve(t.Context(), "reading", "A__c", []string{"1", "2", "3"}, []string{"Id"})
	if err != nil || len(records) != 3 || records[0] == nil || records[1] != nil || records[2] == nil {
		t.Errorf("got %s, %v", records, err)
	}
}

func TestDescribe(t *testing.T) {
	o := newOrg(t)
	o.serve("GET /services/data/v62.0/sobjects/A__c/describe", 200, `{"name":"A__c","label":"あ","createable":true,"queryable":true,
		"fields":[{"name":"Key__c","label":"キー","type":"string","length":255,"createable":true,"unique":true,"externalId":false}]}`)
	o.serve("GET /services/data/v62.0/sobjects/B__c/describe", 404, `[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]`)
	o.serve("GET /services/data/v62.0/sobjects/C__c/describe", 200, `{}`)
	c := o.client(t, nil)
	a, err := c.Describe(t.Context(), "A__c")
	if f, ok := a.Field("Key__c"); err != nil || a.Label != "あ" || !a.Createable || a.Updateable || !ok || !f.Unique || f.ExternalID || f.Label != "キー" {
		t.Errorf("got %+v, %v", a, err)
	}
	_, err = c.Describe(t.Context(), "B__c")
	wants(t, err, CauseNotFound, Ask, false)
	_, err = c.Describe(t.Context(), "C__c")
	wants(t, err, CauseBadAnswer, Stop, false)
	_, err = c.Describe(t.Context(), "../x")
	wants(t, err, CauseBadRequest, Stop, false)
}

func TestRevokeForgetsTheSignInEvenWhenTheServerRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		fails  bool
	}{
		"revoked":           {200, ``, false},
		"revoked already":   {400, `{"error":"invalid_token","error_description":"invalid token: refresh-0"}`, false},
		"server in trouble": {503, ``, true},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrg(t)
			var sent string
			o.mux.HandleFunc("POST /services/oauth2/revoke", func(w http.ResponseWriter, r *http.Request) {
				sent = r.PostFormValue("token")
				reply(w, tt.status, tt.body)
			})
			c := o.client(t, nil)
			if err := c.Revoke(t.Context()); (err != nil) != tt.fails {
				t.Errorf("got %v", err)
			}
			if sent != "refresh-0" {
				t.Errorf("revoked %q", sent)
			}
			if in, err := c.Tokens().SignedIn(t.Context()); in || err != nil {
				t.Errorf("still signed in: %v", err)
			}
		})
	}
}

func TestNewRefusesBadSettings(t *testing.T) {
	for _, cfg := range []Config{{LoginURL: "http://login.salesforce.com"}, {LoginURL: "login.salesforce.com"}, {LoginURL: "https://login.salesforce.com/path"},
		{LoginURL: "https://login.salesforce.com", PinnedOrg: "nonsense"}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v was taken", cfg.LoginURL)
		}
	}
	if _, err := New(Config{LoginURL: "https://example--uat.sandbox.my.salesforce.com/"}); err != nil {
		t.Error(err)
	}
}
