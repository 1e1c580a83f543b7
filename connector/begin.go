package connector

import (
	"context"
	"errors"
	"strconv"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// ahead is how far ahead a start must be: chosen with care, and with time left to call it off (seed of the rules: one hour).
const ahead = time.Hour

// earliest is the earliest start allowed at now, in whole minutes.
func earliest(now time.Time) time.Time {
	e := now.Add(ahead)
	if whole := e.Truncate(time.Minute); !whole.Equal(e) {
		e = whole.Add(time.Minute)
	}
	return e
}

// trusted asks both servers for the time if need be.
func (l *Local) trusted(ctx context.Context) (time.Time, error) {
	if now, ok := l.times.Now(); ok {
		return now, nil
	}
	if _, err := l.akerunClient().Organizations(ctx); err != nil {
		return time.Time{}, explain(Akerun, err)
	}
	if err := l.salesforceClient().Greet(ctx); err != nil {
		return time.Time{}, explain(Salesforce, err)
	}
	now, ok := l.times.Now()
	if !ok {
		return now, fail(CodeNoTrustedTime, "the servers do not tell the time, so the start can't be checked: try again later")
	}
	return now, nil
}

// BeginPreview implements Connector.
func (l *Local) BeginPreview(ctx context.Context, start time.Time) (BeginPreview, error) {
	if err := l.needSignIns(ctx); err != nil {
		return BeginPreview{}, err
	}
	now, err := l.trusted(ctx)
	if err != nil {
		return BeginPreview{}, err
	}
	in, err := l.integration(ctx)
	if err != nil {
		return BeginPreview{}, err
	}
	p := BeginPreview{Earliest: earliest(now), First: in.Begins == 0}
	for p.NextFive = attendance.DayOf(now).End(); p.NextFive.Before(p.Earliest); p.NextFive = p.NextFive.AddDate(0, 0, 1) {
	}
	if start.IsZero() {
		start = p.NextFive
	}
	if p.SeenBefore, err = l.seenBefore(ctx, in, start, now); err != nil || p.First {
		return p, err
	}
	p.Days, err = l.rehearseBegin(ctx, start)
	return p, err
}

// rehearseBegin counts by day what a second start would send afterwards.
func (l *Local) rehearseBegin(ctx context.Context, start time.Time) ([]DayCount, error) {
	var days []engine.Afterwards
	err := l.engine.Locked(func() (err error) {
		days, err = l.engine.RehearseBegin(ctx, start)
		return err
	})
	if errors.Is(err, engine.ErrNotNow) {
		return nil, fail(CodeOffline, "Akerun or Salesforce can't be called just now, so nobody can tell what was missed: try again in a few minutes")
	}
	if err != nil {
		return nil, explain(sideOf(err), err)
	}
	return byDay(days), nil
}

// seenBefore counts who has come in already on the business day of the start, and so gets no 出勤 that day.
func (l *Local) seenBefore(ctx context.Context, in store.Integration, start, now time.Time) (int, error) {
	day := attendance.DayOf(start)
	if attendance.DayOf(now) != day || in.AkerunOrg == "" || in.Begins > 0 {
		return 0, nil
	}
	seen := make(map[string]bool)
	rules := rulesOf(l.settings().Engine)
	err := l.eachAccess(ctx, in.AkerunOrg, day.Start(), func(a attendance.Access) {
		if counts, _ := rules.Counts(a.Action, a.Device); counts && a.User != "" && a.At.Before(start) {
			seen[a.User] = true
		}
	})
	return len(seen), err
}

// Begin implements Connector.
func (l *Local) Begin(ctx context.Context, r BeginRequest) error {
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	if in.Phase == string(Waiting) || in.Phase == string(Running) {
		return fail(CodeWrongState, "the integration has begun already (start %s): unlink first to choose another start", japan(store.Time(in.Start)))
	}
	backfill, err := backfillDay(r.BackfillFrom)
	if err != nil {
		return err
	}
	check, err := l.Check(ctx)
	if err != nil {
		return err
	}
	if check.Blocked {
		return check.refusal()
	}
	if check.Rights.Verdict == teamspirit.Partial && !r.Confirmed {
		return fail(CodeNotConfirmed, "it is not proven that %s may stamp for everyone: %s, then confirm", check.Rights.UserName, check.Rights.Ask)
	}
	return l.begin(ctx, r, check, backfill)
}

func backfillDay(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	d, err := attendance.ParseDay(text)
	if err != nil {
		return 0, fail(CodeBadInput, "%q is no date: write it as 2026-11-22", text)
	}
	return int64(d.Number()), nil
}

// begin writes the start down. The hour is checked here, last of all, because the checks before it take their time.
func (l *Local) begin(ctx context.Context, r BeginRequest, check Check, backfill int64) error {
	now, err := l.trusted(ctx)
	if err != nil {
		return err
	}
	start := r.Start.UTC().Truncate(time.Second)
	if start.Before(now.Add(ahead)) {
		least := earliest(now)
		return fail(CodeStartTooEarly, "the start must be at least one hour ahead: the earliest possible now is %s", japan(least)).with("earliest", japan(least))
	}
	err = l.update(ctx, func(tx *store.Tx) error {
		if err := tx.BeginIntegration(ctx, store.BeginIntegrationParams{Start: store.Millis(start), BegunAt: store.Millis(tx.Now()), BackfillFrom: backfill}); err != nil {
			return err
		}
		in, err := tx.Integration(ctx)
		if err != nil {
			return err
		}
		partial := check.Rights.Verdict == teamspirit.Partial
		if err := tx.SetConfirmations(ctx, store.SetConfirmationsParams{Rights: store.Flag(partial && r.Confirmed), Super: in.SuperConfirmed}); err != nil {
			return err
		}
		tx.Audit("begun", map[string]string{
			"start": japan(start), "times": strconv.FormatInt(in.Begins, 10), "verdict": check.Rights.Verdict, "confirmed": flagText(r.Confirmed), "from": r.BackfillFrom,
		})
		return nil
	})
	if err != nil {
		return err
	}
	l.engine.Wake(true)
	l.publish()
	return nil
}

func japan(t time.Time) string { return t.In(attendance.Japan).Format("2006-01-02 15:04:05 -07:00") }

// Pause implements Connector.
func (l *Local) Pause(ctx context.Context) error { return l.setPaused(ctx, true) }

// Resume implements Connector.
func (l *Local) Resume(ctx context.Context) error { return l.setPaused(ctx, false) }

func (l *Local) setPaused(ctx context.Context, paused bool) error {
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	if in.Phase != string(Waiting) && in.Phase != string(Running) {
		return fail(CodeWrongState, "the integration has not begun, so there is nothing to pause or resume: begin first")
	}
	err = l.update(ctx, func(tx *store.Tx) error {
		kind := "resumed"
		if paused {
			kind = "paused"
		}
		tx.Audit(kind, nil)
		return tx.SetPaused(ctx, store.Flag(paused))
	})
	if err == nil {
		l.engine.Wake(!paused)
		l.publish()
	}
	return err
}

// Sync implements Connector.
func (l *Local) Sync(ctx context.Context) error {
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	if in.Phase != string(Waiting) && in.Phase != string(Running) {
		return fail(CodeWrongState, "the integration has not begun, so there is nothing to sync: begin first")
	}
	return l.engine.TurnNow(ctx)
}

// Unlink implements Connector. What was planned and never left is forgotten: linking again decides it anew, by the rule for days that passed
// in between.
func (l *Local) Unlink(ctx context.Context) error {
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	switch {
	case in.Phase == string(Unlinked):
		return fail(CodeWrongState, "the integration is unlinked already")
	case in.Begins == 0:
		return fail(CodeWrongState, "the integration has never begun, so there is nothing to unlink")
	}
	err = l.engine.Locked(func() error {
		if err := l.update(ctx, func(tx *store.Tx) error { return endIntegration(ctx, tx) }); err != nil {
			return err
		}
		for _, of := range []struct {
			side   Side
			revoke func(context.Context) error
		}{{Akerun, l.akerunClient().Revoke}, {Salesforce, l.salesforceClient().Revoke}} {
			if err := of.revoke(ctx); err != nil { // the keychain entry is gone in any case
				l.c.Log.Warn("the sign-in was not revoked", "side", of.side, "error", err)
			}
		}
		return nil
	})
	l.publish()
	return err
}

func endIntegration(ctx context.Context, tx *store.Tx) error {
	forgotten, err := tx.ForgetPlannedStamps(ctx)
	if err != nil {
		return err
	}
	tx.Audit("unlinked", map[string]string{"forgotten": strconv.Itoa(len(forgotten))})
	for _, f := range forgotten {
		if err := tx.TouchDaysOfEmployee(ctx, store.TouchDaysOfEmployeeParams{EmployeeID: f.EmployeeID, FromDay: f.Day}); err != nil {
			return err
		}
	}
	for _, side := range []Side{Akerun, Salesforce} {
		if err := engine.SignedOut(ctx, tx, string(side)); err != nil {
			return err
		}
	}
	return tx.EndIntegration(ctx, store.Millis(tx.Now()))
}
