package attendance

import "time"

// UnprocessedAfter is how long a row may stay 未処理 before it is NOT_PROCESSED, when slowest is the longest time that TeamSpirit took
// over a row in the last 7 days: twice that, and two hours at least.
func (r Rules) UnprocessedAfter(slowest time.Duration) time.Duration {
	return max(2*time.Hour, 2*slowest)
}
