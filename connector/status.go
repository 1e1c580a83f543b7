package connector

import (
	"context"
	"encoding/hex"
	"time"

	"dakokubridge/connector/akerun"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/engine"
	"dakokubridge/connector/store"
)

// words are the phases as the rules name them.
var words = map[Phase]string{
	NotSetUp: "未設定", Applied: "申込受付", Ready: "連携可能", Waiting: "待機中", Running: "連携中", Paused: "一時停止", NeedsLink: "要再連携", Unlinked: "連携解除済",
}

// Status implements Connector.
func (l *Local) Status(ctx context.Context) (Status, error) {
	s := Status{Now: l.engine.Now(), LastPoll: l.engine.LastPoll(), OpenItems: make(map[string]int)}
	if now, ok := l.times.Now(); ok {
		s.Trusted = now
	}
	if l.engine.Fault() != nil {
		s.Warnings = append(s.Warnings, "store "+string(attendance.Disk))
	}
	var err error
	if s.NextDue, err = l.engine.NextDue(ctx); err != nil {
		return s, err
	}
	if s.People, err = l.countPeople(ctx); err != nil {
		return s, err
	}
	err = l.store.View(ctx, func(q *store.Queries) error {
		in, err := q.Integration(ctx)
		if err != nil {
			return err
		}
		s.Phase, s.Paused, s.Start, s.FirstStart = Phase(in.Phase), in.Paused == 1, store.Time(in.Start), store.Time(in.FirstStart)
		if err := l.sidesOf(ctx, q, in, &s); err != nil {
			return err
		}
		if s.StandBy, err = engine.StandsBy(ctx, q, s.Now); err != nil {
			return err
		}
		s.Phase = gravest(s)
		s.Japanese = words[s.Phase]
		if err := l.closingSoon(ctx, q, &s); err != nil {
			return err
		}
		return countsOf(ctx, q, &s)
	})
	return s, err
}

// gravest is the phase as it is shown: 要再連携 before 一時停止 before 待機中 and 連携中.
func gravest(s Status) Phase {
	begun := s.Phase == Waiting || s.Phase == Running
	switch {
	case begun && len(s.Relink) > 0:
		return NeedsLink
	case begun && s.Paused:
		return Paused
	}
	return s.Phase
}

func (l *Local) sidesOf(ctx context.Context, q *store.Queries, in store.Integration, s *Status) error {
	for _, side := range []Side{Akerun, Salesforce} {
		row, err := q.Side(ctx, string(side))
		if err != nil {
			return err
		}
		a := Account{Side: side, Name: l.open(ctx, row.NameSealed), UserID: row.UserID, Authority: row.Authority, Since: store.Time(row.SignedInAt)}
		if side == Akerun {
			a.OrganizationID = in.AkerunOrg
			if row.Authority != "" {
				a.AuthorityKnown, a.Super = akerun.AuthorityOf(row.Authority)
			}
			s.Akerun = a
		} else {
			a.OrganizationID = in.SalesforceOrg
			s.Salesforce = a
		}
		if row.RelinkCause != "" {
			s.Relink = append(s.Relink, Relink{Side: side, Cause: row.RelinkCause, Since: store.Time(row.RelinkSince), Who: a.Name})
		} else if row.FailingSince > 0 {
			s.Warnings = append(s.Warnings, string(side)+" "+row.FailingCause)
		}
	}
	return nil
}

func countsOf(ctx context.Context, q *store.Queries, s *Status) error {
	states, err := q.CountStampsByState(ctx)
	if err != nil {
		return err
	}
	for _, row := range states {
		switch row.State {
		case "planned":
			s.Queue.Planned = int(row.N)
		case "sending":
			s.Queue.Sending = int(row.N)
		case "unknown":
			s.Queue.Unknown = int(row.N)
		case "accepted":
			s.Queue.Accepted = int(row.N)
		case "processed":
			s.Queue.Processed = int(row.N)
		}
	}
	dirty, err := q.CountDirtyDays(ctx)
	if err != nil {
		return err
	}
	s.Queue.DirtyDays = int(dirty)
	codes, err := q.CountOpenCodeChanges(ctx)
	if err != nil {
		return err
	}
	s.CodesWaiting = int(codes)
	items, err := q.CountOpenItems(ctx)
	if err != nil {
		return err
	}
	for _, row := range items {
		if row.List != string(attendance.Recorded) {
			s.OpenItems[row.List] = int(row.N)
		}
	}
	return todayOf(ctx, q, s)
}

func todayOf(ctx context.Context, q *store.Queries, s *Status) error {
	today := int64(attendance.DayOf(s.Now).Number())
	sent, err := q.CountSentOfDay(ctx, today)
	if err != nil {
		return err
	}
	waiting, err := q.CountWaitingOfDay(ctx, today)
	if err != nil {
		return err
	}
	s.SentToday, s.WaitingToday = int(sent), int(waiting)
	due, err := q.CountDueOfDay(ctx, today)
	if err != nil {
		return err
	}
	s.DueAtFive = int(due)
	reading, err := q.Reading(ctx, "new")
	if err != nil {
		return err
	}
	s.ReadUntil = store.Time(reading.DoneAt)
	head, err := q.AuditHead(ctx)
	s.AuditHead = hex.EncodeToString(head.Hash)
	return err
}

// Subscribe implements Connector.
func (l *Local) Subscribe(ctx context.Context) (<-chan Status, error) {
	first, err := l.Status(ctx)
	if err != nil {
		return nil, err
	}
	ch := make(chan Status, 1)
	ch <- first
	l.mu.Lock()
	l.subs[ch] = true
	l.mu.Unlock()
	context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.subs, ch)
		close(ch)
	})
	return ch, nil
}

// publish hands the status to everyone who subscribed. A reader who has not taken the last one gets the new one in its place.
func (l *Local) publish() {
	l.mu.Lock()
	wanted := len(l.subs) > 0
	l.mu.Unlock()
	if !wanted {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s, err := l.Status(ctx)
	if err != nil {
		l.c.Log.Warn("the status can't be read", "error", err)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for ch := range l.subs {
		select {
		case <-ch:
		default:
		}
		ch <- s
	}
}
