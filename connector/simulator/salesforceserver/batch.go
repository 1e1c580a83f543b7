package salesforceserver

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"dakokubridge/connector/simulator/soql"
)

// japan is the zone of the time sheets.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// delayedWrite is a request that takes effect long after its client has gone.
type delayedWrite struct {
	due time.Time
	run func(now time.Time)
}

// advance runs, in order and at their own instants, all batch ticks and delayed writes that are due by now. The caller holds the lock.
func (s *Server) advance(now time.Time) {
	for {
		i := s.nextDelayed()
		if i < 0 || s.delayed[i].due.After(now) {
			break
		}
		d := s.delayed[i]
		s.delayed = slices.Delete(s.delayed, i, i+1)
		s.runTicks(d.due)
		d.run(d.due)
	}
	s.runTicks(now)
}

func (s *Server) nextDelayed() int {
	best := -1
	for i, d := range s.delayed {
		if best < 0 || d.due.Before(s.delayed[best].due) {
			best = i
		}
	}
	return best
}

// runTicks runs the batch at each multiple of its interval in (lastTick, until].
func (s *Server) runTicks(until time.Time) {
	if !until.After(s.lastTick) {
		return
	}
	interval := time.Duration(s.switches.BatchInterval)
	for at := s.lastTick.Truncate(interval).Add(interval); !at.After(until); at = at.Add(interval) {
		if !s.switches.BatchOn {
			break
		}
		if s.switches.ICOn && len(s.pending) > 0 {
			s.tick(at)
		} else if last := until.Truncate(interval); last.After(at) && len(s.pending) == 0 {
			at = last
		}
		s.noteJob(at)
	}
	s.lastTick = until
}

// tick takes every 未処理 row that existed at the instant, by StampedDate.
func (s *Server) tick(at time.Time) {
	var rows []*record
	for r := range s.pending {
		if !s.born[r].at.After(at) {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b *record) int {
		return cmp.Or(a.instant(fStampedDate).Compare(b.instant(fStampedDate)), cmp.Compare(a.number, b.number))
	})
	for _, r := range rows {
		s.process(r, at)
	}
}

// process reflects one stamp on the sheet, or turns it into エラー. The texts are invented; nothing may depend on them.
func (s *Server) process(r *record, at time.Time) {
	problem := s.reflect(r, at)
	status := statusDone
	if problem != "" {
		status = statusError
	}
	s.changeStatus(r, status, problem, at)
	b := s.born[r]
	b.processed = at
	if e, _ := s.stampEmployee(r); e != nil {
		b.employee = e.id()
	}
	s.born[r] = b
}

func (s *Server) changeStatus(r *record, status, problem string, now time.Time) {
	r.table.change(r, now, map[string]any{fStatus: status, fError: problem})
	if status == statusNew && !r.deleted {
		s.pending[r] = struct{}{}
	} else {
		delete(s.pending, r)
	}
}

func (s *Server) reflect(r *record, at time.Time) (problem string) {
	if s.switches.AllBatchErrors {
		return "勤怠連携の処理に失敗しました"
	}
	e, problem := s.stampEmployee(r)
	if problem != "" {
		return problem
	}
	if by := s.born[r].by; by != nil && !by.seesAll() && by.EmployeeID != e.id() {
		return "打刻する権限がありません"
	}
	kind := r.text(fStampType)
	stamped := r.instant(fStampedDate)
	date := s.workDate(e.id(), kind, stamped, r.day(fTargetDate))
	if !employed(e, date) {
		return "在籍期間外の打刻です"
	}
	if s.locked(date) {
		return "確定済みの日です"
	}
	if kind != typeIn && kind != typeOut {
		return ""
	}
	return s.place(e.id(), date, kind, stamped, at)
}

// stampEmployee finds whom a stamp means: by EmpId, else by EmpCode, else by Email.
func (s *Server) stampEmployee(r *record) (*record, string) {
	return s.meant(r.text(fEmpID), r.text(fEmpCode), r.text(fEmail))
}

func (s *Server) meant(id, code, mail string) (*record, string) {
	var found []*record
	switch {
	case id != "":
		if e := s.table(employeeObject).get(id); e != nil {
			return e, ""
		}
	case code != "":
		found = s.employeesByCode(code)
	default:
		for u := range s.table("User").find([]soql.Constraint{{Path: "Email", Values: []any{soql.Fold(mail)}}}) {
			if !equalFold(u.text("Email"), mail) {
				continue
			}
			for e := range s.table(employeeObject).find([]soql.Constraint{{Path: fUserID, Values: []any{u.id()[:15]}}}) {
				if e.text(fUserID) == u.id() {
					found = append(found, e)
				}
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, "該当する社員が見つかりません"
	case 1:
		return found[0], ""
	}
	return nil, "該当する社員が複数います"
}

func (s *Server) employeesByCode(code string) []*record {
	var found []*record
	for e := range s.table(employeeObject).find([]soql.Constraint{{Path: fEmpCode, Values: []any{soql.Fold(code)}}}) {
		if e.text(fEmpCode) == code {
			found = append(found, e)
		}
	}
	return found
}

func employed(e *record, date string) bool {
	entry, last := e.day(fEntryDate), e.day(fEndDate)
	return (entry == "" || entry <= date) && (last == "" || date <= last)
}

func (s *Server) locked(date string) bool {
	return slices.Contains(s.switches.DayLocked, date) || slices.Contains(s.switches.MonthLocked, date[:7])
}

// nightEnds is until when a 退社 may belong to the day before.
const nightEnds = 5 * time.Hour

// workDate is the day of the sheet that a stamp belongs to: the one it names, or its date in Japan, or the day before for a 退社 in the night.
func (s *Server) workDate(employeeID, kind string, at time.Time, target string) string {
	if target != "" {
		return target
	}
	local := at.In(japan)
	y, m, d := local.Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, japan)
	before := midnight.AddDate(0, 0, -1).Format(time.DateOnly)
	if kind != typeOut {
		return local.Format(time.DateOnly)
	}
	yesterday := s.sheetDay(employeeID, before)
	if yesterday == nil || yesterday.minutes(fStart) == nil || yesterday.minutes(fEnd) != nil {
		return local.Format(time.DateOnly)
	}
	today := s.sheetDay(employeeID, local.Format(time.DateOnly))
	begun := midnight.AddDate(0, 0, -1).Add(time.Duration(*yesterday.minutes(fStart)) * time.Minute)
	within := s.switches.OutFollowsIn && (today == nil || today.minutes(fStart) == nil) && !at.After(begun.Add(24*time.Hour))
	if local.Sub(midnight) < nightEnds || within {
		return before
	}
	return local.Format(time.DateOnly)
}

// sheetDay finds an employee's row of a day; nil when there is none.
func (s *Server) sheetDay(employeeID, date string) *record {
	for _, r := range s.monthDays(employeeID, date) {
		if r.day(fDate) == date && !r.deleted {
			return r
		}
	}
	return nil
}

func (s *Server) monthDays(employeeID, date string) []*record {
	m := s.month(employeeID, date)
	if m == nil {
		return nil
	}
	var out []*record
	for r := range s.table(dayObject).find([]soql.Constraint{{Path: fEmpMonthID, Values: []any{m.id()[:15]}}}) {
		out = append(out, r)
	}
	return out
}

func (s *Server) month(employeeID, date string) *record {
	for r := range s.table(monthObject).find([]soql.Constraint{{Path: fEmpID, Values: []any{employeeID[:15]}}}) {
		if r.text("Name") == monthName(date) && r.text(fEmpID) == employeeID {
			return r
		}
	}
	return nil
}

// monthName is how a month's row is called: 2026年11月.
func monthName(date string) string { return date[:4] + "年" + date[5:7] + "月" }

// openDay gives the sheet row of a day, making it and its month when they are missing.
func (s *Server) openDay(employeeID, date string, now time.Time) *record {
	if r := s.sheetDay(employeeID, date); r != nil {
		return r
	}
	m := s.month(employeeID, date)
	if m == nil {
		m = s.system(monthObject, s.newID("a02"), now, map[string]any{"Name": monthName(date), fEmpID: employeeID, "OwnerId": s.ownerID(), "CreatedById": s.ownerID()})
	}
	return s.system(dayObject, s.newID("a03"), now, map[string]any{"Name": date, fEmpMonthID: m.id(), fDate: soql.Date(date), "OwnerId": s.ownerID(), "CreatedById": s.ownerID()})
}

// sheetMinute is an instant in minutes from 00:00 of a date in Japan, seconds cut off; an error text when it can't be on that day's sheet.
func sheetMinute(date string, at time.Time) (float64, string) {
	midnight, err := time.ParseInLocation(time.DateOnly, date, japan)
	if err != nil {
		return 0, "対象日付が不正です"
	}
	m := math.Floor(at.Sub(midnight).Minutes())
	if m < 0 || m >= 2*24*60 {
		return 0, "対象日付の範囲外の時刻です"
	}
	return m, ""
}

// place puts a 出社 or a 退社 of the API on the sheet.
func (s *Server) place(employeeID, date, kind string, stamped, now time.Time) string {
	minute, problem := sheetMinute(date, stamped)
	if problem != "" {
		return problem
	}
	if kind == typeOut {
		return s.placeOut(employeeID, date, minute, now)
	}
	if r := s.sheetDay(employeeID, date); r != nil && r.minutes(fStart) != nil {
		switch {
		case s.switches.SecondIn == "error":
			return "出社打刻が既にあります"
		case s.switches.SecondIn == "keep" || minute >= float64(*r.minutes(fStart)):
			return ""
		}
	}
	s.write(employeeID, date, "api", typeIn, minute, now)
	return ""
}

func (s *Server) placeOut(employeeID, date string, minute float64, now time.Time) string {
	r := s.sheetDay(employeeID, date)
	var start, end *int
	if r != nil {
		start, end = r.minutes(fStart), r.minutes(fEnd)
	}
	switch {
	case start == nil && s.switches.OutWithoutIn == "error":
		return "出社打刻がありません"
	case start != nil && minute <= float64(*start):
		return "退社が出社以前です"
	case end != nil && minute <= float64(*end) && !s.switches.OverwriteOut:
		return ""
	}
	s.write(employeeID, date, "api", typeOut, minute, now)
	return ""
}

// write fills one end of a sheet row with the value in its three forms.
func (s *Server) write(employeeID, date, by, kind string, minute float64, now time.Time) {
	if by == "api" && s.switches.SheetUnchanged {
		return
	}
	r := s.openDay(employeeID, date, now)
	push, real, shown := fPushStart, fRealStart, fStart
	if kind == typeOut {
		push, real, shown = fPushEnd, fRealEnd, fEnd
	}
	fields := map[string]any{real: minute, shown: minute}
	if by == "web" || s.switches.PushFilledByAPI {
		fields[push] = minute
	}
	r.table.change(r, now, fields)
	o := s.origins[r]
	if o == nil {
		o = &origin{}
		s.origins[r] = o
	}
	if kind == typeOut {
		o.end = by
	} else {
		o.start = by
	}
}

// webStamp is the employee's own button: a first 出社 stands, a 退社 replaces an earlier one.
func (s *Server) webStamp(e *record, kind string, at, now time.Time) error {
	code := typeIn
	if kind == "out" {
		code = typeOut
	}
	date := s.workDate(e.id(), code, at, "")
	minute, problem := sheetMinute(date, at)
	switch {
	case problem != "":
	case s.locked(date):
		problem = "the day is closed"
	case !employed(e, date):
		problem = "not employed on that day"
	}
	if problem != "" {
		return fmt.Errorf("web stamp of %s on %s: %s", e.id(), date, problem)
	}
	if r := s.sheetDay(e.id(), date); r != nil {
		start, end := r.minutes(fStart), r.minutes(fEnd)
		if code == typeIn && start != nil {
			return fmt.Errorf("web stamp of %s on %s: there is a 出社 already", e.id(), date)
		}
		if code == typeOut && (end != nil && float64(*end) >= minute || start != nil && float64(*start) >= minute) {
			return fmt.Errorf("web stamp of %s on %s: not later than what is there", e.id(), date)
		}
	}
	s.write(e.id(), date, "web", code, minute, now)
	return nil
}

// dayEmployee is the employee of a sheet row.
func (s *Server) dayEmployee(r *record) string {
	if m := s.table(monthObject).any(r.text(fEmpMonthID)); m != nil {
		return m.text(fEmpID)
	}
	return ""
}
