package proof_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/settings"
	"dakokubridge/connector/simulator/salesforceserver"
)

// pair are two PCs on one organisation, in one bubble, with 50 ms for each call.
type pair struct {
	a, b   *rig.Rig
	start  time.Time
	people []rig.Person
}

const pairPoll = 15 * time.Minute

// playPair links two PCs with the same start and plays f with both. Three people come and go on so many days.
func playPair(t *testing.T, key string, days int, f func(*pair)) {
	t.Helper()
	switches := salesforceserver.DefaultSwitches()
	switches.UniqueKey = key
	p := &pair{start: time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)}
	p.a = rig.Quiet(t, rig.Options{
		Salesforce: &switches, Moment: 20 * time.Second, Settings: func(s *settings.Settings) { s.Engine.PollInterval = pairPoll },
		Transport: func(way http.RoundTripper) http.RoundTripper {
			return &distant{way: way, bubble: func() bool { return p.people != nil }}
		},
	})
	p.b = p.a.Beside(7 * time.Second)
	p.a.Link(p.start)
	p.b.Link(p.start)
	for i := range 3 {
		p.people = append(p.people, p.a.Hire(fmt.Sprint("T", i)))
		for d := range days {
			morning := p.start.AddDate(0, 0, d)
			p.a.Enter(p.people[i], morning.Add(4*time.Hour+time.Duration(i*7)*time.Minute), morning.Add(13*time.Hour))
		}
	}
	p.a.BubbleWith(t, p.b, func() { f(p) })
}

// distant makes calls take their time.
type distant struct {
	way    http.RoundTripper
	bubble func() bool
}

func (d *distant) RoundTrip(r *http.Request) (*http.Response, error) {
	if d.bubble() && strings.HasSuffix(r.URL.Host, ":18002") {
		time.Sleep(50 * time.Millisecond)
	}
	return d.way.RoundTrip(r)
}

// both runs the two PCs until an instant.
func (p *pair) both(until time.Time) {
	var wg sync.WaitGroup
	for _, r := range []*rig.Rig{p.a, p.b} {
		wg.Go(func() { r.RunUntil(until) })
	}
	wg.Wait()
}

// mustBe fails the test unless each stamp is there once.
func (p *pair) mustBe(t *testing.T, stamps int) {
	t.Helper()
	if v := p.a.Judge(nil); !v.Valid || v.Stamped != stamps {
		t.Errorf("%d stamps, want %d\n%s", v.Stamped, stamps, v.Story())
	}
}

// standing tells which of the two stand by.
func (p *pair) standing(t *testing.T) (a, b bool) {
	t.Helper()
	for i, r := range []*rig.Rig{p.a, p.b} {
		st, err := r.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			a = st.StandBy
		} else {
			b = st.StandBy
		}
	}
	return a, b
}

// TestTwoAtOnce: two PCs start at the same instant and run side by side. Each stamp is there once and in time; where the key lets a stamp be doubled,
// the one with the shorter moment leads and the other one stands by and says so.
func TestTwoAtOnce(t *testing.T) {
	for _, key := range keyFields {
		t.Run(key, func(t *testing.T) {
			playPair(t, key, 1, func(p *pair) {
				p.both(p.start.Add(26 * time.Hour))
				p.mustBe(t, 6)
				a, b := p.standing(t)
				if unique := key == salesforceserver.KeyUnique; b || a == unique {
					t.Errorf("standing by: %t, %t", a, b)
				}
				said := slices.Contains(p.a.Open(), "OTHER_CONNECTOR") || slices.Contains(p.b.Open(), "OTHER_CONNECTOR")
				if !said {
					t.Errorf("open: %q, %q", p.a.Open(), p.b.Open())
				}
			})
		})
	}
}

// TestLeaderDies: the one that leads dies, and comes back days later. The other one sends what is missing two intervals after it was due, leads after a
// day of that, and the first one stands by when it is back.
func TestLeaderDies(t *testing.T) {
	for _, key := range hardest {
		t.Run(key, func(t *testing.T) {
			playPair(t, key, 4, func(p *pair) {
				p.both(p.start.Add(10 * time.Hour))
				if a, b := p.standing(t); !a || b {
					t.Fatalf("standing by: %t, %t", a, b)
				}
				p.a.RunUntil(p.start.Add(54 * time.Hour)) // B is dead
				if a, _ := p.standing(t); a {
					t.Error("A has been alone for two days and stands by")
				}
				p.lateness(t)
				p.both(p.start.Add(98 * time.Hour))
				p.mustBe(t, 24)
				if a, b := p.standing(t); a || !b {
					t.Errorf("at the end standing by: %t, %t", a, b)
				}
			})
		})
	}
}

// lateness fails the test unless each stamp of the second day came within the promised time: the next poll, two intervals, A's moment and some calls.
func (p *pair) lateness(t *testing.T) {
	t.Helper()
	most := pairPoll + 2*pairPoll + 20*time.Second + 5*time.Second
	for _, s := range p.a.World.SalesforceServer().StampRows() {
		due := s.At
		if s.Kind == "out" {
			due = attendance.DayOf(s.At).End()
		}
		if late := s.Born.Sub(due); s.CreatedBy != "" && late > most {
			t.Errorf("%s %s was late by %s", s.Kind, s.At, late)
		}
	}
}

// TestOutageOfBoth: Salesforce is away for both of them. When it is back, the one that stands by does not rush in beside the other one.
func TestOutageOfBoth(t *testing.T) {
	for _, key := range hardest {
		t.Run(key, func(t *testing.T) {
			playPair(t, key, 1, func(p *pair) {
				p.both(p.start.Add(10 * time.Hour))
				p.a.Switch("salesforce", "maintenance", "down")
				p.both(p.start.Add(25 * time.Hour))
				p.a.Switch("salesforce", "maintenance", "")
				p.both(p.start.Add(27 * time.Hour))
				p.mustBe(t, 6)
				if a, b := p.standing(t); !a || b {
					t.Errorf("standing by: %t, %t", a, b)
				}
			})
		})
	}
}
