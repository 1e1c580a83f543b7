package peoplefile

import (
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/spreadsheet"
)

// Person is a line of the table of people.
type Person struct {
	UserID, UserName, UserMail, UserCode            string
	EmployeeCode, EmployeeName                      string
	SameMail                                        bool
	EntryDate, EndDate                              string // 2026-11-22 or empty
	Sound                                           bool
	Reason                                          attendance.Reason // why not sound; empty for an employee whom no user leads to
	Excluded                                        bool
	ProposedCode, ProposedEmployee, ProposedBecause string
}

// words are the table's own words in a language.
type words struct {
	title                       string
	heading                     []string
	yes, sound, in, out, nobody string
	because                     map[string]string
	reason                      func(attendance.Reason) string
}

var languages = map[string]words{
	"ja": {
		title: "社員",
		heading: []string{"AkerunユーザーID", "Akerun氏名", "Akerunメールアドレス", "ユーザーコード", "社員コード", "TeamSpirit氏名", "メール一致", "入社日", "退社日",
			"判定", "対象", "候補のコード", "候補の社員", "候補の理由"},
		yes: "一致", sound: "連携できます", in: "対象", out: "対象外", nobody: "対応するAkerunユーザーなし",
		because: map[string]string{"mail": "メールアドレスが同じ", "width": "全角・半角の違い", "case": "大文字・小文字の違い", "zeros": "先頭の0の違い"},
		reason:  attendance.Reason.Japanese,
	},
	"en": {
		title: "People",
		heading: []string{"Akerun user ID", "Akerun name", "Akerun mail", "User code", "Employee code", "TeamSpirit name", "Same mail", "Joined", "Left",
			"Verdict", "Included", "Proposed code", "Proposed employee", "Proposed because"},
		yes: "yes", sound: "ready", in: "yes", out: "no", nobody: "no matching Akerun user",
		because: map[string]string{"mail": "same mail", "width": "full or half width", "case": "letter case", "zeros": "leading zeros"},
		reason:  attendance.Reason.String,
	},
}

// Write lays people out as a file, and gives the table's name in the language: ja or en, English for every other. An unknown format gives
// spreadsheet.ErrFormat.
func Write(format spreadsheet.Format, language string, people []Person) (name string, content []byte, err error) {
	w, ok := languages[language]
	if !ok {
		w = languages["ja"]
	}
	rows := make([][]string, 0, len(people)+1)
	rows = append(rows, w.heading)
	for _, p := range people {
		rows = append(rows, w.row(p))
	}
	content, err = spreadsheet.Write(format, spreadsheet.Document{Title: w.title, Rows: rows})
	return w.title, content, err
}

func (w words) row(p Person) []string {
	verdict, included, same := w.nobody, "", ""
	if p.UserID != "" {
		verdict, included = w.reason(p.Reason), w.in
		if p.Excluded {
			included = w.out
		}
	}
	if p.Sound {
		verdict = w.sound
	}
	if p.SameMail {
		same = w.yes
	}
	return []string{p.UserID, p.UserName, p.UserMail, p.UserCode, p.EmployeeCode, p.EmployeeName, same, p.EntryDate, p.EndDate,
		verdict, included, p.ProposedCode, p.ProposedEmployee, w.because[p.ProposedBecause]}
}
