package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const output = `building
{"Action":"run","Package":"dakokubridge/connector/x","Test":"TestBoard/D05-response-lost"}
{"Action":"pass","Package":"dakokubridge/connector/x","Test":"TestBoard/D05-response-lost"}
{"Action":"pass","Package":"dakokubridge/connector/x","Test":"TestRefusedAccessTokenIsRenewedOnceI01"}
{"Action":"pass","Package":"dakokubridge/connector/akerun","Test":"TestBoardL11PastedAddress"}
{"Action":"pass","Package":"dakokubridge/connector","Test":"TestTwoPCs"}
{"Action":"pass","Package":"dakokubridge/connector/x","Test":"TestDecide/G14_one"}
{"Action":"fail","Package":"dakokubridge/connector/x","Test":"TestDecide/G14_other"}
{"Action":"pass","Package":"dakokubridge/connector/x","Test":"TestTwoHundredOf10A01x9"}
`

func TestWhatCountsAsSurvived(t *testing.T) {
	r, err := read(strings.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"D05": true, "I01": true, "L11": true, "K02": true}
	for _, g := range groups {
		for _, c := range g.cases {
			if _, ok := r.of(c); ok != want[c.id] {
				t.Errorf("%s survived: %t", c.id, ok)
			}
		}
	}
	var out strings.Builder
	if r.print(&out, false) {
		t.Error("a failing test is no failure")
	}
	for _, line := range []string{"G14 excluded-by-admin: FAILED", "D06 zombie-write: no test ran", "failed: connector/x.TestDecide/G14_other"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is not in\n%s", line, out.String())
		}
	}
}

func TestEveryCaseStandsOnce(t *testing.T) {
	id := regexp.MustCompile(`^[A-N][0-9]{2}$`)
	seen := map[string]bool{}
	for _, g := range groups {
		for _, c := range g.cases {
			if !id.MatchString(c.id) || c.id[:1] != g.name[:1] || c.name == "" || seen[c.id] {
				t.Errorf("%s %q stands in %q, or twice", c.id, c.name, g.name)
			}
			seen[c.id] = true
		}
	}
	if len(seen) != 170 {
		t.Errorf("%d cases", len(seen))
	}
}

func TestMutantsAndSizes(t *testing.T) {
	measured := `{"Action":"output","Package":"dakokubridge/connector/x","Test":"TestVolumeX","Output":"    x_test.go:7: board: 24 runs of the swarm\n"}` + "\n"
	for name, tt := range map[string]struct {
		mutants string
		good    bool
		last    string
	}{
		"all":        {"noise\nreference and R16: passed\nmutants: 15/15 killed\nok\n", true, "mutants: 15/15 killed"},
		"one left":   {"reference and R16: passed\nmutants: 14/15 killed\n", false, "mutants: 14/15 killed"},
		"R16 failed": {"mutants: 15/15 killed\n", false, "mutants: 15/15 killed"},
		"broken off": {"panic: x\n", false, "mutants: none tried"},
	} {
		t.Run(name, func(t *testing.T) {
			passes := strings.ReplaceAll(output, `"fail"`, `"pass"`)
			r, err := read(strings.NewReader(passes + measured))
			if err != nil {
				t.Fatal(err)
			}
			r.readMutants(tt.mutants)
			var out strings.Builder
			if good := r.print(&out, false); good != tt.good {
				t.Errorf("good: %t\n%s", good, out.String())
			}
			if !strings.HasSuffix(out.String(), tt.last+"\n") || !strings.Contains(out.String(), "\n24 runs of the swarm\n") {
				t.Error(out.String())
			}
		})
	}
	if _, err := read(strings.NewReader("")); err == nil {
		t.Error("no test at all is no error")
	}
}

func TestTableInAPage(t *testing.T) {
	r, err := read(strings.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(t.TempDir(), "README.md")
	for _, text := range []string{"# x\n" + tableBegins + "old\n" + tableEnds + "\nrest\n", ""} {
		if text != "" {
			if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.writeTable(page); err != nil { // the second time over its own table
			t.Fatal(err)
		}
		got, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if s := string(got); !strings.HasPrefix(s, "# x\n"+tableBegins+"| |") || !strings.HasSuffix(s, tableEnds+"\nrest\n") || strings.Contains(s, "old") || !strings.Contains(s, "| D | ネットワーク / network | 1 / 13 |") {
			t.Errorf("the page is\n%s", s)
		}
	}
	if err := os.WriteFile(page, []byte("no marks"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r.writeTable(page) == nil {
		t.Error("a page without marks is no error")
	}
}
