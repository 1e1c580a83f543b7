//go:build !race

package powercut_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/powercut"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
)

// healed is when the disk is well again for good: long enough before the end for a row that came late to be found by looking back over a week,
// which is done twice a day.
var healed = opening.Add(29 * time.Hour)

// diskWarning is what the state says while the database can't be written.
const diskWarning = "store DISK"

func (o *office) warned() bool {
	o.t.Helper()
	st, err := o.Status(o.t.Context())
	must(o.t, err)
	return slices.Contains(st.Warnings, diskWarning)
}

// TestVolumeOfficeFaults is what a failing disk does to the whole program, which goes on running.
func TestVolumeOfficeFaults(t *testing.T) {
	// No space is left from before the morning until noon: nothing is sent that could not be recorded, and the state says why. With space again,
	// everything goes its way by itself.
	t.Run("B01-disk-full", func(t *testing.T) {
		for seed := range 3 {
			o := newOffice(t, seed)
			o.RunUntil(opening.Add(3 * time.Hour))
			o.fails(func(op powercut.Operation) error {
				if op.Kind == powercut.Write {
					return powercut.ErrFull
				}
				return nil
			})
			o.RunUntil(opening.Add(7 * time.Hour))
			if rows := len(o.World.SalesforceServer().StampRows()); rows > 0 {
				t.Errorf("%d stamps were sent that could not be recorded", rows)
			}
			if !o.warned() {
				t.Error("the state does not say that the disk is full")
			}
			o.fails(nil)
			o.RunUntil(opening.Add(8*time.Hour + 15*time.Minute))
			if rows := len(o.World.SalesforceServer().StampRows()); rows != 3 {
				t.Errorf("with space again, %d of three are stamped", rows)
			}
			if o.warned() {
				t.Error("the state still warns")
			}
			o.RunUntil(closing)
			o.judge()
		}
	})
	// The disk fills up and is cleared again and again, at any instant.
	t.Run("B01-disk-full/now-and-then", func(t *testing.T) {
		for seed := range max(3, cuts(t, 0)/100) {
			o := newOffice(t, seed)
			full := 0
			o.fails(func(op powercut.Operation) error {
				if full == 0 && changes(op) && o.random.IntN(40) == 0 {
					full = 1 + o.random.IntN(8)
				}
				if full > 0 && op.Kind == powercut.Write {
					full--
					return powercut.ErrFull
				}
				return nil
			})
			o.RunUntil(healed)
			o.fails(nil)
			o.RunUntil(closing)
			o.judge()
		}
	})
	t.Run("B02-io-error-nth", func(t *testing.T) {
		for seed := range max(3, cuts(t, 0)/100) {
			o := newOffice(t, seed)
			failures, spread := 0, 30<<(seed%3)
			o.fails(func(op powercut.Operation) error {
				if o.random.IntN(spread) == 0 {
					failures++
					return powercut.ErrBroken
				}
				return nil
			})
			o.RunUntil(healed)
			o.fails(nil)
			o.RunUntil(closing)
			if failures == 0 {
				t.Error("nothing failed")
			}
			o.judge()
		}
	})
	t.Run("B03-fsync-error-once", func(t *testing.T) {
		for seed := range max(3, cuts(t, 0)/100) {
			o := newOffice(t, seed)
			failures := 0
			o.fails(func(op powercut.Operation) error {
				if op.Kind == powercut.Sync && o.random.IntN(10) == 0 {
					failures++
					return powercut.ErrBroken
				}
				return nil
			})
			o.RunUntil(healed)
			o.fails(nil)
			o.RunUntil(closing)
			if failures == 0 {
				t.Error("nothing failed")
			}
			o.judge()
		}
	})
}

// fails has operations end as f says; nil: the disk is well again.
func (o *office) fails(f func(powercut.Operation) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.fault = f
}

// TestVolumeSlowDisk is J06 of the board: with 50 ms for every sync, two hundred people who come within five minutes are stamped as soon as ever.
func TestVolumeSlowDisk(t *testing.T) {
	t.Run("J06-slow-disk", func(t *testing.T) {
		disk := powercut.NewDisk(nil)
		slow := false
		syncs := 0
		disk.Before(func(op powercut.Operation) error {
			if slow && op.Kind == powercut.Sync {
				syncs++
				time.Sleep(50 * time.Millisecond) // of the bubble
			}
			return nil
		})
		t.Cleanup(disk.Unmount)
		const poll = time.Minute
		r := rig.Quiet(t, rig.Options{
			Settings: func(s *settings.Settings) { s.Engine.PollInterval = poll },
			Database: func(string) (string, string) { return powercut.Driver, disk.Mount(0) },
		})
		start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
		const people = 200
		for i := range people {
			r.Enter(r.Hire(fmt.Sprintf("K%03d", i)), start.Add(3*time.Hour+55*time.Minute+time.Duration(i)*1500*time.Millisecond))
		}
		r.Link(start)
		r.RunUntil(start.Add(3 * time.Hour))
		r.Bubble(t, func() {
			slow = true
			r.RunUntil(start.Add(4*time.Hour + 30*time.Minute))
			v := r.Judge(nil)
			if !v.Valid || v.Stamped != people {
				t.Error(v.Story())
			}
			if v.StableLatency.P99 > poll+30*time.Second {
				t.Errorf("出勤 within %s (p99), %s (longest)", v.StableLatency.P99, v.StableLatency.Max)
			}
			t.Logf("%d syncs; 出勤 within %s (p50), %s (p99)", syncs, v.StableLatency.P50, v.StableLatency.P99)
			slow = false
		})
	})
}
