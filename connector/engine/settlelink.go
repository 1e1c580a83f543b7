package engine

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// whose tells for whom a user's accesses of a day count.
type whose struct {
	employee   string
	linkedFrom attendance.Day    // later than the day: the day is an 未打刻の日 of this employee
	reason     attendance.Reason // why there is no employee
}

// settle finds the link of a person's business day. A sound link is settled once, at the day's first access, and kept in the row: it
// stays good for that day whatever becomes of code or user afterwards.
func (d *decider) settle(ctx context.Context, row store.PersonDay, accesses []store.Access) (whose, error) {
	if row.EmployeeID != "" {
		return d.keepLater(ctx, row)
	}
	links, err := d.tx.LinksOf(ctx, row.UserID)
	if err != nil {
		return whose{}, err
	}
	if len(accesses) > 0 {
		if l, ok := inForce(links, dayOf(row.Day), store.Time(accesses[0].At)); ok {
			return d.claim(ctx, row, l.EmployeeID, attendance.Day{})
		}
	}
	if l, ok := laterLink(links, dayOf(row.Day)); ok {
		from := dayOf(l.FromDay)
		if row.Asked == 1 {
			return d.claim(ctx, row, l.EmployeeID, from)
		}
		return whose{employee: l.EmployeeID, linkedFrom: from}, nil
	}
	return d.unsound(ctx, row)
}

// keepLater gives the settled employee back, with the day from which the link held if that is a later one.
func (d *decider) keepLater(ctx context.Context, row store.PersonDay) (whose, error) {
	links, err := d.tx.LinksOf(ctx, row.UserID)
	if err != nil {
		return whose{}, err
	}
	w := whose{employee: row.EmployeeID}
	from := attendance.Day{}
	for _, l := range links {
		if l.EmployeeID != row.EmployeeID {
			continue
		}
		if f := dayOf(l.FromDay); from.IsZero() || f.Before(from) {
			from = f
		}
	}
	if dayOf(row.Day).Before(from) {
		w.linkedFrom = from
	}
	return w, nil
}

// inForce finds the link that was sound at the day's first access. A link holds from the beginning of the business day on which it was
// first seen. Between the last reading that found it sound and the one that did not, nobody knows: then a user who has left keeps the
// link (a leaver's account is deleted in the evening), and for a user whose code changed the newer link counts.
func inForce(links []store.Link, day attendance.Day, first time.Time) (store.Link, bool) {
	links = slices.DeleteFunc(slices.Clone(links), func(l store.Link) bool { return dayOf(l.FromDay).After(day) })
	for _, l := range links { // by opening
		switch {
		case l.ClosedAt == 0, first.Before(store.Time(l.SoundAt)):
			return l, true
		case l.UserGone == 1 && first.Before(store.Time(l.ClosedAt)):
			return l, true
		}
	}
	return store.Link{}, false
}

// laterLink finds the first link that was seen only after day.
func laterLink(links []store.Link, day attendance.Day) (store.Link, bool) {
	for _, l := range links {
		if dayOf(l.FromDay).After(day) {
			return l, true
		}
	}
	return store.Link{}, false
}

// claim settles the day for an employee, unless another user's accesses are this employee's that day: a code that changes hands stamps
// nobody else's day.
func (d *decider) claim(ctx context.Context, row store.PersonDay, employee string, from attendance.Day) (whose, error) {
	holder, err := d.tx.PersonDayOfEmployee(ctx, store.PersonDayOfEmployeeParams{EmployeeID: employee, Day: row.Day})
	if err == nil && holder.UserID != row.UserID {
		return whose{reason: attendance.DuplicateUserCode}, nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return whose{}, err
	}
	d.tx.Audit("link_settled", map[string]string{"user": row.UserID, "employee": employee, "day": dayOf(row.Day).String()})
	err = d.tx.SettleDay(ctx, store.SettleDayParams{EmployeeID: employee, At: store.Millis(d.tx.Now()), UserID: row.UserID, Day: row.Day})
	return whose{employee: employee, linkedFrom: from}, err
}

// unsound tells why a user has no link on this day.
func (d *decider) unsound(ctx context.Context, row store.PersonDay) (whose, error) {
	person, err := d.tx.Person(ctx, row.UserID)
	if errors.Is(err, sql.ErrNoRows) {
		return whose{reason: attendance.NoUserCode}, nil
	}
	if err != nil {
		return whose{}, err
	}
	if person.Reason == "" {
		return whose{reason: attendance.EmployeeUnknown}, nil // the link was lost between two readings; the next one says why
	}
	return whose{reason: attendance.Reason(person.Reason)}, nil
}
