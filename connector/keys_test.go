package connector_test

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/salesforceserver"
	"dakokubridge/connector/vault"
)

// errReset is what a client sees when a connection breaks after the request may have left.
var errReset = fmt.Errorf("read tcp: %w", syscall.ECONNRESET)

// TestUnknownOutcomes: whatever UniqueKey__c is in the org and however the outcome of a call got lost, there is one row in the end.
func TestUnknownOutcomes(t *testing.T) {
	t.Parallel()
	type failure struct {
		Method     string `json:"method,omitempty"`
		Path       string `json:"path,omitempty"`
		Status     int    `json:"status,omitempty"`
		Drop       bool   `json:"drop,omitempty"`
		AfterApply bool   `json:"after_apply,omitempty"`
		ApplyAfter string `json:"apply_after,omitempty"`
	}
	ways := []struct {
		name string
		lose func(*rig.Rig, *loser, string) // method of the call that writes
	}{
		{"request lost", func(_ *rig.Rig, l *loser, _ string) { l.left.Store(1) }},
		{"response lost after it was applied", func(r *rig.Rig, _ *loser, _ string) { r.Switch(connector.Salesforce, "response_lost", 1) }},
		{"503 after it was applied", func(r *rig.Rig, _ *loser, m string) {
			r.Switch(connector.Salesforce, "fail_next", []failure{{Method: m, Path: "/composite/sobjects", Status: 503, AfterApply: true}})
		}},
		{"applied 4 minutes after the client gave up", func(r *rig.Rig, _ *loser, m string) {
			r.Switch(connector.Salesforce, "fail_next", []failure{{Method: m, Path: "/composite/sobjects", Drop: true, ApplyAfter: "4m"}})
		}},
		{"applied 10 minutes after the client gave up", func(r *rig.Rig, _ *loser, m string) {
			r.Switch(connector.Salesforce, "fail_next", []failure{{Method: m, Path: "/composite/sobjects", Drop: true, ApplyAfter: "10m"}})
		}},
		{"twice lost", func(_ *rig.Rig, l *loser, _ string) { l.left.Store(2) }},
	}
	for _, key := range []string{salesforceserver.KeyUnique, salesforceserver.KeyUniqueExternalID, salesforceserver.KeyExternalID, salesforceserver.KeyPlain} {
		for _, way := range ways {
			t.Run(key+"/"+way.name, func(t *testing.T) {
				t.Parallel()
				switches := salesforceserver.DefaultSwitches()
				switches.UniqueKey = key
				method := "POST"
				if key == salesforceserver.KeyExternalID {
					method = "PATCH"
				}
				lose := &loser{}
				r := linked(t, rig.Options{Salesforce: &switches, Transport: lose.over})
				a, b := r.Hire("7001"), r.Hire("7002")
				for _, p := range []rig.Person{a, b} {
					r.Enter(p, times("25 09:00", "25 18:00")...)
				}
				r.RunUntil(at("25 08:55"))
				way.lose(r, lose, method)
				r.RunUntil(at("25 10:00"))
				wantRows(t, r, a, "11-25 in 09:00:00")
				wantRows(t, r, b, "11-25 in 09:00:00")
				wantPatience(t, r, key)
				wantOpen(t, r)
				r.MustHold(nil)
			})
		}
	}
}

// wantPatience: without a unique key no row is sent again before its first call can't be carried out any more.
func wantPatience(t *testing.T, r *rig.Rig, key string) {
	t.Helper()
	days, err := r.Days(t.Context(), connector.DayQuery{From: "2026-11-25", To: "2026-11-25"})
	ok(t, err)
	for _, d := range days {
		for _, s := range d.Stamps {
			entries, err := r.History(t.Context(), connector.HistoryQuery{Kind: "sending"})
			ok(t, err)
			var sent []time.Time
			for _, e := range entries {
				if e.Detail["key"] == s.Key {
					sent = append(sent, e.At)
				}
			}
			slices.SortFunc(sent, time.Time.Compare)
			for i := 1; i < len(sent); i++ {
				if wait := sent[i].Sub(sent[i-1]); key != salesforceserver.KeyUnique && key != salesforceserver.KeyUniqueExternalID && wait < 12*time.Minute {
					t.Errorf("sent again after %s", wait)
				}
			}
		}
	}
}

// TestDatabaseLost: the profile is deleted and the keychain stays. The new installation asks for a start and stamps nothing twice.
func TestDatabaseLost(t *testing.T) {
	t.Parallel()
	for _, key := range []string{salesforceserver.KeyUnique, salesforceserver.KeyExternalID, salesforceserver.KeyPlain} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			switches := salesforceserver.DefaultSwitches()
			switches.UniqueKey = key
			r := linked(t, rig.Options{Salesforce: &switches})
			early, lateOne := r.Hire("7001"), r.Hire("7002")
			r.Enter(early, times("25 09:00", "25 18:00", "26 09:00", "26 18:00")...)
			r.Enter(lateOne, times("25 14:00", "25 18:00")...)
			r.RunUntil(at("25 12:00"))
			wantRows(t, r, early, "11-25 in 09:00:00")
			ok(t, r.Close())
			r.Dir = t.TempDir()
			r.Reopen()
			wantPhase(t, r, connector.NotSetUp)
			_, err := r.Check(t.Context())
			wantCode(t, err, connector.CodeNotSignedIn)
			ok(t, r.SetAkerunClient(t.Context(), r.World.Description("", "").Akerun.ClientID, r.World.Description("", "").Akerun.ClientSecret))
			r.Link(at("25 13:30"))
			r.RunUntil(at("27 08:00"))
			wantRows(t, r, early, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 09:00:00", "11-26 out 18:00:00")
			wantRows(t, r, lateOne, "11-25 in 14:00:00", "11-25 out 18:00:00")
			wantOpen(t, r, "SEEN_BEFORE_START 11-25 7001")
		})
	}
}

// TestDatabaseRestoredFromYesterday: a backup that knows nothing of today's rows finds them by their keys.
func TestDatabaseRestoredFromYesterday(t *testing.T) {
	t.Parallel()
	r := linked(t, rig.Options{})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00")...)
	r.RunUntil(at("25 08:00"))
	ok(t, r.Close())
	old := r.Dir
	backup := t.TempDir()
	copyDir(t, old, backup)
	r.Reopen()
	r.RunUntil(at("26 12:00"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 09:00:00")
	ok(t, r.Close())
	r.Dir = backup
	r.Reopen()
	r.RunUntil(at("27 08:00"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 09:00:00", "11-26 out 18:00:00")
	if v, err := r.Verify(t.Context()); err != nil || !v.OK {
		t.Errorf("%+v, %v", v, err)
	}
}

// TestBoard_K08_UninstallReinstall: the program is unlinked, taken off the PC with its data, and installed anew. Nothing of a sign-in is left in the
// keychain in between, and no day is stamped twice.
func TestBoard_K08_UninstallReinstall(t *testing.T) {
	t.Parallel()
	switches := salesforceserver.DefaultSwitches()
	switches.UniqueKey = salesforceserver.KeyPlain
	r := linked(t, rig.Options{Salesforce: &switches})
	p := r.Hire("7001")
	r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00")...)
	r.RunUntil(at("25 12:00"))
	ok(t, r.Unlink(t.Context()))
	for _, name := range []string{vault.AkerunRefreshToken, vault.SalesforceRefreshToken} {
		if _, err := r.Vault.Get(t.Context(), name); !errors.Is(err, vault.ErrNotFound) {
			t.Errorf("%s: %v, want it gone", name, err)
		}
	}
	ok(t, r.Close())
	r.Dir, r.Vault = t.TempDir(), vault.Memory()
	r.Reopen()
	wantPhase(t, r, connector.NotSetUp)
	d := r.World.Description("", "").Akerun
	ok(t, r.SetAkerunClient(t.Context(), d.ClientID, d.ClientSecret))
	r.Link(at("25 13:30"))
	r.RunUntil(at("27 08:00"))
	wantRows(t, r, p, "11-25 in 09:00:00", "11-25 out 18:00:00", "11-26 in 09:00:00", "11-26 out 18:00:00")
	wantOpen(t, r, "SEEN_BEFORE_START 11-25 7001")
}
