package profile

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Moment is what this profile lets pass before it sends where another installation may be about to send the same stamp: 5 to 30 s, the same on
// every start, and hardly ever the same as another profile's. It comes from the id, which is not copied with the database.
func (p *Profile) Moment() time.Duration {
	sum := sha256.Sum256([]byte("moment\n" + p.id))
	return 5*time.Second + time.Duration(binary.BigEndian.Uint64(sum[:])%25_000)*time.Millisecond
}
