package soql

// constraints are what the source may use to avoid a scan: those comparisons that hold for every row of the answer because they stand alone or in the
// outermost AND. What can't be expressed is left out; the whole condition is checked on every row anyway.
func (c *compiler) constraints(n node, s scope) []Constraint {
	if n == nil {
		return nil
	}
	parts := []node{n}
	if j, ok := n.(junction); ok {
		if j.or {
			return nil
		}
		parts = j.parts
	}
	var out []Constraint
	for _, part := range parts {
		if cp, ok := part.(comparison); ok && cp.left.function == "" {
			if con, ok := c.constraint(cp, s); ok {
				out = append(out, con)
			}
		}
	}
	return out
}

func (c *compiler) constraint(n comparison, s scope) (Constraint, bool) {
	col, err := c.column(s, n.left.path)
	if err != nil || n.op == "!=" || n.op == "NOT IN" || n.op == "LIKE" {
		return Constraint{}, false
	}
	left := operand{typ: col.field.Type, name: col.field.Name}
	out := Constraint{Path: col.path}
	if n.sub != nil {
		ids, err := c.inner(n.sub)
		for id := range ids {
			out.Values = append(out.Values, id)
		}
		return out, err == nil
	}
	return c.bounds(n, left, out)
}

// bounds puts a comparison's literals into a constraint.
func (c *compiler) bounds(n comparison, left operand, out Constraint) (Constraint, bool) {
	for _, v := range n.values {
		sp, err := c.coerce(left, v)
		if err != nil || sp.null {
			return Constraint{}, false
		}
		switch {
		case n.op == "<" || n.op == "<=":
			out.High = sp.high
		case n.op == ">" || n.op == ">=":
			out.Low = sp.low
		case sp.low == sp.high:
			out.Values = append(out.Values, sp.low)
		case len(n.values) == 1:
			out.Low, out.High = sp.low, sp.high
		default:
			return Constraint{}, false
		}
	}
	return out, true
}
