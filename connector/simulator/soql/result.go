package soql

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
)

// Result is the whole answer of a query, to be handed out in pages.
type Result struct {
	size      int
	rows      []Row
	object    *Object
	columns   []*column
	tree      *tree
	outputs   []output // of an aggregate query
	countOnly bool
}

// Size is the totalSize: how many rows the query found, or for COUNT() what it counted.
func (r *Result) Size() int { return r.size }

// Len is how many rows can be paged through; 0 for COUNT().
func (r *Result) Len() int { return len(r.rows) }

// Append writes rows [from, to) as JSON objects separated by commas; base is the path under which attributes.url names a record,
// such as /services/data/v60.0/sobjects.
func (r *Result) Append(b []byte, from, to int, base string) []byte {
	for i := from; i < to; i++ {
		if i > from {
			b = append(b, ',')
		}
		if r.outputs != nil {
			b = r.appendGroup(b, r.rows[i])
		} else {
			b = r.tree.append(b, r.object, r.rows[i], base)
		}
	}
	return b
}

func (r *Result) appendGroup(b []byte, row Row) []byte {
	b = append(b, `{"attributes":{"type":"AggregateResult"}`...)
	for i, o := range r.outputs {
		b = append(b, ',')
		b = appendString(b, o.name)
		b = append(b, ':')
		b = AppendValue(b, o.typ, row[i])
	}
	return append(b, '}')
}

// tree is the SELECT list as the answer nests it: fields, and parents with fields of their own, in the order of their first mention.
type tree struct {
	names []string
	leaf  []*column // nil where the name is a parent
	way   []hop
	sub   []*tree
}

func newTree(columns []*column) *tree {
	root := &tree{}
	for _, col := range columns {
		t := root
		for _, h := range col.hops {
			t = t.child(h)
		}
		t.names, t.leaf, t.way, t.sub = append(t.names, col.field.Name), append(t.leaf, col), append(t.way, hop{}), append(t.sub, nil)
	}
	return root
}

func (t *tree) child(h hop) *tree {
	for i, name := range t.names {
		if name == h.name && t.sub[i] != nil {
			return t.sub[i]
		}
	}
	sub := &tree{}
	t.names, t.leaf, t.way, t.sub = append(t.names, h.name), append(t.leaf, nil), append(t.way, h), append(t.sub, sub)
	return sub
}

func (t *tree) append(b []byte, o *Object, row Row, base string) []byte {
	id, _ := row[0].(string)
	b = append(b, `{"attributes":{"type":`...)
	b = appendString(b, o.Name)
	b = append(b, `,"url":`...)
	b = appendString(b, base+"/"+o.Name+"/"+id)
	b = append(b, '}')
	for i, name := range t.names {
		b = append(b, ',')
		b = appendString(b, name)
		b = append(b, ':')
		if col := t.leaf[i]; col != nil {
			b = AppendValue(b, col.field.Type, row[col.index])
			continue
		}
		b = t.appendParent(b, i, row, base)
	}
	return append(b, '}')
}

func (t *tree) appendParent(b []byte, i int, row Row, base string) []byte {
	parentID, _ := row[t.way[i].index].(string)
	src := t.sub[i].source()
	if parentID == "" || src == nil {
		return append(b, "null"...)
	}
	parent := src.Parent(t.way[i].parent, parentID)
	if parent == nil {
		return append(b, "null"...)
	}
	return t.sub[i].append(b, t.way[i].parent, parent, base)
}

// source is where the parents of this part of the tree are found: any of its columns knows.
func (t *tree) source() Source {
	for i, col := range t.leaf {
		if col != nil {
			return col.src
		}
		if s := t.sub[i].source(); s != nil {
			return s
		}
	}
	return nil
}

// InstantLayout is how Salesforce writes a datetime: no colon in the offset, always UTC.
const InstantLayout = "2006-01-02T15:04:05.000-0700"

// AppendValue writes one value as Salesforce's REST answers do: doubles with a decimal point, datetimes in InstantLayout, dates bare.
func AppendValue(b []byte, t Type, v any) []byte {
	switch v := v.(type) {
	case string:
		if v == "" {
			return append(b, "null"...)
		}
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case float64:
		if t == Int {
			return strconv.AppendInt(b, int64(v), 10)
		}
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return strconv.AppendFloat(b, v, 'f', 1, 64)
		}
		return strconv.AppendFloat(b, v, 'g', -1, 64)
	case Date:
		return appendString(b, string(v))
	case time.Time:
		b = append(b, '"')
		b = v.UTC().AppendFormat(b, InstantLayout)
		return append(b, '"')
	}
	return append(b, "null"...)
}

func appendString(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.Marshal(s)
			if err != nil {
				return append(b, "null"...)
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
