// Package spreadsheet writes tables as files for Excel: CSV and xlsx, every cell as text and none as a formula.
//
// It takes plain rows and knows nothing of what they mean. It reads no file.
package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Format is a kind of file.
type Format string

// The formats.
const (
	CSV   Format = "csv"  // UTF-8 with a byte order mark, CRLF
	Excel Format = "xlsx" // one sheet for the table and one for the notes
)

// ErrFormat is what an unknown format gives.
var ErrFormat = errors.New("there is no such format: give csv or xlsx")

// Document is a table and what is to be said of it.
type Document struct {
	Title string     // the sheet's name in Excel, 31 characters at most
	Rows  [][]string // the first one is the heading
	Notes [][]string // name and value each: below the table in CSV, on a sheet of their own in Excel
	About string     // the name of the sheet of the notes
}

// Write gives the file's content.
func Write(f Format, d Document) ([]byte, error) {
	switch f {
	case CSV:
		return writeCSV(d)
	case Excel:
		return writeExcel(d)
	}
	return nil, ErrFormat
}

// Neutral keeps a cell from being run as a formula: names and texts come from other systems, and whoever can write there must not be
// able to run something on the administrator's PC. Japanese Excel takes the full-width signs too.
// Source: https://owasp.org/www-community/attacks/CSV_Injection
func Neutral(cell string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, " \u3000"))
	if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}

func writeCSV(d Document) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff") // without it Excel reads another encoding
	c := csv.NewWriter(&b)
	c.UseCRLF = true
	rows := d.Rows
	if len(d.Notes) > 0 {
		rows = append(append(rows[:len(rows):len(rows)], []string{""}), d.Notes...)
	}
	for _, row := range rows {
		if err := c.Write(neutralRow(row)); err != nil {
			return nil, fmt.Errorf("writing CSV: %w", err)
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return nil, fmt.Errorf("writing CSV: %w", err)
	}
	return b.Bytes(), nil
}

func neutralRow(row []string) []string {
	safe := make([]string, len(row))
	for i, cell := range row {
		safe[i] = Neutral(cell)
	}
	return safe
}

func writeExcel(d Document) (content []byte, err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.SetSheetName("Sheet1", d.Title); err != nil {
		return nil, fmt.Errorf("writing Excel: %w", err)
	}
	if err := stream(f, d.Title, d.Rows, true); err != nil {
		return nil, fmt.Errorf("writing Excel: %w", err)
	}
	if len(d.Notes) > 0 {
		if _, err := f.NewSheet(d.About); err != nil {
			return nil, fmt.Errorf("writing Excel: %w", err)
		}
		if err := stream(f, d.About, d.Notes, false); err != nil {
			return nil, fmt.Errorf("writing Excel: %w", err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("writing Excel: %w", err)
	}
	return b.Bytes(), nil
}

// widest is how wide a column becomes at most, in characters.
const widest = 50

// stream writes rows as text cells, so that 0028 stays 0028; a heading is bold and stays in view.
func stream(f *excelize.File, sheet string, rows [][]string, heading bool) error {
	w, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	for i, width := range widths(rows) {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	style := 0
	if heading {
		if style, err = f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
			return err
		}
		if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return err
		}
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for j, cell := range row {
			cells[j] = excelize.Cell{Value: Neutral(cell)}
			if heading && i == 0 {
				cells[j] = excelize.Cell{Value: Neutral(cell), StyleID: style}
			}
		}
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// widths fits the columns to the first rows; a Japanese character is as wide as two others.
func widths(rows [][]string) []float64 {
	var out []float64
	for _, row := range rows[:min(len(rows), 200)] {
		for len(out) < len(row) {
			out = append(out, 8)
		}
		for i, cell := range row {
			width := 2.0
			for _, r := range cell {
				width++
				if r > 0x2e7f {
					width++
				}
			}
			out[i] = min(max(out[i], width), widest)
		}
	}
	return out
}
