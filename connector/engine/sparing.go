package engine

import (
	"context"
	"time"
)

// usageLasts is how long is believed what was said of the day's calls: the limit frees itself bit by bit, and others spend of it.
const usageLasts = time.Hour

// sparing tells whether calls to Salesforce that can wait should wait: the organization's other programs share the calls of the day. Most answers
// say in a header how many are spent. Where none has for an hour, because a proxy takes the header away or because nothing was called, the limits are read.
func (e *Engine) sparing(ctx context.Context) bool {
	if e.p.Share <= 0 {
		return false
	}
	used, most, known := e.usage()
	if !known && e.now().Sub(e.usageAsked) >= usageLasts {
		e.usageAsked = e.now()
		if _, err := e.p.Salesforce.Limits(ctx); err != nil {
			e.p.Log.Info("Salesforce's limits can't be read", "error", err) // what can wait goes on, and meets the trouble itself
			return false
		}
		used, most, known = e.usage()
	}
	return known && float64(used) >= e.p.Share*float64(most)
}

// usage is how many of the day's calls are spent, of how many; known is false when nobody has said so in the last hour.
func (e *Engine) usage() (used, most int, known bool) {
	used, most, at := e.p.Salesforce.Usage()
	if !at.Equal(e.usageSaid) {
		e.usageSaid, e.usageHeard = at, e.now()
	}
	return used, most, most > 0 && e.now().Sub(e.usageHeard) < usageLasts
}
