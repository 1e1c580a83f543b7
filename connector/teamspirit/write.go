package teamspirit

import (
	"context"
	"strings"

	"dakokubridge/connector/salesforce"
)

// Result is what became of one stamp that was sent.
type Result struct {
	ID      string // record id, "" when it was refused
	Created bool   // upsert only: the row is new
	Code    string // "" when it was taken, else Salesforce's statusCode
	Message string // Salesforce's text, for people; at most 200 bytes

	Untried   bool // of a bulk job that ended before it came to this row
	Duplicate bool // a row with this key is there already
	Again     bool // may go through later: locks and the like
	Ask       bool // rights are missing; they should be checked anew
	// With none of these and a Code, the row itself is refused and a person has to look at it.
}

// Insert creates up to 200 stamps with one call and returns a result for each, in order. An error means that the call as a whole failed; whether it may
// have been carried out all the same is what the error's Sent tells.
func (c *Client) Insert(ctx context.Context, payloads [][]byte) ([]Result, error) {
	results, err := c.sf.Insert(ctx, "sending stamps", payloads)
	return classifyAll(results), err
}

// Upsert is Insert where the key is an external id: a row with the same key is overwritten instead of doubled.
func (c *Client) Upsert(ctx context.Context, payloads [][]byte) ([]Result, error) {
	results, err := c.sf.Upsert(ctx, "sending stamps by key", c.names.Stamp, c.names.UniqueKey, payloads)
	return classifyAll(results), err
}

func classifyAll(results []salesforce.Result) []Result {
	if results == nil {
		return nil
	}
	out := make([]Result, len(results))
	for i, r := range results {
		out[i] = classify(r)
	}
	return out
}

// passing are codes of rows that another try may cure.
var passing = map[string]bool{
	"UNABLE_TO_LOCK_ROW": true, "ALL_OR_NONE_OPERATION_ROLLED_BACK": true, "SERVER_UNAVAILABLE": true, "REQUEST_LIMIT_EXCEEDED": true,
	"QUERY_TIMEOUT": true, "UNKNOWN_EXCEPTION": true, "PROCESSING_HALTED": true,
}

// automation are codes under which a trigger or flow of the org failed; what stopped it stands in the message.
var automation = map[string]bool{
	"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": true, "CANNOT_EXECUTE_FLOW_TRIGGER": true, "APEX_ERROR": true, "APEX_FAILED": true,
}

// classify tells from the first error what to do with a row. Codes: SOAP API Developer Guide, StatusCode; which of them a lock hides behind: vendors' reports.
func classify(r salesforce.Result) Result {
	out := Result{ID: r.ID, Created: r.Created}
	if r.Success {
		out.ID = long(r.ID)
		return out
	}
	out.ID = ""
	e := r.Errors[0]
	out.Code, out.Message = e.StatusCode, salesforce.Snippet(e.Message)
	if out.Code == "" {
		out.Code = "UNKNOWN"
	}
	switch {
	case e.StatusCode == "DUPLICATE_VALUE":
		out.Duplicate = true
	case passing[e.StatusCode] || automation[e.StatusCode] && hidesLock(e.Message):
		out.Again = true
	case strings.HasPrefix(e.StatusCode, "INSUFFICIENT_ACCESS"), e.StatusCode == "INVALID_TYPE", e.StatusCode == "INVALID_FIELD",
		e.StatusCode == "NOT_FOUND", e.StatusCode == "STORAGE_LIMIT_EXCEEDED":
		out.Ask = true
	}
	return out
}

// hidesLock recognises the passing troubles that triggers report as their own.
func hidesLock(message string) bool {
	return strings.Contains(message, "UNABLE_TO_LOCK_ROW") || strings.Contains(message, "Too many SOQL") || strings.Contains(message, "unable to obtain exclusive access")
}
