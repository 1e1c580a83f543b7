package soql

import (
	"fmt"
	"slices"
	"strings"
)

// output is one column of an aggregate query's answer: a grouped field or the value of a function.
type output struct {
	name string
	typ  Type
	get  func(group []Row) any
}

// aggregate evaluates a query with functions or GROUP BY. Each group becomes a Row of its own, whose first cells are the outputs; HAVING and ORDER BY
// may add hidden cells behind them.
func (c *compiler) aggregate(q *query, s scope) (*Result, error) {
	g := &grouping{c: c, s: s, aliases: map[string]int{}}
	for _, p := range q.groupBy {
		col, err := c.column(s, p)
		if err != nil {
			return nil, err
		}
		if col.field.Type == TextArea {
			return nil, at(c.text, p.pos, MalformedQuery, "field '%s' can not be grouped in a query call", col.field.Name)
		}
		g.by = append(g.by, col)
	}
	if err := g.selected(q); err != nil {
		return nil, err
	}
	visible := len(g.outputs)
	having, by, err := g.conditions(q)
	if err != nil {
		return nil, err
	}
	rows, err := c.rows(q, s)
	if err != nil {
		return nil, err
	}
	var out []Row
	for _, members := range g.split(rows) {
		r := make(Row, len(g.outputs))
		for i, o := range g.outputs {
			r[i] = o.get(members)
		}
		if having == nil || having(r) {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, by.compare)
	out = window(out, q)
	if len(out) > maxGroups {
		return nil, &Error{ExceededIDLimit, "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"}
	}
	return &Result{size: len(out), rows: out, outputs: g.outputs[:visible]}, nil
}

type grouping struct {
	c       *compiler
	s       scope
	by      []*column
	outputs []output
	aliases map[string]int
}

// selected compiles the SELECT list; functions without an alias are named expr0, expr1 and so on.
func (g *grouping) selected(q *query) error {
	unnamed := 0
	for _, it := range q.items {
		o, err := g.output(it)
		if err != nil {
			return err
		}
		switch {
		case it.alias != "":
			o.name = it.alias
		case it.function != "":
			o.name = fmt.Sprintf("expr%d", unnamed)
			unnamed++
		}
		if _, taken := g.aliases[fold(o.name)]; taken {
			return at(g.c.text, it.pos, MalformedQuery, "duplicate alias: %s", o.name)
		}
		g.aliases[fold(o.name)] = len(g.outputs)
		g.outputs = append(g.outputs, o)
	}
	return nil
}

// conditions compiles HAVING and ORDER BY, which see aliases, grouped fields and functions.
func (g *grouping) conditions(q *query) (test, ordering, error) {
	resolve := func(it item) (operand, error) {
		i, err := g.find(it)
		if err != nil {
			return operand{}, err
		}
		return operand{typ: g.outputs[i].typ, name: g.outputs[i].name, get: func(r Row) any { return r[i] }}, nil
	}
	var having test
	if q.having != nil {
		var err error
		if having, err = g.c.condition(q.having, resolve); err != nil {
			return nil, nil, err
		}
	}
	var by ordering
	for _, o := range q.order {
		op, err := resolve(o.item)
		if err != nil {
			return nil, nil, err
		}
		by = append(by, key{op.get, op.typ, o.descending, o.nullsLast})
	}
	return having, by, nil
}

// find gives the cell of an item, adding a hidden one when the SELECT list lacks it.
func (g *grouping) find(it item) (int, error) {
	if it.function == "" && len(it.path.parts) == 1 {
		if i, ok := g.aliases[fold(it.path.parts[0])]; ok {
			return i, nil
		}
	}
	o, err := g.output(it)
	if err != nil {
		return 0, err
	}
	g.outputs = append(g.outputs, o)
	return len(g.outputs) - 1, nil
}

func (g *grouping) output(it item) (output, error) {
	col, err := g.c.column(g.s, it.path)
	if err != nil {
		return output{}, err
	}
	if it.function != "" {
		return g.function(it, col)
	}
	if !slices.ContainsFunc(g.by, func(b *column) bool { return b.path == col.path }) {
		return output{}, at(g.c.text, it.pos, MalformedQuery, "Field must be grouped or aggregated: %s", col.field.Name)
	}
	return output{col.field.Name, col.field.Type, func(rows []Row) any { return col.value(rows[0]) }}, nil
}

func (g *grouping) function(it item, col *column) (output, error) {
	o := output{name: it.function, typ: col.field.Type}
	refuse := func() (output, error) {
		return o, at(g.c.text, it.pos, MalformedQuery, "field %s does not support aggregate operator %s", col.field.Name, it.function)
	}
	number := o.typ == Double || o.typ == Int
	switch it.function {
	case "COUNT":
		o.typ, o.get = Int, func(rows []Row) any { return float64(len(present(rows, col))) }
	case "COUNT_DISTINCT":
		o.typ, o.get = Int, func(rows []Row) any { return distinct(rows, col) }
	case "SUM", "AVG":
		if !number {
			return refuse()
		}
		o.typ, o.get = Double, func(rows []Row) any { return total(rows, col, it.function == "AVG") }
	default:
		if o.typ == Boolean || o.typ == ID || o.typ == Reference || o.typ == TextArea {
			return refuse()
		}
		o.get = func(rows []Row) any { return extreme(rows, col, it.function == "MAX") }
	}
	return o, nil
}

// split puts rows into groups in the order in which the groups first appear. Without GROUP BY there is one group, even of nothing.
func (g *grouping) split(rows []Row) [][]Row {
	if len(g.by) == 0 {
		return [][]Row{rows}
	}
	var out [][]Row
	index := map[any]int{}
	for _, r := range rows {
		id := g.identity(r)
		i, ok := index[id]
		if !ok {
			i = len(out)
			index[id] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], r)
	}
	return out
}

// identity is equal for rows of one group.
func (g *grouping) identity(r Row) any {
	if len(g.by) == 1 {
		return comparable(g.by[0].field.Type, g.by[0].value(r))
	}
	var id strings.Builder
	for _, col := range g.by {
		fmt.Fprintf(&id, "%#v\x00", comparable(col.field.Type, col.value(r)))
	}
	return id.String()
}

func present(rows []Row, col *column) []any {
	var out []any
	for _, r := range rows {
		if v := col.value(r); v != nil && v != "" {
			out = append(out, v)
		}
	}
	return out
}

func distinct(rows []Row, col *column) any {
	seen := map[any]bool{}
	for _, v := range present(rows, col) {
		seen[comparable(col.field.Type, v)] = true
	}
	return float64(len(seen))
}

func total(rows []Row, col *column, average bool) any {
	values := present(rows, col)
	if len(values) == 0 {
		return nil
	}
	sum := 0.0
	for _, v := range values {
		f, _ := v.(float64)
		sum += f
	}
	if average {
		sum /= float64(len(values))
	}
	return sum
}

func extreme(rows []Row, col *column, greatest bool) any {
	var best any
	for _, v := range present(rows, col) {
		if best == nil {
			best = v
			continue
		}
		n := compare(comparable(col.field.Type, v), comparable(col.field.Type, best))
		if greatest && n > 0 || !greatest && n < 0 {
			best = v
		}
	}
	return best
}
