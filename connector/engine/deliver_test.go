package engine

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"dakokubridge/connector/store"

	"pgregory.net/rapid"
)

// TestCalls: no employee in two calls, no call too long, nothing lost or doubled, an employee's rows in the order of their instants, and what is
// due longest first.
func TestCalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		employees := rapid.IntRange(1, 300).Draw(t, "employees")
		rows := make([]store.Outbox, rapid.IntRange(0, 700).Draw(t, "rows"))
		for i := range rows {
			rows[i] = store.Outbox{
				ID: int64(i + 1), EmployeeID: fmt.Sprint("E", rapid.IntRange(1, employees).Draw(t, "employee")), At: int64(rapid.IntRange(0, 50).Draw(t, "at")),
				Attempts: int64(max(0, rapid.IntRange(-20, 9).Draw(t, "attempts"))),
			}
		}
		checkCalls(t, rows, calls(rows))
	})
}

func checkCalls(t *rapid.T, rows []store.Outbox, made [][]store.Outbox) {
	call := make(map[string]int)
	sent := make(map[int64]bool)
	for i, rows := range made {
		most := rowsACall
		for n, r := range rows {
			most = min(most, callSize(r.Attempts))
			if before, ok := call[r.EmployeeID]; ok && before != i {
				t.Fatalf("%s is in calls %d and %d", r.EmployeeID, before, i)
			}
			call[r.EmployeeID] = i
			if sent[r.ID] {
				t.Fatalf("row %d is sent twice", r.ID)
			}
			sent[r.ID] = true
			if n > 0 && rows[n-1].EmployeeID == r.EmployeeID && rows[n-1].At > r.At {
				t.Fatalf("%s: %d before %d", r.EmployeeID, rows[n-1].At, r.At)
			}
		}
		if len(rows) == 0 || len(rows) > most {
			t.Fatalf("a call of %d rows, at most %d", len(rows), most)
		}
	}
	// What stays behind is the later rows of an employee with more than a call's worth.
	for id, own := range byEmployee(rows) {
		slices.SortStableFunc(own, func(a, b store.Outbox) int { return cmp.Compare(a.At, b.At) })
		left := len(own)
		for _, r := range own {
			if sent[r.ID] {
				left--
			}
		}
		tried := slices.MaxFunc(own, func(a, b store.Outbox) int { return cmp.Compare(a.Attempts, b.Attempts) }).Attempts
		if want := max(0, len(own)-callSize(tried)); left != want {
			t.Fatalf("%s: %d of %d rows stay behind, want %d", id, left, len(own), want)
		}
	}
	if len(rows) > 0 && made[0][0].EmployeeID != rows[0].EmployeeID {
		t.Fatal("who is due longest does not go first")
	}
}

func byEmployee(rows []store.Outbox) map[string][]store.Outbox {
	out := make(map[string][]store.Outbox)
	for _, r := range rows {
		out[r.EmployeeID] = append(out[r.EmployeeID], r)
	}
	return out
}

func TestFullCalls(t *testing.T) {
	var rows []store.Outbox
	for i := range 1000 {
		rows = append(rows, store.Outbox{ID: int64(i), EmployeeID: fmt.Sprint("E", i)})
	}
	if n := len(calls(rows)); n != 5 {
		t.Errorf("1,000 people's rows go in %d calls", n)
	}
}

// told is an error in the words of the clients'.
type told struct {
	advice, cause string
	sent          bool
	after         time.Time
}

func (e told) Error() string         { return e.cause }
func (e told) Advice() string        { return e.advice }
func (e told) Cause() string         { return e.cause }
func (e told) Sent() bool            { return e.sent }
func (e told) RetryAfter() time.Time { return e.after }

func TestWhatMayHaveArrived(t *testing.T) {
	for _, c := range []struct {
		err          error
		maybe, never bool
	}{
		{told{cause: "offline"}, false, true},
		{told{cause: "offline", sent: true}, true, false},
		{told{cause: "tls"}, false, true},
		{told{cause: "proxy"}, false, true},
		{told{cause: "login_needed"}, false, true},
		{told{cause: "timeout", sent: true}, true, false},
		{told{cause: "timeout"}, false, false},
		{told{cause: "server"}, false, false},
		{told{cause: "limit"}, false, false},
		{told{cause: "server", sent: true}, true, false},
		{errors.New("anything else"), true, false},
		{fmt.Errorf("wrapped: %w", told{cause: "offline"}), false, true},
	} {
		if maybeSent(c.err) != c.maybe || neverLeft(c.err) != c.never {
			t.Errorf("%#v: maybe %v, never %v", c.err, maybeSent(c.err), neverLeft(c.err))
		}
	}
}
