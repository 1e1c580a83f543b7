package connector

import (
	"context"
	"errors"
	"slices"
	"strings"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/peoplefile"
	"dakokubridge/connector/roster"
	"dakokubridge/connector/spreadsheet"
)

// PeopleFileCheck tells what a file with ユーザーコード and 対象 would change.
type PeopleFileCheck struct {
	Excel    bool
	Encoding string // of CSV: UTF-8, UTF-16 or Shift_JIS
	// Changes are what the good lines would change; they can be made as they stand, whatever becomes of the bad lines.
	Changes []PeopleFileChange
	// Inclusions are whom the good lines would take in or out; who is in or out already is left out.
	Inclusions []PeopleFileInclusion
	Unchanged  int              // good lines that change nothing
	Skipped    int              // lines that speak of no Akerun user
	Bad        []PeopleFileLine // by line number
	Doubtful   []PeopleFileLine // good lines with something to look at
}

// PeopleFileChange is a good line.
type PeopleFileChange struct {
	Line                       int // from 1, as Excel counts
	UserID, Name, Former, Code string
}

// PeopleFileInclusion is a good line that takes its user in or out.
type PeopleFileInclusion struct {
	Line         int // from 1, as Excel counts
	UserID, Name string
	Excluded     bool
}

// PeopleFileLine is a line and what is wrong, or doubtful, about it.
type PeopleFileLine struct {
	Line int
	// Why: bad_quote, bad_encoding, no_user, cell_error, odd_included, unknown_user, same_user, empty_code, long_code, odd_code, same_code, code_taken, or
	// lost_zeros (TeamSpirit has the code with leading zeros only, see Like); doubtful: number_cell, employee_unknown.
	Why          string
	UserID, Code string
	Other        int    // the line that is in the way, with same_user and same_code
	Holder       string // id of the user who has the code, with code_taken
	Like         string // the code that was meant, with lost_zeros
}

// CodeChanges are the changes of the good lines as PlanCodeChanges takes them.
func (c PeopleFileCheck) CodeChanges() []CodeChange {
	out := make([]CodeChange, len(c.Changes))
	for i, change := range c.Changes {
		out[i] = CodeChange{UserID: change.UserID, Code: change.Code}
	}
	return out
}

// Excluding are the users whom the good lines take out, or take in, as Exclude takes them.
func (c PeopleFileCheck) Excluding(excluded bool) (userIDs []string) {
	for _, i := range c.Inclusions {
		if i.Excluded == excluded {
			userIDs = append(userIDs, i.UserID)
		}
	}
	return userIDs
}

// ExportPeople implements Connector.
func (l *Local) ExportPeople(ctx context.Context, f Format, language string) (File, error) {
	people, err := l.People(ctx)
	if err != nil {
		return File{}, err
	}
	rows := make([]peoplefile.Person, len(people))
	for i, p := range people {
		rows[i] = peoplefile.Person{
			UserID: p.UserID, UserName: p.UserName, UserMail: p.UserMail, UserCode: p.UserCode, EmployeeCode: p.EmployeeCode, EmployeeName: p.EmployeeName,
			SameMail: p.SameMail, EntryDate: p.EntryDate, EndDate: p.EndDate, Sound: p.Sound, Reason: attendance.Reason(p.Reason), Excluded: p.Excluded,
			ProposedCode: p.ProposedCode, ProposedEmployee: p.ProposedEmployee, ProposedBecause: p.ProposedBecause,
		}
	}
	name, content, err := peoplefile.Write(f, language, rows)
	if errors.Is(err, spreadsheet.ErrFormat) {
		return File{}, fail(CodeBadInput, "there is no format %q: give csv or xlsx", f)
	}
	day := l.engine.Now().In(attendance.Japan).Format("2006-01-02")
	return File{Name: name + "_" + day + "." + string(f), Content: content, Rows: len(rows)}, err
}

// unreadable says for each reason why a file can't be read what to do.
var unreadable = map[peoplefile.Problem]string{
	peoplefile.TooLarge:    "the file is too large: 5 MB and 50,000 lines at most, split it",
	peoplefile.Empty:       "the file is empty",
	peoplefile.NoHeading:   "the file has no heading with ユーザーコード or 対象, and AkerunユーザーID (or メールアドレス): export the table and fill that in",
	peoplefile.BadEncoding: "the file's encoding is unknown: save it as Excel, or as CSV in UTF-8 or Shift_JIS",
	peoplefile.Protected:   "the file has a password or is of an old Excel: save it as xlsx without a password",
	peoplefile.Broken:      "the file is damaged: open it in Excel and save it anew",
}

// CheckPeopleFile implements Connector.
func (l *Local) CheckPeopleFile(ctx context.Context, name string, data []byte) (PeopleFileCheck, error) {
	f, err := peoplefile.Read(data)
	var not *peoplefile.Unreadable
	if errors.As(err, &not) {
		return PeopleFileCheck{}, fail(CodeBadInput, "%s: %s", name, unreadable[not.Why]).with("why", string(not.Why)).with("file", name)
	}
	if err != nil {
		return PeopleFileCheck{}, err
	}
	r, err := l.roll(ctx)
	if err != nil {
		return PeopleFileCheck{}, err
	}
	return newFileJudge(r, f).check(), nil
}

// fileJudge holds a file against the people known.
type fileJudge struct {
	file  peoplefile.File
	r     roll
	users map[string]roster.User // by id
	mails map[string]string      // to id; empty where two users have the address
	staff map[string]bool        // codes of TeamSpirit
	zeros map[string]string      // codes of TeamSpirit by what is left without leading zeros
	gone  map[string]bool        // users who are taken out just now
	out   PeopleFileCheck
}

func newFileJudge(r roll, f peoplefile.File) *fileJudge {
	j := &fileJudge{
		file: f, r: r, users: make(map[string]roster.User), mails: make(map[string]string), staff: make(map[string]bool), zeros: make(map[string]string), gone: make(map[string]bool),
		out: PeopleFileCheck{Excel: f.Excel, Encoding: f.Encoding, Skipped: f.Skipped},
	}
	for _, v := range r.roster.On(attendance.Day{}) {
		j.users[v.User.ID] = v.User
		mail := strings.ToLower(strings.TrimSpace(v.User.Mail))
		if _, twice := j.mails[mail]; twice {
			j.mails[mail] = ""
			continue
		}
		j.mails[mail] = v.User.ID
	}
	for _, p := range r.people {
		j.gone[p.UserID] = p.Excluded == 1
	}
	for _, e := range r.roster.Employees() {
		code := roster.CleanCode(e.Code)
		j.staff[code] = true
		j.zeros[strings.TrimLeft(code, "0")] = code
	}
	return j
}

func (j *fileJudge) check() PeopleFileCheck {
	for _, b := range j.file.Bad {
		j.out.Bad = append(j.out.Bad, PeopleFileLine{Line: b.Number, Why: string(b.Why)})
	}
	lines, changes := j.candidates()
	refused := make(map[int]bool)
	for _, f := range refusals(j.r.roster, changes, false) {
		refused[f.Index] = true
		bad := PeopleFileLine{Line: lines[f.Index].Number, Why: f.Why, UserID: lines[f.Index].UserID, Code: f.Code, Holder: f.Holder}
		if f.UserID == "" {
			bad.UserID = lines[f.Index].Mail
		}
		if f.Other >= 0 {
			bad.Other = lines[f.Other].Number
		}
		j.out.Bad = append(j.out.Bad, bad)
	}
	for i, c := range changes {
		if !refused[i] {
			j.good(lines[i], c)
			j.include(lines[i], c.UserID)
		}
	}
	slices.SortStableFunc(j.out.Inclusions, func(a, b PeopleFileInclusion) int { return a.Line - b.Line })
	slices.SortStableFunc(j.out.Bad, func(a, b PeopleFileLine) int { return a.Line - b.Line })
	return j.out
}

// candidates are the lines as changes. A line that gives a user the code that is there already asks for nothing.
func (j *fileJudge) candidates() (lines []peoplefile.Line, changes []CodeChange) {
	times := make(map[string]int, len(j.file.Lines))
	for _, line := range j.file.Lines {
		times[j.idOf(line)]++
	}
	for _, line := range j.file.Lines {
		id := j.idOf(line)
		user, known := j.users[id]
		if j.file.NoCodes {
			line.Code = roster.CleanCode(user.Code) // nothing is asked of it
		}
		if known && roster.CleanCode(user.Code) == line.Code && times[id] == 1 {
			if !j.include(line, id) {
				j.out.Unchanged++
			}
			continue
		}
		if meant := j.zeros[strings.TrimLeft(line.Code, "0")]; known && line.Code != "" && !j.staff[line.Code] && meant != "" {
			j.out.Bad = append(j.out.Bad, PeopleFileLine{Line: line.Number, Why: "lost_zeros", UserID: id, Code: line.Code, Like: meant})
			continue
		}
		lines = append(lines, line)
		changes = append(changes, CodeChange{UserID: id, Code: line.Code})
	}
	return lines, changes
}

func (j *fileJudge) idOf(line peoplefile.Line) string {
	if line.UserID != "" {
		return line.UserID
	}
	return j.mails[strings.ToLower(line.Mail)]
}

// include puts down whom a line takes in or out, and tells whether that is a change.
func (j *fileJudge) include(line peoplefile.Line, id string) bool {
	out := line.Included == peoplefile.Excluded
	if line.Included == peoplefile.Unsaid || out == j.gone[id] {
		return false
	}
	j.out.Inclusions = append(j.out.Inclusions, PeopleFileInclusion{Line: line.Number, UserID: id, Name: j.users[id].Name, Excluded: out})
	return true
}

func (j *fileJudge) good(line peoplefile.Line, c CodeChange) {
	user := j.users[c.UserID]
	j.out.Changes = append(j.out.Changes, PeopleFileChange{Line: line.Number, UserID: c.UserID, Name: user.Name, Former: user.Code, Code: c.Code})
	switch {
	case !j.staff[c.Code]:
		j.out.Doubtful = append(j.out.Doubtful, PeopleFileLine{Line: line.Number, Why: "employee_unknown", UserID: c.UserID, Code: c.Code})
	case line.Numeric:
		j.out.Doubtful = append(j.out.Doubtful, PeopleFileLine{Line: line.Number, Why: "number_cell", UserID: c.UserID, Code: c.Code})
	}
}
