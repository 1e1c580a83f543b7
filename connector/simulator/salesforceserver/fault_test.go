package salesforceserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFailures(t *testing.T) {
	row := func() map[string]any {
		return map[string]any{"records": []any{stamp(employeeID(1), "1", "2026-11-20 09:00:00", "UniqueKey", "k")}}
	}
	for _, c := range []struct {
		name, swap, value string
		status            int // 0: the connection drops
		code, header      string
		rows              int // after the faulty call
	}{
		{"server error before", "fail_next", `[{"status":500,"path":"composite"}]`, 500, "UNKNOWN_EXCEPTION", "", 0},
		{"server error after", "fail_next", `[{"status":500,"after_apply":true}]`, 500, "UNKNOWN_EXCEPTION", "", 1},
		{"unavailable with a time", "fail_next", `[{"status":503,"retry_after":"120"}]`, 503, "SERVER_UNAVAILABLE", "120", 0},
		{"too many", "fail_next", `[{"status":429,"code":"X","message":"slow down"}]`, 429, "X", "", 0},
		{"page of HTML", "fail_next", `[{"status":502,"html":true}]`, 502, "", "", 0},
		{"dropped before", "fail_next", `[{"drop":true}]`, 0, "", "", 0},
		{"dropped after", "fail_next", `[{"drop":true,"after_apply":true,"method":"POST"}]`, 0, "", "", 1},
		{"response lost", "response_lost", `1`, 0, "", "", 1},
		{"another path", "fail_next", `[{"status":500,"path":"oauth2"}]`, 200, "", "", 1},
		{"another method", "fail_next", `[{"status":500,"method":"PATCH"}]`, 200, "", "", 1},
		{"HTML everywhere", "html_error", `200`, 200, "", "", 0},
		{"maintenance", "maintenance", `"down"`, 503, "SERVER_UNAVAILABLE", "", 0},
		{"read only", "maintenance", `"read_only"`, 503, "SERVER_UNAVAILABLE", "", 0},
		{"concurrent calls", "concurrent_limit", `true`, 403, "REQUEST_LIMIT_EXCEEDED", "", 0},
		{"daily limit", "daily_limit", `0`, 403, "REQUEST_LIMIT_EXCEEDED", "", 0},
		{"row locked", "row_errors", `[{"status_code":"UNABLE_TO_LOCK_ROW"}]`, 200, "UNABLE_TO_LOCK_ROW", "", 0},
		{"row locked for another", "row_errors", `[{"status_code":"UNABLE_TO_LOCK_ROW","employee_id":"` + employeeID(2) + `"}]`, 200, "", "", 1},
		{"row error though written", "row_errors", `[{"status_code":"UNABLE_TO_LOCK_ROW","after_apply":true}]`, 200, "UNABLE_TO_LOCK_ROW", "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newOrg(t)
			k := g.client("admin@example.jp")
			g.set(c.swap, c.value)
			r, err := k.try("POST", "composite/sobjects", row())
			if (err != nil) != (c.status == 0) || r.status != c.status || r.code() != c.code || err == nil && r.header.Get("Retry-After") != c.header {
				t.Errorf("got %d %q, %v", r.status, r.body, err)
			}
			if n := len(g.s.StampRows()); n != c.rows {
				t.Errorf("%d rows, want %d", n, c.rows)
			}
			if c.name == "read only" {
				if r := k.do("GET", "limits", nil); r.status != 200 {
					t.Errorf("reading: %d", r.status)
				}
				if r := k.do("POST", "composite/sobjects/"+stampObject, map[string]any{"ids": []string{employeeID(1)}, "fields": []string{"Id"}}); r.status != 200 {
					t.Errorf("reading by POST: %d", r.status)
				}
			}
			if strings.HasPrefix(c.swap, "fail") || c.swap == "response_lost" || c.swap == "row_errors" {
				if r, err := k.try("PATCH", "composite/sobjects/"+stampObject+"/"+fUniqueKey, row()); c.name != "another method" && (err != nil || r.status != 200 || c.name != "row locked for another" && r.code() != "") {
					t.Errorf("the next call fails, too: %d %s %v", r.status, r.body, err)
				}
			}
		})
	}
}

func TestWriteThatAppliesLate(t *testing.T) {
	g := newOrg(t)
	k := g.client("admin@example.jp")
	g.set("fail_next", `[{"drop":true,"apply_after":"9m"}]`)
	if _, err := k.try("POST", "composite/sobjects", map[string]any{"records": []any{stamp(employeeID(1), "1", "2026-11-20 08:00:00")}}); err == nil {
		t.Fatal("the connection was not dropped")
	}
	g.clock.advance(8 * time.Minute)
	if n := len(g.s.StampRows()); n != 0 {
		t.Fatalf("%d rows after 8 minutes", n)
	}
	g.clock.advance(10 * time.Minute)
	rows := g.s.StampRows()
	if len(rows) != 1 || !rows[0].Born.Equal(jst("2026-11-20 09:09:00")) || rows[0].Status != statusDone || !rows[0].Processed.Equal(jst("2026-11-20 09:10:00")) {
		t.Errorf("after 18 minutes: %+v", rows)
	}
}

func TestHangEndsWithTheClient(t *testing.T) {
	g := newOrg(t)
	k := g.client("admin@example.jp")
	g.set("fail_next", `[{"hang":true}]`)
	q, _ := http.NewRequest("GET", g.url+"/services/data/v60.0/limits", nil)
	q.Header.Set("Authorization", "Bearer "+k.token)
	if _, err := (&http.Client{Timeout: 50 * time.Millisecond}).Do(q); err == nil {
		t.Error("a hanging call was answered")
	}
	if log := g.s.RequestLog(); log[len(log)-1].Status != 0 {
		t.Errorf("log says %+v", log[len(log)-1])
	}
}

func TestLimitCountsTheLastDay(t *testing.T) {
	g := newOrg(t)
	k := g.client("admin@example.jp")
	g.set("daily_limit", "3")
	for n := 1; n <= 3; n++ {
		if r := k.do("GET", "sobjects", nil); r.status != 200 || r.header.Get("Sforce-Limit-Info") != fmt.Sprintf("api-usage=%d/3", n) {
			t.Fatalf("call %d: %d %s", n, r.status, r.header.Get("Sforce-Limit-Info"))
		}
		g.clock.advance(time.Hour)
	}
	if r := k.do("GET", "limits", nil); r.status != 403 || !strings.Contains(string(r.body), "TotalRequests Limit exceeded.") {
		t.Fatalf("the fourth: %d %s", r.status, r.body)
	}
	g.clock.advance(21*time.Hour + time.Minute)
	if r := k.do("GET", "limits", nil); r.status != 200 || !strings.Contains(string(r.body), `"DailyApiRequests":{"Max":3,"Remaining":0}`) {
		t.Errorf("a day after the first: %d %s", r.status, r.body)
	}
}

func TestDateHeader(t *testing.T) {
	g := newOrg(t)
	k := g.client("admin@example.jp")
	for value, want := range map[string]string{`"now"`: "Fri, 20 Nov 2026 00:00:00 GMT", `"none"`: "", `"garbage"`: "yesterday, or so", `"2h"`: "Fri, 20 Nov 2026 02:00:00 GMT", `"-30m"`: "Thu, 19 Nov 2026 23:30:00 GMT"} {
		g.set("date_header", value)
		if got := k.do("GET", "limits", nil).header.Get("Date"); got != want {
			t.Errorf("%s: %q, want %q", value, got, want)
		}
	}
}

// TestSwitchesByName: every switch can be set to what it is, and nonsense changes nothing.
func TestSwitchesByName(t *testing.T) {
	g := newOrg(t)
	before := g.s.Switches()
	all, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(all, &values); err != nil {
		t.Fatal(err)
	}
	names := SwitchNames()
	if len(names) != len(values) || !slices.Contains(names, "batch_interval") {
		t.Errorf("%d names for %d values", len(names), len(values))
	}
	for _, name := range names {
		g.set(name, string(values[name]))
	}
	for name, value := range map[string]string{"nothing": "true", "batch_on": `"yes"`, "unique_key": `"x"`, "batch_interval": `"0s"`, "access_lifetime": `"-1m"`, "month_locked": `["2026"]`,
		"date_header": `"soon"`, "page_size": "0", `batch_on":false,"ic_on`: "false", "daily_limit": `1}{`, "day_locked": `["x"]`, "approvals_limit": "0"} {
		if err := g.s.SetSwitch(name, json.RawMessage(value)); err == nil {
			t.Errorf("%s = %s is taken", name, value)
		}
	}
	if after := g.s.Switches(); !reflect.DeepEqual(after, before) {
		t.Errorf("switches changed to %+v", after)
	}
}

func TestOnWriteSeesEveryRowBeforeItIsThere(t *testing.T) {
	var g *org
	var mu sync.Mutex
	var seen []Write
	var there []int
	g = newOrg(t, func(o *Options) {
		o.OnWrite = func(rows []Write) {
			n := len(g.s.StampRows()) // the hook may use the server
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, rows...)
			there = append(there, n)
		}
	})
	k := g.client("admin@example.jp")
	body := `{"attributes":{"type":"` + stampObject + `"},  "` + fEmpID + `":"` + employeeID(1) + `","` + fUniqueKey + `":"db1/1","` + fStampType + `":"1","` + fStampedDate + `":"2026-11-20T00:00:00Z"}`
	k.do("POST", "composite/sobjects", `{"records":[`+body+`,{"attributes":{"type":"Foo__c"}}]}`)
	k.do("PATCH", "composite/sobjects/"+stampObject+"/"+fUniqueKey, `{"records":[`+body+`]}`)
	if len(seen) != 2 || !slices.Equal(there, []int{0, 1}) {
		t.Fatalf("seen %+v with %v rows", seen, there)
	}
	if w := seen[0]; string(w.Body) != body || w.Key != "db1/1" || w.EmployeeID != employeeID(1) || w.Operation != "create" || w.Username != "admin@example.jp" || seen[1].Operation != "upsert" || string(seen[1].Body) != body {
		t.Errorf("seen %+v", seen)
	}
	log := g.s.RequestLog()
	if r := log[len(log)-1]; !strings.Contains(string(r.Body), body) || r.Status != 200 || !r.API {
		t.Errorf("log %+v", r)
	}
	(&client{g, "bad"}).do("POST", "composite/sobjects", `{"records":[`+body+`]}`)
	if len(seen) != 2 {
		t.Error("OnWrite was called for a call without a session")
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	g := newOrg(t, func(o *Options) { o.OnWrite = func([]Write) {} })
	g.set("unique_key", `"unique"`)
	k := g.client("admin@example.jp")
	var wait sync.WaitGroup
	for w := range 8 {
		wait.Go(func() {
			for n := range 10 {
				key := fmt.Sprint("key", n) // every worker wants the same ten rows
				if _, err := k.try("POST", "composite/sobjects", map[string]any{"records": []any{stamp(employeeID(1+w%4), "1", "2026-11-20 09:00:00", "UniqueKey", key)}}); err != nil {
					t.Error(err)
				}
				g.clock.advance(time.Minute)
				g.s.Sheet("", "")
				if _, err := k.try("GET", "limits", nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	keys := map[string]int{}
	for _, r := range g.s.StampRows() {
		keys[r.Key]++
	}
	if len(keys) != 10 || len(g.s.StampRows()) != 10 {
		t.Errorf("rows by key: %v", keys)
	}
}
