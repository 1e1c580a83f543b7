package transport

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// CheckBaseURL tells whether raw may be the address of a service: https anywhere, or plain http on this machine (the simulator), with a
// host, and without user, query and fragment. The error says in one line what to write instead.
func CheckBaseURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return fmt.Errorf("the address %q can't be read: write it as https://host", Redact(raw))
	}
	switch {
	case u.Hostname() == "" || u.Opaque != "":
		return fmt.Errorf("the address %q names no host: write it as https://host", Redact(raw))
	case u.User != nil:
		return fmt.Errorf("the address of %s must not contain a user or password", u.Host)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return fmt.Errorf("the address of %s must end before ? and #", u.Host)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && IsLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("the address of %s must begin with https:// (plain http is only for this machine)", u.Host)
}

// IsLoopback tells whether host (without port) is this machine by its very name: localhost, 127.0.0.0/8 or ::1. No name is
// resolved, because an answer of a name server proves nothing.
func IsLoopback(host string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
