package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/token"
	"dakokubridge/connector/vault"
)

// anyServer answers every call with the same bytes, without a network.
type anyServer struct {
	status int
	body   string
	header http.Header
}

func (s *anyServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: s.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: s.header, Request: r,
		Body: io.NopCloser(strings.NewReader(s.body)), ContentLength: int64(len(s.body)),
	}, nil
}

// FuzzAnyAnswer gives every call the same answer: none may panic, succeed with what is not sound, or fail with an error that says nothing.
func FuzzAnyAnswer(f *testing.F) {
	for _, body := range []string{
		`{"totalSize":1,"done":true,"records":[{"Id":"a0E000000000001"}]}`, `{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v62.0/query/x","records":[]}`,
		`[{"id":"a0E000000000001AAA","success":true,"errors":[]}]`, `[{"success":false,"errors":[{"statusCode":"DUPLICATE_VALUE","message":"m","fields":["F"]}]}]`, `[null]`,
		`{"name":"X__c","fields":[{"name":"Key__c","unique":true,"externalId":true}]}`, `{"sobjects":[{"name":"X__c"}]}`, `{"DailyApiRequests":{"Max":1,"Remaining":0}}`,
		`{"id":"750000000000001AAA","state":"JobComplete"}`, "\"sf__Id\",\"sf__Error\",Key__c\n,\"INVALID:x:F --\",k\n", "a,b\n1\n", `{"access_token":"a","instance_url":"https://x.my.salesforce.com","id":"https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA"}`,
		`[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"m"}]`, `<html>`, `{}`, ``,
	} {
		f.Add(200, body, "api-usage=1/2")
		f.Add(400, body, "")
	}
	f.Fuzz(func(t *testing.T, status int, body, usage string) {
		if status < 200 || status > 599 || len(body) > 1<<16 {
			t.Skip()
		}
		server := &anyServer{status: status, body: body, header: http.Header{"Sforce-Limit-Info": {usage}, "Retry-After": {usage}}}
		c, err := New(Config{LoginURL: "http://127.0.0.1:1", ClientID: "c", PinnedOrg: orgID, HTTP: &http.Client{Transport: server}, Vault: vault.Memory(),
			Wait: func(context.Context, time.Duration) error { return nil }})
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		err = c.Tokens().Adopt(ctx, token.Grant{AccessToken: "a", RefreshToken: "r", Extra: map[string]string{
			extraIdentity: "https://login.salesforce.com/id/" + orgID + "/" + userID, extraInstance: "http://127.0.0.1:1",
		}})
		if err != nil {
			t.Fatal(err)
		}
		c.api.chosen = "62.0"
		const id = "750000000000001AAA"
		if records, err := c.Retrieve(ctx, "x", "X__c", []string{id}, []string{"Id"}); err == nil && len(records) != 1 {
			t.Errorf("%d records for one id", len(records))
		}
		if results, err := c.Insert(ctx, "x", [][]byte{[]byte(`{}`)}); err == nil && (len(results) != 1 || results[0].Success == (len(results[0].Errors) > 0)) {
			t.Errorf("%+v", results)
		}
		if j, err := c.Job(ctx, "x", id); err == nil && j.ID != id {
			t.Errorf("another job: %+v", j)
		}
		seen := 0
		if err := c.Query(ctx, "x", "SELECT Id FROM X__c", func(r []json.RawMessage) error { seen += len(r); return nil }); err == nil && status >= 300 {
			t.Errorf("%d records of an answer %d", seen, status)
		}
		_, counted := c.Count(ctx, "x", "SELECT COUNT() FROM X__c")
		_, described := c.Describe(ctx, "X__c")
		_, listed := c.Objects(ctx)
		_, limited := c.Limits(ctx)
		_, who := c.UserInfo(ctx)
		_, grant := c.Refresh(ctx, "r")
		rows := c.JobRows(ctx, "x", id, JobFailedRows, func(row map[string]string) error { _ = RowErrorOf(row["sf__Error"]); return nil })
		jobs := c.OwnJobs(ctx, "x", func(Job) error { return nil })
		for _, err := range []error{counted, described, listed, limited, who, grant, rows, jobs} {
			e, told := errors.AsType[interface {
				error
				Advice() string
				Cause() string
			}](err)
			switch {
			case err == nil && status < 300:
			case err == nil:
				t.Errorf("an answer %d is a success", status)
			case !told || e.Advice() == "" || e.Cause() == "" || len(err.Error()) > 4*maxSnippet:
				t.Errorf("the error says nothing: %q", err)
			}
		}
	})
}
