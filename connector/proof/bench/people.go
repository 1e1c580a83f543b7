package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
)

// handlers is the benchmark of the windows' handlers with 10,000 people and with 100. It is Go's own, because nothing outside ui knows the toolkit.
const handlers = "./ui/bench"

var peopleLine = regexp.MustCompile(`(?m)^BenchmarkHandlers/people\S*\s.*?([0-9.]+) ms/slowest-handler\s+([0-9.]+) x/100-people`)

const (
	reachHandlers = 2
	reachFrame    = 100 // ms
)

// measurePeople opens, filters and sorts the table of people.
func measurePeople(ctx context.Context, b *run) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkHandlers$/^people$", "-benchtime", "10x", handlers)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("running the benchmarks of %s: %w: %s", handlers, err, out)
	}
	slowest, times, err := readHandlers(out)
	if err != nil {
		return err
	}
	b.add(row{
		ID: "P11", Measured: fmt.Sprintf("10,000 rows: slowest handler %.1f ms", slowest), Yardstick: "the same handlers, 100 rows", Ratio: &times,
		Reach: "≤ 2 ×, none over 100 ms", Met: times <= reachHandlers && slowest <= reachFrame,
	})
	return nil
}

// readHandlers finds in what go test printed the slowest handler, in milliseconds, and how many times as long all of them take as with 100 people; each the
// middle of the runs.
func readHandlers(out []byte) (slowest, times float64, err error) {
	var all [2][]float64
	for _, m := range peopleLine.FindAllSubmatch(out, -1) {
		for i := range all {
			f, err := strconv.ParseFloat(string(m[i+1]), 64)
			if err != nil {
				return 0, 0, err
			}
			all[i] = append(all[i], f)
		}
	}
	if len(all[0]) == 0 {
		return 0, 0, fmt.Errorf("%s tells nothing of people: %s", handlers, out)
	}
	for i := range all {
		slices.Sort(all[i])
	}
	return all[0][len(all[0])/2], all[1][len(all[1])/2], nil
}
