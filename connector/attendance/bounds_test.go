package attendance

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestBoundsDecideAlike: a closed day of which only the bounds are left calls for the same stamps as the whole day.
func TestBoundsDecideAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day, err := ParseDay("2026-11-25")
		if err != nil {
			t.Fatal(err)
		}
		f := Facts{
			Day: day, FirstStart: day.Start(), Start: day.Start(), Now: day.End().Add(time.Hour), ReadUntil: day.End().Add(time.Hour), ReadAt: day.End().Add(time.Hour),
			TargetDateWritable: true, ExcludedDoors: map[string]bool{},
		}
		if rapid.Bool().Draw(t, "a door is out") {
			f.ExcludedDoors["D1"] = true
		}
		if rapid.Bool().Draw(t, "start in the day") {
			f.FirstStart = day.Start().Add(8 * time.Hour)
			f.Start = f.FirstStart
		}
		for n := range rapid.IntRange(0, 8).Draw(t, "rows") {
			f.Accesses = append(f.Accesses, Access{
				ID: fmt.Sprint(100 + n), User: "U1", Door: rapid.SampledFrom([]string{"D1", "D2"}).Draw(t, "door"),
				Action: rapid.SampledFrom([]string{"unlock", "lock"}).Draw(t, "action"), Device: rapid.SampledFrom([]string{"nfc_outside", "autolock"}).Draw(t, "device"),
				At: day.Start().Add(time.Duration(rapid.IntRange(0, 23*60).Draw(t, "minute")) * time.Minute), Seen: day.End(),
			})
		}
		whole := Decide(DefaultRules(), f)
		keep := Bounds(DefaultRules(), f.ExcludedDoors, f.Accesses)
		if len(keep) > 4 {
			t.Fatalf("%d rows are kept", len(keep))
		}
		f.Accesses = slices.DeleteFunc(f.Accesses, func(a Access) bool { return !keep[a.ID] })
		if left := Decide(DefaultRules(), f); !cmp.Equal(whole.Stamps, left.Stamps) {
			t.Fatalf("whole %+v, left %+v", whole.Stamps, left.Stamps)
		}
	})
}
