package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/simulator"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/clock"
	"dakokubridge/connector/simulator/company"
)

const (
	// away is how long a call takes besides what the server works on it.
	away = 100 * time.Millisecond
	// leaving is how many people of company L have a 退勤 at 05:00.
	leaving = 10_000
	// callRows is what one collections call takes.
	callRows = 200
)

// slow makes every call to one server take longer, once it is switched on.
type slow struct {
	base http.RoundTripper
	host string
	on   atomic.Bool
	// session is the Authorization header of the last call to the host.
	session atomic.Value
	// version is the API's that the last call was for, such as v67.0.
	version atomic.Value
}

// RoundTrip carries a call.
func (s *slow) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == s.host && strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		s.session.Store(r.Header.Get("Authorization"))
		if parts := strings.SplitN(r.URL.Path, "/", 5); len(parts) == 5 && strings.HasPrefix(parts[3], "v") {
			s.version.Store(parts[3])
		}
	}
	if s.on.Load() && r.URL.Host == s.host {
		if err := wait(r.Context(), away); err != nil {
			return nil, err
		}
	}
	return s.base.RoundTrip(r)
}

// measureMorning lets 10,000 people of company L come and go, closes their day at 05:00 and follows their 退勤 until the sheet shows them.
func measureMorning(ctx context.Context, b *run) (err error) {
	first := monday().AddDate(0, 0, -1) // a Sunday, on which nobody comes by himself
	o, err := openOffice(ctx, simulator.Options{Seed: 1, Size: company.Large, From: first.Add(-12 * time.Hour), History: -1, Days: 1, Clock: clock.Jump(first.Add(-12 * time.Hour))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Close()) }()
	base := &http.Transport{MaxIdleConnsPerHost: 10}
	defer base.CloseIdleConnections()
	way := &slow{base: base, host: strings.TrimPrefix(o.servers.SalesforceURL, "http://")}
	j, err := join(ctx, profile{Dir: filepath.Join(b.dir, "morning"), Poll: time.Hour, Durable: true, Transport: way}, o.description(), &gate{Clock: o.Clock()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	day := first.AddDate(0, 0, 1)
	if err := j.Begin(ctx, connector.BeginRequest{Start: day}); err != nil {
		return err
	}
	if err := o.comeAndGo(day); err != nil {
		return err
	}
	close := day.AddDate(0, 0, 1)
	// In the evening everybody's 出勤 is on the sheet and the hour's readings are made.
	if err := j.playUntil(ctx, close.Add(-30*time.Second)); err != nil {
		return err
	}
	took, calls, sent, err := b.closeDay(ctx, o, j, way, close)
	if err != nil {
		return err
	}
	each := float64(calls) / float64(sent)
	b.add(row{
		ID: "P1", Measured: fmt.Sprintf("%.4f calls a stamp, %d for %d", each, calls, sent), Yardstick: "2 calls a stamp, one row a call", Ratio: new(each / 2),
		Reach: "≤ 0.012 calls", Met: each <= 0.012,
	})
	if !b.wants("P2") {
		return nil
	}
	serial, err := way.serialCalls(ctx, j)
	if err != nil {
		return err
	}
	b.add(compared("P2", seconds(took), seconds(serial)+", calls of 200 one after the other", *ratio(took, serial), 0.5))
	return nil
}

// comeAndGo has 10,000 linked people come at nine and leave at six.
func (o *office) comeAndGo(day time.Time) error {
	n := 0
	for _, u := range o.AkerunServer().Users() {
		if len(u.Codes) == 0 || u.Codes[len(u.Codes)-1].Code == "" || n == leaving {
			continue
		}
		n++
		for _, at := range []time.Time{day.Add(4 * time.Hour).Add(time.Duration(n%1800) * time.Second), day.Add(13 * time.Hour).Add(time.Duration(n%1800) * time.Second)} {
			if _, err := o.AkerunServer().AddAccess(akerunserver.NewAccess{User: u.ID, At: at, Up: at}); err != nil {
				return fmt.Errorf("letting people in: %w", err)
			}
		}
	}
	return nil
}

// closeDay lets 05:00 come. Due is when the 退勤 stand in the outbox: the reading of Akerun that has to come before is Akerun's to be slow in.
func (b *run) closeDay(ctx context.Context, o *office, j *joined, way *slow, close time.Time) (took time.Duration, calls, sent int, err error) {
	before, log := countKind(o, "out"), len(o.SalesforceServer().RequestLog())
	if err := o.Clock().Set(close.Add(time.Second)); err != nil {
		return 0, 0, 0, err
	}
	if err := j.Pause(ctx); err != nil {
		return 0, 0, 0, err
	}
	if err := j.Sync(ctx); err != nil {
		return 0, 0, 0, err
	}
	way.on.Store(true)
	begun := time.Now()
	if err := j.Resume(ctx); err != nil {
		return 0, 0, 0, err
	}
	for countKind(o, "out") == before || !j.allAccepted(ctx) {
		if time.Since(begun) > 5*time.Minute {
			return 0, 0, 0, fmt.Errorf("after %s the stamps are not accepted", time.Since(begun))
		}
		if err := j.Sync(ctx); err != nil {
			return 0, 0, 0, err
		}
		if err := o.Clock().Advance(time.Second); err != nil {
			return 0, 0, 0, err
		}
	}
	took = time.Since(begun)
	way.on.Store(false)
	sent = countKind(o, "out") - before
	if err := j.playUntil(ctx, close.Add(time.Hour)); err != nil {
		return 0, 0, 0, err
	}
	status, err := j.Status(ctx)
	if err != nil {
		return 0, 0, 0, err
	}
	if status.Queue.Accepted > 0 {
		return 0, 0, 0, fmt.Errorf("%d stamps are not confirmed", status.Queue.Accepted)
	}
	for _, r := range o.SalesforceServer().RequestLog()[log:] {
		if strings.HasPrefix(r.Path, "/services/data/") { // what counts towards the limit: not signing in
			calls++
		}
	}
	b.say("%d stamps accepted in %s, %d calls until they were on the sheet", sent, seconds(took), calls)
	return took, calls, sent, nil
}

// allAccepted tells whether nothing is on its way any more.
func (j *joined) allAccepted(ctx context.Context) bool {
	status, err := j.Status(ctx)
	q := status.Queue
	return err == nil && q.Planned+q.Sending+q.Unknown+q.DirtyDays == 0
}

func countKind(o *office, kind string) (n int) {
	for _, r := range o.SalesforceServer().StampRows() {
		if r.Kind == kind && r.CreatedBy != "" {
			n++
		}
	}
	return n
}

// serialCalls is the floor with one call at a time: the same records under other keys, in calls of 200, each with the same way to go.
func (s *slow) serialCalls(ctx context.Context, j *joined) (time.Duration, error) {
	db, err := sql.Open("sqlite", j.database())
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	var records []string
	err = each(ctx, db, "SELECT CAST(replace(CAST(payload AS TEXT), 'db1/', 'db0/') AS TEXT) FROM outbox WHERE kind = 'out' AND state = 'on_sheet'", 1, func(cell []string) error {
		records = append(records, cell[0])
		return nil
	})
	if err != nil {
		return 0, err
	}
	s.on.Store(true)
	defer s.on.Store(false)
	begun := time.Now()
	for some := range slices.Chunk(records, callRows) {
		if err := s.insert(ctx, `{"allOrNone":false,"records":[`+strings.Join(some, ",")+`]}`); err != nil {
			return 0, err
		}
	}
	return time.Since(begun), nil
}

// insert makes one collections call with the connector's own session.
func (s *slow) insert(ctx context.Context, body string) error {
	session, _ := s.session.Load().(string)
	version, _ := s.version.Load().(string)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.host+"/services/data/"+version+"/composite/sobjects", strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", session)
	r.Header.Set("Content-Type", "application/json")
	answer, err := s.RoundTrip(r)
	if err != nil {
		return fmt.Errorf("making a serial call: %w", err)
	}
	text, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return fmt.Errorf("making a serial call: %w", err)
	}
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(text), `"success":true`) {
		return fmt.Errorf("a serial call answers %s: %.200s", answer.Status, text)
	}
	return nil
}
