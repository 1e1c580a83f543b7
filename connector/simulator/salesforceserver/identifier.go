package salesforceserver

import "dakokubridge/connector/simulator/soql"

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// newID gives the next id of a key prefix, in 18 characters. Ids of one object grow, as Salesforce's mostly do.
func (s *Server) newID(prefix string) string {
	for {
		s.ids[prefix]++
		n := s.ids[prefix]
		digits := []byte("0000000")
		for i := len(digits) - 1; i >= 0; i-- {
			digits[i] = base62[n%62]
			n /= 62
		}
		id, _ := soql.ID18(prefix + "5i000" + string(digits))
		if s.byID(id) == nil {
			return id
		}
	}
}

// id18 gives an id its 18-character form; empty when the text is none.
func id18(id string) string {
	out, _ := soql.ID18(id)
	return out
}

// byID finds a living record of any object.
func (s *Server) byID(id string) *record {
	for _, t := range s.tables {
		if r := t.get(id); r != nil {
			return r
		}
	}
	return nil
}

// token gives random text of the given length; it is as predictable as the seed.
func (s *Server) token(length int) string {
	b := make([]byte, length)
	for i := range b {
		b[i] = base62[s.random.IntN(len(base62))]
	}
	return string(b)
}
