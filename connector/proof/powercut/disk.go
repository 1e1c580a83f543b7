//go:build !race

package powercut

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/ncruces/go-sqlite3"
)

// sector is what a disk writes at a time, in bytes. At a cut each sector has its own fate.
const sector = 512

// Failures that an operation may end with.
var (
	ErrFull   error = sqlite3.FULL  // no space is left
	ErrBroken error = sqlite3.IOERR // the disk or the way to it is broken
)

// What is done to a disk. Open and Read change nothing.
const (
	Open     = "open"
	Read     = "read"
	Write    = "write"
	Truncate = "truncate"
	Sync     = "sync"
	Create   = "create"
	Delete   = "delete"
)

// Operation is one thing that SQLite does to a disk.
type Operation struct {
	Kind   string
	File   string // "db", "wal" or "journal"
	Offset int64
	Size   int // bytes read or written
	N      int // how many operations that change something there were, this one counted; an Open or a Read is not counted
}

func (o Operation) String() string {
	return fmt.Sprintf("%d: %s %s %d+%d", o.N, o.Kind, o.File, o.Offset, o.Size)
}

// Image is what is on the platters of a disk without power: the files' contents by name.
type Image map[string][]byte

// Clone copies the image.
func (i Image) Clone() Image {
	c := make(Image, len(i))
	for name, content := range i {
		c[name] = bytes.Clone(content)
	}
	return c
}

// Disk is a disk under one database that is open once at a time. It is safe for concurrent use.
type Disk struct {
	mu     sync.Mutex
	files  map[string]*file
	ghosts map[string]*file // deleted, but not surely: the folder was not synced
	n      int
	off    bool
	before func(Operation) error
}

// file is one file, as the process sees it and as it is kept.
type file struct {
	now    []byte
	kept   []byte
	named  bool     // its name is kept in the folder
	since  []change // since the last sync, in order
	reader bool     // a temporary file of a query, no part of the disk
}

// change is a write or, with no data, a truncation to the offset.
type change struct {
	at   int64
	data []byte
}

// NewDisk makes a disk that holds an image.
func NewDisk(i Image) *Disk {
	d := &Disk{files: map[string]*file{}, ghosts: map[string]*file{}}
	for name, content := range i {
		d.files[name] = &file{now: bytes.Clone(content), kept: bytes.Clone(content), named: true}
	}
	return d
}

// Before sets what is called before each operation; f may call the disk. What it returns is the operation's failure, and nothing is done then, but
// that a failed Sync loses what it should have kept: the system has tried and won't try again.
func (d *Disk) Before(f func(Operation) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.before = f
}

// Operations tells how many operations that change something there were.
func (d *Disk) Operations() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.n
}

// Cut ends the power: from now on every operation fails.
func (d *Disk) Cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
}

// IsCut tells whether the power has been cut.
func (d *Disk) IsCut() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.off
}

// The fates of what was not synced, at a cut.
const (
	nothingKept = iota // of all of it
	allKept
	inOrder // kept up to a point, and torn there
	mixed   // every sector for itself, and names of files too
	fates
)

// Survivors is what a power cut just now may leave: what was synced, and of the rest what the random source says.
func (d *Disk) Survivors(random *rand.Rand) Image {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.survivors(random, random.IntN(fates))
}

// Least is what a power cut just now leaves in the worst case: nothing that was not synced.
func (d *Disk) Least() Image {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.survivors(nil, nothingKept)
}

func (d *Disk) survivors(random *rand.Rand, fate int) Image {
	out := Image{}
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		f := d.files[name]
		if f.named || fate == allKept || fate == mixed && random.IntN(2) == 0 {
			out[name] = f.after(random, fate)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.ghosts)) {
		if _, again := out[name]; !again && (fate == nothingKept || fate != allKept && random.IntN(2) == 0) {
			out[name] = bytes.Clone(d.ghosts[name].kept)
		}
	}
	return out
}

// after is what of the file is there after a cut.
func (f *file) after(random *rand.Rand, fate int) []byte {
	if fate == allKept {
		return bytes.Clone(f.now)
	}
	content := bytes.Clone(f.kept)
	if fate == nothingKept {
		return content
	}
	end := len(f.since)
	if fate == inOrder {
		end = random.IntN(len(f.since) + 1)
	}
	for i, c := range f.since {
		switch {
		case fate == inOrder && i == end: // under way when the power went
			content = c.torn(content, random)
			return content
		case fate == inOrder:
			content = c.apply(content)
		default:
			content = c.torn(content, random)
		}
	}
	return content
}

// apply does the change to a content.
func (c change) apply(content []byte) []byte {
	if c.data == nil {
		return resize(content, c.at)
	}
	if end := c.at + int64(len(c.data)); end > int64(len(content)) {
		content = resize(content, end)
	}
	copy(content[c.at:], c.data)
	return content
}

// torn does what is left of the change: of its sectors some in whole, some in part, some not at all, some as rubbish. What lies outside of the
// change stays, as SQLite takes for granted of today's disks (SQLITE_POWERSAFE_OVERWRITE).
func (c change) torn(content []byte, random *rand.Rand) []byte {
	if c.data == nil {
		if random.IntN(2) == 0 {
			return c.apply(content)
		}
		return content
	}
	for at := 0; at < len(c.data); {
		end := min(len(c.data), at+sector-int((c.at+int64(at))%sector))
		part := change{c.at + int64(at), bytes.Clone(c.data[at:end])}
		at = end
		switch random.IntN(8) {
		case 0, 1, 2:
			continue // lost
		case 3:
			part.data = part.data[:random.IntN(len(part.data))]
			if len(part.data) == 0 {
				continue
			}
		case 4:
			for i := random.IntN(len(part.data)); i < len(part.data); i++ {
				part.data[i] = byte(random.Uint32())
			}
		}
		content = part.apply(content)
	}
	return content
}

func resize(content []byte, size int64) []byte {
	if size <= int64(len(content)) {
		return content[:size]
	}
	return append(content, make([]byte, size-int64(len(content)))...)
}

// begin asks whether an operation may be done.
func (d *Disk) begin(o Operation) error {
	d.mu.Lock()
	if d.off {
		d.mu.Unlock()
		return sqlite3.IOERR
	}
	if o.Kind != Read && o.Kind != Open {
		d.n++
	}
	o.N = d.n
	before := d.before
	d.mu.Unlock()
	if before == nil {
		return nil
	}
	if err := before(o); err != nil {
		return err
	}
	if d.IsCut() {
		return sqlite3.IOERR
	}
	return nil
}

// note does a change to a file.
func (d *Disk) note(f *file, c change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f.now = c.apply(f.now)
	if !f.reader {
		f.since = append(f.since, c)
	}
}

// keep ends a Sync of a file: it is kept as it is, or, where the Sync has failed, its changes never will be.
func (d *Disk) keep(name string, f *file, failed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f.since = nil
	if failed {
		return
	}
	f.kept = bytes.Clone(f.now)
	if !f.named && kind(name) != "db" {
		d.keepNames()
	}
}

// keepNames syncs the folder, as SQLite's own file systems do with the first Sync of a new log or journal, but not of a new database.
func (d *Disk) keepNames() {
	for _, f := range d.files {
		f.named = true
	}
	clear(d.ghosts)
}

func (d *Disk) find(name string, create bool) (f *file, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, ok = d.files[name]
	if !ok && create {
		f = &file{}
		d.files[name] = f
	}
	return f, ok
}

// drop deletes a file; only with the folder synced it is surely gone.
func (d *Disk) drop(name string, surely bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, ok := d.files[name]
	if !ok {
		return false
	}
	delete(d.files, name)
	if surely {
		d.keepNames()
	} else if f.named {
		d.ghosts[name] = f
	}
	return true
}
