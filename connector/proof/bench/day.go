package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/witness"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
)

const (
	pollEvery = time.Minute
	// perMinute is the only limit that Akerun ever published.
	perMinute = 50
	minutes   = 24 * 60
)

// measureDay plays days in the clock's time: how long a door takes to become a stamp, and how often Akerun is called on a day on which nobody comes.
func measureDay(ctx context.Context, b *run) error {
	if b.wants("P12") {
		if err := b.latency(ctx); err != nil {
			return err
		}
	}
	if !b.wants("P13") {
		return nil
	}
	return b.idleCalls(ctx)
}

// latency plays three days of company S.
func (b *run) latency(ctx context.Context) (err error) {
	first := monday()
	const days = 3
	o, err := openOffice(ctx, simulator.Options{Seed: 1, From: first.Add(-12 * time.Hour), History: -1, Days: days + 1, Clock: clock.Jump(first.Add(-12 * time.Hour))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	j, err := join(ctx, profile{Dir: filepath.Join(b.dir, "latency"), Poll: pollEvery}, o.description(), &gate{Clock: o.Clock()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	if err := j.Begin(ctx, connector.BeginRequest{Start: first}); err != nil {
		return err
	}
	if err := j.playUntil(ctx, first.AddDate(0, 0, days).Add(3*time.Hour)); err != nil {
		return err
	}
	v, err := j.judge(ctx, o, first)
	if err != nil {
		return err
	}
	l := v.StableLatency
	if !v.Valid {
		b.say("the checker finds something: %s", v.Story())
	}
	p50, p99 := l.P50.Seconds()/pollEvery.Seconds(), l.P99.Seconds()/pollEvery.Seconds()
	b.add(row{
		ID: "P12", Measured: fmt.Sprintf("p50 %s, p99 %s", l.P50, l.P99), Yardstick: pollEvery.String() + ", the poll interval", Ratio: &p50,
		Reach: "p50 ≤ 0.6 ×, p99 ≤ 1.2 ×", Met: p50 <= 0.6 && p99 <= 1.2,
	})
	return nil
}

// judge has the checker look at what both servers know.
func (j *joined) judge(ctx context.Context, o *office, start time.Time) (proof.Verdict, error) {
	e := witness.FromSimulator(o.Evidence(start.AddDate(0, 0, -1)), o.SalesforceServer().OrganizationID(), o.SalesforceServer().RequestLog())
	e.Starts = []proof.Start{{From: start}}
	items, err := j.Items(ctx, connector.ItemQuery{All: true})
	if err != nil {
		return proof.Verdict{}, err
	}
	for _, i := range items {
		e.Items = append(e.Items, proof.Item{Person: cmp.Or(i.UserID, i.EmployeeID), Day: i.Day, Reason: i.Reason, State: i.State})
	}
	return proof.Check(e), nil
}

// idleCalls plays a Sunday of company M, on which a week lies behind to be looked back on.
func (b *run) idleCalls(ctx context.Context) (err error) {
	first := monday()
	const days = 6
	o, err := openOffice(ctx, simulator.Options{Seed: 1, Size: company.Medium, From: first.Add(-12 * time.Hour), History: -1, Days: days, Clock: clock.Jump(first.Add(-12 * time.Hour))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	clock := &gate{Clock: o.Clock()}
	j, err := join(ctx, profile{Dir: filepath.Join(b.dir, "calls"), Poll: time.Hour}, o.description(), clock)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	if err := j.Begin(ctx, connector.BeginRequest{Start: first}); err != nil {
		return err
	}
	sunday := first.AddDate(0, 0, days)
	if err := j.playUntil(ctx, sunday.Add(time.Hour)); err != nil {
		return err
	}
	if err := j.Close(); err != nil {
		return err
	}
	j.profile.Poll = pollEvery
	if err := j.reopen(ctx); err != nil {
		return err
	}
	before := len(o.AkerunServer().Requests())
	if err := j.playUntil(ctx, sunday.Add(25*time.Hour)); err != nil {
		return err
	}
	calls := len(o.AkerunServer().Requests()) - before
	b.add(compared("P13", fmt.Sprintf("%d calls a day", calls), fmt.Sprintf("%d, %d a minute", perMinute*minutes, perMinute), float64(calls)/(perMinute*minutes), 0.05))
	return nil
}
