package connector_test

import (
	"errors"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/vault"
)

// TestUnlink: nothing is sent any more, and both sign-ins are gone from the servers and the keychain.
func TestUnlink(t *testing.T) {
	t.Parallel()
	r, p := linkedAndBusy(t, rig.Options{})
	token, err := r.Vault.Get(t.Context(), vault.SalesforceRefreshToken)
	ok(t, err)
	ok(t, r.Unlink(t.Context()))
	wantPhase(t, r, connector.Unlinked)
	for _, name := range []string{vault.AkerunRefreshToken, vault.SalesforceRefreshToken} {
		if _, err := r.Vault.Get(t.Context(), name); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("%s: %v, want it gone", name, err)
		}
	}
	if n := countCalls(r, "/services/oauth2/revoke"); n != 1 {
		t.Errorf("Salesforce was asked %d times to revoke", n)
	}
	ok(t, r.Vault.Set(t.Context(), vault.SalesforceRefreshToken, token)) // somebody kept a copy
	r.Restart()
	if _, err := r.Check(t.Context()); err == nil {
		t.Error("a check works without a sign-in")
	}
	ok(t, r.Vault.Delete(t.Context(), vault.SalesforceRefreshToken))
	calls := len(r.World.SalesforceServer().RequestLog())
	r.RunUntil(at("28 08:00"))
	wantRows(t, r, p, "11-25 in 09:00:00")
	if more := len(r.World.SalesforceServer().RequestLog()) - calls; more != 0 {
		t.Errorf("%d calls to Salesforce after unlinking", more)
	}
	for name, err := range map[string]error{
		"sync": r.Sync(t.Context()), "pause": r.Pause(t.Context()), "resume": r.Resume(t.Context()), "unlink": r.Unlink(t.Context()),
	} {
		t.Log(name)
		wantCode(t, err, connector.CodeWrongState)
	}
	_, err = r.Resend(t.Context(), connector.ResendRequest{From: "2026-11-25", To: "2026-11-27"})
	wantCode(t, err, connector.CodeWrongState)
}

// relink unlinks on the evening of the 25th, lets days pass and signs in again at noon of the 30th.
func relink(t *testing.T) (r *rig.Rig, plain, byHand, inOnly rig.Person) {
	t.Helper()
	r = linked(t, rig.Options{})
	plain, byHand, inOnly = r.Hire("7001"), r.Hire("7002"), r.Hire("7003")
	for _, p := range []rig.Person{plain, byHand} {
		r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "27 09:00", "27 18:00", "30 09:00", "30 18:00")...)
	}
	r.Enter(inOnly, times("25 09:00", "27 09:00", "27 18:00")...)
	r.RunUntil(at("25 20:00"))
	ok(t, r.Unlink(t.Context()))
	r.Web(byHand, "in", at("26 08:50"))
	r.Web(inOnly, "in", at("27 09:40"))
	r.Web(byHand, "out", at("26 18:30").AddDate(0, 0, 1)) // of the 27th, whose 出勤 stays empty
	ok(t, r.World.Clock().Set(at("30 12:00")))
	_, err := r.SignIn(connector.Akerun, "super_manager")
	ok(t, err)
	_, err = r.SignIn(connector.Salesforce, "admin")
	ok(t, err)
	return r, plain, byHand, inOnly
}

func TestLinkAgain(t *testing.T) {
	t.Parallel()
	r, plain, byHand, inOnly := relink(t)
	preview, err := r.BeginPreview(t.Context(), at("30 13:30"))
	ok(t, err)
	// plain: 25 out, 26 in out, 27 in out; byHand: 25 out, 26 out, 27 in; inOnly: 27 out. By hand: 26 in, 27 out; 27 in.
	for from, want := range map[string]connector.MonthCount{"": {Month: "2026-11", Stamps: 9, Listed: 3}, "2026-11-27": {Month: "2026-11", Stamps: 4, Listed: 2}} {
		if months := preview.MonthsFrom(from); preview.First || len(months) != 1 || months[0] != want {
			t.Errorf("the preview from %q shows %+v of %+v", from, months, preview)
		}
	}
	if months := preview.MonthsFrom("2026-11-28"); len(months) != 0 {
		t.Errorf("after the last day the preview shows %+v", months)
	}
	if n := len(r.World.SalesforceServer().StampRows()); n != 3 {
		t.Errorf("%d rows after a preview, want the 3 of before", n)
	}
	ok(t, r.Begin(t.Context(), connector.BeginRequest{Start: at("30 13:30")}))
	r.RunUntil(at("30 13:20"))
	wantRows(t, r, plain, "11-25 in 09:00:00")
	r.RunUntil(december("01 08:00"))
	wantRows(t, r, plain, append(append([]string{}, threeDays...), "11-30 in 09:00:00", "11-30 out 18:00:00")...)
	wantRows(t, r, byHand, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 out 18:00:00", "11-27 in 09:00:00", "11-30 in 09:00:00", "11-30 out 18:00:00")
	wantRows(t, r, inOnly, "11-25 in 09:00:00", "11-27 out 18:00:00")
	wantOpen(t, r, "FILLED_BY_HAND 11-26 7002", "FILLED_BY_HAND 11-27 7002", "FILLED_BY_HAND 11-27 7003", "NO_CLOCK_OUT 11-25 7003")
	r.MustHold(func(e *proof.Evidence) {
		e.Starts = []proof.Start{{From: at("25 05:00"), Until: at("25 20:00")}, {From: at("30 13:30")}}
	})
}

func TestLinkAgainFromALaterDay(t *testing.T) {
	t.Parallel()
	r, plain, byHand, _ := relink(t)
	wantCode(t, r.Begin(t.Context(), connector.BeginRequest{Start: at("30 13:30"), BackfillFrom: "27.11.2026"}), connector.CodeBadInput)
	ok(t, r.Begin(t.Context(), connector.BeginRequest{Start: at("30 13:30"), BackfillFrom: "2026-11-27"}))
	r.RunUntil(december("01 08:00"))
	wantRows(t, r, plain, "11-25 in 09:00:00", "11-27 in 09:00:00", "11-27 out 18:00:00", "11-30 in 09:00:00", "11-30 out 18:00:00")
	wantRows(t, r, byHand, "11-25 in 09:00:00", "11-27 in 09:00:00", "11-30 in 09:00:00", "11-30 out 18:00:00")
	wantOpen(t, r, "FILLED_BY_HAND 11-27 7002", "FILLED_BY_HAND 11-27 7003")
	if got := why(t, r, plain, "2026-11-26", "in"); got != "BEFORE_RANGE" {
		t.Errorf("in of the 26th is missing because of %q", got)
	}
}

func TestPauseForAWeek(t *testing.T) {
	t.Parallel()
	r, p := linkedAndBusy(t, rig.Options{})
	ok(t, r.Pause(t.Context()))
	wantPhase(t, r, connector.Paused)
	r.RunUntil(december("02 12:00"))
	wantRows(t, r, p, "11-25 in 09:00:00")
	st := status(t, r)
	if st.Queue.Planned != 5 || st.ReadUntil.Before(december("02 11:00")) {
		t.Errorf("reading goes on while paused: queue %+v, read until %s", st.Queue, st.ReadUntil)
	}
	ok(t, r.Resume(t.Context()))
	wantPhase(t, r, connector.Running)
	r.RunUntil(december("02 13:00"))
	wantRows(t, r, p, threeDays...)
	wantOpen(t, r)
	r.MustHold(nil)
}
