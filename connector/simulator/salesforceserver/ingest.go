package salesforceserver

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// States of an ingest job of Bulk API 2.0.
const (
	jobOpen     = "Open"
	jobUploaded = "UploadComplete"
	jobRunning  = "InProgress"
	jobComplete = "JobComplete"
	jobFailed   = "Failed"
	jobAborted  = "Aborted"
)

const (
	// maxUpload is what one upload may hold, in bytes: 150 MB as stored, which is base64.
	maxUpload = 100 << 20
	// jobsAPage is how many jobs one page of the list shows.
	jobsAPage = 1000
)

// ingestJob is one ingest job, from its creation until it is deleted.
type ingestJob struct {
	id         string
	t          *table
	operation  string // insert, update, upsert or delete
	by         field  // of an upsert
	delimiter  string // COMMA, TAB, …
	lineEnding string // LF or CRLF
	version    string // v62.0
	user       *user
	made       time.Time
	changed    time.Time
	ended      time.Time // zero while it may still write
	state      string
	problem    string // why it failed, for people

	uploaded  bool
	header    []string
	rows      []ingestRow
	processed int
	failed    int
	busy      map[int]map[string]int // whom the chunks touch that run side by side: step, employee, chunk
}

// ingestRow is one line of the upload and what became of it.
type ingestRow struct {
	cells   []string
	done    bool
	id      string
	created bool
	problem *rowError
}

// ingest answers jobs/ingest…
func (c *call) ingest(rest []string) answer {
	if len(rest) == 0 || rest[0] == "" {
		switch c.method {
		case http.MethodGet:
			return c.listJobs()
		case http.MethodPost:
			return c.createJob()
		}
		return wrongMethod(c.method)
	}
	j := c.s.ingestJobs[id18(rest[0])]
	if j == nil || j.user.ID != c.user.ID && !c.user.modifyAll() {
		return notFound()
	}
	if len(rest) == 1 {
		return c.oneJob(j)
	}
	if len(rest) > 2 {
		return notFound()
	}
	switch part := lower(rest[1]); {
	case part == "batches" && c.method == http.MethodPut:
		return c.uploadJob(j)
	case part == "batches":
		return wrongMethod(c.method)
	case part == "successfulresults" || part == "failedresults" || part == "unprocessedrecords":
		return c.jobResults(j, part)
	}
	return notFound()
}

func invalidJob(code, format string, args ...any) answer {
	return failure(&apiError{http.StatusBadRequest, code, fmt.Sprintf(format, args...)})
}

var jobDelimiters = map[string]byte{"COMMA": ',', "TAB": '\t', "PIPE": '|', "SEMICOLON": ';', "CARET": '^', "BACKQUOTE": '`'}

// createJob makes a job in the state Open. Nothing is written before it is closed.
func (c *call) createJob() answer {
	var body struct {
		Object          string `json:"object"`
		Operation       string `json:"operation"`
		External        string `json:"externalIdFieldName"`
		ContentType     string `json:"contentType"`
		ColumnDelimiter string `json:"columnDelimiter"`
		LineEnding      string `json:"lineEnding"`
	}
	if err := json.NewDecoder(bytes.NewReader(c.body)).Decode(&body); err != nil {
		return badJSON(err.Error())
	}
	if code := c.s.switches.BulkRefused; code != "" {
		return invalidJob(code, "The request can't be carried out: Bulk API is not enabled for this organization or user")
	}
	if c.s.jobsOfDay(c.now) >= c.s.switches.BulkDaily {
		return invalidJob("EXCEEDEDQUOTA", "ApiBatchItems Limit exceeded.")
	}
	v := c.view()
	j := &ingestJob{operation: body.Operation, delimiter: cmp.Or(body.ColumnDelimiter, "COMMA"), lineEnding: cmp.Or(body.LineEnding, "LF"), version: c.version,
		user: c.user, made: c.now, changed: c.now, state: jobOpen, busy: map[int]map[string]int{}}
	j.t = c.s.tables[lower(body.Object)]
	switch {
	case j.t == nil || !v.visible(j.t) || !j.t.teamspirit:
		return invalidJob("INVALIDENTITY", "Entity '%s' is not supported by the Bulk API.", body.Object)
	case !slices.Contains([]string{"insert", "update", "upsert", "delete"}, j.operation):
		return invalidJob("INVALIDOPERATION", "Operation '%s' is not supported.", body.Operation)
	case jobDelimiters[j.delimiter] == 0 || j.lineEnding != "LF" && j.lineEnding != "CRLF" || !slices.Contains([]string{"", "CSV"}, body.ContentType):
		return invalidJob("INVALIDJOB", "columnDelimiter, lineEnding or contentType is none of the values that are allowed")
	case (j.operation == "upsert") != (body.External != ""):
		return invalidJob("INVALIDJOB", "externalIdFieldName is for upsert, and for that alone")
	}
	if j.operation == "upsert" {
		var problem *apiError
		if j.by, problem = v.externalField(j.t, body.External); problem != nil {
			return invalidJob("INVALIDJOB", "%s", problem.message)
		}
	}
	j.id = c.s.newID("750")
	c.s.ingestJobs[j.id] = j
	c.s.ingestOrder = append(c.s.ingestOrder, j)
	return jsonAnswer(http.StatusOK, j.info(false))
}

// jobsOfDay counts the jobs that were made in the last 24 hours.
func (s *Server) jobsOfDay(now time.Time) int {
	n := 0
	for _, j := range slices.Backward(s.ingestOrder) {
		if now.Sub(j.made) >= 24*time.Hour {
			break
		}
		n++
	}
	return n
}

// jobInfo is how a job shows itself. What counts records is shown when the job is asked for, not when it is made or changed.
type jobInfo struct {
	ID          string  `json:"id"`
	Operation   string  `json:"operation"`
	Object      string  `json:"object"`
	CreatedBy   string  `json:"createdById"`
	Created     string  `json:"createdDate"`
	Modified    string  `json:"systemModstamp"`
	State       string  `json:"state"`
	External    string  `json:"externalIdFieldName,omitempty"`
	Concurrency string  `json:"concurrencyMode"`
	ContentType string  `json:"contentType"`
	Version     float64 `json:"apiVersion"`
	JobType     string  `json:"jobType,omitempty"`
	ContentURL  string  `json:"contentUrl,omitempty"`
	LineEnding  string  `json:"lineEnding"`
	Delimiter   string  `json:"columnDelimiter"`
	Processed   *int    `json:"numberRecordsProcessed,omitempty"`
	Failed      *int    `json:"numberRecordsFailed,omitempty"`
	Retries     *int    `json:"retries,omitempty"`
	Took        *int64  `json:"totalProcessingTime,omitempty"`
	Problem     string  `json:"errorMessage,omitempty"`
}

const jobTime = "2006-01-02T15:04:05.000+0000"

func (j *ingestJob) info(whole bool) jobInfo {
	version, _ := strconv.ParseFloat(strings.TrimPrefix(j.version, "v"), 64) // the route has checked it
	i := jobInfo{ID: j.id, Operation: j.operation, Object: j.t.name, CreatedBy: j.user.ID, Created: j.made.Format(jobTime), Modified: j.changed.Format(jobTime), State: j.state,
		External: j.by.Name, Concurrency: "Parallel", ContentType: "CSV", Version: version, LineEnding: j.lineEnding, Delimiter: j.delimiter}
	if j.state == jobOpen {
		i.ContentURL = "services/data/" + j.version + "/jobs/ingest/" + j.id + "/batches"
	}
	if whole {
		retries, took := 0, j.changed.Sub(j.made).Milliseconds()
		i.JobType, i.Processed, i.Failed, i.Retries, i.Took, i.Problem = "V2Ingest", &j.processed, &j.failed, &retries, &took, j.problem
	}
	return i
}

// listJobs shows the jobs that the user may see, oldest first.
func (c *call) listJobs() answer {
	from, err := strconv.Atoi(cmp.Or(c.query.Get("queryLocator"), "0"))
	if err != nil || from < 0 {
		return invalidJob("INVALIDJOB", "queryLocator is none that was given out")
	}
	var seen []*ingestJob
	if kind := c.query.Get("jobType"); kind == "" || kind == "V2Ingest" {
		seen = slices.DeleteFunc(slices.Clone(c.s.ingestOrder), func(j *ingestJob) bool { return j.user.ID != c.user.ID && !c.user.modifyAll() })
	}
	page := seen[min(from, len(seen)):min(from+jobsAPage, len(seen))]
	out := struct {
		Done    bool      `json:"done"`
		Records []jobInfo `json:"records"`
		Next    *string   `json:"nextRecordsUrl"`
	}{Done: from+jobsAPage >= len(seen), Records: []jobInfo{}}
	for _, j := range page {
		i := j.info(false)
		i.JobType = "V2Ingest"
		out.Records = append(out.Records, i)
	}
	if !out.Done {
		next := fmt.Sprint(c.root(), "/jobs/ingest?queryLocator=", from+jobsAPage)
		out.Next = &next
	}
	return jsonAnswer(http.StatusOK, out)
}

// oneJob shows, closes, aborts or deletes a job.
func (c *call) oneJob(j *ingestJob) answer {
	switch c.method {
	case http.MethodGet:
		return jsonAnswer(http.StatusOK, j.info(true))
	case http.MethodDelete:
		if j.state == jobOpen || j.state == jobRunning {
			return invalidJob("INVALIDJOBSTATE", "A job in the state %s can't be deleted", j.state)
		}
		j.state = jobAborted // what was still to be done is not done any more
		delete(c.s.ingestJobs, j.id)
		c.s.ingestOrder = slices.DeleteFunc(c.s.ingestOrder, func(o *ingestJob) bool { return o == j })
		return answer{status: http.StatusNoContent}
	case http.MethodPatch:
		var body struct {
			State string `json:"state"`
		}
		if err := json.Unmarshal(c.body, &body); err != nil {
			return badJSON(err.Error())
		}
		return c.changeJob(j, body.State)
	}
	return wrongMethod(c.method)
}

func (c *call) changeJob(j *ingestJob, state string) answer {
	switch {
	case state == jobUploaded && j.state == jobOpen && !j.uploaded:
		return invalidJob("INVALIDJOBSTATE", "Nothing was uploaded to the job")
	case state == jobUploaded && j.state == jobOpen:
		j.state = jobUploaded
		c.s.startJob(j, c.now)
	case state == jobAborted && (j.state == jobOpen || j.state == jobUploaded || j.state == jobRunning):
		j.ended = c.now.Add(time.Duration(c.s.switches.BulkAbortLate))
		j.state = jobAborted
	case state == jobUploaded || state == jobAborted:
		return invalidJob("INVALIDJOBSTATE", "Aborting or closing a job in the state %s is not allowed", j.state)
	default:
		return invalidJob("INVALIDJOB", "A job can't be set to the state '%s'", state)
	}
	j.changed = c.now
	return jsonAnswer(http.StatusOK, j.info(false))
}

// uploadJob takes the rows, once.
func (c *call) uploadJob(j *ingestJob) answer {
	kind, _, _ := strings.Cut(c.header.Get("Content-Type"), ";")
	switch {
	case !strings.EqualFold(strings.TrimSpace(kind), "text/csv"):
		return failure(&apiError{http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "The upload of a job is text/csv"})
	case j.state != jobOpen:
		return invalidJob("INVALIDJOBSTATE", "The job is not open")
	case j.uploaded:
		return invalidJob("INVALIDJOBSTATE", "Found multiple contents for job: <%s>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.", j.id)
	}
	header, rows, problem := readCSV(c.body, jobDelimiters[j.delimiter], j.lineEnding == "CRLF")
	j.uploaded, j.header, j.problem = true, header, problem
	for _, cells := range rows {
		j.rows = append(j.rows, ingestRow{cells: cells})
	}
	if j.problem == "" {
		j.problem = c.view().badHeader(j)
	}
	c.announce(j.writes())
	return answer{status: http.StatusCreated}
}

// badHeader says which column is none of the object's.
func (v *view) badHeader(j *ingestJob) string {
	seen := map[string]bool{}
	for _, name := range j.header {
		_, ok := j.t.object.Index(name)
		switch {
		case seen[lower(name)]:
			return "InvalidBatch : Duplicate field name : " + name
		case !equalFold(name, "id") && (!ok || v.fieldMissing(j.t, name)):
			return "InvalidBatch : Field name not found : " + name
		}
		seen[lower(name)] = true
	}
	return ""
}

// writes describes the rows for OnWrite.
func (j *ingestJob) writes() []Write {
	if j.problem != "" || j.operation == "delete" {
		return nil
	}
	operation := map[string]string{"insert": "create", "update": "update", "upsert": "upsert"}[j.operation]
	out := make([]Write, 0, len(j.rows))
	for _, r := range j.rows {
		raw := []byte{'{'}
		for i, cell := range r.cells {
			if cell == "" {
				continue
			}
			if len(raw) > 1 {
				raw = append(raw, ',')
			}
			name, _ := json.Marshal(j.header[i]) // texts always encode
			value, _ := json.Marshal(cell)
			raw = append(append(append(raw, name...), ':'), value...)
		}
		out = append(out, written(operation, j.t, j.entity(r), append(raw, '}')))
	}
	return out
}

// entity is a row as the other ways of writing know it: an empty cell leaves its field alone, #N/A empties it.
func (j *ingestJob) entity(r ingestRow) entity {
	e := entity{object: j.t.name, fields: map[string]any{}}
	for i, cell := range r.cells {
		switch {
		case cell == "":
		case equalFold(j.header[i], "id"):
			e.id = cell
		case cell == "#N/A":
			e.fields[j.header[i]] = nil
		default:
			e.fields[j.header[i]] = cell
		}
	}
	return e
}
