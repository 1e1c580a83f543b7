package coreswarm_test

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"dakokubridge/connector/proof/coreswarm"
)

// TestCoreSwarm plays a few seeds with the race detector.
func TestCoreSwarm(t *testing.T) {
	t.Parallel()
	play(t, 300)
}

// TestVolumeCoreSwarm plays twenty thousand seeds without it, or as many as DAKOKUBRIDGE_CORE_SEEDS asks for.
func TestVolumeCoreSwarm(t *testing.T) {
	t.Parallel()
	seeds := 20000
	if text := os.Getenv("DAKOKUBRIDGE_CORE_SEEDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("DAKOKUBRIDGE_CORE_SEEDS: %v", err)
		}
		seeds = n
	}
	play(t, seeds)
	t.Logf("board: %d runs of the swarm of the rules alone", seeds)
}

func play(t *testing.T, seeds int) {
	t.Helper()
	var (
		mu       sync.Mutex
		wg       sync.WaitGroup
		stamped  int
		expected int
		bad      int
	)
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for seed := w + 1; seed <= seeds; seed += workers {
				v := coreswarm.Play(uint64(seed))
				mu.Lock()
				stamped, expected = stamped+v.Stamped, expected+v.Expected
				if v.Problems() > 0 {
					if bad++; bad <= 3 {
						t.Error(v.Story())
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if bad > 0 {
		t.Errorf("%d of %d seeds are not valid", bad, seeds)
	}
	if stamped < 5*seeds || expected < 5*seeds {
		t.Errorf("%d stamped, %d expected in %d seeds: hardly anything happens", stamped, expected, seeds)
	}
}
