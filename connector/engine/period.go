package engine

import (
	"context"
	"fmt"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// ReadSheet reads the sheets of everybody from one day to another anew, both included, and keeps them as the last reading. It waits for no
// turn, and answers false without a call while Salesforce may not be asked: not signed in, or failing. Somebody has asked for it, so it goes out
// also where calls that can wait are spared.
func (e *Engine) ReadSheet(ctx context.Context, from, to attendance.Day) (read bool, err error) {
	if !e.mayCall(ctx, sideSalesforce) {
		return false, nil
	}
	e.mu.Lock()
	client := e.p.TeamSpirit
	e.mu.Unlock()
	at := store.Millis(e.now())
	err = client.Sheet(ctx, from.String(), to.String(), nil, func(page []teamspirit.SheetDay) error {
		for len(page) > 0 {
			some := page[:min(len(page), daysAtOnce)]
			page = page[len(some):]
			if err := e.update(ctx, func(tx *store.Tx) error { return keepSheet(ctx, tx, some, at) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("reading the sheets of %s to %s: %w", from, to, err)
	}
	return true, nil
}

func keepSheet(ctx context.Context, tx *store.Tx, days []teamspirit.SheetDay, at int64) error {
	for _, d := range days {
		day, err := attendance.ParseDay(d.Date)
		if err != nil {
			return err
		}
		if err := tx.SaveSheet(ctx, store.SaveSheetParams{
			EmployeeID: d.EmployeeID, Day: dayNumber(day), PushStart: minute(d.PushStart), PushEnd: minute(d.PushEnd), RealStart: minute(d.RealStart),
			RealEnd: minute(d.RealEnd), StartTime: minute(d.Start), EndTime: minute(d.End), ReadAt: at,
		}); err != nil {
			return err
		}
	}
	return nil
}
