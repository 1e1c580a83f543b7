package roster

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestJudge(t *testing.T) {
	r := Match([]User{{ID: "a", Code: "1"}, {ID: "b", Code: " 2 "}, {ID: "c"}, {ID: "d", Code: "4"}}, nil)
	for name, c := range map[string]struct {
		all   []Assignment
		erase bool
		want  map[int]Objected
	}{
		"good":                     {all: []Assignment{{"a", "10"}, {"c", "30"}}},
		"the same code again":      {all: []Assignment{{"a", " 1"}}},
		"unknown":                  {all: []Assignment{{"x", "1"}, {"", "2"}}, want: map[int]Objected{0: {Why: UnknownUser, Other: -1}, 1: {Why: UnknownUser, Other: -1}}},
		"twice":                    {all: []Assignment{{"a", "10"}, {"b", "20"}, {"a", "10"}}, want: map[int]Objected{0: {Why: SameUser, Other: 2}, 2: {Why: SameUser, Other: 0}}},
		"empty":                    {all: []Assignment{{"a", "　"}}, want: map[int]Objected{0: {Why: EmptyCode, Other: -1}}},
		"empty on purpose":         {all: []Assignment{{"a", ""}, {"b", ""}}, erase: true},
		"longest":                  {all: []Assignment{{"a", strings.Repeat("あ", MaxCode)}}},
		"too long":                 {all: []Assignment{{"a", strings.Repeat("あ", MaxCode+1)}}, want: map[int]Objected{0: {Why: LongCode, Other: -1}}},
		"line break inside":        {all: []Assignment{{"a", "1\n2"}}, want: map[int]Objected{0: {Why: OddCode, Other: -1}}},
		"one code for two":         {all: []Assignment{{"a", "9"}, {"c", "9 "}}, want: map[int]Objected{0: {Why: SameCode, Other: 1}, 1: {Why: SameCode, Other: 0}}},
		"taken":                    {all: []Assignment{{"c", "2"}}, want: map[int]Objected{0: {Why: CodeTaken, Other: -1, Holder: "b"}}},
		"handed on":                {all: []Assignment{{"c", "2"}, {"b", "20"}}},
		"swapped":                  {all: []Assignment{{"a", "2"}, {"b", "1"}}},
		"handed on by a bad one":   {all: []Assignment{{"c", "2"}, {"b", ""}}, want: map[int]Objected{0: {Why: CodeTaken, Other: -1, Holder: "b"}, 1: {Why: EmptyCode, Other: -1}}},
		"a chain with a bad end":   {all: []Assignment{{"c", "2"}, {"b", "1"}, {"a", "4"}}, want: map[int]Objected{0: {Why: CodeTaken, Other: -1, Holder: "b"}, 1: {Why: CodeTaken, Other: -1, Holder: "a"}, 2: {Why: CodeTaken, Other: -1, Holder: "d"}}},
		"the holder comes in vain": {all: []Assignment{{"c", "2"}, {"b", "2"}}, want: map[int]Objected{0: {Why: SameCode, Other: 1}, 1: {Why: SameCode, Other: 0}}},
	} {
		t.Run(name, func(t *testing.T) {
			want := c.want
			if want == nil {
				want = map[int]Objected{}
			}
			if diff := cmp.Diff(want, r.Judge(c.all, c.erase)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestJudgeLeavesNoDoubles: when everything that is not objected to is carried out, nobody who gets a code shares it.
func TestJudgeLeavesNoDoubles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom([]string{"", "1", "2", "3", " 2", "4"})
		var users []User
		for i := range rapid.IntRange(1, 6).Draw(t, "users") {
			users = append(users, User{ID: fmt.Sprint("u", i), Code: code.Draw(t, "code")})
		}
		all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Assignment {
			return Assignment{UserID: fmt.Sprint("u", rapid.IntRange(0, 6).Draw(t, "user")), Code: code.Draw(t, "new")}
		}), 0, 8).Draw(t, "assignments")
		found := Match(users, nil).Judge(all, rapid.Bool().Draw(t, "erase"))
		after, gets := map[string]string{}, map[string]bool{}
		for _, u := range users {
			after[u.ID] = CleanCode(u.Code)
		}
		for i, a := range all {
			if _, bad := found[i]; !bad {
				if gets[a.UserID] {
					t.Fatalf("%s gets two codes", a.UserID)
				}
				after[a.UserID], gets[a.UserID] = CleanCode(a.Code), true
			}
		}
		for one, a := range after {
			for other, b := range after {
				if one < other && a != "" && a == b && (gets[one] || gets[other]) {
					t.Fatalf("%s and %s both have %q; objections %v", one, other, a, found)
				}
			}
		}
	})
}
