package attendance

import "time"

// Bounds returns the ids of those rows of one person's day that a later decision about the day may still need once it has closed: the first and
// the last that count, and the first and the last among those at doors that are not excluded. The others may be forgotten.
func Bounds(r Rules, excludedDoors map[string]bool, rows []Access) map[string]bool {
	var all, open bounds
	for _, a := range rows {
		if counts, _ := r.Counts(a.Action, a.Device); !counts || !r.Plausible(a.At, a.Seen) {
			continue
		}
		all.take(a)
		if !excludedDoors[a.Door] {
			open.take(a)
		}
	}
	keep := make(map[string]bool, 4)
	for _, b := range []bounds{all, open} {
		if !b.first.At.IsZero() {
			keep[b.first.ID], keep[b.last.ID] = true, true
		}
	}
	return keep
}

type bounds struct{ first, last Access }

// take compares as Decide does: in whole seconds, then by id.
func (b *bounds) take(a Access) {
	a.At = a.At.UTC().Truncate(time.Second)
	if b.first.At.IsZero() || earlier(a, b.first) {
		b.first = a
	}
	if b.last.At.IsZero() || earlier(b.last, a) {
		b.last = a
	}
}

func earlier(a, b Access) bool {
	if c := a.At.Compare(b.At); c != 0 {
		return c < 0
	}
	return CompareID(a.ID, b.ID) < 0
}
