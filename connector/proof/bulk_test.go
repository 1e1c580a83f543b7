package proof_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/salesforceserver"
)

// bulkPoints are where a process may die while a bulk job carries stamps.
var bulkPoints = []string{
	engine.HookBulkBeforeCreate, engine.HookBulkAfterCreate, engine.HookBulkBeforeUpload, engine.HookBulkAfterUpload, engine.HookBulkBeforeClose, engine.HookBulkAfterClose,
	engine.HookBulkAfterCommit, engine.HookBulkBeforeRecord, engine.HookBulkRecorded,
}

// bulkWorld is a quiet office of six people for whom a job carries whatever is more than two stamps.
type bulkWorld struct {
	*rig.Rig
	people []rig.Person
	start  time.Time
	live   atomic.Bool
}

// bulkOffice opens the office and has everybody come and go on one day. edit changes Salesforce's switches, hook is called from the start on.
func bulkOffice(t *testing.T, key string, edit func(*salesforceserver.Switches), hook func(point string) error) *bulkWorld {
	t.Helper()
	switches := salesforceserver.DefaultSwitches()
	switches.UniqueKey = key
	if edit != nil {
		edit(&switches)
	}
	w := &bulkWorld{start: time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)}
	var ahead bulkAhead
	w.Rig = rig.Quiet(t, rig.Options{
		Salesforce: &switches, BulkFrom: 2, Settings: func(s *settings.Settings) { s.Engine.PollInterval = time.Hour },
		OnWrite: func(rows []salesforceserver.Write) { ahead.check(t, rows) },
		Hook: func(_ context.Context, point string) error {
			if !w.live.Load() || hook == nil {
				return nil
			}
			return hook(point)
		},
	})
	ahead.open(t, w.Dir)
	for i := range 6 {
		p := w.Hire(fmt.Sprint("B", i))
		w.people = append(w.people, p)
		w.Enter(p, w.start.Add(4*time.Hour+time.Duration(i+1)*time.Second), w.start.Add(13*time.Hour+time.Duration(i)*time.Minute))
	}
	w.Link(w.start)
	w.live.Store(true)
	return w
}

// bulkAhead is writeAhead for rows that may come as lines of an upload: the outbox has each as sending, with the same fields.
type bulkAhead struct{ writeAhead }

func (w *bulkAhead) check(t *testing.T, rows []salesforceserver.Write) {
	for _, row := range rows {
		var state, job string
		var payload []byte
		if err := w.db.QueryRow("SELECT state, payload, bulk_job FROM outbox WHERE key = ?", row.Key).Scan(&state, &payload, &job); err != nil {
			t.Errorf("a row reached Salesforce that the outbox has not: %s %v", row.Body, err)
			continue
		}
		if state != "sending" {
			t.Errorf("%s reached Salesforce while it was %s", row.Key, state)
		}
		var durable, sent map[string]any
		if json.Unmarshal(payload, &durable) != nil || json.Unmarshal(row.Body, &sent) != nil {
			t.Fatalf("%s: %s or %s is no JSON", row.Key, payload, row.Body)
		}
		if durable["attributes"] != nil && sent["attributes"] == nil && job == "" {
			t.Errorf("%s went by a job that the outbox does not name", row.Key)
		}
		delete(durable, "attributes")
		delete(sent, "attributes")
		if fmt.Sprint(durable) != fmt.Sprint(sent) {
			t.Errorf("%s was sent as %s, the outbox has %s", row.Key, row.Body, payload)
		}
	}
}

// mustBe fails the test unless the checker is silent and everybody has both stamps.
func (w *bulkWorld) mustBe(t *testing.T, stamps int) {
	t.Helper()
	if v := w.Judge(nil); !v.Valid || v.Stamped != stamps {
		t.Errorf("%d stamps, want %d\n%s", v.Stamped, stamps, v.Story())
	}
}

// jobCalls counts the requests about bulk jobs by method.
func (w *bulkWorld) jobCalls(method, part string) int {
	n := 0
	for _, q := range w.World.SalesforceServer().RequestLog() {
		if q.Method == method && strings.Contains(q.Path, "/jobs/ingest") && strings.Contains(q.Path, part) {
			n++
		}
	}
	return n
}

// TestBulk: what waits goes by one job each time, whatever the key field is.
func TestBulk(t *testing.T) {
	t.Parallel()
	for _, key := range keyFields {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			w := bulkOffice(t, key, nil, nil)
			w.RunUntil(w.start.Add(26 * time.Hour))
			w.mustBe(t, 12)
			if made := w.jobCalls("POST", ""); made != 2 {
				t.Errorf("%d jobs, want one for 出勤 and one for 退勤", made)
			}
			if small := smallWrites(w.Rig); small != 0 {
				t.Errorf("%d small writes beside", small)
			}
			if open := w.Open(); len(open) != 0 {
				t.Errorf("open: %q", open)
			}
		})
	}
}

func smallWrites(r *rig.Rig) (n int) {
	for _, q := range r.World.SalesforceServer().RequestLog() {
		if q.Body != nil && strings.HasSuffix(strings.SplitN(q.Path, "?", 2)[0], "/composite/sobjects") || q.Method == "PATCH" && strings.Contains(q.Path, "/composite/sobjects/") {
			n++
		}
	}
	return n
}

// hardest is the key field with which the server itself keeps nothing from being doubled.
var hardest = []string{salesforceserver.KeyPlain}

// TestBulkCrashes: the process dies at each point of the first and of the second job and is started again.
func TestBulkCrashes(t *testing.T) { bulkCrashes(t, hardest) }

// TestBulkFaults: what may happen to a job.
func TestBulkFaults(t *testing.T) { bulkFaults(t, hardest) }

// TestVolumeBulk does both with the other key fields.
func TestVolumeBulk(t *testing.T) {
	bulkCrashes(t, keyFields[:2])
	bulkFaults(t, keyFields[:2])
}

func bulkCrashes(t *testing.T, keys []string) {
	t.Parallel()
	for _, key := range keys {
		for _, point := range bulkPoints {
			t.Run(point+"/"+key, func(t *testing.T) {
				t.Parallel()
				var mu sync.Mutex
				hits := 0
				w := bulkOffice(t, key, nil, func(p string) error {
					mu.Lock()
					defer mu.Unlock()
					if p == point {
						if hits++; hits == 1 || hits == 3 {
							return errCrash
						}
					}
					return nil
				})
				end := w.start.Add(28 * time.Hour)
				crashes := 0
				for w.RunToCrash(end) {
					crashes++
					w.Restart()
				}
				if crashes == 0 {
					t.Fatalf("%s was never passed", point)
				}
				w.mustBe(t, 12)
				if open := w.Open(); len(open) != 0 {
					t.Errorf("open: %q", open)
				}
			})
		}
	}
}

func bulkFaults(t *testing.T, keys []string) {
	lost := func(method, path string) func(*salesforceserver.Switches) {
		return func(s *salesforceserver.Switches) {
			s.FailNext = []salesforceserver.Failure{{Method: method, Path: path, Drop: true, AfterApply: true}}
		}
	}
	cut := func(method, path string) func(*salesforceserver.Switches) {
		return func(s *salesforceserver.Switches) {
			s.FailNext = []salesforceserver.Failure{{Method: method, Path: path, Drop: true}}
		}
	}
	for name, edit := range map[string]func(*salesforceserver.Switches){
		"create not answered":  lost("POST", "/jobs/ingest"),
		"create cut":           cut("POST", "/jobs/ingest"),
		"upload not answered":  lost("PUT", "/batches"),
		"upload cut":           cut("PUT", "/batches"),
		"close not answered":   lost("PATCH", "/jobs/ingest"),
		"close cut":            cut("PATCH", "/jobs/ingest"),
		"results not answered": lost("GET", "/successfulResults"),
		"a zombie closes": func(s *salesforceserver.Switches) {
			s.FailNext = []salesforceserver.Failure{{Method: "PATCH", Path: "/jobs/ingest", Drop: true, ApplyAfter: salesforceserver.Duration(4 * time.Minute)}}
		},
		"dies half-way":           func(s *salesforceserver.Switches) { s.BulkFailNext, s.BulkFailAfter = 1, 3 },
		"dies before it begins":   func(s *salesforceserver.Switches) { s.BulkFailNext = 1 },
		"not permitted":           func(s *salesforceserver.Switches) { s.BulkRefused = "FEATURENOTENABLED" },
		"the API is off for bulk": func(s *salesforceserver.Switches) { s.BulkRefused = "API_DISABLED_FOR_ORG" },
		"no jobs left":            func(s *salesforceserver.Switches) { s.BulkDaily = 0 },
		"waits for two hours":     func(s *salesforceserver.Switches) { s.BulkWait = salesforceserver.Duration(2 * time.Hour) },
		"slow, and goes on after it was ended": func(s *salesforceserver.Switches) {
			s.BulkPace, s.BulkAbortLate = 1, salesforceserver.Duration(8*time.Minute)
			s.BulkWait = salesforceserver.Duration(59*time.Minute + 30*time.Second)
		},
		"locked rows": func(s *salesforceserver.Switches) {
			s.RowErrors = []salesforceserver.RowFailure{{Count: 2, StatusCode: "UNABLE_TO_LOCK_ROW"}}
		},
	} {
		for _, key := range keys {
			t.Run(name+"/"+key, func(t *testing.T) {
				t.Parallel()
				w := bulkOffice(t, key, edit, nil)
				w.RunUntil(w.start.Add(29 * time.Hour))
				w.mustBe(t, 12)
				if open := w.Open(); len(open) != 0 {
					t.Errorf("open: %q", open)
				}
			})
		}
	}
}

// TestBulkOfTwo: another PC has written some of the rows that a job carries. They count as there, whichever way the job says so, and nothing is doubled.
func TestBulkOfTwo(t *testing.T) {
	w := bulkOffice(t, salesforceserver.KeyUnique, func(s *salesforceserver.Switches) {
		s.RowErrors = []salesforceserver.RowFailure{{Count: 2, StatusCode: "DUPLICATE_VALUE", AfterApply: true}}
	}, nil)
	w.RunUntil(w.start.Add(26 * time.Hour))
	w.mustBe(t, 12)
	if open := w.Open(); len(open) != 1 || open[0] != "OTHER_CONNECTOR" {
		t.Errorf("open: %q", open)
	}
}
