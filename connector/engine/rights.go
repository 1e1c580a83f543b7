package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// rights is what the last check of the Salesforce user's rights found, as far as the stages need it.
type rights struct {
	Verdict    string
	Key        teamspirit.KeyKind
	TargetDate bool
	Sheet      bool
	Batch      string // on, off or unknown
}

// DatesWritable tells whether stamps can carry their date, as far as that has been checked.
func (e *Engine) DatesWritable(ctx context.Context) (bool, error) {
	yes := false
	err := e.p.Store.View(ctx, func(q *store.Queries) error {
		r, err := readRights(ctx, q)
		yes = r.TargetDate || r.Verdict == ""
		return err
	})
	return yes, err
}

// checkEvery: rights and the batch are looked at daily, and after a refusal.
const checkEvery = 24 * time.Hour

func readRights(ctx context.Context, q *store.Queries) (rights, error) {
	var r rights
	side, err := q.Side(ctx, sideSalesforce)
	if err != nil {
		return r, fmt.Errorf("reading the rights: %w", err)
	}
	if err := json.Unmarshal([]byte(side.Rights), &r); err != nil {
		return r, fmt.Errorf("reading the rights: %w", err)
	}
	return r, nil
}

// check looks at rights and batch daily, and every ten minutes while rights or the batch are what is missing, so that a cure needs nobody's hand here.
func (e *Engine) check(ctx context.Context) error {
	var (
		side store.Side
		r    rights
	)
	err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
		if side, err = q.Side(ctx, sideSalesforce); err != nil {
			return err
		}
		r, err = readRights(ctx, q)
		return err
	})
	if err != nil {
		return err
	}
	every := checkEvery
	if r.Batch == teamspirit.BatchOff || side.RelinkCause != "" && side.RelinkCause != string(attendance.LoginNeeded) {
		every = askEvery
	}
	since := e.now().Sub(store.Time(side.CheckedAt))
	if side.SignedInAt == 0 || since < every && since >= 0 || !e.mayCall(ctx, sideSalesforce) || e.sparing(ctx) {
		return nil
	}
	_, _, err = e.CheckRights(ctx)
	return err
}

// CheckRights asks Salesforce what the signed-in user may do and whether the batch seems to run, and writes it down. A verdict that is
// enough ends 要再連携, one that is not enough begins it.
func (e *Engine) CheckRights(ctx context.Context) (teamspirit.Rights, teamspirit.Batch, error) {
	linked, err := e.linkedEmployees(ctx)
	if err != nil {
		return teamspirit.Rights{}, teamspirit.Batch{}, err
	}
	r, err := e.p.TeamSpirit.Rights(ctx, linked)
	if err != nil {
		return r, teamspirit.Batch{}, trouble{sideSalesforce, fmt.Errorf("checking the rights: %w", err)}
	}
	b := teamspirit.Batch{Verdict: "unknown"}
	if r.Verdict != teamspirit.None {
		if b, err = e.p.TeamSpirit.Batch(ctx, e.now()); err != nil {
			return r, b, trouble{sideSalesforce, fmt.Errorf("checking the batch: %w", err)}
		}
	}
	if err := e.noteWell(ctx, sideSalesforce); err != nil {
		return r, b, err
	}
	return r, b, e.update(ctx, func(tx *store.Tx) error { return e.writeRights(ctx, tx, r, b) })
}

func (e *Engine) linkedEmployees(ctx context.Context) (ids []string, err error) {
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		links, err := q.OpenLinks(ctx)
		for _, l := range links {
			ids = append(ids, l.EmployeeID)
		}
		return err
	})
	return ids, err
}

func (e *Engine) writeRights(ctx context.Context, tx *store.Tx, r teamspirit.Rights, b teamspirit.Batch) error {
	before, err := readRights(ctx, tx.Queries)
	if err != nil {
		return err
	}
	now := rights{Verdict: r.Verdict, Key: r.Key, TargetDate: r.TargetDateWritable, Sheet: r.SheetReadable, Batch: b.Verdict}
	if r.Verdict == teamspirit.None && before.Verdict != "" {
		// What can't be seen for the moment tells nothing of the fields behind it, and what is decided meanwhile is sent as it was decided.
		now.Key, now.TargetDate, now.Sheet = before.Key, before.TargetDate, before.Sheet
	}
	text, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if before != now {
		tx.Audit("rights", map[string]string{"verdict": r.Verdict, "proof": r.Proof, "key": string(r.Key), "batch": b.Verdict})
	}
	if err := tx.SetRights(ctx, store.SetRightsParams{Rights: string(text), At: store.Millis(tx.Now()), Name: sideSalesforce}); err != nil {
		return err
	}
	if b.Verdict == teamspirit.BatchOff {
		err = openItem(ctx, tx, itemOf(attendance.BatchOff, sourceEngine))
	} else {
		err = cure(ctx, tx, attendance.BatchOff, "", attendance.Day{}, "")
	}
	if err != nil {
		return err
	}
	return e.judgeRights(ctx, tx, r)
}

// judgeRights begins or ends 要再連携 by the verdict. PARTIAL goes on where it was vouched for when the integration began, and where the rights
// are proven and only some linked employees can't be seen, who may just have been deleted.
func (e *Engine) judgeRights(ctx context.Context, tx *store.Tx, r teamspirit.Rights) error {
	verdict := r.Verdict
	in, err := tx.Integration(ctx)
	if err != nil {
		return err
	}
	reason := attendance.Reason("")
	switch {
	case verdict == teamspirit.ForOneself, verdict == teamspirit.Partial && in.RightsConfirmed == 0 && r.Proof == "":
		reason = attendance.EmployeeRights
	case verdict == teamspirit.None:
		reason = attendance.ObjectOutOfReach
	}
	side, err := tx.Side(ctx, sideSalesforce)
	if err != nil {
		return err
	}
	linked := in.Phase == phaseWaiting || in.Phase == phaseRunning
	switch {
	case reason == "" || !linked:
		if side.RelinkCause == string(attendance.LoginNeeded) || side.RelinkCause == string(attendance.WrongTenant) {
			return nil // a check that answers proves neither a lasting sign-in nor the right organisation: noteWell and the sign-in do
		}
		return clearRelink(ctx, tx, sideSalesforce)
	case side.RelinkCause == string(reason):
		return nameMissing(ctx, tx, reason, r.Missing)
	}
	if err := clearRelink(ctx, tx, sideSalesforce); err != nil {
		return err
	}
	if err := e.setRelink(ctx, tx, sideSalesforce, reason); err != nil {
		return err
	}
	return nameMissing(ctx, tx, reason, r.Missing)
}

// nameMissing writes into the item of 要再連携 which objects and fields are out of reach, for whoever is to ask the administrator.
func nameMissing(ctx context.Context, tx *store.Tx, reason attendance.Reason, missing []teamspirit.Missing) error {
	if len(missing) == 0 {
		return nil
	}
	names := make([]string, len(missing))
	for i, m := range missing {
		names[i] = m.String()
	}
	return openItem(ctx, tx, itemOf(reason, sourceEngine).about(sideSalesforce).with(map[string]string{"missing": strings.Join(names, "、")}))
}
