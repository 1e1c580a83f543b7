package main

import (
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
