package teamspirit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"dakokubridge/connector/salesforce"
)

// Row is a row of 勤怠連携 as it is in the org, ours or anybody's.
type Row struct {
	ID           string // record id, 18 characters
	Key          string // unique key, "" on rows of others
	EmployeeID   string // "" where the writer named the employee by code only
	EmployeeCode string
	Kind         string    // In, Out, or TeamSpirit's value for another type ("21", …)
	Status       string    // TeamSpirit's word, compare with Names
	Error        string    // TeamSpirit's text, error and detail; no logic may depend on it
	At, Created  time.Time // UTC
	TargetDate   string    // 2026-11-22 or ""
	Device       string
}

// Rows gives the rows stamped from…to (to not included) to yield, page by page. employeeIDs nil means everyone; otherwise rows of these employees
// are given, and rows that name no employee by id, which only their code can tell.
func (c *Client) Rows(ctx context.Context, from, to time.Time, employeeIDs []string, yield func([]Row) error) error {
	n := c.names
	where := n.StampedDate + " >= " + salesforce.DateTime(from) + " AND " + n.StampedDate + " < " + salesforce.DateTime(to)
	wanted, filter := c.chosen(employeeIDs, n.EmpID)
	if employeeIDs != nil && len(wanted) == 0 {
		return nil
	}
	if filter != "" {
		where += " AND (" + strings.TrimPrefix(filter, " AND ") + " OR " + n.EmpID + " = null)"
	}
	return c.readRows(ctx, "reading stamp rows", where, func(page []Row) error {
		if employeeIDs == nil {
			return yield(page)
		}
		kept := make([]Row, 0, len(page))
		for _, r := range page {
			if r.EmployeeID == "" || wanted[r.EmployeeID] {
				kept = append(kept, r)
			}
		}
		return yield(kept)
	})
}

// RowsByKey returns the rows whose unique key is one of keys, in no order. A key without a row gives none; where keys are not unique in the org, one may
// give several.
func (c *Client) RowsByKey(ctx context.Context, keys []string) ([]Row, error) {
	var rows []Row
	for _, chunk := range salesforce.Chunks(keys, queryIDs) {
		err := c.readRows(ctx, "looking up stamp rows by key", c.names.UniqueKey+" IN "+salesforce.List(chunk), func(page []Row) error {
			rows = append(rows, page...)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// RowsByID returns the rows with these ids, in the order of ids. A row that was deleted (or is hidden from the user) is left out.
func (c *Client) RowsByID(ctx context.Context, ids []string) ([]Row, error) {
	const doing = "reading stamp rows back"
	s, err := c.describedShape(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.reach(doing, c.names.Stamp); err != nil {
		return nil, err
	}
	var rows []Row
	for start := 0; start < len(ids); start += salesforce.MaxRetrieve {
		chunk := ids[start:min(start+salesforce.MaxRetrieve, len(ids))]
		records, err := c.sf.Retrieve(ctx, doing, c.names.Stamp, chunk, s.rowFields)
		if err != nil {
			return nil, err
		}
		for _, raw := range records {
			if raw == nil {
				continue
			}
			row, err := c.row(doing, raw)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// readRows gives the rows that fulfil a condition to yield.
func (c *Client) readRows(ctx context.Context, doing, where string, yield func([]Row) error) error {
	s, err := c.describedShape(ctx)
	if err != nil {
		return err
	}
	if err := s.reach(doing, c.names.Stamp); err != nil {
		return err
	}
	soql := "SELECT " + strings.Join(s.rowFields, ",") + " FROM " + c.names.Stamp + " WHERE " + where + " ORDER BY Id"
	return c.sf.Query(ctx, doing, soql, func(records []json.RawMessage) error {
		page := make([]Row, len(records))
		for i, raw := range records {
			if page[i], err = c.row(doing, raw); err != nil {
				return err
			}
		}
		return yield(page)
	})
}

// row reads one record of 勤怠連携.
func (c *Client) row(doing string, raw json.RawMessage) (Row, error) {
	n := c.names
	r, err := decodeWhole(doing, raw)
	if err != nil {
		return Row{}, err
	}
	row := Row{ID: r.id("Id"), Key: r.text(n.UniqueKey), EmployeeID: r.id(n.EmpID), EmployeeCode: strings.TrimSpace(r.text(n.EmpCode)),
		Kind: c.kind(r.text(n.StampType)), Status: r.text(n.Status), TargetDate: r.text(n.TargetDate), Device: r.text(n.InputDevice)}
	row.Error = strings.TrimSpace(r.text(n.ErrorText) + " " + r.text(n.ErrorDetail))
	if row.At, err = r.instant(n.StampedDate); err != nil {
		return Row{}, fmt.Errorf("%s: row %s: %w", doing, row.ID, err)
	}
	if row.Created, err = r.instant("CreatedDate"); err != nil {
		return Row{}, fmt.Errorf("%s: row %s: %w", doing, row.ID, err)
	}
	return row, nil
}

// kind turns TeamSpirit's type into ours. A number field answers 1.0 where a picklist answers "1".
func (c *Client) kind(value string) string {
	switch strings.TrimSuffix(value, ".0") {
	case c.names.TypeIn:
		return In
	case c.names.TypeOut:
		return Out
	}
	return value
}
