package engine

import (
	"context"
	"fmt"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

// othersAsked is how many other rows of ours are asked for to see whether any is shown.
const othersAsked = 20

// hiddenRows tells which of the rows that Salesforce did not show may be there all the same.
type hiddenRows struct {
	relink  bool            // the rights do not suffice for anything: 要再連携 says so
	all     bool            // no row of ours is shown
	persons map[string]bool // employees who are out of reach
}

func (h hiddenRows) may(row store.Outbox) bool {
	return row.RecordID != "" && (h.relink || h.all || h.persons[row.EmployeeID])
}

// hidden looks at the rights before a row that is not shown counts as deleted: a row that lost sharing hides looks the same. Whoever may change all
// records sees them all; for others the neighbours tell.
func (e *Engine) hidden(ctx context.Context, rows []store.Outbox, found map[string]teamspirit.Row) (hiddenRows, error) {
	missing := false
	for _, row := range rows {
		missing = missing || row.RecordID != "" && found[row.RecordID].ID == ""
	}
	if !missing {
		return hiddenRows{}, nil
	}
	r, _, err := e.CheckRights(ctx)
	if err != nil {
		return hiddenRows{}, err
	}
	h := hiddenRows{persons: make(map[string]bool, len(r.OutOfReach))}
	for _, id := range r.OutOfReach {
		h.persons[id] = true
	}
	switch {
	case r.Verdict == teamspirit.None || r.Verdict == teamspirit.ForOneself:
		h.relink = true
	case r.Proof == teamspirit.ProofModifyAllData || r.Proof == teamspirit.ProofModifyAllRecords:
		return hiddenRows{}, nil
	case len(found) == 0:
		h.all, err = e.othersHidden(ctx)
	}
	return h, err
}

// othersHidden tells whether none of the rows that TeamSpirit has taken in lately is shown any more.
func (e *Engine) othersHidden(ctx context.Context) (bool, error) {
	var ids []string
	err := e.p.Store.View(ctx, func(q *store.Queries) (err error) {
		ids, err = q.NewestRecords(ctx, othersAsked)
		return err
	})
	if err != nil || len(ids) == 0 {
		return false, err
	}
	shown, err := e.p.TeamSpirit.RowsByID(ctx, ids)
	if err != nil {
		return false, trouble{sideSalesforce, fmt.Errorf("reading %d stamps back: %w", len(ids), err)}
	}
	return len(shown) == 0, nil
}

// hide looks at a hidden row again every hour. Where 要再連携 does not explain it, nobody can tell what became of the row.
func (c *confirming) hide(ctx context.Context, row store.Outbox) error {
	if !c.hidden.relink {
		if err := openItem(ctx, c.tx, unknownOutcome(row)); err != nil {
			return err
		}
	}
	return c.recheck(ctx, row)
}

// stampKind is one stamp of a person's day, as its items name it.
type stampKind struct {
	user string
	day  int64
	kind string
}

func doubtedRows(ctx context.Context, q *store.Queries) (map[stampKind]bool, error) {
	live, err := q.LiveItemsOfReason(ctx, string(attendance.UnknownOutcome))
	if err != nil || len(live) == 0 {
		return nil, err
	}
	doubted := make(map[stampKind]bool, len(live))
	for _, i := range live {
		doubted[stampKind{i.UserID, i.Day, i.Subject}] = true
	}
	return doubted, nil
}
