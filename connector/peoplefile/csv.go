package peoplefile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"dakokubridge/connector/spreadsheet"
)

// record is a line of CSV: its number and cells, or what is wrong with it.
type record struct {
	number int
	cells  []string
	wrong  bool
}

// readCSV reads UTF-8 with or without mark, UTF-16 with mark (Excel's “Unicode text”), and otherwise what the heading is found with:
// Shift_JIS as Windows writes it, or UTF-8 with broken places.
func readCSV(data []byte) (File, error) {
	var tries []attempt
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		tries = []attempt{{"UTF-16", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)}}
	case utf8.Valid(data):
		tries = []attempt{{"UTF-8", nil}}
	default:
		tries = []attempt{{"Shift_JIS", japanese.ShiftJIS}, {"UTF-8", nil}}
	}
	for _, t := range tries {
		f, found, err := t.read(data)
		if err != nil || found {
			return f, err
		}
	}
	if len(tries) > 1 {
		return File{}, &Unreadable{BadEncoding}
	}
	return File{}, &Unreadable{NoHeading}
}

// attempt is an encoding to try; nil is UTF-8.
type attempt struct {
	name     string
	encoding encoding.Encoding
}

func (t attempt) read(data []byte) (f File, found bool, err error) {
	content := strings.ToValidUTF8(string(data), "\ufffd")
	if t.encoding != nil {
		decoded, err := t.encoding.NewDecoder().Bytes(data)
		if err != nil {
			return f, false, nil // the decoders put U+FFFD for what they can't read; whatever else happens, it is not this encoding
		}
		content = string(decoded)
	}
	content = strings.TrimPrefix(content, "\ufeff")
	content = strings.ReplaceAll(strings.ReplaceAll(content, "\r\n", "\n"), "\r", "\n")
	records, err := split(content)
	if err != nil {
		return f, false, err
	}
	f.Encoding = t.name
	for i, r := range records {
		if i == headingWithin {
			break
		}
		if l, ok := layoutOf(r.cells); ok && !r.wrong {
			f.takeAll(l, records[i+1:])
			return f, true, nil
		}
	}
	return f, false, nil
}

func (f *File) takeAll(l layout, records []record) {
	for _, r := range records {
		if r.wrong {
			f.Bad = append(f.Bad, Bad{r.number, BadQuote})
			continue
		}
		f.take(l, r.number, r.cells)
	}
}

// split reads the lines with the delimiter of the heading.
func split(content string) ([]record, error) {
	r := csv.NewReader(strings.NewReader(content))
	r.Comma = delimiter(content)
	r.FieldsPerRecord = -1
	r.ReuseRecord = false
	var records []record
	for {
		cells, err := r.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return records, nil
		case errors.As(err, &broken):
			records = append(records, record{number: broken.StartLine, wrong: true})
		case err != nil:
			return nil, &Unreadable{Broken}
		default:
			number, _ := r.FieldPos(0)
			records = append(records, record{number: number, cells: cells})
		}
		if len(records) > MaxLines {
			return nil, &Unreadable{TooLarge}
		}
	}
}

// delimiter is the sign that stands most often in the first lines: Excel copies and saves tables with tabs, too.
func delimiter(content string) rune {
	best, most := ',', 0
	head := content
	for range headingWithin {
		_, rest, _ := strings.Cut(head, "\n")
		head = rest
	}
	head = content[:len(content)-len(head)]
	for _, sign := range []rune{',', '\t', ';'} {
		if n := strings.Count(head, string(sign)); n > most {
			best, most = sign, n
		}
	}
	return best
}

// plain takes away what an export has put before a cell that could be taken for a formula.
func plain(cell string) string {
	if rest, marked := strings.CutPrefix(cell, "'"); marked && spreadsheet.Neutral(rest) != rest {
		return rest
	}
	return cell
}
