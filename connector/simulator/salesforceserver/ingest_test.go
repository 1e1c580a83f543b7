package salesforceserver

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// raw sends a body that is no JSON.
func (k *client) raw(method, path, kind, body string) (int, string) {
	k.g.t.Helper()
	req, err := http.NewRequest(method, k.g.url+"/services/data/v60.0/"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		k.g.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+k.token)
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		k.g.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

// ingested plays one job to its end and gives it as it shows itself then.
func (k *client) ingested(spec map[string]any, upload string) (job jobInfo) {
	k.g.t.Helper()
	r := k.do("POST", "jobs/ingest", spec)
	if err := json.Unmarshal(r.body, &job); err != nil || r.status != 200 || job.State != jobOpen {
		k.g.t.Fatalf("create: %d %s", r.status, r.body)
	}
	path := "jobs/ingest/" + job.ID
	if status, body := k.raw("PUT", path+"/batches", "text/csv; charset=UTF-8", upload); status != 201 || body != "" {
		k.g.t.Fatalf("upload: %d %s", status, body)
	}
	if r := k.do("PATCH", path, map[string]any{"state": "UploadComplete"}); r.status != 200 {
		k.g.t.Fatalf("close: %d %s", r.status, r.body)
	}
	k.g.clock.advance(time.Minute)
	r = k.do("GET", path, nil)
	if err := json.Unmarshal(r.body, &job); err != nil || r.status != 200 {
		k.g.t.Fatalf("look: %d %s", r.status, r.body)
	}
	return job
}

const ingestHeader = "teamspirit__EmpId__c,teamspirit__StampType__c,teamspirit__StampedDate__c,teamspirit__UniqueKey__c"

func TestIngestJob(t *testing.T) {
	g := newOrg(t)
	k := g.client("admin@example.jp")
	upload := ingestHeader + "\n\"" + employeeID(1) + "\",1,2026-11-20T00:00:00Z,k1\n" + employeeID(2) + ",\"9\",2026-11-20T00:00:00Z,\"k\"\"2\"\n"
	job := k.ingested(map[string]any{"object": stampObject, "operation": "insert", "contentType": "CSV"}, upload)
	if job.State != jobComplete || *job.Processed != 2 || *job.Failed != 1 || job.Concurrency != "Parallel" {
		t.Errorf("%+v", job)
	}
	rows := g.s.StampRows()
	if len(rows) != 1 || rows[0].Key != "k1" || rows[0].EmployeeID != employeeID(1) || rows[0].CreatedBy != "admin@example.jp" {
		t.Errorf("%+v", rows)
	}
	for list, want := range map[string]string{
		"successfulResults/": "\"sf__Id\",\"sf__Created\",\"" + strings.ReplaceAll(ingestHeader, ",", "\",\"") + "\"\n\"" + rows[0].ID + "\",\"true\",\"" + employeeID(1) + "\",\"1\",\"2026-11-20T00:00:00Z\",\"k1\"\n",
		"failedResults":      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST:",
		"unprocessedrecords": "\"" + strings.ReplaceAll(ingestHeader, ",", "\",\"") + "\"\n",
	} {
		if status, body := k.raw("GET", "jobs/ingest/"+job.ID+"/"+list, "application/json", ""); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d\n%s", list, status, body)
		}
	}
	if status, body := k.raw("PUT", "jobs/ingest/"+job.ID+"/batches", "text/csv", upload); status != 400 || !strings.Contains(body, "INVALIDJOBSTATE") {
		t.Errorf("a second upload: %d %s", status, body)
	}
	if other := g.client("emp@example.jp").do("GET", "jobs/ingest/"+job.ID, nil); other.status != 404 {
		t.Errorf("a stranger sees %d %s", other.status, other.body)
	}
	if r := k.do("DELETE", "jobs/ingest/"+job.ID, nil); r.status != 204 {
		t.Errorf("delete: %d %s", r.status, r.body)
	}
}

func TestIngestJobsThatFail(t *testing.T) {
	row := employeeID(1) + ",1,2026-11-20T00:00:00Z,k1"
	for name, c := range map[string]struct{ ending, upload, problem string }{
		"CRLF for LF":     {"LF", ingestHeader + "\r\n" + row + "\r\n", "LineEnding is invalid"},
		"LF for CRLF":     {"CRLF", ingestHeader + "\n" + row + "\n", "LineEnding is invalid"},
		"unknown column":  {"LF", "Other__c," + ingestHeader + "\nx," + row + "\n", "Field name not found : Other__c"},
		"short row":       {"LF", ingestHeader + "\n" + row + "\na,b\n", "Row 2 has 2 values"},
		"another comma":   {"LF", strings.ReplaceAll(ingestHeader, ",", ";") + "\n", "Field name not found"},
		"an open quote":   {"LF", ingestHeader + "\n\"" + row, "A quote is not closed"},
		"nothing":         {"LF", "", "empty"},
		"the same column": {"LF", ingestHeader + ",teamspirit__empid__c\n" + row + ",x\n", "Duplicate field name"},
	} {
		g := newOrg(t)
		job := g.client("admin@example.jp").ingested(map[string]any{"object": stampObject, "operation": "insert", "lineEnding": c.ending}, c.upload)
		if job.State != jobFailed || !strings.Contains(job.Problem, c.problem) || len(g.s.StampRows()) != 0 {
			t.Errorf("%s: %s, %q, %d rows", name, job.State, job.Problem, len(g.s.StampRows()))
		}
	}
}

func TestIngestByTheClock(t *testing.T) {
	g := newOrg(t)
	g.set("bulk_wait", `"10s"`)
	g.set("bulk_pace", `100`)
	g.set("bulk_abort_late", `"3s"`)
	k := g.client("admin@example.jp")
	r := k.do("POST", "jobs/ingest", map[string]any{"object": stampObject, "operation": "upsert", "externalIdFieldName": fUniqueKey})
	var job jobInfo
	if err := json.Unmarshal(r.body, &job); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(ingestHeader + "\n")
	for i := range 900 {
		b.WriteString(employeeID(1) + ",1,2026-11-20T00:00:00Z,k" + string(rune('A'+i%26)) + string(rune('a'+i/26%26)) + string(rune('0'+i/676)) + "\n")
	}
	if status, body := k.raw("PUT", "jobs/ingest/"+job.ID+"/batches", "text/csv", b.String()); status != 201 {
		t.Fatal(status, body)
	}
	k.do("PATCH", "jobs/ingest/"+job.ID, map[string]any{"state": "UploadComplete"})
	at := func(after time.Duration, state string, rows int) {
		t.Helper()
		g.clock.advance(after)
		if err := json.Unmarshal(k.do("GET", "jobs/ingest/"+job.ID, nil).body, &job); err != nil || job.State != state || len(g.s.StampRows()) != rows {
			t.Errorf("%s with %d rows, want %s with %d", job.State, len(g.s.StampRows()), state, rows)
		}
	}
	at(9*time.Second, jobUploaded, 0)
	at(2*time.Second, jobRunning, 0)
	at(2*time.Second, jobRunning, 200)
	k.do("PATCH", "jobs/ingest/"+job.ID, map[string]any{"state": "Aborted"})
	at(2*time.Second, jobAborted, 400) // what was under way is finished
	at(time.Hour, jobAborted, 400)
	if _, body := k.raw("GET", "jobs/ingest/"+job.ID+"/unprocessedrecords", "", ""); strings.Count(body, "\n") != 501 {
		t.Errorf("%d lines unprocessed", strings.Count(body, "\n"))
	}
}
