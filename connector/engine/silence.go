package engine

import (
	"context"
	"slices"
	"strconv"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// silenceEvery is how often the traffic is compared with the weeks before; it changes with people, not with polls.
const silenceEvery = 10 * time.Minute

// doorDay is one door's business day.
type doorDay struct {
	door string
	day  attendance.Day
}

// traffic counts the new accesses of a page by door and day.
type traffic map[doorDay]attendance.Traffic

// take counts an access, if it names a person and its type counts.
func (t traffic) take(a akerun.Access, rules attendance.Rules) {
	if counts, _ := rules.Counts(a.Action, a.DeviceType); a.UserID == "" || !counts {
		return
	}
	k := doorDay{a.DoorID, attendance.DayOf(a.At)}
	n := t[k]
	n.All++
	if a.At.Before(attendance.MorningEnds(k.day)) {
		n.Morning++
	}
	t[k] = n
}

func (t traffic) save(ctx context.Context, tx *store.Tx, org string) error {
	for k, n := range t {
		if err := tx.AddTraffic(ctx, store.AddTrafficParams{Org: org, Day: dayNumber(k.day), DoorID: k.door, Morning: int64(n.Morning), Total: int64(n.All)}); err != nil {
			return err
		}
	}
	return nil
}

// showSilence lists that nobody has been seen on a workday, and doors that are silent while others are used. Both end by themselves with the
// next access.
func (e *Engine) showSilence(ctx context.Context) error {
	if since := e.now().Sub(e.silenceAt); since >= 0 && since < silenceEvery {
		return nil
	}
	s, names, err := e.silence(ctx)
	if err != nil {
		return err
	}
	e.silenceAt = e.now()
	office := itemOf(attendance.NoAccesses, sourceEngine)
	if s.Office {
		office = office.with(map[string]string{"since": s.Since.String(), "usual": strconv.Itoa(s.Usual)})
	}
	if err := e.state(ctx, office, s.Office); err != nil {
		return err
	}
	if err := e.endDoors(ctx, s.Doors); err != nil {
		return err
	}
	for _, d := range s.Doors {
		i := itemOf(attendance.DoorSilent, sourceEngine).about(d.Door).with(map[string]string{"door": names[d.Door], "last": d.Last.String(), "days": strconv.Itoa(d.Days)})
		if err := e.state(ctx, i, true); err != nil {
			return err
		}
	}
	return nil
}

// silence asks the rules, and gives the doors' names by id.
func (e *Engine) silence(ctx context.Context) (s attendance.Silence, names map[string]string, err error) {
	in, err := e.integration(ctx)
	if err != nil || in.AkerunOrg == "" {
		return s, nil, err
	}
	names = make(map[string]string)
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		read, err := q.Reading(ctx, readingNew)
		if err != nil || read.DoneAt == 0 {
			return err
		}
		until := store.Time(read.DoneAt)
		rows, err := q.TrafficSince(ctx, store.TrafficSinceParams{Org: in.AkerunOrg, FromDay: dayNumber(attendance.DayOf(until).Add(-2 * attendance.SilenceProfile))})
		if err != nil {
			return err
		}
		doors, err := q.Doors(ctx)
		excluded := make(map[string]bool)
		for _, d := range doors {
			names[d.ID], excluded[d.ID] = d.Name, d.Excluded == 1
		}
		known := make([]attendance.Traffic, len(rows))
		for i, r := range rows {
			known[i] = attendance.Traffic{Day: dayOf(r.Day), Door: r.DoorID, Morning: int(r.Morning), All: int(r.Total)}
		}
		s = attendance.Silent(known, excluded, until)
		return err
	})
	return s, names, err
}

// endDoors cures the items of doors that are silent no more.
func (e *Engine) endDoors(ctx context.Context, silent []attendance.SilentDoor) error {
	var live []store.Item
	err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
		live, err = q.LiveItemsOfDay(ctx, store.LiveItemsOfDayParams{})
		return err
	})
	if err != nil {
		return err
	}
	for _, i := range live {
		if i.Reason != string(attendance.DoorSilent) || slices.ContainsFunc(silent, func(d attendance.SilentDoor) bool { return d.Door == i.Subject }) {
			continue
		}
		if err := e.state(ctx, itemOf(attendance.DoorSilent, sourceEngine).about(i.Subject), false); err != nil {
			return err
		}
	}
	return nil
}
