package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// row is a line of the table. Measured, Yardstick and Reach are for people, with their units; Ratio is measured by yardstick, or nil where a row
// has none.
type row struct {
	ID        string   `json:"id"`
	Measured  string   `json:"measured"`
	Yardstick string   `json:"yardstick"`
	Ratio     *float64 `json:"ratio"`
	Reach     string   `json:"reach"`
	Met       bool     `json:"met"`
}

// add keeps a row if it is wanted.
func (b *run) add(r row) {
	if b.wants(r.ID) {
		b.result = append(b.result, r)
	}
}

// compared is a row whose ratio has to stay at or below most.
func compared(id, measured, yardstick string, ratio, most float64) row {
	return row{ID: id, Measured: measured, Yardstick: yardstick, Ratio: &ratio, Reach: "≤ " + trim(most) + " ×", Met: ratio <= most}
}

// number is the row's place in the table.
func number(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "P")) // an id of ours
	return n
}

func trim(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func seconds(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

func percent(f float64) string { return fmt.Sprintf("%.3f %%", 100*f) }

// median is the middle one of several measured times.
func median(all []time.Duration) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}

// printTable writes the rows as a table of Markdown, so that it can be put into a page as it is.
func printTable(w io.Writer, rows []row) {
	lines := [][]string{{"#", "measured", "yardstick", "ratio", "reach", "met"}}
	for _, r := range rows {
		ratio, met := "–", "no"
		if r.Ratio != nil {
			ratio = fmt.Sprintf("%.3f", *r.Ratio)
		}
		if r.Met {
			met = "yes"
		}
		lines = append(lines, []string{r.ID, r.Measured, r.Yardstick, ratio, r.Reach, met})
	}
	widths := make([]int, len(lines[0]))
	for _, l := range lines {
		for i, cell := range l {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for n, l := range lines {
		fmt.Fprint(w, "|")
		for i, cell := range l {
			fmt.Fprintf(w, " %s%s |", cell, strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
		}
		fmt.Fprintln(w)
		if n == 0 {
			for _, width := range widths {
				fmt.Fprintf(w, "|%s", strings.Repeat("-", width+2))
			}
			fmt.Fprintln(w, "|")
		}
	}
}
