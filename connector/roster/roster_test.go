package roster

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dakokubridge/connector/attendance"
)

var today = attendance.DayFromNumber(20781)

func TestVerdicts(t *testing.T) {
	yesterday, tomorrow := today.Prev(), today.Next()
	for _, c := range []struct {
		name      string
		users     []User
		employees []Employee
		want      string // verdict on the first user: employee id or reason
	}{
		{"a sound link", []User{{ID: "U1", Code: "0028"}}, []Employee{{ID: "E1", Code: "0028"}}, "E1"},
		{"G07 blanks around", []User{{ID: "U1", Code: "\u30000028 "}}, []Employee{{ID: "E1", Code: " 0028\t"}}, "E1"},
		{"G07 lost zeros", []User{{ID: "U1", Code: "28"}}, []Employee{{ID: "E1", Code: "0028"}}, "EMPLOYEE_UNKNOWN"},
		{"G07 full width", []User{{ID: "U1", Code: "００２８"}}, []Employee{{ID: "E1", Code: "0028"}}, "EMPLOYEE_UNKNOWN"},
		{"G07 letter case", []User{{ID: "U1", Code: "a28"}}, []Employee{{ID: "E1", Code: "A28"}}, "EMPLOYEE_UNKNOWN"},
		{"a blank inside", []User{{ID: "U1", Code: "00 28"}}, []Employee{{ID: "E1", Code: "0028"}}, "EMPLOYEE_UNKNOWN"},
		{"no code", []User{{ID: "U1", Code: " "}}, []Employee{{ID: "E1", Code: ""}}, "NO_USER_CODE"},
		{"G08 unknown", []User{{ID: "U1", Code: "1"}}, nil, "EMPLOYEE_UNKNOWN"},
		{"G04 two users", []User{{ID: "U1", Code: "1"}, {ID: "U2", Code: "1 "}}, []Employee{{ID: "E1", Code: "1"}}, "DUPLICATE_USER_CODE"},
		{"one user served twice", []User{{ID: "U1", Code: "1"}, {ID: "U1", Code: "1"}}, []Employee{{ID: "E1", Code: "1"}}, "E1"},
		{"two employees", []User{{ID: "U1", Code: "1"}}, []Employee{{ID: "E1", Code: "1"}, {ID: "E2", Code: "1"}}, "DUPLICATE_EMPLOYEE_CODE"},
		{"one employee served twice", []User{{ID: "U1", Code: "1"}}, []Employee{{ID: "E1", Code: "1"}, {ID: "E1", Code: "1"}}, "E1"},
		{"G06 the code of a leaver", []User{{ID: "U1", Code: "1"}}, []Employee{{ID: "E1", Code: "1", End: yesterday}, {ID: "E2", Code: "1", Entry: today}}, "E2"},
		{"G06 both on the last day", []User{{ID: "U1", Code: "1"}}, []Employee{{ID: "E1", Code: "1", End: today}, {ID: "E2", Code: "1", Entry: today}}, "DUPLICATE_EMPLOYEE_CODE"},
		{"G09 last day", []User{{ID: "U1", Code: "1"}}, []Employee{{ID: "E1", Code: "1", End: today}}, "E1"},
		{"first day", []User{{ID: "U1", Code: "1"}}, []Employee{{ID: "E1", Code: "1", Entry: today}}, "E1"},
		{"G10 left", []User{{ID: "U1", Code: "1"}}, []Employee{{ID: "E1", Code: "1", End: yesterday}}, "ACCESS_AFTER_LEAVING E1"},
		{"left, a successor to come", []User{{ID: "U1", Code: "1"}}, []Employee{{ID: "E2", Code: "1", Entry: tomorrow}, {ID: "E1", Code: "1", End: yesterday}}, "ACCESS_AFTER_LEAVING E1"},
		{"to come", []User{{ID: "U1", Code: "1"}}, []Employee{{ID: "E1", Code: "1", Entry: tomorrow}}, "NOT_EMPLOYED E1"},
		{"two accounts in one", []User{{ID: "U1", Code: "1", Organizations: []string{"O-1", "O-2"}}}, []Employee{{ID: "E1", Code: "1"}}, "MULTIPLE_ORGANIZATIONS"},
		{"one 事業所, named twice", []User{{ID: "U1", Code: "1", Organizations: []string{"O-1", "O-1", ""}}}, []Employee{{ID: "E1", Code: "1"}}, "E1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Match(c.users, c.employees)
			v := r.On(today)[0]
			if got := tell(v); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if one, ok := r.Of(c.users[0].ID, today); !ok || !reflect.DeepEqual(one, v) {
				t.Errorf("Of gives %+v, On %+v", one, v)
			}
		})
	}
	if _, ok := Match(nil, nil).Of("U1", today); ok {
		t.Error("a verdict on nobody")
	}
}

func tell(v Verdict) string {
	switch {
	case v.Sound:
		return v.Employee.ID
	case v.Employee != nil:
		return fmt.Sprint(v.Reason, " ", v.Employee.ID)
	}
	return string(v.Reason)
}

func TestProposals(t *testing.T) {
	for _, c := range []struct {
		name      string
		users     []User
		employees []Employee
		want      []string
	}{
		{"equal mail", []User{{ID: "U1", Mail: "Sato@example.com"}}, []Employee{{ID: "E1", Code: "0028", Mail: "sato@Example.com "}}, []string{"U1 E1 mail"}},
		{"mail before code", []User{{ID: "U1", Code: "28", Mail: "a@example.com"}}, []Employee{{ID: "E1", Code: "0028"}, {ID: "E2", Code: "0029", Mail: "a@example.com"}}, []string{"U1 E2 mail"}},
		{"full width", []User{{ID: "U1", Code: "００２８"}}, []Employee{{ID: "E1", Code: "0028"}}, []string{"U1 E1 width"}},
		{"letter case", []User{{ID: "U1", Code: "a-28"}}, []Employee{{ID: "E1", Code: "A-28"}}, []string{"U1 E1 case"}},
		{"lost zeros", []User{{ID: "U1", Code: "28"}}, []Employee{{ID: "E1", Code: "0028"}}, []string{"U1 E1 zeros"}},
		{"all three", []User{{ID: "U1", Code: "ａ２８"}}, []Employee{{ID: "E1", Code: "00A28"}}, []string{"U1 E1 zeros"}},
		{"two could be meant", []User{{ID: "U1", Code: "28"}}, []Employee{{ID: "E1", Code: "0028"}, {ID: "E2", Code: "028"}}, nil},
		{"one of the two is linked", []User{{ID: "U1", Code: "28"}, {ID: "U2", Code: "028"}}, []Employee{{ID: "E1", Code: "0028"}, {ID: "E2", Code: "028"}}, nil},
		{"two could mean it", []User{{ID: "U1", Code: "28"}, {ID: "U2", Code: "０２８"}}, []Employee{{ID: "E1", Code: "0028"}}, []string{}},
		{"one mail, two users", []User{{ID: "U1", Mail: "a@example.com"}, {ID: "U2", Mail: "A@example.com"}}, []Employee{{ID: "E1", Code: "1", Mail: "a@example.com"}}, nil},
		{"linked already", []User{{ID: "U1", Mail: "a@example.com"}, {ID: "U2", Code: "1"}}, []Employee{{ID: "E1", Code: "1", Mail: "a@example.com"}}, nil},
		{"the employee has no code", []User{{ID: "U1", Mail: "a@example.com"}}, []Employee{{ID: "E1", Mail: "a@example.com"}}, nil},
		{"the code would lead to two", []User{{ID: "U1", Mail: "a@example.com"}}, []Employee{{ID: "E1", Code: "1", Mail: "a@example.com"}, {ID: "E2", Code: "1"}}, nil},
		{"left", []User{{ID: "U1", Code: "28"}}, []Employee{{ID: "E1", Code: "028", End: today.Prev()}}, nil},
		{"two 事業所", []User{{ID: "U1", Code: "28", Organizations: []string{"O-1", "O-2"}}}, []Employee{{ID: "E1", Code: "028"}}, nil},
		{"nobody has anything", []User{{ID: "U1"}, {ID: "U2"}}, []Employee{{ID: "E1"}, {ID: "E2"}}, nil},
		{"zeros only", []User{{ID: "U1", Code: "0"}}, []Employee{{ID: "E1", Code: "00"}}, nil},
		{"two with one code, told apart by mail", []User{{ID: "U1", Code: "1", Mail: "a@example.com"}, {ID: "U2", Code: "1", Mail: "b@example.com"}},
			[]Employee{{ID: "E1", Code: "1", Mail: "a@example.com"}, {ID: "E2", Code: "2", Mail: "b@example.com"}}, []string{"U2 E2 mail"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range Match(c.users, c.employees).Proposals(today) {
				got = append(got, fmt.Sprint(p.User.ID, " ", p.Employee.ID, " ", p.Why))
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func anyCode() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", " ", "1", "01", "001", "１", "a1", "A1", "ａ1", "2", "02", "３", "3 ", "3"})
}

func anyRoster(t *rapid.T) ([]User, []Employee) {
	mail := rapid.SampledFrom([]string{"", "a@example.com", "A@example.com", "b@example.com", "c@example.com"})
	var users []User
	for i := range rapid.IntRange(0, 6).Draw(t, "users") {
		orgs := []string{"O-1"}
		if rapid.IntRange(0, 9).Draw(t, "orgs") == 0 {
			orgs = append(orgs, "O-2")
		}
		users = append(users, User{ID: fmt.Sprint("U", i), Code: anyCode().Draw(t, "user code"), Mail: mail.Draw(t, "user mail"), Organizations: orgs})
	}
	var employees []Employee
	for i := range rapid.IntRange(0, 6).Draw(t, "employees") {
		e := Employee{ID: fmt.Sprint("E", i), Code: anyCode().Draw(t, "code"), Mail: mail.Draw(t, "mail")}
		if rapid.IntRange(0, 3).Draw(t, "leaves") == 0 {
			e.End = today.Add(rapid.IntRange(-1, 1).Draw(t, "end"))
		}
		employees = append(employees, e)
	}
	return users, employees
}

func TestSoundLinksArePairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		users, employees := anyRoster(t)
		linked := map[string]string{}
		for _, v := range Match(users, employees).On(today) {
			if v.Sound != (v.Reason == "") || v.Sound && v.Employee == nil {
				t.Fatalf("neither sound nor explained: %+v", v)
			}
			if !v.Sound {
				continue
			}
			if CleanCode(v.User.Code) != CleanCode(v.Employee.Code) || CleanCode(v.User.Code) == "" || !v.Employee.Employed(today) {
				t.Fatalf("%+v is linked to %+v", v.User, v.Employee)
			}
			if other, twice := linked[v.Employee.ID]; twice {
				t.Fatalf("%s is %s and %s", v.Employee.ID, other, v.User.ID)
			}
			linked[v.Employee.ID] = v.User.ID
		}
	})
}

// TestEveryPairIsLinked is the other way round: a code that exactly one user and one employee of today have makes a link.
func TestEveryPairIsLinked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		users, employees := anyRoster(t)
		r := Match(users, employees)
		for _, e := range employees {
			same := func(code string) bool { return CleanCode(code) == CleanCode(e.Code) && CleanCode(code) != "" }
			alone := count(employees, func(o Employee) bool { return same(o.Code) && o.Employed(today) }) == 1 && e.Employed(today)
			bearers := count(users, func(u User) bool { return same(u.Code) })
			for _, u := range users {
				if !alone || bearers != 1 || !same(u.Code) || len(u.Organizations) > 1 {
					continue
				}
				if v, _ := r.Of(u.ID, today); !v.Sound || v.Employee.ID != e.ID {
					t.Fatalf("%s should be %s, and is %s", u.ID, e.ID, tell(v))
				}
			}
		}
	})
}

func count[T any](all []T, is func(T) bool) (n int) {
	for _, one := range all {
		if is(one) {
			n++
		}
	}
	return n
}

// TestProposalsHold registers one proposed code, and the link must be sound then: a proposal that leads nowhere or to two would be none.
func TestProposalsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		users, employees := anyRoster(t)
		seen := map[string]bool{}
		for _, p := range Match(users, employees).Proposals(today) {
			if seen[p.User.ID] || seen[p.Employee.ID] {
				t.Fatalf("%+v is proposed twice", p)
			}
			seen[p.User.ID], seen[p.Employee.ID] = true, true
			after := append([]User(nil), users...)
			for i := range after {
				if after[i].ID == p.User.ID {
					after[i].Code = p.Employee.Code
				}
			}
			if v, _ := Match(after, employees).Of(p.User.ID, today); !v.Sound || v.Employee.ID != p.Employee.ID {
				t.Fatalf("after registering %+v: %s", p, tell(v))
			}
		}
	})
}

// tenThousand is a company where every code is misspelt, so that every proposal has work to do.
func tenThousand() ([]User, []Employee) {
	var users []User
	var employees []Employee
	for i := range 10_000 {
		users = append(users, User{ID: fmt.Sprint("U", i), Code: fmt.Sprint(i + 1), Mail: fmt.Sprintf("u%d@example.com", i%9000)})
		employees = append(employees, Employee{ID: fmt.Sprint("E", i), Code: fmt.Sprintf("%06d", i+1)})
	}
	return users, employees
}

func TestTenThousandPeople(t *testing.T) {
	users, employees := tenThousand()
	began := time.Now()
	r := Match(users, employees)
	verdicts, proposals := r.On(today), r.Proposals(today)
	if len(verdicts) != 10_000 || len(proposals) != 10_000 {
		t.Errorf("%d verdicts, %d proposals", len(verdicts), len(proposals))
	}
	t.Logf("10,000 people took %s", time.Since(began))
}

func BenchmarkTenThousandPeople(b *testing.B) {
	users, employees := tenThousand()
	for b.Loop() {
		Match(users, employees).Proposals(today)
	}
}
