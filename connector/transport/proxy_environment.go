//go:build darwin && !cgo

package transport

import (
	"net/http"
	"net/url"
)

// systemProxy gives the proxy of the environment: macOS tells its settings to C code only, which this build has none of.
func systemProxy() func(*http.Request) (*url.URL, error) {
	return withoutLoopback(http.ProxyFromEnvironment)
}
