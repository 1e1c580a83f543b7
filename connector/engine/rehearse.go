package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// ErrNotNow says that something must be read first, while a side has asked to be left alone or can't be reached.
var ErrNotNow = errors.New("a side is not to be called just now")

// RehearseBegin tells what a start at this instant would send of the days before it. It reads first what happened at the doors since they were
// read last, and then the sheet of the days in question. No stage may run meanwhile: see Locked.
func (e *Engine) RehearseBegin(ctx context.Context, start time.Time) ([]Afterwards, error) {
	if err := e.catchUp(ctx); err != nil {
		return nil, err
	}
	_, rows, err := e.rehearseBegin(ctx, start)
	if err != nil {
		return nil, err
	}
	if err := e.readSheetsOf(ctx, rows); err != nil {
		return nil, err
	}
	days, _, err := e.rehearseBegin(ctx, start)
	return days, err
}

// catchUp reads people and accesses, as collect does.
func (e *Engine) catchUp(ctx context.Context) error {
	if !e.mayCall(ctx, sideAkerun) || !e.mayCall(ctx, sideSalesforce) {
		return ErrNotNow
	}
	in, err := e.integration(ctx)
	if err != nil || in.AkerunOrg == "" {
		return err
	}
	if err := e.ReadPeople(ctx, in); err != nil {
		return err
	}
	return e.readAccesses(ctx, in)
}

// readSheetsOf keeps what TeamSpirit shows now of the days of rows.
func (e *Engine) readSheetsOf(ctx context.Context, rows []store.Outbox) error {
	r, _, err := e.maySend(ctx, store.Integration{})
	if err != nil {
		return err
	}
	_, names := e.measures()
	for some := range slices.Chunk(rows, rowsAtOnce) {
		seen, err := e.readDays(ctx, r, some)
		if err != nil {
			return err
		}
		err = e.update(ctx, func(tx *store.Tx) error {
			for k := range daysOf(some) {
				if err := seen.write(ctx, tx, k, names); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rehearseBegin decides all days before the start and takes that back. rows are the stamps that were planned.
func (e *Engine) rehearseBegin(ctx context.Context, start time.Time) (days []Afterwards, rows []store.Outbox, err error) {
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
		known, err := tx.PersonDays(ctx, store.PersonDaysParams{FromDay: dayNumber(attendance.DayOf(store.Time(in.FirstStart))), ToDay: dayNumber(attendance.DayOf(tx.Now()).Prev())})
		if err != nil {
			return err
		}
		for _, row := range known {
			a, planned, err := d.rehearseDay(ctx, row)
			if err != nil {
				return fmt.Errorf("deciding %s of user %s: %w", dayOf(row.Day), row.UserID, err)
			}
			if a.Stamps > 0 || a.Listed > 0 {
				days = append(days, a)
			}
			for _, p := range planned {
				rows = append(rows, store.Outbox{EmployeeID: p.Employee, UserID: p.User, Day: row.Day})
			}
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		err = nil
	}
	return days, rows, err
}

func (d *decider) rehearseDay(ctx context.Context, row store.PersonDay) (a Afterwards, planned []Planned, err error) {
	a = Afterwards{PersonDay: PersonDay{row.UserID, dayOf(row.Day)}}
	key := store.StampsOfUserDayParams{UserID: row.UserID, Day: row.Day}
	before, err := d.tx.StampsOfUserDay(ctx, key)
	if err != nil {
		return a, nil, err
	}
	if err := d.decide(ctx, row); err != nil {
		return a, nil, err
	}
	after, err := d.tx.StampsOfUserDay(ctx, key)
	if err != nil {
		return a, nil, err
	}
	planned = newlyPlanned(before, after)
	a.Stamps = len(planned)
	items, err := d.tx.LiveItemsOfDay(ctx, store.LiveItemsOfDayParams{UserID: row.UserID, Day: row.Day})
	for _, i := range items {
		if i.Reason == string(attendance.FilledByHand) {
			a.Listed++
		}
	}
	return a, planned, err
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
