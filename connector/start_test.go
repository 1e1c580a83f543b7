package connector_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
)

func signedIn(t *testing.T, o rig.Options) *rig.Rig {
	t.Helper()
	r := rig.Quiet(t, o)
	_, err := r.SignIn(connector.Akerun, "super_manager")
	ok(t, err)
	ok(t, r.ChooseOrganization(t.Context(), r.Offices()[0]))
	_, err = r.SignIn(connector.Salesforce, "admin")
	ok(t, err)
	return r
}

func TestStartLessThanAnHourAhead(t *testing.T) {
	t.Parallel()
	r := signedIn(t, rig.Options{})
	ok(t, r.World.Clock().Set(at("25 10:00:01")))
	err := r.Begin(t.Context(), connector.BeginRequest{Start: at("25 10:59")})
	wantCode(t, err, connector.CodeStartTooEarly)
	var e *connector.Error
	if errors.As(err, &e) && !strings.Contains(e.Text, "2026-11-25 11:01") {
		t.Errorf("the text %q does not name the earliest start", e.Text)
	}
	preview, err := r.BeginPreview(t.Context(), time.Time{})
	ok(t, err)
	if !preview.Earliest.Equal(at("25 11:01")) || !preview.NextFive.Equal(at("26 05:00")) || !preview.First || preview.SeenBefore != 0 {
		t.Errorf("preview %+v", preview)
	}
	for name, start := range map[string]time.Time{"now": at("25 10:00:01"), "yesterday": at("24 10:00"), "none": {}} {
		t.Log(name)
		wantCode(t, r.Begin(t.Context(), connector.BeginRequest{Start: start}), connector.CodeStartTooEarly)
	}
	wantPhase(t, r, connector.Ready)
	preview, err = r.BeginPreview(t.Context(), time.Time{}) // the checks took a minute: Akerun takes 30 calls in one
	ok(t, err)
	ok(t, r.Begin(t.Context(), connector.BeginRequest{Start: preview.Earliest}))
	wantPhase(t, r, connector.Waiting)
	wantCode(t, r.Begin(t.Context(), connector.BeginRequest{Start: at("27 05:00")}), connector.CodeWrongState)
	if got := status(t, r).Start; !got.Equal(preview.Earliest) {
		t.Errorf("start %s, want %s", got, preview.Earliest)
	}
}

func TestBeginPreviewCountsWhoWasSeen(t *testing.T) {
	t.Parallel()
	r := signedIn(t, rig.Options{})
	a, b, c := r.Hire("7001"), r.Hire("7002"), r.Hire("7003")
	r.Enter(a, times("25 08:00", "25 12:00")...)
	r.Enter(b, at("25 09:00"))
	r.Enter(c, at("25 04:59")) // yesterday's business day
	ok(t, r.World.Clock().Set(at("25 10:00")))
	preview, err := r.BeginPreview(t.Context(), at("25 13:00"))
	ok(t, err)
	if preview.SeenBefore != 2 {
		t.Errorf("%d people were seen before, want 2", preview.SeenBefore)
	}
	if preview, err = r.BeginPreview(t.Context(), at("26 05:00")); err != nil || preview.SeenBefore != 0 {
		t.Errorf("%d people were seen before tomorrow's 05:00 (%v), want none", preview.SeenBefore, err)
	}
}

// TestWaitingSendsNothing: nothing is stamped before the start, however long it is waited for.
func TestWaitingSendsNothing(t *testing.T) {
	t.Parallel()
	r := rig.Quiet(t, rig.Options{})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00", "27 09:00", "27 18:00")...)
	r.Link(at("27 05:00"))
	r.RunUntil(at("27 04:59"))
	wantRows(t, r, p)
	wantPhase(t, r, connector.Waiting)
	r.RunUntil(at("28 08:00"))
	wantRows(t, r, p, "11-27 in 09:00:00", "11-27 out 18:00:00")
	wantOpen(t, r)
	r.MustHold(nil)
}
