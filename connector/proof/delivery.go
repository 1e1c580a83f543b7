package proof

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// checkRequests looks at what went over the wire: S7, the payloads of S8, S11, and what came of unknown outcomes.
func (c *checker) checkRequests() {
	payload := map[string]string{}
	unknown := map[string]int{}
	for n, q := range c.Requests {
		for _, id := range q.Changed {
			c.verdict.FinalityBreaks = append(c.verdict.FinalityBreaks, fmt.Sprintf("S7 %s %s changed row %s", q.Method, q.Path, id))
		}
		pinned := c.AkerunOrganization
		if q.Server == "salesforce" {
			pinned = c.SalesforceOrganization
		}
		if q.Organization != "" && pinned != "" && q.Organization != pinned {
			c.verdict.TenantBreaks = append(c.verdict.TenantBreaks, fmt.Sprintf("S11 request %d: %s %s went to %s", n, q.Method, q.Path, q.Organization))
		}
		for _, s := range q.Stamps {
			if before, ok := payload[s.Key]; ok && !sameStamp(before, s.Payload) {
				c.verdict.WALBreaks = append(c.verdict.WALBreaks, fmt.Sprintf("S8 %s was sent with another payload in request %d", s.Key, n))
			}
			payload[s.Key] = s.Payload
			if q.Outcome == Unknown {
				unknown[s.Key]++
			}
		}
	}
	for _, r := range c.Rows {
		if r.Ours && unknown[r.Key] > 0 {
			c.verdict.Recovered++
			delete(unknown, r.Key)
		}
	}
}

// checkSnapshots looks at what was durable when: S8 and S9.
func (c *checker) checkSnapshots() {
	order := make([]int, 0, len(c.Snapshots))
	for n, s := range c.Snapshots {
		c.checkWriteAhead(n, s)
		if s.Accesses != nil {
			c.checkCursor(n, s)
			order = append(order, n)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return c.Snapshots[a].At.Compare(c.Snapshots[b].At) })
	var held map[string]bool
	for _, n := range order {
		s := c.Snapshots[n]
		for _, id := range sorted(held) {
			if !s.Accesses[id] {
				c.gap("S9 access %s was durable and has vanished by snapshot %d", id, n)
			}
		}
		held = s.Accesses
	}
}

// checkWriteAhead: when a create reaches the server, each of its rows is durable as sending, with the bytes that are sent.
func (c *checker) checkWriteAhead(n int, s Snapshot) {
	if s.Request < 0 || s.Request >= len(c.Requests) || s.Outbox == nil {
		return
	}
	outbox := make(map[string]OutboxRow, len(s.Outbox))
	for _, o := range s.Outbox {
		outbox[o.Key] = o
	}
	for _, sent := range c.Requests[s.Request].Stamps {
		switch o, ok := outbox[sent.Key]; {
		case !ok:
			c.verdict.WALBreaks = append(c.verdict.WALBreaks, fmt.Sprintf("S8 snapshot %d: %s arrived and was not durable", n, sent.Key))
		case o.State != Sending:
			c.verdict.WALBreaks = append(c.verdict.WALBreaks, fmt.Sprintf("S8 snapshot %d: %s arrived while %s", n, sent.Key, o.State))
		case !sameStamp(o.Payload, sent.Payload):
			c.verdict.WALBreaks = append(c.verdict.WALBreaks, fmt.Sprintf("S8 snapshot %d: %s arrived with other bytes than are durable", n, sent.Key))
		}
	}
}

// checkCursor: everything that the API had shown with an id up to the cursor, or within a window that was read, is durable. The connector
// reads from the business day of the first start on.
func (c *checker) checkCursor(n int, s Snapshot) {
	from := businessDay(c.firstStart()).opens()
	for _, a := range c.Accesses {
		if s.Accesses[a.ID] || a.At.Before(from) || a.Organization != "" && c.AkerunOrganization != "" && a.Organization != c.AkerunOrganization {
			continue
		}
		up := c.shownAt(a.ID)
		if s.Cursor != "" && !idAfter(a.ID, s.Cursor) && c.passed(up, s) {
			c.gap("S9 snapshot %d: access %s is behind the cursor %s and not durable", n, a.ID, s.Cursor)
			continue
		}
		if slices.ContainsFunc(s.Windows, func(w Window) bool {
			return !a.At.Before(w.From) && !a.At.After(w.To) && !up.After(w.ReadAt)
		}) {
			c.gap("S9 snapshot %d: access %s lies in a window that was read and is not durable", n, a.ID)
		}
	}
}

// passed tells whether a row shown at up was there when the cursor passed it: not later than the cursor's own row was shown. Where ids go
// by the instant at the door, a late row gets a small id, and only the look-back finds it.
func (c *checker) passed(up time.Time, s Snapshot) bool {
	cursorUp := c.shownAt(s.Cursor)
	if cursorUp.IsZero() {
		cursorUp = s.At
	}
	return !up.After(cursorUp)
}

// shownAt returns when the API first showed an access; zero for an unknown id.
func (c *checker) shownAt(id string) time.Time {
	if c.ups == nil {
		c.ups = make(map[string]time.Time, len(c.Accesses))
		for _, a := range c.Accesses {
			c.ups[a.ID] = later(a.At, a.Up)
		}
	}
	return c.ups[id]
}

func (c *checker) gap(format string, args ...any) {
	c.verdict.CursorGaps = append(c.verdict.CursorGaps, fmt.Sprintf(format, args...))
}

func sorted(ids map[string]bool) []string {
	all := make([]string, 0, len(ids))
	for id := range ids {
		all = append(all, id)
	}
	slices.SortFunc(all, func(a, b string) int {
		switch {
		case idAfter(a, b):
			return 1
		case idAfter(b, a):
			return -1
		}
		return strings.Compare(a, b)
	})
	return all
}

// sameStamp tells whether two payloads are the same stamp: byte for byte, and where one of them went as a line of an upload, which has no attributes, field
// by field.
func sameStamp(a, b string) bool {
	if a == b {
		return true
	}
	var fieldsA, fieldsB map[string]any
	if json.Unmarshal([]byte(a), &fieldsA) != nil || json.Unmarshal([]byte(b), &fieldsB) != nil {
		return false
	}
	if fieldsA["attributes"] != nil && fieldsB["attributes"] != nil {
		return false
	}
	delete(fieldsA, "attributes")
	delete(fieldsB, "attributes")
	return maps.EqualFunc(fieldsA, fieldsB, func(x, y any) bool { return fmt.Sprint(x) == fmt.Sprint(y) })
}
