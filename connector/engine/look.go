package engine

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// employeesAQuery is how many ids fit into one query; above it, everybody's rows of the days are read instead, which takes fewer calls.
const employeesAQuery = 200

// look reads the sheet and the stamp rows of the days at hand, so that a Web stamp is known when ours is about to be sent, and gives back
// the rows that are still to be sent. A row of ours that is there already (another PC, a database that was lost) is taken over.
func (e *Engine) look(ctx context.Context, r rights, rows []store.Outbox) ([]store.Outbox, error) {
	seen, err := e.readDays(ctx, r, rows)
	if err != nil {
		return nil, err
	}
	var going []store.Outbox
	for len(rows) > 0 {
		some := rows[:min(len(rows), daysAtOnce)]
		rows = rows[len(some):]
		err := e.update(ctx, func(tx *store.Tx) error {
			before := going
			going = before[:len(before):len(before)]
			for _, row := range some {
				send, err := e.lookAt(ctx, tx, seen, row)
				if err != nil {
					return fmt.Errorf("looking at %s before sending: %w", row.Key, err)
				}
				if send {
					going = append(going, row)
				}
			}
			if seen.met {
				return meetOurs(ctx, tx)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return going, nil
}

// sighting is what TeamSpirit showed of some employees' days.
type sighting struct {
	at     time.Time
	sheets map[employeeDay]teamspirit.SheetDay
	others map[employeeDay][]teamspirit.Row // rows that are not ours
	ours   map[string]teamspirit.Row        // rows with a key of ours, by key
	keys   map[employeeDay][]teamspirit.Row // the same by day
	met    bool                             // one of them was written by another installation
}

type employeeDay struct {
	employee string
	day      attendance.Day
}

// ourKeys is how every key of this program begins, on whatever PC.
const ourKeys = "db1/"

func (e *Engine) readDays(ctx context.Context, r rights, rows []store.Outbox) (*sighting, error) {
	s := &sighting{
		at: e.now(), sheets: make(map[employeeDay]teamspirit.SheetDay), others: make(map[employeeDay][]teamspirit.Row),
		ours: make(map[string]teamspirit.Row), keys: make(map[employeeDay][]teamspirit.Row),
	}
	wanted := daysOf(rows)
	codes, err := e.employeesByCode(ctx, rows)
	if err != nil {
		return nil, err
	}
	for _, a := range asks(rows) {
		sheet := func() error {
			if !r.Sheet {
				return nil
			}
			return e.readSheet(ctx, s, a, wanted)
		}
		stamps := func() error {
			err := e.p.TeamSpirit.Rows(ctx, a.first.Start(), a.last.End(), a.employees, func(page []teamspirit.Row) error {
				s.takeRows(page, wanted, codes)
				return nil
			})
			if err != nil {
				return trouble{sideSalesforce, fmt.Errorf("reading the stamps of %s to %s: %w", a.first, a.last, err)}
			}
			return nil
		}
		if err := e.both(sheet, stamps); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// both runs two readings side by side, which fill different parts of a sighting; one after the other where one call at a time goes out.
func (e *Engine) both(first, second func() error) error {
	if e.p.Lanes == 1 {
		if err := first(); err != nil {
			return err
		}
		return second()
	}
	var (
		wg   sync.WaitGroup
		errs [2]error
	)
	for i, f := range []func() error{first, second} {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					errs[i] = panicked{p}
				}
			}()
			errs[i] = f()
		})
	}
	wg.Wait()
	for _, err := range errs {
		if p, ok := err.(panicked); ok {
			panic(p.value)
		}
	}
	return cmp.Or(errs[0], errs[1])
}

func daysOf(rows []store.Outbox) map[employeeDay]bool {
	wanted := make(map[employeeDay]bool, len(rows))
	for _, row := range rows {
		wanted[employeeDay{row.EmployeeID, dayOf(row.Day)}] = true
	}
	return wanted
}

func (e *Engine) readSheet(ctx context.Context, s *sighting, a ask, wanted map[employeeDay]bool) error {
	err := e.p.TeamSpirit.Sheet(ctx, a.first.String(), a.last.String(), a.employees, func(page []teamspirit.SheetDay) error {
		return s.takeSheet(page, wanted)
	})
	if err != nil {
		return trouble{sideSalesforce, fmt.Errorf("reading the sheet of %s to %s: %w", a.first, a.last, err)}
	}
	return nil
}

// ask is one question to TeamSpirit about days of people.
type ask struct {
	first, last attendance.Day
	employees   []string // nil: everybody
}

// asks finds the questions that cost the fewest calls: a few people's days in one, whatever the days; else day by day, and everybody's of a
// day where many are wanted.
func asks(rows []store.Outbox) []ask {
	whole := askFor(rows)
	if whole.employees != nil {
		return []ask{whole}
	}
	byDay := make(map[int64][]store.Outbox)
	for _, row := range rows {
		byDay[row.Day] = append(byDay[row.Day], row)
	}
	out := make([]ask, 0, len(byDay))
	for _, day := range slices.Sorted(maps.Keys(byDay)) {
		out = append(out, askFor(byDay[day]))
	}
	return out
}

func askFor(rows []store.Outbox) ask {
	a := ask{first: dayOf(rows[0].Day), last: dayOf(rows[0].Day)}
	employees := make(map[string]bool)
	for _, row := range rows {
		employees[row.EmployeeID] = true
		if day := dayOf(row.Day); day.Before(a.first) {
			a.first = day
		} else if day.After(a.last) {
			a.last = day
		}
	}
	if len(employees) <= employeesAQuery {
		a.employees = slices.Sorted(maps.Keys(employees))
	}
	return a
}

// employeesByCode lets rows be recognised that other products wrote with the 社員コード alone.
func (e *Engine) employeesByCode(ctx context.Context, rows []store.Outbox) (map[string]string, error) {
	codes := make(map[string]string)
	err := e.p.Store.View(ctx, func(q *store.Queries) error {
		done := make(map[string]bool)
		for _, row := range rows {
			if done[row.EmployeeID] {
				continue
			}
			done[row.EmployeeID] = true
			p, err := q.Employee(ctx, row.EmployeeID)
			if err != nil {
				return fmt.Errorf("reading employee %s: %w", row.EmployeeID, err)
			}
			codes[p.Code] = p.EmployeeID
		}
		return nil
	})
	return codes, err
}

func (s *sighting) takeSheet(page []teamspirit.SheetDay, wanted map[employeeDay]bool) error {
	for _, p := range page {
		day, err := attendance.ParseDay(p.Date)
		if err != nil {
			return err
		}
		if k := (employeeDay{p.EmployeeID, day}); wanted[k] {
			s.sheets[k] = p
		}
	}
	return nil
}

func (s *sighting) takeRows(page []teamspirit.Row, wanted map[employeeDay]bool, codes map[string]string) {
	for _, r := range page {
		if r.EmployeeID == "" {
			r.EmployeeID = codes[r.EmployeeCode]
		}
		k := employeeDay{r.EmployeeID, attendance.DayOf(r.At)}
		switch {
		case len(r.Key) > len(ourKeys) && r.Key[:len(ourKeys)] == ourKeys:
			if old, double := s.ours[r.Key]; !double || r.Created.Before(old.Created) {
				s.ours[r.Key] = r
			}
			s.keys[k] = append(s.keys[k], r)
		case wanted[k] && (r.Kind == teamspirit.In || r.Kind == teamspirit.Out):
			s.others[k] = append(s.others[k], r)
		}
	}
}

// lookAt writes down what was seen of one row's day, and tells whether the row is still to be sent.
func (e *Engine) lookAt(ctx context.Context, tx *store.Tx, s *sighting, row store.Outbox) (bool, error) {
	day := dayOf(row.Day)
	k := employeeDay{row.EmployeeID, day}
	if err := s.write(ctx, tx, k, e.p.TeamSpirit.Names()); err != nil {
		return false, err
	}
	if there, ok := s.ours[row.Key]; ok {
		in, err := tx.Integration(ctx)
		if err != nil {
			return false, err
		}
		// A row from before the start may be of a database that was lost.
		s.met = s.met || row.Attempts == 0 && !there.Created.Before(store.Time(in.BegunAt))
		return false, e.accepted(ctx, tx, row, there.ID, "was there")
	}
	if s.sameAccess(k, row) {
		if err := meetOther(ctx, tx); err != nil {
			return false, err
		}
	}
	ours, err := tx.StampsOfDay(ctx, store.StampsOfDayParams{EmployeeID: row.EmployeeID, Day: row.Day})
	if err != nil {
		return false, err
	}
	ours = append(ours, s.elsewhere(k, ours)...)
	web, err := webOf(ctx, tx.Queries, row.EmployeeID, day, ours)
	if err != nil {
		return false, err
	}
	verdict := e.againstWeb(row, web, ours)
	if out, err := personExcluded(ctx, tx, row.UserID); err != nil {
		return false, err
	} else if out {
		verdict = attendance.Verdict{Reason: attendance.Excluded} // while the outcome of an earlier attempt was not known
	}
	if verdict.Send {
		return true, nil
	}
	tx.Audit("withdrawn", map[string]string{"key": row.Key, "reason": string(verdict.Reason)})
	if err := tx.TouchDayIfKnown(ctx, store.TouchDayIfKnownParams{UserID: row.UserID, Day: row.Day}); err != nil {
		return false, err // decide lists what is to be reviewed
	}
	return false, tx.StampWithdrawn(ctx, store.StampWithdrawnParams{Why: string(verdict.Reason), At: store.Millis(tx.Now()), ID: row.ID})
}

// sameAccess tells whether another program has stamped the very access that row is of: no clock but the door's gives the same second.
func (s *sighting) sameAccess(k employeeDay, row store.Outbox) bool {
	return slices.ContainsFunc(s.others[k], func(o teamspirit.Row) bool {
		return o.Kind == row.Kind && o.At.Truncate(time.Second).Equal(store.Time(row.At).Truncate(time.Second))
	})
}

func personExcluded(ctx context.Context, tx *store.Tx, user string) (bool, error) {
	p, err := tx.Person(ctx, user)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return p.Excluded == 1, err
}

// againstWeb asks the rules for the last word.
func (e *Engine) againstWeb(row store.Outbox, web webDay, ours []store.Outbox) attendance.Verdict {
	stamp := attendance.Stamp{Kind: attendance.Kind(row.Kind), Revision: int(row.Revision), At: store.Time(row.At), AccessID: row.AccessID, OnlyIfEmpty: onlyIfEmpty(row.Origin)}
	if stamp.OnlyIfEmpty {
		// Any time of that kind on the sheet, in whatever way it came there, keeps ours away.
		at := store.Time(row.At)
		if web.has.In && web.In == nil {
			web.In = &at
		}
		if web.has.Out && web.Out == nil {
			web.Out = &at
		}
	}
	var standing *time.Time
	for _, o := range ours {
		if o.Kind == string(attendance.ClockIn) && (stateOf(o) == attendance.Sent || stateOf(o) == attendance.InFlight) {
			at := store.Time(o.At)
			standing = &at
		}
	}
	return attendance.AgainstWeb(e.p.Rules, stamp, web.Web, standing)
}

// elsewhere lists the rows with keys of ours that this database does not know: another PC's, or those of a database that was lost.
func (s *sighting) elsewhere(k employeeDay, ours []store.Outbox) []store.Outbox {
	known := make(map[string]bool, len(ours))
	for _, o := range ours {
		known[o.Key] = true
	}
	var out []store.Outbox
	for _, r := range s.keys[k] {
		if !known[r.Key] {
			out = append(out, store.Outbox{Kind: r.Kind, At: store.Millis(r.At), State: "accepted", Attempts: 1, Key: r.Key})
		}
	}
	return out
}

// write keeps what was seen of one day.
func (s *sighting) write(ctx context.Context, tx *store.Tx, k employeeDay, n teamspirit.Names) error {
	p := s.sheets[k]
	err := tx.SaveSheet(ctx, store.SaveSheetParams{
		EmployeeID: k.employee, Day: dayNumber(k.day), PushStart: minute(p.PushStart), PushEnd: minute(p.PushEnd), RealStart: minute(p.RealStart),
		RealEnd: minute(p.RealEnd), StartTime: minute(p.Start), EndTime: minute(p.End), ReadAt: store.Millis(s.at),
	})
	if err != nil {
		return err
	}
	if err := tx.DropOtherRowsOf(ctx, store.DropOtherRowsOfParams{EmployeeID: k.employee, Day: dayNumber(k.day)}); err != nil {
		return err
	}
	for _, r := range s.others[k] {
		if r.Status != n.Unprocessed && r.Status != n.Processed {
			continue // a row that was refused or deleted is nobody's stamp
		}
		if err := tx.SaveOtherRow(ctx, store.SaveOtherRowParams{
			ID: r.ID, EmployeeID: k.employee, Day: dayNumber(k.day), Kind: r.Kind, At: store.Millis(r.At), Status: r.Status, Device: r.Device, ReadAt: store.Millis(s.at),
		}); err != nil {
			return err
		}
	}
	return nil
}

func minute(m *int) sql.NullInt64 {
	if m == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: int64(*m), Valid: true}
}
