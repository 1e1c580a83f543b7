// Package browser is a browser without a window that a script drives: it reads pages, fills in labelled fields and presses
// buttons by their text, as a person would.
//
// It runs no script of the pages. It knows the sign-in pages of the simulator only by what is written on them, and nothing of the
// servers behind.
package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

const (
	mostPage  = 4 << 20 // bytes of a page
	mostHops  = 20      // redirects from one click
	mostPages = 10      // pages of one sign-in
)

// Browser keeps cookies from page to page. Use it from one goroutine at a time.
type Browser struct {
	client *http.Client
	// Stop says at which redirect the browser halts without following it. The zero value halts at every https address of a
	// host other than the one it came from, such as an address that nobody serves and a person copies.
	Stop func(from, to *url.URL) bool
}

// New returns a browser with no cookies. transport may be nil for the network without a proxy.
func New(transport http.RoundTripper) (*Browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("making a browser: %w", err)
	}
	if transport == nil {
		direct := http.DefaultTransport.(*http.Transport).Clone()
		direct.Proxy = nil
		transport = direct
	}
	return &Browser{
		client: &http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		Stop:   func(from, to *url.URL) bool { return to.Scheme == "https" && to.Host != from.Host },
	}, nil
}

// Close drops the connections that are kept open.
func (b *Browser) Close() { b.client.CloseIdleConnections() }

// Visit opens an address and follows redirects.
func (b *Browser) Visit(ctx context.Context, address string) (*Page, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("reading the address to visit: %w", err)
	}
	return b.open(ctx, http.MethodGet, u, nil)
}

// open carries out a request and the redirects that follow.
func (b *Browser) open(ctx context.Context, method string, u *url.URL, form url.Values) (*Page, error) {
	for range mostHops {
		page, next, err := b.fetch(ctx, method, u, form)
		if err != nil || next == nil {
			return page, err
		}
		if b.Stop(u, next) {
			return &Page{browser: b, URL: next, Halted: true}, nil
		}
		u, method, form = next, http.MethodGet, nil
	}
	return nil, fmt.Errorf("opening %s: more than %d redirects", bare(u), mostHops)
}

// fetch makes one request. It returns the page, or where it is redirected to.
func (b *Browser) fetch(ctx context.Context, method string, u *url.URL, form url.Values) (*Page, *url.URL, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), body)
	if err != nil {
		return nil, nil, fmt.Errorf("opening %s: %w", bare(u), plain(err))
	}
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", u.Scheme+"://"+u.Host)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		return nil, nil, fmt.Errorf("opening %s: %w", bare(u), plain(err))
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 && answer.StatusCode < 400 {
		next, err := answer.Location()
		if err != nil {
			return nil, nil, fmt.Errorf("opening %s: a redirect to nowhere: %w", bare(u), err)
		}
		return nil, next, nil
	}
	root, err := html.Parse(io.LimitReader(answer.Body, mostPage))
	if err != nil {
		return nil, nil, fmt.Errorf("reading the page at %s: %w", bare(u), err)
	}
	return &Page{browser: b, URL: u, Status: answer.StatusCode, root: root}, nil, nil
}

// bare is an address without its query, which may hold a code.
func bare(u *url.URL) string { return u.Scheme + "://" + u.Host + u.Path }

// plain takes net/http's copy of the address out of an error.
func plain(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}
