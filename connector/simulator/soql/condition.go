package soql

import (
	"cmp"
	"strconv"
	"time"
)

// test decides one row (in HAVING: one group, through its evaluator of items).
type test func(r Row) bool

// compiler turns one query's tree into closures. Its zero state lasts for one query.
type compiler struct {
	src  Source
	now  time.Time
	text string
}

// operand is what stands at the left of a comparison: a column, or in HAVING an aggregate or a grouped field.
type operand struct {
	typ  Type
	name string
	get  func(r Row) any
}

// resolver finds the operand of an item.
type resolver func(it item) (operand, error)

func (c *compiler) condition(n node, resolve resolver) (test, error) {
	switch n := n.(type) {
	case negation:
		t, err := c.condition(n.part, resolve)
		if err != nil {
			return nil, err
		}
		return func(r Row) bool { return !t(r) }, nil
	case junction:
		return c.junction(n, resolve)
	default:
		return c.comparison(n.(comparison), resolve)
	}
}

func (c *compiler) junction(n junction, resolve resolver) (test, error) {
	tests := make([]test, len(n.parts))
	for i, part := range n.parts {
		if cp, ok := part.(comparison); ok && n.or && cp.sub != nil {
			return nil, at(c.text, cp.pos, MalformedQuery, "Semi join sub-selects are not allowed with the 'OR' operator")
		}
		var err error
		if tests[i], err = c.condition(part, resolve); err != nil {
			return nil, err
		}
	}
	return func(r Row) bool {
		for _, t := range tests {
			if t(r) == n.or {
				return n.or
			}
		}
		return !n.or
	}, nil
}

func (c *compiler) comparison(n comparison, resolve resolver) (test, error) {
	left, err := resolve(n.left)
	if err != nil {
		return nil, err
	}
	if n.sub != nil {
		return c.semiJoin(n, left)
	}
	switch n.op {
	case "IN", "NOT IN":
		return c.membership(n, left)
	case "LIKE":
		return c.like(n, left)
	}
	return c.relation(n, left)
}

func (c *compiler) like(n comparison, left operand) (test, error) {
	if !isText(left.typ) {
		return nil, at(c.text, n.pos, InvalidQueryFilterOperator, "invalid operator on %s field", left.typ)
	}
	v := n.values[0]
	if v.kind != textLiteral {
		return nil, c.mismatch(left, v)
	}
	p := likePattern(v.text)
	return func(r Row) bool {
		s, ok := left.get(r).(string)
		return ok && p.matches(s)
	}, nil
}

// span is what a literal stands for on a field: nothing (null), one value (low = high), or the days and instants of a date literal.
type span struct {
	null      bool
	low, high any
}

func (c *compiler) relation(n comparison, left operand) (test, error) {
	v := n.values[0]
	s, err := c.coerce(left, v)
	if err != nil {
		return nil, err
	}
	equality := n.op == "=" || n.op == "!="
	if !equality && (left.typ == Boolean || isID(left.typ)) {
		return nil, at(c.text, n.pos, InvalidQueryFilterOperator, "invalid operator on %s field", left.typ)
	}
	return func(r Row) bool {
		x := comparable(left.typ, left.get(r))
		switch n.op {
		case "=":
			return s.holds(x)
		case "!=":
			return !s.holds(x)
		}
		return x != nil && !s.null && s.related(n.op, x)
	}, nil
}

// holds says whether a value is what the literal stands for.
func (s span) holds(x any) bool {
	if s.null || x == nil {
		return s.null && x == nil
	}
	return compare(x, s.low) >= 0 && compare(x, s.high) <= 0
}

// related says where a value lies: before the whole span, after it, or not.
func (s span) related(op string, x any) bool {
	switch op {
	case "<":
		return compare(x, s.low) < 0
	case "<=":
		return compare(x, s.high) <= 0
	case ">":
		return compare(x, s.high) > 0
	}
	return compare(x, s.low) >= 0
}

func (c *compiler) membership(n comparison, left operand) (test, error) {
	exact := make(map[any]bool, len(n.values))
	var wide []span
	for _, v := range n.values {
		s, err := c.coerce(left, v)
		if err != nil {
			return nil, err
		}
		switch {
		case s.null:
			exact[nil] = true
		case s.low == s.high:
			exact[s.low] = true
		default:
			wide = append(wide, s)
		}
	}
	return func(r Row) bool {
		x := comparable(left.typ, left.get(r))
		found := exact[x]
		for _, s := range wide {
			found = found || s.holds(x)
		}
		return found == (n.op == "IN")
	}, nil
}

// semiJoin evaluates the inner query once and then asks for membership.
func (c *compiler) semiJoin(n comparison, left operand) (test, error) {
	if !isID(left.typ) {
		return nil, at(c.text, n.pos, MalformedQuery, "The left operand '%s' in the where expression with outer query is of an invalid type: only ID and reference fields may be used with IN and a sub-select", left.name)
	}
	ids, err := c.inner(n.sub)
	if err != nil {
		return nil, err
	}
	return func(r Row) bool {
		id, _ := left.get(r).(string)
		return ids[short(id)] == (n.op == "IN")
	}, nil
}

func (c *compiler) inner(q *query) (map[string]bool, error) {
	if q.count || len(q.items) != 1 || q.items[0].function != "" || len(q.groupBy) > 0 {
		return nil, at(c.text, q.from.pos, MalformedQuery, "semi join sub-selects can only query id fields, cannot use: '%s'", q.from.parts[0])
	}
	s, err := c.object(q)
	if err != nil {
		return nil, err
	}
	col, err := c.column(s, q.items[0].path)
	if err != nil {
		return nil, err
	}
	if !isID(col.field.Type) {
		return nil, at(c.text, q.items[0].pos, MalformedQuery, "semi join sub-selects can only query id fields, cannot use: '%s'", col.field.Name)
	}
	rows, err := c.rows(q, s)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]bool, len(rows))
	for _, r := range rows {
		if id, ok := col.value(r).(string); ok {
			ids[short(id)] = true
		}
	}
	return ids, nil
}

func isID(t Type) bool { return t == ID || t == Reference }

func isText(t Type) bool { return t == Text || t == TextArea || t == Email || t == Picklist }

// coerce gives a literal the type of the field it is compared with, or fails as Salesforce does.
func (c *compiler) coerce(left operand, v literal) (span, error) {
	if v.kind == nullLiteral {
		return span{null: true}, nil
	}
	switch {
	case isText(left.typ) && v.kind == textLiteral:
		return exactly(comparable(left.typ, unescape(v.text))), nil
	case isID(left.typ) && v.kind == textLiteral:
		return c.identifier(v)
	case (left.typ == Double || left.typ == Int) && v.kind == numberLiteral:
		if f, err := strconv.ParseFloat(v.text, 64); err == nil {
			return exactly(f), nil
		}
	case left.typ == Boolean && v.kind == booleanLiteral:
		return exactly(v.truth), nil
	case left.typ == DateOnly || left.typ == Datetime:
		return c.moment(left, v)
	}
	return span{}, c.mismatch(left, v)
}

// exactly is the span of one comparable value.
func exactly(x any) span {
	return span{null: x == nil, low: x, high: x}
}

// identifier coerces an id; anything that is none is refused.
func (c *compiler) identifier(v literal) (span, error) {
	id := unescape(v.text)
	if _, ok := ID18(id); id != "" && !ok {
		return span{}, at(c.text, v.pos, InvalidQueryFilterOperator, "invalid ID field: %s", id)
	}
	return exactly(comparable(ID, id)), nil
}

// moment coerces literals of days and instants.
func (c *compiler) moment(left operand, v literal) (span, error) {
	switch {
	case v.kind == relativeLiteral && left.typ == DateOnly:
		from, to := days(v, c.now)
		return span{low: Date(from.Format(time.DateOnly)), high: Date(to.AddDate(0, 0, -1).Format(time.DateOnly))}, nil
	case v.kind == relativeLiteral:
		from, to := days(v, c.now)
		return span{low: from.UTC(), high: to.Add(-time.Nanosecond).UTC()}, nil
	case v.kind == dayLiteral && left.typ == DateOnly:
		if d, ok := day(v.text); ok {
			return span{low: d, high: d}, nil
		}
		return span{}, at(c.text, v.pos, MalformedQuery, "line 1:%d invalid date: %s", v.pos, v.text)
	case v.kind == instantLiteral && left.typ == Datetime:
		if t, ok := instant(v.text); ok {
			return span{low: t, high: t}, nil
		}
		return span{}, at(c.text, v.pos, MalformedQuery, "line 1:%d invalid dateTime: %s", v.pos, v.text)
	}
	return span{}, c.mismatch(left, v)
}

func (c *compiler) mismatch(left operand, v literal) error {
	name := map[Type]string{DateOnly: "date", Datetime: "dateTime", Double: "double", Int: "int", Boolean: "boolean", ID: "id", Reference: "reference"}[left.typ]
	quotes := "should not be enclosed in quotes"
	if name == "" || isID(left.typ) {
		quotes = "should be enclosed in quotes"
		if name == "" {
			name = "string"
		}
	}
	return at(c.text, v.pos, InvalidField, "value of filter criterion for field '%s' must be of type %s and %s", left.name, name, quotes)
}

// comparable brings a value into the form in which values of its type compare: empty text is null, text is folded, ids are cut to 15 characters.
func comparable(t Type, x any) any {
	s, ok := x.(string)
	switch {
	case !ok:
		return x
	case s == "":
		return nil
	case isID(t):
		return short(s)
	}
	return fold(s)
}

// compare orders two comparable values of one type; neither is nil.
func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		b, _ := b.(string)
		return cmp.Compare(a, b)
	case float64:
		b, _ := b.(float64)
		return cmp.Compare(a, b)
	case Date:
		b, _ := b.(Date)
		return cmp.Compare(a, b)
	case time.Time:
		b, _ := b.(time.Time)
		return a.Compare(b)
	case bool:
		b, _ := b.(bool)
		switch {
		case a == b:
			return 0
		case a:
			return 1
		}
		return -1
	}
	return 0
}
