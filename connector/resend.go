package connector

import (
	"context"
	"slices"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/store"
)

// ResendPreview implements Connector.
func (l *Local) ResendPreview(ctx context.Context, r ResendRequest) ([]Resend, error) {
	days, err := l.toAskFor(ctx, r)
	if err != nil {
		return nil, err
	}
	planned, err := l.engine.RehearseAsked(ctx, days)
	if err != nil {
		return nil, err
	}
	book, err := l.nameBook(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Resend, len(planned))
	for i, p := range planned {
		out[i] = Resend{
			Day: p.Day.String(), UserID: p.User, EmployeeCode: book.employees[p.Employee][0], Name: book.users[p.User][1], Kind: p.Kind.String(),
			At: p.At, Revision: p.Revision, Because: because(p),
		}
	}
	return out, nil
}

// because says why a stamp is sent again.
func because(p engine.Planned) string {
	switch p.Former {
	case "error":
		return string(attendance.Rejected)
	case "deleted":
		return string(attendance.RowDeleted)
	case "":
		return string(attendance.UnstampedDay)
	}
	return string(attendance.LateLater)
}

// toAskFor lists the days with something that a person may ask to send: refused or deleted stamps, a later 退勤, 未打刻の日.
func (l *Local) toAskFor(ctx context.Context, r ResendRequest) ([]engine.PersonDay, error) {
	from, to, err := span(r.From, r.To)
	if err != nil {
		return nil, err
	}
	var days []engine.PersonDay
	take := func(user string, day int64) {
		d := engine.PersonDay{User: user, Day: attendance.DayFromNumber(int(day))}
		if (len(r.UserIDs) == 0 || slices.Contains(r.UserIDs, user)) && !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	err = l.store.View(ctx, func(q *store.Queries) error {
		stamps, err := q.StampsToAskFor(ctx, store.StampsToAskForParams{FromDay: number(from), ToDay: number(to)})
		if err != nil {
			return err
		}
		for _, s := range stamps {
			take(s.UserID, s.Day)
		}
		items, err := q.ItemsToAskFor(ctx, store.ItemsToAskForParams{FromDay: number(from), ToDay: number(to)})
		for _, i := range items {
			take(i.UserID, i.Day)
		}
		return err
	})
	return days, err
}

// Resend implements Connector. Pressing it twice sends once: what is on its way is not a refused stamp any more.
func (l *Local) Resend(ctx context.Context, r ResendRequest) ([]Resend, error) {
	in, err := l.integration(ctx)
	if err != nil {
		return nil, err
	}
	if in.Phase != string(Running) {
		return nil, fail(CodeWrongState, "the integration is not running, so nothing can be sent: begin first")
	}
	var out []Resend
	err = l.engine.Locked(func() error { // or the days could be decided between the look and the wish
		if out, err = l.ResendPreview(ctx, r); err != nil || len(out) == 0 {
			return err
		}
		return l.askFor(ctx, out)
	})
	if err == nil && len(out) > 0 {
		l.engine.Wake(false)
	}
	return out, err
}

func (l *Local) askFor(ctx context.Context, out []Resend) error {
	return l.update(ctx, func(tx *store.Tx) error {
		for _, s := range out {
			d, err := attendance.ParseDay(s.Day)
			if err != nil {
				return err
			}
			if _, err := tx.AskForDay(ctx, store.AskForDayParams{UserID: s.UserID, Day: number(d)}); err != nil {
				return err
			}
			tx.Audit("asked", map[string]string{"user": s.UserID, "day": s.Day, "kind": s.Kind, "because": s.Because})
		}
		return nil
	})
}
