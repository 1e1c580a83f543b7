package akerunserver

import (
	"encoding/json"
	"slices"
	"time"

	"dakokubridge/connector/simulator/company"
)

// CodeSpan is a ユーザーコード from an instant on; an empty code means none.
type CodeSpan struct {
	Code string    `json:"code"`
	From time.Time `json:"from"`
}

// MembershipSpan is a user's time in a 事業所.
type MembershipSpan struct {
	Organization string       `json:"organization"`
	Rank         company.Rank `json:"rank"`
	From         time.Time    `json:"from"`
	Until        time.Time    `json:"until,omitzero"` // zero while it lasts
}

// user is an account; its index never changes.
type user struct {
	id, name, mail string
	codes          []CodeSpan
	memberships    []MembershipSpan
	ranks          map[string]company.Rank // by id of the 事業所: the memberships that last
	short          []byte                  // as rows of accesses show the user
	created        time.Time
	updated        time.Time
}

// addUser adds a user who is there from the given instant; the caller holds the lock.
func (s *Server) addUser(u company.User, from time.Time) int {
	n := &user{id: u.ID, mail: u.Mail, ranks: map[string]company.Rank{}, created: from, updated: from}
	n.rename(u.Name)
	n.setCode(u.Code, from)
	for _, m := range u.Memberships {
		n.join(s.company.Organizations[m.Organization].ID, m.Rank, from)
	}
	s.users = append(s.users, n)
	i := len(s.users) - 1
	s.byID[n.id] = i
	s.sorted = append(s.sorted, i)
	for k := len(s.sorted) - 1; k > 0 && s.users[s.sorted[k-1]].id > n.id; k-- {
		s.sorted[k-1], s.sorted[k] = s.sorted[k], s.sorted[k-1]
	}
	return i
}

func (u *user) code() string { return u.codes[len(u.codes)-1].Code }

func (u *user) setCode(code string, at time.Time) {
	u.codes = append(u.codes, CodeSpan{Code: code, From: at})
	u.updated = at
}

func (u *user) rename(name string) {
	u.name = name
	u.short = reference(u.id, name)
}

// join makes u a member of a 事業所, or changes the rank there.
func (u *user) join(organization string, rank company.Rank, at time.Time) {
	if u.ranks[organization] == rank {
		return
	}
	u.end(organization, at)
	u.ranks[organization] = rank
	u.memberships = append(u.memberships, MembershipSpan{Organization: organization, Rank: rank, From: at})
	u.updated = at
}

// end ends u's membership of a 事業所, if there is one.
func (u *user) end(organization string, at time.Time) {
	delete(u.ranks, organization)
	for i := range u.memberships {
		if m := &u.memberships[i]; m.Organization == organization && m.Until.IsZero() {
			m.Until = at
			u.updated = at
		}
	}
}

// leave ends all memberships: the account is deleted.
func (u *user) leave(at time.Time) {
	for i := range u.memberships {
		u.end(u.memberships[i].Organization, at)
	}
}

// mayRead tells whether u may read history and users of a 事業所: マネージャー or above there, and a plain member of none.
func (u *user) mayRead(organization string) bool {
	for _, rank := range u.ranks {
		if rank == company.Member {
			return false
		}
	}
	return u.ranks[organization] != ""
}

// reference is a door or user as a row of accesses shows it.
func reference(id, name string) []byte {
	text, err := json.Marshal(struct {
		ID    string  `json:"id"`
		Name  string  `json:"name"`
		Image *string `json:"image_url"`
	}{ID: id, Name: name})
	if err != nil { // strings can always be written
		panic(err)
	}
	return text
}

// UserSpan is an account during a span of time in which its code and its 事業所 were the same.
type UserSpan struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"` // as it is now, like Mail
	Mail          string    `json:"mail"`
	Code          string    `json:"code"`
	Organizations []string  `json:"organizations"` // none: the account has been deleted, or not been made
	From          time.Time `json:"from"`
	Until         time.Time `json:"until,omitzero"` // not included; zero: it lasts
}

// Spans cuts the account's history where its code or its 事業所 changed, in order of time.
func (u User) Spans() []UserSpan {
	var cuts []time.Time
	for _, c := range u.Codes {
		cuts = append(cuts, c.From)
	}
	for _, m := range u.Memberships {
		cuts = append(cuts, m.From)
		if !m.Until.IsZero() {
			cuts = append(cuts, m.Until)
		}
	}
	slices.SortFunc(cuts, time.Time.Compare)
	cuts = slices.CompactFunc(cuts, time.Time.Equal)
	var spans []UserSpan
	for i, from := range cuts {
		span := UserSpan{ID: u.ID, Name: u.Name, Mail: u.Mail, From: from, Organizations: []string{}}
		if i+1 < len(cuts) {
			span.Until = cuts[i+1]
		}
		for _, c := range u.Codes {
			if !c.From.After(from) {
				span.Code = c.Code
			}
		}
		for _, m := range u.Memberships {
			if !m.From.After(from) && (m.Until.IsZero() || m.Until.After(from)) {
				span.Organizations = append(span.Organizations, m.Organization)
			}
		}
		spans = append(spans, span)
	}
	return spans
}
