package salesforce

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// queryPage is one page of a query's answer.
type queryPage struct {
	TotalSize *int              `json:"totalSize"`
	Done      *bool             `json:"done"`
	Next      string            `json:"nextRecordsUrl"`
	Records   []json.RawMessage `json:"records"`
}

// Query runs soql and gives each page of records (2,000 at most) to yield, as JSON objects, until all are read or yield fails.
// The whole result is as large as totalSize said on the first page, or an error comes back.
func (c *Client) Query(ctx context.Context, doing, soql string, yield func(records []json.RawMessage) error) error {
	path, err := c.data(ctx, "/query?q="+url.QueryEscape(soql))
	if err != nil {
		return err
	}
	total, seen := -1, 0
	for {
		page, err := c.queryPage(ctx, doing, path)
		if err != nil {
			return err
		}
		if total < 0 {
			total = *page.TotalSize
		}
		seen += len(page.Records)
		if len(page.Records) > 0 {
			if err := yield(page.Records); err != nil {
				return err
			}
		}
		if *page.Done {
			return complete(doing, total, seen)
		}
		if path, err = nextPath(doing, page.Next, path); err != nil {
			return err
		}
	}
}

// complete fails when a query gave fewer or more records than it announced.
func complete(doing string, total, seen int) error {
	if total != seen {
		return &Error{Doing: doing, Message: fmt.Sprintf("%d records announced, %d read", total, seen), cause: CauseBadAnswer, advice: Again}
	}
	return nil
}

// queryPage reads one page and checks that it is one.
func (c *Client) queryPage(ctx context.Context, doing, path string) (queryPage, error) {
	var page queryPage
	if err := c.get(ctx, doing, path, &page); err != nil {
		return queryPage{}, err
	}
	if page.TotalSize == nil || page.Done == nil || page.Records == nil {
		return queryPage{}, failure(doing, CauseBadAnswer, Stop, "totalSize, done or records are missing")
	}
	return page, nil
}

// nextPath checks the address of the next page: a path below /services/data on the same host, and not the page just read.
func nextPath(doing, next, current string) (string, error) {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/services/data/") || next == current {
		return "", failure(doing, CauseBadAnswer, Stop, "nextRecordsUrl is not a further path of the same host: "+snippet(next))
	}
	return next, nil
}

// Count runs a SELECT COUNT() query and returns the number.
func (c *Client) Count(ctx context.Context, doing, soql string) (int, error) {
	path, err := c.data(ctx, "/query?q="+url.QueryEscape(soql))
	if err != nil {
		return 0, err
	}
	var page queryPage
	if err := c.get(ctx, doing, path, &page); err != nil {
		return 0, err
	}
	if page.TotalSize == nil {
		return 0, failure(doing, CauseBadAnswer, Stop, "totalSize is missing")
	}
	return *page.TotalSize, nil
}

// Read runs soql, decodes each record into a T and gives each page to yield.
func Read[T any](ctx context.Context, c *Client, doing, soql string, yield func([]T) error) error {
	return c.Query(ctx, doing, soql, func(records []json.RawMessage) error {
		page := make([]T, len(records))
		for i, r := range records {
			if err := json.Unmarshal(r, &page[i]); err != nil {
				return failure(doing, CauseBadAnswer, Stop, "a record is not of the form that was due: "+snippet(err.Error()))
			}
		}
		return yield(page)
	})
}
