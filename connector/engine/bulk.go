package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

const (
	// bulkFrom is how many stamps that can go at once have to be exceeded before one job carries them: below, calls of 200 are done sooner.
	bulkFrom = 2000
	// bulkOffFor is for how long the small way is taken after Salesforce refused a job, or carried one out badly.
	bulkOffFor = 24 * time.Hour
	// sweepAfter is when a job is ended whose creation was not answered: whoever has made it would have closed it long before.
	sweepAfter = time.Hour
)

// sendByJob sends rows by one bulk job where they are many, and gives back those that go the small way. held are rows that wait for the job
// that is under way: one at a time.
//
// The order is what makes it safe. Salesforce writes nothing before a job is closed. The rows are on the disk as sending, with the job's id,
// before their bytes leave, and that it is being closed is there before it is.
func (e *Engine) sendByJob(ctx context.Context, r rights, rows []store.Outbox, fresh time.Time) (rest []store.Outbox, held bool, err error) {
	some, rest := e.jobRows(rows)
	if len(some) == 0 {
		return rows, false, nil
	}
	off, busy, err := e.jobsNow(ctx)
	if err != nil || off {
		return rows, false, err
	}
	if busy {
		return rest, true, nil
	}
	taken, err := e.carryByJob(ctx, r, some, fresh)
	if err != nil {
		return nil, false, err
	}
	if !taken {
		return rows, false, nil
	}
	return rest, false, nil
}

// jobRows takes out of rows those that one job can carry: rows of the same fields, not tried in vain before, and of each person all or none. There
// are none where that is not more than the small way is for.
func (e *Engine) jobRows(rows []store.Outbox) (some, rest []store.Outbox) {
	from := cmp.Or(e.p.BulkFrom, bulkFrom)
	if from < 0 || len(rows) <= from {
		return nil, rows
	}
	names := e.p.TeamSpirit.Names()
	columns := make([]string, len(rows))
	count := make(map[string]int)
	for i, row := range rows {
		if callSize(row.Attempts) == rowsACall {
			columns[i] = names.Columns(row.Payload)
			count[columns[i]]++
		}
	}
	delete(count, "")
	most := ""
	for c, n := range count {
		if n > count[most] || n == count[most] && c < most {
			most = c
		}
	}
	odd := make(map[string]bool) // people of whom something has to go the small way
	for i, row := range rows {
		if most == "" || columns[i] != most {
			odd[row.EmployeeID] = true
		}
	}
	for _, row := range rows {
		if odd[row.EmployeeID] {
			rest = append(rest, row)
		} else {
			some = append(some, row)
		}
	}
	if len(some) <= from {
		return nil, rows
	}
	return byPerson(some), rest
}

// byPerson brings the rows of each person together, in the order of their instants and of the people's first rows.
func byPerson(rows []store.Outbox) []store.Outbox {
	place := make(map[string]int, len(rows))
	for i, row := range rows {
		if _, ok := place[row.EmployeeID]; !ok {
			place[row.EmployeeID] = i
		}
	}
	slices.SortStableFunc(rows, func(a, b store.Outbox) int {
		return cmp.Or(cmp.Compare(place[a.EmployeeID], place[b.EmployeeID]), cmp.Compare(a.At, b.At))
	})
	return rows
}

// jobsNow tells whether jobs are off for the time being, and whether one is under way.
func (e *Engine) jobsNow(ctx context.Context) (off, busy bool, err error) {
	in, err := e.integration(ctx)
	if err != nil {
		return false, false, err
	}
	jobs, err := e.openJobs(ctx)
	busy = slices.ContainsFunc(jobs, func(j store.BulkJob) bool { return j.State != jobMaking })
	return store.Time(in.BulkOffUntil).After(e.now()), busy, err
}

func (e *Engine) openJobs(ctx context.Context) (jobs []store.BulkJob, err error) {
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		jobs, err = q.OpenBulkJobs(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the bulk jobs: %w", err)
	}
	return jobs, nil
}

// States of a job as they stand in the store.
const (
	jobMaking  = "making"  // asked for, and not answered
	jobOpen    = "open"    // its rows may be with Salesforce, and surely are not written
	jobClosing = "closing" // may have been closed
	jobClosed  = "closed"
)

// carryByJob makes a job, uploads the rows and closes it. taken is false when Salesforce refuses jobs: the rows are as they were.
func (e *Engine) carryByJob(ctx context.Context, r rights, rows []store.Outbox, fresh time.Time) (taken bool, err error) {
	j, made, err := e.makeJob(ctx, r)
	if err != nil || !made {
		return false, err
	}
	if rows, err = e.markInJob(ctx, j, rows); err != nil {
		return false, err
	}
	j.State, j.Stamps = jobOpen, int64(len(rows))
	if len(rows) == 0 {
		return true, e.giveUp(ctx, j, "empty")
	}
	if err := e.upload(ctx, j, rows); err != nil {
		return false, err
	}
	if e.now().After(fresh) {
		// The look at TeamSpirit is too old by now. A line that is so slow is better served by small calls.
		return true, e.giveUp(ctx, j, "slow")
	}
	return true, e.closeJob(ctx, j)
}

// makeJob has Salesforce make a job; made is false when it refuses to.
func (e *Engine) makeJob(ctx context.Context, r rights) (j store.BulkJob, made bool, err error) {
	err = e.update(ctx, func(tx *store.Tx) (err error) {
		j.MadeAt = store.Millis(tx.Now())
		j.ID, err = tx.MakeBulkJob(ctx, store.MakeBulkJobParams{At: j.MadeAt, NextLook: store.Millis(tx.Now().Add(sweepAfter))})
		return err
	})
	if err != nil {
		return j, false, err
	}
	if err := e.hook(ctx, HookBulkBeforeCreate); err != nil {
		return j, false, err
	}
	job, err := e.p.TeamSpirit.CreateJob(ctx, r.Key == teamspirit.KeyExternalID)
	if hookErr := e.hook(ctx, HookBulkAfterCreate); hookErr != nil {
		return j, false, hookErr
	}
	j.Job = job.ID
	switch {
	case err == nil:
		return j, true, nil
	case refused(err):
		return j, false, e.endJob(ctx, j, "refused", causeOf(err), true)
	case !maybeSent(err):
		if err := e.endJob(ctx, j, "not made", causeOf(err), false); err != nil {
			return j, false, err
		}
	}
	return j, false, trouble{sideSalesforce, fmt.Errorf("making a bulk job: %w", err)}
}

// refused tells whether Salesforce will not have what was asked for, however often it is asked: jobs are not permitted or not there, or their number of
// the day is used up. What is wrong with the sign-in or with the whole API is none of that.
func refused(err error) bool {
	advice, cause := AdviceOf(err)
	switch cause {
	case salesforce.CauseNoRights, salesforce.CauseNotFound, salesforce.CauseBadRequest:
		return advice != salesforce.Again && !maybeSent(err)
	}
	return false
}

// markInJob writes down which rows a job carries, before any of their bytes leave.
func (e *Engine) markInJob(ctx context.Context, j store.BulkJob, rows []store.Outbox) (marked []store.Outbox, err error) {
	err = e.update(ctx, func(tx *store.Tx) error {
		marked = make([]store.Outbox, 0, len(rows))
		for _, row := range rows {
			n, err := tx.StampSendingByJob(ctx, store.StampSendingByJobParams{At: store.Millis(tx.Now()), Job: j.Job, ID: row.ID})
			if err != nil {
				return err
			}
			if n == 0 {
				continue // withdrawn since it was taken
			}
			tx.Audit("sending", map[string]string{"key": row.Key, "attempt": strconv.FormatInt(row.Attempts+1, 10), "job": j.Job})
			marked = append(marked, row)
		}
		return tx.OpenBulkJob(ctx, store.OpenBulkJobParams{Job: j.Job, Stamps: int64(len(marked)), NextLook: store.Millis(tx.Now()), ID: j.ID})
	})
	return marked, err
}

// upload sends the rows. Where that fails the job is left to the next look at it, which ends it.
func (e *Engine) upload(ctx context.Context, j store.BulkJob, rows []store.Outbox) error {
	if err := e.hook(ctx, HookBulkBeforeUpload); err != nil {
		return err
	}
	payloads := make([][]byte, len(rows))
	for i, row := range rows {
		payloads[i] = row.Payload
	}
	body, err := e.p.TeamSpirit.Names().Upload(payloads)
	if err != nil {
		return err // jobRows has chosen rows that fit
	}
	err = e.p.TeamSpirit.UploadJob(ctx, j.Job, body)
	if hookErr := e.hook(ctx, HookBulkAfterUpload); hookErr != nil {
		return hookErr
	}
	if err == nil {
		return nil
	}
	if refused(err) {
		if err := e.jobsOff(ctx, causeOf(err)); err != nil {
			return err
		}
	}
	return trouble{sideSalesforce, fmt.Errorf("uploading %d stamps: %w", len(rows), err)}
}

// closeJob has the job carried out. Whether it will be is not known where the answer is lost: the next look at it tells.
func (e *Engine) closeJob(ctx context.Context, j store.BulkJob) error {
	if err := e.stepJob(ctx, j, jobClosing, 0); err != nil {
		return err
	}
	if err := e.hook(ctx, HookBulkBeforeClose); err != nil {
		return err
	}
	_, err := e.p.TeamSpirit.CloseJob(ctx, j.Job)
	if hookErr := e.hook(ctx, HookBulkAfterClose); hookErr != nil {
		return hookErr
	}
	if err != nil {
		return trouble{sideSalesforce, fmt.Errorf("closing a bulk job: %w", err)}
	}
	if err := e.stepJob(ctx, j, jobClosed, jobPause(0)); err != nil {
		return err
	}
	if err := e.hook(ctx, HookBulkAfterCommit); err != nil {
		return err
	}
	return e.noteWell(ctx, sideSalesforce)
}

// stepJob writes down how far a job is, and when it is to be looked at.
func (e *Engine) stepJob(ctx context.Context, j store.BulkJob, state string, after time.Duration) error {
	return e.update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		return tx.CloseBulkJob(ctx, store.CloseBulkJobParams{State: state, ClosedAt: store.Millis(tx.Now()), NextLook: store.Millis(tx.Now().Add(after)), ID: j.ID})
	})
}

// endJob writes down that nothing more is to be learnt of a job; with off, the small way is taken for a day.
func (e *Engine) endJob(ctx context.Context, j store.BulkJob, outcome, why string, off bool) error {
	err := e.update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		tx.Audit("job_ended", map[string]string{"job": j.Job, "stamps": strconv.FormatInt(j.Stamps, 10), "outcome": outcome, "why": why})
		return tx.EndBulkJob(ctx, store.EndBulkJobParams{Outcome: outcome, ID: j.ID})
	})
	if err != nil || !off {
		return err
	}
	return e.jobsOff(ctx, cmp.Or(why, outcome))
}

func (e *Engine) jobsOff(ctx context.Context, why string) error {
	e.p.Log.Warn("bulk jobs are off for a day", "why", why)
	return e.update(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		tx.Audit("jobs_off", map[string]string{"why": why})
		return tx.SetBulkOff(ctx, store.Millis(tx.Now().Add(bulkOffFor)))
	})
}
