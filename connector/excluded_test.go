package connector_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/akerunserver"
)

func TestExcludedBetweenPlannedAndSent(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	out, stays, back := r.Hire("7001"), r.Hire("7002"), r.Hire("7003")
	for _, p := range []rig.Person{out, stays, back} {
		r.Enter(p, times("25 09:00", "25 18:00")...)
	}
	r.RunUntil(at("25 08:00"))
	ok(t, r.Pause(t.Context()))
	r.RunUntil(at("25 10:00"))
	if q := status(t, r).Queue; q.Planned != 3 {
		t.Errorf("queue %+v, want three planned", q)
	}
	ok(t, r.Exclude(t.Context(), []string{out.User, back.User}, true))
	if q := status(t, r).Queue; q.Planned != 1 {
		t.Errorf("queue %+v right after 対象外, want one planned", q)
	}
	ok(t, r.Resume(t.Context()))
	r.RunUntil(at("25 11:00"))
	wantRows(t, r, out)
	wantRows(t, r, back)
	wantRows(t, r, stays, "11-25 in 09:00:00")
	ok(t, r.Exclude(t.Context(), []string{back.User}, false))
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, out)
	wantRows(t, r, back, "11-25 in 09:00:00", "11-25 out 18:00:00")
	wantRows(t, r, stays, "11-25 in 09:00:00", "11-25 out 18:00:00")
	if got := why(t, r, out, "2026-11-25", "in"); got != "EXCLUDED" {
		t.Errorf("in is missing because of %q", got)
	}
	r.MustHold(func(e *proof.Evidence) {
		e.Exclusions = append(e.Exclusions, proof.Exclusion{Person: out.User, From: at("25 10:00")}, proof.Exclusion{Person: back.User, From: at("25 10:00"), Until: at("25 11:00")})
	})
	wantCode(t, r.Exclude(t.Context(), []string{"U-nobody"}, true), connector.CodeNotFound)
}

func TestExcludedAtNoon(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00", "26 09:00")...)
	r.RunUntil(at("25 12:00"))
	ok(t, r.Exclude(t.Context(), []string{p.User}, true))
	r.RunUntil(at("26 12:00"))
	wantRows(t, r, p, "11-25 in 09:00:00")
	entries, err := r.History(t.Context(), connector.HistoryQuery{Kind: "excluded"})
	ok(t, err)
	if len(entries) != 1 || entries[0].Detail["user"] != p.User || entries[0].At.Before(at("25 11:50")) || entries[0].At.After(at("25 12:10")) {
		t.Errorf("the history of the exclusion is %+v", entries)
	}
	r.MustHold(func(e *proof.Evidence) {
		e.Exclusions = append(e.Exclusions, proof.Exclusion{Person: p.User, From: at("25 12:00")})
	})
}

// TestExcludedWhileTheOutcomeIsUnknown: what turns out not to have arrived is not sent again for somebody who was taken out meanwhile.
func TestExcludedWhileTheOutcomeIsUnknown(t *testing.T) {
	t.Parallel()
	for _, again := range []bool{false, true} {
		lose := &loser{}
		r := linked(t, rig.Options{Transport: lose.over})
		p := r.Hire("7001")
		r.Enter(p, times("25 09:00", "25 18:00")...)
		lose.left.Store(1)
		r.RunUntil(at("25 09:06"))
		if q := status(t, r).Queue; q.Unknown != 1 {
			t.Fatalf("queue %+v, want one unknown", q)
		}
		ok(t, r.Exclude(t.Context(), []string{p.User}, true))
		r.RunUntil(at("25 12:00"))
		wantRows(t, r, p)
		if q := status(t, r).Queue; q.Unknown+q.Planned+q.Sending != 0 {
			t.Errorf("queue %+v, want none", q)
		}
		if again {
			ok(t, r.Exclude(t.Context(), []string{p.User}, false))
			r.RunUntil(at("26 08:00"))
			wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00")
			r.MustHold(nil)
		}
	}
}

func TestExcludedDoor(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p := r.Hire("7001")
	doors := r.World.Company().Doors
	r.Access(akerunserver.NewAccess{User: p.User, Door: doors[0].ID, At: at("25 09:00"), Up: at("25 09:00")})
	r.Access(akerunserver.NewAccess{User: p.User, Door: doors[1].ID, At: at("25 09:30"), Up: at("25 09:30")})
	r.Access(akerunserver.NewAccess{User: p.User, Door: doors[1].ID, At: at("25 17:00"), Up: at("25 17:00")})
	r.Access(akerunserver.NewAccess{User: p.User, Door: doors[0].ID, At: at("25 18:00"), Up: at("25 18:00")})
	r.RunUntil(at("25 08:00"))
	ok(t, r.Pause(t.Context()))
	r.RunUntil(at("25 20:00"))
	ok(t, r.ExcludeDoors(t.Context(), []string{doors[0].ID}, true))
	ok(t, r.Resume(t.Context()))
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, p, "11-25 in 09:30:00", "11-25 out 17:00:00")
	r.MustHold(func(e *proof.Evidence) {
		e.Exclusions = append(e.Exclusions, proof.Exclusion{Door: doors[0].ID, From: at("25 20:00")})
	})
	wantCode(t, r.ExcludeDoors(t.Context(), []string{"A-nowhere"}, true), connector.CodeNotFound)
}

// loser loses the next requests that write stamps before they arrive; the client can't tell whether they did.
type loser struct {
	next http.RoundTripper
	left atomic.Int32
	lost atomic.Int32
}

func (l *loser) over(next http.RoundTripper) http.RoundTripper {
	l.next = next
	return l
}

func writesStamps(q *http.Request) bool {
	return (q.Method == http.MethodPost || q.Method == http.MethodPatch) && strings.Contains(q.URL.Path, "/composite/sobjects") &&
		!(q.Method == http.MethodPost && strings.Contains(q.URL.Path, "/composite/sobjects/"))
}

func (l *loser) RoundTrip(q *http.Request) (*http.Response, error) {
	if !writesStamps(q) || l.left.Add(-1) < 0 {
		return l.next.RoundTrip(q)
	}
	l.lost.Add(1)
	if q.Body != nil {
		_ = q.Body.Close()
	}
	return nil, errReset
}

// TestDoorExcludedAfterATry: a stamp that was sent once in vain goes out as it was, since all its attempts carry the same bytes; what was not
// tried yet follows the door.
func TestDoorExcludedAfterATry(t *testing.T) {
	t.Parallel()
	lose := &loser{}
	r := linked(t, rig.Options{Transport: lose.over})
	p := r.Hire("7001")
	doors := r.World.Company().Doors
	for n, when := range []string{"25 09:00", "25 09:30", "25 17:00", "25 18:00"} {
		r.Access(akerunserver.NewAccess{User: p.User, Door: doors[(n+n/2)%2].ID, At: at(when), Up: at(when)}) // the second door in between
	}
	lose.left.Store(1)
	r.RunUntil(at("25 09:06"))
	if q := status(t, r).Queue; q.Unknown != 1 {
		t.Fatalf("queue %+v, want one unknown", q)
	}
	ok(t, r.ExcludeDoors(t.Context(), []string{doors[0].ID}, true))
	r.RunUntil(at("26 08:00"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 17:00:00")
	r.MustHold(func(e *proof.Evidence) {
		e.Exclusions = append(e.Exclusions, proof.Exclusion{Door: doors[0].ID, From: at("25 09:06")})
	})
}
