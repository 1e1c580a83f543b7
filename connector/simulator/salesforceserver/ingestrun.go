package salesforceserver

import (
	"cmp"
	"time"
)

const (
	// ingestChunk is how many rows the server takes together; chunks run side by side.
	ingestChunk = 10_000
	// ingestStep is how many rows of a chunk pass the triggers at once.
	ingestStep = 200
)

// startJob lays down when which rows of a job that has been closed are written, by the simulator's clock.
func (s *Server) startJob(j *ingestJob, now time.Time) {
	begin := now.Add(time.Duration(s.switches.BulkWait))
	s.later(begin, func(now time.Time) {
		if j.state != jobUploaded {
			return
		}
		j.state, j.changed = jobRunning, now
		if j.problem != "" {
			j.end(jobFailed, now)
		} else if len(j.rows) == 0 {
			j.end(jobComplete, now)
		}
	})
	if j.problem != "" {
		return
	}
	dies := -1
	if s.switches.BulkFailNext > 0 {
		s.switches.BulkFailNext--
		dies = s.switches.BulkFailAfter
	}
	step := time.Duration(float64(ingestStep) / float64(s.switches.BulkPace) * float64(time.Second))
	for first := 0; first < len(j.rows); first += ingestChunk {
		for at := first; at < min(first+ingestChunk, len(j.rows)); at += ingestStep {
			n := (at - first) / ingestStep
			end := min(at+ingestStep, first+ingestChunk, len(j.rows))
			s.later(begin.Add(time.Duration(n+1)*step), func(now time.Time) { s.runStep(j, n, at, end, dies, now) })
		}
	}
}

// later has something done when the clock comes to an instant, before anything that a client asks for then.
func (s *Server) later(due time.Time, run func(now time.Time)) {
	s.delayed = append(s.delayed, delayedWrite{due, run})
}

func (j *ingestJob) end(state string, now time.Time) {
	j.state, j.changed, j.ended = state, now, now
}

// runStep writes the rows [from, to) of a job, unless it has ended. A job whose death was ordered stops after so many rows.
func (s *Server) runStep(j *ingestJob, step, from, to, dies int, now time.Time) {
	late := j.state == jobAborted && now.Before(j.ended) // an abort does not call back what is under way
	if j.state != jobRunning && !late {
		return
	}
	if dies >= 0 {
		to = min(to, from+max(0, dies-j.processed))
	}
	s.writeRows(j, step, from, to, now)
	switch {
	case dies >= 0 && j.processed >= dies:
		j.problem = cmp.Or(j.problem, "InternalServerError : The job could not be processed to its end")
		j.end(jobFailed, now)
	case j.processed == len(j.rows) && !late:
		j.end(jobComplete, now)
	}
	if !late {
		j.changed = now
	}
}

func (s *Server) writeRows(j *ingestJob, step, from, to int, now time.Time) {
	rows := make([]row, to-from)
	for i := range rows {
		rows[i] = row{t: j.t, e: j.entity(j.rows[from+i])}
		rows[i].problem = j.lock(step, from/ingestChunk, rows[i].e)
	}
	c := &call{s: s, user: j.user, now: now, late: true}
	if j.operation == "delete" {
		c.eraseRows(j.t, rows)
	} else {
		c.apply(map[string]string{"insert": "create", "update": "update", "upsert": "upsert"}[j.operation], j.by, rows)
	}
	var kept []change
	for i, r := range rows {
		out := &j.rows[from+i]
		out.done, out.problem = true, r.problem
		j.processed++
		if r.problem != nil {
			j.failed++
		} else {
			out.id, out.created = r.done.r.id(), r.done.created
		}
		if r.done.r != nil {
			kept = append(kept, r.done)
		}
	}
	s.trigger(kept, now)
}

// lock refuses a row about an employee whom another chunk of the job is writing about at the same moment.
func (j *ingestJob) lock(step, chunk int, e entity) *rowError {
	employee, _ := e.fields[fEmpID].(string)
	if employee == "" || len(j.rows) <= ingestChunk {
		return nil
	}
	if j.busy[step] == nil {
		j.busy = map[int]map[string]int{step: {}}
	}
	if other, ok := j.busy[step][employee]; ok && other != chunk {
		return refuse("UNABLE_TO_LOCK_ROW", nil, "%s", rowMessages["UNABLE_TO_LOCK_ROW"])
	}
	j.busy[step][employee] = chunk
	return nil
}

func (c *call) eraseRows(t *table, rows []row) {
	v := c.view()
	for i := range rows {
		r := &rows[i]
		if r.problem != nil {
			continue
		}
		found := t.get(id18(r.e.id))
		if found == nil || !v.reads(found) {
			r.problem = refuse("INVALID_CROSS_REFERENCE_KEY", []string{"Id"}, "invalid cross reference id")
			continue
		}
		r.done, r.problem = v.erase(found, c.now)
	}
}
