package akerunserver

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"time"

	"dakokubridge/connector/simulator/company"
)

// Access is a row of the 入退室履歴 with what only the server knows of it.
type Access struct {
	ID           string    `json:"id"` // as shown, without quotes
	Organization string    `json:"organization"`
	Door         string    `json:"door"`
	User         string    `json:"user"` // empty where nobody is known
	Action       string    `json:"action"`
	DeviceType   string    `json:"device_type"`
	DeviceName   string    `json:"device_name"`
	At           time.Time `json:"at"`     // at the door, by the door's clock; UTC, whole seconds
	Up           time.Time `json:"up"`     // when the API first shows it
	Served       bool      `json:"served"` // it has been in an answer
}

// SetSwitch sets a switch by its JSON name. The names and values are those of Switches.
func (s *Server) SetSwitch(name string, value json.RawMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := s.switches.with(name, value)
	if err != nil {
		return err
	}
	s.switches = next
	s.ledger.order(next.IDOrder == "event")
	if name == "faults" {
		s.faults = nil
		for _, f := range next.Faults {
			s.faults = append(s.faults, fault{Fault: f})
		}
	}
	return nil
}

// Switches returns the switches as they stand.
func (s *Server) Switches() Switches {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.switches
}

// Inject adds a fault to those of the switch.
func (s *Server) Inject(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.switches.Faults = append(s.switches.Faults[:len(s.switches.Faults):len(s.switches.Faults)], f)
	s.faults = append(s.faults, fault{Fault: f})
}

// Heal takes all faults away.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.switches.Faults, s.faults = nil, nil
}

// NewAccess is what AddAccess takes.
type NewAccess struct {
	User       string    `json:"user"`        // an Akerun user's id; empty: nobody
	Door       string    `json:"door"`        // empty: the first one
	At         time.Time `json:"at"`          // zero: now. Whole seconds count
	Up         time.Time `json:"up"`          // zero, or past: now
	Action     string    `json:"action"`      // empty: unlock
	DeviceType string    `json:"device_type"` // empty: nfc_outside
	DeviceName string    `json:"device_name"` // empty: NFC
}

// mostAdded is what the numbering leaves room for.
const mostAdded = perDay

// AddAccess adds a row and returns its id as shown. By arrival its id is above all that have been shown.
func (s *Server) AddAccess(n NewAccess) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	user, door := -1, 0
	if n.User != "" {
		i, known := s.byID[n.User]
		if !known {
			return "", fmt.Errorf("adding an access: there is no Akerun user %s", n.User)
		}
		user = i
	}
	for door < len(s.company.Doors) && n.Door != "" && s.company.Doors[door].ID != n.Door {
		door++
	}
	if door == len(s.company.Doors) {
		return "", fmt.Errorf("adding an access: there is no door %s", n.Door)
	}
	if len(s.ledger.added) >= mostAdded {
		return "", fmt.Errorf("adding an access: %d have been added, and there is room for no more", mostAdded)
	}
	if n.At.IsZero() {
		n.At = now
	}
	if n.Up.Before(now) {
		n.Up = now
	}
	a := company.Access{At: n.At.Unix(), Up: n.Up.Unix(), User: int32(user), Door: int32(door)}
	text := company.KindText{Action: or(n.Action, "unlock"), DeviceType: or(n.DeviceType, "nfc_outside"), DeviceName: or(n.DeviceName, "NFC")}
	return s.showID(s.ledger.add(a, text)), nil
}

// ChangeCode types a ユーザーコード in, as Akerun's console does.
func (s *Server) ChangeCode(userID, code string) error {
	return s.edit("changing the code of", userID, func(u *user, now time.Time) { u.setCode(code, now) })
}

// Rename changes the name of a user.
func (s *Server) Rename(userID, name string) error {
	return s.edit("renaming", userID, func(u *user, now time.Time) {
		u.rename(name)
		u.updated = now
	})
}

// RemoveUser takes the account out of every 事業所; its accesses stay.
func (s *Server) RemoveUser(userID string) error {
	return s.edit("removing", userID, func(u *user, now time.Time) { u.leave(now) })
}

// SetRank makes a user a member of a 事業所 at that rank; an empty rank ends the membership.
func (s *Server) SetRank(userID, organization string, rank company.Rank) error {
	if s.organization(organization) < 0 {
		return fmt.Errorf("setting the rank of %s: there is no 事業所 %s", userID, organization)
	}
	switch rank {
	case "":
		return s.edit("taking the rank of", userID, func(u *user, now time.Time) { u.end(organization, now) })
	case company.SuperManager, company.Manager, company.Member:
		return s.edit("setting the rank of", userID, func(u *user, now time.Time) { u.join(organization, rank, now) })
	}
	return fmt.Errorf("setting the rank of %s: %q is none", userID, rank)
}

func (s *Server) edit(doing, userID string, change func(*user, time.Time)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	i, known := s.byID[userID]
	if !known {
		return fmt.Errorf("%s %s: there is no such Akerun user", doing, userID)
	}
	change(s.users[i], s.now())
	return nil
}

// AddUser adds a member of the first 事業所 and returns the id.
func (s *Server) AddUser(name, mail, code string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.userID()
	s.addUser(company.User{ID: id, Name: name, Mail: mail, Code: code, Memberships: []company.Membership{{Rank: company.Member}}}, s.now())
	return id
}

// RevokeTokens ends every token, as an administrator or a new password does.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.oauth.access {
		g.revoked = true
	}
}

// ExpireTokens makes every access token expire at once; refresh tokens live on.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.oauth.access {
		g.lives = 0
	}
}

// User is an account with its history.
type User struct {
	ID          string           `json:"id"`
	Name        string           `json:"name"`
	Mail        string           `json:"mail"`
	Codes       []CodeSpan       `json:"codes"`
	Memberships []MembershipSpan `json:"memberships"`
}

// Users returns every account there has ever been, ascending by id.
func (s *Server) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	users := make([]User, 0, len(s.users))
	for _, i := range s.sorted {
		u := s.users[i]
		users = append(users, User{
			ID: u.id, Name: u.name, Mail: u.mail,
			Codes: append([]CodeSpan(nil), u.codes...), Memberships: append([]MembershipSpan(nil), u.memberships...),
		})
	}
	return users
}

// Accesses goes through the rows that the API could have shown by now and whose instant at the door lies in [from, until), in
// the order of their ids; a zero until means no end. The loop's body must not call the server.
func (s *Server) Accesses(from, until time.Time) iter.Seq[Access] {
	wanted := span{before: math.MaxUint64, from: from.Unix(), to: math.MaxInt64}
	if !until.IsZero() {
		wanted.to = until.Unix() - 1
	}
	return func(yield func(Access) bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		wanted.now = s.now().Unix()
		for r := range s.ledger.rows(wanted) {
			if !yield(s.describe(r)) {
				return
			}
		}
	}
}

func (s *Server) describe(r *row) Access {
	door, text := s.company.Doors[r.Door], r.text()
	a := Access{
		ID: s.showID(r.id), Organization: s.company.Organizations[door.Organization].ID, Door: door.ID,
		Action: text.Action, DeviceType: text.DeviceType, DeviceName: text.DeviceName,
		At: time.Unix(r.At, 0).UTC(), Up: time.Unix(r.Up, 0).UTC(), Served: s.ledger.wasServed(r),
	}
	if r.User >= 0 {
		a.User = s.users[r.User].id
	}
	return a
}

// ServedCount returns how many rows have been in an answer, each counted once.
func (s *Server) ServedCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ledger.count
}
