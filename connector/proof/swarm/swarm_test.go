package swarm_test

import (
	"fmt"
	"os"
	"runtime/debug"
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
func firstSeed() int {
	n, err := strconv.Atoi(os.Getenv("DAKOKUBRIDGE_FIRST_SEED"))
	if err != nil {
		return 1
	}
	return n
}

// TestMain lets garbage lie longer: the runs make much of it and hold little.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

// TestSwarm plays a few seeds with the race detector, which takes ten times as long.
func TestSwarm(t *testing.T) {
	t.Parallel()
	play(t, 1, 2)
}

// TestVolumeSwarm plays more of them without it.
func TestVolumeSwarm(t *testing.T) {
	t.Parallel()
	n := seeds(t, 24)
	t.Cleanup(func() { t.Logf("board: %d runs of the swarm", n) })
	play(t, firstSeed(), n)
}

func play(t *testing.T, first, n int) {
	t.Helper()
	for seed := first; seed < first+n; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			if o := swarm.Play(t, uint64(seed)); !o.OK() || os.Getenv("DAKOKUBRIDGE_STORY") != "" {
				t.Error(o.Story())
			}
		})
	}
}

func TestVolumeSameSeedSameRun(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		one, two := swarm.Play(t, seed+1), swarm.Play(t, seed+1)
		if one.Trace != two.Trace {
			t.Errorf("seed %d gives two runs:\n%s\n%s", seed+1, one.Story(), two.Story())
		}
	}
}
