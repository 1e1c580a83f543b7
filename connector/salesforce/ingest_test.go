package salesforce

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestRowErrorOf(t *testing.T) {
	for text, want := range map[string]RowError{
		"DUPLICATE_VALUE:duplicate value found: Key__c duplicates value on record with id: a0X000000000001:--": {StatusCode: "DUPLICATE_VALUE", Message: "duplicate value found: Key__c duplicates value on record with id: a0X000000000001"},
		"REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --":                                   {StatusCode: "REQUIRED_FIELD_MISSING", Message: "Required fields are missing: [Name]"},
		"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:x.Trigger: caused by: UNABLE_TO_LOCK_ROW\n\n():--":               {StatusCode: "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", Message: "x.Trigger: caused by: UNABLE_TO_LOCK_ROW\n\n()"},
		"UNABLE_TO_LOCK_ROW:unable to obtain: exclusive access":                                                {StatusCode: "UNABLE_TO_LOCK_ROW", Message: "unable to obtain: exclusive access"},
		"InvalidBatch : Field name not found : X__c":                                                           {Message: "InvalidBatch : Field name not found : X__c"},
		"": {},
	} {
		if got := RowErrorOf(text); got.StatusCode != want.StatusCode || got.Message != want.Message {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestAJobIsMadeFilledClosedAndReadBack(t *testing.T) {
	const id = "7505i0000000001AAA"
	o := newOrg(t)
	var uploaded, kind, state string
	o.mux.HandleFunc("POST /services/data/v62.0/jobs/ingest", o.guarded(func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, `{"id":"7505i0000000001","state":"Open","object":"A__c","operation":"insert","createdDate":"2026-11-26T20:00:00.000+0000"}`)
	}))
	o.mux.HandleFunc("PUT /services/data/v62.0/jobs/ingest/"+id+"/batches", o.guarded(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		uploaded, kind = string(b), r.Header.Get("Content-Type")
		w.WriteHeader(http.StatusCreated)
	}))
	o.mux.HandleFunc("PATCH /services/data/v62.0/jobs/ingest/"+id, o.guarded(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		state = string(b)
		reply(w, 200, `{"id":"`+id+`","state":"UploadComplete"}`)
	}))
	o.serve("GET /services/data/v62.0/jobs/ingest/"+id, 200, `{"id":"`+id+`","state":"Failed","errorMessage":"InvalidBatch : x"}`)
	o.serve("GET /services/data/v62.0/jobs/ingest/"+id+"/failedResults", 200, "\"sf__Id\",\"sf__Error\",\"K__c\"\n\"\",\"A:b\nc:--\",\"k\"\"1\"\n")
	c := o.client(t, nil)
	j, err := c.CreateJob(t.Context(), "testing", "A__c", "")
	if err != nil || j.ID != id || j.State != JobOpen {
		t.Fatalf("%+v, %v", j, err)
	}
	if err := c.UploadJob(t.Context(), "testing", j.ID, []byte("K__c\n\"k\"\n")); err != nil || uploaded != "K__c\n\"k\"\n" || !strings.HasPrefix(kind, "text/csv") {
		t.Errorf("uploaded %q as %s, %v", uploaded, kind, err)
	}
	if j, err = c.CloseJob(t.Context(), "testing", j.ID); err != nil || j.Ended() || state != `{"state":"UploadComplete"}` {
		t.Errorf("%+v after %s, %v", j, state, err)
	}
	if j, err = c.Job(t.Context(), "testing", j.ID); err != nil || !j.Ended() || j.Message != "InvalidBatch : x" {
		t.Errorf("%+v, %v", j, err)
	}
	var rows []map[string]string
	err = c.JobRows(t.Context(), "testing", j.ID, JobFailedRows, func(row map[string]string) error {
		rows = append(rows, row)
		return nil
	})
	if err != nil || len(rows) != 1 || rows[0]["K__c"] != `k"1` || rows[0]["sf__Error"] != "A:b\nc:--" {
		t.Errorf("%q, %v", rows, err)
	}
}
