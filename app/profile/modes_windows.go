package profile

import "io/fs"

// Windows keeps %AppData% to its user by an access list that is inherited, and mode bits there mean nothing.

func ownedByThisUser(fs.FileInfo) bool { return true }

func looseBits(fs.FileInfo) fs.FileMode { return 0 }
