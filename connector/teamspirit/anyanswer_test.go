package teamspirit

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/token"
	"dakokubridge/connector/vault"
)

// anyServer answers every call with the same bytes, but for the versions and the shape of the object; without a network.
type anyServer struct{ body string }

func (s anyServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	body := s.body
	switch {
	case strings.HasSuffix(r.URL.Path, "/services/data"):
		body = `[{"version":"62.0"}]`
	case strings.HasSuffix(r.URL.Path, "/describe"):
		body = `{"name":"teamspirit__ExternalAttendance__c","createable":true,"queryable":true,"fields":[{"name":"teamspirit__UniqueKey__c","createable":true},{"name":"teamspirit__TargetDate__c","createable":true}]}`
	}
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

// FuzzAnyAnswer reads any answer as employees, rows, sheets and results: none may panic, and what is read makes sense.
func FuzzAnyAnswer(f *testing.F) {
	for _, body := range []string{
		`{"totalSize":1,"done":true,"records":[{"Id":"a0K000000000001","teamspirit__EmpCode__c":"0028","Name":"山田","teamspirit__EntryDate__c":"2020-04-01","teamspirit__EndDate__c":null}]}`,
		`{"totalSize":1,"done":true,"records":[{"Id":"a0E000000000001AAA","teamspirit__StampedDate__c":"2026-11-22T00:00:00.000+0000","teamspirit__EmpId__c":"a0K000000000001","teamspirit__Status__c":"処理済み"}]}`,
		`{"totalSize":1,"done":true,"records":[{"Id":"a0D000000000001","teamspirit__StartTime__c":540.5,"teamspirit__Date__c":"2026-11-22","teamspirit__EmpMonthId__r":{"teamspirit__EmpId__c":"a0K000000000001"}}]}`,
		`[{"id":"a0E000000000001AAA","success":true,"errors":[]}]`, "sf__Id,sf__Created,teamspirit__UniqueKey__c\na0E000000000001AAA,true,db1/1\n", `{}`,
	} {
		f.Add(body)
	}
	names, err := NewNames(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) > 1<<16 {
			t.Skip()
		}
		sf, err := salesforce.New(salesforce.Config{LoginURL: "http://127.0.0.1:1", ClientID: "c", HTTP: &http.Client{Transport: anyServer{body}}, Vault: vault.Memory(),
			Wait: func(context.Context, time.Duration) error { return nil }})
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		if err := sf.Tokens().Adopt(ctx, token.Grant{AccessToken: "a", RefreshToken: "r", Extra: map[string]string{
			"id": "https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA", "instance_url": "http://127.0.0.1:1"}}); err != nil {
			t.Fatal(err)
		}
		c := New(sf, names)
		from, stop := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), errors.New("stop")
		_ = c.Employees(ctx, func(page []Employee) error {
			for _, e := range page {
				if e.ID == "" {
					t.Errorf("an employee without an id: %+v", e)
				}
			}
			return stop
		})
		_ = c.Rows(ctx, from, from.AddDate(0, 0, 1), nil, func([]Row) error { return stop })
		if rows, err := c.RowsByID(ctx, []string{"a0E000000000001AAA"}); err == nil && len(rows) > 1 {
			t.Errorf("%d rows for one id", len(rows))
		}
		_ = c.Sheet(ctx, "2026-11-22", "2026-11-23", []string{"a0K000000000001AAA"}, func([]SheetDay) error { return stop })
		if results, err := c.Insert(ctx, [][]byte{[]byte(`{}`)}); err == nil && len(results) != 1 {
			t.Errorf("%d results for one row", len(results))
		}
		_, _ = c.JobResults(ctx, "750000000000001AAA", 3)
		_, _ = c.Batch(ctx, from)
		_, _ = c.Rights(ctx, nil)
	})
}
