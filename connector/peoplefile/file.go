// Package peoplefile reads ユーザーコード and 対象 out of the table of people as a person sends it back, CSV or Excel, and lays that table out for export.
//
// It says of each line what can't be read in it, and knows nobody: whether there is such a user, and what would change, is decided elsewhere.
package peoplefile

import (
	"bytes"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// What a file may have at most. A file is a message to the process that owns the profile, so its size is bounded well below a message's.
const (
	MaxSize  = 5 << 20 // bytes
	MaxLines = 50_000
)

// Problem says what is wrong with a line, or with the whole file; a closed set.
type Problem string

// What may be wrong with a line.
const (
	BadQuote    Problem = "bad_quote"    // a quotation mark that does not belong there or is not closed
	BadEncoding Problem = "bad_encoding" // bytes that are no text in the file's encoding; also of a whole file
	NoUser      Problem = "no_user"      // a code, but neither user id nor mail address
	CellError   Problem = "cell_error"   // #N/A and the like where the code should be
	OddIncluded Problem = "odd_included" // neither 対象 nor 対象外 where one of them should be
)

// What may be wrong with a whole file.
const (
	TooLarge  Problem = "too_large"  // more than MaxSize or MaxLines
	Empty     Problem = "empty_file" // no line at all
	NoHeading Problem = "no_heading" // no line that names the columns of user and of code or 対象
	Protected Problem = "protected"  // Excel with a password, or of before 2007
	Broken    Problem = "broken"     // says it is Excel and can't be read
)

// Unreadable is the error of a file that can't be read at all.
type Unreadable struct{ Why Problem }

// Error says why.
func (e *Unreadable) Error() string { return "the file can't be read: " + string(e.Why) }

// Line is what a line says.
type Line struct {
	Number       int    // from 1, as a text editor or Excel counts
	UserID, Mail string // either may be empty; the user id goes first
	Code         string // blanks around it taken away
	Numeric      bool   // Excel holds the code as a number, so leading zeros may be lost
	Included     Inclusion
}

// Inclusion is what a line says of whether its user is carried over.
type Inclusion int

// What a line may say.
const (
	Unsaid   Inclusion = iota
	Included           // 対象
	Excluded           // 対象外
)

// inclusions are the ways to say it, as fold leaves them.
var inclusions = map[string]Inclusion{
	"": Unsaid, "対象": Included, "対象内": Included, "yes": Included, "y": Included, "true": Included, "1": Included, "on": Included, "○": Included, "◯": Included, "〇": Included, "はい": Included,
	"対象外": Excluded, "no": Excluded, "n": Excluded, "false": Excluded, "0": Excluded, "off": Excluded, "×": Excluded, "✕": Excluded, "x": Excluded, "いいえ": Excluded,
}

// Bad is a line that can't be used.
type Bad struct {
	Number int
	Why    Problem
}

// File is what was read.
type File struct {
	Excel    bool
	Encoding string // of CSV: UTF-8, UTF-16 or Shift_JIS
	NoCodes  bool   // there is no column of codes, so no line asks for one
	Lines    []Line
	Bad      []Bad
	Skipped  int // lines that speak of no Akerun user
}

// Read reads a file whose kind is told from its content. The error is an *Unreadable.
func Read(data []byte) (File, error) {
	switch {
	case len(data) > MaxSize:
		return File{}, &Unreadable{TooLarge}
	case len(bytes.TrimSpace(data)) == 0:
		return File{}, &Unreadable{Empty}
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readExcel(data)
	case bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}): // the container of old Excel files, and of new ones with a password
		return File{}, &Unreadable{Protected}
	}
	return readCSV(data)
}

// headings are the names under which columns are found, as fold leaves them.
var headings = map[string]column{
	"akerunユーザーid": userColumn, "ユーザーid": userColumn, "akerunid": userColumn, "akerunuserid": userColumn, "userid": userColumn,
	"akerunメールアドレス": mailColumn, "akerunメール": mailColumn, "メールアドレス": mailColumn, "メール": mailColumn,
	"akerunmail": mailColumn, "akerunemail": mailColumn, "mail": mailColumn, "email": mailColumn, "e-mail": mailColumn, "mailaddress": mailColumn, "emailaddress": mailColumn,
	"ユーザーコード": codeColumn, "akerunユーザーコード": codeColumn, "usercode": codeColumn, "akerunusercode": codeColumn,
	"対象": includedColumn, "対象・対象外": includedColumn, "対象/対象外": includedColumn, "included": includedColumn,
}

type column int

const (
	userColumn column = iota + 1
	mailColumn
	codeColumn
	includedColumn
)

// fold makes headings comparable: full and half width, letter case, blanks and underscores do not count.
func fold(heading string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '_' || r == '\ufeff' {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(heading))
}

// headingWithin is how many lines may stand above the heading.
const headingWithin = 10

// layout says where the columns are.
type layout map[column]int

// layoutOf finds the columns in a line; false when it is no heading. Of two columns with one name the first counts.
func layoutOf(cells []string) (layout, bool) {
	l := make(layout, 4)
	for i, cell := range cells {
		if c := headings[fold(plain(cell))]; c != 0 {
			if _, twice := l[c]; !twice {
				l[c] = i
			}
		}
	}
	_, user := l[userColumn]
	_, mail := l[mailColumn]
	_, code := l[codeColumn]
	_, included := l[includedColumn]
	return l, (code || included) && (user || mail)
}

// cell is a column's cell in a line, without blanks around it and without what was put before it to keep it from being a formula.
func (l layout) cell(c column, cells []string) string {
	i, there := l[c]
	if !there || i >= len(cells) {
		return ""
	}
	return strings.TrimSpace(plain(cells[i]))
}

// take reads one line below the heading.
func (f *File) take(l layout, number int, cells []string) {
	line := Line{Number: number, UserID: l.cell(userColumn, cells), Mail: l.cell(mailColumn, cells), Code: l.cell(codeColumn, cells)}
	said := l.cell(includedColumn, cells)
	included, understood := inclusions[fold(said)]
	line.Included = included
	_, codes := l[codeColumn]
	f.NoCodes = !codes
	all := line.UserID + line.Mail + line.Code + said
	switch {
	case all == "":
		if strings.TrimSpace(strings.Join(cells, "")) != "" {
			f.Skipped++
		}
	case strings.ContainsRune(all, unicode.ReplacementChar):
		f.Bad = append(f.Bad, Bad{number, BadEncoding})
	case line.UserID == "" && line.Mail == "":
		f.Bad = append(f.Bad, Bad{number, NoUser})
	case !understood:
		f.Bad = append(f.Bad, Bad{number, OddIncluded})
	default:
		f.Lines = append(f.Lines, line)
	}
}
