package simulator

import (
	"time"

	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/salesforceserver"
)

// WebStamp is an employee's own click in TeamSpirit's page.
type WebStamp struct {
	Employee string    `json:"employee_id"`
	Day      string    `json:"day"`  // business day, 2026-11-22
	Kind     string    `json:"kind"` // in or out
	At       time.Time `json:"at"`   // the instant of the click, which is also what was stamped; UTC
	Refused  string    `json:"refused,omitempty"`
}

// Employee is one 勤怠社員 as TeamSpirit has it now.
type Employee struct {
	ID    string `json:"id"`
	Code  string `json:"code"`
	Name  string `json:"name"`
	Mail  string `json:"mail"`
	Entry string `json:"entry"` // 2026-11-22, empty: unknown
	End   string `json:"end"`   // empty: employed
}

// Evidence is what both servers know, for whoever checks the connector. Instants are in UTC.
type Evidence struct {
	Now          time.Time                   `json:"now"`
	Organization string                      `json:"organization"` // the first 事業所
	Accesses     []akerunserver.Access       `json:"accesses"`     // that the API could have shown by now, in the order of their ids
	Users        []akerunserver.UserSpan     `json:"users"`        // each account once for every span of time in which it was the same
	Employees    []Employee                  `json:"employees"`
	Stamps       []salesforceserver.StampRow `json:"stamps"` // all stamp rows, deleted ones too, in the order of creation
	WebStamps    []WebStamp                  `json:"web_stamps"`
	Sheet        []salesforceserver.SheetRow `json:"sheet"`
}

// Evidence collects what both servers know now. Of accesses and Web stamps it takes those at or after from, of the sheet the days
// from the one before; stamp rows are all there.
func (s *Simulator) Evidence(from time.Time) Evidence {
	s.catchUp()
	e := Evidence{
		Now: s.clock.Now(), Organization: s.company.Organizations[0].ID, Stamps: s.salesforce.StampRows(),
		Sheet: s.salesforce.Sheet(from.AddDate(0, 0, -1).Format(time.DateOnly), ""),
	}
	for _, u := range s.akerun.Users() {
		e.Users = append(e.Users, u.Spans()...)
	}
	for a := range s.akerun.Accesses(from, time.Time{}) {
		e.Accesses = append(e.Accesses, a)
	}
	for _, m := range s.salesforce.Employees() {
		e.Employees = append(e.Employees, Employee{ID: m.ID, Code: m.Code, Name: m.Name, Mail: m.Mail, Entry: m.Entry, End: m.End})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.webStamps {
		if !w.At.Before(from) {
			e.WebStamps = append(e.WebStamps, w)
		}
	}
	return e
}
