package proof_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
)

// staff hires so many people.
func staff(r *rig.Rig, n int) (people []rig.Person) {
	for i := range n {
		people = append(people, r.Hire(fmt.Sprintf("K%03d", i)))
	}
	return people
}

// comeAndGo lets everybody come in the morning and go in the evening of so many days.
func comeAndGo(r *rig.Rig, people []rig.Person, first time.Time, days int) {
	for day := range days {
		five := first.AddDate(0, 0, day)
		for i, p := range people {
			late := time.Duration(i) * time.Second
			r.Enter(p, five.Add(4*time.Hour+late), five.Add(13*time.Hour+late))
		}
	}
}

// TestVolumeJ01_Off31Days is J01 of the board: the PC was off for 31 days. Within the time that Akerun's budget of calls takes, everything is sent.
func TestVolumeJ01_Off31Days(t *testing.T) {
	people, days := 20, 31
	if os.Getenv(longVariable) != "" {
		people = 200
	}
	r := rig.Quiet(t, rig.Options{})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	all := staff(r, people)
	r.Link(start)
	r.RunUntil(start.Add(time.Hour))
	comeAndGo(r, all, start, days)
	back := start.AddDate(0, 0, days).Add(time.Hour)
	must(t, r.World.Clock().Set(back))
	before := len(r.World.AkerunServer().Requests())
	r.RunUntil(back.Add(30 * time.Minute))
	keepsBudget(t, r.World.AkerunServer().Requests()[before:], r.Settings().Engine.AkerunPerMinute)
	if st, err := r.Status(t.Context()); err != nil || st.Queue.Planned+st.Queue.Sending+st.Queue.Unknown+st.Queue.DirtyDays > 0 {
		t.Errorf("half an hour later there wait %+v %v", st.Queue, err)
	}
	if v := r.Judge(nil); !v.Valid || v.Stamped != 2*people*days {
		t.Error(v.Story())
	}
}

// keepsBudget fails the test where more calls than perMinute came within a minute, or none at all.
func keepsBudget(t *testing.T, calls []akerunserver.Request, perMinute int) {
	t.Helper()
	if len(calls) == 0 {
		t.Error("Akerun was not asked")
	}
	for i := perMinute; i < len(calls); i++ {
		if within := calls[i].At.Sub(calls[i-perMinute].At); within < time.Minute {
			t.Errorf("%d calls to Akerun in %s until %s", perMinute+1, within, calls[i].At.In(attendance.Japan))
		}
	}
}

// TestVolumeJ01_TooOld is J01 where Akerun shows twenty days only: the days before them are one item that says from when to when, and every day that
// is shown is stamped.
func TestVolumeJ01_TooOld(t *testing.T) {
	const people, days, shown = 5, 31, 20
	switches := akerunserver.Defaults()
	switches.HistoryDays = shown
	r := rig.Quiet(t, rig.Options{Akerun: &switches})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	all := staff(r, people)
	r.Link(start)
	comeAndGo(r, all, start, days)
	r.RunUntil(start.AddDate(0, 0, 1).Add(time.Hour))
	back := start.AddDate(0, 0, days).Add(time.Hour)
	must(t, r.World.Clock().Set(back))
	r.RunUntil(back.Add(30 * time.Minute))
	items, err := r.Items(t.Context(), connector.ItemQuery{})
	must(t, err)
	if len(items) != 1 || items[0].Reason != "TOO_OLD" || items[0].Detail["from"] != "2026-11-25T18:00:04+09:00" || items[0].Detail["to"] != "2026-12-06T09:00:00+09:00" {
		t.Errorf("listed: %+v", items)
	}
	for _, p := range all {
		if rows := r.Rows(p); len(rows) != 2*(1+shown) || !strings.HasPrefix(rows[2], "12-06 in 09:00:0") {
			t.Errorf("%s has %d rows: %q", p.Code, len(rows), rows)
		}
	}
	r.MustHold(nil)
}

// TestVolumeJ03_YearRun is J03 of the board, and J05: a year of an office, of which the usual run of the tests plays five weeks. The checker is
// silent, and neither goroutines, files nor memory become more with the days; the database grows with the stamps and not with the polls.
func TestVolumeJ03_YearRun(t *testing.T) {
	people, days := 3, 35
	if os.Getenv(longVariable) != "" {
		people, days = 30, 365
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	others := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, others) }) // after the rig has ended: it is told to later
	r := rig.Quiet(t, rig.Options{Settings: func(s *settings.Settings) { s.Engine.PollInterval = time.Hour }})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	all := staff(r, people)
	r.Link(start)
	comeAndGo(r, all, start, days)
	const settled = 3 // days after which what is kept once is there
	r.RunUntil(start.AddDate(0, 0, settled))
	young := weigh(t, r)
	r.RunUntil(start.AddDate(0, 0, days).Add(2 * time.Hour))
	old := weigh(t, r)
	if v := r.Judge(nil); !v.Valid || v.Stamped != 2*people*days {
		t.Error(v.Story())
	}
	stamps := int64(2 * people * (days - settled))
	if more := old.database - young.database; more > 1<<20+4<<10*stamps {
		t.Errorf("the database has grown by %d bytes with %d stamps", more, stamps)
	}
	t.Logf("%d people, %d days: %+v, and at first %+v", people, days, old, young)
	t.Run("J05-memory-and-handles", func(t *testing.T) {
		// A day that left a file behind, or a poll that left a goroutine, would make more. Connections that idle have goroutines, so that these vary.
		const files, goroutines = 20, 200
		if old.goroutines > young.goroutines+goroutines || old.files > young.files+files {
			t.Errorf("after %d days %+v, at first %+v", days, old, young)
		}
		if old.heap > young.heap+4<<20 {
			t.Errorf("the connector holds %d bytes after %d days, %d at first", old.heap, days, young.heap)
		}
	})
}

// weight is what a connector takes of the machine.
type weight struct {
	goroutines, files int
	heap              int64 // bytes that are given back when it is closed
	database          int64 // bytes of its files
}

// weigh closes the connector and opens it again.
func weigh(t *testing.T, r *rig.Rig) weight {
	t.Helper()
	w := weight{goroutines: runtime.NumGoroutine(), files: openFiles(), heap: liveHeap()}
	must(t, r.Close())
	r.Local = nil
	w.heap -= liveHeap()
	files, err := filepath.Glob(filepath.Join(r.Dir, "*.db*"))
	must(t, err)
	for _, name := range files {
		info, err := os.Stat(name)
		must(t, err)
		w.database += info.Size()
	}
	r.Reopen()
	return w
}

// liveHeap is what is still in use after two collections: the first leaves what pools hold.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// openFiles counts what the process has open; 0 where the system does not tell.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// TestVolumeJ09_MassLateUpload is J09 of the board: at 05:00:01 a door that was cut off shows 5,100 accesses of the three days before. The 退勤 of the
// last day come in time all the same and are corrected after; what is too late for that is listed.
func TestVolumeJ09_MassLateUpload(t *testing.T) {
	const people, days, passes = 50, 3, 34
	r := rig.Quiet(t, rig.Options{})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	all := staff(r, people)
	r.Link(start)
	comeAndGo(r, all, start, days)
	five := start.AddDate(0, 0, days)
	for day := range days {
		for i, p := range all {
			for n := range passes {
				at := start.AddDate(0, 0, day).Add(14*time.Hour + time.Duration(n)*time.Minute + time.Duration(i)*time.Second)
				r.Access(akerunserver.NewAccess{User: p.User, At: at, Up: five.Add(time.Second)})
			}
		}
	}
	r.RunUntil(five.Add(10 * time.Minute))
	for _, p := range all {
		if outs := outsOf(r, p, "2026-11-27"); len(outs) == 0 {
			t.Errorf("%s has no 退勤 of the last day by 05:10", p.Code)
		}
	}
	r.RunUntil(five.Add(3 * time.Hour))
	for i, p := range all {
		outs, last := outsOf(r, p, "2026-11-27"), five.Add(-10*time.Hour+33*time.Minute+time.Duration(i)*time.Second)
		if len(outs) == 0 || !outs[len(outs)-1].At.Equal(last) {
			t.Errorf("%s: the 退勤 of the last day are %+v, want the last at %s", p.Code, outs, last)
		}
	}
	late := 0
	for _, item := range r.Open() {
		if strings.HasPrefix(item, "LATE_LATER ") {
			late++
		}
	}
	if want := (days - 1) * people; late != want {
		t.Errorf("%d items LATE_LATER, want %d", late, want)
	}
	if v := r.Judge(nil); !v.Valid || v.Stamped < 2*days*people {
		t.Error(v.Story())
	}
}

// outsOf are the 退勤 of p on a day, in order of creation.
func outsOf(r *rig.Rig, p rig.Person, day string) []salesforceserver.StampRow {
	return slices.DeleteFunc(r.StampRows(p), func(s salesforceserver.StampRow) bool {
		return s.Kind != "out" || attendance.DayOf(s.At).String() != day
	})
}
