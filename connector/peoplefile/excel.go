package peoplefile

import (
	"bytes"
	"errors"
	"strings"

	"github.com/xuri/excelize/v2"
)

// unpacked bounds what a file may unpack to: a zip of a few kilobytes can hold gigabytes.
const unpacked = 128 << 20

// readExcel reads the first visible sheet that has the heading.
func readExcel(data []byte) (f File, err error) {
	defer func() {
		if recover() != nil { // the reader is not proof against every broken file
			f, err = File{}, &Unreadable{Broken}
		}
	}()
	x, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: unpacked, UnzipXMLSizeLimit: unpacked})
	if err != nil {
		return File{}, &Unreadable{whyNotExcel(err)}
	}
	defer func() { _ = x.Close() }()
	for _, sheet := range x.GetSheetList() {
		if shown, err := x.GetSheetVisible(sheet); err != nil || !shown {
			continue
		}
		f, found, err := readSheet(x, sheet)
		if err != nil || found {
			return f, err
		}
	}
	return File{}, &Unreadable{NoHeading}
}

func whyNotExcel(err error) Problem {
	switch {
	case errors.Is(err, excelize.ErrWorkbookPassword), errors.Is(err, excelize.ErrWorkbookFileFormat):
		return Protected
	case strings.Contains(err.Error(), "unzip size exceeds"):
		return TooLarge
	}
	return Broken
}

func readSheet(x *excelize.File, sheet string) (f File, found bool, err error) {
	rows, err := x.Rows(sheet)
	if err != nil {
		return f, false, nil // a chart, or a sheet that can't be read: another one may have the table
	}
	defer func() { _ = rows.Close() }()
	f.Excel = true
	var l layout
	for number := 1; rows.Next(); number++ {
		if number > MaxLines {
			return f, found, &Unreadable{TooLarge}
		}
		cells, err := rows.Columns()
		if err != nil {
			return f, found, &Unreadable{Broken}
		}
		switch {
		case found:
			f.take(l, number, cells)
		case number > headingWithin:
			return f, false, nil
		default:
			l, found = layoutOf(cells)
		}
	}
	if rows.Error() != nil {
		return f, found, &Unreadable{Broken}
	}
	return f, found, f.look(x, sheet, l)
}

// mayBeNumber tells whether a code may be shown of a number, or be an error: most codes are seen at once not to be, and asking for a cell's
// kind takes long. What is shown with a leading zero has lost none.
func mayBeNumber(code string) bool {
	return code != "" && (code[0] == '#' || code[0] == '-' || code[0] >= '1' && code[0] <= '9') && !strings.ContainsFunc(code[1:], func(r rune) bool {
		return r >= 'A' && r <= 'Z' && code[0] != '#' && r != 'E'
	})
}

// look finds out which codes Excel holds as numbers or as errors.
func (f *File) look(x *excelize.File, sheet string, l layout) error {
	kept := f.Lines[:0]
	for _, line := range f.Lines {
		if !mayBeNumber(line.Code) {
			kept = append(kept, line)
			continue
		}
		name, err := excelize.CoordinatesToCellName(l[codeColumn]+1, line.Number)
		if err != nil {
			return &Unreadable{Broken}
		}
		kind, err := x.GetCellType(sheet, name)
		if err != nil {
			return &Unreadable{Broken}
		}
		switch kind {
		case excelize.CellTypeError:
			f.Bad = append(f.Bad, Bad{line.Number, CellError})
			continue
		case excelize.CellTypeNumber, excelize.CellTypeUnset: // a number cell has no type of its own
			line.Numeric = true
			line.Code = whole(x, sheet, name, line.Code)
		}
		kept = append(kept, line)
	}
	f.Lines = kept
	return nil
}

// whole is a number as it was typed where the format shows it shortened (1.23457E+11).
func whole(x *excelize.File, sheet, name, shown string) string {
	if !strings.ContainsAny(shown, "Ee.#") {
		return shown
	}
	raw, err := x.GetCellValue(sheet, name, excelize.Options{RawCellValue: true})
	if err != nil || strings.ContainsAny(raw, "Ee.") {
		return shown
	}
	return raw
}
