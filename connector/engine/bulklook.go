package engine

import (
	"context"
	"fmt"
	"time"

	"dakokubridge/connector/salesforce"
	"dakokubridge/connector/store"
	"dakokubridge/connector/teamspirit"
)

const (
	// jobPatience is how long a job may take before it is ended and its rows go the small way.
	jobPatience = time.Hour
	// jobLife is how long a job that can't be seen any more may still be at work.
	jobLife = 24 * time.Hour
)

// jobPause is when a job is looked at again that was closed so long ago: often at first, then less and less.
func jobPause(age time.Duration) time.Duration {
	return min(max(age/2, 250*time.Millisecond), time.Minute)
}

// lookAtJobs finds out how far the jobs are whose time has come, and what became of the rows of those that have ended.
func (e *Engine) lookAtJobs(ctx context.Context, r rights) error {
	jobs, err := e.openJobs(ctx)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if store.Time(j.NextLook).After(e.now()) {
			continue
		}
		if err := e.lookAtJob(ctx, r, j); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) lookAtJob(ctx context.Context, r rights, j store.BulkJob) error {
	if j.State == jobMaking {
		return e.sweep(ctx, j)
	}
	job, err := e.p.TeamSpirit.Job(ctx, j.Job)
	if err != nil {
		if _, cause := AdviceOf(err); cause == salesforce.CauseNotFound {
			return e.jobGone(ctx, r, j)
		}
		return trouble{sideSalesforce, fmt.Errorf("asking for bulk job %s: %w", j.Job, err)}
	}
	switch {
	case job.Ended():
		return e.finishJob(ctx, j, job)
	case job.State == salesforce.JobOpen:
		// What was interrupted is not taken up again: an upload may be done only once, and whether it was is not known.
		return e.giveUp(ctx, j, "interrupted")
	case e.now().Sub(store.Time(j.ClosedAt)) >= jobPatience:
		return e.giveUp(ctx, j, "slow")
	}
	return e.stepLook(ctx, j)
}

// stepLook notes that a job is under way. That it was closed is known now, whatever became of the answer.
func (e *Engine) stepLook(ctx context.Context, j store.BulkJob) error {
	since := store.Time(j.ClosedAt)
	if j.ClosedAt == 0 {
		since = e.now()
	}
	return e.update(ctx, func(tx *store.Tx) error {
		return tx.CloseBulkJob(ctx, store.CloseBulkJobParams{
			State: jobClosed, ClosedAt: store.Millis(since), NextLook: store.Millis(tx.Now().Add(jobPause(tx.Now().Sub(since)))), ID: j.ID,
		})
	})
}

// giveUp ends a job. One that was never closed has written nothing, so its rows are free at once.
func (e *Engine) giveUp(ctx context.Context, j store.BulkJob, why string) error {
	job, err := e.p.TeamSpirit.AbortJob(ctx, j.Job)
	if err != nil {
		return trouble{sideSalesforce, fmt.Errorf("ending bulk job %s: %w", j.Job, err)}
	}
	if why == "slow" {
		if err := e.jobsOff(ctx, why); err != nil {
			return err
		}
	}
	if !job.Ended() {
		return e.update(ctx, func(tx *store.Tx) error {
			return tx.LookAtBulkJob(ctx, store.LookAtBulkJobParams{NextLook: store.Millis(tx.Now().Add(jobPause(0))), ID: j.ID})
		})
	}
	return e.finishJob(ctx, j, job)
}

// finishJob writes down, by key, what became of the rows of a job that has ended.
func (e *Engine) finishJob(ctx context.Context, j store.BulkJob, job salesforce.Job) error {
	rows, err := e.rowsOfJob(ctx, j)
	if err != nil {
		return err
	}
	var results map[string]teamspirit.Result
	if len(rows) > 0 && j.State != jobOpen {
		results, err = e.p.TeamSpirit.JobResults(ctx, j.Job, int(j.Stamps))
		if err != nil && !refused(err) {
			return trouble{sideSalesforce, fmt.Errorf("reading what became of bulk job %s: %w", j.Job, err)}
		}
	}
	if err := e.hook(ctx, HookBulkBeforeRecord); err != nil {
		return err
	}
	f := finishing{engine: e, job: j, state: job.State, results: results}
	for len(rows) > 0 {
		some := rows[:min(len(rows), daysAtOnce)]
		rows = rows[len(some):]
		if err := f.record(ctx, some); err != nil {
			return err
		}
		if err := e.hook(ctx, HookBulkRecorded); err != nil {
			return err
		}
	}
	// A job that failed, or that somebody else has ended, would mostly go so again.
	off := job.State == salesforce.JobFailed || job.State == salesforce.JobAborted && j.State == jobClosed
	if err := e.endJob(ctx, j, job.State, job.Message, off); err != nil {
		return err
	}
	if len(f.refusedRows) > 0 {
		return e.afterRefusal(ctx, f.refusedRows, f.refusals)
	}
	return e.noteWell(ctx, sideSalesforce)
}

func (e *Engine) rowsOfJob(ctx context.Context, j store.BulkJob) (rows []store.Outbox, err error) {
	err = e.p.Store.View(ctx, func(q *store.Queries) error {
		rows, err = q.StampsOfBulkJob(ctx, j.Job)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the stamps of a bulk job: %w", err)
	}
	return rows, nil
}

// finishing writes down the end of one job.
type finishing struct {
	engine  *Engine
	job     store.BulkJob
	state   string // in which the job has ended
	results map[string]teamspirit.Result

	refusedRows []store.Outbox
	refusals    []teamspirit.Result
}

func (f *finishing) record(ctx context.Context, rows []store.Outbox) error {
	results, wrote := make([]teamspirit.Result, len(rows)), false
	for i, row := range rows {
		res, told := f.results[row.Key]
		results[i] = res
		wrote = wrote || res.ID != ""
		if told && res.Ask {
			f.refusedRows, f.refusals = append(f.refusedRows, row), append(f.refusals, res)
		}
	}
	closed := f.engine.closedDays(ctx, rows, results)
	ctx = context.WithoutCancel(ctx)
	return f.engine.update(ctx, func(tx *store.Tx) error {
		for _, row := range rows {
			if err := f.row(ctx, tx, row, closed); err != nil {
				return err
			}
		}
		if wrote {
			return tx.Wrote(ctx, store.Millis(tx.Now()))
		}
		return nil
	})
}

// row writes down one row's end. A job that was ended may have been in the middle of a chunk, which it then finishes: rows that it has not come to are
// looked up by key, as after a call whose answer was lost.
func (f *finishing) row(ctx context.Context, tx *store.Tx, row store.Outbox, closed map[employeeDay]teamspirit.SheetDay) error {
	res, told := f.results[row.Key]
	switch {
	case f.job.State == jobOpen, told && res.Untried && f.state == salesforce.JobFailed:
		tx.Audit("answer", map[string]string{"key": row.Key, "code": "not tried", "again": "true"})
		return tx.StampBack(ctx, store.StampBackParams{Answer: "not tried", ID: row.ID})
	case !told || res.Untried:
		tx.Audit("left_over", map[string]string{"key": row.Key, "job": f.job.Job})
		return tx.StampUnknown(ctx, store.StampUnknownParams{Since: store.Millis(tx.Now()), Answer: "left over", ID: row.ID})
	}
	row.Attempts-- // the answer is to what was sent, this attempt not counted
	return f.engine.recordRow(ctx, tx, row, res, closed)
}

// jobGone frees the rows of a job that Salesforce does not show: it was deleted, or belongs to another user since a hand-over. One that was never
// closed has written nothing. Of another nobody knows whether it is at work still; its rows are looked up by key for as long as that may be.
func (e *Engine) jobGone(ctx context.Context, r rights, j store.BulkJob) error {
	rows, err := e.rowsOfJob(ctx, j)
	if err != nil {
		return err
	}
	for len(rows) > 0 {
		some := rows[:min(len(rows), daysAtOnce)]
		rows = rows[len(some):]
		err := e.update(ctx, func(tx *store.Tx) error {
			since := tx.Now()
			if last := store.Time(j.ClosedAt).Add(jobLife - requestLife); r.Key != teamspirit.KeyUnique && last.After(since) {
				since = last
			}
			for _, row := range some {
				tx.Audit("left_over", map[string]string{"key": row.Key, "job": j.Job})
				if j.State == jobOpen {
					err = tx.StampBack(ctx, store.StampBackParams{Answer: "not tried", ID: row.ID})
				} else {
					err = tx.StampUnknown(ctx, store.StampUnknownParams{Since: store.Millis(since), Answer: "left over", ID: row.ID})
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return e.endJob(ctx, j, "gone", "", false)
}

// sweep ends the job that was made when the answer was lost, if one was: an open job for stamps that this user made about then, and that
// nobody has closed for an hour.
func (e *Engine) sweep(ctx context.Context, j store.BulkJob) error {
	made := store.Time(j.MadeAt)
	jobs, err := e.p.TeamSpirit.OpenJobs(ctx)
	if err != nil && !refused(err) {
		return trouble{sideSalesforce, fmt.Errorf("looking for bulk jobs that were left open: %w", err)}
	}
	known, err := e.openJobs(ctx)
	if err != nil {
		return err
	}
	for _, job := range jobs {
		if job.Created.Before(made.Add(-clockOff)) || job.Created.After(made.Add(requestLife)) || isKnown(known, job.ID) {
			continue
		}
		if _, err := e.p.TeamSpirit.AbortJob(ctx, job.ID); err != nil && !refused(err) {
			return trouble{sideSalesforce, fmt.Errorf("ending bulk job %s, which was left open: %w", job.ID, err)}
		}
		e.p.Log.Info("a bulk job that was left open is ended", "job", job.ID)
	}
	return e.endJob(ctx, j, "swept", "", false)
}

func isKnown(jobs []store.BulkJob, id string) bool {
	for _, j := range jobs {
		if j.Job == id {
			return true
		}
	}
	return false
}

// jobLate tells whether a job takes so long that somebody should know.
func (e *Engine) jobLate(ctx context.Context) (bool, error) {
	jobs, err := e.openJobs(ctx)
	for _, j := range jobs {
		if j.ClosedAt > 0 && e.now().Sub(store.Time(j.ClosedAt)) >= stuckAfter {
			return true, err
		}
	}
	return false, err
}
