package salesforceserver

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// The API versions that the server offers.
const (
	oldestVersion = 31
	newestVersion = 66
)

// route finds the handler of a request.
func (s *Server) route(c *call) answer {
	switch {
	case strings.HasPrefix(c.path, "/services/oauth2/"):
		return s.oauth(c)
	case c.path == "/login" || c.path == "/consent" || c.path == "/":
		return s.page(c)
	case strings.HasPrefix(c.path, "/id/"):
		return s.identity(c)
	case c.path == "/services/data" || c.path == "/services/data/":
		return versions(c)
	case strings.HasPrefix(c.path, "/services/data/"):
		a := s.api(c)
		if c.counted && !s.switches.NoLimitInfo {
			if a.header == nil {
				a.header = map[string]string{}
			}
			a.header["Sforce-Limit-Info"] = fmt.Sprintf("api-usage=%d/%d", s.usage.total(c.now), s.switches.DailyLimit)
		}
		return a
	}
	return notFound()
}

var seasons = []string{"Winter", "Spring", "Summer"}

func versions(c *call) answer {
	if c.method != http.MethodGet {
		return wrongMethod(c.method)
	}
	type version struct {
		Label   string `json:"label"`
		URL     string `json:"url"`
		Version string `json:"version"`
	}
	var out []version
	for n := oldestVersion; n <= newestVersion; n++ {
		// Version 31 was Summer '14, and three follow each year.
		label := fmt.Sprintf("%s '%02d", seasons[(n+1)%3], 14+(n-31+2)/3)
		out = append(out, version{label, fmt.Sprintf("/services/data/v%d.0", n), fmt.Sprintf("%d.0", n)})
	}
	return jsonAnswer(http.StatusOK, out)
}

var versionPattern = regexp.MustCompile(`^v(\d+)\.0$`)

// api answers /services/data/vXX.0/…
func (s *Server) api(c *call) answer {
	segments, ok := parts(strings.TrimPrefix(c.path, "/services/data/"))
	if !ok {
		return notFound()
	}
	m := versionPattern.FindStringSubmatch(segments[0])
	if m == nil {
		return notFound()
	}
	if n, err := strconv.Atoi(m[1]); err != nil || n < oldestVersion || n > newestVersion {
		return notFound()
	}
	c.version = segments[0]
	if a, ok := s.admit(c); !ok {
		return a
	}
	rest := segments[1:]
	if len(rest) == 0 {
		rest = []string{""}
	}
	switch rest[0] {
	case "":
		return c.resources()
	case "sobjects":
		return c.sobjects(rest[1:])
	case "query", "queryAll":
		return c.queries(rest[1:])
	case "composite":
		if len(rest) >= 2 && rest[1] == "sobjects" {
			return c.collections(rest[2:])
		}
	case "jobs":
		if len(rest) >= 2 && rest[1] == "ingest" {
			return c.ingest(rest[2:])
		}
	case "limits":
		return c.limits()
	}
	return notFound()
}

// admit checks session, faults and limits before anything is done.
func (s *Server) admit(c *call) (answer, bool) {
	if c.user = s.sign.bearer(s, c); c.user == nil {
		return failure(&apiError{http.StatusUnauthorized, "INVALID_SESSION_ID", s.switches.UnauthorizedReason}), false
	}
	unavailable := failure(&apiError{http.StatusServiceUnavailable, "SERVER_UNAVAILABLE", "We are down for maintenance."})
	switch {
	case s.switches.HTMLError != 0:
		return htmlError(s.switches.HTMLError), false
	case s.switches.Maintenance == "down", s.switches.Maintenance == "read_only" && isWrite(c):
		return unavailable, false
	case s.switches.ConcurrentLimit:
		return failure(&apiError{http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."}), false
	case s.usage.total(c.now) >= s.switches.DailyLimit:
		c.counted = true
		return failure(&apiError{http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."}), false
	}
	c.counted = true
	s.usage.add(c.now)
	return answer{}, true
}

func (c *call) view() *view { return &view{s: c.s, u: c.user} }

func (c *call) root() string { return "/services/data/" + c.version }

func (c *call) resources() answer {
	if c.method != http.MethodGet {
		return wrongMethod(c.method)
	}
	out := map[string]string{"identity": c.base + "/id/" + c.s.organizationID() + "/" + c.user.ID}
	for _, name := range []string{"sobjects", "query", "queryAll", "composite", "jobs", "limits"} {
		out[name] = c.root() + "/" + name
	}
	return jsonAnswer(http.StatusOK, out)
}

// usage counts API calls of the last 24 hours in buckets of a minute.
type usage struct {
	minutes []bucket
	sum     int
}

type bucket struct {
	minute int64
	calls  int
}

func (u *usage) total(now time.Time) int {
	limit := now.Add(-24*time.Hour).Unix() / 60
	for len(u.minutes) > 0 && u.minutes[0].minute <= limit {
		u.sum -= u.minutes[0].calls
		u.minutes = u.minutes[1:]
	}
	return u.sum
}

func (u *usage) add(now time.Time) {
	minute := now.Unix() / 60
	if n := len(u.minutes); n == 0 || u.minutes[n-1].minute < minute {
		u.minutes = append(u.minutes, bucket{minute: minute})
	}
	u.minutes[len(u.minutes)-1].calls++
	u.sum++
}

func (c *call) limits() answer {
	if c.method != http.MethodGet {
		return wrongMethod(c.method)
	}
	limit := c.s.switches.DailyLimit
	used := c.s.usage.total(c.now)
	return jsonAnswer(http.StatusOK, map[string]map[string]int{
		"DailyApiRequests":         {"Max": limit, "Remaining": max(0, limit-used)},
		"DailyAsyncApexExecutions": {"Max": 250_000, "Remaining": 250_000},
		"DailyBulkApiBatches":      {"Max": c.s.switches.BulkDaily, "Remaining": max(0, c.s.switches.BulkDaily-c.s.jobsOfDay(c.now))},
		"DailyBulkV2QueryJobs":     {"Max": 10_000, "Remaining": 10_000},
		"DataStorageMB":            {"Max": 10_240, "Remaining": 9_000},
	})
}
