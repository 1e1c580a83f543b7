package company

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// Kind is how a door was opened or locked, as an index into Kinds.
type Kind uint8

// The kinds of access that companies make up.
const (
	CardOutside Kind = iota // 入室
	CardInside              // 退室
	AppIPhone
	AppAndroid
	AppLock
	Autolock // no user
	Button   // no user
	Hand     // no user
	Timeout  // no user
	FaceReader
	RemoteControl
	CardRefused
)

// KindText is a kind in the API's words.
type KindText struct{ Action, DeviceType, DeviceName string }

// Kinds holds the words of each Kind. unlock, lock, akerun_app, nfc_outside, nfc_inside, autolock and hand have been seen in code
// written against the API; the others stand for values that nobody has seen yet.
var Kinds = [...]KindText{
	CardOutside:   {"unlock", "nfc_outside", "NFC"},
	CardInside:    {"unlock", "nfc_inside", "NFC"},
	AppIPhone:     {"unlock", "akerun_app", "iOS iPhone"},
	AppAndroid:    {"unlock", "akerun_app", "Android Pixel 9"},
	AppLock:       {"lock", "akerun_app", "iOS iPhone"},
	Autolock:      {"lock", "autolock", "オートロック"},
	Button:        {"unlock", "button", "ボタン"},
	Hand:          {"unlock", "hand", "手動"},
	Timeout:       {"lock", "timeout", "タイムアウト"},
	FaceReader:    {"unlock", "face_reader", "顔認証リーダー"},
	RemoteControl: {"unlock", "remote", "Akerun Connect"},
	CardRefused:   {"denied", "nfc_outside", "NFC"},
}

// Access is one row of the 入退室履歴.
type Access struct {
	At, Up int64 // Unix seconds: at the door, and when the API first shows the row (never before At)
	Day    Day   // the business day that made it; At lies in it, or in the early hours after it for work across 05:00
	Index  int32 // its place in that day, from 0: (Day, Index) names the access for good
	User   int32 // index into Company.Users, or −1
	Door   int32 // index into Company.Doors
	Kind   Kind
}

// MostLateDays is how many business days after its own a row may show at the latest.
const MostLateDays = 6

const (
	chanceLate     = 0.005
	chanceNobody   = 0.0309 // of a row being followed by one without a user, so that these are 3 % of all
	chanceRepeat   = 0.03   // of a card being held up twice
	chanceStrange  = 0.002  // of a kind seldom or never seen
	chanceAppLocks = 0.05
	chanceOneOnly  = 0.015 // of a day with a single access
)

// Accesses makes the accesses of business day d, ordered by At. They are the same however often and in whatever order days are asked for.
func (c *Company) Accesses(d Day) []Access {
	if d < c.First || d > c.Last {
		return nil
	}
	rows := make([]Access, 0, len(c.people)*9)
	source := rand.NewPCG(0, 0)
	r := rand.New(source)
	for i := range c.people {
		if c.seedDay(source, i, d) {
			rows = c.personDay(r, &c.people[i], d, rows)
		}
	}
	slices.SortStableFunc(rows, func(a, b Access) int { return cmp.Compare(a.At, b.At) })
	for i := range rows {
		rows[i].Index = int32(i)
	}
	return rows
}

// seedDay sets source to the stream of person i's day d, and tells whether the person may come at all that day.
func (c *Company) seedDay(source *rand.PCG, i int, d Day) bool {
	if p := &c.people[i]; d < p.from || d > p.until {
		return false
	}
	source.Seed(mix(mix(c.seed)^purposeDay), mix(mix(uint64(i))^uint64(uint32(d))))
	return true
}

// personDay appends what p did on day d.
func (c *Company) personDay(r *rand.Rand, p *person, d Day, rows []Access) []Access {
	s := p.habit.plan(r, d)
	if !s.comes {
		return rows
	}
	doors := p.doors
	if p.secondOffice && r.IntN(3) == 0 {
		if first, past := c.officeDoors(1); first < past {
			doors = [2]int32{first, first}
		}
	}
	w := writer{random: r, day: d, person: p, doors: doors, rows: rows}
	w.add(s.arrives, true)
	if r.Float64() < chanceOneOnly {
		return w.rows
	}
	for _, o := range s.outings[:s.outs] {
		w.add(o.out, false)
		w.add(o.back, true)
	}
	w.add(s.leaves, false)
	return w.rows
}

// writer turns what a person did into rows.
type writer struct {
	random *rand.Rand
	day    Day
	person *person
	doors  [2]int32
	rows   []Access
}

// add writes one passage at that many seconds of the day, and what goes with it now and then.
func (w *writer) add(seconds int, in bool) {
	r := w.random
	door := w.doors[r.IntN(2)]
	at := w.day.unix(seconds)
	w.row(at, int32(w.person.user), door, w.kind(in))
	if r.Float64() < chanceRepeat {
		w.row(at+1+r.Int64N(3), int32(w.person.user), door, w.kind(in))
	}
	if r.Float64() < chanceNobody {
		w.row(at+5+r.Int64N(25), -1, door, Autolock+Kind(r.IntN(int(Timeout-Autolock)+1)))
	}
}

func (w *writer) kind(in bool) Kind {
	r := w.random
	if r.Float64() < chanceStrange {
		return FaceReader + Kind(r.IntN(int(CardRefused-FaceReader)+1))
	}
	switch {
	case w.person.app && !in && r.Float64() < chanceAppLocks:
		return AppLock
	case w.person.app:
		return AppIPhone + Kind(w.person.user%2)
	case in:
		return CardOutside
	}
	return CardInside
}

func (w *writer) row(at int64, user, door int32, kind Kind) {
	up := at + w.random.Int64N(3)
	if w.random.Float64() < chanceLate {
		up = at + w.delay()
	}
	w.rows = append(w.rows, Access{At: at, Up: up, Day: w.day, User: user, Door: door, Kind: kind})
}

// delay is how many seconds a late row is late: mostly up to three hours, seldom days.
func (w *writer) delay() int64 {
	const minute, hour = 60, 3600
	switch f := w.random.Float64(); {
	case f < 0.6:
		return 10*minute + w.random.Int64N(3*hour)
	case f < 0.9:
		return 3*hour + w.random.Int64N(21*hour)
	}
	return 24*hour + w.random.Int64N(4*24*hour)
}
