package company

import "math/rand/v2"

// What a random stream is for; two purposes never share one, so that a change to one leaves the others as they were.
const (
	purposePeople uint64 = iota + 1
	purposeDay
	purposeWeb
	purposeIDs
)

// stream returns the random numbers that (seed, purpose, a, b) stand for, on every machine the same.
func stream(seed, purpose, a, b uint64) *rand.Rand {
	return rand.New(source(seed, purpose, a, b))
}

func source(seed, purpose, a, b uint64) *rand.PCG {
	return rand.NewPCG(mix(mix(seed)^purpose), mix(mix(a)^b))
}

// mix is the finalizer of SplitMix64: it spreads neighbouring numbers, such as the days of a week, over all bits.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// salesforceID returns an 18-character Salesforce id: a three-character prefix, twelve characters that count n, and the three
// that make the id sound where letter case is lost.
func salesforceID(prefix string, n uint64) string {
	id := []byte(prefix + "5j0000000000")
	for i := len(id) - 1; n > 0; i-- {
		id[i] = base62[n%62]
		n /= 62
	}
	for chunk := range 3 {
		bits := 0
		for i := range 5 {
			if c := id[chunk*5+i]; c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		id = append(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits])
	}
	return string(id)
}

// akerunID returns an id of Akerun's form, such as U-ab345-678ij.
func akerunID(letter byte, r *rand.Rand) string {
	const alphabet = "abcdefghijkmnpqrstuvwxyz0123456789"
	id := []byte{letter, '-', 0, 0, 0, 0, 0, '-', 0, 0, 0, 0, 0}
	for i := range id {
		if id[i] == 0 {
			id[i] = alphabet[r.IntN(len(alphabet))]
		}
	}
	return string(id)
}
