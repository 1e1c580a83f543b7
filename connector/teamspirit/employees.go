package teamspirit

import (
	"context"
	"encoding/json"
	"strings"

	"dakokubridge/connector/salesforce"
)

// Employee is a 勤怠社員. A code may be held by more than one.
type Employee struct {
	ID         string // record id, 18 characters
	Code, Name string
	Mail       string // of the user record; "" where it can't be read
	UserID     string
	Entry, End string // 入社日 and 退社日, 2026-11-22 or ""
}

// Employees gives every employee the signed-in user can see to yield, page by page in the order of their ids. When it fails, what was given before is not
// everyone.
func (c *Client) Employees(ctx context.Context, yield func([]Employee) error) error {
	s, err := c.describedShape(ctx)
	if err != nil {
		return err
	}
	const doing = "reading employees"
	n := c.names
	if err := s.reach(doing, n.Employee); err != nil {
		return err
	}
	fields := s.employeeFields
	soql := "SELECT " + strings.Join(fields, ",") + " FROM " + n.Employee + " ORDER BY Id"
	return c.sf.Query(ctx, doing, soql, func(records []json.RawMessage) error {
		page := make([]Employee, len(records))
		for i, raw := range records {
			r, err := decodeWhole(doing, raw)
			if err != nil {
				return err
			}
			page[i] = Employee{ID: r.id("Id"), Code: strings.TrimSpace(r.text(n.EmployeeCode)), Name: r.text("Name"), Mail: r.text(n.EmployeeUserMail),
				UserID: r.id(n.EmployeeUser), Entry: r.text(n.EntryDate), End: r.text(n.EndDate)}
		}
		return yield(page)
	})
}

// employeeIDs reads the ids of all employees the signed-in user can see.
func (c *Client) employeeIDs(ctx context.Context) ([]string, error) {
	var ids []string
	err := salesforce.Read(ctx, c.sf, "counting visible employees", "SELECT Id FROM "+c.names.Employee+" ORDER BY Id", func(page []struct{ ID string }) error {
		for _, r := range page {
			ids = append(ids, long(r.ID))
		}
		return nil
	})
	return ids, err
}

// long returns the 18-character form of an id, or the id itself when it is none.
func long(id string) string {
	if l, ok := salesforce.ID18(id); ok {
		return l
	}
	return id
}
