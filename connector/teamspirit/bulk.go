package teamspirit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"dakokubridge/connector/salesforce"
)

// cells are the fields of a payload in the order in which they stand there, with their values as a CSV has them. A text is itself and a number its
// digits; ok is false for what a CSV would change: another object, a field that no stamp has, a value with a line break or blanks around it, and
// the text #N/A, which empties a field.
func (n Names) cells(payload []byte) (columns, values []string, ok bool) {
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, nil, false
	}
	known := append(n.written(), n.TargetDate)
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, nil, false
		}
		if name == "attributes" {
			var a struct {
				Type string `json:"type"`
			}
			if d.Decode(&a) != nil || a.Type != n.Stamp {
				return nil, nil, false
			}
			continue
		}
		token, err := d.Token()
		if err != nil {
			return nil, nil, false
		}
		field, _ := name.(string)
		value := fmt.Sprint(token)
		switch token.(type) {
		case string, json.Number:
		default:
			return nil, nil, false
		}
		if !slices.Contains(known, field) || value == "" || value == "#N/A" || value != strings.TrimSpace(value) || strings.ContainsAny(value, "\r\n\x00") {
			return nil, nil, false
		}
		columns, values = append(columns, field), append(values, value)
	}
	return columns, values, slices.Contains(columns, n.UniqueKey)
}

// Columns is the first line of an upload that carries this payload; "" for a payload that an upload would change. Payloads with the same columns
// can be in one upload.
func (n Names) Columns(payload []byte) string {
	columns, _, ok := n.cells(payload)
	if !ok {
		return ""
	}
	return strings.Join(columns, ",")
}

// Upload is the CSV with the rows of payloads, in their order. The same payloads give the same bytes on every machine: the columns are the payloads'
// fields in the payloads' own order, every value stands in quotes, lines end in LF.
func (n Names) Upload(payloads [][]byte) ([]byte, error) {
	var b bytes.Buffer
	first := ""
	for i, p := range payloads {
		columns, values, ok := n.cells(p)
		line := strings.Join(columns, ",")
		if i == 0 {
			first = line
			b.WriteString(line + "\n")
		}
		if !ok || line != first {
			return nil, fmt.Errorf("making an upload: row %d does not fit", i+1)
		}
		for j, v := range values {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(v, `"`, `""`) + `"`)
		}
		b.WriteByte('\n')
	}
	return b.Bytes(), nil
}

const (
	doingJob   = "sending stamps by a bulk job"
	askingJob  = "asking for a bulk job"
	endingJob  = "ending a bulk job"
	readingJob = "reading what became of a bulk job"
)

// CreateJob makes a bulk job for stamps; byKey makes it one that overwrites a row with the same key instead of doubling it.
func (c *Client) CreateJob(ctx context.Context, byKey bool) (salesforce.Job, error) {
	key := ""
	if byKey {
		key = c.names.UniqueKey
	}
	return c.sf.CreateJob(ctx, doingJob, c.names.Stamp, key)
}

// UploadJob gives a job its rows, see [Names.Upload]. Nothing is written before CloseJob.
func (c *Client) UploadJob(ctx context.Context, id string, rows []byte) error {
	return c.sf.UploadJob(ctx, doingJob, id, rows)
}

// CloseJob has a job carried out.
func (c *Client) CloseJob(ctx context.Context, id string) (salesforce.Job, error) {
	return c.sf.CloseJob(ctx, doingJob, id)
}

// Job tells how far a job is.
func (c *Client) Job(ctx context.Context, id string) (salesforce.Job, error) {
	return c.sf.Job(ctx, askingJob, id)
}

// AbortJob ends a job; what it has written stays.
func (c *Client) AbortJob(ctx context.Context, id string) (salesforce.Job, error) {
	return c.sf.AbortJob(ctx, endingJob, id)
}

// OpenJobs lists the jobs for stamps that the signed-in user has made and not closed.
func (c *Client) OpenJobs(ctx context.Context) (jobs []salesforce.Job, err error) {
	err = c.sf.OwnJobs(ctx, askingJob, func(j salesforce.Job) error {
		if j.State == salesforce.JobOpen && j.Object == c.names.Stamp {
			jobs = append(jobs, j)
		}
		return nil
	})
	return jobs, err
}

// JobResults tells by key what became of the rows of a job that has ended. A list is read only while rows are missing, of so many that were
// uploaded. A row that is in no list is not in the answer.
func (c *Client) JobResults(ctx context.Context, id string, uploaded int) (map[string]Result, error) {
	results := make(map[string]Result, uploaded)
	for _, list := range []string{salesforce.JobSuccessful, salesforce.JobFailedRows, salesforce.JobUnprocessed} {
		if len(results) >= uploaded {
			break
		}
		err := c.sf.JobRows(ctx, readingJob, id, list, func(row map[string]string) error {
			if key := row[c.names.UniqueKey]; key != "" {
				if res, ok := jobResult(list, row); ok {
					results[key] = res
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}

func jobResult(list string, row map[string]string) (Result, bool) {
	switch list {
	case salesforce.JobSuccessful:
		r := salesforce.Result{ID: row["sf__Id"], Success: true, Created: row["sf__Created"] == "true"}
		return classify(r), r.ID != ""
	case salesforce.JobFailedRows:
		return classify(salesforce.Result{Errors: []salesforce.RowError{salesforce.RowErrorOf(row["sf__Error"])}}), true
	}
	return Result{Untried: true}, true
}
