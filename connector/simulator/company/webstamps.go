package company

import (
	"math/rand/v2"
	"slices"
	"time"
)

// WebStamp is an employee's own stamp in TeamSpirit's page. The page stamps the moment of the click.
type WebStamp struct {
	Employee int       // index into Company.Employees
	Day      Day       // the business day that it is for
	Out      bool      // 退勤, else 出勤
	At       time.Time // UTC, whole seconds
}

// WebStamps makes the Web stamps of business day d in order of time: of some people, before or after they use the door.
func (c *Company) WebStamps(d Day) []WebStamp {
	if d < c.First || d > c.Last {
		return nil
	}
	var stamps []WebStamp
	days, webs := rand.NewPCG(0, 0), rand.NewPCG(0, 0)
	for i := range c.people {
		p := &c.people[i]
		if !p.webStamps || p.employee < 0 || !c.seedDay(days, i, d) {
			continue
		}
		s := p.habit.plan(rand.New(days), d)
		if !s.comes {
			continue
		}
		webs.Seed(mix(mix(c.seed)^purposeWeb), mix(mix(uint64(i))^uint64(uint32(d))))
		r := rand.New(webs)
		if in, clicked := webIn(r, s.arrives); clicked {
			stamps = append(stamps, WebStamp{Employee: p.employee, Day: d, At: d.At(in)})
		}
		if out, clicked := webOut(r, s.leaves); clicked {
			stamps = append(stamps, WebStamp{Employee: p.employee, Day: d, Out: true, At: d.At(out)})
		}
	}
	slices.SortStableFunc(stamps, func(a, b WebStamp) int { return a.At.Compare(b.At) })
	return stamps
}

// webIn draws when a person who reaches the door at arrives clicks 出社: on the way, at the desk, or when it comes to mind.
func webIn(r *rand.Rand, arrives int) (int, bool) {
	switch f := r.Float64(); {
	case f < 0.5:
		return arrives - 60 - r.IntN(8*60), true
	case f < 0.85:
		return arrives + 60 + r.IntN(20*60), true
	case f < 0.95:
		return arrives + 35*60 + r.IntN(hour), true
	}
	return 0, false
}

// webOut draws when the person clicks 退社: mostly before leaving, sometimes later from home.
func webOut(r *rand.Rand, leaves int) (int, bool) {
	switch f := r.Float64(); {
	case f < 0.65:
		return leaves - 60 - r.IntN(30*60), true
	case f < 0.9 && leaves < 27*hour:
		return leaves + 5*60 + r.IntN(hour), true
	}
	return 0, false
}
