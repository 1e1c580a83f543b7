package transport

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestRetryAfter is the most that a server is believed about when to come back. Beyond it the header is a mistake, and a link
// that sleeps for years helps nobody.
const longestRetryAfter = 7 * 24 * time.Hour

// RetryAfter reads the Retry-After header of an answer (RFC 9110, 10.2.3: seconds, or an HTTP date) and gives the instant in UTC before
// which no call should be made. Seconds count from the answer's own Date, and from received where it has none. Zero: no header, or
// one that can't be read. More than seven days is cut to seven days.
func RetryAfter(h http.Header, received time.Time) time.Time {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return time.Time{}
	}
	from := received.UTC()
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		from = date.UTC()
	}
	latest := from.Add(longestRetryAfter)
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		if seconds > uint64(longestRetryAfter/time.Second) {
			return latest
		}
		return from.Add(time.Duration(seconds) * time.Second)
	}
	// More digits than fit a number are still digits: a very long time, not garbage.
	if strings.Trim(value, "0123456789") == "" {
		return latest
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return time.Time{}
	}
	if at.After(latest) {
		return latest
	}
	return at.UTC()
}
