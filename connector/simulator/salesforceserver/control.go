package salesforceserver

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"dakokubridge/connector/simulator/soql"
)

// Write is one record of a create, update or upsert as it reached the server.
type Write struct {
	Operation  string // create, update or upsert
	Object     string
	Key        string          // UniqueKey__c as sent
	EmployeeID string          // EmpId__c as sent
	Body       json.RawMessage // the record, byte for byte
	Username   string
	At         time.Time // by the simulator's clock
}

// Request is one line of the request log.
type Request struct {
	At     time.Time // by the simulator's clock
	Method string
	Path   string // with query, tokens and codes masked
	Status int    // 0: the connection was dropped
	API    bool   // counts towards the daily limit
	Body   []byte // of creates, updates and upserts as received; nil for everything else
	// Failed says that a switch made this answer.
	Failed bool
}

// StampRow is one row of 勤怠連携, deleted ones included.
type StampRow struct {
	ID         string    `json:"id"`
	Key        string    `json:"key"`
	EmployeeID string    `json:"employee_id"` // as sent, or as found by code or mail when the row was processed
	Code       string    `json:"code"`
	Kind       string    `json:"kind"` // in, out, or the raw StampType
	At         time.Time `json:"at"`   // UTC
	TargetDate string    `json:"target_date,omitempty"`
	Status     string    `json:"status"`
	Error      string    `json:"error,omitempty"`
	Device     string    `json:"device,omitempty"`
	Origin     string    `json:"origin,omitempty"` // AccessInfo__c
	Born       time.Time `json:"born"`             // exact, by the simulator's clock
	Processed  time.Time `json:"processed,omitzero"`
	CreatedBy  string    `json:"created_by"` // user name; empty: made by control, not by any client
	Deleted    bool      `json:"deleted,omitempty"`
}

// SheetRow is one 勤怠日次 row. Times are minutes from 00:00 of Date in Japan, nil where empty.
type SheetRow struct {
	EmployeeID string `json:"employee_id"`
	Date       string `json:"date"` // 2026-11-22
	PushStart  *int   `json:"push_start"`
	PushEnd    *int   `json:"push_end"`
	RealStart  *int   `json:"real_start"`
	RealEnd    *int   `json:"real_end"`
	Start      *int   `json:"start"`
	End        *int   `json:"end"`
	StartBy    string `json:"start_by,omitempty"` // web or api
	EndBy      string `json:"end_by,omitempty"`
}

// StampRows gives all stamp rows in order of creation.
func (s *Server) StampRows() []StampRow {
	defer s.enter()()
	t := s.table(stampObject)
	out := make([]StampRow, 0, len(t.rows))
	for _, r := range t.rows {
		out = append(out, s.stampRow(r))
	}
	return out
}

// StampsSince gives the stamp rows born at or after an instant, in order of creation.
func (s *Server) StampsSince(from time.Time) []StampRow {
	defer s.enter()()
	t := s.table(stampObject)
	first, _ := slices.BinarySearchFunc(t.rows, from, func(r *record, at time.Time) int { return s.born[r].at.Compare(at) })
	out := make([]StampRow, 0, len(t.rows)-first)
	for _, r := range t.rows[first:] {
		out = append(out, s.stampRow(r))
	}
	return out
}

func (s *Server) stampRow(r *record) StampRow {
	b := s.born[r]
	out := StampRow{ID: r.id(), Key: r.text(fUniqueKey), EmployeeID: r.text(fEmpID), Code: r.text(fEmpCode), Kind: r.text(fStampType), At: r.instant(fStampedDate),
		TargetDate: r.day(fTargetDate), Status: r.text(fStatus), Error: r.text(fError), Device: r.text(fInputDevice), Origin: r.text(fAccessInfo),
		Born: b.at, Processed: b.processed, Deleted: r.deleted}
	switch out.Kind {
	case typeIn:
		out.Kind = "in"
	case typeOut:
		out.Kind = "out"
	}
	if out.EmployeeID == "" {
		out.EmployeeID = b.employee
	}
	if out.EmployeeID == "" && out.Status == statusNew {
		if e, _ := s.stampEmployee(r); e != nil {
			out.EmployeeID = e.id()
		}
	}
	if b.by != nil {
		out.CreatedBy = b.by.Username
	}
	return out
}

// Sheet gives the day rows of [from, to], both as 2026-11-22, by date and then employee; an empty bound is open.
func (s *Server) Sheet(from, to string) []SheetRow {
	defer s.enter()()
	c := soql.Constraint{Path: fDate}
	if from != "" {
		c.Low = soql.Date(from)
	}
	if to != "" {
		c.High = soql.Date(to)
	}
	var out []SheetRow
	for r := range s.table(dayObject).find([]soql.Constraint{c}) {
		d := r.day(fDate)
		if from != "" && d < from || to != "" && d > to {
			continue
		}
		o := s.origins[r]
		if o == nil {
			o = &origin{}
		}
		out = append(out, SheetRow{EmployeeID: s.dayEmployee(r), Date: d, PushStart: r.minutes(fPushStart), PushEnd: r.minutes(fPushEnd), RealStart: r.minutes(fRealStart),
			RealEnd: r.minutes(fRealEnd), Start: r.minutes(fStart), End: r.minutes(fEnd), StartBy: o.start, EndBy: o.end})
	}
	slices.SortFunc(out, func(a, b SheetRow) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.EmployeeID, b.EmployeeID))
	})
	return out
}

// Employees gives every 勤怠社員 as it is now.
func (s *Server) Employees() []Employee {
	defer s.enter()()
	var out []Employee
	for _, r := range s.table(employeeObject).rows {
		if !r.deleted {
			out = append(out, Employee{ID: r.id(), Code: r.text(fEmpCode), Name: r.text("Name"), Mail: s.employeeMail(r), UserID: r.text(fUserID), Entry: r.day(fEntryDate), End: r.day(fEndDate)})
		}
	}
	return out
}

// SetEmployee adds an employee, or changes the one with that id, and gives the id of 18 characters.
func (s *Server) SetEmployee(e Employee) (string, error) {
	defer s.enter()()
	return s.setEmployee(e, s.now())
}

// RemoveEmployee deletes an employee; false when there is none.
func (s *Server) RemoveEmployee(id string) bool {
	defer s.enter()()
	r := s.table(employeeObject).get(id)
	if r == nil {
		return false
	}
	r.table.remove(r, s.now())
	return true
}

// AddWebStamp fills the sheet as the employee's own button on TeamSpirit's page would: kind is in or out, at the instant pressed.
func (s *Server) AddWebStamp(employeeID, kind string, at time.Time) error {
	defer s.enter()()
	e := s.table(employeeObject).get(employeeID)
	if e == nil {
		return fmt.Errorf("web stamp: no employee %q", employeeID)
	}
	if kind != "in" && kind != "out" {
		return fmt.Errorf("web stamp: kind %q is neither in nor out", kind)
	}
	return s.webStamp(e, kind, at.UTC().Round(0), s.now())
}

// AddForeignRow adds a stamp row as another product would, and gives its id. Kind is in, out or a raw StampType; Status is 未処理 when empty.
func (s *Server) AddForeignRow(row StampRow) (string, error) {
	defer s.enter()()
	t := s.table(stampObject)
	now := s.now()
	values := t.blank()
	t.set(values, fUniqueKey, row.Key)
	t.set(values, fEmpCode, row.Code)
	t.set(values, fInputDevice, row.Device)
	t.set(values, fAccessInfo, row.Origin)
	t.set(values, fStampedDate, row.At.UTC().Truncate(time.Second))
	t.set(values, fStatus, cmp.Or(row.Status, statusNew))
	t.set(values, fStampType, map[string]string{"in": typeIn, "out": typeOut}[row.Kind])
	if row.Kind != "in" && row.Kind != "out" {
		t.set(values, fStampType, row.Kind)
	}
	if row.EmployeeID != "" {
		id := id18(row.EmployeeID)
		if id == "" {
			return "", fmt.Errorf("foreign row: employee id %q is no Salesforce id", row.EmployeeID)
		}
		t.set(values, fEmpID, id)
	}
	if row.TargetDate != "" {
		if _, err := time.Parse(time.DateOnly, row.TargetDate); err != nil {
			return "", fmt.Errorf("foreign row: target date: %w", err)
		}
		t.set(values, fTargetDate, soql.Date(row.TargetDate))
	}
	return s.insertRow(t, values, nil, now).id(), nil
}

// DeleteRow deletes a record of any object as an administrator would; false when there is none.
func (s *Server) DeleteRow(id string) bool {
	defer s.enter()()
	r := s.byID(id)
	if r == nil {
		return false
	}
	r.table.remove(r, s.now())
	delete(s.pending, r)
	return true
}

// SetStatus changes a stamp's Status__c as an administrator would, for instance to 削除; false when there is no such row.
func (s *Server) SetStatus(id, status string) bool {
	defer s.enter()()
	r := s.table(stampObject).get(id)
	if r == nil {
		return false
	}
	s.changeStatus(r, status, "", s.now())
	return true
}

// RunBatch runs the batch once, as of an instant, whatever the schedule says; rows made later than that wait.
func (s *Server) RunBatch(at time.Time) {
	defer s.enter()()
	s.tick(at.UTC().Round(0))
}

// RevokeTokens ends all sessions of a user, as a changed password or an administrator does.
func (s *Server) RevokeTokens(username string) {
	defer s.enter()()
	s.sign.revokeUser(username)
}

// Switches gives the switches as they stand.
func (s *Server) Switches() Switches {
	defer s.enter()()
	w := s.switches
	w.FailNext = slices.Clone(w.FailNext)
	w.RowErrors = slices.Clone(w.RowErrors)
	return w
}

// SetSwitch changes one switch by its JSON name. An unknown name or a value that does not fit is an error and changes nothing.
func (s *Server) SetSwitch(name string, value json.RawMessage) error {
	defer s.enter()()
	w, err := s.switches.with(name, value)
	if err != nil {
		return err
	}
	s.switches = w
	return s.applySwitches()
}

// SwitchNames lists the switches of SetSwitch in the order of Switches.
func SwitchNames() []string {
	var out []string
	for f := range reflect.TypeFor[Switches]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		out = append(out, name)
	}
	return out
}

// RequestLog gives the requests so far, oldest first; the oldest are dropped beyond 200,000.
func (s *Server) RequestLog() []Request {
	defer s.enter()()
	out := make([]Request, len(s.log))
	for i, r := range s.log {
		out[i] = *r
	}
	return out
}

// OrganizationID is the org's id of 18 characters.
func (s *Server) OrganizationID() string { return s.baseID }

// enter takes the lock, brings the batch up to the clock, and gives the way out.
func (s *Server) enter() func() {
	s.mu.Lock()
	s.advance(s.now())
	return s.mu.Unlock
}
