package engine

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/roster"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// readPeopleIfDue reads people every half hour, at the beginning of a business day, and soon after an access names a user nobody knows.
func (e *Engine) readPeopleIfDue(ctx context.Context, in store.Integration) error {
	var r store.Reading
	err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
		r, err = q.Reading(ctx, readingPeople)
		return err
	})
	if err != nil {
		return err
	}
	last, now := store.Time(r.DoneAt), e.now()
	since := now.Sub(last)
	switch {
	case since >= e.p.People, since < 0:
	case attendance.DayOf(last) != attendance.DayOf(now):
	case r.BegunAt > r.DoneAt && since >= peopleAtMostEvery:
	default:
		return nil
	}
	return e.ReadPeople(ctx, in)
}

// ReadPeople reads users and employees anew, matches them, and opens and closes links. A reading that fails half-way changes nothing.
func (e *Engine) ReadPeople(ctx context.Context, in store.Integration) error {
	if !e.mayCall(ctx, sideSalesforce) || e.sparing(ctx) {
		return nil
	}
	users, err := e.readUsers(ctx, in.AkerunOrg)
	if err != nil {
		return trouble{sideAkerun, err}
	}
	employees, err := e.readEmployees(ctx)
	if err != nil {
		return trouble{sideSalesforce, err}
	}
	if err := e.noteWell(ctx, sideSalesforce); err != nil {
		return err
	}
	seal, err := e.p.Sealer(ctx)
	if err != nil {
		return trouble{sideAkerun, locked{err}}
	}
	return e.update(ctx, func(tx *store.Tx) error {
		k := peopleKeeper{tx: tx, seal: seal, users: users, employees: employees, today: attendance.DayOf(tx.Now()), firstStart: store.Time(in.FirstStart)}
		return k.keep(ctx)
	})
}

// readUsers reads the users of the linked 事業所 with the other 事業所 that they belong to, as far as those can be seen.
func (e *Engine) readUsers(ctx context.Context, org string) ([]roster.User, error) {
	orgs, err := e.p.Akerun.Organizations(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the 事業所: %w", err)
	}
	byID := make(map[string]*roster.User)
	err = e.eachUser(ctx, org, func(u roster.User) {
		u.Organizations = []string{org}
		byID[u.ID] = &u
	})
	if err != nil {
		return nil, err
	}
	for _, other := range orgs {
		if other == org {
			continue
		}
		err := e.eachUser(ctx, other, func(u roster.User) {
			if known := byID[u.ID]; known != nil {
				known.Organizations = append(known.Organizations, other)
			}
		})
		if advice, _, _ := adviceOf(err); err != nil && advice != "ask" {
			return nil, err // a 事業所 whose users may not be read tells nothing; anything else is a failed reading
		}
	}
	users := make([]roster.User, 0, len(byID))
	for _, u := range byID {
		users = append(users, *u)
	}
	slices.SortFunc(users, func(a, b roster.User) int { return strings.Compare(a.ID, b.ID) })
	return users, nil
}

func (e *Engine) eachUser(ctx context.Context, org string, f func(roster.User)) error {
	users, err := e.p.Akerun.AllUsers(ctx, org)
	if err != nil {
		return fmt.Errorf("reading users of %s: %w", org, err)
	}
	for _, u := range users {
		f(roster.User{ID: u.ID, Code: u.Code, Name: u.Name, Mail: u.Mail, Authority: u.Authority})
	}
	return nil
}

func (e *Engine) readEmployees(ctx context.Context) ([]roster.Employee, error) {
	var employees []roster.Employee
	err := e.p.TeamSpirit.Employees(ctx, func(page []teamspirit.Employee) error {
		for _, p := range page {
			employee, err := employeeOf(p)
			if err != nil {
				return err
			}
			employees = append(employees, employee)
		}
		return nil
	})
	return employees, err
}

func employeeOf(p teamspirit.Employee) (roster.Employee, error) {
	out := roster.Employee{ID: p.ID, Code: p.Code, Name: p.Name, Mail: p.Mail, UserID: p.UserID}
	for _, d := range []struct {
		text string
		day  *attendance.Day
	}{{p.Entry, &out.Entry}, {p.End, &out.End}} {
		if d.text == "" {
			continue
		}
		day, err := attendance.ParseDay(d.text)
		if err != nil {
			return out, fmt.Errorf("reading the employment of employee %s: %w", p.ID, err)
		}
		*d.day = day
	}
	return out, nil
}

// locked is the error of a keychain that does not answer, in the words of the clients' errors.
type locked struct{ error }

func (locked) Advice() string        { return "again" }
func (locked) Cause() string         { return "locked" }
func (locked) RetryAfter() time.Time { return time.Time{} }
func (locked) Sent() bool            { return false }
func (l locked) Unwrap() error       { return l.error }

// names seals names for the store and opens them again.
type names interface {
	Seal(plain string) []byte
	Open(sealed []byte) (string, error)
}

// peopleKeeper writes one reading of people.
type peopleKeeper struct {
	tx         *store.Tx
	seal       names
	users      []roster.User
	employees  []roster.Employee
	today      attendance.Day
	firstStart time.Time
}

func (k *peopleKeeper) keep(ctx context.Context) error {
	if err := k.keepEmployees(ctx); err != nil {
		return err
	}
	verdicts := roster.Match(k.users, k.employees).On(k.today)
	if err := k.keepUsers(ctx, verdicts); err != nil {
		return err
	}
	if err := k.keepLinks(ctx, verdicts); err != nil {
		return err
	}
	now := store.Millis(k.tx.Now())
	return k.tx.SaveReading(ctx, store.SaveReadingParams{Name: readingPeople, BegunAt: now, DoneAt: now})
}

// rematch judges people anew by what is stored of them.
func (k *peopleKeeper) rematch(ctx context.Context) error {
	people, err := k.tx.People(ctx)
	if err != nil {
		return err
	}
	employees, err := k.tx.Employees(ctx)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.GoneAt != 0 {
			continue
		}
		u := roster.User{ID: p.UserID, Code: p.Code, Authority: p.Authority, Organizations: strings.Fields(p.Orgs)}
		if u.Name, u.Mail, err = k.open(p.NameSealed, p.MailSealed); err != nil {
			return nil // sealed with another key: the next reading of both sides seals and matches anew
		}
		k.users = append(k.users, u)
	}
	for _, p := range employees {
		if p.GoneAt != 0 {
			continue
		}
		employee := roster.Employee{ID: p.EmployeeID, Code: p.Code, UserID: p.UserID, Entry: dayOrNone(p.EntryDay), End: dayOrNone(p.EndDay)}
		if employee.Name, employee.Mail, err = k.open(p.NameSealed, p.MailSealed); err != nil {
			return nil
		}
		k.employees = append(k.employees, employee)
	}
	verdicts := roster.Match(k.users, k.employees).On(k.today)
	if err := k.keepUsers(ctx, verdicts); err != nil {
		return err
	}
	return k.keepLinks(ctx, verdicts)
}

func (k *peopleKeeper) open(name, mail []byte) (string, string, error) {
	n, err := k.seal.Open(name)
	if err != nil {
		return "", "", err
	}
	m, err := k.seal.Open(mail)
	return n, m, err
}

func (k *peopleKeeper) keepEmployees(ctx context.Context) error {
	rows, err := k.tx.Employees(ctx)
	if err != nil {
		return err
	}
	known := make(map[string]store.Employee, len(rows))
	for _, r := range rows {
		known[r.EmployeeID] = r
	}
	for _, p := range k.employees {
		if old, ok := known[p.ID]; !ok || !k.sameEmployee(old, p) {
			if err := k.tx.SaveEmployee(ctx, store.SaveEmployeeParams{
				EmployeeID: p.ID, Code: p.Code, NameSealed: k.seal.Seal(p.Name), MailSealed: k.seal.Seal(p.Mail), UserID: p.UserID,
				EntryDay: nullDay(p.Entry), EndDay: nullDay(p.End),
			}); err != nil {
				return err
			}
			if ok && (old.EntryDay != nullDay(p.Entry) || old.EndDay != nullDay(p.End)) {
				if err := k.tx.TouchDaysOfEmployee(ctx, store.TouchDaysOfEmployeeParams{EmployeeID: p.ID, FromDay: dayNumber(k.today.Add(-31))}); err != nil {
					return err
				}
			}
		}
		delete(known, p.ID)
	}
	for id := range known {
		if err := k.tx.EmployeeGone(ctx, store.EmployeeGoneParams{At: store.Millis(k.tx.Now()), EmployeeID: id}); err != nil {
			return err
		}
	}
	return nil
}

func (k *peopleKeeper) sameEmployee(old store.Employee, p roster.Employee) bool {
	return old.Code == p.Code && old.UserID == p.UserID && old.GoneAt == 0 && old.EntryDay == nullDay(p.Entry) && old.EndDay == nullDay(p.End) &&
		k.opens(old.NameSealed, p.Name) && k.opens(old.MailSealed, p.Mail)
}

func (k *peopleKeeper) opens(sealed []byte, plain string) bool {
	text, err := k.seal.Open(sealed)
	return err == nil && text == plain
}

func (k *peopleKeeper) keepUsers(ctx context.Context, verdicts []roster.Verdict) error {
	rows, err := k.tx.People(ctx)
	if err != nil {
		return err
	}
	known := make(map[string]store.Person, len(rows))
	for _, r := range rows {
		known[r.UserID] = r
	}
	for _, v := range verdicts {
		old, ok := known[v.User.ID]
		delete(known, v.User.ID)
		if ok && k.sameUser(old, v) {
			continue
		}
		if err := k.saveUser(ctx, v, !ok || old.Reason != string(v.Reason) || (old.Sound == 1) != v.Sound); err != nil {
			return err
		}
	}
	for id, old := range known {
		if old.GoneAt != 0 {
			continue
		}
		k.tx.Audit("user_gone", map[string]string{"user": id})
		if err := k.tx.PersonGone(ctx, store.PersonGoneParams{At: store.Millis(k.tx.Now()), UserID: id}); err != nil {
			return err
		}
	}
	return nil
}

func (k *peopleKeeper) sameUser(old store.Person, v roster.Verdict) bool {
	return old.Code == v.User.Code && old.Authority == v.User.Authority && old.Orgs == strings.Join(v.User.Organizations, " ") && old.GoneAt == 0 &&
		(old.Sound == 1) == v.Sound && old.Reason == string(v.Reason) && k.opens(old.NameSealed, v.User.Name) && k.opens(old.MailSealed, v.User.Mail)
}

func (k *peopleKeeper) saveUser(ctx context.Context, v roster.Verdict, verdictChanged bool) error {
	if err := k.tx.SavePerson(ctx, store.SavePersonParams{
		UserID: v.User.ID, Code: v.User.Code, NameSealed: k.seal.Seal(v.User.Name), MailSealed: k.seal.Seal(v.User.Mail),
		Authority: v.User.Authority, Orgs: strings.Join(v.User.Organizations, " "), Sound: store.Flag(v.Sound), Reason: string(v.Reason),
	}); err != nil {
		return err
	}
	if !verdictChanged {
		return nil
	}
	k.tx.Audit("verdict", map[string]string{"user": v.User.ID, "code": v.User.Code, "sound": fmt.Sprint(v.Sound), "reason": string(v.Reason)})
	return k.tx.TouchDaysOf(ctx, store.TouchDaysOfParams{UserID: v.User.ID, FromDay: dayNumber(k.today.Prev())})
}

// keepLinks closes the links that do not hold any more and opens the new ones. Closing comes first, since a code may have changed hands.
func (k *peopleKeeper) keepLinks(ctx context.Context, verdicts []roster.Verdict) error {
	sound := make(map[string]string, len(verdicts)) // user to employee
	present := make(map[string]bool, len(verdicts))
	for _, v := range verdicts {
		present[v.User.ID] = true
		if v.Sound {
			sound[v.User.ID] = v.Employee.ID
		}
	}
	open, err := k.tx.OpenLinks(ctx)
	if err != nil {
		return err
	}
	before, err := k.tx.Reading(ctx, readingPeople)
	if err != nil {
		return err
	}
	for _, l := range open {
		if sound[l.UserID] == l.EmployeeID {
			delete(sound, l.UserID)
			continue
		}
		if err := k.closeLink(ctx, l, max(before.DoneAt, l.OpenedAt), !present[l.UserID]); err != nil {
			return err
		}
	}
	for user, employee := range sound {
		if err := k.openLink(ctx, user, employee); err != nil {
			return err
		}
	}
	return nil
}

func (k *peopleKeeper) closeLink(ctx context.Context, l store.Link, soundAt int64, gone bool) error {
	k.tx.Audit("link_closed", map[string]string{"user": l.UserID, "employee": l.EmployeeID})
	if err := k.tx.CloseLink(ctx, store.CloseLinkParams{At: store.Millis(k.tx.Now()), SoundAt: soundAt, UserGone: store.Flag(gone), ID: l.ID}); err != nil {
		return err
	}
	return k.tx.TouchDaysOf(ctx, store.TouchDaysOfParams{UserID: l.UserID, FromDay: dayNumber(k.today)})
}

func (k *peopleKeeper) openLink(ctx context.Context, user, employee string) error {
	k.tx.Audit("link_opened", map[string]string{"user": user, "employee": employee, "from": k.today.String()})
	if err := k.tx.OpenLink(ctx, store.OpenLinkParams{UserID: user, EmployeeID: employee, FromDay: dayNumber(k.today), At: store.Millis(k.tx.Now())}); err != nil {
		return err
	}
	// Earlier days of this person become 未打刻の日.
	return k.tx.TouchDaysOf(ctx, store.TouchDaysOfParams{UserID: user, FromDay: dayNumber(attendance.DayOf(k.firstStart))})
}

func nullDay(d attendance.Day) sql.NullInt64 {
	if d.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: dayNumber(d), Valid: true}
}
