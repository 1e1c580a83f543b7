package salesforceserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dakokubridge/connector/simulator/soql"
)

const (
	maxRows     = 200  // of a collections write
	maxRetrieve = 2000 // of a collections retrieve
)

// collections answers composite/sobjects…
func (c *call) collections(rest []string) answer {
	if len(rest) == 0 {
		switch c.method {
		case http.MethodPost:
			return c.writeMany("create", nil, "")
		case http.MethodPatch:
			return c.writeMany("update", nil, "")
		case http.MethodDelete:
			return c.deleteMany()
		}
		return wrongMethod(c.method)
	}
	t := c.s.tables[lower(rest[0])]
	if t == nil || !c.view().visible(t) || len(rest) > 2 {
		return notFound()
	}
	switch {
	case len(rest) == 1 && (c.method == http.MethodPost || c.method == http.MethodGet):
		return c.retrieveMany(t)
	case len(rest) == 2 && c.method == http.MethodPatch:
		return c.writeMany("upsert", t, rest[1])
	}
	return wrongMethod(c.method)
}

// row is one record of a collections request on its way.
type row struct {
	t       *table
	e       entity
	problem *rowError
	done    change
}

// writeMany creates, updates or upserts up to 200 records and answers for each in order. t and external are those of the address of an upsert.
func (c *call) writeMany(operation string, t *table, external string) answer {
	var body struct {
		AllOrNone bool              `json:"allOrNone"`
		Records   []json.RawMessage `json:"records"`
	}
	if err := json.NewDecoder(bytes.NewReader(c.body)).Decode(&body); err != nil {
		return badJSON(err.Error())
	}
	if body.Records == nil {
		return badJSON("Required field is missing: records")
	}
	if len(body.Records) > maxRows {
		return failure(&apiError{http.StatusBadRequest, "EXCEEDED_ID_LIMIT", fmt.Sprintf("record limit reached. cannot submit more than %d records in this call", maxRows)})
	}
	v := c.view()
	var by field
	if operation == "upsert" {
		var problem *apiError
		if by, problem = v.externalField(t, external); problem != nil {
			return failure(problem)
		}
	}
	rows := make([]row, len(body.Records))
	writes := make([]Write, 0, len(rows))
	for i, raw := range body.Records {
		e, err := readRecord(raw)
		if err != nil {
			return badJSON(err.Error())
		}
		rows[i].e = e
		rows[i].t, rows[i].problem = v.rowTable(e, t)
		if rows[i].problem == nil {
			writes = append(writes, written(operation, rows[i].t, e, raw))
		}
	}
	if c.s.switches.UnknownField == "request" {
		if problem := v.unknownField(rows); problem != nil {
			return failure(problem)
		}
	}
	c.announce(writes)
	c.apply(operation, by, rows)
	return c.results(operation, rows, body.AllOrNone)
}

// rowTable finds the object of a record, which must be that of the address where there is one.
func (v *view) rowTable(e entity, t *table) (*table, *rowError) {
	found := v.s.tables[lower(e.object)]
	switch {
	case e.object == "" && t != nil:
		return t, nil
	case e.object == "":
		return nil, refuse("INVALID_TYPE", nil, "The record's attributes have no type")
	case found == nil || !v.visible(found):
		return nil, refuse("INVALID_TYPE", nil, "sObject type '%s' is not supported.", e.object)
	case t != nil && found != t:
		return nil, refuse("INVALID_TYPE", nil, "The type of the record does not match the one of the address")
	}
	return found, nil
}

func (v *view) unknownField(rows []row) *apiError {
	for _, r := range rows {
		if r.t == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(r.e.fields)) {
			if _, ok := r.t.object.Index(name); !ok || v.fieldMissing(r.t, name) {
				return &apiError{http.StatusBadRequest, "INVALID_FIELD", fmt.Sprintf("No such column '%s' on sobject of type %s", name, r.t.name)}
			}
		}
	}
	return nil
}

// apply writes the rows one after another.
func (c *call) apply(operation string, by field, rows []row) {
	v := c.view()
	twice := map[string]int{}
	if operation == "upsert" {
		for i := range rows {
			twice[upsertKey(by, rows[i].e)]++
		}
	}
	for i := range rows {
		r := &rows[i]
		if r.problem != nil {
			continue
		}
		switch operation {
		case "create":
			if r.e.id != "" {
				r.problem = refuse("INVALID_FIELD_FOR_INSERT_UPDATE", []string{"Id"}, "cannot specify Id in an insert call")
				continue
			}
			r.done, r.problem = v.create(r.t, r.e, c.now)
		case "update":
			r.done, r.problem = v.updateByID(r.t, r.e, c.now)
		default:
			if k := upsertKey(by, r.e); k != "" && twice[k] > 1 {
				r.problem = refuse("DUPLICATE_VALUE", []string{by.Name}, "Duplicate external id specified: %s", k)
				continue
			}
			r.done, r.problem = v.upsert(r.t, by, r.e, c.now)
		}
	}
}

func upsertKey(by field, e entity) string {
	if by.Type == soql.ID {
		return e.id
	}
	for name, v := range e.fields {
		if equalFold(name, by.Name) && v != nil {
			return soql.Fold(fmt.Sprint(v))
		}
	}
	return ""
}

func (v *view) updateByID(t *table, e entity, now time.Time) (change, *rowError) {
	r := t.any(id18(e.id))
	switch {
	case e.id == "":
		return change{}, refuse("MISSING_ARGUMENT", []string{"Id"}, "Id not specified in an update call")
	case id18(e.id) == "":
		return change{}, refuse("MALFORMED_ID", []string{"Id"}, "Record ID: id value of incorrect type: %s", e.id)
	case r == nil || !v.reads(r):
		return change{}, refuse("INVALID_CROSS_REFERENCE_KEY", nil, "invalid cross reference id")
	case r.deleted:
		return change{}, refuse("ENTITY_IS_DELETED", nil, "entity is deleted")
	}
	return v.update(t, r, e, now)
}

// upsert updates the record with the external id, or creates it.
func (v *view) upsert(t *table, by field, e entity, now time.Time) (change, *rowError) {
	if by.Type == soql.ID {
		if e.id == "" {
			return v.create(t, e, now)
		}
		return v.updateByID(t, e, now)
	}
	key := upsertKey(by, e)
	if key == "" {
		return change{}, refuse("MISSING_ARGUMENT", []string{by.Name}, "%s not specified", by.Name)
	}
	if e.id != "" {
		return change{}, refuse("INVALID_FIELD_FOR_INSERT_UPDATE", []string{"Id"}, "cannot specify Id together with an external id")
	}
	found := v.matches(t, by, key)
	switch len(found) {
	case 0:
		return v.create(t, e, now)
	case 1:
		return v.update(t, found[0], e, now)
	}
	ids := make([]string, len(found))
	for i, r := range found {
		ids[i] = r.id()
	}
	return change{}, refuse("DUPLICATE_EXTERNAL_ID", []string{by.Name}, "%s: more than one record found for external id field: [%s]", by.Name, strings.Join(ids, ", "))
}

// results takes everything back when one row failed and the client wants all or none, and answers in the order of the request.
func (c *call) results(operation string, rows []row, allOrNone bool) answer {
	failed := slices.ContainsFunc(rows, func(r row) bool { return r.problem != nil })
	out := make([]saved, len(rows))
	var kept []change
	if failed && allOrNone {
		for _, r := range slices.Backward(rows) {
			if r.done.undo != nil {
				r.done.undo()
			}
		}
	}
	for i, r := range rows {
		out[i].Errors = []*rowError{}
		switch {
		case r.problem != nil:
			out[i].Errors = append(out[i].Errors, r.problem)
		case failed && allOrNone:
			out[i].Errors = append(out[i].Errors, refuse("ALL_OR_NONE_OPERATION_ROLLED_BACK", nil, "Record rolled back because not all records were valid and the request was using AllOrNone header"))
		default:
			out[i].ID, out[i].Success = r.done.r.id(), true
			if operation == "upsert" {
				created := r.done.created
				out[i].Created = &created
			}
		}
		if r.done.r != nil && !(failed && allOrNone) {
			kept = append(kept, r.done)
		}
	}
	c.s.trigger(kept, c.now)
	return jsonAnswer(http.StatusOK, out)
}

// retrieveMany reads up to 2000 records by id, in the order asked for, null where there is none.
func (c *call) retrieveMany(t *table) answer {
	var body struct {
		IDs    []string `json:"ids"`
		Fields []string `json:"fields"`
	}
	if c.method == http.MethodGet {
		body.IDs, body.Fields = strings.Split(c.query.Get("ids"), ","), strings.Split(c.query.Get("fields"), ",")
	} else if err := json.NewDecoder(bytes.NewReader(c.body)).Decode(&body); err != nil {
		return badJSON(err.Error())
	}
	if len(body.IDs) == 0 || len(body.Fields) == 0 || body.Fields[0] == "" {
		return failure(&apiError{http.StatusBadRequest, "MISSING_ARGUMENT", "ids and fields are required"})
	}
	if len(body.IDs) > maxRetrieve {
		return failure(&apiError{http.StatusBadRequest, "EXCEEDED_ID_LIMIT", fmt.Sprintf("record limit reached. cannot submit more than %d records in this call", maxRetrieve)})
	}
	v := c.view()
	columns, problem := v.columns(t, body.Fields)
	if problem != nil {
		return failure(problem)
	}
	out := []byte{'['}
	for i, id := range body.IDs {
		if i > 0 {
			out = append(out, ',')
		}
		full := id18(strings.TrimSpace(id))
		if full == "" {
			return failure(&apiError{http.StatusBadRequest, "MALFORMED_ID", "malformed id " + id})
		}
		if r := t.get(full); r != nil && v.reads(r) {
			out = v.appendRecord(out, t, r, columns, c.root())
		} else {
			out = append(out, "null"...)
		}
	}
	return answer{status: http.StatusOK, contentType: "application/json;charset=UTF-8", body: append(out, ']')}
}

// deleteMany deletes up to 200 records by id.
func (c *call) deleteMany() answer {
	ids := strings.Split(c.query.Get("ids"), ",")
	if ids[0] == "" {
		return failure(&apiError{http.StatusBadRequest, "MISSING_ARGUMENT", "ids is required"})
	}
	if len(ids) > maxRows {
		return failure(&apiError{http.StatusBadRequest, "EXCEEDED_ID_LIMIT", fmt.Sprintf("record limit reached. cannot submit more than %d records in this call", maxRows)})
	}
	allOrNone, err := strconv.ParseBool(c.query.Get("allOrNone"))
	if c.query.Get("allOrNone") != "" && err != nil {
		return badJSON("allOrNone is neither true nor false")
	}
	c.writes = true
	v := c.view()
	rows := make([]row, len(ids))
	for i, id := range ids {
		r := c.s.byID(id18(strings.TrimSpace(id)))
		switch {
		case id18(strings.TrimSpace(id)) == "":
			rows[i].problem = refuse("MALFORMED_ID", nil, "malformed id %s", id)
		case r == nil || !v.reads(r):
			rows[i].problem = refuse("INVALID_CROSS_REFERENCE_KEY", nil, "invalid cross reference id")
		default:
			rows[i].done, rows[i].problem = v.erase(r, c.now)
		}
	}
	return c.results("delete", rows, allOrNone)
}
