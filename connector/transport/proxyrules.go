package transport

import (
	"net/http"
	"net/url"
)

// withoutLoopback keeps calls to this machine away from any proxy, because a PAC file may answer for every host, and writes the scheme
// that a PAC file's answer leaves out.
func withoutLoopback(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(req *http.Request) (*url.URL, error) {
		if IsLoopback(req.URL.Hostname()) {
			return nil, nil
		}
		u, err := proxy(req)
		if u != nil && u.Scheme == "" {
			with := *u
			with.Scheme = "http"
			return &with, err
		}
		return u, err
	}
}

// chosenProxy goes by an address that somebody chose, and by what the PC uses where nobody has. This machine itself is never reached
// through a proxy.
func chosenProxy(address func() string, otherwise func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	if address == nil {
		return otherwise
	}
	return withoutLoopback(func(req *http.Request) (*url.URL, error) {
		if chosen := address(); chosen != "" {
			return url.Parse(chosen)
		}
		return otherwise(req)
	})
}
