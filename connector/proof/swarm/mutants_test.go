//go:build mutants

package swarm_test

import (
	"fmt"
	"testing"

	"dakokubridge/connector/proof/swarm"
)

// mostSeeds is within how many seeds a mutant has to be noticed.
const mostSeeds = 60

// TestMutants has the swarm notice every wrong connector. It prints, last, how many it noticed.
func TestMutants(t *testing.T) {
	killed, all := 0, 15
	for n := 1; n <= all; n++ {
		name := fmt.Sprint("M", n)
		t.Run(name, func(t *testing.T) {
			t.Setenv("DAKOKUBRIDGE_MUTANT", name)
			for seed := uint64(1); seed <= mostSeeds; seed++ {
				if o := swarm.Play(t, seed); !o.OK() {
					killed++
					t.Logf("noticed by seed %d: %s", seed, o.Because())
					return
				}
			}
			t.Errorf("%d seeds do not notice it", mostSeeds)
		})
	}
	fmt.Printf("mutants: %d/%d killed\n", killed, all)
}
