package salesforceserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"dakokubridge/connector/simulator/soql"
)

// sobjects answers sobjects/… : the list, one object, one record by id or by external id.
func (c *call) sobjects(rest []string) answer {
	if len(rest) == 0 || rest[0] == "" {
		if c.method != http.MethodGet {
			return wrongMethod(c.method)
		}
		return c.global()
	}
	t := c.s.tables[lower(rest[0])]
	if t == nil || !c.view().visible(t) {
		if c.s.switches.DescribeNotFound == "forbidden" && t != nil {
			return failure(&apiError{http.StatusForbidden, "INSUFFICIENT_ACCESS", "insufficient access rights on object " + t.name})
		}
		return notFound()
	}
	if len(rest) == 1 {
		return c.oneObject(t)
	}
	switch {
	case len(rest) > 3:
		return notFound()
	case c.method == http.MethodPost:
		return wrongMethod(c.method)
	case len(rest) == 3:
		return c.byExternalID(t, rest[1], rest[2])
	case rest[1] == "describe" && c.method == http.MethodGet:
		return c.describe(t)
	}
	return c.byID(t, rest[1])
}

// oneObject answers sobjects/X.
func (c *call) oneObject(t *table) answer {
	switch c.method {
	case http.MethodGet:
		return jsonAnswer(http.StatusOK, map[string]any{"objectDescribe": c.view().brief(t, c.root()), "recentItems": []any{}})
	case http.MethodPost:
		return c.createOne(t)
	}
	return wrongMethod(c.method)
}

// readRecord reads one record of JSON; the type in attributes is left to the caller.
func readRecord(raw []byte) (entity, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return entity{}, fmt.Errorf("reading record: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return entity{}, errors.New("reading record: more than one value")
	}
	if m == nil {
		return entity{}, errors.New("reading record: null")
	}
	e := entity{fields: m}
	if a, ok := m["attributes"].(map[string]any); ok {
		e.object, _ = a["type"].(string)
	}
	delete(m, "attributes")
	for name, v := range m {
		if equalFold(name, "id") {
			e.id, _ = v.(string)
			delete(m, name)
		}
	}
	return e, nil
}

// written describes a record for OnWrite.
func written(operation string, t *table, e entity, raw json.RawMessage) Write {
	w := Write{Operation: operation, Object: t.name, Body: raw}
	for name, v := range e.fields {
		text, _ := v.(string)
		switch {
		case equalFold(name, fUniqueKey):
			w.Key = text
		case equalFold(name, fEmpID):
			w.EmployeeID = text
		}
	}
	return w
}

func rowFailure(p *rowError) answer {
	status := http.StatusBadRequest
	switch p.StatusCode {
	case "ENTITY_IS_DELETED":
		status = http.StatusNotFound
	case "INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY":
		status = http.StatusForbidden
	}
	type apiRowError struct {
		Message   string   `json:"message"`
		ErrorCode string   `json:"errorCode"`
		Fields    []string `json:"fields"`
	}
	return jsonAnswer(status, []apiRowError{{p.Message, p.StatusCode, p.Fields}})
}

type saved struct {
	ID      string      `json:"id,omitempty"`
	Success bool        `json:"success"`
	Errors  []*rowError `json:"errors"`
	Created *bool       `json:"created,omitempty"`
}

func (c *call) createOne(t *table) answer {
	e, err := readRecord(c.body)
	if err != nil {
		return badJSON(err.Error())
	}
	if e.id != "" {
		return rowFailure(refuse("INVALID_FIELD", []string{"Id"}, "cannot specify Id in an insert call"))
	}
	c.announce([]Write{written("create", t, e, c.body)})
	done, problem := c.view().create(t, e, c.now)
	if problem != nil {
		return rowFailure(problem)
	}
	c.s.trigger([]change{done}, c.now)
	return jsonAnswer(http.StatusCreated, saved{ID: done.r.id(), Success: true, Errors: []*rowError{}})
}

// byID answers GET, PATCH and DELETE of sobjects/X/<id>.
func (c *call) byID(t *table, id string) answer {
	full := id18(id)
	v := c.view()
	r := t.any(full)
	switch {
	case full == "" || full[:3] != t.prefix && r == nil:
		return failure(&apiError{http.StatusNotFound, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + id})
	case r == nil || !v.reads(r):
		return failure(&apiError{http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist"})
	case r.deleted:
		return rowFailure(refuse("ENTITY_IS_DELETED", nil, "entity is deleted"))
	}
	switch c.method {
	case http.MethodGet:
		return c.retrieveOne(t, r)
	case http.MethodPatch:
		e, err := readRecord(c.body)
		if err != nil {
			return badJSON(err.Error())
		}
		c.announce([]Write{written("update", t, e, c.body)})
		if _, problem := v.update(t, r, e, c.now); problem != nil {
			return rowFailure(problem)
		}
		return answer{status: http.StatusNoContent}
	case http.MethodDelete:
		if _, problem := v.erase(r, c.now); problem != nil {
			return rowFailure(problem)
		}
		return answer{status: http.StatusNoContent}
	}
	return wrongMethod(c.method)
}

func (c *call) retrieveOne(t *table, r *record) answer {
	var names []string
	if list := c.query.Get("fields"); list != "" {
		names = strings.Split(list, ",")
	}
	v := c.view()
	columns, problem := v.columns(t, names)
	if problem != nil {
		return failure(problem)
	}
	return answer{status: http.StatusOK, contentType: "application/json;charset=UTF-8", body: v.appendRecord(nil, t, r, columns, c.root())}
}

// columns finds the fields of a retrieve; all visible ones when none are named.
func (v *view) columns(t *table, names []string) ([]int, *apiError) {
	var out []int
	if len(names) == 0 {
		for i, f := range t.fields {
			if !v.fieldMissing(t, f.Name) {
				out = append(out, i)
			}
		}
		return out, nil
	}
	for _, name := range names {
		name = strings.TrimSpace(name)
		i, ok := t.object.Index(name)
		if !ok || v.fieldMissing(t, name) {
			return nil, &apiError{http.StatusBadRequest, "INVALID_FIELD", fmt.Sprintf("No such column '%s' on sobject of type %s", name, t.name)}
		}
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	return out, nil
}

func (v *view) appendRecord(b []byte, t *table, r *record, columns []int, root string) []byte {
	b = fmt.Appendf(b, `{"attributes":{"type":"%s","url":"%s/sobjects/%s/%s"}`, t.name, root, t.name, r.id())
	values := v.shown(r)
	for _, i := range columns {
		b = fmt.Appendf(b, `,"%s":`, t.fields[i].Name)
		b = soql.AppendValue(b, t.fields[i].Type, values[i])
	}
	return append(b, '}')
}

// externalField finds a field that records may be addressed by.
func (v *view) externalField(t *table, name string) (field, *apiError) {
	if i, ok := t.object.Index(name); ok && !v.fieldMissing(t, name) {
		f := t.fields[i]
		if externalID, _ := v.s.key(f); externalID || f.idLookup {
			return f, nil
		}
	}
	return field{}, &apiError{http.StatusNotFound, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + name}
}

// matches finds the records with a value in a field.
func (v *view) matches(t *table, f field, value any) []*record {
	var out []*record
	key := indexKey(f.Type, value)
	if f.Type == soql.ID {
		if id, ok := value.(string); ok {
			if r := t.get(id); r != nil {
				out = append(out, r)
			}
		}
		return out
	}
	for r := range t.find([]soql.Constraint{{Path: f.Name, Values: []any{key}}}) {
		if indexKey(f.Type, r.value(f.Name)) == key && v.reads(r) {
			out = append(out, r)
		}
	}
	return out
}

// byExternalID answers GET, PATCH (upsert) and DELETE of sobjects/X/<field>/<value>.
func (c *call) byExternalID(t *table, name, value string) answer {
	v := c.view()
	f, problem := v.externalField(t, name)
	if problem != nil {
		return failure(problem)
	}
	found := v.matches(t, f, value)
	if len(found) > 1 {
		var urls []string
		for _, r := range found {
			urls = append(urls, c.root()+"/sobjects/"+t.name+"/"+r.id())
		}
		return jsonAnswer(http.StatusMultipleChoices, urls)
	}
	if c.method == http.MethodPatch {
		return c.upsertOne(t, f, value)
	}
	if len(found) == 0 {
		return notFound()
	}
	return c.byID(t, found[0].id())
}

func (c *call) upsertOne(t *table, f field, value string) answer {
	e, err := readRecord(c.body)
	if err != nil {
		return badJSON(err.Error())
	}
	for name := range e.fields {
		if equalFold(name, f.Name) {
			return failure(&apiError{http.StatusBadRequest, "INVALID_FIELD", "The " + f.Name + " field should not be specified in the sobject data."})
		}
	}
	e.fields[f.Name] = value
	c.announce([]Write{written("upsert", t, e, c.body)})
	done, problem := c.view().upsert(t, f, e, c.now)
	if problem != nil {
		return rowFailure(problem)
	}
	c.s.trigger([]change{done}, c.now)
	status := http.StatusOK
	if done.created {
		status = http.StatusCreated
	}
	return jsonAnswer(status, saved{ID: done.r.id(), Success: true, Errors: []*rowError{}, Created: &done.created})
}
