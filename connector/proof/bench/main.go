// Command bench measures how fast, small and sparing the program is: the rows P1 to P14 of docs/performance.md, each against a yardstick that is
// measured in the same run on the same machine. It judges nothing but whether a row reaches what it is to reach; whether the stamps are right is
// for the other commands and tests of proof.
//
// make bench runs it. What it needs of the system (processes' memory and times in /proc, sqlite3, Xvfb) makes it a command for Linux.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == engineArgument {
		serveEngine()
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measurements are all there are, in the order in which they run. Those that wait for minutes while hardly anything happens run beside the others.
var measurements = []measurement{
	{rows: []string{"P3", "P4", "P7"}, run: measureBacklog},
	{rows: []string{"P5", "P6", "P14", "P8", "P9", "P10"}, run: measureYear},
	{rows: []string{"P1", "P2"}, run: measureMorning},
	{rows: []string{"P12", "P13"}, run: measureDay},
	{rows: []string{"P11"}, run: measurePeople},
}

// measurement finds the numbers of some rows, those of them that are wanted.
type measurement struct {
	rows []string
	run  func(ctx context.Context, b *run) error
}

// run is one run of the command.
type run struct {
	dir     string          // for files that are removed at the end
	wanted  map[string]bool // by id of the row
	app     string          // the program's binary
	blank   string          // the binary with the empty window
	idle    time.Duration   // how long the idle engine is watched
	rows    int             // accesses of the backlog
	history int             // days of history behind M's poll
	traces  string          // folder for a profile of the engine's process; empty: none
	result  []row
}

func bench(ctx context.Context) (err error) {
	b := &run{wanted: map[string]bool{}}
	only := flag.String("rows", "", "rows to measure, such as P3,P5; empty: all")
	flag.StringVar(&b.app, "app", "dist/dakokubridge", "the program's binary")
	flag.StringVar(&b.blank, "window", "dist/blankwindow", "the binary with the empty window")
	flag.DurationVar(&b.idle, "idle", 10*time.Minute, "how long the idle engine is watched")
	flag.IntVar(&b.rows, "accesses", 1_000_000, "accesses of the backlog")
	flag.IntVar(&b.history, "history", 364, "days of history behind a poll of company M, in whole weeks")
	flag.StringVar(&b.traces, "profile", "", "folder for a CPU profile of the engine that works off the backlog")
	out := flag.String("json", os.Getenv("BENCH_JSON"), "file for the rows as JSON")
	flag.Parse()
	if err := b.want(*only); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "dakokubridge-bench"); err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	var failed []error
	for _, m := range measurements {
		if !slices.ContainsFunc(m.rows, b.wants) || ctx.Err() != nil {
			continue
		}
		begun := time.Now()
		if err := m.run(ctx, b); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", strings.Join(m.rows, ", "), err))
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", strings.Join(m.rows, ", "), time.Since(begun).Round(time.Second))
	}
	slices.SortStableFunc(b.result, func(x, y row) int { return number(x.ID) - number(y.ID) })
	printTable(os.Stdout, b.result)
	if *out != "" {
		failed = append(failed, writeJSON(*out, b.result))
	}
	return errors.Join(failed...)
}

// want notes which rows are asked for.
func (b *run) want(only string) error {
	var all []string
	for _, m := range measurements {
		all = append(all, m.rows...)
	}
	for id := range strings.SplitSeq(only, ",") {
		switch id = strings.ToUpper(strings.TrimSpace(id)); {
		case id == "":
		case slices.Contains(all, id):
			b.wanted[id] = true
		default:
			return fmt.Errorf("there is no row %s", id)
		}
	}
	if len(b.wanted) == 0 {
		for _, id := range all {
			b.wanted[id] = true
		}
	}
	return nil
}

func (b *run) wants(id string) bool { return b.wanted[id] }

// say tells of a number that stands behind a row, while the run goes on.
func (b *run) say(format string, args ...any) { fmt.Fprintf(os.Stderr, "  "+format+"\n", args...) }

func writeJSON(path string, rows []row) error {
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing the rows: %w", err)
	}
	return nil
}
