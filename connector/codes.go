package connector

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"dakokubridge/connector/roster"
	"dakokubridge/connector/store"
)

// CodeChange is a ユーザーコード that an Akerun user is to get.
type CodeChange struct{ UserID, Code string }

// Origin says how code changes were asked for; a closed set.
type Origin string

// The origins.
const (
	ByHand     Origin = "hand"     // typed for one person; written before long lists
	ByProposal Origin = "proposal" // proposals that were taken up
	ByFile     Origin = "file"     // out of a CSV or Excel file
	ByUndo     Origin = "undo"     // the former codes of another list
)

// CodeRefusal says why a code is not to be written.
type CodeRefusal struct {
	Index        int    // in the changes as given
	UserID, Code string // as given
	Why          string // unknown_user, same_user, empty_code, long_code, odd_code, same_code or code_taken
	Other        int    // index of the change that is in the way, with same_user and same_code; -1 otherwise
	Holder       string // id of the user who has the code, with code_taken
}

// CodePlan is what came of asking for code changes.
type CodePlan struct {
	List      int64 // 0: there was nothing to write
	Planned   int
	Unchanged int // have the code already
	Refused   []CodeRefusal
}

// CodeList is one list of code changes and how far it is.
type CodeList struct {
	ID        int64
	Origin    Origin
	Planned   time.Time
	Undoes    int64 // the list whose codes are written back; 0: none
	Cancelled bool
	// Waiting are still to be written, Unknown are on their way or were sent without an answer; both become one of the others.
	Waiting, Unknown, Done, Failed, Withdrawn int
	Undoable                                  int // written, and still the user's code as last read
}

// Open tells whether the list is still being worked on.
func (l CodeList) Open() bool { return l.Waiting+l.Unknown > 0 }

// CodeChangeState is one change of a list.
type CodeChangeState struct {
	UserID, Name, Former, Code string
	State                      string // waiting, unknown, done, failed or cancelled
	// Why says why it failed: changed_meanwhile, not_taken, not_found, no_rights, bad_request or server, with Akerun's own code
	// behind a blank; or replaced, for one that a later change took the place of.
	Why      string
	Attempts int
	At       time.Time // when it ended; zero while open
}

// listsShown is how many lists are told of, newest first.
const listsShown = 100

// PlanCodeChanges implements Connector.
func (l *Local) PlanCodeChanges(ctx context.Context, origin Origin, changes []CodeChange, onlyGood bool) (CodePlan, error) {
	if !slices.Contains([]Origin{ByHand, ByProposal, ByFile}, origin) {
		return CodePlan{}, fail(CodeBadInput, "there is no origin %q: give hand, proposal or file", origin)
	}
	return l.planCodes(ctx, planned{origin: origin, changes: changes, onlyGood: onlyGood})
}

// planned is a list that is asked for.
type planned struct {
	origin   Origin
	undoes   int64
	changes  []CodeChange
	onlyGood bool
}

func (l *Local) planCodes(ctx context.Context, p planned) (CodePlan, error) {
	if err := l.needAkerun(ctx); err != nil {
		return CodePlan{}, err
	}
	r, err := l.roll(ctx)
	if err != nil {
		return CodePlan{}, err
	}
	plan := CodePlan{Refused: refusals(r.roster, p.changes, p.origin == ByUndo)}
	if len(plan.Refused) > 0 && !p.onlyGood {
		first := plan.Refused[0]
		return plan, fail(CodeBadInput, "%d of %d codes can't be written, the first one is %q for %s (%s)", len(plan.Refused), len(p.changes), first.Code, first.UserID, first.Why).
			with("why", first.Why).with("user", first.UserID).with("code", first.Code).with("holder", first.Holder).with("count", strconv.Itoa(len(plan.Refused)))
	}
	todo, same := r.toWrite(p.changes, plan.Refused)
	plan.Planned, plan.Unchanged = len(todo), len(same)
	err = l.update(ctx, func(tx *store.Tx) (err error) {
		for _, user := range same { // what still waited for them is not wanted any more
			if _, err := tx.ReplaceCodeChanges(ctx, store.ReplaceCodeChangesParams{At: store.Millis(tx.Now()), UserID: user}); err != nil {
				return err
			}
		}
		if len(todo) > 0 {
			plan.List, err = addCodeList(ctx, tx, p, todo)
		}
		return err
	})
	if err != nil {
		return CodePlan{}, err
	}
	l.engine.Wake(false)
	l.publish()
	return plan, nil
}

// needAkerun tells what is missing before codes can be written.
func (l *Local) needAkerun(ctx context.Context) error {
	in, err := l.integration(ctx)
	if err != nil {
		return err
	}
	var side store.Side
	err = l.store.View(ctx, func(q *store.Queries) (err error) {
		side, err = q.Side(ctx, string(Akerun))
		return err
	})
	switch {
	case err != nil:
		return err
	case side.SignedInAt == 0:
		return fail(CodeNotSignedIn, "nobody is signed in to Akerun: sign in first").with("side", string(Akerun))
	case in.AkerunOrg == "":
		return fail(CodeNoOrganization, "no 事業所 is chosen: choose one first")
	}
	return nil
}

func refusals(r roster.Roster, changes []CodeChange, erase bool) []CodeRefusal {
	all := make([]roster.Assignment, len(changes))
	for i, c := range changes {
		all[i] = roster.Assignment{UserID: c.UserID, Code: c.Code}
	}
	found := r.Judge(all, erase)
	out := make([]CodeRefusal, 0, len(found))
	for _, i := range slices.Sorted(maps.Keys(found)) {
		o := found[i]
		out = append(out, CodeRefusal{Index: i, UserID: changes[i].UserID, Code: changes[i].Code, Why: string(o.Why), Other: o.Other, Holder: o.Holder})
	}
	return out
}

// toWrite leaves out what is refused, sets apart who has the code already, and puts whoever gives a code away before whoever gets it, so that no two
// users have one code in between. Only codes that go round in a ring can't be put in such an order.
func (r roll) toWrite(changes []CodeChange, refused []CodeRefusal) (out []store.AddCodeChangeParams, same []string) {
	has := make(map[string]string, len(r.people))
	holder := make(map[string]string, len(r.people))
	for _, p := range r.people {
		has[p.UserID] = p.Code
		holder[roster.CleanCode(p.Code)] = p.UserID
	}
	bad := make(map[int]bool, len(refused))
	for _, f := range refused {
		bad[f.Index] = true
	}
	todo := make(map[string]store.AddCodeChangeParams, len(changes))
	var order []string
	for i, c := range changes {
		code := roster.CleanCode(c.Code)
		switch {
		case bad[i]:
		case code == roster.CleanCode(has[c.UserID]):
			same = append(same, c.UserID)
		default:
			todo[c.UserID] = store.AddCodeChangeParams{UserID: c.UserID, Former: has[c.UserID], Code: code}
			order = append(order, c.UserID)
		}
	}
	for _, user := range order {
		begin := len(out)
		for change, waits := todo[user]; waits; change, waits = todo[holder[change.Code]] {
			delete(todo, change.UserID)
			out = append(out, change)
		}
		slices.Reverse(out[begin:])
	}
	return out, same
}

func addCodeList(ctx context.Context, tx *store.Tx, p planned, todo []store.AddCodeChangeParams) (int64, error) {
	id, err := tx.AddCodeList(ctx, store.AddCodeListParams{At: store.Millis(tx.Now()), Origin: string(p.origin), Undoes: p.undoes})
	if err != nil {
		return 0, err
	}
	tx.Audit("user_codes_planned", map[string]string{"list": strconv.FormatInt(id, 10), "origin": string(p.origin), "changes": strconv.Itoa(len(todo))})
	for _, c := range todo {
		if _, err := tx.ReplaceCodeChanges(ctx, store.ReplaceCodeChangesParams{At: store.Millis(tx.Now()), UserID: c.UserID}); err != nil {
			return 0, err
		}
		c.List, c.Urgent = id, store.Flag(p.origin == ByHand)
		if err := tx.AddCodeChange(ctx, c); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// ApplyProposals implements Connector.
func (l *Local) ApplyProposals(ctx context.Context, userIDs []string) (CodePlan, error) {
	people, err := l.People(ctx)
	if err != nil {
		return CodePlan{}, err
	}
	wanted := make(map[string]bool, len(userIDs))
	for _, id := range userIDs {
		wanted[id] = true
	}
	var changes []CodeChange
	for _, p := range people {
		if p.ProposedCode != "" && (len(userIDs) == 0 || wanted[p.UserID]) {
			changes = append(changes, CodeChange{UserID: p.UserID, Code: p.ProposedCode})
			delete(wanted, p.UserID)
		}
	}
	for id := range wanted {
		return CodePlan{}, fail(CodeNotFound, "there is no proposal for the Akerun user %q any more: see the list of people", id)
	}
	return l.PlanCodeChanges(ctx, ByProposal, changes, false)
}

// CodeChanges implements Connector.
func (l *Local) CodeChanges(ctx context.Context) ([]CodeList, error) {
	var out []CodeList
	err := l.store.View(ctx, func(q *store.Queries) error {
		rows, err := q.CodeLists(ctx, store.CodeListsParams{Before: math.MaxInt64, Most: listsShown})
		if err != nil {
			return err
		}
		for _, row := range rows {
			list, err := codeList(ctx, q, row)
			if err != nil {
				return err
			}
			out = append(out, list)
		}
		return nil
	})
	return out, err
}

func codeList(ctx context.Context, q *store.Queries, row store.CodeList) (CodeList, error) {
	l := CodeList{ID: row.ID, Origin: Origin(row.Origin), Planned: store.Time(row.PlannedAt), Undoes: row.Undoes, Cancelled: row.CancelledAt > 0}
	counts, err := q.CountCodeChangesOf(ctx, row.ID)
	if err != nil {
		return l, err
	}
	for _, c := range counts {
		switch n := int(c.N); c.State {
		case "waiting":
			l.Waiting = n
		case "sending", "unknown":
			l.Unknown += n
		case "done":
			l.Done = n
		case "failed":
			l.Failed = n
		case "cancelled":
			l.Withdrawn = n
		}
	}
	if l.Done > 0 {
		undoable, err := q.UndoableCodeChangesOf(ctx, row.ID)
		if err != nil {
			return l, err
		}
		l.Undoable = len(undoable)
	}
	return l, nil
}

// CodeChangesOf implements Connector.
func (l *Local) CodeChangesOf(ctx context.Context, list int64) ([]CodeChangeState, error) {
	book, err := l.nameBook(ctx)
	if err != nil {
		return nil, err
	}
	var rows []store.CodeChange
	err = l.store.View(ctx, func(q *store.Queries) error {
		if _, err := findCodeList(ctx, q, list); err != nil {
			return err
		}
		rows, err = q.CodeChangesOf(ctx, list)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]CodeChangeState, len(rows))
	for i, r := range rows {
		out[i] = CodeChangeState{
			UserID: r.UserID, Name: book.users[r.UserID][1], Former: r.Former, Code: r.Code, State: r.State, Why: r.Why, Attempts: int(r.Attempts), At: store.Time(r.DoneAt),
		}
		if r.State == "sending" {
			out[i].State = "unknown"
		}
	}
	return out, nil
}

func findCodeList(ctx context.Context, q *store.Queries, id int64) (store.CodeList, error) {
	row, err := q.CodeList(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return row, fail(CodeNotFound, "there is no list %d of code changes: see the lists", id)
	}
	return row, err
}

// UndoCodeChanges implements Connector.
func (l *Local) UndoCodeChanges(ctx context.Context, list int64) (CodePlan, error) {
	var changes []CodeChange
	err := l.store.View(ctx, func(q *store.Queries) error {
		if _, err := findCodeList(ctx, q, list); err != nil {
			return err
		}
		rows, err := q.UndoableCodeChangesOf(ctx, list)
		for _, r := range rows {
			changes = append(changes, CodeChange{UserID: r.UserID, Code: r.Former})
		}
		return err
	})
	if err != nil {
		return CodePlan{}, err
	}
	if len(changes) == 0 {
		return CodePlan{}, fail(CodeWrongState, "nothing of list %d can be undone: its codes were not written, or were changed since", list)
	}
	return l.planCodes(ctx, planned{origin: ByUndo, undoes: list, changes: changes, onlyGood: true})
}

// CancelCodeChanges implements Connector.
func (l *Local) CancelCodeChanges(ctx context.Context, list int64) error {
	err := l.update(ctx, func(tx *store.Tx) error {
		if _, err := findCodeList(ctx, tx.Queries, list); err != nil {
			return err
		}
		if err := tx.CancelCodeList(ctx, store.CancelCodeListParams{At: store.Millis(tx.Now()), ID: list}); err != nil {
			return err
		}
		n, err := tx.CancelCodeChanges(ctx, store.CancelCodeChangesParams{At: store.Millis(tx.Now()), List: list})
		if err == nil && n > 0 {
			tx.Audit("user_codes_cancelled", map[string]string{"list": strconv.FormatInt(list, 10), "changes": strconv.FormatInt(n, 10)})
		}
		return err
	})
	if err == nil {
		l.publish()
	}
	return err
}

// WriteCodeChanges implements Connector.
func (l *Local) WriteCodeChanges(ctx context.Context) error {
	if err := l.needAkerun(ctx); err != nil {
		return err
	}
	return explain(Akerun, l.engine.WriteCodes(ctx))
}

// SetUserCode implements Connector.
func (l *Local) SetUserCode(ctx context.Context, userID, code string) error {
	plan, err := l.PlanCodeChanges(ctx, ByHand, []CodeChange{{UserID: userID, Code: code}}, false)
	if err != nil || plan.List == 0 {
		return err
	}
	if err := l.WriteCodeChanges(ctx); err != nil {
		return err
	}
	changes, err := l.CodeChangesOf(ctx, plan.List)
	if err != nil {
		return err
	}
	if c := changes[0]; c.State != "done" {
		return fail(CodeRefused, "Akerun does not take the code %q for %s (%s)", code, userID, c.Why).with("side", string(Akerun)).with("cause", c.Why)
	}
	return nil
}
