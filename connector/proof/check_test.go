package proof

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
	"time"
)

const (
	orgAkerun = "O-1"
	orgForce  = "00D000000000001AAA"
	tuesday   = "2026-11-24"
)

// jt reads a time of Tuesday in Japan, such as 09:00, 09:00:30 or 33:00 (= 09:00 of Wednesday).
func jt(s string) time.Time {
	var h, m, sec int
	fmt.Sscanf(s+":0", "%d:%d:%d", &h, &m, &sec)
	return parseDate(tuesday).at(time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(sec)*time.Second)
}

// world writes evidence by hand.
type world struct{ Evidence }

// office is a company on Tuesday: U1 is E1 and U2 is E2, linked for long, at 12:30 of Wednesday.
func office() *world {
	w := &world{Evidence{
		Seed: 7, Now: jt("36:30"), AkerunOrganization: orgAkerun, SalesforceOrganization: orgForce,
		Starts: []Start{{From: jt("00:00").AddDate(0, -1, 0)}},
		Users: []User{
			{ID: "U1", Code: "001", Organizations: []string{orgAkerun}},
			{ID: "U2", Code: " 002　", Organizations: []string{orgAkerun}},
			{ID: "U9", Code: "", Organizations: []string{orgAkerun}},
		},
		Employees: []Employee{{ID: "E1", Code: "001"}, {ID: "E2", Code: "002"}},
	}}
	return w
}

// in adds accesses of a user: "09:00", or "09:00 up 12:00", each with an id of its own.
func (w *world) comes(user string, times ...string) *world {
	for _, s := range times {
		at, up, late := strings.Cut(s, " up ")
		a := Access{ID: fmt.Sprint(100 + len(w.Accesses)), Organization: orgAkerun, Door: "A1", User: user, Action: "unlock", Device: "nfc_outside", At: jt(at), Up: jt(at)}
		if late {
			a.Up = jt(up)
		}
		w.Accesses = append(w.Accesses, a)
	}
	return w
}

// stamp adds a row of ours, its request and the snapshot of the moment.
func (w *world) stamp(employee, kind string, revision int, at, born string) *world {
	k := Key{employee, businessDay(jt(at)).text(), kind, revision}
	key := keyOf(orgForce, k)
	payload := k.String() + at
	w.Rows = append(w.Rows, Row{
		ID: fmt.Sprint("a1", len(w.Rows)), Key: key, Ours: true, Employee: employee, Kind: kind, At: jt(at),
		TargetDate: k.Day, Status: Processed, Born: jt(born),
	})
	w.Requests = append(w.Requests, Request{At: jt(born), Server: "salesforce", Method: "POST", Path: "/composite/sobjects", Organization: orgForce,
		Outcome: Answered, Stamps: []SentStamp{{key, payload}}})
	durable := map[string]bool{}
	for _, a := range w.Accesses {
		if !a.Up.After(jt(born)) {
			durable[a.ID] = true
		}
	}
	w.Snapshots = append(w.Snapshots, Snapshot{At: jt(born), Request: len(w.Requests) - 1, Outbox: []OutboxRow{{key, Sending, payload}}, Accesses: durable})
	return w
}

func (w *world) item(person, day, reason string) *world {
	w.Items = append(w.Items, Item{Person: person, Day: day, Reason: reason, State: "open"})
	return w
}

func (w *world) web(employee, kind, at, made string) *world {
	w.WebStamps = append(w.WebStamps, WebStamp{Employee: employee, Day: tuesday, Kind: kind, At: jt(at), Made: jt(made)})
	return w
}

// ordinary is a clean day of two people.
func ordinary() *world {
	return office().comes("U1", "09:00", "12:00", "18:00").comes("U2", "10:00", "19:00").
		stamp("E1", "in", 1, "09:00", "09:01").stamp("E2", "in", 1, "10:00", "10:01").
		stamp("E1", "out", 1, "18:00", "29:01").stamp("E2", "out", 1, "19:00", "29:01")
}

// found tells which lists of a verdict have entries, and what the first one is.
func found(v Verdict) string {
	var lists []string
	for name, keys := range map[string][]Key{"lost": v.Lost, "doubled": v.Duplicated, "unexpected": v.Unexpected} {
		for _, k := range keys {
			lists = append(lists, fmt.Sprint(name, " ", k))
		}
	}
	for name, lines := range map[string][]string{
		"value": v.WrongValue, "order": v.OrderBreaks, "early": v.Early, "finality": v.FinalityBreaks, "wal": v.WALBreaks, "cursor": v.CursorGaps, "tenant": v.TenantBreaks,
	} {
		if len(lines) > 0 {
			lists = append(lists, name)
		}
	}
	return strings.Join(sortedText(lists), ", ")
}

func sortedText(s []string) []string {
	for i := range s {
		for j := i + 1; j < len(s); j++ {
			if s[j] < s[i] {
				s[i], s[j] = s[j], s[i]
			}
		}
	}
	return s
}

// TestClean: what is right must pass.
func TestClean(t *testing.T) {
	for _, c := range []struct {
		name                        string
		w                           *world
		expected, stamped, excepted int
	}{
		{"an ordinary day", ordinary(), 4, 4, 0},
		{"one access", office().comes("U1", "09:00").stamp("E1", "in", 1, "09:00", "09:01"), 1, 1, 0},
		{"under five minutes", office().comes("U1", "09:00:00", "09:04:59").stamp("E1", "in", 1, "09:00", "09:01"), 1, 1, 0},
		{"a night", office().comes("U1", "22:00", "25:30", "28:59:59").stamp("E1", "in", 1, "22:00", "22:01").stamp("E1", "out", 1, "28:59:59", "29:00"), 2, 2, 0},
		{"Web 出勤 first", office().comes("U1", "09:00", "18:00").web("E1", "in", "08:55", "08:55").stamp("E1", "out", 1, "18:00", "29:01"), 2, 1, 0},
		{"Web 退勤 earlier", office().comes("U1", "09:00", "17:30").web("E1", "out", "17:00", "17:00").stamp("E1", "in", 1, "09:00", "09:01").stamp("E1", "out", 1, "17:30", "29:01"), 2, 2, 0},
		{"Web 退勤 later", office().comes("U1", "09:00", "17:00").web("E1", "out", "19:00", "19:00").stamp("E1", "in", 1, "09:00", "09:01"), 2, 1, 0},
		{"Web 出勤 between reading and sending", office().comes("U1", "09:00").web("E1", "in", "09:00", "09:00:30").stamp("E1", "in", 1, "09:00", "09:02"), 1, 1, 0},
		{"another system stamped", func() *world {
			w := office().comes("U1", "09:00", "18:00").stamp("E1", "out", 1, "18:00", "29:01")
			w.Rows = append(w.Rows, Row{ID: "x", Employee: "E1", Kind: "in", At: jt("08:58"), Born: jt("08:58"), Status: Processed})
			return w
		}(), 2, 1, 0},
		{"started during the day, seen before", func() *world {
			w := office().comes("U1", "09:00", "13:20", "18:00").stamp("E1", "out", 1, "18:00", "29:01").item("E1", tuesday, "SEEN_BEFORE_START")
			w.Starts[0].From = jt("13:00")
			return w
		}(), 1, 1, 0},
		{"started during the day, came later", func() *world {
			w := office().comes("U1", "13:20", "18:00").stamp("E1", "in", 1, "13:20", "13:21").stamp("E1", "out", 1, "18:00", "29:01")
			w.Starts[0].From = jt("13:00")
			return w
		}(), 2, 2, 0},
		{"before the start", func() *world {
			w := ordinary().comes("U1", "09:00")
			w.Accesses[len(w.Accesses)-1].At = jt("09:00").AddDate(0, -2, 0)
			return w
		}(), 4, 4, 0},
		{"nobody's accesses", func() *world {
			w := ordinary().comes("", "08:00").comes("U1", "07:00", "07:10", "07:20", "23:00").comes("U9", "09:00", "18:00").comes("U404", "09:00")
			n := len(w.Accesses)
			w.Accesses[n-7].Device, w.Accesses[n-6].Action, w.Accesses[n-5].Device, w.Accesses[n-4].Organization = "Auto_Lock", "unlock_denied", "remote", "O-2"
			return w
		}(), 4, 4, 0},
		{"a late first access, listed", ordinary().comes("U1", "08:00 up 15:00").item("E1", tuesday, "LATE_EARLIER"), 4, 4, 0},
		{"a late last access, corrected", ordinary().comes("U1", "22:00 up 31:00").stamp("E1", "out", 2, "22:00", "31:05"), 4, 5, 0},
		{"a late last access, listed", ordinary().comes("U1", "22:00 up 36:05").item("E1", tuesday, "LATE_LATER"), 4, 4, 0},
		{"a late last access, just come", ordinary().comes("U1", "22:00 up 36:20"), 4, 4, 0},
		{"a person put the sheet right", ordinary().comes("U1", "22:00 up 36:05").web("E1", "out", "22:00", "36:10"), 4, 4, 0},
		{"エラー, listed", func() *world {
			w := ordinary().item("E1", tuesday, "REJECTED")
			w.Rows[2].Status = Failed
			return w
		}(), 4, 4, 1},
		{"エラー, sent again", func() *world {
			w := ordinary().stamp("E1", "out", 2, "18:00", "33:00")
			w.Rows[2].Status = Failed
			return w
		}(), 4, 5, 0},
		{"deleted by an administrator, listed", func() *world {
			w := ordinary().item("E1", "", "ROW_DELETED")
			w.Rows[2].Status, w.Rows[2].Gone = Deleted, true
			return w
		}(), 4, 3, 1},
		{"未処理, listed for all", func() *world {
			w := ordinary().item("", "", "NOT_PROCESSED")
			w.Rows[3].Status = Unprocessed
			return w
		}(), 4, 4, 0},
		{"未処理, not for long", func() *world {
			w := ordinary()
			w.Rows[3].Status, w.Now = Unprocessed, jt("30:30")
			return w
		}(), 4, 4, 0},
		{"not closed yet", func() *world {
			w := office().comes("U1", "09:00", "18:00").stamp("E1", "in", 1, "09:00", "09:01")
			w.Now = jt("20:00")
			return w
		}(), 1, 1, 0},
		{"two users, one code", func() *world {
			w := ordinary()
			w.Users = append(w.Users, User{ID: "U3", Code: "003"}, User{ID: "U4", Code: "003"})
			w.Employees = append(w.Employees, Employee{ID: "E3", Code: "003"})
			return w.comes("U3", "09:00", "18:00").comes("U4", "09:00")
		}(), 4, 4, 0},
		{"two employees, one code, and one has left", func() *world {
			w := ordinary()
			w.Employees = append(w.Employees, Employee{ID: "E0", Code: "001", End: "2026-11-23"})
			return w
		}(), 4, 4, 0},
		{"left and not yet come", func() *world {
			w := ordinary()
			w.Users = append(w.Users, User{ID: "U3", Code: "003"}, User{ID: "U4", Code: "004"})
			w.Employees = append(w.Employees, Employee{ID: "E3", Code: "003", End: "2026-11-23"}, Employee{ID: "E4", Code: "004", Entry: "2026-11-25"})
			return w.comes("U3", "09:00", "18:00").comes("U4", "09:00", "18:00")
		}(), 4, 4, 0},
		{"two 事業所", func() *world {
			w := ordinary()
			w.Users = append(w.Users, User{ID: "U3", Code: "003", Organizations: []string{orgAkerun, "O-2"}})
			w.Employees = append(w.Employees, Employee{ID: "E3", Code: "003"})
			return w.comes("U3", "09:00", "18:00")
		}(), 4, 4, 0},
		{"a second user with the code, of another 事業所", func() *world {
			w := ordinary()
			w.Users = append(w.Users, User{ID: "U3", Code: "001", Organizations: []string{"O-2"}}, User{ID: "U4", Code: "002", Organizations: []string{}})
			return w
		}(), 4, 4, 0},
		{"a code that passes to another user in the morning, and both came before it was read again", func() *world {
			w := office().comes("U3", "08:56").comes("U4", "08:52").stamp("E3", "in", 1, "08:56", "09:00")
			w.Users = append(w.Users, User{ID: "U3", Code: "003", Until: jt("08:50")}, User{ID: "U3", Code: "", From: jt("08:50")},
				User{ID: "U4", Code: "004", Until: jt("08:50")}, User{ID: "U4", Code: "003", From: jt("08:50")})
			w.Employees = append(w.Employees, Employee{ID: "E3", Code: "003"})
			return w
		}(), 0, 1, 0},
		{"the leaver whose account is deleted in the evening", func() *world {
			w := ordinary()
			w.Users[0].Until = jt("18:30")
			return w
		}(), 4, 4, 0},
		{"registered at ten, came at nine", func() *world {
			w := ordinary()
			w.Users[0].From = jt("10:00")
			w.Rows[0].Born = jt("10:20")
			return w
		}(), 4, 4, 0},
		{"code changed just before the first access: either is right", func() *world {
			w := ordinary()
			w.Users[0].Until = jt("08:50")
			w.Users = append(w.Users, User{ID: "U1", Code: "003", From: jt("08:50")})
			w.Employees = append(w.Employees, Employee{ID: "E3", Code: "003"})
			return w
		}(), 2, 4, 0},
		{"taken out by hand at noon", func() *world {
			w := office().comes("U1", "09:00", "18:00").stamp("E1", "in", 1, "09:00", "09:01")
			w.Exclusions = []Exclusion{{Person: "U1", From: jt("12:00")}}
			return w
		}(), 0, 1, 0},
		{"a door taken out", func() *world {
			w := ordinary().comes("U1", "07:00")
			w.Accesses[len(w.Accesses)-1].Door = "A9"
			w.Exclusions = []Exclusion{{Door: "A9", From: jt("00:00")}}
			return w
		}(), 4, 4, 0},
		{"a door whose clock runs ahead", ordinary().comes("U1", "20:00 up 18:00"), 4, 4, 0},
		{"missed while unlinked, sent afterwards", func() *world {
			w := office().comes("U1", "09:00", "18:00").stamp("E1", "in", 1, "09:00", "35:01").stamp("E1", "out", 1, "18:00", "35:01")
			w.Starts = []Start{{From: w.Starts[0].From, Until: jt("06:00")}, {From: jt("35:00")}}
			return w
		}(), 2, 2, 0},
		{"missed while unlinked, a later day chosen", func() *world {
			w := office().comes("U1", "09:00", "18:00").comes("U2", "30:00").stamp("E2", "in", 1, "30:00", "35:01")
			w.Starts = []Start{{From: w.Starts[0].From, Until: jt("06:00")}, {From: jt("35:00"), BackfillFrom: "2026-11-25"}}
			return w
		}(), 1, 1, 0},
		{"missed while unlinked, filled by hand", func() *world {
			w := office().comes("U1", "09:00", "18:00").web("E1", "in", "09:30", "34:00").web("E1", "out", "17:00", "34:00").comes("U2", "30:00").stamp("E2", "in", 1, "30:00", "35:01")
			w.Starts = []Start{{From: w.Starts[0].From, Until: jt("06:00")}, {From: jt("35:00")}}
			return w
		}(), 3, 1, 0},
		{"unlinked and not linked again", func() *world {
			w := office().comes("U1", "09:00", "18:00").stamp("E1", "in", 1, "09:00", "09:01")
			w.Starts[0].Until = jt("12:00")
			return w
		}(), 1, 1, 0},
		{"an item of the user explains", office().comes("U1", "09:00", "18:00").item("U1", "", "EMPLOYEE_UNKNOWN").comes("U2", "10:00").stamp("E2", "in", 1, "10:00", "10:01"), 3, 1, 2},
		{"asked for on the next day", func() *world {
			w := ordinary()
			w.Users = append(w.Users, User{ID: "U3", Code: "003", From: jt("33:00")})
			w.Employees = append(w.Employees, Employee{ID: "E3", Code: "003"})
			w.Asked = []Asked{{Employee: "E3", Day: tuesday, At: jt("35:00")}}
			return w.comes("U3", "09:00", "18:00").stamp("E3", "in", 1, "09:00", "35:01").stamp("E3", "out", 1, "18:00", "35:01")
		}(), 4, 6, 0},
		{"the code changes hands at one: the day stays", func() *world {
			w := office().comes("U1", "09:00", "12:00").comes("U3", "14:00", "20:00").stamp("E1", "in", 1, "09:00", "09:01").stamp("E1", "out", 1, "12:00", "29:01")
			w.Users[0].Until = jt("13:00")
			w.Users = append(w.Users, User{ID: "U3", Code: "001", From: jt("13:00")})
			return w
		}(), 2, 2, 0},
		{"sent before the unlinking, born after", func() *world {
			w := ordinary()
			w.Starts[0].Until, w.Requests, w.Snapshots = jt("29:00:30"), nil, nil
			return w
		}(), 2, 4, 0},
		{"Web 出勤 after midnight, on whatever date", office().comes("U1", "26:00").web("E1", "in", "25:00", "25:00").stamp("E1", "in", 1, "26:00", "26:10"), 1, 1, 0},
		{"Web 出勤 after midnight, on the next date", func() *world {
			w := ordinary().comes("U1", "31:00").web("E1", "in", "25:00", "25:00")
			w.Requests, w.Snapshots = nil, nil
			return w
		}(), 5, 4, 0},
		{"a correction that a fault held up", func() *world {
			w := ordinary().comes("U1", "22:00 up 31:00").stamp("E1", "out", 2, "22:00", "40:00")
			w.Now, w.HealedAt = jt("42:00"), jt("39:00")
			return w
		}(), 4, 5, 0},
		{"Web 出勤 that can't be seen", func() *world {
			w := ordinary().web("E1", "in", "08:50", "08:50")
			w.SheetUnreadable = true
			return w
		}(), 4, 4, 0},
		{"just after the 出勤 that stands", office().comes("U1", "08:00 up 15:00", "09:00", "09:03").stamp("E1", "in", 1, "09:00", "09:01").item("E1", tuesday, "LATE_EARLIER"), 1, 1, 0},
		{"just after Web 出勤", office().comes("U1", "09:00", "18:00").web("E1", "in", "17:58", "17:58").comes("U2", "10:00").stamp("E2", "in", 1, "10:00", "10:01").
			item("E1", tuesday, "WEB_CLOCK_IN_LATER"), 2, 1, 0},
		{"a door taken out in the evening", func() *world {
			w := ordinary()
			w.Exclusions = []Exclusion{{Door: "A1", From: jt("20:00")}}
			return w
		}(), 0, 4, 0},
		{"a window read before the row was shown", func() *world {
			w := ordinary().comes("U1", "13:00 up 14:00")
			w.Snapshots[0].Windows = []Window{{jt("05:00"), jt("13:30"), jt("13:30")}}
			w.Snapshots[0].At = jt("13:30")
			w.Snapshots[0].Accesses = map[string]bool{"100": true, "101": true, "103": true}
			w.Snapshots[1].Accesses, w.Snapshots[2].Accesses, w.Snapshots[3].Accesses = nil, nil, nil
			return w
		}(), 4, 4, 0},
		{"other rows are no matter", func() *world {
			w := ordinary()
			w.Rows = append(w.Rows, Row{ID: "x", Employee: "E8", Kind: "in", At: jt("08:58"), Born: jt("08:58"), Status: Processed})
			return w
		}(), 4, 4, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := Check(c.w.Evidence)
			if !v.Valid || v.Expected != c.expected || v.Stamped != c.stamped || v.Excepted != c.excepted {
				t.Errorf("expected %d, stamped %d, excepted %d; want %d, %d, %d\n%s", v.Expected, v.Stamped, v.Excepted, c.expected, c.stamped, c.excepted, v.Story())
			}
		})
	}
}

// TestBroken: each thing that goes wrong must be found, by its own name.
func TestBroken(t *testing.T) {
	drop := func(w *world, n int) { w.Rows = append(w.Rows[:n:n], w.Rows[n+1:]...) }
	for _, c := range []struct {
		name   string
		change func(w *world)
		want   string
	}{
		{"S1 a 出勤 is missing", func(w *world) { drop(w, 0) }, "lost E1/2026-11-24/in, order"},
		{"S1 a 退勤 is missing", func(w *world) { drop(w, 3) }, "lost E2/2026-11-24/out"},
		{"S1 a day is missing", func(w *world) { drop(w, 3); drop(w, 1) }, "lost E2/2026-11-24/in, lost E2/2026-11-24/out"},
		{"S1 エラー without an item", func(w *world) { w.Rows[3].Status = Failed }, "lost E2/2026-11-24/out"},
		{"S1 未処理 for long", func(w *world) { w.Rows[3].Status = Unprocessed }, "lost E2/2026-11-24/out"},
		{"S1 deleted without an item", func(w *world) { w.Rows[3].Gone = true }, "lost E2/2026-11-24/out"},
		{"S1 an item of somebody else", func(w *world) { drop(w, 3); w.item("E1", "", "REJECTED") }, "lost E2/2026-11-24/out"},
		{"S1 an item of another day", func(w *world) { drop(w, 3); w.item("E2", "2026-11-25", "REJECTED") }, "lost E2/2026-11-24/out"},
		{"S1 a cured item", func(w *world) { drop(w, 3); w.item("E2", tuesday, "REJECTED"); w.Items[0].State = "cured" }, "lost E2/2026-11-24/out"},
		{"S1 an item that explains nothing", func(w *world) { drop(w, 3); w.item("", "", "UNKNOWN_TYPE") }, "lost E2/2026-11-24/out"},
		{"S1 an item about the other kind", func(w *world) { drop(w, 1); w.item("E2", tuesday, "NO_CLOCK_OUT") }, "lost E2/2026-11-24/in, order"},
		{"S1 an earlier Web 退勤 settles nothing", func(w *world) { drop(w, 3); w.web("E2", "out", "18:59", "18:59") }, "lost E2/2026-11-24/out"},
		{"S1 the code did not match as typed", func(w *world) { w.Users[1].Code = "002"; drop(w, 3) }, "lost E2/2026-11-24/out"},
		{"S1 seen before the start, and 退勤 is missing", func(w *world) {
			w.Starts[0].From = jt("13:00")
			w.Users = append(w.Users, User{ID: "U3", Code: "003"})
			w.Employees = append(w.Employees, Employee{ID: "E3", Code: "003"})
			w.comes("U3", "09:00", "13:20")
			w.Rows[0].Gone, w.Rows[1].Gone = true, true
			w.Snapshots = nil
		}, "early, lost E3/2026-11-24/out, order, unexpected E1/2026-11-24/in/1, unexpected E2/2026-11-24/in/1"},
		{"S1 taken out and in again before", func(w *world) {
			w.Exclusions = []Exclusion{{Person: "E2", From: jt("06:00"), Until: jt("08:00")}}
			drop(w, 3)
		}, "lost E2/2026-11-24/out"},
		{"S1 a deleted row of somebody else settles nothing", func(w *world) {
			drop(w, 3)
			w.Rows = append(w.Rows, Row{ID: "x", Employee: "E2", Kind: "out", At: jt("20:00"), Born: jt("20:00"), Status: Processed, Gone: true})
		}, "lost E2/2026-11-24/out"},
		{"S2 the same stamp twice", func(w *world) { w.stamp("E1", "in", 1, "09:00", "09:02") }, "doubled E1/2026-11-24/in/1"},
		{"S2 twice, one of them late in the day", func(w *world) { w.stamp("E1", "in", 1, "12:00", "12:01") }, "doubled E1/2026-11-24/in/1, value, wal"},
		{"S2 made anew after it was deleted", func(w *world) { w.Rows[0].Gone = true; w.stamp("E1", "in", 1, "09:00", "20:00") }, "doubled E1/2026-11-24/in/1"},
		{"S2 a revision of 出勤 without reason", func(w *world) { w.stamp("E1", "in", 2, "09:00", "09:02") }, "doubled E1/2026-11-24/in/2"},
		{"S2 a revision that corrects nothing", func(w *world) { w.stamp("E1", "out", 2, "18:00", "29:30") }, "doubled E1/2026-11-24/out/2"},
		{"S2 a revision out of nowhere", func(w *world) { w.comes("U1", "20:00 up 30:00").stamp("E1", "out", 3, "20:00", "30:30") }, "doubled E1/2026-11-24/out/3"},
		{"S2 a second correction", func(w *world) {
			w.comes("U1", "20:00 up 30:00", "21:00 up 31:00").stamp("E1", "out", 2, "20:00", "30:30").stamp("E1", "out", 3, "21:00", "31:30")
		}, "doubled E1/2026-11-24/out/3"},
		{"S2 a correction in the afternoon", func(w *world) {
			w.Now = jt("48:00")
			w.comes("U1", "20:00 up 40:00").stamp("E1", "out", 2, "20:00", "40:30")
		}, "doubled E1/2026-11-24/out/2"},
		{"S2 a key that is none", func(w *world) { w.Rows[0].Key = "db1/0" }, "value"},
		{"S2 a key of another day", func(w *world) { w.Rows[0].Key = keyOf(orgForce, Key{"E1", "2026-11-25", "in", 1}) }, "value"},
		{"S2 Web 出勤 was there", func(w *world) { w.web("E1", "in", "08:50", "08:50") }, "unexpected E1/2026-11-24/in/1"},
		{"S2 Web 退勤 was there and wins", func(w *world) { w.web("E1", "out", "18:00", "18:01") }, "unexpected E1/2026-11-24/out/1"},
		{"S3 no such access", func(w *world) { w.stamp("E3", "in", 1, "09:00", "09:01") }, "unexpected E3/2026-11-24/in/1"},
		{"S3 an access of somebody else", func(w *world) { drop(w, 0); w.stamp("E1", "in", 1, "10:00", "10:01") }, "unexpected E1/2026-11-24/in/1, value, wal"},
		{"S3 autolock", func(w *world) {
			drop(w, 0)
			w.Accesses[0].Device = "autolock"
			w.stamp("E1", "in", 1, "09:00", "09:01")
		}, "unexpected E1/2026-11-24/in/1"},
		{"S3 nobody named", func(w *world) { w.Accesses[0].User = "" }, "unexpected E1/2026-11-24/in/1"},
		{"S3 another 事業所", func(w *world) { w.Accesses[0].Organization = "O-2" }, "unexpected E1/2026-11-24/in/1"},
		{"S3 two users with the code", func(w *world) { w.Users[1].Code = "001" }, "unexpected E1/2026-11-24/in/1, unexpected E1/2026-11-24/out/1, unexpected E2/2026-11-24/in/1, unexpected E2/2026-11-24/out/1"},
		{"S3 two employees with the code", func(w *world) { w.Employees = append(w.Employees, Employee{ID: "E7", Code: "001"}) }, "unexpected E1/2026-11-24/in/1, unexpected E1/2026-11-24/out/1"},
		{"S3 two 事業所", func(w *world) { w.Users[0].Organizations = []string{orgAkerun, "O-2"} }, "unexpected E1/2026-11-24/in/1, unexpected E1/2026-11-24/out/1"},
		{"S3 before 入社日", func(w *world) { w.Employees[0].Entry = "2026-11-25" }, "unexpected E1/2026-11-24/in/1, unexpected E1/2026-11-24/out/1"},
		{"S3 after 退社日", func(w *world) { w.Employees[0].End = "2026-11-23" }, "unexpected E1/2026-11-24/in/1, unexpected E1/2026-11-24/out/1"},
		{"S3 linked on the next day only", func(w *world) { w.Users[0].From = jt("35:00") }, "unexpected E1/2026-11-24/in/1, unexpected E1/2026-11-24/out/1"},
		{"S3 taken out by hand", func(w *world) { w.Exclusions = []Exclusion{{Person: "E1", From: jt("12:00")}} }, "unexpected E1/2026-11-24/out/1"},
		{"S3 the door was taken out", func(w *world) { w.Exclusions = []Exclusion{{Door: "A1", From: jt("05:00")}} }, "unexpected E1/2026-11-24/in/1, unexpected E1/2026-11-24/out/1, unexpected E2/2026-11-24/in/1, unexpected E2/2026-11-24/out/1"},
		{"S3 seen before the start", func(w *world) { w.Starts[0].From = jt("09:30"); w.stamp("E1", "in", 1, "12:00", "12:01"); drop(w, 0) }, "unexpected E1/2026-11-24/in/1, wal"},
		{"S3 less than five minutes", func(w *world) {
			w.Accesses[2].At, w.Rows[2].At = jt("09:04"), jt("09:04")
			w.Accesses[1].At = jt("09:01")
		}, "order, unexpected E1/2026-11-24/out/1"},
		{"S4 not the first access", func(w *world) { w.Rows[0].At, w.Rows[0].Born = jt("12:00"), jt("12:01") }, "value"},
		{"S4 not the last access", func(w *world) { w.Rows[2].At = jt("12:00") }, "value"},
		{"S4 a second off", func(w *world) { w.Rows[0].At = jt("09:00:01") }, "unexpected E1/2026-11-24/in/1, value"},
		{"S4 the wrong date", func(w *world) { w.Rows[0].TargetDate = "2026-11-23" }, "value"},
		{"S4 a late row, not listed", func(w *world) { w.comes("U1", "08:00 up 15:00") }, "value"},
		{"S4 a late last row, not listed", func(w *world) { w.comes("U1", "22:00 up 35:00") }, "value"},
		{"S4 listed, but it was there in time", func(w *world) { w.comes("U1", "08:00").item("E1", tuesday, "LATE_EARLIER") }, "value"},
		{"S4 a date that can't be written", func(w *world) {
			w.DateUnwritable, w.Snapshots = true, nil
			w.Users = append(w.Users, User{ID: "U3", Code: "003"})
			w.Employees = append(w.Employees, Employee{ID: "E3", Code: "003"})
			w.comes("U3", "25:00").stamp("E3", "in", 1, "25:00", "25:01")
		}, "value"},
		{"S5 out before in", func(w *world) { w.Rows[0].At, w.Rows[0].Born, w.Rows[2].At = jt("18:00"), jt("18:01"), jt("12:00") }, "order, value"},
		{"S6 退勤 before 05:00", func(w *world) { w.Rows[2].Born = jt("28:59:59") }, "early"},
		{"S6 from the future", func(w *world) { w.Rows[0].Born = jt("08:57") }, "early, unexpected E1/2026-11-24/in/1"},
		{"S6 before the start", func(w *world) {
			w.Starts[0].From = jt("09:00")
			w.Rows[0].Born = jt("08:59:59")
			w.Accesses[0].Up = jt("08:59")
		}, "early"},
		{"S6 while unlinked", func(w *world) { w.Starts[0].Until = jt("18:30") }, "early"},
		{"S6 sent after the unlinking", func(w *world) { w.Starts[0].Until = jt("29:00:30") }, "early"},
		{"S7 a row was changed", func(w *world) { w.Requests[0].Changed = []string{"a10"} }, "finality"},
		{"S8 not durable", func(w *world) { w.Snapshots[0].Outbox = []OutboxRow{} }, "wal"},
		{"S8 not marked as sending", func(w *world) { w.Snapshots[0].Outbox[0].State = "planned" }, "wal"},
		{"S8 other bytes than are durable", func(w *world) { w.Snapshots[0].Outbox[0].Payload = "x" }, "wal"},
		{"S8 other bytes the second time", func(w *world) {
			again := w.Requests[0]
			again.Stamps = []SentStamp{{again.Stamps[0].Key, "x"}}
			w.Requests = append(w.Requests, again)
		}, "wal"},
		{"S9 behind the cursor", func(w *world) {
			w.Snapshots[3].Cursor = "102"
			delete(w.Snapshots[3].Accesses, "101")
			delete(w.Snapshots[2].Accesses, "101")
			delete(w.Snapshots[1].Accesses, "101")
		}, "cursor"},
		{"S9 in a window that was read", func(w *world) {
			w.Snapshots[0].Windows = []Window{{jt("00:00"), jt("10:00"), jt("10:30")}}
			delete(w.Snapshots[0].Accesses, "100")
		}, "cursor"},
		{"S9 vanished", func(w *world) { delete(w.Snapshots[3].Accesses, "100") }, "cursor"},
		{"S11 another organisation", func(w *world) { w.Requests[0].Organization = "00D000000000002AAA" }, "tenant"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ordinary()
			if v := Check(w.Evidence); !v.Valid {
				t.Fatalf("the day was not clean before:\n%s", v.Story())
			}
			c.change(w)
			v := Check(w.Evidence)
			if got := found(v); v.Valid || got != c.want {
				t.Errorf("found %q, want %q\n%s", got, c.want, v.Story())
			}
		})
	}
}

func TestNothingStampedProvesNothing(t *testing.T) {
	v := Check(office().Evidence)
	if v.Valid || v.Problems() != 0 || !strings.Contains(v.Story(), "nothing was stamped") {
		t.Errorf("an empty run is %+v\n%s", v.Valid, v.Story())
	}
}

func TestIdsOutOfOrderAreNoGap(t *testing.T) {
	w := ordinary()
	w.Accesses = append(w.Accesses, Access{ID: "99", Organization: orgAkerun, User: "", At: jt("08:00"), Up: jt("20:00")})
	w.Snapshots[3].Cursor = "104"
	if v := Check(w.Evidence); !v.Valid {
		t.Errorf("a late row with a small id is no gap of the cursor:\n%s", v.Story())
	}
	w.Snapshots[3].Windows = []Window{{jt("05:00"), jt("29:00"), jt("29:00")}}
	if v := Check(w.Evidence); len(v.CursorGaps) != 1 {
		t.Errorf("the look-back must have found it:\n%s", v.Story())
	}
}

func TestCounts(t *testing.T) {
	w := ordinary()
	w.Requests[1].Outcome = Unknown
	w.HealedAt = jt("28:00")
	v := Check(w.Evidence)
	if v.Recovered != 1 || v.Calls != 4 || v.RecoveryTime != 61*time.Minute {
		t.Errorf("recovered %d, calls %d, recovery %s", v.Recovered, v.Calls, v.RecoveryTime)
	}
	if v.StableLatency != (Latency{time.Minute, time.Minute, time.Minute}) {
		t.Errorf("latency %+v", v.StableLatency)
	}
	w.Requests = append(w.Requests, w.Requests[1])
	w.Rows = append(w.Rows, w.Rows[1])
	if twice := Check(w.Evidence); twice.Recovered != 1 {
		t.Errorf("one call that was repeated recovered %d", twice.Recovered)
	}
	w.Requests, w.Rows = w.Requests[:4], w.Rows[:4]
	again := Check(w.Evidence)
	if v.TraceHash != again.TraceHash {
		t.Error("the same run has two hashes")
	}
	w.Rows[0].Born = w.Rows[0].Born.Add(time.Second)
	if Check(w.Evidence).TraceHash == v.TraceHash {
		t.Error("another run has the same hash")
	}
}

func TestStoryTellsTheFirstBadKey(t *testing.T) {
	w := ordinary().web("E1", "out", "17:00", "17:00").item("E1", tuesday, "LATE_LATER")
	w.Rows[0].Status = Failed
	w.Sheet = []SheetDay{{Employee: "E1", Date: tuesday, In: new(int)}}
	story := Check(w.Evidence).Story()
	for _, part := range []string{
		"seed 7: INVALID", "lost: E1/2026-11-24/in", "access 100 at 11-24 09:00:00", "row a10 in revision 1", "request 0 at 11-24 09:01:00",
		"Web out at 11-24 17:00:00", "item LATE_LATER open", "sheet 00:00–none",
	} {
		if !strings.Contains(story, part) {
			t.Errorf("the story lacks %q:\n%s", part, story)
		}
	}
}

func TestJudgeAfterAdding(t *testing.T) {
	v := Check(ordinary().Evidence)
	v.SecretHits = append(v.SecretHits, "a token in a log")
	v.Judge()
	if v.Valid || !strings.Contains(v.Story(), "secret: a token in a log") {
		t.Error("a verdict with a leaked secret is valid")
	}
}

func TestBusinessDay(t *testing.T) {
	for at, want := range map[string]string{
		"2026-11-24T04:59:59.999+09:00": "2026-11-23", "2026-11-24T05:00:00+09:00": "2026-11-24",
		"2028-03-01T04:59:59+09:00": "2028-02-29", "2026-12-31T19:59:59Z": "2026-12-31", "2026-12-31T20:00:00Z": "2027-01-01",
	} {
		instant, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			t.Fatal(err)
		}
		d := businessDay(instant)
		if d.text() != want || instant.Before(d.opens()) || !instant.Before(d.closes()) {
			t.Errorf("%s lies in %s, want %s", at, d.text(), want)
		}
	}
}

// TestKnowsNothingOfTheConnector: a checker that shares code with what it checks shares its mistakes.
func TestKnowsNothingOfTheConnector(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if strings.Contains(i.Path.Value, "dakokubridge/") {
				t.Errorf("%s imports %s", f.Name(), i.Path.Value)
			}
		}
	}
}
