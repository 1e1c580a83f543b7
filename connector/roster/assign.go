package roster

import (
	"unicode"
	"unicode/utf8"
)

// Assignment is a code that a user shall get.
type Assignment struct{ UserID, Code string }

// Objection says why an assignment should not be made; a closed set.
type Objection string

// The objections.
const (
	UnknownUser Objection = "unknown_user" // no Akerun user has that id
	SameUser    Objection = "same_user"    // another assignment speaks of the same user
	EmptyCode   Objection = "empty_code"   // would take the user's code away
	LongCode    Objection = "long_code"    // longer than MaxCode
	OddCode     Objection = "odd_code"     // line breaks, tabs, control characters, or what could not be decoded
	SameCode    Objection = "same_code"    // another assignment gives the same code to somebody else
	CodeTaken   Objection = "code_taken"   // a user has it who keeps it
)

// MaxCode is the longest code that is written, in characters. Akerun publishes no limit; no 社員コード is this long.
const MaxCode = 100

// Objected is an assignment that should not be made.
type Objected struct {
	Why Objection
	// Other is the index of the assignment that is in the way, with SameUser and SameCode; -1 otherwise.
	Other int
	// Holder is the id of the user who has the code, with CodeTaken.
	Holder string
}

// Judge looks at assignments that are to be made together, and returns the objections by index. What counts is who would have which code
// afterwards: codes may be handed round. An assignment that is objected to leaves its user's code as it is, which may put another one
// in the way of that; so what remains can be made as it stands. With erase, an empty code is no objection.
func (r Roster) Judge(all []Assignment, erase bool) map[int]Objected {
	j := judging{roster: r, all: all, found: make(map[int]Objected)}
	j.alone(erase)
	for j.together() {
	}
	return j.found
}

type judging struct {
	roster Roster
	all    []Assignment
	found  map[int]Objected
}

// alone looks at each assignment by itself, and for users who come twice.
func (j *judging) alone(erase bool) {
	first := make(map[string]int, len(j.all))
	for i, a := range j.all {
		if before, twice := first[a.UserID]; twice {
			j.found[i] = Objected{Why: SameUser, Other: before}
			if _, bad := j.found[before]; !bad {
				j.found[before] = Objected{Why: SameUser, Other: i}
			}
			continue
		}
		first[a.UserID] = i
		if why := j.roster.wrong(a, erase); why != "" {
			j.found[i] = Objected{Why: why, Other: -1}
		}
	}
}

func (r Roster) wrong(a Assignment, erase bool) Objection {
	code := CleanCode(a.Code)
	_, known := r.userAt[a.UserID]
	switch {
	case !known:
		return UnknownUser
	case code == "" && !erase:
		return EmptyCode
	case utf8.RuneCountInString(code) > MaxCode:
		return LongCode
	}
	for _, c := range code {
		if unicode.IsControl(c) || c == unicode.ReplacementChar {
			return OddCode
		}
	}
	return ""
}

// together looks for codes that two users would have, and tells whether it found a new objection.
func (j *judging) together() bool {
	gets := make(map[string]int, len(j.all)) // by user
	firstOf := make(map[string]int, len(j.all))
	fresh := false
	for i, a := range j.all {
		if _, bad := j.found[i]; bad {
			continue
		}
		gets[a.UserID] = i
		code := CleanCode(a.Code)
		if code == "" {
			continue
		}
		if before, twice := firstOf[code]; twice {
			j.found[i] = Objected{Why: SameCode, Other: before}
			j.found[before] = Objected{Why: SameCode, Other: i}
			fresh = true
			continue
		}
		firstOf[code] = i
	}
	for i, a := range j.all {
		if _, bad := j.found[i]; bad {
			continue
		}
		for _, u := range j.roster.usersOf[CleanCode(a.Code)] {
			holder := j.roster.users[u].ID
			if _, leaves := gets[holder]; holder != a.UserID && !leaves {
				j.found[i] = Objected{Why: CodeTaken, Other: -1, Holder: holder}
				fresh = true
				break
			}
		}
	}
	return fresh
}
