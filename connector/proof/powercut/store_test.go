//go:build !race

package powercut_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"dakokubridge/connector/proof/powercut"
	"dakokubridge/connector/store"
)

var noon = time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)

// transaction does the n-th of a row of transactions such as the engine's: a page of accesses with the cursor, stamps planned, marked as being sent,
// answered.
func transaction(ctx context.Context, n int) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		tx.Audit("transaction", map[string]string{"n": fmt.Sprint(n)})
		switch n % 4 {
		case 0:
			return page(ctx, tx, n)
		case 1:
			return plan(ctx, tx, n)
		case 2:
			return eachStamp(ctx, tx, n-1, func(s store.Outbox) error {
				_, err := tx.StampSending(ctx, store.StampSendingParams{At: store.Millis(tx.Now()), ID: s.ID})
				return err
			})
		}
		return eachStamp(ctx, tx, n-2, func(s store.Outbox) error {
			return tx.StampAccepted(ctx, store.StampAcceptedParams{RecordID: fmt.Sprint("R", s.ID), At: store.Millis(tx.Now()), Answer: "taken", ID: s.ID})
		})
	}
}

func page(ctx context.Context, tx *store.Tx, n int) error {
	for i := range 1 + n%7*9 {
		_, err := tx.InsertAccess(ctx, store.InsertAccessParams{
			Org: "O1", ID: fmt.Sprintf("%d%05d", n, i), At: store.Millis(tx.Now()), Day: 20782, UserID: fmt.Sprint("U", i), DoorID: "D1", SeenAt: store.Millis(tx.Now()),
		})
		if err != nil {
			return err
		}
	}
	return tx.SaveReading(ctx, store.SaveReadingParams{Org: "O1", AfterID: fmt.Sprint(n), Name: "new"})
}

func plan(ctx context.Context, tx *store.Tx, n int) error {
	for i := range 1 + n%5*6 {
		key := fmt.Sprintf("db1/%d/%d", n, i)
		err := tx.PlanStamp(ctx, store.PlanStampParams{
			EmployeeID: fmt.Sprint("E", i), UserID: fmt.Sprint("U", i), Day: int64(n), Kind: "in", Revision: 1, Key: key, Payload: []byte(`{"key":"` + key + `"}`),
			At: store.Millis(tx.Now()), AccessID: "1", Rules: 1, Origin: "live", PlannedAt: store.Millis(tx.Now()),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func eachStamp(ctx context.Context, tx *store.Tx, n int, f func(store.Outbox) error) error {
	for i := range 1 + n%5*6 {
		s, err := tx.StampOfKey(ctx, fmt.Sprintf("db1/%d/%d", n, i))
		if err != nil {
			return err
		}
		if err := f(s); err != nil {
			return err
		}
	}
	return nil
}

// openStore opens the store on a disk.
func openStore(ctx context.Context, d *powercut.Disk, checkpoint int) (*store.Store, error) {
	return store.Open(ctx, store.Options{Driver: powercut.Driver, DSN: d.Mount(checkpoint)})
}

// cutStory is a run of the store with what every cut may leave: the contents after each transaction that was acknowledged.
type cutStory struct {
	t          *testing.T
	disk       *powercut.Disk
	checkpoint int
	after      []map[string]string // what the disk must hold once so many transactions were acknowledged
	images     []cutImage
}

// cutImage is what one cut has left.
type cutImage struct {
	at    powercut.Operation
	acked int
	left  powercut.Image
}

// tell runs so many transactions and cuts at every operation for which wanted is true, without ending the run. At each, it takes as many
// images as fates.
func (c *cutStory) tell(transactions, fates int, wanted func(powercut.Operation) bool) {
	c.t.Helper()
	c.disk = powercut.NewDisk(nil)
	ctx := c.t.Context()
	s, err := openStore(ctx, c.disk, c.checkpoint)
	must(c.t, err)
	c.acknowledged()
	c.disk.Before(func(o powercut.Operation) error {
		if changes(o) && wanted(o) {
			for n := range fates {
				c.images = append(c.images, cutImage{o, len(c.after) - 1, c.disk.Survivors(source(o.N, n))})
			}
		}
		return nil
	})
	for n := range transactions {
		must(c.t, s.Update(ctx, noon.Add(time.Duration(n)*time.Minute), transaction(ctx, n)))
		c.acknowledged()
	}
	must(c.t, s.Close())
	c.disk.Unmount()
}

func changes(o powercut.Operation) bool { return o.Kind != powercut.Read && o.Kind != powercut.Open }

// acknowledged notes what the disk must hold from now on, by what it would hold in the worst case.
func (c *cutStory) acknowledged() {
	c.t.Helper()
	all, err := contents(c.t.Context(), c.disk.Least())
	must(c.t, err)
	if len(c.after) > 0 && maps.Equal(all, c.after[len(c.after)-1]) {
		c.t.Fatalf("transaction %d was acknowledged and is not on the disk", len(c.after))
	}
	c.after = append(c.after, all)
}

// judge opens what a cut has left: sound, and what it holds is what the last acknowledged transaction left, or the one then under way.
func (c *cutStory) judge(i cutImage) error {
	ctx := c.t.Context()
	all, err := contents(ctx, i.left)
	if err != nil {
		return err
	}
	if !maps.Equal(all, c.after[i.acked]) && (i.acked+1 >= len(c.after) || !maps.Equal(all, c.after[i.acked+1])) {
		for n, other := range c.after {
			if maps.Equal(all, other) {
				return fmt.Errorf("%d transactions were acknowledged, and there are %d", i.acked, n)
			}
		}
		return fmt.Errorf("%d transactions were acknowledged, and what is there is none of the states between them", i.acked)
	}
	return goesOn(ctx, i.left, c.checkpoint)
}

// goesOn opens the store on an image, has it checked and writes to it.
func goesOn(ctx context.Context, i powercut.Image, checkpoint int) (err error) {
	d := powercut.NewDisk(i)
	defer d.Unmount()
	s, err := openStore(ctx, d, checkpoint)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if wrong, err := s.Check(ctx); err != nil || len(wrong) > 0 {
		return fmt.Errorf("check: %q %w", wrong, err)
	}
	if r, err := s.VerifyAudit(ctx); err != nil || len(r.Problems) > 0 {
		return fmt.Errorf("audit: %q %w", r.Problems, err)
	}
	return s.Update(ctx, noon.AddDate(0, 0, 1), func(tx *store.Tx) error {
		tx.Audit("after the cut", nil)
		return nil
	})
}

// TestVolumePowerCuts is what a power cut at any instant leaves of the store.
func TestVolumePowerCuts(t *testing.T) {
	t.Run("A08-power-cut-any-write", func(t *testing.T) {
		want := cuts(t, 60)
		c := &cutStory{t: t}
		total := c.measure(40, func(powercut.Operation) bool { return true })
		c.tell(40, 1+want/total, every(total, want))
		c.judgeAll(want)
	})
	t.Run("A09-power-cut-in-checkpoint", func(t *testing.T) {
		want := cuts(t, 60)
		c := &cutStory{t: t, checkpoint: 20}
		inCheckpoint := func(o powercut.Operation) bool { return o.File == "db" }
		total := c.measure(40, inCheckpoint)
		pick := every(total, want)
		c.tell(40, 1+want/total, func(o powercut.Operation) bool { return inCheckpoint(o) && pick(o) })
		c.judgeAll(want)
	})
}

// measure tells how many operations there are that wanted takes.
func (c *cutStory) measure(transactions int, wanted func(powercut.Operation) bool) (total int) {
	m := &cutStory{t: c.t, checkpoint: c.checkpoint}
	m.tell(transactions, 0, func(o powercut.Operation) bool {
		if wanted(o) {
			total++
		}
		return false
	})
	if total == 0 {
		c.t.Fatal("there is nothing to cut")
	}
	return total
}

// every takes about want of total operations, evenly, each time it is asked for one of them.
func every(total, want int) func(powercut.Operation) bool {
	sum := 0
	return func(powercut.Operation) bool {
		sum += want
		if sum < total {
			return false
		}
		sum -= total
		return true
	}
}

func (c *cutStory) judgeAll(want int) {
	c.t.Helper()
	if len(c.images) < want {
		c.t.Errorf("%d cuts, want %d", len(c.images), want)
	}
	bad := 0
	for _, i := range c.images {
		if err := c.judge(i); err != nil {
			c.t.Errorf("cut at %s: %v", i.at, err)
			if bad++; bad > 5 {
				c.t.Fatal("and so on")
			}
		}
	}
	c.t.Logf("%d power cuts, %d transactions", len(c.images), len(c.after)-1)
}
