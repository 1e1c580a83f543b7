//go:build !race

package powercut

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/driver" // the driver "sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// Driver is the name of the database driver that can be given a Disk.
const Driver = "sqlite3"

// database is the name of the database's file on every disk.
const database = "/dakokubridge.db"

// Mount makes the disk known to SQLite and returns the name of the database on it for [Driver], with the settings that the program uses. A
// checkpoint is made after so many pages of the log (0: SQLite's own number). Unmount when every connection is closed.
func (d *Disk) Mount(checkpoint int) (dsn string) {
	vfs.Register(d.name(), mounted{d})
	dsn = fmt.Sprintf("file:%s?vfs=%s&_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(WAL)"+
		"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)", database, d.name())
	if checkpoint > 0 {
		dsn += fmt.Sprintf("&_pragma=wal_autocheckpoint(%d)", checkpoint)
	}
	return dsn
}

// Unmount makes SQLite forget the disk.
func (d *Disk) Unmount() { vfs.Unregister(d.name()) }

func (d *Disk) name() string { return fmt.Sprintf("powercut-%p", d) }

// mounted is a disk as SQLite sees it.
type mounted struct{ d *Disk }

func (m mounted) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if name == "" || flags&(vfs.OPEN_MAIN_DB|vfs.OPEN_MAIN_JOURNAL|vfs.OPEN_WAL) == 0 {
		return &open{d: m.d, f: &file{reader: true}}, flags | vfs.OPEN_MEMORY, nil
	}
	if err := m.d.begin(Operation{Kind: Open, File: kind(name)}); err != nil {
		return nil, flags, sqlite3.CANTOPEN
	}
	f, there := m.d.find(name, false)
	if !there {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		if err := m.d.begin(Operation{Kind: Create, File: kind(name)}); err != nil {
			return nil, flags, sqlite3.CANTOPEN
		}
		f, _ = m.d.find(name, true)
	}
	return &open{d: m.d, f: f, name: name}, flags, nil
}

func (m mounted) Delete(name string, syncDir bool) error {
	if err := m.d.begin(Operation{Kind: Delete, File: kind(name)}); err != nil {
		return sqlite3.IOERR_DELETE
	}
	if !m.d.drop(name, syncDir) {
		return sqlite3.IOERR_DELETE_NOENT
	}
	return nil
}

func (m mounted) Access(name string, _ vfs.AccessFlag) (bool, error) {
	_, there := m.d.find(name, false)
	return there, nil
}

func (m mounted) FullPathname(name string) (string, error) { return path.Clean(name), nil }

// kind names a file by what it is.
func kind(name string) string {
	if _, after, ok := strings.Cut(name, ".db-"); ok {
		return after
	}
	return "db"
}

// open is a file as SQLite has it open.
type open struct {
	d    *Disk
	f    *file
	name string
	lock vfs.LockLevel
}

func (o *open) begin(k string, at int64, size int) error {
	if o.f.reader {
		return nil
	}
	return o.d.begin(Operation{Kind: k, File: kind(o.name), Offset: at, Size: size})
}

func (o *open) Close() error { return nil }

func (o *open) ReadAt(b []byte, at int64) (int, error) {
	if err := o.begin(Read, at, len(b)); err != nil {
		return 0, err
	}
	o.d.mu.Lock()
	defer o.d.mu.Unlock()
	if at >= int64(len(o.f.now)) {
		return 0, io.EOF
	}
	n := copy(b, o.f.now[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (o *open) WriteAt(b []byte, at int64) (int, error) {
	if err := o.begin(Write, at, len(b)); err != nil {
		return 0, err
	}
	o.d.note(o.f, change{at, append([]byte{}, b...)})
	return len(b), nil
}

func (o *open) Truncate(size int64) error {
	if err := o.begin(Truncate, size, 0); err != nil {
		return err
	}
	o.d.note(o.f, change{at: size})
	return nil
}

func (o *open) Sync(vfs.SyncFlag) error {
	if o.f.reader {
		return nil
	}
	err := o.begin(Sync, 0, 0)
	if err != nil && o.d.IsCut() {
		return err
	}
	o.d.keep(o.name, o.f, err != nil)
	return err
}

func (o *open) Size() (int64, error) {
	o.d.mu.Lock()
	defer o.d.mu.Unlock()
	return int64(len(o.f.now)), nil
}

// One connection has a disk to itself, so a lock is always free.
func (o *open) Lock(l vfs.LockLevel) error       { o.lock = max(o.lock, l); return nil }
func (o *open) Unlock(l vfs.LockLevel) error     { o.lock = min(o.lock, l); return nil }
func (o *open) CheckReservedLock() (bool, error) { return o.lock >= vfs.LOCK_RESERVED, nil }
func (o *open) LockState() vfs.LockLevel         { return o.lock }

func (o *open) SectorSize() int { return 4096 }

func (o *open) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE
}
