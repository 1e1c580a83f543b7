package roster

import (
	"strings"

	"golang.org/x/text/width"

	"dakokubridge/connector/attendance"
)

// Why tells what a proposal rests on.
type Why string

// What a proposal may rest on, the most reliable first.
const (
	SameMail  Why = "mail"  // equal mail addresses, letter case aside
	NearWidth Why = "width" // the codes differ in full and half width only
	NearCase  Why = "case"  // and in letter case
	NearZeros Why = "zeros" // and in leading zeros, as Excel loses them
)

// Proposal says whom a user without a sound link may be. It is shown to a person and never used by itself.
type Proposal struct {
	User     User
	Employee Employee // Employee.Code is the ユーザーコード to register
	Why      Why
}

// near lists the ways in which a code may be misspelt, each allowing what the one before allows.
var near = []struct {
	why  Why
	fold func(string) string
}{
	{NearWidth, foldWidth},
	{NearCase, foldCase},
	{NearZeros, func(code string) string { return strings.TrimLeft(foldCase(code), "0") }},
}

func foldWidth(code string) string { return CleanCode(width.Fold.String(code)) }
func foldCase(code string) string  { return strings.ToLower(foldWidth(code)) }

// Proposals pairs users without a sound link on d with employees of that day whom no user leads to. A pair is proposed only where
// neither side could be meant by anybody else: what is ambiguous is left to the person.
func (r Roster) Proposals(d attendance.Day) []Proposal {
	p := r.pairing(d)
	found := map[int]Proposal{}
	taken := map[int]bool{}
	p.pair(r, found, taken, SameMail, func(u User) string { return foldMail(u.Mail) }, func(e Employee) string { return foldMail(e.Mail) })
	for _, n := range near {
		p.pair(r, found, taken, n.why, func(u User) string { return n.fold(u.Code) }, func(e Employee) string { return n.fold(e.Code) })
	}
	all := make([]Proposal, 0, len(found))
	for i := range r.users {
		if proposal, ok := found[i]; ok {
			all = append(all, proposal)
		}
	}
	return all
}

func foldMail(mail string) string { return strings.ToLower(strings.TrimSpace(mail)) }

// pairing holds who may be paired.
type pairing struct {
	open   []int        // users without a sound link
	staff  []int        // everybody employed on the day: who is linked already makes a match ambiguous, too
	usable map[int]bool // employees whose code would lead to them and to nobody else
}

func (r Roster) pairing(d attendance.Day) pairing {
	p := pairing{usable: map[int]bool{}}
	linked := map[string]bool{}
	for i := range r.users {
		switch v := r.verdict(i, d); {
		case v.Sound:
			linked[v.Employee.ID] = true
		case v.Reason != attendance.MultipleOrganizations: // a code would not cure that
			p.open = append(p.open, i)
		}
	}
	bearers := map[string]int{}
	for i, e := range r.employees {
		if e.Employed(d) {
			p.staff = append(p.staff, i)
			bearers[CleanCode(e.Code)]++
		}
	}
	for _, i := range p.staff {
		e := r.employees[i]
		code := CleanCode(e.Code)
		p.usable[i] = code != "" && bearers[code] == 1 && !linked[e.ID] && len(r.usersOf[code]) == 0
	}
	return p
}

// pair proposes the pairs that are alone in having a key.
func (p pairing) pair(r Roster, found map[int]Proposal, taken map[int]bool, why Why, keyOfUser func(User) string, keyOfEmployee func(Employee) string) {
	users, staff := map[string][]int{}, map[string][]int{}
	for _, i := range p.open {
		if key := keyOfUser(r.users[i]); key != "" {
			users[key] = append(users[key], i)
		}
	}
	for _, i := range p.staff {
		if key := keyOfEmployee(r.employees[i]); key != "" {
			staff[key] = append(staff[key], i)
		}
	}
	for key, u := range users {
		e := staff[key]
		if len(u) != 1 || len(e) != 1 || !p.usable[e[0]] || taken[e[0]] {
			continue
		}
		if _, done := found[u[0]]; done {
			continue
		}
		found[u[0]] = Proposal{User: r.users[u[0]], Employee: r.employees[e[0]], Why: why}
		taken[e[0]] = true
	}
}
