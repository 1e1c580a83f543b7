// Package transport holds the rules that every outgoing HTTP call obeys, whichever service it goes to: TLS floor, proxy of the PC,
// no redirects, deadlines, bounded bodies, what is known of a failed call, and masking of secrets. It knows nothing of Akerun or
// Salesforce, keeps no tokens and never repeats a call.
package transport

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// DefaultTimeout bounds one whole call, its body included, when Options names no other.
const DefaultTimeout = 60 * time.Second

// Options are the settings of one side's HTTP client.
type Options struct {
	// Base does the calls. Nil: net/http's own transport with TLS 1.2 or later, the operating system's proxy settings and roots.
	// A Base that fires net/http/httptrace events lets a failed call be told apart as sent or not; one that does not is
	// believed only where the error itself proves that nothing left.
	Base http.RoundTripper
	// Proxy gives the address of the office's proxy, asked anew for each connection; an empty one, or a nil func, is what the PC
	// itself uses. It counts only without a Base.
	Proxy func() string
	// Observe gets the Date header of each answer, in UTC with a resolution of one second. It is not called where the header
	// is absent or no HTTP date. It must not block and may be called by several goroutines at once.
	Observe func(date time.Time)
	// Pace waits for the call budget before each request; its waiting does not count as part of the call's Timeout. Nil: no budget.
	Pace func(ctx context.Context) error
	// Log gets one line for each call at level Debug: what was called, without query and body, and what came of it. Nil: nothing.
	Log *slog.Logger
	// Timeout bounds one call from dialling to the last byte of the body. Zero: DefaultTimeout.
	Timeout time.Duration
}

// New gives a client for one service. It returns redirects as they are instead of following them, so that no token and no body can be
// drawn to another host, and never sends a body twice. Errors of its Do wrap a *Failure.
func New(o Options) *http.Client {
	if o.Base == nil {
		o.Base = systemTransport(o.Proxy)
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	return &http.Client{
		Transport:     &caller{options: o},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// systemTransport is net/http's default transport with this program's floor. There is no setting that lowers it: a proxy that
// opens TLS needs its certificate among the operating system's roots.
func systemTransport(proxy func() string) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = chosenProxy(proxy, systemProxy())
	t.DialContext = newDialer().DialContext
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	t.MaxResponseHeaderBytes = 1 << 20
	t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
		if answer.StatusCode != http.StatusOK {
			return proxyError(answer.StatusCode)
		}
		return nil
	}
	// A PC that slept holds connections that look alive. Short idling and pings find them before a request is entrusted to one.
	t.IdleConnTimeout = 30 * time.Second
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second}
	return t
}

// newDialer dials as net/http's default does, an IPv4 address soon after an IPv6 one that says nothing, and gives up sooner.
func newDialer() *net.Dialer {
	return &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
}

// caller is the RoundTripper of New's clients.
type caller struct{ options Options }

// RoundTrip does one call.
func (c *caller) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.options.Pace != nil {
		if err := c.options.Pace(req.Context()); err != nil {
			closeBody(req)
			return nil, newFailure(req.Context(), err, false)
		}
	}
	if err := req.Context().Err(); err != nil {
		closeBody(req)
		return nil, newFailure(req.Context(), err, false)
	}

	ctx, cancel := context.WithTimeoutCause(req.Context(), c.options.Timeout, errDeadline)
	var seen progress
	out := req.Clone(httptrace.WithClientTrace(ctx, seen.trace()))
	// net/http sends a request again by itself where it can rewind the body. A stamp or a refresh token must not go out twice
	// behind our back, so it can't.
	out.GetBody = nil
	if out.Header.Get("User-Agent") == "" {
		out.Header.Set("User-Agent", "dakokubridge")
	}

	began := time.Now()
	resp, err := c.options.Base.RoundTrip(out)
	c.log(ctx, req, resp, time.Since(began), err)
	if err != nil {
		failure := newFailure(ctx, err, seen.sent(err))
		cancel()
		return nil, failure
	}
	if c.options.Observe != nil {
		if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			c.options.Observe(date.UTC())
		}
	}
	resp.Body = &timedBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel}
	return resp, nil
}

// log writes down a call for who looks into a trouble. A query may hold mail addresses, and a body anything.
func (c *caller) log(ctx context.Context, req *http.Request, resp *http.Response, took time.Duration, err error) {
	if c.options.Log == nil || !c.options.Log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	line := []any{"method", req.Method, "host", req.URL.Host, "path", req.URL.Path, "ms", took.Milliseconds()}
	if err != nil {
		line = append(line, "error", err)
	} else {
		line = append(line, "status", resp.StatusCode)
	}
	c.options.Log.DebugContext(ctx, "call", line...)
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		req.Body.Close()
	}
}

// progress notes how far a request got, by the events of net/http's transport.
type progress struct{ started, wrote atomic.Bool }

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { p.started.Store(true) },
		// Fired before the last flush: a request counts as sent a moment too early, never too late.
		WroteHeaders: func() { p.wrote.Store(true) },
	}
}

// sent tells whether the failed request may have reached the server.
func (p *progress) sent(err error) bool {
	if p.started.Load() {
		return p.wrote.Load()
	}
	return !provesUnsent(err)
}
