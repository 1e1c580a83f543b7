package akerunserver

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"sort"
	"time"

	"dakokubridge/connector/simulator/company"
)

// Ids of accesses are numbers made of a second and a place within it, so that they can be told without making the days before:
// idsFrom is the second of id 0, and perSecond the room of one second.
const (
	perSecond  = 10_000_000
	perDay     = 1_000_000 // the room of one day's rows within a second
	addedPlace = 9_000_000 // where rows that a test or a person added begin within a second
	dayCycle   = 9         // more than company.MostLateDays, so that rows of different days never share a place
)

var idsFrom = time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// keptDays is how many business days of rows stay in memory; a day of 10,000 people takes about 5 MB.
const keptDays = 12

// row is an access under its id.
type row struct {
	company.Access
	id    uint64
	added *added // nil where the company made it
}

// added is what an added row has that does not fit into a company's access.
type added struct {
	text   company.KindText
	served bool
}

// ledger is the 入退室履歴 in the order of its ids, made day by day as it is asked for.
type ledger struct {
	company *company.Company
	byEvent bool                                             // ids by the instant at the door, else by the instant of showing
	made    map[company.Day][]row                            // rows of the days on which they are filed, ordered by id
	own     map[company.Day][]company.Access                 // rows made for a day and filed on it, until made takes them
	spilled map[company.Day]map[company.Day][]company.Access // by the day that made them: rows filed on a later day
	used    map[company.Day]int                              // when made was last asked for, to drop the stalest
	uses    int
	added   []row                    // ordered by id
	served  map[company.Day][]uint64 // bit Index of a day: that row has been in an answer
	count   int                      // rows served
}

func newLedger(c *company.Company, byEvent bool) *ledger {
	return &ledger{
		company: c, byEvent: byEvent, made: map[company.Day][]row{}, own: map[company.Day][]company.Access{},
		spilled: map[company.Day]map[company.Day][]company.Access{}, used: map[company.Day]int{}, served: map[company.Day][]uint64{},
	}
}

// order files everything anew, by event or by arrival. Ids change, as they would if Akerun worked the other way.
func (l *ledger) order(byEvent bool) {
	if l.byEvent == byEvent {
		return
	}
	l.byEvent = byEvent
	clear(l.made)
	clear(l.own)
	clear(l.spilled)
	clear(l.used)
	for i := range l.added {
		l.added[i].id = l.idOf(l.added[i].Access, l.added[i].id%perSecond)
	}
	slices.SortFunc(l.added, byID)
}

func byID(a, b row) int { return cmp.Compare(a.id, b.id) }

// filed is the second by which a row's id goes.
func (l *ledger) filed(a company.Access) int64 {
	if l.byEvent {
		return a.At
	}
	return a.Up
}

func (l *ledger) idOf(a company.Access, place uint64) uint64 {
	second := max(l.filed(a)-idsFrom, 0)
	return uint64(second)*perSecond + place
}

func place(a company.Access) uint64 {
	return uint64(a.Day%dayCycle)*perDay + uint64(a.Index)
}

func firstID(second int64) uint64 { return uint64(max(second-idsFrom, 0)) * perSecond }

func dayOfID(id uint64) company.Day {
	return company.DayOf(time.Unix(int64(id/perSecond)+idsFrom, 0))
}

// day returns the rows filed on d in the order of their ids.
func (l *ledger) day(d company.Day) []row {
	l.uses++
	l.used[d] = l.uses
	if rows, ok := l.made[d]; ok {
		return rows
	}
	l.makeDay(d)
	accesses := l.own[d]
	delete(l.own, d)
	rows := make([]row, 0, len(accesses)+len(accesses)/100)
	for _, a := range accesses {
		rows = append(rows, row{Access: a, id: l.idOf(a, place(a))})
	}
	back := company.Day(company.MostLateDays)
	if l.byEvent {
		back = 1 // work across 05:00
	}
	for g := d - back; g < d; g++ {
		if _, ok := l.spilled[g]; !ok {
			l.makeDay(g)
		}
		for _, a := range l.spilled[g][d] {
			rows = append(rows, row{Access: a, id: l.idOf(a, place(a))})
		}
	}
	slices.SortFunc(rows, byID)
	l.made[d] = rows
	l.forget()
	return rows
}

// makeDay makes the accesses of d and files those of later days.
func (l *ledger) makeDay(d company.Day) {
	if _, ok := l.own[d]; ok {
		return
	}
	all := l.company.Accesses(d)
	own := all[:0:len(all)]
	spilled := map[company.Day][]company.Access{}
	for _, a := range all {
		if on := company.DayOf(time.Unix(l.filed(a), 0)); on != d {
			spilled[on] = append(spilled[on], a)
		} else {
			own = append(own, a)
		}
	}
	l.own[d], l.spilled[d] = own, spilled
}

// forget drops the days that nobody has asked for the longest.
func (l *ledger) forget() {
	for len(l.made) > keptDays {
		stalest := company.Day(0)
		for d := range l.made {
			if l.used[stalest] == 0 || l.used[d] < l.used[stalest] {
				stalest = d
			}
		}
		delete(l.made, stalest)
		delete(l.used, stalest)
	}
	for len(l.own) > keptDays {
		for d := range l.own {
			delete(l.own, d)
			break
		}
	}
}

// span is what rows are wanted: ids strictly between after and before, shown by now, at the door from … to, both included.
type span struct {
	after, before uint64
	from, to      int64
	now           int64
	newestFirst   bool
}

// rows goes through the rows of the span in the order of their ids. While it is going nobody may change the ledger.
func (l *ledger) rows(s span) iter.Seq[*row] {
	if !l.byEvent {
		// By arrival a row has been shown exactly when its id lies below those of the next second.
		s.before = min(s.before, firstID(s.now+1))
	}
	return func(yield func(*row) bool) {
		more := l.addedRows(s)
		next, ok := more()
		for r := range l.madeRows(s) {
			for ok && (next.id < r.id) != s.newestFirst {
				if !yield(next) {
					return
				}
				next, ok = more()
			}
			if !yield(r) {
				return
			}
		}
		for ; ok; next, ok = more() {
			if !yield(next) {
				return
			}
		}
	}
}

func (s span) holds(r *row) bool {
	return r.id > s.after && r.id < s.before && r.Up <= s.now && r.At >= s.from && r.At <= s.to
}

// addedRows returns a function that gives the added rows of the span one after the other.
func (l *ledger) addedRows(s span) func() (*row, bool) {
	i := 0
	return func() (*row, bool) {
		for i < len(l.added) {
			r := &l.added[i]
			if s.newestFirst {
				r = &l.added[len(l.added)-1-i]
			}
			i++
			if s.holds(r) {
				return r, true
			}
		}
		return nil, false
	}
}

// madeRows goes through the company's rows of the span.
func (l *ledger) madeRows(s span) iter.Seq[*row] {
	low, high := l.days(s)
	return func(yield func(*row) bool) {
		for n := range int(high-low) + 1 {
			d := low + company.Day(n)
			if s.newestFirst {
				d = high - company.Day(n)
			}
			if !l.dayRows(s, d, yield) {
				return
			}
		}
	}
}

// days returns the first and last day on which rows of the span may be filed; first is after last when there is none.
func (l *ledger) days(s span) (low, high company.Day) {
	day := func(second int64) company.Day { return company.DayOf(time.Unix(second, 0)) }
	low, high = l.company.First, min(l.company.Last, math.MaxInt32-company.MostLateDays)+company.MostLateDays
	low = max(low, dayOfID(s.after))
	if s.from > idsFrom {
		low = max(low, day(s.from)) // a row is never filed before the instant at the door
	}
	high = min(high, day(s.now), dayOfID(s.before))
	if s.to < s.now {
		late := company.Day(company.MostLateDays + 1)
		if l.byEvent {
			late = 0
		}
		high = min(high, day(s.to)+late)
	}
	return low, max(high, low-1)
}

// dayRows yields the rows of the span that are filed on d, and returns false when it was told to stop.
func (l *ledger) dayRows(s span, d company.Day, yield func(*row) bool) bool {
	rows := l.day(d)
	begin := sort.Search(len(rows), func(i int) bool { return rows[i].id > s.after })
	end := sort.Search(len(rows), func(i int) bool { return rows[i].id >= s.before })
	for n := range max(end-begin, 0) {
		i := begin + n
		if s.newestFirst {
			i = end - 1 - n
		}
		if r := &rows[i]; s.holds(r) && !yield(r) {
			return false
		}
	}
	return true
}

// add files an added row and returns its id.
func (l *ledger) add(a company.Access, text company.KindText) uint64 {
	a.Day, a.Index = 0, int32(len(l.added))
	r := row{Access: a, added: &added{text: text}, id: l.idOf(a, addedPlace+uint64(len(l.added)%perDay))}
	at, _ := slices.BinarySearchFunc(l.added, r, byID)
	l.added = slices.Insert(l.added, at, r)
	return r.id
}

// serve notes that the row has been in an answer.
func (l *ledger) serve(r *row) {
	if r.added != nil {
		if !r.added.served {
			r.added.served = true
			l.count++
		}
		return
	}
	word, bit := int(r.Index/64), uint64(1)<<(r.Index%64)
	bits := l.served[r.Day]
	for len(bits) <= word {
		bits = append(bits, 0)
	}
	if bits[word]&bit == 0 {
		bits[word] |= bit
		l.count++
	}
	l.served[r.Day] = bits
}

func (l *ledger) wasServed(r *row) bool {
	if r.added != nil {
		return r.added.served
	}
	bits, word := l.served[r.Day], int(r.Index/64)
	return word < len(bits) && bits[word]&(1<<(r.Index%64)) != 0
}

func (r *row) text() company.KindText {
	if r.added != nil {
		return r.added.text
	}
	return company.Kinds[r.Kind]
}
