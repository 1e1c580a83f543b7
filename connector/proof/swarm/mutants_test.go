//go:build mutants

package swarm_test

import (
	"fmt"
	"os"
	"testing"

	"dakokubridge/connector/proof/swarm"
)

const (
	// mostSeeds is within how many seeds a mutant has to be noticed.
	mostSeeds = 40
	// soundSeeds is how many seeds a connector has to pass that is not wrong.
	soundSeeds = 6
)

// hard are the kinds of fault in which an attempt's outcome is unknown.
var hard = []string{"zombie", "salesforce lost", "failed_done", "salesforce hang"}

// TestMutants has the swarm notice every wrong connector, each with seeds that have the kind of fault at which it is wrong, and pass the
// right one and R16: that one looks a key up and inserts, as M15 does, but waits first until no attempt can come any more. It prints, last,
// how many it noticed.
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
	sound := true
	for _, name := range []string{"", "R16"} {
		sound = t.Run("sound"+name, func(t *testing.T) {
			t.Setenv(mutantVariable, name)
			for seed, played := uint64(1), 0; played < soundSeeds; seed++ {
				if !swarm.Has(seed, hard...) {
					continue
				}
				played++
				if o := swarm.Play(t, seed); !o.OK() {
					t.Error(o.Story())
				}
			}
		}) && sound
	}
	killed := 0
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Setenv(mutantVariable, m.name)
			played := 0
			for seed := uint64(1); played < mostSeeds; seed++ {
				if !swarm.Has(seed, m.kinds...) || m.name == "M15" && !swarm.Has(seed, "key plain, poll 5m0s") { // another field turns a second row away; a later look finds the first
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
	if sound {
		fmt.Println("reference and R16: passed")
	}
	fmt.Printf("mutants: %d/%d killed\n", killed, len(mutants))
}

// mutantVariable names the mutant.
const mutantVariable = "DAKOKUBRIDGE_MUTANT"
