// Package roster tells who is who: which Akerun user is which employee of TeamSpirit on a given business day, and what is wrong with the others.
//
// It compares codes and proposes what may have been meant, and does nothing else: it reads no server, keeps no state and decides no stamp.
package roster

import (
	"slices"
	"strings"

	"dakokubridge/connector/attendance"
)

// User is a user of Akerun.
type User struct {
	ID            string   // Akerun user id
	Code          string   // ユーザーコード, as typed
	Name, Mail    string   // may be empty; for proposals and the screen only
	Authority     string   // as Akerun names it
	Organizations []string // ids of the 事業所 the account belongs to, as far as they are known
}

// Employee is a 勤怠社員 of TeamSpirit.
type Employee struct {
	ID         string         // record id
	Code       string         // 社員コード, as typed
	Name, Mail string         // may be empty; for proposals and the screen only
	UserID     string         // Salesforce user id, may be empty
	Entry, End attendance.Day // 入社日 and 退社日; zero sets no border
}

// Employed tells whether e is employed on d: from 入社日 to 退社日, both included.
func (e Employee) Employed(d attendance.Day) bool {
	return (e.Entry.IsZero() || !d.Before(e.Entry)) && (e.End.IsZero() || !d.After(e.End))
}

// Verdict says whom a user is on a day.
type Verdict struct {
	User     User
	Employee *Employee         // whom the code leads to; also given with NOT_EMPLOYED and ACCESS_AFTER_LEAVING, nil with every other reason
	Sound    bool              // the user may be stamped as that employee
	Reason   attendance.Reason // why not, where Sound is false
}

// Roster is what is known of both sides at one moment. It does not change.
type Roster struct {
	users     []User
	employees []Employee
	usersOf   map[string][]int // by cleaned code
	staffOf   map[string][]int // by cleaned code
	userAt    map[string]int   // by id
}

// CleanCode takes the blanks around a code away, half and full width, and nothing else: codes match exactly.
func CleanCode(code string) string { return strings.TrimSpace(code) }

// Match puts both sides together. A user or employee that comes twice with the same id counts once, the last time: pages may overlap.
func Match(users []User, employees []Employee) Roster {
	r := Roster{
		users:     lastByID(users, func(u User) string { return u.ID }),
		employees: lastByID(employees, func(e Employee) string { return e.ID }),
		usersOf:   map[string][]int{},
		staffOf:   map[string][]int{},
		userAt:    map[string]int{},
	}
	for i, u := range r.users {
		r.userAt[u.ID] = i
		if code := CleanCode(u.Code); code != "" {
			r.usersOf[code] = append(r.usersOf[code], i)
		}
	}
	for i, e := range r.employees {
		if code := CleanCode(e.Code); code != "" {
			r.staffOf[code] = append(r.staffOf[code], i)
		}
	}
	return r
}

// lastByID drops all but the last row of each id and keeps the order of first appearance.
func lastByID[T any](rows []T, id func(T) string) []T {
	at := make(map[string]int, len(rows))
	kept := make([]T, 0, len(rows))
	for _, row := range rows {
		if i, seen := at[id(row)]; seen {
			kept[i] = row
			continue
		}
		at[id(row)] = len(kept)
		kept = append(kept, row)
	}
	return kept
}

// On returns the verdict on every user for day d, in the order in which the users were given.
func (r Roster) On(d attendance.Day) []Verdict {
	all := make([]Verdict, len(r.users))
	for i := range r.users {
		all[i] = r.verdict(i, d)
	}
	return all
}

// Of returns the verdict on one user for day d; false when there is no such user.
func (r Roster) Of(userID string, d attendance.Day) (Verdict, bool) {
	i, ok := r.userAt[userID]
	if !ok {
		return Verdict{}, false
	}
	return r.verdict(i, d), true
}

// Employees returns all employees, each once.
func (r Roster) Employees() []Employee { return slices.Clone(r.employees) }

func (r Roster) verdict(i int, d attendance.Day) Verdict {
	u := r.users[i]
	code := CleanCode(u.Code)
	switch {
	case manyOrganizations(u): // first, for no code cures it
		return Verdict{User: u, Reason: attendance.MultipleOrganizations}
	case code == "":
		return Verdict{User: u, Reason: attendance.NoUserCode}
	case len(r.usersOf[code]) > 1:
		return Verdict{User: u, Reason: attendance.DuplicateUserCode}
	}
	return r.employeeOn(u, r.staffOf[code], d)
}

// employeeOn picks the employee of u among those who have the code.
func (r Roster) employeeOn(u User, candidates []int, d attendance.Day) Verdict {
	if len(candidates) == 0 {
		return Verdict{User: u, Reason: attendance.EmployeeUnknown}
	}
	var employed []*Employee
	var left, coming *Employee // the last to leave, the first to come
	for _, i := range candidates {
		e := &r.employees[i]
		switch {
		case e.Employed(d):
			employed = append(employed, e)
		case !e.End.IsZero() && d.After(e.End):
			if left == nil || left.End.Before(e.End) {
				left = e
			}
		case coming == nil || e.Entry.Before(coming.Entry):
			coming = e
		}
	}
	switch {
	case len(employed) > 1:
		return Verdict{User: u, Reason: attendance.DuplicateEmployeeCode}
	case len(employed) == 1:
		return Verdict{User: u, Employee: copyOf(employed[0]), Sound: true}
	case left != nil:
		return Verdict{User: u, Employee: copyOf(left), Reason: attendance.AccessAfterLeaving}
	}
	return Verdict{User: u, Employee: copyOf(coming), Reason: attendance.NotEmployed}
}

func copyOf(e *Employee) *Employee { c := *e; return &c }

// manyOrganizations tells whether the account belongs to more than one 事業所.
func manyOrganizations(u User) bool {
	first := ""
	for _, o := range u.Organizations {
		if o == "" || o == first {
			continue
		}
		if first != "" {
			return true
		}
		first = o
	}
	return false
}
