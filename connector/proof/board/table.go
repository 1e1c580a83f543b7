package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// The marks between which the table stands in a page.
const (
	tableBegins = "<!-- board: written by make board-full -->\n"
	tableEnds   = "<!-- /board -->"
)

// writeTable writes the table into a page in Markdown, in place of the former one.
func (r results) writeTable(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	before, rest, begins := strings.Cut(string(text), tableBegins)
	_, after, ends := strings.Cut(rest, tableEnds)
	if !begins || !ends {
		return fmt.Errorf("writing the table: %s has not the marks %q and %q", path, strings.TrimSpace(tableBegins), tableEnds)
	}
	if err := os.WriteFile(path, []byte(before+tableBegins+r.table()+tableEnds+after), 0o644); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

func (r results) table() string {
	var b strings.Builder
	b.WriteString("| | 障害 / faults | 耐えた / survived |\n|---|---|---|\n")
	survived, all := 0, 0
	for _, g := range groups {
		good, cases := r.survived(g)
		survived, all = survived+good, all+cases
		letter, name, _ := strings.Cut(g.name, " ")
		fmt.Fprintf(&b, "| %s | %s / %s | %d / %d |\n", letter, g.japanese, name, good, cases)
	}
	fmt.Fprintf(&b, "| | 合計 / all | **%d / %d** |\n", survived, all)
	fmt.Fprintf(&b, "\n%s:\n\n", r.at.UTC().Format(time.DateOnly))
	for _, line := range append(r.sizes, r.mutants) {
		if line != "" {
			fmt.Fprintf(&b, "- %s\n", line)
		}
	}
	return b.String()
}
