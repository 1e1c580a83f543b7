//go:build linux

package proof_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"dakokubridge/connector"
	"dakokubridge/connector/attendance"
	"dakokubridge/connector/proof/rig"
	"dakokubridge/connector/simulator/salesforceserver"
)

// TestBoard_B01_DiskFull: the profile is on a real file system without a byte left, from before the morning until noon. Nothing is sent that could
// not be recorded, the state says why, a program that is started then is refused without harm, and with space again all goes its way by itself.
func TestBoard_B01_DiskFull(t *testing.T) {
	disk := mountSmall(t, 16<<20)
	var w writeAhead
	r := rig.Quiet(t, rig.Options{OnWrite: func(rows []salesforceserver.Write) { w.check(t, rows) }})
	must(t, r.Close())
	r.Dir = filepath.Join(disk, "profile")
	r.Reopen()
	w.open(t, r.Dir) // connects when the first row is sent, not before
	d := r.World.Description("", "").Akerun
	must(t, r.SetAkerunClient(t.Context(), d.ClientID, d.ClientSecret))
	start := time.Date(2026, 11, 25, 5, 0, 0, 0, attendance.Japan)
	for i := range 5 {
		r.Enter(r.Hire(fmt.Sprintf("K%03d", i)), start.Add(4*time.Hour), start.Add(13*time.Hour))
	}
	r.Link(start)
	r.RunUntil(start.Add(3 * time.Hour))
	warned := func() bool {
		t.Helper()
		st, err := r.Status(t.Context())
		must(t, err)
		return slices.Contains(st.Warnings, "store DISK")
	}

	r.Restart() // with no room left in the log of what was written, either
	free := fill(t, disk)
	r.RunUntil(start.Add(7 * time.Hour))
	if rows := len(r.World.SalesforceServer().StampRows()); rows > 0 {
		t.Errorf("%d stamps were sent that could not be recorded", rows)
	}
	if !warned() {
		t.Error("the state does not say that the disk is full")
	}

	must(t, r.Close())
	refill := fill(t, disk) // closing gave space back
	if local, err := connector.Open(t.Context(), connector.Config{Dir: r.Dir, Vault: r.Vault, Clock: r.World.Clock(), Settings: r.Settings()}); err == nil {
		t.Error("the program starts on a full disk")
		must(t, local.Close())
	} else {
		t.Logf("at the start: %v", err)
	}
	refill()
	r.Reopen()

	free()
	r.RunUntil(start.Add(8*time.Hour + 15*time.Minute))
	if rows := len(r.World.SalesforceServer().StampRows()); rows != 5 {
		t.Errorf("with space again, %d of 5 are stamped", rows)
	}
	if warned() {
		t.Error("the state still warns")
	}
	r.RunUntil(start.Add(25 * time.Hour))
	if v := r.Judge(nil); !v.Valid || v.Stamped != 10 {
		t.Error(v.Story())
	}
	if open := r.Open(); len(open) > 0 {
		t.Errorf("open: %q", open)
	}
	if w.writes.Load() < 10 {
		t.Errorf("%d writes were looked at", w.writes.Load())
	}
}

// mountSmall gives the folder of a file system of its own that holds so many bytes.
func mountSmall(t *testing.T, size int) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a file system")
	}
	dir := t.TempDir()
	err := syscall.Mount("none", dir, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, fmt.Sprintf("size=%d,mode=700", size))
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENODEV) {
		t.Skipf("no file system can be mounted here: %v", err) // as in most containers
	}
	must(t, err)
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmounting: %v", errors.Join(err, syscall.Unmount(dir, syscall.MNT_DETACH)))
		}
	})
	return dir
}

// fill leaves no byte free on the disk until free is called.
func fill(t *testing.T, disk string) (free func()) {
	t.Helper()
	f, err := os.CreateTemp(disk, "filler")
	must(t, err)
	page := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(page)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filling the disk: %v", err)
	}
	must(t, f.Close())
	return func() {
		t.Helper()
		must(t, os.Remove(f.Name()))
	}
}
