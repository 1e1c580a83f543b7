package swarm_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"dakokubridge/connector/proof/swarm"
)

// seeds is how many seeds are played: few in every run of the tests, more where DAKOKUBRIDGE_SEEDS asks for them.
func seeds(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("DAKOKUBRIDGE_SEEDS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("DAKOKUBRIDGE_SEEDS: %v", err)
	}
	return n
}

// firstSeed is where the seeds begin.
func firstSeed(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("DAKOKUBRIDGE_FIRST_SEED"))
	if err != nil {
		return 1
	}
	return n
}

func TestSwarm(t *testing.T) {
	t.Parallel()
	first := firstSeed(t)
	for seed := first; seed < first+seeds(t, 12); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			if o := swarm.Play(t, uint64(seed)); !o.OK() || os.Getenv("DAKOKUBRIDGE_STORY") != "" {
				t.Error(o.Story())
			}
		})
	}
}

func TestSameSeedSameRun(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		one, two := swarm.Play(t, seed+1), swarm.Play(t, seed+1)
		if one.Trace != two.Trace {
			t.Errorf("seed %d gives two runs:\n%s\n%s", seed+1, one.Story(), two.Story())
		}
	}
}
