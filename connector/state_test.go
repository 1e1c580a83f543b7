package connector_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
)

// TestWrongState: what a state does not allow is answered with an *Error and changes nothing.
func TestWrongState(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	span := connector.ResendRequest{From: "2026-11-25", To: "2026-11-25"}
	calls := map[string]func(*rig.Rig) error{
		"sign in to nothing": func(r *rig.Rig) error { _, err := r.BeginSignIn(ctx, connector.SignInRequest{}); return err },
		"finish no sign-in":  func(r *rig.Rig) error { _, err := r.FinishSignIn(ctx, "x", "y"); return err },
		"cancel no sign-in":  func(r *rig.Rig) error { return r.CancelSignIn(ctx, "x") },
		"empty client":       func(r *rig.Rig) error { return r.SetAkerunClient(ctx, " ", "") },
		"confirm":            func(r *rig.Rig) error { return r.ConfirmSuperManager(ctx) },
		"organizations":      func(r *rig.Rig) error { _, err := r.Organizations(ctx); return err },
		"choose":             func(r *rig.Rig) error { return r.ChooseOrganization(ctx, "O-1") },
		"check":              func(r *rig.Rig) error { _, err := r.Check(ctx); return err },
		"read people":        func(r *rig.Rig) error { return r.ReadPeople(ctx) },
		"set a code":         func(r *rig.Rig) error { return r.SetUserCode(ctx, "U-1", "1") },
		"exclude":            func(r *rig.Rig) error { return r.Exclude(ctx, []string{"U-1"}, true) },
		"exclude a door":     func(r *rig.Rig) error { return r.ExcludeDoors(ctx, []string{"A1"}, true) },
		"preview":            func(r *rig.Rig) error { _, err := r.Preview(ctx, 3); return err },
		"preview of a start": func(r *rig.Rig) error { _, err := r.BeginPreview(ctx, time.Time{}); return err },
		"begin":              func(r *rig.Rig) error { return r.Begin(ctx, connector.BeginRequest{Start: at("29 05:00")}) },
		"sync":               func(r *rig.Rig) error { return r.Sync(ctx) },
		"pause":              func(r *rig.Rig) error { return r.Pause(ctx) },
		"resume":             func(r *rig.Rig) error { return r.Resume(ctx) },
		"unlink":             func(r *rig.Rig) error { return r.Unlink(ctx) },
		"days without dates": func(r *rig.Rig) error { _, err := r.Days(ctx, connector.DayQuery{}); return err },
		"days backwards": func(r *rig.Rig) error {
			_, err := r.Days(ctx, connector.DayQuery{From: "2026-11-25", To: "2026-11-24"})
			return err
		},
		"items of no list":     func(r *rig.Rig) error { _, err := r.Items(ctx, connector.ItemQuery{List: "x"}); return err },
		"close no item":        func(r *rig.Rig) error { return r.CloseItem(ctx, 1, "") },
		"resend":               func(r *rig.Rig) error { _, err := r.Resend(ctx, span); return err },
		"resend without dates": func(r *rig.Rig) error { _, err := r.ResendPreview(ctx, connector.ResendRequest{}); return err },
	}
	r := rig.Quiet(t, rig.Options{})
	before := status(t, r)
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			var e *connector.Error
			if err := call(r); !errors.As(err, &e) {
				t.Errorf("got %v, want a *connector.Error", err)
			} else if e.Text == "" || e.Code == connector.CodeInternal {
				t.Errorf("got code %s, text %q", e.Code, e.Text)
			}
		})
	}
	after := status(t, r)
	if before.Phase != after.Phase || before.AuditHead != after.AuditHead {
		t.Errorf("calls that were refused changed the state: %s %s, before %s %s", after.Phase, after.AuditHead, before.Phase, before.AuditHead)
	}
	for name, call := range map[string]func() error{
		"people": func() error { _, err := r.People(ctx); return err },
		"items":  func() error { _, err := r.Items(ctx, connector.ItemQuery{}); return err },
		"days": func() error {
			_, err := r.Days(ctx, connector.DayQuery{From: "2026-11-25", To: "2026-11-25"})
			return err
		},
		"history":        func() error { _, err := r.History(ctx, connector.HistoryQuery{}); return err },
		"resend preview": func() error { _, err := r.ResendPreview(ctx, span); return err },
		"verify":         func() error { _, err := r.Verify(ctx); return err },
	} {
		if err := call(); err != nil {
			t.Errorf("%s before anything is set up: %v", name, err)
		}
	}
}

// TestSubscribe gives the last status first and then each change, and ends with its context.
func TestSubscribe(t *testing.T) {
	t.Parallel()
	r, _ := linkedAndBusy(t, rig.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	changes, err := r.Subscribe(ctx)
	ok(t, err)
	if first := <-changes; first.Phase != connector.Running || first.AuditHead == "" {
		t.Errorf("the first status is %+v", first)
	}
	ok(t, r.Pause(t.Context()))
	if got := <-changes; got.Phase != connector.Paused {
		t.Errorf("after the pause: %s", got.Phase)
	}
	ok(t, r.Resume(t.Context()))
	ok(t, r.Pause(t.Context())) // a slow reader misses what lay between
	if got := <-changes; got.Phase != connector.Paused {
		t.Errorf("a slow reader gets %s", got.Phase)
	}
	select {
	case got := <-changes:
		t.Errorf("and once more %+v", got)
	default:
	}
	ok(t, r.Resume(t.Context()))
	<-changes
	ok(t, r.Sync(t.Context()))
	if got := <-changes; got.Phase != connector.Running || got.LastPoll.IsZero() {
		t.Errorf("after a turn: %+v", got)
	}
	cancel()
	for range changes {
	}
	ok(t, r.Pause(t.Context())) // nobody listens, nothing blocks
}
