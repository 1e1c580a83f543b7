package teamspirit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"dakokubridge/connector/salesforce"
)

type rawRecord = json.RawMessage

// KeyKind is how the org treats the stamps' key field, which decides how an unknown outcome is settled.
type KeyKind string

// The kinds of key. A field that is both unique and an external id counts as unique.
const (
	KeyUnique     KeyKind = "unique"      // a second row with the key is refused
	KeyExternalID KeyKind = "external_id" // rows can be upserted by it
	KeyPlain      KeyKind = "plain"       // text like any other
)

// What a missing object or field is needed for; see Missing.Need.
const (
	NeedRead        = "read"
	NeedCreate      = "create"
	NeedFieldRead   = "field_read"
	NeedFieldCreate = "field_create"
)

// shape is what describe says of the three objects, as far as it changes what we do.
type shape struct {
	missing       []Missing
	objectMissing bool             // the definition of an object was refused
	refused       map[string]error // why, by the object's name
	key           KeyKind
	targetDate    bool     // TargetDate can be written
	sheet         bool     // all fields of the day rows can be read
	dayClosed     bool     // a field that tells of closed days is configured and can be read
	userReadable  bool     // employees show which user they are
	flags         []string // rights flags that employees show

	rowFields      []string // what is read of a stamp row
	employeeFields []string // what is read of an employee
}

// describedShape returns what describe said last, asking when it never was, and again where an object was out of reach: without its fields nothing of it
// can be read, and nobody tells us that it is back.
func (c *Client) describedShape(ctx context.Context) (*shape, error) {
	c.mu.Lock()
	s := c.shape
	c.mu.Unlock()
	if s != nil && !s.objectMissing {
		return s, nil
	}
	return c.describe(ctx)
}

// reach tells why nothing of an object can be read, nil where its definition was shown.
func (s *shape) reach(doing, object string) error {
	if err := s.refused[object]; err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// describe asks for the definitions of the three objects and keeps what they say.
func (c *Client) describe(ctx context.Context) (*shape, error) {
	s := &shape{refused: make(map[string]error)}
	stamp, err := c.object(ctx, s, c.names.Stamp)
	if err != nil {
		return nil, err
	}
	employee, err := c.object(ctx, s, c.names.Employee)
	if err != nil {
		return nil, err
	}
	day, err := c.object(ctx, s, c.names.Day)
	if err != nil {
		return nil, err
	}
	if stamp != nil {
		c.shapeOfStamp(s, *stamp)
	}
	if employee != nil {
		c.shapeOfEmployee(s, *employee)
	}
	if day != nil {
		s.sheet = c.sheetReadable(*day)
		s.dayClosed = c.names.DayClosed != "" && headReadable(*day, c.names.DayClosed)
	}
	c.mu.Lock()
	c.shape = s
	c.mu.Unlock()
	return s, nil
}

// object reads one definition and checks that the object may be read; nil means that it is out of reach, which is noted.
func (c *Client) object(ctx context.Context, s *shape, name string) (*salesforce.Object, error) {
	o, err := c.sf.Describe(ctx, name)
	if outOfReach(err) {
		s.missing = append(s.missing, Missing{Object: name, Need: NeedRead})
		s.objectMissing, s.refused[name] = true, err
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !o.Queryable {
		s.missing = append(s.missing, Missing{Object: name, ObjectLabel: o.Label, Need: NeedRead})
	}
	return &o, nil
}

// outOfReach tells whether Salesforce refused a definition because the object is not there for this user. Which of the two statuses it answers for an
// object without permission is not documented.
func outOfReach(err error) bool {
	e, ok := errors.AsType[*salesforce.Error](err)
	return ok && (e.Status == http.StatusNotFound || e.Status == http.StatusForbidden) && e.Code != "" && e.Advice() == salesforce.Ask &&
		!strings.HasPrefix(e.Code, "API_")
}

func (c *Client) shapeOfStamp(s *shape, o salesforce.Object) {
	n := c.names
	if !o.Createable {
		s.missing = append(s.missing, Missing{Object: o.Name, ObjectLabel: o.Label, Need: NeedCreate})
	}
	for _, name := range n.written() {
		if f, ok := o.Field(name); !ok || !f.Createable {
			s.missing = append(s.missing, Missing{Object: o.Name, ObjectLabel: o.Label, Field: name, FieldLabel: f.Label, Need: NeedFieldCreate})
		}
	}
	if _, ok := o.Field(n.Status); !ok {
		s.missing = append(s.missing, Missing{Object: o.Name, ObjectLabel: o.Label, Field: n.Status, Need: NeedFieldRead})
	}
	key, _ := o.Field(n.UniqueKey)
	switch {
	case key.Unique:
		s.key = KeyUnique
	case key.ExternalID:
		s.key = KeyExternalID
	default:
		s.key = KeyPlain
	}
	target, _ := o.Field(n.TargetDate)
	s.targetDate = target.Createable
	s.rowFields = readable(o, "Id", "CreatedDate", n.EmpID, n.EmpCode, n.StampType, n.StampedDate, n.TargetDate, n.Status, n.ErrorText, n.ErrorDetail, n.InputDevice, n.UniqueKey)
}

func (c *Client) shapeOfEmployee(s *shape, o salesforce.Object) {
	n := c.names
	for _, name := range []string{n.EmployeeCode, n.EntryDate, n.EndDate} {
		if _, ok := o.Field(name); !ok {
			s.missing = append(s.missing, Missing{Object: o.Name, ObjectLabel: o.Label, Field: name, Need: NeedFieldRead})
		}
	}
	_, s.userReadable = o.Field(n.EmployeeUser)
	s.flags = readable(o, n.IsAdmin, n.IsAllEditor)
	s.employeeFields = readable(o, "Id", "Name", n.EmployeeCode, n.EmployeeUser, n.EntryDate, n.EndDate)
	if headReadable(o, n.EmployeeUserMail) {
		s.employeeFields = append(s.employeeFields, n.EmployeeUserMail)
	}
}

// headReadable tells whether a path begins with a relationship or field that the object shows.
func headReadable(o salesforce.Object, path string) bool {
	head, _, nested := strings.Cut(path, ".")
	for _, f := range o.Fields {
		if nested && f.RelationshipName == head || !nested && f.Name == head {
			return true
		}
	}
	return false
}

// sheetReadable tells whether every field of a day row that we read is shown.
func (c *Client) sheetReadable(o salesforce.Object) bool {
	if !o.Queryable || len(readable(o, c.names.dayFields()...)) < len(c.names.dayFields()) {
		return false
	}
	return headReadable(o, c.names.DayEmployee)
}

// readable returns those of names that o shows, in order.
func readable(o salesforce.Object, names ...string) []string {
	var shown []string
	for _, name := range names {
		if _, ok := o.Field(name); ok {
			shown = append(shown, name)
		}
	}
	return shown
}
