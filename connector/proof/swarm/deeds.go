package swarm

import (
	"cmp"
	"slices"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/proof"
	"dakokubridge/connector/simulator/akerunserver"
	"dakokubridge/connector/simulator/company"
	"dakokubridge/connector/simulator/salesforceserver"
)

func (r *run) now() time.Time { return r.World.Clock().Now() }

// somebody gives one of the company's Akerun users who are employees.
func (r *run) somebody(n uint64) string {
	var users []string
	for _, u := range r.World.Company().Users {
		if r.jobs[u.ID] != "" {
			users = append(users, u.ID)
		}
	}
	return users[n%uint64(len(users))]
}

func (r *run) rank(rank company.Rank) {
	r.must(r.World.AkerunServer().SetRank(r.World.Company().Users[0].ID, r.World.Company().Organizations[1].ID, rank))
}

func (r *run) revoke(side connector.Side) {
	if side == connector.Akerun {
		r.World.AkerunServer().RevokeTokens()
		return
	}
	for _, a := range r.World.Company().SalesforceLogins {
		if a.Role == "admin" {
			r.World.SalesforceServer().RevokeTokens(a.Login)
		}
	}
}

// try notes what somebody could not do. That is a fault only where the rules say that it must be possible.
func (r *run) try(what string, err error) bool {
	if err != nil {
		r.note("%s: %v", what, err)
	}
	return err == nil
}

// signIn signs in; the servers are out of reach of no weather meanwhile. What a server itself refuses then ends the attempt.
func (r *run) signIn(side connector.Side) bool {
	return r.signInAs(side, map[connector.Side]string{connector.Akerun: "super_manager", connector.Salesforce: "admin"}[side])
}

func (r *run) signInAs(side connector.Side, role string) (done bool) {
	r.net.quiet(func() {
		_, err := r.SignIn(side, role)
		done = r.try("signing in to "+string(side), err)
	})
	return done
}

// signInIfAsked signs in to a side where the connector asks for it.
func (r *run) signInIfAsked(side connector.Side) {
	st, err := r.Status(r.ctx)
	r.must(err)
	for _, l := range st.Relink {
		if l.Side == side && l.Cause == "LOGIN_NEEDED" {
			r.note("要再連携 of %s: %s", l.Side, l.Cause)
			r.signIn(side)
		}
	}
}

// handOver passes Akerun to whoever is a plain manager so far and becomes スーパーマネージャー for it.
func (r *run) handOver(side connector.Side) {
	if side != connector.Akerun {
		r.signIn(side)
		return
	}
	manager := r.World.Company().Users[r.World.Company().AkerunAccounts[1].User].ID
	if r.left[manager] {
		return
	}
	r.must(r.World.AkerunServer().SetRank(manager, r.World.Company().Organizations[0].ID, company.SuperManager))
	r.signInAs(side, "manager")
}

// leave deletes an account. Where it is the one that linked, somebody else takes over.
func (r *run) leave(user string) {
	r.note("%s is gone from Akerun", user)
	r.must(r.World.AkerunServer().RemoveUser(user))
	r.left[user] = true
	if user == r.World.Company().Users[r.World.Company().AkerunAccounts[1].User].ID {
		r.signIn(connector.Akerun)
	}
}

func (r *run) unlink() {
	if r.try("連携解除", r.Unlink(r.ctx)) {
		r.links[len(r.links)-1].Until = r.now()
	}
}

// linkAgain signs in to both sides and begins again, so long ahead.
func (r *run) linkAgain(ahead time.Duration) {
	st, err := r.Status(r.ctx)
	r.must(err)
	if st.Phase != connector.Unlinked || !r.signIn(connector.Akerun) || !r.signIn(connector.Salesforce) {
		return
	}
	start := r.now().Add(ahead + time.Minute).Truncate(time.Second)
	r.net.quiet(func() {
		if r.try("連携開始", r.Begin(r.ctx, connector.BeginRequest{Start: start})) {
			r.note("that is from %s on", start.In(company.Japan).Format("01-02 15:04:05"))
			r.links = append(r.links, proof.Start{From: start})
		}
	})
}

// unlimited is the size of a disk that is large enough.
const unlimited = -1

// fill starts the PC with a disk on which the database may grow by so many pages.
func (r *run) fill(pages int) {
	r.room = 0
	if pages != unlimited {
		n, err := r.disk.pages()
		r.must(err)
		r.room = n + pages
	}
	r.restart()
}

// pass lets a user pass a door at an instant by the door's clock, shown at up; what is past by then, because a call took long, is shown now.
func (r *run) pass(user string, at, up time.Time) {
	_, err := r.World.AkerunServer().AddAccess(akerunserver.NewAccess{User: user, At: at, Up: later(up, r.now())})
	r.must(err)
}

func (r *run) setCode(user, code string) {
	r.note("%s has the code %s in Akerun", user, code)
	r.must(r.World.AkerunServer().ChangeCode(user, code))
}

// swapCodes swaps the codes of two people in both systems.
func (r *run) swapCodes(a, b string) {
	if a == b {
		return
	}
	ea, eb := r.current(r.jobs[a]), r.current(r.jobs[b])
	ca, cb := ea.Code, eb.Code
	r.setCode(a, cb)
	r.setCode(b, ca)
	r.setEmployeeCode(a, cb)
	r.setEmployeeCode(b, ca)
}

// current is how an employee stands in TeamSpirit now.
func (r *run) current(employee string) proof.Employee {
	spans := r.staff[employee]
	return spans[len(spans)-1]
}

// bearer gives the employee who has a code now; "" where nobody or more than one has.
func (r *run) bearer(code string) (id string) {
	for e := range r.staff {
		if r.current(e).Code == code {
			if id != "" {
				return ""
			}
			id = e
		}
	}
	return id
}

func (r *run) setEmployeeCode(user, code string) {
	e := r.current(r.jobs[user])
	r.note("%s has the code %s in TeamSpirit instead of %s", e.ID, code, e.Code)
	e.Code = code
	r.change(e)
}

// employ changes 入社日 or 退社日.
func (r *run) employ(user string, entry bool, date string) {
	e := r.current(r.jobs[user])
	if entry {
		e.Entry = date
	} else {
		e.End = date
	}
	r.change(e)
}

// change writes an employee to TeamSpirit and into the history.
func (r *run) change(e proof.Employee) {
	for _, full := range r.World.SalesforceServer().Employees() {
		if full.ID == e.ID {
			full.Code, full.Entry, full.End = e.Code, e.Entry, e.End
			_, err := r.World.SalesforceServer().SetEmployee(full)
			r.must(err)
		}
	}
	spans := r.staff[e.ID]
	spans[len(spans)-1].Until = r.now()
	e.From, e.Until = r.now(), time.Time{}
	r.staff[e.ID] = append(spans, e)
}

// hire adds somebody to both systems; the code is typed into Akerun later.
func (r *run) hire(code string) {
	mail := code + "@sakura-shoji.example"
	user := r.World.AkerunServer().AddUser("新人 "+code, mail, "")
	id, err := r.World.SalesforceServer().SetEmployee(salesforceserver.Employee{Code: code, Name: "新人 " + code, Mail: mail, Entry: r.plan.from.Format(time.DateOnly)})
	r.must(err)
	r.hired[code], r.jobs[user] = user, id
	r.staff[id] = []proof.Employee{{ID: id, Code: code, Entry: r.plan.from.Format(time.DateOnly), From: r.now()}}
}

func (r *run) exclude(user string, out bool) {
	if !r.try("taking "+user+" out", r.Exclude(r.ctx, []string{user}, out)) {
		return
	}
	r.exclusion(proof.Exclusion{Person: user}, out)
}

func (r *run) excludeDoor(n int) {
	door := r.World.Company().Doors[n].ID
	if !r.try("taking "+door+" out", r.ExcludeDoors(r.ctx, []string{door}, true)) {
		return
	}
	r.exclusion(proof.Exclusion{Door: door}, true)
}

func (r *run) exclusion(x proof.Exclusion, out bool) {
	i := slices.IndexFunc(r.out, func(o proof.Exclusion) bool { return o.Person == x.Person && o.Door == x.Door && o.Until.IsZero() })
	switch {
	case out && i < 0:
		x.From = r.now()
		r.out = append(r.out, x)
	case !out && i >= 0:
		r.out[i].Until = r.now()
	}
}

func (r *run) press(user string, out bool) {
	r.try("the button", r.World.AddWebStamp(r.jobs[user], out))
}

func (r *run) otherRow(user, kind string, ago time.Duration) {
	_, err := r.World.SalesforceServer().AddForeignRow(salesforceserver.StampRow{EmployeeID: r.jobs[user], Kind: kind, At: r.now().Add(-ago), Device: "Akerun"})
	r.must(err)
}

// deleteRow takes one of our rows away, or sets its status to 削除. What the sheet shows is done, and the connector looks at it no more.
func (r *run) deleteRow(which uint64, status bool) {
	rows := slices.DeleteFunc(r.World.SalesforceServer().StampRows(), func(s salesforceserver.StampRow) bool {
		return s.CreatedBy == "" || s.Deleted || r.disk.done(s.Key)
	})
	if len(rows) == 0 {
		return
	}
	row := rows[which%uint64(len(rows))]
	r.note("that is %s %s of %s", row.Kind, row.At.In(company.Japan).Format("01-02 15:04:05"), row.EmployeeID)
	if status {
		r.World.SalesforceServer().SetStatus(row.ID, proof.Deleted)
		return
	}
	r.World.SalesforceServer().DeleteRow(row.ID)
}

// resendAll presses 再送 for everything, several times.
func (r *run) resendAll() {
	from, to := r.plan.from.Format(time.DateOnly), r.now().In(company.Japan).Format(time.DateOnly)
	request := connector.ResendRequest{From: from, To: to}
	for range 3 {
		sent, err := r.Resend(r.ctx, request)
		if !r.try("再送", err) {
			return
		}
		days, err := r.Days(r.ctx, connector.DayQuery{From: from, To: to})
		r.must(err)
		for _, s := range sent {
			for _, d := range days {
				if d.UserID == s.UserID && d.Day == s.Day {
					r.note("再送 of %s %s %s %s, revision %d, for %s", s.UserID, d.EmployeeID, s.Day, s.Kind, s.Revision, s.Because)
					r.asked = append(r.asked, proof.Asked{Employee: cmp.Or(d.EmployeeID, r.bearer(s.EmployeeCode), r.jobs[s.UserID]), Day: s.Day, At: r.now()})
				}
			}
		}
	}
}

// setClock makes the PC's clock wrong by off, from a start of the process on: while it runs, its monotonic clock would tell.
func (r *run) setClock(off time.Duration) {
	if r.off == off {
		return
	}
	r.off = off
	r.SetWrong(off)
	r.restart()
}

// sleep lets time pass without the connector.
func (r *run) sleep(until time.Time, restarts bool) {
	if until.After(r.now()) {
		r.must(r.World.Clock().Set(until))
	}
	if restarts {
		r.restart()
	}
}
