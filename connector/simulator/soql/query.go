package soql

// query is a parsed SELECT.
type query struct {
	count   bool // SELECT COUNT()
	items   []item
	from    path
	alias   string
	where   node
	groupBy []path
	having  node
	order   []order
	limit   int // -1: none
	offset  int
}

// path is a field, perhaps through parents, as written.
type path struct {
	parts []string
	pos   int
}

// item is a field or an aggregate of the SELECT list.
type item struct {
	function string // upper case; empty for a plain field
	path     path
	alias    string
	pos      int
}

type order struct {
	item       item
	descending bool
	nullsLast  bool
}

// node is a part of a WHERE or HAVING clause: and, or, not, or a comparison.
type node interface{ position() int }

type junction struct {
	or    bool
	parts []node
	pos   int
}

type negation struct {
	part node
	pos  int
}

type comparison struct {
	left   item
	op     string // = != < <= > >= LIKE IN NOT IN
	values []literal
	sub    *query // of a semi-join or anti-join
	pos    int
}

func (n junction) position() int   { return n.pos }
func (n negation) position() int   { return n.pos }
func (n comparison) position() int { return n.pos }

type literalKind int

const (
	nullLiteral literalKind = iota
	textLiteral
	numberLiteral
	booleanLiteral
	dayLiteral
	instantLiteral
	relativeLiteral // TODAY, LAST_N_DAYS:7 and the like
)

type literal struct {
	kind  literalKind
	text  string // raw: escapes in place, names of date literals in upper case
	n     int    // of LAST_N_DAYS:n
	pos   int
	truth bool
}
