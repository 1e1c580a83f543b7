package salesforce

import (
	"context"
)

// Object is an object as the signed-in user sees it: what they may not see is not there.
type Object struct {
	Name       string  `json:"name"`
	Label      string  `json:"label"`
	Createable bool    `json:"createable"`
	Updateable bool    `json:"updateable"`
	Queryable  bool    `json:"queryable"`
	Fields     []Field `json:"fields"`
}

// Field is a field of an [Object].
type Field struct {
	Name             string   `json:"name"`
	Label            string   `json:"label"`
	Type             string   `json:"type"` // string, picklist, reference, datetime, date, double, …
	Length           int      `json:"length"`
	Createable       bool     `json:"createable"`
	Updateable       bool     `json:"updateable"`
	Unique           bool     `json:"unique"`
	ExternalID       bool     `json:"externalId"`
	CaseSensitive    bool     `json:"caseSensitive"`
	ReferenceTo      []string `json:"referenceTo"`
	RelationshipName string   `json:"relationshipName"`
}

// Field returns the field called name, which is compared exactly.
func (o Object) Field(name string) (Field, bool) {
	for _, f := range o.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// Describe reads an object's definition. An object that is not installed and one that the user may not see fail alike, with CauseNotFound.
func (c *Client) Describe(ctx context.Context, object string) (Object, error) {
	doing := "describing " + snippet(object)
	if !ValidName(object) {
		return Object{}, failure(doing, CauseBadRequest, Stop, "not a name of an object")
	}
	path, err := c.data(ctx, "/sobjects/"+object+"/describe")
	if err != nil {
		return Object{}, err
	}
	var o Object
	if err := c.get(ctx, doing, path, &o); err != nil {
		return Object{}, err
	}
	if o.Name == "" || len(o.Fields) == 0 {
		return Object{}, failure(doing, CauseBadAnswer, Stop, "name or fields are missing")
	}
	return o, nil
}

// Objects reads the names of all objects the signed-in user may see.
func (c *Client) Objects(ctx context.Context) ([]string, error) {
	const doing = "listing the org's objects"
	path, err := c.data(ctx, "/sobjects")
	if err != nil {
		return nil, err
	}
	var global struct {
		Objects []struct {
			Name string `json:"name"`
		} `json:"sobjects"`
	}
	if err := c.get(ctx, doing, path, &global); err != nil {
		return nil, err
	}
	if global.Objects == nil {
		return nil, failure(doing, CauseBadAnswer, Stop, "the list is missing")
	}
	names := make([]string, len(global.Objects))
	for i, o := range global.Objects {
		names[i] = o.Name
	}
	return names, nil
}
