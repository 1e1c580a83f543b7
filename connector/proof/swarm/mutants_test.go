//go:build mutants

package swarm_test

import (
	"fmt"
	"os"
	"testing"

	"dakokubridge/connector/proof/swarm"
)

// mostSeeds is within how many seeds a mutant has to be noticed.
const mostSeeds = 40

// TestMutants has the swarm notice every wrong connector, each with seeds that have the kind of fault at which it is wrong. It prints,
// last, how many it noticed.
func TestMutants(t *testing.T) {
	mutants := []struct {
		name  string
		kinds []string
	}{
		{"M1", []string{"crash"}},
		{"M2", []string{"failed_done", "salesforce lost"}},
		{"M3", []string{"salesforce 5xx", "salesforce offline at times", "locked rows"}},
		{"M4", []string{"late rows"}},
		{"M5", []string{"boundary"}},
		{"M6", []string{"clock wrong"}},
		{"M7", []string{"nobody's presence"}},
		{"M8", []string{"paused", "sleep", "signed out"}},
		{"M9", []string{"new people"}},
		{"M10", []string{"akerun offline", "sleep"}},
		{"M11", []string{"month closed", "locked rows"}},
		{"M12", []string{"salesforce offline", "salesforce 5xx", "salesforce cut"}},
		{"M13", []string{"late rows"}},
		{"M14", []string{""}},
		{"M15", []string{"zombie"}},
	}
	killed := 0
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Setenv("DAKOKUBRIDGE_MUTANT", m.name)
			played := 0
			for seed := uint64(1); played < mostSeeds; seed++ {
				if !swarm.Has(seed, m.kinds...) || m.name == "M15" && !swarm.Has(seed, "key plain") { // another field turns a second row away
					continue
				}
				played++
				if o := swarm.Play(t, seed); !o.OK() {
					killed++
					fmt.Fprintf(os.Stderr, "%s noticed by seed %d, the %dth: %s\n", m.name, seed, played, o.Because())
					return
				}
			}
			t.Errorf("%d seeds do not notice it", mostSeeds)
		})
	}
	fmt.Printf("mutants: %d/%d killed\n", killed, len(mutants))
}
