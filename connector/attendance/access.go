package attendance

import (
	"cmp"
	"strings"
	"time"
)

// Access is one row of Akerun's 入退室履歴.
type Access struct {
	ID     string    // opaque decimal text, up to 22 digits and more: ordered by CompareID, never a machine integer
	At     time.Time // the instant by the door's clock
	User   string    // Akerun user id, empty when nobody is named
	Door   string    // Akerun id of the door
	Action string    // such as unlock
	Device string    // device type, such as nfc_outside

	// Seen is the trusted time at which the row was first read; zero when it is not known. It settles for good whether the row
	// came from the future: without it, Facts.Now is taken, and such a row would count once its time has come.
	Seen time.Time
}

// CompareID orders ids of accesses as the numbers they are: by length, then by text. It returns -1, 0 or 1.
func CompareID(a, b string) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// Direction is the way somebody went through a door, as far as the row tells.
type Direction int

// Directions of an access.
const (
	DirectionUnknown Direction = iota
	Entry                      // 入室
	Exit                       // 退室
)

// Direction tells which way the person went: a card at the outside reader is an entry, at the inside reader an exit, as Akerun's own
// console shows them. Locking and everything else tells nothing.
func (a Access) Direction() Direction {
	switch action, device := plain(a.Action), plain(a.Device); {
	case action == "入室":
		return Entry
	case action == "退室":
		return Exit
	case action != "unlock":
		return DirectionUnknown
	case device == "nfcoutside":
		return Entry
	case device == "nfcinside":
		return Exit
	}
	return DirectionUnknown
}
