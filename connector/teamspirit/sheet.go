package teamspirit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"dakokubridge/connector/salesforce"
)

// queryIDs is how many ids one query names: each takes some 27 bytes of an address that may be 16 KB long.
const queryIDs = 200

// SheetDay is a day row of the time sheet. Times are minutes from 00:00 in Japan of Date, 1440 and more after midnight; nil where the field is empty.
type SheetDay struct {
	EmployeeID, Date   string // record id (18 characters); 2026-11-22
	PushStart, PushEnd *int   // by the Web button
	RealStart, RealEnd *int   // the same before rounding
	Start, End         *int   // on the sheet; End may be filled before the employee has left
	Closed             bool   // as far as the org has a field that tells, see Names.DayClosed
}

// Sheet gives the day rows of the dates from…to (both included) to yield, page by page. employeeIDs nil means everyone; up to 200 are asked for by id, of
// more the rows of the others are read too and left out.
func (c *Client) Sheet(ctx context.Context, from, to string, employeeIDs []string, yield func([]SheetDay) error) error {
	const doing = "reading the time sheet"
	for _, d := range []string{from, to} {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	n := c.names
	s, err := c.describedShape(ctx)
	if err != nil {
		return err
	}
	fields := append([]string{"Id", n.DayEmployee}, n.dayFields()...)
	if s.dayClosed {
		fields = append(fields, n.DayClosed)
	}
	soql := "SELECT " + strings.Join(fields, ",") + " FROM " + n.Day + " WHERE " + n.DayDate + " >= " + from + " AND " + n.DayDate + " <= " + to
	wanted, filter := c.chosen(employeeIDs, n.DayEmployee)
	if employeeIDs != nil && len(wanted) == 0 {
		return nil
	}
	return c.sf.Query(ctx, doing, soql+filter+" ORDER BY Id", func(records []json.RawMessage) error {
		page := make([]SheetDay, 0, len(records))
		for _, raw := range records {
			r, err := decode(doing, raw)
			if err != nil {
				return err
			}
			d := SheetDay{EmployeeID: r.id(n.DayEmployee), Date: r.text(n.DayDate),
				PushStart: r.minutes(n.PushStart), PushEnd: r.minutes(n.PushEnd), RealStart: r.minutes(n.RealStart), RealEnd: r.minutes(n.RealEnd),
				Start: r.minutes(n.Start), End: r.minutes(n.End), Closed: s.dayClosed && r.text(n.DayClosed) == n.Closed}
			if employeeIDs == nil || wanted[d.EmployeeID] {
				page = append(page, d)
			}
		}
		return yield(page)
	})
}

// chosen returns the set of ids, and the condition that asks for them where they are few enough for one query.
func (c *Client) chosen(ids []string, field string) (map[string]bool, string) {
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[long(id)] = true
	}
	if len(wanted) == 0 || len(wanted) > queryIDs {
		return wanted, ""
	}
	sorted := make([]string, 0, len(wanted))
	for id := range wanted {
		sorted = append(sorted, id)
	}
	slices.Sort(sorted)
	return wanted, " AND " + field + " IN " + salesforce.List(sorted)
}

// dayFields are the fields of a day row itself.
func (n Names) dayFields() []string {
	return []string{n.DayDate, n.PushStart, n.PushEnd, n.RealStart, n.RealEnd, n.Start, n.End}
}
