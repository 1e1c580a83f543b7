package connector_test

import (
	"slices"
	"testing"

	"dakokubridge/connector"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/salesforceserver"
	"dakokubridge/connector/vault"
)

// TestTwoPCs: two installations are linked to the same organisations and take turns. Nothing is doubled, and each says that there is another.
func TestTwoPCs(t *testing.T) {
	t.Parallel()
	for _, key := range []string{salesforceserver.KeyUnique, salesforceserver.KeyExternalID, salesforceserver.KeyPlain} {
		t.Run(key, func(t *testing.T) {
			t.Parallel()
			switches := salesforceserver.DefaultSwitches()
			switches.UniqueKey = key
			r := linked(t, rig.Options{Salesforce: &switches})
			p := r.Hire("7001")
			r.Enter(p, times("25 09:00", "25 18:00", "26 09:00", "26 18:00", "27 09:00", "27 18:00", "30 09:00")...)
			type pc struct {
				dir   string
				vault vault.Vault
			}
			first, second := pc{r.Dir, r.Vault}, pc{t.TempDir(), vault.Memory()}
			switchTo := func(c pc) {
				t.Helper()
				ok(t, r.Close())
				r.Dir, r.Vault = c.dir, c.vault
				r.Reopen()
			}
			d := r.World.Description("", "").Akerun
			switchTo(second)
			ok(t, r.SetAkerunClient(t.Context(), d.ClientID, d.ClientSecret))
			r.Link(at("25 05:00"))
			for i, until := range []string{"25 09:05", "25 09:20", "25 20:00", "26 05:02", "26 05:30", "26 09:05", "26 09:30", "27 05:30", "27 12:00", "28 05:30", "28 08:00"} {
				if i%2 == 0 {
					switchTo(first)
				} else {
					switchTo(second)
				}
				r.RunUntil(at(until))
				if until == "25 09:20" && !slices.Contains(r.Open(), "OTHER_CONNECTOR") {
					t.Errorf("open items %q, want OTHER_CONNECTOR", r.Open())
				}
			}
			wantRows(t, r, p, threeDays...)
			switchTo(second)
			r.RunUntil(at("29 08:00"))
			wantRows(t, r, p, threeDays...)
			wantPhase(t, r, connector.Running)
			r.MustHold(nil)
			// Days without stamps prove nothing where the other one may lead. That a stamp had to be written here does.
			r.RunUntil(at("30 08:00"))
			if stands := status(t, r).StandBy; stands != (key != salesforceserver.KeyUnique) {
				t.Errorf("standing by: %t", stands)
			}
			r.RunUntil(at("30 12:00"))
			wantRows(t, r, p, append(slices.Clone(threeDays), "11-30 in 09:00:00")...)
			wantOpen(t, r)
			if status(t, r).StandBy {
				t.Error("still standing by")
			}
		})
	}
}
