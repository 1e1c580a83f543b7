package proof_test

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/akerunserver"
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
	r.RunUntil(back.Add(30 * time.Minute))
	if st, err := r.Status(t.Context()); err != nil || st.Queue.Planned+st.Queue.Sending+st.Queue.Unknown+st.Queue.DirtyDays > 0 {
		t.Errorf("half an hour later there wait %+v %v", st.Queue, err)
	}
	if v := r.Judge(nil); !v.Valid || v.Stamped != 2*people*days {
		t.Error(v.Story())
	}
}

// TestVolumeJ03_YearRun is J03 of the board, and J05: a year of an office, of which the usual run of the tests plays five weeks. The checker is
// silent, and neither goroutines nor files become more with the days.
func TestVolumeJ03_YearRun(t *testing.T) {
	people, weeks := 3, 5
	if os.Getenv(longVariable) != "" {
		people, weeks = 30, 52
	}
	r := rig.Quiet(t, rig.Options{Settings: func(s *settings.Settings) { s.Engine.PollInterval = time.Hour }})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	all := staff(r, people)
	r.Link(start)
	comeAndGo(r, all, start, 7*weeks)
	r.RunUntil(start.AddDate(0, 0, 7))
	goroutines, files := runtime.NumGoroutine(), openFiles()
	r.RunUntil(start.AddDate(0, 0, 7*weeks).Add(2 * time.Hour))
	if v := r.Judge(nil); !v.Valid || v.Stamped != 2*people*7*weeks {
		t.Error(v.Story())
	}
	t.Run("J05-memory-and-handles", func(t *testing.T) {
		const beside = 20 // what other things of this process may have opened; a day that left one behind would make more
		if now := runtime.NumGoroutine(); now > goroutines+beside {
			t.Errorf("%d goroutines after a week, %d after %d weeks", goroutines, now, weeks)
		}
		if now := openFiles(); now > files+beside {
			t.Errorf("%d open files after a week, %d after %d weeks", files, now, weeks)
		}
	})
}

// openFiles counts what the process has open; 0 where the system does not tell.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// TestVolumeJ09_MassLateUpload is J09 of the board: at 05:00:01 a door that was cut off shows the accesses of the days before. The 退勤 of the day come in
// time all the same, and what is late is corrected or listed.
func TestVolumeJ09_MassLateUpload(t *testing.T) {
	people, passes := 10, 10
	if os.Getenv(longVariable) != "" {
		people, passes = 50, 50
	}
	r := rig.Quiet(t, rig.Options{})
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	all := staff(r, people)
	r.Link(start)
	comeAndGo(r, all, start, 3)
	five := start.AddDate(0, 0, 3)
	for day := range 2 {
		for i, p := range all {
			for n := range passes {
				at := start.AddDate(0, 0, day).Add(14*time.Hour + time.Duration(n)*time.Minute + time.Duration(i)*time.Second)
				r.Access(akerunserver.NewAccess{User: p.User, At: at, Up: five.Add(time.Second)})
			}
		}
	}
	r.RunUntil(five.Add(10 * time.Minute))
	for _, p := range all {
		outs := 0
		for _, s := range r.StampRows(p) {
			if s.Kind == "out" && attendance.DayOf(s.At) == attendance.DayOf(five).Prev() {
				outs++
			}
		}
		if outs != 1 {
			t.Errorf("%s has %d 退勤 of the last day by 05:10", p.Code, outs)
		}
	}
	r.RunUntil(five.Add(3 * time.Hour))
	if v := r.Judge(nil); !v.Valid || v.Stamped < 6*people {
		t.Error(v.Story())
	}
}
