package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
)

// handlers is the benchmark of the windows' handlers with 10,000 people and with 100. It is Go's own, because nothing outside ui knows the toolkit.
const handlers = "./ui/bench"

var handlersLine = regexp.MustCompile(`(?m)^BenchmarkHandlers/([a-z]+)\S*\s.*?([0-9.]+) ms/slowest-handler\s+([0-9.]+) x/100-people`)

const (
	reachHandlers = 2
	reachFrame    = 100 // ms
)

// measurePeople opens, filters and sorts the table of people, and looks for the slowest handler of all screens.
func measurePeople(ctx context.Context, b *run) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkHandlers$", "-benchtime", "10x", handlers)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("running the benchmarks of %s: %w: %s", handlers, err, out)
	}
	h, err := readHandlers(out)
	if err != nil {
		return err
	}
	b.add(row{
		ID: "P11", Measured: fmt.Sprintf("10,000 rows: slowest handler %.1f ms; of all screens %.1f ms (%s)", h.people, h.slowest, h.screen),
		Yardstick: "the same handlers, 100 rows", Ratio: &h.times,
		Reach: "≤ 2 ×, none over 100 ms", Met: h.times <= reachHandlers && h.slowest <= reachFrame,
	})
	return nil
}

// handled is how long the handlers of the screens take with 10,000 people.
type handled struct {
	people  float64 // ms; the slowest one of the table of people
	times   float64 // that table's handlers against the same with 100 people
	slowest float64 // ms; the slowest one of all screens
	screen  string  // whose that is
}

// readHandlers finds it in what go test printed.
func readHandlers(out []byte) (handled, error) {
	var h handled
	for _, m := range handlersLine.FindAllSubmatch(out, -1) {
		slowest, err := strconv.ParseFloat(string(m[2]), 64)
		if err != nil {
			return handled{}, fmt.Errorf("reading %q: %w", m[0], err)
		}
		if screen := string(m[1]); slowest > h.slowest {
			h.slowest, h.screen = slowest, screen
		}
		if string(m[1]) != "people" {
			continue
		}
		h.people = slowest
		if h.times, err = strconv.ParseFloat(string(m[3]), 64); err != nil {
			return handled{}, fmt.Errorf("reading %q: %w", m[0], err)
		}
	}
	if h.people == 0 {
		return handled{}, fmt.Errorf("%s tells nothing of people: %s", handlers, out)
	}
	return h, nil
}
