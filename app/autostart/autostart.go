// Package autostart makes a program start with the user's session on this PC, and ends that again: a value under Run in the registry
// of Windows, a LaunchAgent on macOS, an XDG autostart entry on Linux and other desktops.
//
// It knows no setting and starts nothing itself. What is written for each system is worked out by functions that run on every
// system; only putting it in its place differs.
package autostart

// Entry is what is to be started. Two entries with different names stand beside each other.
type Entry struct {
	Name    string   // letters, digits and hyphens; names the value or the file
	Title   string   // for people, in lists of what starts with the session
	Program string   // absolute path
	Args    []string // none of them a secret: the entry can be read by whoever reads the user's files
}

// Set puts the entry in its place, over a former one of that name. It tells whether anything had to be changed: moving the program
// leaves an entry that leads nowhere, so a program does well to set it again at each start.
func Set(e Entry) (changed bool, err error) { return e.set() }

// Remove takes the entry away. There being none is no error.
func Remove(e Entry) error { return e.remove() }
