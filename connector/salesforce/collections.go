package salesforce

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// Most records per call. Source: REST API Developer Guide, sObject Collections.
const (
	MaxWrite    = 200
	MaxRetrieve = 2000
)

// Result is what became of one record of a write.
type Result struct {
	ID      string     `json:"id"`
	Success bool       `json:"success"`
	Created bool       `json:"created"` // upsert only
	Errors  []RowError `json:"errors"`
}

// RowError is why one record was refused.
type RowError struct {
	StatusCode string   `json:"statusCode"`
	Message    string   `json:"message"`
	Fields     []string `json:"fields"`
}

// Insert creates up to MaxWrite records with one call. Each record is a JSON object with attributes.type. Good records are kept when others fail;
// the results are in the order of the records.
func (c *Client) Insert(ctx context.Context, doing string, records [][]byte) ([]Result, error) {
	return c.write(ctx, doing, http.MethodPost, "/composite/sobjects", records)
}

// Upsert creates or overwrites up to MaxWrite records of one object, which are told apart by the external id field.
func (c *Client) Upsert(ctx context.Context, doing, object, externalID string, records [][]byte) ([]Result, error) {
	if !ValidName(object) || !ValidName(externalID) {
		return nil, failure(doing, CauseBadRequest, Stop, "not a name of an object or field")
	}
	return c.write(ctx, doing, http.MethodPatch, "/composite/sobjects/"+object+"/"+externalID, records)
}

func (c *Client) write(ctx context.Context, doing, method, rest string, records [][]byte) ([]Result, error) {
	if len(records) == 0 {
		return nil, nil
	}
	if len(records) > MaxWrite {
		return nil, failure(doing, CauseBadRequest, Stop, fmt.Sprintf("%d records in one call", len(records)))
	}
	path, err := c.data(ctx, rest)
	if err != nil {
		return nil, err
	}
	body := append([]byte(`{"allOrNone":false,"records":[`), bytes.Join(records, []byte(","))...)
	a, err := c.do(ctx, call{doing: doing, method: method, path: path, body: append(body, "]}"...)})
	if err != nil {
		return nil, err
	}
	var results []Result
	if json.Unmarshal(a.body, &results) != nil || len(results) != len(records) {
		return nil, badAnswer(doing, a, fmt.Sprintf("no list of %d results came back", len(records)))
	}
	for _, r := range results {
		if r.Success == (len(r.Errors) > 0) || r.Success && r.ID == "" {
			return nil, badAnswer(doing, a, "a result is neither success nor failure")
		}
	}
	return results, nil
}

// Retrieve reads up to MaxRetrieve records by id. The answer is in the order of the ids, with nil for a record that is not there (any more)
// or that the user may not see.
func (c *Client) Retrieve(ctx context.Context, doing, object string, ids, fields []string) ([]json.RawMessage, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if !ValidName(object) || len(ids) > MaxRetrieve {
		return nil, failure(doing, CauseBadRequest, Stop, "not a name of an object, or too many ids")
	}
	path, err := c.data(ctx, "/composite/sobjects/"+url.PathEscape(object))
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(map[string][]string{"ids": ids, "fields": fields})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	a, err := c.do(ctx, call{doing: doing, method: http.MethodPost, path: path, body: body})
	if err != nil {
		return nil, err
	}
	var records []json.RawMessage
	if json.Unmarshal(a.body, &records) != nil || len(records) != len(ids) {
		return nil, badAnswer(doing, a, fmt.Sprintf("no list of %d records came back", len(ids)))
	}
	for i, r := range records {
		if bytes.Equal(r, []byte("null")) {
			records[i] = nil
		}
	}
	return records, nil
}
