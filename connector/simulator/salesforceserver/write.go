package salesforceserver

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"dakokubridge/connector/simulator/soql"
)

// change is one write with the way to take it back.
type change struct {
	r       *record
	created bool
	undo    func()
}

// entity is one record of a request's body.
type entity struct {
	object string
	id     string
	fields map[string]any // without attributes and Id
}

// prepare reads the fields of a body into values. An unknown field, a read-only one and a value that can't be are the record's errors.
func (v *view) prepare(t *table, fields map[string]any, creating bool) (map[string]any, *rowError) {
	out := map[string]any{}
	var locked []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		i, ok := t.object.Index(name)
		if !ok || v.fieldMissing(t, name) {
			return nil, refuse("INVALID_FIELD", nil, "No such column '%s' on sobject of type %s", name, t.name)
		}
		f := t.fields[i]
		access := v.fieldAccess(t, f)
		if creating && !access.createable || !creating && !access.updateable {
			locked = append(locked, f.Name)
			continue
		}
		value, problem := v.s.read(f, fields[name])
		if problem != nil {
			return nil, problem
		}
		out[f.Name] = value
	}
	if len(locked) > 0 {
		return nil, refuse("INVALID_FIELD_FOR_INSERT_UPDATE", locked, "Unable to create/update fields: %s. Please check the security settings of this field and verify that it is read/write for your profile or permission set.", strings.Join(locked, ", "))
	}
	return out, nil
}

// create inserts one record.
func (v *view) create(t *table, e entity, now time.Time) (change, *rowError) {
	if !v.creates(t) {
		return change{}, refuse("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", nil, "entity type cannot be inserted: %s", t.label)
	}
	if v.s.switches.StorageFull {
		return change{}, refuse("STORAGE_LIMIT_EXCEEDED", nil, "storage limit exceeded")
	}
	given, problem := v.prepare(t, e.fields, true)
	if problem != nil {
		return change{}, problem
	}
	keep, problem := v.s.injected(given)
	if problem != nil && !keep {
		return change{}, problem
	}
	values := t.blank()
	for name, x := range given {
		if i := t.at[name]; x != nil || t.fields[i].fixed == nil {
			values[i] = x
		}
	}
	if p := v.validate(t, values, nil); p != nil {
		return change{}, p
	}
	r := v.s.insertRow(t, values, v.u, now)
	return change{r, true, func() { v.s.forgetRow(r) }}, problem
}

// insertRow puts a checked row in place; by is nil when control makes it.
func (s *Server) insertRow(t *table, values soql.Row, by *user, now time.Time) *record {
	values[0] = s.newID(t.prefix)
	owner := s.ownerID()
	if by != nil {
		owner = by.ID
	}
	t.set(values, "CreatedById", owner)
	if t.values(values, "OwnerId") == nil {
		t.set(values, "OwnerId", owner)
	}
	if t.values(values, "Name") == nil {
		t.set(values, "Name", autoNumber(t, t.made+1, values))
	}
	t.set(values, "IsDeleted", false)
	t.set(values, "CreatedDate", now.Truncate(time.Second))
	t.touch(values, now)
	r := t.add(values)
	s.born[r] = birth{at: now, by: by}
	if t.name == stampObject && r.text(fStatus) == statusNew {
		s.pending[r] = struct{}{}
	}
	return r
}

func (t *table) values(r soql.Row, name string) any { return r[t.at[name]] }

// autoNumber names a record that was given no name.
func autoNumber(t *table, n int, values soql.Row) string {
	if t.name == stampObject {
		const zeros = "00000000"
		digits := strconv.Itoa(n)
		return "EA-" + zeros[:max(0, len(zeros)-len(digits))] + digits
	}
	id, _ := values[0].(string)
	return id
}

// forgetRow takes back an insert.
func (s *Server) forgetRow(r *record) {
	r.table.forget(r)
	delete(s.pending, r)
	delete(s.born, r)
}

// update changes one record.
func (v *view) update(t *table, r *record, e entity, now time.Time) (change, *rowError) {
	if !v.u.edits(t.name) || !t.teamspirit || t.name == commonObject {
		return change{}, refuse("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", nil, "entity type cannot be updated: %s", t.label)
	}
	if !v.writes(r) {
		return change{}, refuse("INSUFFICIENT_ACCESS_OR_READONLY", nil, "insufficient access rights on object id")
	}
	given, problem := v.prepare(t, e.fields, false)
	if problem != nil {
		return change{}, problem
	}
	keep, problem := v.s.injected(map[string]any{fEmpID: r.valueOr(fEmpID)})
	if problem != nil && !keep {
		return change{}, problem
	}
	values := slices.Clone(r.values)
	for name, x := range given {
		values[t.at[name]] = x
	}
	if p := v.validate(t, values, r); p != nil {
		return change{}, p
	}
	t.touch(values, now)
	old, wasPending := r.values, v.s.isPending(r)
	t.replace(r, values)
	v.s.setPending(r, t.name == stampObject && r.text(fStatus) == statusNew)
	return change{r, false, func() { t.replace(r, old); v.s.setPending(r, wasPending) }}, problem
}

func (r *record) valueOr(name string) any {
	if i, ok := r.table.at[name]; ok {
		return r.values[i]
	}
	return nil
}

func (s *Server) isPending(r *record) bool { _, ok := s.pending[r]; return ok }

func (s *Server) setPending(r *record, on bool) {
	if on {
		s.pending[r] = struct{}{}
	} else {
		delete(s.pending, r)
	}
}

// erase deletes one record.
func (v *view) erase(r *record, now time.Time) (change, *rowError) {
	t := r.table
	if !t.teamspirit || t.name == commonObject || t.name == stampObject && v.s.switches.StampsUndeletable {
		return change{}, refuse("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", nil, "entity type cannot be deleted: %s", t.label)
	}
	if !v.writes(r) || !v.u.modifyAll() {
		return change{}, refuse("INSUFFICIENT_ACCESS_OR_READONLY", nil, "insufficient access rights on object id")
	}
	old, wasPending := r.values, v.s.isPending(r)
	t.remove(r, now)
	v.s.setPending(r, false)
	return change{r, false, func() { r.deleted = false; t.replace(r, old); v.s.setPending(r, wasPending) }}, nil
}

// validate checks a whole row before it is written; old is nil on insert.
func (v *view) validate(t *table, values soql.Row, old *record) *rowError {
	var missing []string
	for i, f := range t.fields {
		if f.required && values[i] == nil {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) > 0 {
		return refuse("REQUIRED_FIELD_MISSING", missing, "Required fields are missing: [%s]", strings.Join(missing, ", "))
	}
	for i, f := range t.fields {
		changed := old == nil || old.values[i] != values[i]
		if p := v.checkReference(f, values[i], changed); p != nil {
			return p
		}
		if _, unique := v.s.key(f); unique && changed && values[i] != nil {
			for other := range t.find([]soql.Constraint{{Path: f.Name, Values: []any{indexKey(f.Type, values[i])}}}) {
				if other != old && indexKey(f.Type, other.values[i]) == indexKey(f.Type, values[i]) {
					return refuse("DUPLICATE_VALUE", nil, "duplicate value found: %s duplicates value on record with id: %s", f.Name, other.id()[:15])
				}
			}
		}
	}
	if t.name == stampObject {
		return v.validateStamp(t, values, old)
	}
	return nil
}

func (v *view) checkReference(f field, value any, changed bool) *rowError {
	id, ok := value.(string)
	if !ok || f.Type != soql.Reference || f.readOnly || !changed {
		return nil
	}
	target := v.s.table(f.RefersTo)
	if id[:3] != target.prefix && target.any(id) == nil {
		return refuse("MALFORMED_ID", []string{f.Name}, "%s: id value of incorrect type: %s", f.label, id)
	}
	r := target.any(id)
	switch {
	case r == nil:
		return refuse("INVALID_CROSS_REFERENCE_KEY", nil, "invalid cross reference id")
	case r.deleted:
		return refuse("ENTITY_IS_DELETED", nil, "entity is deleted")
	case !v.reads(r):
		return v.crossReference()
	}
	return nil
}

func (v *view) crossReference() *rowError {
	if v.s.switches.EmployeeStamps == "batch_error" {
		return nil
	}
	return refuse("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", nil, "insufficient access rights on cross-reference id")
}

// validateStamp is the package's own trigger.
func (v *view) validateStamp(t *table, values soql.Row, old *record) *rowError {
	text := func(name string) string { s, _ := t.values(values, name).(string); return s }
	if text(fEmpID) == "" && text(fEmpCode) == "" && text(fEmail) == "" {
		return refuse("FIELD_CUSTOM_VALIDATION_EXCEPTION", nil, "社員、社員コード、メールアドレスのいずれかを指定してください")
	}
	if old != nil {
		if old.text(fStatus) == statusError && text(fStatus) == statusNew && !v.s.switches.ErrorRowResettable {
			return refuse("FIELD_CUSTOM_VALIDATION_EXCEPTION", []string{fStatus}, "エラーの打刻は未処理に戻せません")
		}
		return nil
	}
	e, _ := v.s.meant(text(fEmpID), text(fEmpCode), text(fEmail))
	if e == nil {
		return nil // the batch will say so
	}
	if !v.u.seesAll() && !v.own(e.id()) {
		if p := v.crossReference(); p != nil {
			return p
		}
	}
	if v.s.switches.LockRefuses == "insert" {
		at, _ := t.values(values, fStampedDate).(time.Time)
		target, _ := t.values(values, fTargetDate).(soql.Date)
		if v.s.locked(v.s.workDate(e.id(), text(fStampType), at, string(target))) {
			return refuse("FIELD_CUSTOM_VALIDATION_EXCEPTION", nil, "確定済みの日には打刻できません")
		}
	}
	return nil
}

// injected gives the next row failure that a switch ordered for a row like this; keep says that the row is written all the same.
func (s *Server) injected(fields map[string]any) (keep bool, problem *rowError) {
	employee, _ := fields[fEmpID].(string)
	for i := range s.switches.RowErrors {
		f := &s.switches.RowErrors[i]
		if f.EmployeeID != "" && id18(f.EmployeeID) != employee {
			continue
		}
		problem = refuse(f.StatusCode, nil, "%s", cmp.Or(f.Message, rowMessages[f.StatusCode], f.StatusCode))
		keep = f.AfterApply
		if f.Count--; f.Count <= 0 {
			s.switches.RowErrors = slices.Delete(slices.Clone(s.switches.RowErrors), i, i+1)
		}
		return keep, problem
	}
	return false, nil
}

var rowMessages = map[string]string{
	"UNABLE_TO_LOCK_ROW":                            "unable to obtain exclusive access to this record or 1 records",
	"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": "insufficient access rights on cross-reference id",
	"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":          "teamspirit.ExternalAttendanceTrigger: execution of BeforeInsert caused by: System.LimitException: Too many SOQL queries: 101",
}

// trigger reflects new stamps at once where a switch says that TeamSpirit does.
func (s *Server) trigger(changes []change, now time.Time) {
	if s.switches.Processing != "trigger" || !s.switches.BatchOn || !s.switches.ICOn {
		return
	}
	for _, c := range changes {
		if c.r != nil && s.isPending(c.r) {
			s.process(c.r, now)
		}
	}
}
