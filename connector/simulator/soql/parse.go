package soql

import (
	"strconv"
	"strings"
)

// maxLength is Salesforce's limit on the length of a query, in characters.
const maxLength = 100_000

// maxDepth bounds nesting so that hostile input can't exhaust the stack.
const maxDepth = 200

var aggregates = map[string]bool{"COUNT": true, "COUNT_DISTINCT": true, "MIN": true, "MAX": true, "SUM": true, "AVG": true}

var reserved = map[string]bool{"SELECT": true, "FROM": true, "WHERE": true, "AND": true, "OR": true, "NOT": true, "IN": true, "LIKE": true,
	"GROUP": true, "BY": true, "HAVING": true, "ORDER": true, "LIMIT": true, "OFFSET": true, "ASC": true, "DESC": true, "NULLS": true}

type parser struct {
	text   string
	tokens []token
	i      int
	depth  int
}

// parse turns the text of a query into its tree, or fails with MALFORMED_QUERY.
func parse(text string) (*query, error) {
	if len([]rune(text)) > maxLength {
		return nil, &Error{QueryTooComplicated, "SOQL statement is too long"}
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	if p.word("ALL") {
		if err := p.expectWord("ROWS"); err != nil {
			return nil, err
		}
	}
	if p.peek().kind != end {
		return nil, p.unexpected()
	}
	return q, nil
}

func (p *parser) peek() token { return p.tokens[p.i] }

func (p *parser) take() token {
	t := p.tokens[p.i]
	if t.kind != end {
		p.i++
	}
	return t
}

func (p *parser) unexpected() *Error {
	t := p.peek()
	return at(p.text, t.pos, MalformedQuery, "unexpected token: '%s'", t.shown())
}

func (p *parser) isWord(w string) bool {
	t := p.peek()
	return t.kind == word && strings.EqualFold(t.text, w)
}

func (p *parser) word(w string) bool {
	if p.isWord(w) {
		p.i++
		return true
	}
	return false
}

func (p *parser) symbol(s string) bool {
	t := p.peek()
	if t.kind == symbol && t.text == s {
		p.i++
		return true
	}
	return false
}

func (p *parser) expectWord(w string) error {
	if !p.word(w) {
		return p.unexpected()
	}
	return nil
}

func (p *parser) expectSymbol(s string) error {
	if !p.symbol(s) {
		return p.unexpected()
	}
	return nil
}

// deeper counts one level of nesting; the caller calls the returned function when it leaves the level.
func (p *parser) deeper() (func(), error) {
	if p.depth++; p.depth > maxDepth {
		return nil, &Error{QueryTooComplicated, "Query is either selecting too many fields or the filter conditions are too complicated."}
	}
	return func() { p.depth-- }, nil
}

func (p *parser) query() (*query, error) {
	leave, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer leave()
	q := &query{limit: -1}
	if err := p.expectWord("SELECT"); err != nil {
		return nil, err
	}
	if err := p.selectList(q); err != nil {
		return nil, err
	}
	if err := p.from(q); err != nil {
		return nil, err
	}
	if p.word("WHERE") {
		if q.where, err = p.condition(); err != nil {
			return nil, err
		}
	}
	if err := p.grouping(q); err != nil {
		return nil, err
	}
	if err := p.ordering(q); err != nil {
		return nil, err
	}
	return q, p.window(q)
}

func (p *parser) selectList(q *query) error {
	if p.isWord("COUNT") && p.following(1, "(") && p.following(2, ")") {
		p.i += 3
		q.count = true
		return nil
	}
	for {
		it, err := p.item()
		if err != nil {
			return err
		}
		if t := p.peek(); t.kind == word && !reserved[strings.ToUpper(t.text)] {
			it.alias = p.take().text
		}
		q.items = append(q.items, it)
		if !p.symbol(",") {
			return nil
		}
	}
}

func (p *parser) following(n int, s string) bool {
	return p.i+n < len(p.tokens) && p.tokens[p.i+n].kind == symbol && p.tokens[p.i+n].text == s
}

func (p *parser) item() (item, error) {
	t := p.peek()
	if t.kind == word && aggregates[strings.ToUpper(t.text)] && p.following(1, "(") {
		p.i += 2
		f, err := p.path()
		if err != nil {
			return item{}, err
		}
		return item{function: strings.ToUpper(t.text), path: f, pos: t.pos}, p.expectSymbol(")")
	}
	f, err := p.path()
	return item{path: f, pos: t.pos}, err
}

func (p *parser) path() (path, error) {
	out := path{pos: p.peek().pos}
	for {
		t := p.peek()
		if t.kind != word || len(out.parts) == 0 && reserved[strings.ToUpper(t.text)] {
			return out, p.unexpected()
		}
		out.parts = append(out.parts, p.take().text)
		if !p.symbol(".") {
			return out, nil
		}
	}
}

func (p *parser) from(q *query) error {
	if err := p.expectWord("FROM"); err != nil {
		return err
	}
	var err error
	if q.from, err = p.path(); err != nil {
		return err
	}
	if len(q.from.parts) > 1 {
		return at(p.text, q.from.pos, MalformedQuery, "unexpected token: '.'")
	}
	p.word("AS")
	if t := p.peek(); t.kind == word && !reserved[strings.ToUpper(t.text)] && !p.isWord("ALL") {
		q.alias = p.take().text
	}
	return nil
}

func (p *parser) grouping(q *query) error {
	if !p.word("GROUP") {
		return nil
	}
	if err := p.expectWord("BY"); err != nil {
		return err
	}
	for {
		f, err := p.path()
		if err != nil {
			return err
		}
		q.groupBy = append(q.groupBy, f)
		if !p.symbol(",") {
			break
		}
	}
	if p.word("HAVING") {
		var err error
		q.having, err = p.condition()
		return err
	}
	return nil
}

func (p *parser) ordering(q *query) error {
	if !p.word("ORDER") {
		return nil
	}
	if err := p.expectWord("BY"); err != nil {
		return err
	}
	for {
		it, err := p.item()
		if err != nil {
			return err
		}
		o := order{item: it}
		if p.word("DESC") {
			o.descending = true
		} else {
			p.word("ASC")
		}
		if p.word("NULLS") {
			if p.word("LAST") {
				o.nullsLast = true
			} else if err := p.expectWord("FIRST"); err != nil {
				return err
			}
		}
		q.order = append(q.order, o)
		if !p.symbol(",") {
			return nil
		}
	}
}

// maxOffset is Salesforce's limit on OFFSET.
const maxOffset = 2000

func (p *parser) window(q *query) error {
	if p.word("LIMIT") {
		n, err := p.count()
		if err != nil {
			return err
		}
		q.limit = n
	}
	if p.word("OFFSET") {
		n, err := p.count()
		if err != nil {
			return err
		}
		if n > maxOffset {
			return &Error{NumberOutsideValidRange, "Maximum SOQL offset allowed is 2000"}
		}
		q.offset = n
	}
	return nil
}

func (p *parser) count() (int, error) {
	n, err := strconv.Atoi(p.peek().text)
	if p.peek().kind != number || err != nil || n < 0 {
		return 0, p.unexpected()
	}
	p.i++
	return n, nil
}

// condition reads a chain of AND or a chain of OR; Salesforce refuses both in one chain without parentheses.
func (p *parser) condition() (node, error) {
	leave, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer leave()
	first, err := p.unary()
	if err != nil {
		return nil, err
	}
	if !p.isWord("AND") && !p.isWord("OR") {
		return first, nil
	}
	joined := p.peek().text
	j := junction{or: strings.EqualFold(joined, "OR"), parts: []node{first}, pos: first.position()}
	for p.word(joined) {
		n, err := p.unary()
		if err != nil {
			return nil, err
		}
		j.parts = append(j.parts, n)
	}
	if p.isWord("AND") || p.isWord("OR") {
		return nil, p.unexpected()
	}
	return j, nil
}

func (p *parser) unary() (node, error) {
	leave, err := p.deeper()
	if err != nil {
		return nil, err
	}
	defer leave()
	t := p.peek()
	if p.word("NOT") {
		n, err := p.unary()
		return negation{n, t.pos}, err
	}
	if p.symbol("(") {
		n, err := p.condition()
		if err != nil {
			return nil, err
		}
		return n, p.expectSymbol(")")
	}
	return p.comparison()
}

func (p *parser) comparison() (node, error) {
	left, err := p.item()
	if err != nil {
		return nil, err
	}
	c := comparison{left: left, pos: left.pos}
	switch t := p.peek(); {
	case t.kind == symbol && strings.Contains(" = != <> < <= > >= ", " "+t.text+" "):
		c.op = p.take().text
		if c.op == "<>" {
			c.op = "!="
		}
	case p.word("LIKE"):
		c.op = "LIKE"
	case p.word("IN"):
		c.op = "IN"
	case p.isWord("NOT") && p.tokens[p.i+1].kind == word && strings.EqualFold(p.tokens[p.i+1].text, "IN"):
		p.i += 2
		c.op = "NOT IN"
	default:
		return nil, p.unexpected()
	}
	if c.op == "IN" || c.op == "NOT IN" {
		err = p.list(&c)
		return c, err
	}
	v, err := p.literal()
	c.values = []literal{v}
	return c, err
}

func (p *parser) list(c *comparison) error {
	if err := p.expectSymbol("("); err != nil {
		return err
	}
	if p.isWord("SELECT") {
		sub, err := p.query()
		if err != nil {
			return err
		}
		c.sub = sub
		return p.expectSymbol(")")
	}
	for {
		v, err := p.literal()
		if err != nil {
			return err
		}
		c.values = append(c.values, v)
		if !p.symbol(",") {
			return p.expectSymbol(")")
		}
	}
}

func (p *parser) literal() (literal, error) {
	t := p.peek()
	l := literal{text: t.text, pos: t.pos}
	switch t.kind {
	case quoted:
		l.kind = textLiteral
		if err := checkEscapes(p.text, t); err != nil {
			return l, err
		}
	case number:
		l.kind = numberLiteral
	case dateLiteral:
		l.kind = dayLiteral
	case datetimeLiteral:
		l.kind = instantLiteral
	case word:
		return p.wordLiteral(l)
	default:
		return l, p.unexpected()
	}
	p.i++
	return l, nil
}

func (p *parser) wordLiteral(l literal) (literal, error) {
	l.text = strings.ToUpper(l.text)
	switch l.text {
	case "NULL":
		l.kind = nullLiteral
	case "TRUE", "FALSE":
		l.kind, l.truth = booleanLiteral, l.text == "TRUE"
	default:
		span, known := relative[l.text]
		if !known {
			return l, p.unexpected()
		}
		l.kind = relativeLiteral
		p.i++
		if !span.counted() {
			return l, nil
		}
		if err := p.expectSymbol(":"); err != nil {
			return l, err
		}
		var err error
		l.n, err = p.count()
		return l, err
	}
	p.i++
	return l, nil
}
