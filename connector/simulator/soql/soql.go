// Package soql parses and evaluates Salesforce's query language over rows that somebody else keeps.
// It knows nothing of HTTP, users, TeamSpirit or where the rows live.
package soql

import (
	"iter"
	"time"
)

// Type is a field's type under the name that Salesforce's describe gives it.
type Type string

// The field types that the evaluator knows.
const (
	ID        Type = "id"
	Reference Type = "reference"
	Text      Type = "string"
	TextArea  Type = "textarea"
	Email     Type = "email"
	Picklist  Type = "picklist"
	Double    Type = "double"
	Int       Type = "int"
	Boolean   Type = "boolean"
	DateOnly  Type = "date"
	Datetime  Type = "datetime"
)

// Date is a calendar day as 2026-11-22, without a time zone.
type Date string

// Field is one column of an object.
type Field struct {
	Name         string
	Type         Type
	Relationship string // name of the way to the parent, such as EmpId__r; empty if there is none
	RefersTo     string // object at the other end of Relationship
}

// Object is one sObject type as the calling user sees it. A Row holds one value for each of Fields, at the same index.
type Object struct {
	Name   string
	Fields []Field
	lookup map[string]int
	ways   map[string]int
}

// NewObject prepares an object; the first field must be its Id.
func NewObject(name string, fields []Field) *Object {
	o := &Object{Name: name, Fields: fields, lookup: make(map[string]int, len(fields)), ways: map[string]int{}}
	for i, f := range fields {
		o.lookup[fold(f.Name)] = i
		if f.Relationship != "" {
			o.ways[fold(f.Relationship)] = i
		}
	}
	return o
}

// Index says where a field stands in a Row of the object. Names compare without regard to case.
func (o *Object) Index(field string) (int, bool) {
	i, ok := o.lookup[fold(field)]
	return i, ok
}

// Without gives the object as a user sees it who may not see some of its fields. Rows keep their shape.
func (o *Object) Without(hidden func(field string) bool) *Object {
	out := &Object{Name: o.Name, Fields: o.Fields, lookup: map[string]int{}, ways: map[string]int{}}
	for i, f := range o.Fields {
		if hidden(f.Name) {
			continue
		}
		out.lookup[fold(f.Name)] = i
		if f.Relationship != "" {
			out.ways[fold(f.Relationship)] = i
		}
	}
	return out
}

// Row holds one record's values in the order of its Object's fields: nil, string (text, picklists and ids of 18 characters),
// float64, bool, Date, or time.Time in UTC. A Row handed to the evaluator is never changed afterwards.
type Row []any

// Constraint is a condition that every row of the answer fulfils: Path is a field, or a field of a parent such as
// EmpMonthId__r.EmpId__c, in the schema's spelling. Either Values lists what it may be (text folded by Fold, ids cut to 15 characters,
// dates and instants as they are), or Low and High bound it, both inclusive and either of them nil for open.
type Constraint struct {
	Path      string
	Values    []any
	Low, High any
}

// Source is what a query reads from.
type Source interface {
	// Object finds an object by name without regard to case; nil when the user can't see one.
	Object(name string) *Object
	// Rows yields, in order of creation, at least every row that fulfils all constraints; the evaluator still checks each.
	Rows(o *Object, constraints []Constraint) iter.Seq[Row]
	// Parent finds one row of an object by its id; nil when there is none.
	Parent(o *Object, id string) Row
}

// japan is the zone of the org, in which TODAY and the other date literals are understood.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// Run parses and evaluates one query as of now. Errors are of type *Error.
func Run(query string, src Source, now time.Time) (*Result, error) {
	q, err := parse(query)
	if err != nil {
		return nil, err
	}
	c := &compiler{src: src, now: now, text: query}
	return c.run(q)
}
