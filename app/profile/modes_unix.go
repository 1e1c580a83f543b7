//go:build unix

package profile

import (
	"io/fs"
	"os"
	"syscall"
)

func ownedByThisUser(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// looseBits are the permissions that anyone but the owner has.
func looseBits(info fs.FileInfo) fs.FileMode { return info.Mode().Perm() & 0o077 }
