package connector

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/store"
)

// Items implements Connector.
func (l *Local) Items(ctx context.Context, q ItemQuery) ([]Item, error) {
	switch q.List {
	case "", string(attendance.Stopped), string(attendance.Action), string(attendance.Review), string(attendance.Recorded):
	default:
		return nil, fail(CodeBadInput, "there is no list %q: give stopped, action or review", q.List)
	}
	book, err := l.nameBook(ctx)
	if err != nil {
		return nil, err
	}
	var rows []store.Item
	err = l.store.View(ctx, func(s *store.Queries) error {
		if q.All {
			rows, err = s.AllItems(ctx)
		} else {
			rows, err = s.OpenItems(ctx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Item
	for _, r := range rows {
		if q.List == "" && r.List == string(attendance.Recorded) && !q.All || q.List != "" && r.List != q.List {
			continue
		}
		i := itemOf(r)
		book.writeItem(&i)
		if matches(q.Search, i.Code, i.Name) {
			out = append(out, i)
		}
	}
	return out, nil
}

// KnownReason tells whether a code is a reason of the rules, such as NO_CLOCK_OUT; another system's text is not.
func KnownReason(code string) bool { return attendance.Reason(code).Known() }

// CloseItem implements Connector.
func (l *Local) CloseItem(ctx context.Context, id int64, memo string) error {
	memo, err := memoOf(memo)
	if err != nil {
		return err
	}
	err = l.update(ctx, func(tx *store.Tx) error {
		n, err := tx.CloseItem(ctx, store.CloseItemParams{At: store.Millis(tx.Now()), Memo: memo, ID: id})
		if err != nil || n == 1 {
			tx.Audit("item_closed", map[string]string{"item": strconv.FormatInt(id, 10)})
			return err
		}
		i, err := tx.Item(ctx, id)
		if errors.Is(err, sql.ErrNoRows) {
			return fail(CodeNotFound, "there is no item %d: see the list of items", id)
		}
		if err != nil {
			return err
		}
		return fail(CodeWrongState, "item %d has ended already (%s)", id, i.State)
	})
	if err == nil {
		l.publish()
	}
	return err
}

// CloseItems implements Connector.
func (l *Local) CloseItems(ctx context.Context, ids []int64, memo string) (int, error) {
	memo, err := memoOf(memo)
	if err != nil {
		return 0, err
	}
	closed := 0
	err = l.update(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			n, err := tx.CloseItem(ctx, store.CloseItemParams{At: store.Millis(tx.Now()), Memo: memo, ID: id})
			if err != nil {
				return err
			}
			if n == 1 {
				tx.Audit("item_closed", map[string]string{"item": strconv.FormatInt(id, 10)})
				closed++
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	l.publish()
	return closed, nil
}

func memoOf(memo string) (string, error) {
	memo = strings.TrimSpace(memo)
	if len([]rune(memo)) > 500 {
		return "", fail(CodeBadInput, "the memo is longer than 500 characters: shorten it")
	}
	return memo, nil
}

// History implements Connector.
func (l *Local) History(ctx context.Context, q HistoryQuery) ([]HistoryEntry, error) {
	if q.Limit <= 0 || q.Limit > 1000 {
		q.Limit = 200
	}
	if q.Before <= 0 {
		q.Before = math.MaxInt64
	}
	var rows []store.Audit
	err := l.store.View(ctx, func(s *store.Queries) (err error) {
		switch most := int64(q.Limit); {
		case q.Kind != "":
			rows, err = s.AuditOfKindBefore(ctx, store.AuditOfKindBeforeParams{Kind: q.Kind, Seq: q.Before, Most: most})
		case q.Without != "":
			rows, err = s.AuditOfOtherKindsBefore(ctx, store.AuditOfOtherKindsBeforeParams{Kind: q.Without, Seq: q.Before, Most: most})
		default:
			rows, err = s.AuditBefore(ctx, store.AuditBeforeParams{Seq: q.Before, Most: most})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	book, err := l.nameBook(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]HistoryEntry, len(rows))
	for i, r := range rows {
		out[i] = HistoryEntry{Seq: r.Seq, At: store.Time(r.At), Kind: r.Kind, Hash: hex.EncodeToString(r.Hash)}
		if r.Body.Valid {
			if err := json.Unmarshal([]byte(r.Body.String), &out[i].Detail); err != nil {
				out[i].Detail = map[string]string{"detail": r.Body.String}
			}
		}
	}
	return out, l.store.View(ctx, func(q *store.Queries) error {
		for i := range out {
			if err := book.writeEntry(ctx, q, &out[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeEntry says of an entry whom it is about.
func (b nameBook) writeEntry(ctx context.Context, q *store.Queries, e *HistoryEntry) error {
	user, employee := e.Detail["user"], e.Detail["employee"]
	e.Day = e.Detail["day"]
	if key := e.Detail["key"]; strings.Contains(key, "/") { // the keys of stamps
		s, err := q.StampOfKey(ctx, key)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("reading the stamp of an entry: %w", err)
		}
		if err == nil {
			user, employee, e.Stamp, e.Day = s.UserID, s.EmployeeID, s.Kind, attendance.DayFromNumber(int(s.Day)).String()
		}
	}
	who, ok := b.users[user]
	if !ok {
		who = b.employees[employee]
	}
	e.Code, e.Name = who[0], who[1]
	return nil
}

// Verify implements Connector.
func (l *Local) Verify(ctx context.Context) (Verification, error) {
	if _, err := l.names(ctx); err != nil {
		return Verification{}, fail(CodeKeychain, "the keychain of this PC does not give the key that the history is sealed with: unlock it and try again").with("error", err.Error())
	}
	report, err := l.store.VerifyAudit(ctx)
	if err != nil {
		return Verification{}, err
	}
	v := Verification{Rows: report.Rows, Head: report.Head, Problems: report.Problems}
	wrong, err := l.store.Check(ctx)
	if err != nil {
		return v, err
	}
	v.Problems = append(v.Problems, wrong...)
	v.OK = len(v.Problems) == 0
	return v, nil
}
