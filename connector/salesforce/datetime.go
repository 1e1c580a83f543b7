package salesforce

import (
	"fmt"
	"time"
)

// ParseDateTime reads a datetime in any form Salesforce writes or takes, such as 2026-11-22T01:02:03.000+0000, …+00:00 or …Z, and returns it in UTC.
// Without an offset it is an error: guessing a zone would move a stamp by nine hours.
func ParseDateTime(s string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("reading datetime %q: not a form of Salesforce", snippet(s))
}
