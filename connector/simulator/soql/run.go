package soql

import (
	"slices"
)

// maxGroups is how many rows an aggregate query may give.
const maxGroups = 2000

func (c *compiler) run(q *query) (*Result, error) {
	s, err := c.object(q)
	if err != nil {
		return nil, err
	}
	if q.count {
		rows, err := c.rows(q, s)
		if err != nil {
			return nil, err
		}
		return &Result{size: len(window(rows, q)), columns: nil, countOnly: true}, nil
	}
	grouped := len(q.groupBy) > 0
	for _, it := range q.items {
		grouped = grouped || it.function != ""
	}
	if grouped {
		return c.aggregate(q, s)
	}
	return c.plain(q, s)
}

// rows evaluates FROM and WHERE.
func (c *compiler) rows(q *query, s scope) ([]Row, error) {
	keep := func(Row) bool { return true }
	if q.where != nil {
		var err error
		keep, err = c.condition(q.where, func(it item) (operand, error) {
			if it.function != "" {
				return operand{}, at(c.text, it.pos, MalformedQuery, "unexpected token: '('")
			}
			col, err := c.column(s, it.path)
			if err != nil {
				return operand{}, err
			}
			return operand{typ: col.field.Type, name: col.field.Name, get: col.value}, nil
		})
		if err != nil {
			return nil, err
		}
	}
	var out []Row
	for r := range c.src.Rows(s.object, c.constraints(q.where, s)) {
		if keep(r) {
			out = append(out, r)
			if len(q.order) == 0 && len(q.groupBy) == 0 && q.limit >= 0 && len(out) >= q.limit+q.offset && !q.count && allPlain(q) {
				break
			}
		}
	}
	return out, nil
}

func allPlain(q *query) bool {
	return !slices.ContainsFunc(q.items, func(it item) bool { return it.function != "" })
}

// window applies OFFSET and LIMIT.
func window[T any](rows []T, q *query) []T {
	rows = rows[min(q.offset, len(rows)):]
	if q.limit >= 0 {
		rows = rows[:min(q.limit, len(rows))]
	}
	return rows
}

func (c *compiler) plain(q *query, s scope) (*Result, error) {
	res := &Result{object: s.object}
	seen := map[string]bool{}
	for _, it := range q.items {
		if it.alias != "" {
			return nil, at(c.text, it.pos, MalformedQuery, "only aggregate expressions use field aliasing")
		}
		col, err := c.column(s, it.path)
		if err != nil {
			return nil, err
		}
		if seen[col.path] {
			return nil, at(c.text, it.pos, InvalidField, "duplicate field selected: %s", col.path)
		}
		seen[col.path] = true
		res.columns = append(res.columns, col)
	}
	by, err := c.sorting(q, s)
	if err != nil {
		return nil, err
	}
	rows, err := c.rows(q, s)
	if err != nil {
		return nil, err
	}
	if len(by) > 0 {
		slices.SortStableFunc(rows, func(a, b Row) int { return by.compare(a, b) })
	}
	res.rows = window(rows, q)
	res.size = len(res.rows)
	res.tree = newTree(res.columns)
	return res, nil
}

// sorting compiles ORDER BY over plain rows.
func (c *compiler) sorting(q *query, s scope) (ordering, error) {
	var out ordering
	for _, o := range q.order {
		if o.item.function != "" {
			return nil, at(c.text, o.item.pos, MalformedQuery, "Ordered field must be grouped or aggregated: %s", o.item.path.parts[0])
		}
		col, err := c.column(s, o.item.path)
		if err != nil {
			return nil, err
		}
		out = append(out, key{col.value, col.field.Type, o.descending, o.nullsLast})
	}
	return out, nil
}

// key is one term of ORDER BY. Nulls come first unless NULLS LAST says otherwise, whatever the direction.
type key struct {
	get        func(Row) any
	typ        Type
	descending bool
	nullsLast  bool
}

type ordering []key

func (by ordering) compare(a, b Row) int {
	for _, k := range by {
		x, y := comparable(k.typ, k.get(a)), comparable(k.typ, k.get(b))
		if x == nil || y == nil {
			if x == nil && y == nil {
				continue
			}
			if (x == nil) != k.nullsLast {
				return -1
			}
			return 1
		}
		if n := compare(x, y); n != 0 {
			if k.descending {
				return -n
			}
			return n
		}
	}
	return 0
}
