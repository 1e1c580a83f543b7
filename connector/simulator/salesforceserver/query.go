package salesforceserver

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dakokubridge/connector/simulator/soql"
)

// cursor is a query's answer that is being read page by page.
type cursor struct {
	id     string
	user   *user
	result *soql.Result
	size   int // rows of a page
}

// maxCursors is how many a user may have open; the oldest are closed.
const maxCursors = 10

const defaultPage = 2000

var batchSizePattern = regexp.MustCompile(`(?i)batchSize\s*=\s*(\d+)`)

func (c *call) queries(rest []string) answer {
	if c.method != http.MethodGet {
		return wrongMethod(c.method)
	}
	if len(rest) == 1 {
		return c.queryMore(rest[0])
	}
	text := c.query.Get("q")
	if len(rest) > 0 {
		return notFound()
	}
	if strings.TrimSpace(text) == "" {
		return failure(&apiError{http.StatusBadRequest, "MALFORMED_QUERY", "A query string has to be specified"})
	}
	v := c.view()
	result, err := soql.Run(text, v, c.now)
	switch {
	case err != nil:
		return queryFailure(err)
	case v.problem != nil:
		return failure(v.problem)
	}
	k := &cursor{user: c.user, result: result, size: c.pageSize()}
	if result.Len() > k.size {
		k.id = c.s.newID("01g")
		c.keep(k)
	}
	return c.pageOf(k, 0)
}

// pageSize is what the client asks for within what Salesforce grants.
func (c *call) pageSize() int {
	size := defaultPage
	if m := batchSizePattern.FindStringSubmatch(c.header.Get("Sforce-Query-Options")); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			size = min(max(n, 200), defaultPage)
		}
	}
	return min(size, c.s.switches.PageSize)
}

func (c *call) keep(k *cursor) {
	open := 0
	for _, o := range c.s.cursors {
		if o.user == k.user {
			open++
		}
	}
	if open >= maxCursors {
		i := slices.IndexFunc(c.s.cursors, func(o *cursor) bool { return o.user == k.user })
		c.s.cursors = slices.Delete(c.s.cursors, i, i+1)
	}
	c.s.cursors = append(c.s.cursors, k)
}

// queryMore answers query/<id>-<offset>.
func (c *call) queryMore(locator string) answer {
	id, offset, ok := strings.Cut(locator, "-")
	from, err := strconv.Atoi(offset)
	i := slices.IndexFunc(c.s.cursors, func(k *cursor) bool { return k.id == id && k.user == c.user })
	if !ok || err != nil || i < 0 || from < 0 || from >= c.s.cursors[i].result.Len() {
		return failure(&apiError{http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator"})
	}
	return c.pageOf(c.s.cursors[i], from)
}

func (c *call) pageOf(k *cursor, from int) answer {
	to := min(from+k.size, k.result.Len())
	body := make([]byte, 0, 64+(to-from)*200)
	body = fmt.Appendf(body, `{"totalSize":%d,"done":%t,`, k.result.Size(), to == k.result.Len())
	if to < k.result.Len() {
		body = fmt.Appendf(body, `"nextRecordsUrl":"%s/query/%s-%d",`, c.root(), k.id, to)
	}
	body = append(body, `"records":[`...)
	body = k.result.Append(body, from, to, c.root()+"/sobjects")
	return answer{status: http.StatusOK, contentType: "application/json;charset=UTF-8", body: append(body, "]}"...)}
}
