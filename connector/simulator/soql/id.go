package soql

import "strings"

// suffix is the alphabet of the three check characters that make an id of 15 characters one of 18.
const suffix = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

// ID18 gives an id its 18-character form; false when the text is no id. The last three characters say which of the first fifteen are capital letters.
func ID18(id string) (string, bool) {
	if len(id) != 15 && len(id) != 18 {
		return "", false
	}
	var check [3]byte
	for block := range 3 {
		bits := 0
		for i := range 5 {
			c := id[block*5+i]
			switch {
			case c >= 'A' && c <= 'Z':
				bits |= 1 << i
			case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			default:
				return "", false
			}
		}
		check[block] = suffix[bits]
	}
	if len(id) == 18 && !strings.EqualFold(id[15:], string(check[:])) {
		return "", false
	}
	return id[:15] + string(check[:]), true
}

// short is the form in which ids are compared.
func short(id string) string {
	if len(id) > 15 {
		return id[:15]
	}
	return id
}
