package output

import (
	"io"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// Table writes rows in columns that stay straight with Japanese text. The last column is not padded.
func Table(w io.Writer, rows [][]string) error {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], runewidth.StringWidth(Plain(cell)))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			cell = Plain(cell)
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-runewidth.StringWidth(cell)+2))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Plain takes control characters out of text that came from other systems: a terminal obeys them.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// Dash is what an empty cell shows.
func Dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
