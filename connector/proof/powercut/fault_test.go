//go:build !race

package powercut_test

import (
	"strings"
	"testing"
	"time"

	"dakokubridge/connector/proof/powercut"
	"dakokubridge/connector/store"
)

// TestVolumeStoreFaults is what single failures of the disk do to the store: whoever writes is told, tries again, and in the end everything that was
// acknowledged is there, also after a power cut.
func TestVolumeStoreFaults(t *testing.T) {
	const transactions = 24
	operations, syncs := 0, 0
	whole := failing(t, transactions, func(n int, o powercut.Operation) bool {
		operations = n
		if o.Kind == powercut.Sync {
			syncs++
		}
		return false
	})
	check := func(t *testing.T, r failed) {
		t.Helper()
		for _, table := range []string{"access", "outbox", "reading"} {
			if r.left[table] != whole.left[table] {
				t.Errorf("%s holds\n%s\ninstead of\n%s", table, r.left[table], whole.left[table])
			}
		}
	}
	t.Run("B02-io-error-nth", func(t *testing.T) {
		told, step := 0, max(1, operations/cuts(t, 25))
		for n := 1; n <= operations; n += step {
			r := failing(t, transactions, func(i int, _ powercut.Operation) bool { return i == n })
			check(t, r)
			told += r.told
		}
		t.Logf("of %d operations every %d. failed once; %d transactions were told so", operations, step, told)
		if told == 0 {
			t.Error("no transaction was told")
		}
	})
	t.Run("B03-fsync-error-once", func(t *testing.T) {
		told, step := 0, max(1, syncs/cuts(t, 8))
		for n := 1; n <= syncs; n += step {
			seen := 0
			r := failing(t, transactions, func(_ int, o powercut.Operation) bool {
				if o.Kind == powercut.Sync {
					seen++
				}
				return o.Kind == powercut.Sync && seen == n
			})
			check(t, r)
			told += r.told
			if r.opened < r.told {
				t.Errorf("sync %d failed, and the connection goes on", n)
			}
		}
		t.Logf("of %d syncs every %d. failed once; %d transactions were told so", syncs, step, told)
		if told == 0 {
			t.Error("no transaction was told")
		}
	})
}

// failed is what became of a run on a disk that fails.
type failed struct {
	told   int               // transactions that ended with an error
	opened int               // times that the database's file was opened anew
	left   map[string]string // what a cut at the end leaves
}

// failing runs transactions while operations fail for which fails is true, which is given their number, from one on. Each is tried again until it
// is in.
func failing(t *testing.T, transactions int, fails func(int, powercut.Operation) bool) (r failed) {
	t.Helper()
	ctx := t.Context()
	d := powercut.NewDisk(nil)
	defer d.Unmount()
	s, err := openStore(ctx, d, 20)
	must(t, err)
	n := 0
	d.Before(func(o powercut.Operation) error {
		if o.Kind == powercut.Open && o.File == "db" {
			r.opened++
		}
		if n++; fails(n, o) {
			return powercut.ErrBroken
		}
		return nil
	})
	for i := range transactions {
		for tries := 0; written(t, s) <= i; tries++ {
			if tries == 4 {
				t.Fatalf("transaction %d can't be written although the disk is well again: %v", i, err)
			}
			if err = s.Update(ctx, noon.Add(time.Duration(i)*time.Minute), transaction(ctx, i)); err != nil {
				r.told++
				continue
			}
			left, err := contents(ctx, d.Least())
			if err != nil || strings.Count(left["audit"], "\n") != i+1 {
				t.Fatalf("transaction %d was acknowledged, and a cut leaves nothing of it (%v)", i, err)
			}
		}
	}
	d.Before(nil)
	if wrong, err := s.Check(ctx); err != nil || len(wrong) > 0 {
		t.Errorf("check: %q %v", wrong, err)
	}
	if a, err := s.VerifyAudit(ctx); err != nil || len(a.Problems) > 0 || a.Rows != int64(transactions) {
		t.Errorf("audit: %+v %v", a, err)
	}
	must(t, s.Close())
	r.left, err = contents(ctx, d.Least())
	must(t, err)
	return r
}

// written tells how many transactions the store holds; reading may be what fails, once.
func written(t *testing.T, s *store.Store) (n int) {
	t.Helper()
	read := func() error {
		return s.View(t.Context(), func(q *store.Queries) error {
			head, err := q.AuditHead(t.Context())
			n = int(head.Seq)
			return err
		})
	}
	if read() != nil {
		must(t, read())
	}
	return n
}
