package company

// Trouble is something about a person that makes a link unsound, or a day unusual.
type Trouble string

// The troubles that every company has, each about once per two hundred people and at least once.
const (
	DuplicateEmployeeCode Trouble = "duplicate_employee_code" // two employed people hold one 社員コード; the second has no Akerun account
	DuplicateUserCode     Trouble = "duplicate_user_code"     // a second user's ユーザーコード was typed as the first one's
	NoUserCode            Trouble = "no_user_code"            // an employee whose account has no code; the mail addresses agree
	UnknownCode           Trouble = "unknown_code"            // a code that no employee has
	FullWidthCode         Trouble = "full_width_code"         // the right code typed in full-width digits
	LostZeros             Trouble = "lost_zeros"              // the right code without its leading zeros
	LetterCase            Trouble = "letter_case"             // the right code but for the case of its letter
	Leaver                Trouble = "leaver"                  // leaves on a day of the story; the account is deleted at 18:30 of it
	LeaverWhoComes        Trouble = "leaver_who_comes"        // left before the story began and keeps coming
	Rehired               Trouble = "rehired"                 // two employee records with one code, of which the former has ended
	TwoOrganizations      Trouble = "two_organizations"       // the account is a member of both 事業所
	Executive             Trouble = "executive"               // comes in, is no employee in TeamSpirit and has no code
	GuestCard             Trouble = "guest_card"              // a card lent to visitors
	Joiner                Trouble = "joiner"                  // the code is typed in at 10:00 of the 入社日, after the first access
)

// troubles in the order in which people are given them. The person without any is the one whose code the next one's was typed as.
var troubles = []Trouble{
	DuplicateEmployeeCode, "", DuplicateUserCode, NoUserCode, UnknownCode, FullWidthCode, LostZeros, LetterCase, Leaver, LeaverWhoComes,
	Rehired, TwoOrganizations, Executive, GuestCard, Joiner,
}

// afflict changes the person just made, number i, in the way of the trouble.
func (b *builder) afflict(i int, trouble Trouble) {
	c := b.company
	p := &c.people[i]
	user, employee := &c.Users[p.user], p.employee
	from := DayOf(b.options.From)
	switch trouble {
	case DuplicateEmployeeCode:
		b.employee(c.Employees[employee].Code)
	case DuplicateUserCode:
		user.Code = c.Users[c.people[i-1].user].Code
	case NoUserCode:
		user.Code = ""
	case UnknownCode:
		user.Code = "9" + user.Code
	case FullWidthCode:
		user.Code = fullWidth(user.Code)
	case LostZeros:
		user.Code = withoutZeros(user.Code)
	case LetterCase:
		c.Employees[employee].Code = "A" + user.Code
		user.Code = "a" + user.Code
	case Leaver:
		p.until = from + 1 + Day(i%3)
		c.Employees[employee].End = p.until.String()
		c.Changes = append(c.Changes, Change{At: p.until.At(18*3600 + 1800), User: p.user, Leave: true})
	case LeaverWhoComes:
		c.Employees[employee].End = (from - 2).String()
	case Rehired:
		former := b.employee(user.Code)
		c.Employees[former].Entry, c.Employees[former].End = "2015-04-01", "2019-03-31"
		c.Employees[former].Name, c.Employees[former].Mail = user.Name, user.Mail
		c.Employees[employee].Entry = "2024-10-01"
	case TwoOrganizations:
		user.Memberships = append(user.Memberships, Membership{Organization: 1, Rank: Member})
		p.secondOffice = true
	case Executive, GuestCard:
		b.withoutEmployee(i, trouble)
	case Joiner:
		p.from = from + 1
		c.Employees[employee].Entry = p.from.String()
		c.Changes = append(c.Changes, Change{At: p.from.At(10 * 3600), User: p.user, Code: user.Code})
		user.Code = ""
		p.habit = dayHabit
	}
	b.note(i, trouble)
}

// withoutEmployee turns person number i into one that TeamSpirit does not know; the record just made goes to nobody.
func (b *builder) withoutEmployee(i int, trouble Trouble) {
	c := b.company
	p := &c.people[i]
	c.Employees = c.Employees[:p.employee] // it was the last one made
	p.employee = -1
	p.webStamps = false
	user := &c.Users[p.user]
	user.Code = ""
	if trouble == Executive {
		user.Memberships[0].Rank = Manager
		return
	}
	user.Name, user.Mail = "来客用カード", ""
}

// note writes down who has the trouble.
func (b *builder) note(i int, trouble Trouble) {
	c := b.company
	p := c.people[i]
	for k := range c.Cases {
		if c.Cases[k].Trouble != trouble {
			continue
		}
		c.Cases[k].Users = append(c.Cases[k].Users, c.Users[p.user].ID)
		if p.employee >= 0 {
			c.Cases[k].Employees = append(c.Cases[k].Employees, c.Employees[p.employee].ID)
		}
		return
	}
	c.Cases = append(c.Cases, Case{Trouble: trouble})
	b.note(i, trouble)
}

func fullWidth(code string) string {
	wide := []rune(code)
	for i, r := range wide {
		if r >= '0' && r <= '9' {
			wide[i] = r - '0' + '０'
		}
	}
	return string(wide)
}

func withoutZeros(code string) string {
	for len(code) > 1 && code[0] == '0' {
		code = code[1:]
	}
	return code
}
