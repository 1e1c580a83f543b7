package salesforce

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// usage is how many of the org's daily calls are used, as the last answer said.
type usage struct {
	used, max int
	at        time.Time
}

// Usage returns how many of the org's calls of the rolling 24 hours are used, of how many, as the answer received at the given instant said;
// the zero time when none has said it yet. Salesforce counts with some delay, and other programs share the limit.
func (c *Client) Usage() (used, max int, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.usage.used, c.usage.max, c.usage.at
}

// noteUsage keeps what the Sforce-Limit-Info header of an answer says; a header in another form is left alone.
func (c *Client) noteUsage(header string, received time.Time) {
	used, max, ok := parseUsage(header)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.usage = usage{used: used, max: max, at: received}
}

// parseUsage reads "api-usage=18/5000" out of a header that may also carry per-app figures.
func parseUsage(header string) (used, max int, ok bool) {
	for part := range strings.FieldsFuncSeq(header, func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
		if n, err := fmt.Sscanf(part, "api-usage=%d/%d", &used, &max); err == nil && n == 2 && used >= 0 && max > 0 {
			return used, max, true
		}
	}
	return 0, 0, false
}

// Limit is one limit of the org.
type Limit struct {
	Max       int `json:"Max"`
	Remaining int `json:"Remaining"`
}

// Limits reads the org's limits by name, DailyApiRequests among them, which [Client.Usage] tells from then on.
func (c *Client) Limits(ctx context.Context) (map[string]Limit, error) {
	path, err := c.data(ctx, "/limits")
	if err != nil {
		return nil, err
	}
	var limits map[string]Limit
	const doing = "reading the org's limits"
	if err := c.get(ctx, doing, path, &limits); err != nil {
		return nil, err
	}
	day, ok := limits["DailyApiRequests"]
	if !ok {
		return nil, failure(doing, CauseBadAnswer, Stop, "DailyApiRequests is missing")
	}
	if day.Max > 0 {
		c.mu.Lock()
		c.usage = usage{used: max(0, day.Max-day.Remaining), max: day.Max, at: c.cfg.Now()}
		c.mu.Unlock()
	}
	return limits, nil
}
