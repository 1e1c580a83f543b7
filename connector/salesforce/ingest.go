package salesforce

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// States of an ingest job. Source: Bulk API 2.0 and Bulk API Developer Guide.
const (
	JobOpen     = "Open"           // rows may be uploaded; nothing is written
	JobUploaded = "UploadComplete" // closed: it waits for its turn
	JobRunning  = "InProgress"
	JobComplete = "JobComplete" // to the end, rows that were refused included
	JobFailed   = "Failed"      // as a whole, some rows may have been written before
	JobAborted  = "Aborted"     // the same
)

// MaxUpload is the most bytes of one upload: 150 MB as stored, which is base64. Source: Bulk API limits.
const MaxUpload = 100 << 20

// Job is an ingest job of Bulk API 2.0.
type Job struct {
	ID        string
	State     string // one of the Job… constants
	Operation string // insert, upsert, …
	Object    string
	CreatedBy string    // user id, 18 characters
	Created   time.Time // UTC
	Message   string    // why it failed, Salesforce's text for people
}

// Ended tells whether the job has come to its end, so that its results can be read.
func (j Job) Ended() bool {
	return j.State == JobComplete || j.State == JobFailed || j.State == JobAborted
}

// jobAnswer is a job as Salesforce shows it.
type jobAnswer struct {
	ID        string `json:"id"`
	State     string `json:"state"`
	Operation string `json:"operation"`
	Object    string `json:"object"`
	CreatedBy string `json:"createdById"`
	Created   string `json:"createdDate"`
	Message   string `json:"errorMessage"`
}

func (a jobAnswer) job() (Job, bool) {
	id, ok := ID18(a.ID)
	if !ok || a.State == "" {
		return Job{}, false
	}
	j := Job{ID: id, State: a.State, Operation: a.Operation, Object: a.Object, Message: snippet(a.Message)}
	j.CreatedBy, _ = ID18(a.CreatedBy)
	j.Created, _ = ParseDateTime(a.Created)
	return j, true
}

// CreateJob makes an ingest job that inserts records of an object, or upserts them by an external id field where one is given. It is Open: nothing
// is written before [Client.CloseJob].
func (c *Client) CreateJob(ctx context.Context, doing, object, externalID string) (Job, error) {
	if !ValidName(object) || externalID != "" && !ValidName(externalID) {
		return Job{}, failure(doing, CauseBadRequest, Stop, "not a name of an object or field")
	}
	spec := map[string]string{"object": object, "operation": "insert", "contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"}
	if externalID != "" {
		spec["operation"], spec["externalIdFieldName"] = "upsert", externalID
	}
	return c.askJob(ctx, doing, http.MethodPost, "", spec)
}

// Job reads how far a job is.
func (c *Client) Job(ctx context.Context, doing, id string) (Job, error) {
	return c.askJob(ctx, doing, http.MethodGet, id, nil)
}

// CloseJob says that the upload is whole: from now on the job is carried out.
func (c *Client) CloseJob(ctx context.Context, doing, id string) (Job, error) {
	return c.askJob(ctx, doing, http.MethodPatch, id, map[string]string{"state": JobUploaded})
}

// AbortJob ends a job. What it has written stays.
func (c *Client) AbortJob(ctx context.Context, doing, id string) (Job, error) {
	return c.askJob(ctx, doing, http.MethodPatch, id, map[string]string{"state": JobAborted})
}

func (c *Client) askJob(ctx context.Context, doing, method, id string, body map[string]string) (Job, error) {
	path, err := c.jobPath(ctx, id, "")
	if err != nil {
		return Job{}, err
	}
	r := call{doing: doing, method: method, path: path}
	if body != nil {
		if r.body, err = json.Marshal(body); err != nil {
			return Job{}, fmt.Errorf("%s: %w", doing, err)
		}
	}
	a, err := c.do(ctx, r)
	if err != nil {
		return Job{}, err
	}
	var answer jobAnswer
	if json.Unmarshal(a.body, &answer) != nil {
		return Job{}, badAnswer(doing, a, "the answer is not the JSON that was due")
	}
	j, ok := answer.job()
	if want, _ := ID18(id); !ok || id != "" && j.ID != want {
		return Job{}, badAnswer(doing, a, "no job, or another one, came back")
	}
	return j, nil
}

// jobPath is the path of a job, of a part of it, or of all jobs.
func (c *Client) jobPath(ctx context.Context, id, part string) (string, error) {
	rest := "/jobs/ingest"
	if id != "" {
		rest += "/" + url.PathEscape(id)
	}
	if part != "" {
		rest += "/" + part
	}
	return c.data(ctx, rest)
}

// UploadJob gives an open job its rows: CSV in UTF-8 with lines ending in LF, the first one with the names of the fields. It can be done once.
func (c *Client) UploadJob(ctx context.Context, doing, id string, rows []byte) error {
	if len(rows) > MaxUpload {
		return failure(doing, CauseBadRequest, Stop, fmt.Sprintf("%d bytes in one upload", len(rows)))
	}
	path, err := c.jobPath(ctx, id, "batches")
	if err != nil {
		return err
	}
	_, err = c.do(ctx, call{doing: doing, method: http.MethodPut, path: path, body: rows, kind: "text/csv; charset=UTF-8"})
	return err
}

// The lists of rows that a job that has ended shows.
const (
	JobSuccessful  = "successfulResults"  // sf__Id, sf__Created, and what was uploaded
	JobFailedRows  = "failedResults"      // sf__Id, sf__Error, and what was uploaded
	JobUnprocessed = "unprocessedrecords" // what was uploaded
)

// JobRows gives each row of a list of a job to yield, by the names of its columns.
func (c *Client) JobRows(ctx context.Context, doing, id, list string, yield func(row map[string]string) error) error {
	path, err := c.jobPath(ctx, id, list)
	if err != nil {
		return err
	}
	a, err := c.do(ctx, call{doing: doing, method: http.MethodGet, path: path, accept: "text/csv"})
	if err != nil {
		return err
	}
	r := csv.NewReader(bytes.NewReader(a.body))
	all, err := r.ReadAll()
	if err != nil {
		return badAnswer(doing, a, "the answer is not the CSV that was due")
	}
	for _, cells := range all[min(1, len(all)):] {
		row := make(map[string]string, len(cells))
		for i, cell := range cells {
			row[all[0][i]] = cell
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

// OwnJobs gives each ingest job that the signed-in user has made to yield, in the order in which Salesforce lists them.
func (c *Client) OwnJobs(ctx context.Context, doing string, yield func(Job) error) error {
	s, err := c.session(ctx, doing)
	if err != nil {
		return err
	}
	path, err := c.jobPath(ctx, "", "")
	if err != nil {
		return err
	}
	for path += "?jobType=V2Ingest"; ; {
		var page struct {
			Done    bool        `json:"done"`
			Records []jobAnswer `json:"records"`
			Next    string      `json:"nextRecordsUrl"`
		}
		if err := c.get(ctx, doing, path, &page); err != nil {
			return err
		}
		for _, r := range page.Records {
			if j, ok := r.job(); ok && j.CreatedBy == s.user {
				if err := yield(j); err != nil {
					return err
				}
			}
		}
		if page.Done || page.Next == "" {
			return nil
		}
		if path, err = nextPath(doing, page.Next, path); err != nil {
			return err
		}
	}
}

// RowErrorOf takes a failed row's sf__Error apart: CODE:message:FIELD --. The form is not documented; where there is no code, there is a message only.
func RowErrorOf(text string) RowError {
	code, rest, ok := strings.Cut(text, ":")
	if code = strings.TrimSpace(code); !ok || code == "" || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
		return RowError{Message: text}
	}
	if at := strings.LastIndexByte(rest, ':'); at >= 0 && strings.HasSuffix(strings.TrimSpace(rest), "--") {
		rest = rest[:at]
	}
	return RowError{StatusCode: code, Message: strings.TrimSpace(rest)}
}
