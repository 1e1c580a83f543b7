// Package powercut puts a disk under SQLite that forgets what was not synced, fails when a test wants it to, and fills up: power cuts, full
// and broken disks in the middle of the real store and the real engine.
//
// It is for tests only and knows nothing of what is stored. SQLite is that of github.com/ncruces/go-sqlite3 here: the same source, of the
// same age, as in the program's own driver, but with the file system in Go, where the program's driver offers none that can be written
// to. The write-ahead log then needs locking_mode=EXCLUSIVE, since there is no shared memory; what is written to the two files, when it is
// synced, and how the log is read after a cut does not depend on that.
//
// The package is not built with the race detector, with which SQLite in Go takes ten times as long.
package powercut
