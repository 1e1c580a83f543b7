package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTable(t *testing.T) {
	var out strings.Builder
	printTable(&out, []row{
		compared("P4", "280 ms", "240 ms, slices.SortFunc", 1.17, 2),
		{ID: "P8", Measured: "31.0 MiB, 0.050 % of a core", Yardstick: "–", Reach: "≤ 40 MiB, ≤ 0.2 %"},
	})
	want := "" +
		"| #  | measured                    | yardstick               | ratio | reach             | met |\n" +
		"|----|-----------------------------|-------------------------|-------|-------------------|-----|\n" +
		"| P4 | 280 ms                      | 240 ms, slices.SortFunc | 1.170 | ≤ 2 ×             | yes |\n" +
		"| P8 | 31.0 MiB, 0.050 % of a core | –                       | –     | ≤ 40 MiB, ≤ 0.2 % | no  |\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.json")
	if err := writeJSON(path, []row{compared("P4", "280 ms", "240 ms", 2.5, 2), {ID: "P8"}}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]any
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		for _, name := range []string{"id", "measured", "yardstick", "ratio", "reach", "met"} {
			if _, there := r[name]; !there {
				t.Errorf("%v has no %s", r, name)
			}
		}
	}
	if rows[0]["ratio"] != 2.5 || rows[0]["met"] != false || rows[1]["ratio"] != nil {
		t.Errorf("%s", text)
	}
}

func TestWant(t *testing.T) {
	for only, count := range map[string]int{"": 14, "P3": 1, " p3, P5": 2, "P15": -1} {
		b := &run{wanted: map[string]bool{}}
		if err := b.want(only); (err != nil) != (count < 0) || err == nil && len(b.wanted) != count {
			t.Errorf("%q: %v %v", only, b.wanted, err)
		}
	}
}

func TestMedian(t *testing.T) {
	if m := median([]time.Duration{9, 1, 5}); m != 5 {
		t.Errorf("%d", m)
	}
}

func TestHandlersAreRead(t *testing.T) {
	h, err := readHandlers([]byte("BenchmarkHandlers/people-2 \t 10\t 1234 ns/op\t 12.5 ms/slowest-handler\t 1.30 x/100-people\nBenchmarkHandlers/days-2 \t 10\t 9 ns/op\t 99 ms/slowest-handler\t 9 x/100-people\n"))
	if want := (handled{people: 12.5, times: 1.3, slowest: 99, screen: "days"}); err != nil || h != want {
		t.Errorf("%+v %v", h, err)
	}
	if _, err := readHandlers([]byte("PASS\n")); err == nil {
		t.Error("nothing passes for something")
	}
}
