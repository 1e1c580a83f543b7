package soql

import (
	"fmt"
	"strings"
)

// Error is a refusal in Salesforce's own shape: Code is the errorCode and Message the text beside it.
type Error struct {
	Code    string
	Message string
}

// Error gives code and message in one line.
func (e *Error) Error() string {
	return e.Code + ": " + strings.ReplaceAll(strings.TrimSpace(e.Message), "\n", " ")
}

// The error codes of queries, with the spelling of Salesforce's REST answers.
const (
	MalformedQuery             = "MALFORMED_QUERY"
	InvalidField               = "INVALID_FIELD"
	InvalidType                = "INVALID_TYPE"
	InvalidQueryFilterOperator = "INVALID_QUERY_FILTER_OPERATOR"
	NumberOutsideValidRange    = "NUMBER_OUTSIDE_VALID_RANGE"
	QueryTooComplicated        = "QUERY_TOO_COMPLICATED"
	ExceededIDLimit            = "EXCEEDED_ID_LIMIT"
)

// excerpt is how many bytes of the query Salesforce shows on each side of the place it complains about.
const excerpt = 40

// at makes an error that points at a byte of the query, with the excerpt, the caret, and the row and column counted from 1.
func at(text string, pos int, code, format string, args ...any) *Error {
	pos = min(max(pos, 0), len(text))
	row := 1 + strings.Count(text[:pos], "\n")
	lineStart := strings.LastIndexByte(text[:pos], '\n') + 1
	lineEnd := len(text)
	if i := strings.IndexByte(text[pos:], '\n'); i >= 0 {
		lineEnd = pos + i
	}
	from, to := max(lineStart, pos-excerpt), min(lineEnd, pos+excerpt)
	shown := strings.ToValidUTF8(text[from:to], "")
	caret := strings.Repeat(" ", len([]rune(strings.ToValidUTF8(text[from:pos], "")))) + "^"
	column := 1 + len([]rune(text[lineStart:pos]))
	return &Error{code, fmt.Sprintf("\n%s\n%s\nERROR at Row:%d:Column:%d\n", shown, caret, row, column) + fmt.Sprintf(format, args...)}
}
