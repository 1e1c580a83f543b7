package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// errRehearsed takes a rehearsal back.
var errRehearsed = errors.New("rehearsed only")

// PersonDay names one person's business day.
type PersonDay struct {
	User string
	Day  attendance.Day
}

// Planned is a stamp that a rehearsal would send.
type Planned struct {
	PersonDay
	Employee string
	Kind     attendance.Kind
	Revision int
	At       time.Time
	Former   string // state of the revision before, empty for a first one
}

// RehearseAsked tells which stamps would be planned if a person asked for these days. It decides them for real in a transaction, reads
// what came of it, and takes the transaction back.
func (e *Engine) RehearseAsked(ctx context.Context, days []PersonDay) (planned []Planned, err error) {
	err = e.rehearse(ctx, func(tx *store.Tx, d *decider) error {
		for _, p := range days {
			before, err := tx.StampsOfUserDay(ctx, store.StampsOfUserDayParams{UserID: p.User, Day: dayNumber(p.Day)})
			if err != nil {
				return err
			}
			n, err := tx.AskForDay(ctx, store.AskForDayParams{UserID: p.User, Day: dayNumber(p.Day)})
			if err != nil {
				return err
			}
			if n == 0 {
				continue // nothing was seen of that day
			}
			row, err := tx.PersonDay(ctx, store.PersonDayParams{UserID: p.User, Day: dayNumber(p.Day)})
			if err != nil {
				return err
			}
			if err := d.decide(ctx, row); err != nil {
				return fmt.Errorf("deciding %s of user %s: %w", p.Day, p.User, err)
			}
			after, err := tx.StampsOfUserDay(ctx, store.StampsOfUserDayParams{UserID: p.User, Day: dayNumber(p.Day)})
			if err != nil {
				return err
			}
			planned = append(planned, newlyPlanned(before, after)...)
		}
		return nil
	})
	return planned, err
}

func newlyPlanned(before, after []store.Outbox) (planned []Planned) {
	former := make(map[int64]store.Outbox, len(before))
	latest := make(map[string]store.Outbox)
	for _, b := range before {
		former[b.ID] = b
		latest[b.Kind] = b // by revision
	}
	for _, a := range after {
		if b, ok := former[a.ID]; a.State == "planned" && (!ok || b.State != "planned") {
			planned = append(planned, plannedOf(a, latest[a.Kind].State))
		}
	}
	return planned
}

func plannedOf(row store.Outbox, former string) Planned {
	return Planned{
		PersonDay: PersonDay{row.UserID, dayOf(row.Day)}, Employee: row.EmployeeID, Kind: attendance.Kind(row.Kind),
		Revision: int(row.Revision), At: store.Time(row.At), Former: former,
	}
}

// Afterwards is what a second start would do with one past day.
type Afterwards struct {
	PersonDay
	Stamps int
	Listed int // kinds that somebody filled by hand meanwhile
}

// RehearseBegin tells what a start at this instant would send of the days before it.
func (e *Engine) RehearseBegin(ctx context.Context, start time.Time) (days []Afterwards, err error) {
	err = e.update(ctx, func(tx *store.Tx) error {
		if err := tx.BeginIntegration(ctx, store.BeginIntegrationParams{Start: store.Millis(start), BegunAt: store.Millis(tx.Now())}); err != nil {
			return err
		}
		in, err := tx.Integration(ctx)
		if err != nil {
			return err
		}
		d, err := e.deciderFor(ctx, tx, in)
		if err != nil {
			return err
		}
		d.sure = start // as it will be then
		rows, err := tx.PersonDays(ctx, store.PersonDaysParams{FromDay: dayNumber(attendance.DayOf(store.Time(in.FirstStart))), ToDay: dayNumber(attendance.DayOf(tx.Now()).Prev())})
		if err != nil {
			return err
		}
		for _, row := range rows {
			a, err := d.rehearseDay(ctx, row)
			if err != nil {
				return fmt.Errorf("deciding %s of user %s: %w", dayOf(row.Day), row.UserID, err)
			}
			if a.Stamps > 0 || a.Listed > 0 {
				days = append(days, a)
			}
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return days, err
}

func (d *decider) rehearseDay(ctx context.Context, row store.PersonDay) (Afterwards, error) {
	a := Afterwards{PersonDay: PersonDay{row.UserID, dayOf(row.Day)}}
	key := store.StampsOfUserDayParams{UserID: row.UserID, Day: row.Day}
	before, err := d.tx.StampsOfUserDay(ctx, key)
	if err != nil {
		return a, err
	}
	if err := d.decide(ctx, row); err != nil {
		return a, err
	}
	after, err := d.tx.StampsOfUserDay(ctx, key)
	if err != nil {
		return a, err
	}
	a.Stamps = len(newlyPlanned(before, after))
	items, err := d.tx.LiveItemsOfDay(ctx, store.LiveItemsOfDayParams{UserID: row.UserID, Day: row.Day})
	for _, i := range items {
		if i.Reason == string(attendance.FilledByHand) {
			a.Listed++
		}
	}
	return a, err
}

// rehearse runs f in a transaction that is taken back.
func (e *Engine) rehearse(ctx context.Context, f func(*store.Tx, *decider) error) error {
	err := e.update(ctx, func(tx *store.Tx) error {
		in, err := tx.Integration(ctx)
		if err != nil {
			return err
		}
		d, err := e.deciderFor(ctx, tx, in)
		if err != nil {
			return err
		}
		if err := f(tx, d); err != nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}
