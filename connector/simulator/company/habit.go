package company

import "math/rand/v2"

// habit is how somebody's working days look, in seconds from 00:00 in Japan of the day's date.
type habit struct {
	weekday, weekend  float64 // chance of coming
	arrives, spread   int     // usual arrival, and how far it strays to either side
	leaves, leaveSway int
	latestLeave       int
	outings           int
	across            float64 // chance of leaving after the next 05:00
}

const hour = 3600

// The habits: most people work by day, some part time, some by night.
var (
	dayHabit = &habit{weekday: 0.93, weekend: 0.03, arrives: 9 * hour, spread: hour, leaves: 18*hour + hour/2, leaveSway: 2 * hour,
		latestLeave: 24*hour - 1, outings: 3}
	partHabit = &habit{weekday: 0.6, weekend: 0.1, arrives: 10 * hour, spread: hour / 2, leaves: 15 * hour, leaveSway: hour,
		latestLeave: 20 * hour, outings: 1}
	nightHabit = &habit{weekday: 0.8, weekend: 0.2, arrives: 22 * hour, spread: hour / 2, leaves: 28*hour + hour/2, leaveSway: hour,
		latestLeave: 29*hour - 1, outings: 2, across: 0.1}
)

func habitOf(f float64) *habit {
	switch {
	case f < 0.84:
		return dayHabit
	case f < 0.94:
		return partHabit
	}
	return nightHabit
}

// schedule is what somebody means to do on a day, in seconds of the day.
type schedule struct {
	comes           bool
	arrives, leaves int
	outs            int
	outings         [3]outing
}

type outing struct{ out, back int }

// plan draws a day. The outings lie within equal parts of the time between arrival and leaving, so they never overlap.
func (h *habit) plan(r *rand.Rand, d Day) schedule {
	chance := h.weekday
	if d.weekend() {
		chance = h.weekend
	}
	if r.Float64() >= chance {
		return schedule{}
	}
	s := schedule{comes: true, outs: h.outings}
	s.arrives = h.arrives + sway(r, h.spread)
	s.leaves = min(h.leaves+sway(r, h.leaveSway), h.latestLeave)
	if r.Float64() < h.across {
		s.leaves = 29*hour + hour/2 + r.IntN(hour)
	}
	part := (s.leaves - s.arrives) / h.outings
	for i := range s.outs {
		begin := s.arrives + part*i
		out := begin + part/8 + r.IntN(part/3)
		s.outings[i] = outing{out: out, back: out + part/16 + r.IntN(part/3)}
	}
	return s
}

// sway is a number between −most and most, nearer to 0 more often than not.
func sway(r *rand.Rand, most int) int {
	return (r.IntN(2*most+1) + r.IntN(2*most+1) - 2*most) / 2
}
