package teamspirit

import (
	"context"
	"time"

	"dakokubridge/connector/salesforce"
)

// Verdicts on the batch that carries stamps to the time sheet (勤怠連携バッチ).
const (
	BatchOn      = "on"
	BatchOff     = "off"
	BatchUnknown = "unknown"
)

// batchPatience is how old an unprocessed row must be before it speaks against the batch. Vendors report 10 to 15 minutes until a stamp shows.
const batchPatience = 2 * time.Hour

// Batch is what the stamps of the last seven days tell of the batch. Its class and schedule have no published names, so it is judged by what it does.
type Batch struct {
	Verdict       string         // BatchOn, BatchOff or BatchUnknown
	Oldest        time.Time      // creation of the oldest unprocessed row; zero when there is none
	LastProcessed time.Time      // last change of a row that was processed or refused; zero when there is none
	ByStatus      map[string]int // rows by TeamSpirit's status
	// Jobs is how many batch jobs of the package ended since yesterday, whichever they were; -1 where the user may not see that. It says
	// something to a person where the rows say nothing, but no more: the package has other batches.
	Jobs int
}

// Batch judges whether the batch runs. now is trusted time.
func (c *Client) Batch(ctx context.Context, now time.Time) (Batch, error) {
	const doing = "looking at what the batch did"
	n := c.names
	b := Batch{ByStatus: map[string]int{}}
	recent := " WHERE CreatedDate = LAST_N_DAYS:7"
	soql := "SELECT " + n.Status + ", COUNT(Id) number, MAX(LastModifiedDate) latest FROM " + n.Stamp + recent + " GROUP BY " + n.Status
	err := c.sf.Query(ctx, doing, soql, func(records []rawRecord) error {
		for _, raw := range records {
			r, err := decode(doing, raw)
			if err != nil {
				return err
			}
			if err := c.countStatus(&b, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Batch{}, err
	}
	if b.ByStatus[n.Unprocessed] > 0 {
		if b.Oldest, err = c.oldestUnprocessed(ctx, doing, recent); err != nil {
			return Batch{}, err
		}
	}
	b.Verdict = judgeBatch(b, now)
	b.Jobs, err = c.jobs(ctx)
	return b, err
}

// jobs counts the package's batch jobs since yesterday, where the user may view setup.
func (c *Client) jobs(ctx context.Context) (int, error) {
	n, err := c.sf.Count(ctx, "counting the package's jobs", "SELECT COUNT() FROM AsyncApexJob WHERE ApexClass.NamespacePrefix = "+salesforce.Quote(c.names.Namespace)+
		" AND JobType = 'BatchApex' AND Status = 'Completed' AND CreatedDate = LAST_N_DAYS:1")
	if refused(err) {
		return -1, nil
	}
	return n, err
}

// countStatus adds one group of the aggregate query.
func (c *Client) countStatus(b *Batch, r record) error {
	status := r.text(c.names.Status)
	if m := r.minutes("number"); m != nil {
		b.ByStatus[status] += *m
	}
	if status != c.names.Processed && status != c.names.Failed {
		return nil
	}
	t, err := r.instant("latest")
	if t.After(b.LastProcessed) {
		b.LastProcessed = t
	}
	return err
}

// oldestUnprocessed returns when the oldest row that still waits was created.
func (c *Client) oldestUnprocessed(ctx context.Context, doing, recent string) (oldest time.Time, err error) {
	n := c.names
	soql := "SELECT CreatedDate FROM " + n.Stamp + recent + " AND " + n.Status + " = " + salesforce.Quote(n.Unprocessed) + " ORDER BY CreatedDate LIMIT 1"
	err = c.sf.Query(ctx, doing, soql, func(records []rawRecord) error {
		r, err := decode(doing, records[0])
		if err == nil {
			oldest, err = r.instant("CreatedDate")
		}
		return err
	})
	return oldest, err
}

// judgeBatch concludes from what became of the rows: one that waits too long while nothing younger was processed means off.
func judgeBatch(b Batch, now time.Time) string {
	waits := !b.Oldest.IsZero() && now.Sub(b.Oldest) >= batchPatience
	switch {
	case waits && !b.LastProcessed.After(b.Oldest):
		return BatchOff
	case !b.LastProcessed.IsZero():
		return BatchOn
	}
	return BatchUnknown
}
