package soql

import (
	"strings"
)

// column is a field that has been found in the schema, with the way to it through parents.
type column struct {
	src   Source
	hops  []hop // the references followed, in order
	field Field
	index int
	path  string // in the schema's spelling
}

type hop struct {
	index  int
	name   string
	parent *Object
}

// value reads the column of a row; nil where a parent on the way is absent.
func (c *column) value(r Row) any {
	for _, h := range c.hops {
		id, _ := r[h.index].(string)
		if id == "" {
			return nil
		}
		if r = c.src.Parent(h.parent, id); r == nil {
			return nil
		}
	}
	return r[c.index]
}

// scope is the object of one SELECT and the alias it goes by.
type scope struct {
	object *Object
	alias  string
}

const advice = "If you are attempting to use a custom %s, be sure to append the '%s' after the %s name. Please reference your WSDL or the describe call for the appropriate names."

func (c *compiler) object(q *query) (scope, error) {
	name := q.from.parts[0]
	o := c.src.Object(name)
	if o == nil {
		return scope{}, at(c.text, q.from.pos, InvalidType, "sObject type '%s' is not supported. "+advice, name, "object", "__c", "entity")
	}
	return scope{o, q.alias}, nil
}

// column finds a path in the schema.
func (c *compiler) column(s scope, p path) (*column, error) {
	o, parts := s.object, p.parts
	if len(parts) > 1 && (strings.EqualFold(parts[0], s.alias) || strings.EqualFold(parts[0], o.Name)) {
		parts = parts[1:]
	}
	col := &column{src: c.src}
	var spelled []string
	for _, way := range parts[:len(parts)-1] {
		i, ok := o.ways[fold(way)]
		if !ok {
			return nil, at(c.text, p.pos, InvalidField, "Didn't understand relationship '%s' in field path. "+advice, way, "relationship", "__r", "custom relationship")
		}
		parent := c.src.Object(o.Fields[i].RefersTo)
		if parent == nil {
			return nil, at(c.text, p.pos, InvalidField, "Didn't understand relationship '%s' in field path. "+advice, way, "relationship", "__r", "custom relationship")
		}
		col.hops = append(col.hops, hop{i, o.Fields[i].Relationship, parent})
		spelled = append(spelled, o.Fields[i].Relationship)
		o = parent
	}
	name := parts[len(parts)-1]
	i, ok := o.Index(name)
	if !ok {
		return nil, at(c.text, p.pos, InvalidField, "No such column '%s' on entity '%s'. "+advice, name, o.Name, "field", "__c", "custom field")
	}
	col.field, col.index = o.Fields[i], i
	col.path = strings.Join(append(spelled, col.field.Name), ".")
	return col, nil
}
