package output

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// CSV writes rows for Excel: UTF-8 with a byte order mark, CRLF, and no cell that Excel would take for a formula.
func CSV(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = neutral(cell)
		}
		if err := c.Write(safe); err != nil {
			return fmt.Errorf("writing CSV: %w", err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

// neutral keeps a cell from being run as a formula: names and texts come from other systems, and whoever can write there
// must not be able to run something on the administrator's PC.
func neutral(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
