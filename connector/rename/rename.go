// Package rename gives files their final names where another program may hold them for a moment.
//
// It knows nothing of what is in them and makes no file itself.
package rename

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"
	"time"
)

// On Windows virus scanners, indexers and backups open a file as soon as it was written, and as long as they do, it can be given no other name. SQLite
// waits for them in the same way (SQLITE_FCNTL_WIN32_AV_RETRY): ten times, 25 ms longer each time.
const (
	tries = 10
	pause = 25 * time.Millisecond
)

// sharingViolation is Windows' ERROR_SHARING_VIOLATION.
const sharingViolation = syscall.Errno(32)

// Patiently renames a file like [os.Rename]. While the system denies it, it is tried again for about a second and a half; the last error is returned.
func Patiently(from, to string) error {
	return insist(func() error { return os.Rename(from, to) })
}

func insist(do func() error) (err error) {
	for n := range tries + 1 {
		time.Sleep(time.Duration(n) * pause)
		if err = do(); !denied(err) {
			return err
		}
	}
	return err
}

func denied(err error) bool {
	return errors.Is(err, fs.ErrPermission) || runtime.GOOS == "windows" && errors.Is(err, sharingViolation)
}
