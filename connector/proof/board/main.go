// Command board reads the output of go test -json and prints how many cases of the board of faults the connector survives, group by group.
//
// A test proves a case by carrying its id in its name, or by standing in this command's index. What a case means is told by the test; the
// command knows names only, and it counts a case only where a test of it ran and none failed.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

func main() {
	verbose := flag.Bool("v", false, "list for each case the tests that prove it")
	flag.Parse()
	r, err := read(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "board:", err)
		os.Exit(1)
	}
	if !r.print(os.Stdout, *verbose) {
		os.Exit(1)
	}
}

// results are the tests that have ended, by package and name, and whether they passed.
type results struct {
	passed map[string]bool
	failed []string // tests and packages
}

// read takes the events of go test -json; other lines, as of a build, are passed over.
func read(in io.Reader) (results, error) {
	r := results{passed: map[string]bool{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e struct{ Action, Package, Test string }
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		name := strings.TrimPrefix(e.Package, "dakokubridge/") + "." + e.Test
		switch e.Action {
		case "pass":
			r.passed[name] = true
		case "fail":
			r.passed[name] = false
			r.failed = append(r.failed, strings.TrimSuffix(name, "."))
		}
	}
	if err := lines.Err(); err != nil {
		return r, fmt.Errorf("reading the tests' output: %w", err)
	}
	return r, nil
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

// print prints the groups and what is missing, and tells whether no test failed.
func (r results) print(out io.Writer, verbose bool) bool {
	survived, all := 0, 0
	var missing, manual []string
	for _, g := range groups {
		good, cases := 0, 0
		for _, c := range g.cases {
			if c.manual {
				manual = append(manual, c.id+" "+c.name)
				continue
			}
			cases++
			tests, ok := r.of(c)
			switch {
			case ok:
				good++
			case len(tests) == 0:
				missing = append(missing, c.id+" "+c.name+": no test ran")
			default:
				missing = append(missing, c.id+" "+c.name+": FAILED")
			}
			if verbose {
				fmt.Fprintf(out, "%s %s: %s\n", c.id, c.name, strings.Join(tests, ", "))
			}
		}
		fmt.Fprintf(out, "%-55s %3d/%d\n", g.name, good, cases)
		survived, all = survived+good, all+cases
	}
	fmt.Fprintf(out, "%-55s %3d/%d\n", "all", survived, all)
	for _, m := range missing {
		fmt.Fprintln(out, " ", m)
	}
	fmt.Fprintf(out, "by hand before a release: %s\n", strings.Join(manual, ", "))
	for _, f := range r.failed {
		fmt.Fprintln(out, "failed:", f)
	}
	return len(r.failed) == 0
}
