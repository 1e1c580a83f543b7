package people

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"dakokubridge/connector"
	"dakokubridge/ui/field"
	"dakokubridge/ui/text"
)

// across0500 is the reason 5時をまたぐ勤務.
const across0500 = "ACROSS_0500"

// row is a person with what the table needs at each stroke.
type row struct {
	connector.Person
	key      string // user id, or employee id of those whom no user leads to
	verdict  string // in words
	haystack string // what is searched in, folded
	ticked   bool
	nights   int // days with work across 05:00 that lookForNights has found
}

func rowsOf(people []connector.Person) []*row {
	rows := make([]*row, len(people))
	for i, p := range people {
		r := &row{Person: p, key: "user " + p.UserID}
		if p.UserID == "" {
			r.key = "employee " + p.EmployeeID
		}
		r.verdict = verdictOf(p)
		r.haystack = strings.Join([]string{fold(p.UserCode), fold(p.EmployeeCode), fold(p.UserName), fold(p.EmployeeName), fold(p.UserMail), p.UserID}, "\n")
		rows[i] = r
	}
	return rows
}

func verdictOf(p connector.Person) string {
	switch {
	case p.UserID == "":
		return text.Of("people_no_user")
	case p.Sound:
		return text.Of("people_sound")
	}
	return text.Reason(p.Reason)
}

// fits tells whether a row has everything that is searched for, part by part.
func (r *row) fits(folded string) bool { return folded == "" || strings.Contains(r.haystack, folded) }

// fold makes what is typed or pasted comparable: width, letter case, blanks, and hiragana or katakana do not count.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case r >= 'ァ' && r <= 'ヶ':
			return r - 'ァ' + 'ぁ'
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(s))
}

// book finds people by code, for what a code that is being typed would mean.
type book struct {
	employees map[string]*row // by 社員コード
	users     map[string]*row // by ユーザーコード
}

func bookOf(rows []*row) book {
	b := book{employees: make(map[string]*row, len(rows)), users: make(map[string]*row, len(rows))}
	for _, r := range rows {
		if r.EmployeeCode != "" {
			b.employees[strings.TrimSpace(r.EmployeeCode)] = r
		}
		if r.UserCode != "" {
			b.users[strings.TrimSpace(r.UserCode)] = r
		}
	}
	return b
}

func (s *screen) columns() []field.Column[*row] {
	return []field.Column[*row]{
		{Title: "✓", Width: 40, Tick: func(r *row) bool { return r.ticked }, OnTick: s.tick},
		{Title: text.Of("column_akerun_name"), Width: 118, Text: func(r *row) string { return r.UserName }},
		{Title: text.Of("column_user_code"), Width: 90, Text: func(r *row) string { return r.UserCode }},
		{Title: text.Of("column_employee_code"), Width: 90, Text: func(r *row) string { return r.EmployeeCode }},
		{Title: text.Of("column_employee_name"), Width: 118, Text: func(r *row) string { return r.EmployeeName }},
		{Title: text.Of("column_mail"), Width: 60, Text: mailOf},
		{Title: text.Of("column_verdict"), Width: 172, Grows: true, Text: remarkOf, Mark: markOf},
		{Title: text.Of("column_included"), Width: 52, Tick: func(r *row) bool { return r.UserID != "" && !r.Excluded }, OnTick: s.include},
	}
}

func mailOf(r *row) string {
	switch {
	case r.SameMail:
		return text.Of("people_mail_same")
	case r.UserMail == "" || r.EmployeeMail == "":
		return "–"
	}
	return text.Of("people_mail_differs")
}

// remarkOf is the verdict and what else is to be said.
func remarkOf(r *row) string {
	switch {
	case r.ProposedCode != "":
		return text.Of("people_verdict_proposal", text.Args{"Verdict": r.verdict, "Code": r.ProposedCode})
	case r.nights > 0:
		return text.Of("people_verdict_nights", text.Args{"Verdict": r.verdict, "N": r.nights})
	}
	return r.verdict
}

func markOf(r *row) (field.Mark, bool) {
	switch {
	case r.UserID == "":
		return 0, false
	case r.Sound && r.nights == 0:
		return field.Good, true
	case r.Sound || r.ProposedCode != "":
		return field.Warn, true
	}
	return field.Bad, true
}
