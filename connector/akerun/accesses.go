package akerun

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Access is one row of 入退室履歴.
type Access struct {
	ID         string    // decimal text, 22 digits and more; ordered by CompareIDs
	Action     string    // "unlock", "lock", and others that nobody has listed
	DeviceType string    // "akerun_app", "nfc_outside", "nfc_inside", "autolock", and others; an open set
	DeviceName string    // free text: "iOS iPhone"
	At         time.Time // at the door, UTC
	DoorID     string    // "" where the row names no door
	DoorName   string
	UserID     string // "" where no person is known: autolock, buttons, by hand
	UserName   string
	OrgID      string // only where the row says so; no known answer does
}

// Unreadable is a row that could not be understood.
type Unreadable struct {
	Raw     string // as served, at most 1,024 bytes; may hold a name
	ID      string // "" where not even the id could be read
	Problem string // what is wrong with it; holds nothing of the row
}

// AccessPage is one page as served: its rows in the server's order.
type AccessPage struct {
	Accesses   []Access
	Unreadable []Unreadable
	Len        int // rows as served, readable or not
}

// LastID is the greatest id on the page, of readable rows or not; "" where it has none. Reading in ascending order has reached the end when
// it is not greater than the AfterID asked for: a page shorter than asked for proves nothing, because the server's own limit is not
// known, and an AfterID might be taken as inclusive.
func (p AccessPage) LastID() string {
	last := ""
	for _, a := range p.Accesses {
		if CompareIDs(a.ID, last) > 0 {
			last = a.ID
		}
	}
	for _, u := range p.Unreadable {
		if CompareIDs(u.ID, last) > 0 {
			last = u.ID
		}
	}
	return last
}

// AccessQuery chooses a page. LastID tells whether there is another.
type AccessQuery struct {
	AfterID    string    // only greater ids; "" for all
	From, To   time.Time // window of Access.At, widened to whole seconds; whether its borders are within is up to the server; zero: open
	Limit      int       // rows, 1 to PageSize; anything else means PageSize
	Descending bool      // by id; false: ascending
}

func (q AccessQuery) values() (url.Values, error) {
	v := url.Values{"limit": {strconv.Itoa(pageLimit(q.Limit))}, "sort_by": {"id"}, "sort_order": {"asc"}}
	if q.Descending {
		v.Set("sort_order", "desc")
	}
	if q.AfterID != "" {
		if !isDigits(q.AfterID) {
			return nil, errors.New("the id to read on from is no decimal number")
		}
		v.Set("id_after", q.AfterID)
	}
	if !q.From.IsZero() {
		v.Set("datetime_after", q.From.UTC().Truncate(time.Second).Format(time.RFC3339))
	}
	if !q.To.IsZero() {
		to := q.To.UTC().Truncate(time.Second)
		if to.Before(q.To) {
			to = to.Add(time.Second)
		}
		v.Set("datetime_before", to.Format(time.RFC3339))
	}
	return v, nil
}

func pageLimit(n int) int {
	if n < 1 || n > PageSize {
		return PageSize
	}
	return n
}

// Accesses reads one page of the accesses of a 事業所. Rows that can't be understood come beside the others and spoil nothing.
func (c *Client) Accesses(ctx context.Context, org string, q AccessQuery) (AccessPage, error) {
	doing := "reading accesses of " + org
	query, err := q.values()
	if err != nil {
		return AccessPage{}, &Error{doing: doing, cause: CauseBadRequest, advice: adviceStop, err: err}
	}
	body, err := c.do(ctx, call{doing: doing, method: http.MethodGet, path: orgPath(org, "accesses"), query: query})
	if err != nil {
		return AccessPage{}, err
	}
	return readAccesses(doing, body)
}

// orgPath is the path of something within a 事業所.
func orgPath(org string, parts ...string) string {
	path := "/organizations/" + url.PathEscape(org)
	for _, part := range parts {
		path += "/" + url.PathEscape(part)
	}
	return path
}

func readAccesses(doing string, body []byte) (AccessPage, error) {
	rows, err := list(doing, body, "accesses")
	if err != nil {
		return AccessPage{}, err
	}
	page := AccessPage{Len: len(rows), Accesses: make([]Access, 0, len(rows))}
	for _, raw := range rows {
		access, err := readAccess(raw)
		if err != nil {
			page.Unreadable = append(page.Unreadable, Unreadable{Raw: head(raw), ID: access.ID, Problem: err.Error()})
			continue
		}
		page.Accesses = append(page.Accesses, access)
	}
	return page, nil
}

// head is the beginning of a row, as much as is kept of one that can't be read.
func head(raw json.RawMessage) string {
	return strings.ToValidUTF8(string(raw[:min(len(raw), 1024)]), "")
}

// reference is a person, a door or a 事業所 as an access names it.
type reference struct {
	ID   text  `json:"id"`
	Name label `json:"name"`
}

// looseReference is a reference that spoils nothing when it is something else.
type looseReference reference

// UnmarshalJSON never fails.
func (r *looseReference) UnmarshalJSON(raw []byte) error {
	var read reference
	if json.Unmarshal(raw, &read) == nil {
		*r = looseReference(read)
	}
	return nil
}

// readAccess reads one row. With an error the access holds the id at most.
func readAccess(raw json.RawMessage) (Access, error) {
	var row map[string]json.RawMessage
	if json.Unmarshal(raw, &row) != nil || row == nil {
		return Access{}, errors.New("the row is no object")
	}
	id, err := accessID(row["id"])
	if err != nil {
		return Access{}, err
	}
	known := Access{ID: id}
	var fields struct {
		Action       text           `json:"action"`
		DeviceType   text           `json:"device_type"`
		DeviceName   label          `json:"device_name"`
		AccessedAt   label          `json:"accessed_at"`
		Akerun       looseReference `json:"akerun"`
		User         *reference     `json:"user"`
		OrgID        label          `json:"organization_id"`
		Organization looseReference `json:"organization"`
	}
	if json.Unmarshal(raw, &fields) != nil {
		return known, errors.New("user, action or device_type has another shape than known")
	}
	at, err := instant(string(fields.AccessedAt))
	if err != nil {
		return known, errors.New("accessed_at is " + err.Error())
	}
	access := Access{
		ID: id, At: at,
		Action: string(fields.Action), DeviceType: string(fields.DeviceType), DeviceName: string(fields.DeviceName),
		DoorID: string(fields.Akerun.ID), DoorName: string(fields.Akerun.Name),
		OrgID: string(fields.OrgID),
	}
	if access.OrgID == "" {
		access.OrgID = string(fields.Organization.ID)
	}
	if fields.User != nil {
		if fields.User.ID == "" && fields.User.Name != "" {
			return known, errors.New("the user has a name and no id")
		}
		access.UserID, access.UserName = string(fields.User.ID), string(fields.User.Name)
	}
	return access, nil
}
