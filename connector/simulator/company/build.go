package company

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
)

// perTrouble is how many people share each trouble once.
const perTrouble = 200

// defaultHistory is how many business days of accesses lie before the story's first, so that a preview has something to show.
const defaultHistory = 14

// person is somebody with a card: what decides the accesses of their days.
type person struct {
	user         int // index into Company.Users
	employee     int // index into Company.Employees, or −1
	habit        *habit
	doors        [2]int32 // where the person usually goes in and out
	app          bool     // opens with the telephone instead of a card
	webStamps    bool     // also stamps in TeamSpirit's own page
	secondOffice bool     // now and then works at the second 事業所
	from, until  Day      // first and last business day on which the person comes
}

type builder struct {
	options       Options
	people, doors int
	width         int // digits of a code
	nextCode      int
	random        *rand.Rand
	company       *Company
}

func newBuilder(o Options, people, doors int) *builder {
	from := DayOf(o.From)
	c := &Company{seed: o.Seed, First: from - defaultHistory, Last: math.MaxInt32}
	if o.History != 0 {
		c.First = from - Day(max(o.History, 0))
	}
	if o.Days > 0 {
		c.Last = from + Day(o.Days) - 1
	}
	width := max(4, len(strconv.Itoa(people*2)))
	return &builder{options: o, people: people, doors: doors, width: width, nextCode: 27, random: stream(o.Seed, purposePeople, 0, 0), company: c}
}

func (b *builder) build() {
	b.offices()
	b.superManager()
	each := max(1, b.people/perTrouble)
	plan := make([]Trouble, 0, b.people)
	plan = append(plan, "", "", "") // the manager, the member and the employee who can sign in have no trouble
	for range each {
		plan = append(plan, troubles...)
	}
	for i := range b.people {
		b.person(i)
		if i < len(plan) && plan[i] != "" {
			b.afflict(i, plan[i])
		}
	}
	b.secondOfficeOnly()
	b.accounts()
	slices.SortStableFunc(b.company.Changes, func(x, y Change) int { return x.At.Compare(y.At) })
}

// offices makes the linked 事業所 and a second one, to which about a tenth of the doors belong.
func (b *builder) offices() {
	c := b.company
	ids := stream(b.options.Seed, purposeIDs, 0, 0)
	first, other := akerunID('O', ids), akerunID('O', ids)
	c.Organizations = []Organization{ // in the order of their ids, in which lists show them
		{ID: min(first, other), Name: "さくら商事株式会社 本社"},
		{ID: max(first, other), Name: "さくら商事株式会社 大阪支社"},
	}
	second := 0
	if b.doors > 1 {
		second = max(1, b.doors/10)
	}
	for i := range b.doors {
		name := doorNames[i%len(doorNames)]
		if i >= len(doorNames) {
			name = fmt.Sprintf("%dF %s", 1+i/len(doorNames), name)
		}
		d := Door{ID: fmt.Sprintf("A1%06d", 30001+i), Name: name}
		if i >= b.doors-second {
			d.Organization = 1
		}
		c.Doors = append(c.Doors, d)
	}
}

// officeDoors returns the indexes of the first and past-the-last door of a 事業所; there may be none.
func (c *Company) officeDoors(organization int) (first, past int32) {
	border := int32(len(c.Doors))
	for i, d := range c.Doors {
		if d.Organization == 1 {
			border = int32(i)
			break
		}
	}
	if organization == 0 {
		return 0, border
	}
	return border, int32(len(c.Doors))
}

// superManager makes the account that links: it runs both 事業所, opens no door and is no employee.
func (b *builder) superManager() {
	b.company.Users = append(b.company.Users, User{
		ID: akerunID('U', b.random), Name: "情報システム部 管理者", Mail: "akerun-kanri@sakura-shoji.example",
		Memberships: []Membership{{Organization: 0, Rank: SuperManager}, {Organization: 1, Rank: SuperManager}},
	})
}

func (b *builder) code() string {
	b.nextCode++
	return fmt.Sprintf("%0*d", b.width, b.nextCode)
}

// employee adds an employed 勤怠社員 with that code and a name of its own, and returns its index.
func (b *builder) employee(code string) int {
	name, mail := b.name(code)
	n := uint64(len(b.company.Employees) + 1 + b.nextCode)
	b.company.Employees = append(b.company.Employees, Employee{
		ID: salesforceID("a0K", n), UserID: salesforceID("005", n), Name: name, Mail: mail, Code: code,
		Entry: fmt.Sprintf("%d-04-01", 2005+b.random.IntN(20)),
	})
	return len(b.company.Employees) - 1
}

func (b *builder) name(code string) (name, mail string) {
	last, first := surnames[b.random.IntN(len(surnames))], givenNames[b.random.IntN(len(givenNames))]
	return last.kanji + " " + first.kanji, fmt.Sprintf("%s.%s.%s@sakura-shoji.example", last.roman, first.roman, code)
}

// person adds person number i: an employee and an Akerun account whose code is the employee's, with habits.
func (b *builder) person(i int) {
	c := b.company
	code := b.code()
	e := b.employee(code)
	r := b.random
	c.Users = append(c.Users, User{
		ID: akerunID('U', r), Name: c.Employees[e].Name, Mail: c.Employees[e].Mail, Code: code,
		Memberships: []Membership{{Organization: 0, Rank: Member}},
	})
	if r.IntN(40) == 0 {
		c.Users[len(c.Users)-1].Mail = "" // a mail address is optional in Akerun
	}
	_, doors := c.officeDoors(0)
	p := person{
		user: len(c.Users) - 1, employee: e, habit: habitOf(r.Float64()), app: r.Float64() < 0.15, webStamps: r.Float64() < 0.06,
		doors: [2]int32{r.Int32N(doors), r.Int32N(doors)}, from: c.First, until: c.Last,
	}
	if i < 3 {
		p.habit, p.webStamps = dayHabit, i == 2
		c.Users[len(c.Users)-1].Mail = c.Employees[e].Mail
	}
	c.people = append(c.people, p)
}

// secondOfficeOnly adds the accounts that only the second 事業所 has; TeamSpirit does not know them.
func (b *builder) secondOfficeOnly() {
	c := b.company
	first, past := c.officeDoors(1)
	if first == past {
		return
	}
	for range max(2, b.people/50) {
		name, mail := b.name(b.code())
		c.Users = append(c.Users, User{
			ID: akerunID('U', b.random), Name: name, Mail: mail, Code: "OS" + b.code(),
			Memberships: []Membership{{Organization: 1, Rank: Member}},
		})
		door := first + b.random.Int32N(past-first)
		c.people = append(c.people, person{
			user: len(c.Users) - 1, employee: -1, habit: dayHabit, doors: [2]int32{door, door}, from: c.First, until: c.Last,
		})
	}
}

// accounts says who can sign in where. The passwords are made up like everything else, and the simulator prints them.
func (b *builder) accounts() {
	c := b.company
	password := func() string { return fmt.Sprintf("himitsu-%08x", b.random.Uint32()) }
	akerun := func(rank Rank, user int) {
		c.AkerunAccounts = append(c.AkerunAccounts, Account{
			Role: string(rank), Login: c.Users[user].Mail, Password: password(), User: user, Employee: -1,
		})
	}
	c.Users[c.people[0].user].Memberships[0].Rank = Manager
	akerun(SuperManager, 0)
	akerun(Manager, c.people[0].user)
	akerun(Member, c.people[1].user)
	worker := c.people[2].employee
	c.SalesforceLogins = []Account{
		{Role: "admin", Login: "renkei@sakura-shoji.example", Password: password(), User: -1, UserID: salesforceID("005", 1), Employee: -1},
		{Role: "employee", Login: c.Employees[worker].Mail, Password: password(), User: c.people[2].user, UserID: c.Employees[worker].UserID, Employee: worker},
	}
}
