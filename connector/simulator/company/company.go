// Package company makes up the people, doors and days of a company from a seed, with the mistakes that real ones have.
//
// It is plain data and knows neither Akerun's nor Salesforce's ways of showing it. The same seed gives the same company on every
// machine; each day's accesses come from (seed, day) alone, so that a year never has to be in memory.
package company

import (
	"fmt"
	"time"
)

// Size names one of the three companies that speed and size are measured with.
type Size string

// The sizes: people and doors.
const (
	Small  Size = "S" // 50 people, 3 doors
	Medium Size = "M" // 1,000 people, 20 doors
	Large  Size = "L" // 10,000 people, 120 doors
)

var sizes = map[Size]struct{ people, doors int }{Small: {50, 3}, Medium: {1000, 20}, Large: {10000, 120}}

// maxPeople is what the numbering of accesses within a day leaves room for: a million rows, about eight a person.
const maxPeople = 100000

// Options say which company to make.
type Options struct {
	Seed   uint64
	Size   Size      // default Small
	People int       // instead of the size's; at least 10
	Doors  int       // instead of the size's; at least 1
	From   time.Time // when the story begins; people leave and join around it. Required
	// History is for how many business days before From's there are accesses; 0 means 14, less than 0 none.
	History int
	// Days is after how many business days from From's on the accesses end; 0 means never.
	Days int
}

// Organization is one 事業所 of Akerun. The first of a company is the one to link.
type Organization struct{ ID, Name string }

// Door is one Akerun at a door of one 事業所.
type Door struct {
	ID, Name     string
	Organization int // index into Company.Organizations
}

// Rank is a user's role in one 事業所, from Akerun's console: スーパーマネージャー, マネージャー or メンバー.
type Rank string

// The ranks.
const (
	SuperManager Rank = "super_manager"
	Manager      Rank = "manager"
	Member       Rank = "member"
)

// Membership is a user's belonging to a 事業所.
type Membership struct {
	Organization int // index into Company.Organizations
	Rank         Rank
}

// User is an Akerun account as it is at the beginning of the accesses; Company.Changes says what becomes of it.
type User struct {
	ID, Name    string
	Mail        string // may be empty
	Code        string // ユーザーコード as typed; may be empty
	Memberships []Membership
}

// Change is something done to a user in Akerun's console at an instant: a code typed in, or the account taken out of every 事業所.
type Change struct {
	At    time.Time
	User  int    // index into Company.Users
	Code  string // the new code, unless Leave
	Leave bool
}

// Employee is one 勤怠社員 record of TeamSpirit.
type Employee struct {
	ID, UserID string // 18 characters each; UserID is empty where nobody signs in
	Name, Mail string
	Code       string // 社員コード
	Entry, End string // 入社日 and 退社日 as 2026-11-22; End is empty while employed
}

// Account is somebody who can sign in to Akerun's or Salesforce's pages of the simulator.
type Account struct {
	Role     string // super_manager, manager, member; admin, employee
	Login    string // mail address at Akerun, user name at Salesforce
	Password string
	User     int    // index into Company.Users, or −1
	UserID   string // Salesforce's id of the user, 18 characters, or empty
	Employee int    // index into Company.Employees, or −1
}

// Company is everything that does not depend on a day. Treat it as read-only.
type Company struct {
	Organizations    []Organization
	Doors            []Door
	Users            []User
	Employees        []Employee
	Changes          []Change // in order of time
	AkerunAccounts   []Account
	SalesforceLogins []Account
	Cases            []Case
	First            Day // first business day with accesses
	Last             Day // last one

	seed   uint64
	people []person
}

// Case is one of the company's troubles, and who has it. The linked 事業所 decides nothing here: this is for finding them in tests.
type Case struct {
	Trouble   Trouble
	Users     []string // ids of Akerun users
	Employees []string // ids of TeamSpirit employees
}

// New makes the company that o describes.
func New(o Options) (*Company, error) {
	size, known := sizes[o.Size]
	if o.Size == "" {
		size, known = sizes[Small], true
	}
	if !known {
		return nil, fmt.Errorf("making a company of size %q: the sizes are S, M and L", o.Size)
	}
	if o.People != 0 {
		size.people = o.People
	}
	if o.Doors != 0 {
		size.doors = o.Doors
	}
	if size.people < 10 || size.people > maxPeople || size.doors < 1 {
		return nil, fmt.Errorf("making a company of %d people and %d doors: it needs 10 to %d people and a door", size.people, size.doors, maxPeople)
	}
	if o.From.IsZero() {
		return nil, fmt.Errorf("making a company: the instant at which its story begins is missing")
	}
	b := newBuilder(o, size.people, size.doors)
	b.build()
	return b.company, nil
}
