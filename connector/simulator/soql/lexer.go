package soql

import (
	"fmt"
	"regexp"
	"strings"
)

type kind int

const (
	end kind = iota
	word
	number
	quoted // text is the raw content between the quotes, escapes still in place
	dateLiteral
	datetimeLiteral
	symbol
)

type token struct {
	kind kind
	text string
	pos  int
}

// shown is the token as an "unexpected token" message names it.
func (t token) shown() string {
	switch t.kind {
	case end:
		return "<EOF>"
	case quoted:
		return "'" + t.text + "'"
	}
	return t.text
}

var (
	datetimePattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})`)
	datePattern     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)
	numberPattern   = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?`)
	wordPattern     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*`)
)

// lex cuts the whole query into tokens, the last of which is end.
func lex(text string) ([]token, error) {
	var out []token
	for pos := 0; ; {
		for pos < len(text) && strings.IndexByte(" \t\r\n\f", text[pos]) >= 0 {
			pos++
		}
		if pos == len(text) {
			return append(out, token{end, "", pos}), nil
		}
		t, err := next(text, pos)
		if err != nil {
			return nil, err
		}
		pos += len(t.text)
		if t.kind == quoted {
			pos += 2
		}
		out = append(out, t)
	}
}

func next(text string, pos int) (token, error) {
	rest := text[pos:]
	if rest[0] == '\'' {
		return lexQuoted(text, pos)
	}
	for _, c := range []struct {
		kind    kind
		pattern *regexp.Regexp
	}{{word, wordPattern}, {datetimeLiteral, datetimePattern}, {dateLiteral, datePattern}, {number, numberPattern}} {
		if s := c.pattern.FindString(rest); s != "" {
			return token{c.kind, s, pos}, nil
		}
	}
	for _, s := range []string{"<=", ">=", "!=", "<>", "=", "<", ">", "(", ")", ",", ".", ":"} {
		if strings.HasPrefix(rest, s) {
			return token{symbol, s, pos}, nil
		}
	}
	row := 1 + strings.Count(text[:pos], "\n")
	column := pos - (strings.LastIndexByte(text[:pos], '\n') + 1)
	r := []rune(strings.ToValidUTF8(rest[:min(len(rest), 4)], "�"))[0]
	return token{}, &Error{MalformedQuery, fmt.Sprintf("line %d:%d no viable alternative at character '%c'", row, column, r)}
}

func lexQuoted(text string, pos int) (token, error) {
	for i := pos + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '\'':
			return token{quoted, text[pos+1 : i], pos}, nil
		}
	}
	row := 1 + strings.Count(text, "\n")
	column := len(text) - (strings.LastIndexByte(text, '\n') + 1)
	return token{}, &Error{MalformedQuery, fmt.Sprintf("line %d:%d mismatched character '<EOF>' expecting '''", row, column)}
}
