package engine

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"time"

	"dakokubridge/connector/attendance"
	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

const (
	// rowsACall is what one collections call takes (salesforce.md 3.1).
	rowsACall = 200
	// callsAtOnce: more would only add lock contention in the customer's triggers.
	callsAtOnce = 3
	// rowsAtOnce bounds what is taken out of the outbox in one go. One look at TeamSpirit serves them all.
	rowsAtOnce = 10_000
	// lookLasts: a Web stamp counts as known when it was made before a look that is not older than this (docs/rules.md, 5).
	lookLasts = 2 * time.Minute
)

// deliver settles what nobody knows the outcome of, then sends what is due.
func (e *Engine) deliver(ctx context.Context) error {
	in, err := e.integration(ctx)
	if err != nil {
		return err
	}
	if err := e.markLeftovers(ctx); err != nil {
		return err
	}
	if !e.mayCall(ctx, sideSalesforce) || e.sure().IsZero() {
		return nil
	}
	r, may, err := e.maySend(ctx, in)
	if err != nil || r.Key == "" {
		return err
	}
	if err := e.lookAtJobs(ctx, r); err != nil {
		return err
	}
	if err := e.settle(ctx, r); err != nil {
		return err
	}
	if !may {
		return nil
	}
	return e.send(ctx, r)
}

// maySend tells whether stamps may leave: linked, running, not paused, and the Salesforce side whole.
func (e *Engine) maySend(ctx context.Context, in store.Integration) (r rights, may bool, err error) {
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		if r, err = readRights(ctx, q); err != nil {
			return err
		}
		side, err := q.Side(ctx, sideSalesforce)
		may = in.Phase == phaseRunning && in.Paused == 0 && side.RelinkCause == ""
		return err
	})
	return r, may, err
}

// send takes what is due, looks at TeamSpirit, and sends what still is to be sent.
func (e *Engine) send(ctx context.Context, r rights) error {
	for {
		rows, err := e.toSend(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		fresh := e.now().Add(lookLasts)
		going, err := e.look(ctx, r, rows)
		if err != nil {
			return err
		}
		if going, err = e.stepBack(ctx, r, going); err != nil {
			return err
		}
		going, held, err := e.sendByJob(ctx, r, going, fresh)
		if err != nil {
			return err
		}
		all, err := e.sendAll(ctx, r, going, fresh)
		if err != nil || held || all && len(rows) < rowsAtOnce {
			return err
		}
	}
}

func (e *Engine) toSend(ctx context.Context) (rows []store.Outbox, err error) {
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		rows, err = q.StampsToSend(ctx, store.StampsToSendParams{Now: store.Millis(e.now()), Most: rowsAtOnce})
		rows = e.mutantRows(rows)
		return err
	})
	return rows, err
}

// sendAll sends rows in calls of rowsACall, callsAtOnce at a time. All rows of an employee are in one call. It ends with the first
// trouble, after calls under way have come back, or when the look at TeamSpirit is too old; all tells whether every row had its turn.
func (e *Engine) sendAll(ctx context.Context, r rights, rows []store.Outbox, fresh time.Time) (all bool, err error) {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		first error
		slots = make(chan struct{}, cmp.Or(e.p.Lanes, callsAtOnce))
	)
	all = true
	for _, call := range calls(rows) {
		slots <- struct{}{}
		mu.Lock()
		stop := first != nil || e.now().After(fresh)
		mu.Unlock()
		if stop {
			all = false
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := e.sendSafely(ctx, r, call); err != nil {
				mu.Lock()
				first = cmp.Or(first, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if p, ok := first.(panicked); ok {
		panic(p.value)
	}
	return all, first
}

// sendSafely hands a panic over one call to the stage, which lists it. Its rows stay as sending, and settle finds out what became of them.
func (e *Engine) sendSafely(ctx context.Context, r rights, rows []store.Outbox) (err error) {
	defer func() {
		if p := recover(); p != nil {
			e.p.Log.Error("panic in a call", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = panicked{p}
		}
	}()
	return e.sendCall(ctx, r, rows)
}

// panicked carries a panic from one goroutine to the one that waits for it.
type panicked struct{ value any }

func (p panicked) Error() string { return fmt.Sprint("panic: ", p.value) }

// calls cuts rows into calls so that no employee is in two of them. Rows that have failed before go in smaller calls, in the end alone: one
// that makes every call fail must not hold up the others.
func calls(rows []store.Outbox) [][]store.Outbox {
	byEmployee := make(map[string][]store.Outbox)
	var order []string // employees in the order of their first row: what is due longest goes first
	for _, r := range rows {
		if byEmployee[r.EmployeeID] == nil {
			order = append(order, r.EmployeeID)
		}
		byEmployee[r.EmployeeID] = append(byEmployee[r.EmployeeID], r)
	}
	var out [][]store.Outbox
	open := make(map[int]int) // the call that still has room, by its size
	for _, id := range order {
		own := byEmployee[id]
		slices.SortFunc(own, func(a, b store.Outbox) int { return cmp.Compare(a.At, b.At) })
		size := callSize(slices.MaxFunc(own, func(a, b store.Outbox) int { return cmp.Compare(a.Attempts, b.Attempts) }).Attempts)
		own = own[:min(len(own), size)] // the rest of a very long backlog of one person goes with the next turn
		i, ok := open[size]
		if !ok || len(out[i])+len(own) > size {
			i = len(out)
			open[size] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], own...)
	}
	return out
}

// callSize is how many rows go into one call with a row that has been tried this often.
func callSize(attempts int64) int {
	switch {
	case attempts < 3:
		return rowsACall
	case attempts < 6:
		return rowsACall / 10
	}
	return 1
}

// sendCall sends one call: durable as sending before the first byte leaves, and the answer written down.
func (e *Engine) sendCall(ctx context.Context, r rights, rows []store.Outbox) error {
	rows, err := e.markSending(ctx, rows)
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := e.mutantDone(ctx, rows); err != nil {
		return err
	}
	if err := e.hook(ctx, HookOutboxBeforeSend); err != nil {
		return err
	}
	payloads := make([][]byte, len(rows))
	for i, row := range rows {
		payloads[i] = row.Payload
	}
	results, err := e.insert(ctx, r, mutantPayloads(payloads, e.p.TeamSpirit.Names()))
	if hookErr := e.hook(ctx, HookOutboxAfterSend); hookErr != nil {
		return hookErr
	}
	if err != nil {
		return e.sendFailed(ctx, rows, err)
	}
	if err := e.record(ctx, rows, results); err != nil {
		return err
	}
	if err := e.hook(ctx, HookOutboxAfterCommit); err != nil {
		return err
	}
	return e.noteWell(ctx, sideSalesforce)
}

// insert sends payloads the way the key field calls for. With a plain external id an upsert closes the gap between looking up and
// inserting; a unique key is better served by an insert, which can never touch a row that is there.
func (e *Engine) insert(ctx context.Context, r rights, payloads [][]byte) ([]teamspirit.Result, error) {
	if r.Key == teamspirit.KeyExternalID && !mutated("M2") && !mutated("R16") {
		return e.p.TeamSpirit.Upsert(ctx, payloads)
	}
	return e.p.TeamSpirit.Insert(ctx, payloads)
}

func (e *Engine) markSending(ctx context.Context, rows []store.Outbox) (marked []store.Outbox, err error) {
	if mutated("M14") {
		return rows, nil
	}
	err = e.update(ctx, func(tx *store.Tx) error {
		for _, row := range rows {
			n, err := tx.StampSending(ctx, store.StampSendingParams{At: store.Millis(tx.Now()), ID: row.ID})
			if err != nil {
				return err
			}
			if n == 0 {
				continue // withdrawn since it was taken: 対象外 acts at once
			}
			tx.Audit("sending", map[string]string{"key": row.Key, "attempt": strconv.FormatInt(row.Attempts+1, 10)})
			marked = append(marked, row)
		}
		return nil
	})
	return marked, err
}

// sendFailed writes down that a whole call failed: rows that surely did not arrive go back, the others become unknown.
func (e *Engine) sendFailed(ctx context.Context, rows []store.Outbox, cause error) error {
	unknown := maybeSent(cause)
	err := e.update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		for _, row := range rows {
			tx.Audit("send_failed", map[string]string{"key": row.Key, "unknown": fmt.Sprint(unknown), "cause": causeOf(cause)})
			if err := e.takeBack(ctx, tx, row, unknown, cause); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return trouble{sideSalesforce, fmt.Errorf("sending %d stamps: %w", len(rows), cause)}
}

func (e *Engine) takeBack(ctx context.Context, tx *store.Tx, row store.Outbox, unknown bool, cause error) error {
	ctx = context.WithoutCancel(ctx)
	if mutated("M3") {
		return tx.StampUnknown(ctx, store.StampUnknownParams{Since: store.Millis(tx.Now()), NotBefore: mutantWait(0), ID: row.ID})
	}
	if unknown && !mutated("M2") {
		return tx.StampUnknown(ctx, store.StampUnknownParams{Since: store.Millis(tx.Now()), Answer: causeOf(cause), ID: row.ID})
	}
	if neverLeft(cause) {
		return tx.StampNeverLeft(ctx, store.StampNeverLeftParams{Answer: causeOf(cause), ID: row.ID})
	}
	return tx.StampBack(ctx, store.StampBackParams{Answer: causeOf(cause), ID: row.ID})
}

func causeOf(err error) string {
	_, cause, _ := adviceOf(err)
	return cause
}

// neverLeft tells whether not one byte of the request can have reached the server.
func neverLeft(err error) bool {
	switch causeOf(err) {
	case salesforce.CauseOffline, salesforce.CauseTLS, salesforce.CauseProxy, salesforce.CauseLoginNeeded:
		return !maybeSent(err)
	}
	return false
}

// record writes the answers of one call down, row by row.
func (e *Engine) record(ctx context.Context, rows []store.Outbox, results []teamspirit.Result) error {
	if len(results) != len(rows) {
		return e.sendFailed(ctx, rows, fmt.Errorf("%d answers to %d rows", len(results), len(rows)))
	}
	refused, closed := 0, e.closedDays(ctx, rows, results)
	err := e.update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		refused = 0
		for i, row := range rows {
			if results[i].Ask {
				refused++
			}
			if err := e.recordRow(context.WithoutCancel(ctx), tx, row, results[i], closed); err != nil {
				return err
			}
		}
		if slices.ContainsFunc(results, func(r teamspirit.Result) bool { return r.Code == "" }) {
			return tx.Wrote(context.WithoutCancel(ctx), store.Millis(tx.Now()))
		}
		return nil
	})
	if err != nil || refused == 0 {
		return err
	}
	return e.afterRefusal(ctx, rows, results)
}

// closedDays reads the sheet of rows that were refused for good, where the org has a field that tells of closed days. What can't be read tells
// nothing.
func (e *Engine) closedDays(ctx context.Context, rows []store.Outbox, results []teamspirit.Result) map[employeeDay]teamspirit.SheetDay {
	if e.p.TeamSpirit.Names().DayClosed == "" {
		return nil
	}
	var refused []store.Outbox
	for i, row := range rows {
		if r := results[i]; r.Code != "" && !r.Duplicate && !r.Again && !r.Ask {
			refused = append(refused, row)
		}
	}
	if len(refused) == 0 {
		return nil
	}
	seen, err := e.readSheets(ctx, refused)
	if err != nil {
		e.p.Log.Warn("the sheet of refused stamps was not read", "error", err)
		return nil
	}
	return seen.sheets
}

func (e *Engine) recordRow(ctx context.Context, tx *store.Tx, row store.Outbox, res teamspirit.Result, closed map[employeeDay]teamspirit.SheetDay) error {
	switch {
	case res.Code == "":
		return e.accepted(ctx, tx, row, res.ID, "taken")
	case res.Duplicate:
		// Somebody has made this very row: us in an attempt whose answer was lost, or another PC. settle finds out which row it is.
		return tx.StampUnknown(ctx, store.StampUnknownParams{Since: store.Millis(tx.Now()), Answer: res.Code, ID: row.ID})
	case res.Again, res.Ask:
		tx.Audit("answer", map[string]string{"key": row.Key, "code": res.Code, "again": "true"})
		wait := min(30*time.Second<<min(row.Attempts, 10), againLongest)
		return tx.StampBack(ctx, store.StampBackParams{NotBefore: mutantWait(store.Millis(tx.Now().Add(wait))), Answer: res.Code, ID: row.ID})
	}
	if mutated("M11") {
		return tx.StampBack(ctx, store.StampBackParams{Answer: res.Code, ID: row.ID})
	}
	return e.refused(ctx, tx, row, closed[employeeDay{row.EmployeeID, dayOf(row.Day)}].Closed, res.Code, res.Message)
}

// accepted notes that TeamSpirit has the row.
func (e *Engine) accepted(ctx context.Context, tx *store.Tx, row store.Outbox, record, how string) error {
	tx.Audit("accepted", map[string]string{"key": row.Key, "record": record, "how": how})
	if err := cure(ctx, tx, attendance.UnknownOutcome, row.UserID, dayOf(row.Day), row.Kind); err != nil {
		return err
	}
	if row.State != "planned" || row.Attempts > 0 {
		// While its outcome was open, decide could do nothing about an access that came late.
		if err := tx.TouchDayIfKnown(ctx, store.TouchDayIfKnownParams{UserID: row.UserID, Day: row.Day}); err != nil {
			return err
		}
	}
	return tx.StampAccepted(ctx, store.StampAcceptedParams{
		RecordID: record, At: store.Millis(tx.Now()), NextCheck: store.Millis(tx.Now().Add(firstCheck)), Answer: how, ID: row.ID,
	})
}

// refused notes that TeamSpirit will not have this row: a person must look at it.
func (e *Engine) refused(ctx context.Context, tx *store.Tx, row store.Outbox, closed bool, code, message string) error {
	tx.Audit("refused", map[string]string{"key": row.Key, "code": code})
	if err := openRejected(ctx, tx, row, closed, code, message); err != nil {
		return err
	}
	if err := tx.TouchDayIfKnown(ctx, store.TouchDayIfKnownParams{UserID: row.UserID, Day: row.Day}); err != nil {
		return err
	}
	return tx.StampError(ctx, store.StampErrorParams{Why: message, Answer: code, At: store.Millis(tx.Now()), ID: row.ID})
}

// openRejected lists a stamp that TeamSpirit will not have; where its day is known to be closed, that is the reason. Another try may end for the
// other reason.
func openRejected(ctx context.Context, tx *store.Tx, row store.Outbox, closed bool, code, message string) error {
	reason, other := attendance.Rejected, attendance.LockedMonth
	if closed {
		reason, other = other, reason
	}
	if err := cure(ctx, tx, other, row.UserID, dayOf(row.Day), row.Kind); err != nil {
		return err
	}
	return openItem(ctx, tx, itemOf(reason, sourceConfirm).of(row.UserID, row.EmployeeID, dayOf(row.Day)).about(row.Kind).with(map[string]string{
		"at": japanTime(store.Time(row.At)), "code": code, "text": message,
	}))
}

// afterRefusal looks at the rights when rows were refused for want of them. Whoever has all rights and is refused for one person has met
// something about that person: the row becomes that person's item. Otherwise 要再連携 begins and the rows wait.
func (e *Engine) afterRefusal(ctx context.Context, rows []store.Outbox, results []teamspirit.Result) error {
	r, _, err := e.CheckRights(ctx)
	if err != nil {
		return err
	}
	all := !slices.ContainsFunc(results, func(r teamspirit.Result) bool { return r.Code == "" })
	return e.update(ctx, func(tx *store.Tx) error {
		if r.Verdict == teamspirit.Partial && all {
			side, err := tx.Side(ctx, sideSalesforce)
			if err != nil || side.RelinkCause != "" {
				return err
			}
			return e.setRelink(ctx, tx, sideSalesforce, attendance.EmployeeRights)
		}
		if r.Verdict == teamspirit.ForOneself || r.Verdict == teamspirit.None {
			return nil // CheckRights has begun 要再連携
		}
		for i, row := range rows {
			if results[i].Ask {
				if err := e.refused(ctx, tx, row, false, results[i].Code, results[i].Message); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
