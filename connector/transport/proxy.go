//go:build !darwin || cgo

package transport

import (
	"net/http"
	"net/url"

	"github.com/mattn/go-ieproxy"
)

// systemProxy gives the proxy of the PC's own settings, PAC files included, and that of the environment where there are none or where
// the environment names one. This machine itself is never reached through a proxy.
func systemProxy() func(*http.Request) (*url.URL, error) {
	return withoutLoopback(ieproxy.GetProxyFunc())
}
