package salesforce

import (
	"net"
	"net/url"
	"strings"

	"dakokubridge/connector/transport"
)

// ID18 returns the 18-character form of a 15-character record id; 18-character ids are returned with their suffix made anew from the first 15, and
// anything else gives false. The suffix encodes the upper case letters, five at a time, so that ids also differ where case is ignored.
func ID18(id string) (string, bool) {
	if len(id) != 15 && len(id) != 18 {
		return "", false
	}
	const suffixes = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	long := []byte(id[:15])
	for block := range 3 {
		bits := 0
		for i, c := range long[block*5 : block*5+5] {
			switch {
			case c >= 'A' && c <= 'Z':
				bits |= 1 << i
			case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			default:
				return "", false
			}
		}
		long = append(long, suffixes[bits])
	}
	return string(long), true
}

// parseIdentity reads org and user id out of the identity address of a token response, https://login.salesforce.com/id/<org>/<user>.
func parseIdentity(address string) (org, user string, ok bool) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", false
	}
	parts := strings.Split(u.Path, "/")
	if len(parts) < 3 || parts[len(parts)-3] != "id" {
		return "", "", false
	}
	org, okOrg := ID18(parts[len(parts)-2])
	user, okUser := ID18(parts[len(parts)-1])
	return org, user, okOrg && okUser
}

// baseAddress checks that address is a plain base URL that tokens may be sent to, https, or http to this machine, and returns it without a closing slash.
func baseAddress(address string) (string, bool) {
	if transport.CheckBaseURL(address) != nil {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil || strings.Trim(u.Path, "/") != "" {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}

// loopbackHosts are the Host headers that a browser on this machine sends to a listener on port.
func loopbackHosts(port string) []string {
	return []string{net.JoinHostPort("localhost", port), net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("::1", port)}
}
