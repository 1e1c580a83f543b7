// Command board reads the output of go test -json and prints how many cases of the board of faults the connector survives, group by group,
// and last how many wrong connectors the tests notice.
//
// A test proves a case by carrying its id in its name, or by standing in this command's index. What a case means is told by the test; the
// command knows names only, and it counts a case only where a test of it ran and none failed. It ends with an error where a test failed, or
// a wrong connector got through.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	verbose := flag.Bool("v", false, "list for each case the tests that prove it")
	mutants := flag.String("mutants", "", "the `file` with the output of the tests of the wrong connectors")
	readme := flag.String("readme", "", "the `file` into which the table is written, between its two marks")
	flag.Parse()
	if err := run(os.Stdin, os.Stdout, *verbose, *mutants, *readme); err != nil {
		fmt.Fprintln(os.Stderr, "board:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, verbose bool, mutants, readme string) error {
	r, err := read(in)
	if err != nil {
		return err
	}
	if mutants != "" {
		text, err := os.ReadFile(mutants)
		if err != nil {
			return fmt.Errorf("reading what became of the mutants: %w", err)
		}
		r.readMutants(string(text))
	}
	good := r.print(out, verbose)
	if readme != "" {
		if err := r.writeTable(readme); err != nil {
			return err
		}
	}
	if !good {
		return fmt.Errorf("%d tests failed", len(r.failed))
	}
	return nil
}

// results are the tests that have ended, by package and name, and whether they passed.
type results struct {
	passed  map[string]bool
	failed  []string  // tests and packages
	sizes   []string  // what tests tell of their size, such as "300 runs of the swarm"
	at      time.Time // of the last event
	mutants string    // such as "mutants: 15/15 killed"; empty: they were not asked for
}

// sizeLine is how a test tells its size in its log.
var sizeLine = regexp.MustCompile(`: board: (.+)\n$`)

// read takes the events of go test -json; other lines, as of a build, are passed over.
func read(in io.Reader) (results, error) {
	r := results{passed: map[string]bool{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e struct {
			Time                          time.Time
			Action, Package, Test, Output string
		}
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		if e.Time.After(r.at) {
			r.at = e.Time
		}
		name := strings.TrimPrefix(e.Package, "dakokubridge/") + "." + e.Test
		switch e.Action {
		case "pass":
			r.passed[name] = true
		case "fail":
			r.passed[name] = false
			r.failed = append(r.failed, strings.TrimSuffix(name, "."))
		case "output":
			if m := sizeLine.FindStringSubmatch(e.Output); m != nil {
				r.sizes = append(r.sizes, m[1])
			}
		}
	}
	if err := lines.Err(); err != nil {
		return r, fmt.Errorf("reading the tests' output: %w", err)
	}
	if len(r.passed) == 0 {
		return r, fmt.Errorf("no test ran")
	}
	slices.Sort(r.sizes)
	return r, nil
}

var (
	mutantLine = regexp.MustCompile(`(?m)^mutants: (\d+)/(\d+) killed$`)
	soundLine  = regexp.MustCompile(`(?m)^reference and R16: passed$`)
)

// readMutants takes the last line that the tests of the wrong connectors print.
func (r *results) readMutants(text string) {
	m := mutantLine.FindStringSubmatch(text)
	if m == nil {
		r.mutants = "mutants: none tried"
		r.failed = append(r.failed, "the tests of the wrong connectors, which have not come to their end")
		return
	}
	r.mutants = m[0]
	if m[1] != m[2] {
		r.failed = append(r.failed, "the tests, which do not notice every wrong connector")
	}
	if !soundLine.MatchString(text) {
		r.failed = append(r.failed, "the connector without a mutant, or R16, which the swarm should pass")
	}
}

// caseID finds ids of cases in the name of a test: TestBoard/D05-response-lost, TestRefusedAccessTokenIsRenewedOnceI01.
var caseID = regexp.MustCompile(`(?:^|[/_.a-z]|Board)([A-N][0-9]{2})(?:[^0-9]|$)`)

// of finds the tests of a case: those that carry its id, and those of the index.
func (r results) of(c faultCase) (tests []string, ok bool) {
	ok = true
	for name, passed := range r.passed {
		_, test, _ := strings.Cut(name, ".")
		if test == "" || !c.provenBy(name, test) {
			continue
		}
		tests = append(tests, name)
		ok = ok && passed
	}
	slices.Sort(tests)
	return tests, ok && len(tests) > 0
}

func (c faultCase) provenBy(name, test string) bool {
	for _, m := range caseID.FindAllStringSubmatch(test, -1) {
		if m[1] == c.id {
			return true
		}
	}
	for _, by := range c.by {
		if name == "connector/"+by || name == by {
			return true
		}
	}
	return false
}

// survived counts a group's cases, without those by hand.
func (r results) survived(g group) (good, cases int) {
	for _, c := range g.cases {
		if c.manual {
			continue
		}
		cases++
		if _, ok := r.of(c); ok {
			good++
		}
	}
	return good, cases
}

// print prints the groups and what is missing, and tells whether no test failed.
func (r results) print(out io.Writer, verbose bool) bool {
	survived, all := 0, 0
	for _, g := range groups {
		good, cases := r.survived(g)
		survived, all = survived+good, all+cases
		if verbose {
			for _, c := range g.cases {
				tests, _ := r.of(c)
				fmt.Fprintf(out, "%s %s: %s\n", c.id, c.name, strings.Join(tests, ", "))
			}
		}
		fmt.Fprintf(out, "%-55s %3d/%d\n", g.name, good, cases)
	}
	fmt.Fprintf(out, "%-55s %3d/%d\n", "all", survived, all)
	for _, m := range r.missing() {
		fmt.Fprintln(out, " ", m)
	}
	fmt.Fprintf(out, "by hand before a release: %s\n", strings.Join(byHands(), ", "))
	for _, s := range r.sizes {
		fmt.Fprintln(out, s)
	}
	for _, f := range r.failed {
		fmt.Fprintln(out, "failed:", f)
	}
	if r.mutants != "" {
		fmt.Fprintln(out, r.mutants)
	}
	return len(r.failed) == 0
}

// missing lists the cases that are not survived, and why.
func (r results) missing() (list []string) {
	for _, g := range groups {
		for _, c := range g.cases {
			tests, ok := r.of(c)
			switch {
			case c.manual || ok:
			case len(tests) == 0:
				list = append(list, c.id+" "+c.name+": no test ran")
			default:
				list = append(list, c.id+" "+c.name+": FAILED")
			}
		}
	}
	return list
}

// byHands lists the cases that only a person can try.
func byHands() (list []string) {
	for _, g := range groups {
		for _, c := range g.cases {
			if c.manual {
				list = append(list, c.id+" "+c.name)
			}
		}
	}
	return list
}
