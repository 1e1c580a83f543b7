package salesforceserver

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"dakokubridge/connector/simulator/soql"
)

// record is one row of a table. Its values are replaced as a whole when it changes, so that a query's answer stays what it was.
type record struct {
	table   *table
	number  int // in order of creation within the table
	values  soql.Row
	deleted bool
}

// table holds one object's records with its indexes.
type table struct {
	definition
	object  *soql.Object
	at      map[string]int // index of each field by its exact name
	rows    []*record
	made    int                // records ever added
	short   map[string]*record // by the first 15 characters of the id
	indexes map[string]*index
	parent  func(r *record, path string) any // value of a path through a parent, for indexes
}

func newTable(d definition) *table {
	fields := make([]soql.Field, len(d.fields))
	t := &table{definition: d, at: map[string]int{}, short: map[string]*record{}, indexes: map[string]*index{}}
	for i, f := range d.fields {
		fields[i] = f.Field
		t.at[f.Name] = i
	}
	t.object = soql.NewObject(d.name, fields)
	for _, path := range d.indexes {
		t.indexes[path] = &index{sets: map[string]*set{}, low: math.MaxInt, high: math.MinInt}
	}
	return t
}

// blank is a row with the defaults of its fields.
func (t *table) blank() soql.Row {
	r := make(soql.Row, len(t.fields))
	for i, f := range t.fields {
		r[i] = f.fixed
	}
	return r
}

func (t *table) set(r soql.Row, name string, v any) {
	if v == "" {
		v = nil
	}
	r[t.at[name]] = v
}

// get finds a record that is not deleted by its id of 15 or 18 characters; nil when there is none.
func (t *table) get(id string) *record {
	if r := t.any(id); r != nil && !r.deleted {
		return r
	}
	return nil
}

func (t *table) any(id string) *record {
	if len(id) < 15 {
		return nil
	}
	return t.short[id[:15]]
}

// add puts a row with its id already set into the table.
func (t *table) add(values soql.Row) *record {
	r := &record{table: t, number: t.made, values: values}
	t.made++
	t.rows = append(t.rows, r)
	t.short[r.id()[:15]] = r
	for path, ix := range t.indexes {
		ix.add(t.key(r, path), r)
	}
	return r
}

// replace gives a record new values and keeps the indexes true.
func (t *table) replace(r *record, values soql.Row) {
	old := make(map[string]string, len(t.indexes))
	for path := range t.indexes {
		old[path] = t.key(r, path)
	}
	r.values = values
	for path, ix := range t.indexes {
		if k := t.key(r, path); k != old[path] {
			ix.drop(old[path], r, func(r *record) string { return t.key(r, path) })
			ix.add(k, r)
		}
	}
}

// change replaces some fields of a record and stamps the moment.
func (t *table) change(r *record, now time.Time, fields map[string]any) {
	values := slices.Clone(r.values)
	for name, v := range fields {
		t.set(values, name, v)
	}
	t.touch(values, now)
	t.replace(r, values)
}

func (t *table) touch(values soql.Row, now time.Time) {
	now = now.Truncate(time.Second)
	t.set(values, "LastModifiedDate", now)
	t.set(values, "SystemModstamp", now)
}

func (t *table) remove(r *record, now time.Time) {
	r.deleted = true
	t.change(r, now, map[string]any{"IsDeleted": true})
}

// forget takes back an add.
func (t *table) forget(r *record) {
	r.deleted = true
	delete(t.short, r.id()[:15])
	if len(t.rows) > 0 && t.rows[len(t.rows)-1] == r {
		t.rows = t.rows[:len(t.rows)-1]
	} else {
		t.rows = slices.DeleteFunc(t.rows, func(x *record) bool { return x == r })
	}
	for path, ix := range t.indexes {
		ix.drop(t.key(r, path), r, func(x *record) string {
			if x == r {
				return "\x00gone"
			}
			return t.key(x, path)
		})
	}
}

// key is a record's place in the index of a path.
func (t *table) key(r *record, path string) string {
	if i, ok := t.at[path]; ok {
		return indexKey(t.fields[i].Type, r.values[i])
	}
	if t.parent != nil {
		return indexKey(soql.Reference, t.parent(r, path))
	}
	return ""
}

// indexKey brings equal values together: ids by 15 characters, text folded, and days and instants by the day's number, which allows ranges.
func indexKey(t soql.Type, v any) string {
	switch v := v.(type) {
	case string:
		if t == soql.ID || t == soql.Reference {
			return v[:min(15, len(v))]
		}
		return soql.Fold(v)
	case soql.Date, time.Time:
		n, _ := dayNumber(v)
		return strconv.Itoa(n)
	}
	return ""
}

// dayNumber counts days of UTC since 1970.
func dayNumber(v any) (int, bool) {
	switch v := v.(type) {
	case soql.Date:
		at, err := time.Parse(time.DateOnly, string(v))
		return int(math.Floor(float64(at.Unix()) / 86400)), err == nil
	case time.Time:
		return int(math.Floor(float64(v.Unix()) / 86400)), true
	}
	return 0, false
}

// find yields, in order of creation, a superset of the living records that fulfil the constraints, by the index that leaves fewest.
func (t *table) find(constraints []soql.Constraint) iter.Seq[*record] {
	best, bestCount := []*set(nil), len(t.rows)+1
	for _, c := range constraints {
		if c.Path == "Id" && c.Values != nil {
			return t.named(c.Values)
		}
		ix, ok := t.indexes[c.Path]
		if !ok {
			continue
		}
		sets, ok := ix.pick(c)
		count := 0
		for _, s := range sets {
			count += len(s.rows)
		}
		if ok && count < bestCount {
			best, bestCount = sets, count
		}
	}
	rows := t.rows
	if bestCount <= len(t.rows) {
		rows = make([]*record, 0, bestCount)
		for _, s := range best {
			rows = append(rows, s.rows...)
		}
		slices.SortFunc(rows, func(a, b *record) int { return cmp.Compare(a.number, b.number) })
		rows = slices.Compact(rows)
	}
	return func(yield func(*record) bool) {
		for _, r := range rows {
			if !r.deleted && !yield(r) {
				return
			}
		}
	}
}

// named yields the living records of a list of ids.
func (t *table) named(ids []any) iter.Seq[*record] {
	var rows []*record
	for _, v := range ids {
		if id, ok := v.(string); ok {
			if r := t.get(id); r != nil {
				rows = append(rows, r)
			}
		}
	}
	slices.SortFunc(rows, func(a, b *record) int { return cmp.Compare(a.number, b.number) })
	return slices.Values(slices.Compact(rows))
}

// index keeps the records of each key. A record that left a key may linger there until the set is swept; readers check values themselves.
type index struct {
	sets      map[string]*set
	low, high int // day numbers seen, where the field holds days or instants
}

type set struct {
	rows  []*record
	stale int
}

func (ix *index) add(key string, r *record) {
	if key == "" {
		return
	}
	s := ix.sets[key]
	if s == nil {
		s = &set{}
		ix.sets[key] = s
	}
	s.rows = append(s.rows, r)
	if n, err := strconv.Atoi(key); err == nil {
		ix.low, ix.high = min(ix.low, n), max(ix.high, n)
	}
}

func (ix *index) drop(key string, r *record, now func(*record) string) {
	s := ix.sets[key]
	if s == nil {
		return
	}
	if s.stale++; len(s.rows) < 8 || s.stale*2 > len(s.rows) {
		seen := make(map[*record]bool, len(s.rows))
		s.rows = slices.DeleteFunc(s.rows, func(x *record) bool {
			gone := seen[x] || now(x) != key
			seen[x] = true
			return gone
		})
		s.stale = 0
	}
	if len(s.rows) == 0 {
		delete(ix.sets, key)
	}
}

// maxIndexDays is the widest range of days for which asking day by day beats a scan.
const maxIndexDays = 100_000

// pick gives the sets in which the rows of a constraint are; false where the index can't tell.
func (ix *index) pick(c soql.Constraint) ([]*set, bool) {
	var out []*set
	if c.Values != nil {
		for _, v := range c.Values {
			key := ""
			switch v := v.(type) {
			case string:
				key = v
			default:
				if n, ok := dayNumber(v); ok {
					key = strconv.Itoa(n)
				}
			}
			if key == "" {
				return nil, false
			}
			if s := ix.sets[key]; s != nil {
				out = append(out, s)
			}
		}
		return out, true
	}
	low, high := ix.low, ix.high
	if c.Low != nil {
		n, ok := dayNumber(c.Low)
		if !ok {
			return nil, false
		}
		low = max(low, n)
	}
	if c.High != nil {
		n, ok := dayNumber(c.High)
		if !ok {
			return nil, false
		}
		high = min(high, n)
	}
	if high-low > maxIndexDays {
		return nil, false
	}
	for n := low; n <= high; n++ {
		if s := ix.sets[strconv.Itoa(n)]; s != nil {
			out = append(out, s)
		}
	}
	return out, true
}

func (r *record) id() string { id, _ := r.values[0].(string); return id }

func (r *record) value(name string) any { return r.values[r.table.at[name]] }

func (r *record) text(name string) string { s, _ := r.value(name).(string); return s }

func (r *record) flag(name string) bool { b, _ := r.value(name).(bool); return b }

func (r *record) day(name string) string { d, _ := r.value(name).(soql.Date); return string(d) }

func (r *record) instant(name string) time.Time { t, _ := r.value(name).(time.Time); return t }

func (r *record) minutes(name string) *int {
	f, ok := r.value(name).(float64)
	if !ok {
		return nil
	}
	n := int(f)
	return &n
}

func lower(s string) string { return strings.ToLower(s) }

func equalFold(a, b string) bool { return strings.EqualFold(a, b) }
