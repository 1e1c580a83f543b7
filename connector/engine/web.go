package engine

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// webDay is what TeamSpirit shows of a day that no row of ours explains.
type webDay struct {
	attendance.Web
	has attendance.Kinds // a time of that kind stands on the sheet, entered in whatever way
}

// webOf finds the Web stamps of a day in what was read last of the sheet and of other rows. ours are our stamps of the day.
func webOf(ctx context.Context, q *store.Queries, employee string, day attendance.Day, ours []store.Outbox) (webDay, error) {
	var w webDay
	sheet, err := q.SheetOf(ctx, store.SheetOfParams{EmployeeID: employee, Day: dayNumber(day)})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return w, err
	}
	others, err := q.OtherRowsOf(ctx, store.OtherRowsOfParams{EmployeeID: employee, Day: dayNumber(day)})
	if err != nil {
		return w, err
	}
	for _, k := range []attendance.Kind{attendance.ClockIn, attendance.ClockOut} {
		at := foreign(day, k, sheet, others, ours)
		if k == attendance.ClockIn {
			w.In, w.has.In = at, at != nil || standsOnSheet(day, k, sheet, ours)
		} else {
			w.Out, w.has.Out = at, at != nil || standsOnSheet(day, k, sheet, ours)
		}
	}
	return w, nil
}

// foreign is the Web stamp of one kind: what the Web button wrote, or the row of another system; of several the one that TeamSpirit
// lets win (the earlier 出勤, the later 退勤).
func foreign(day attendance.Day, k attendance.Kind, sheet store.Sheet, others []store.OtherRow, ours []store.Outbox) *time.Time {
	var best *time.Time
	take := func(at time.Time) {
		if best == nil || (k == attendance.ClockIn && at.Before(*best)) || (k == attendance.ClockOut && at.After(*best)) {
			best = &at
		}
	}
	if push := pick(k, sheet.PushStart, sheet.PushEnd); push.Valid {
		if at := atMinute(day, push.Int64); !explained(at, k, ours) {
			take(at)
		}
	}
	for _, o := range others {
		if o.Kind == k.String() && !explained(store.Time(o.At), k, ours) {
			take(store.Time(o.At))
		}
	}
	return best
}

// standsOnSheet tells whether the sheet itself has a time of this kind that is not ours, entered by hand or by application.
func standsOnSheet(day attendance.Day, k attendance.Kind, sheet store.Sheet, ours []store.Outbox) bool {
	for _, v := range []sql.NullInt64{pick(k, sheet.RealStart, sheet.RealEnd), pick(k, sheet.StartTime, sheet.EndTime)} {
		if v.Valid && !explainedAtAll(k, ours) && !explained(atMinute(day, v.Int64), k, ours) {
			return true
		}
	}
	return false
}

// explainedAtAll tells whether any row of ours of this kind is with TeamSpirit: what the sheet shows then may be ours, rounded.
func explainedAtAll(k attendance.Kind, ours []store.Outbox) bool {
	for _, s := range ours {
		if s.Kind == k.String() && stateOf(s) == attendance.Sent {
			return true
		}
	}
	return false
}

// explained tells whether a stamp of ours that TeamSpirit has is the reason for a time on the sheet.
func explained(at time.Time, k attendance.Kind, ours []store.Outbox) bool {
	for _, s := range ours {
		if s.Kind == k.String() && sameMinute(store.Time(s.At), at) && stateOf(s) != attendance.Withdrawn && s.Attempts > 0 {
			return true
		}
	}
	return false
}

func pick(k attendance.Kind, start, end sql.NullInt64) sql.NullInt64 {
	if k == attendance.ClockIn {
		return start
	}
	return end
}

// atMinute is the instant of a time on the sheet: minutes from 00:00 of the day's date.
func atMinute(day attendance.Day, minutes int64) time.Time {
	return day.Midnight().Add(time.Duration(minutes) * time.Minute).UTC()
}

func sameMinute(a, b time.Time) bool {
	return a.UTC().Truncate(time.Minute).Equal(b.UTC().Truncate(time.Minute))
}
