package proof

import (
	"fmt"
	"strings"
	"time"
)

// Key names a stamp: who, which business day, which kind, and which revision (0 where it does not matter).
type Key struct {
	Employee, Day, Kind string
	Revision            int
}

// String gives the key in one word.
func (k Key) String() string {
	if k.Revision == 0 {
		return fmt.Sprintf("%s/%s/%s", k.Employee, k.Day, k.Kind)
	}
	return fmt.Sprintf("%s/%s/%s/%d", k.Employee, k.Day, k.Kind, k.Revision)
}

// Latency tells how fast 出勤 came: from the first access's showing (or the start) to the row.
type Latency struct {
	P50, P99, Max time.Duration
}

// Verdict is what the evidence proves. Every list must be empty.
type Verdict struct {
	Seed  int64
	Valid bool // all lists are empty and something was stamped: a run that stamped nothing proves nothing

	Expected int // stamps that the accesses call for
	Stamped  int // rows of ours that are not 削除
	Excepted int // expected stamps without a row that an item explains

	Lost       []Key // S1: expected, and neither a row nor a Web stamp nor an item
	Duplicated []Key // S2: more than one row, or a revision without a right to be
	Unexpected []Key // S3: rows that no eligible access justifies, or that should have given way to a Web stamp

	WrongValue     []string // S4: rows with another instant than the first or last access, and no LATE item
	OrderBreaks    []string // S5
	Early          []string // S6
	FinalityBreaks []string // S7: rows changed or deleted by the connector
	WALBreaks      []string // S8
	CursorGaps     []string // S9
	TenantBreaks   []string // S11, as far as the requests tell
	SecretHits     []string // S12: filled in by whoever scans for secrets
	AuditBreaks    []string // S14: filled in by whoever verifies the audit chain

	Recovered     int // calls with unknown outcome that proved applied
	StableLatency Latency
	RecoveryTime  time.Duration // from the last fault's healing to the last row
	Calls         int
	TraceHash     string // S0: equal for equal runs

	story string
}

// Judge sets Valid from the lists, after somebody has added to them.
func (v *Verdict) Judge() {
	v.Valid = v.Stamped > 0 && v.Problems() == 0
}

// Problems counts the entries of all lists.
func (v Verdict) Problems() int {
	return len(v.Lost) + len(v.Duplicated) + len(v.Unexpected) + len(v.WrongValue) + len(v.OrderBreaks) + len(v.Early) +
		len(v.FinalityBreaks) + len(v.WALBreaks) + len(v.CursorGaps) + len(v.TenantBreaks) + len(v.SecretHits) + len(v.AuditBreaks)
}

// Story tells the verdict in words: the seed, what is wrong, and for the first bad stamp everything that is known of its day.
func (v Verdict) Story() string {
	var b strings.Builder
	state := "valid"
	switch {
	case v.Problems() > 0:
		state = "INVALID"
	case v.Stamped == 0:
		state = "unknown: nothing was stamped"
	}
	fmt.Fprintf(&b, "seed %d: %s. expected %d, stamped %d, excepted %d, lost %d, doubled %d, unexpected %d, recovered %d, calls %d\n",
		v.Seed, state, v.Expected, v.Stamped, v.Excepted, len(v.Lost), len(v.Duplicated), len(v.Unexpected), v.Recovered, v.Calls)
	for _, list := range []struct {
		name string
		keys []Key
	}{{"lost", v.Lost}, {"doubled", v.Duplicated}, {"unexpected", v.Unexpected}} {
		tell(&b, list.name, len(list.keys), func(i int) string { return list.keys[i].String() })
	}
	for _, list := range []struct {
		name  string
		lines []string
	}{
		{"wrong value", v.WrongValue}, {"order", v.OrderBreaks}, {"early", v.Early}, {"finality", v.FinalityBreaks}, {"write-ahead", v.WALBreaks},
		{"cursor", v.CursorGaps}, {"tenant", v.TenantBreaks}, {"secret", v.SecretHits}, {"audit", v.AuditBreaks},
	} {
		tell(&b, list.name, len(list.lines), func(i int) string { return list.lines[i] })
	}
	b.WriteString(v.story)
	return b.String()
}

// mostTold bounds each list of a story; the first ones are enough to look for the cause.
const mostTold = 5

func tell(b *strings.Builder, name string, n int, line func(int) string) {
	for i := range min(n, mostTold) {
		fmt.Fprintf(b, "  %s: %s\n", name, line(i))
	}
	if n > mostTold {
		fmt.Fprintf(b, "  %s: and %d more\n", name, n-mostTold)
	}
}
