package salesforce

import (
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"golang.org/x/net/netutil"
)

const (
	// maxConns bounds what one loopback address serves at a time. Further connections wait until silent ones are cut.
	maxConns  = 256
	maxHeader = 16 << 10
)

// donePage is what the browser shows at the end. It is the same whatever came of the sign-in, since the tokens are fetched afterwards; the app tells.
const donePage = `<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>打刻ブリッジ</title>
<style>body{font-family:sans-serif;margin:15vh auto;max-width:32em;padding:0 1em;line-height:1.8}</style></head>
<body><h1>打刻ブリッジ</h1>
<p>ブラウザーでの手続きは終わりました。この画面を閉じて、打刻ブリッジに戻り、結果をご確認ください。</p>
<p lang="en">The browser's part is done. Close this page and return to Dakoku Bridge to see the result.</p>
</body></html>
`

func bounded(l net.Listener) net.Listener { return netutil.LimitListener(l, maxConns) }

func newCallbackServer(l *Login) *http.Server {
	s := &http.Server{
		Handler:           l,
		ReadHeaderTimeout: l.client.patience.header,
		ReadTimeout:       l.client.patience.header,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       l.client.patience.header,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // what strangers send is no concern of the log
	}
	s.SetKeepAlivesEnabled(false)
	return s
}

// ServeHTTP answers whoever finds the port. Only the browser's return with our state has an effect; every other hit gets an error and changes nothing.
func (l *Login) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	switch {
	case !slices.Contains(l.hosts, r.Host) || r.URL.Host != "": // another name that leads here is DNS rebinding; an absolute address is a proxy request
		l.stray(w, r, http.StatusForbidden, "host")
	case r.Method == http.MethodOptions:
		l.preflight(w, r)
	case r.Method != http.MethodGet:
		h.Set("Allow", http.MethodGet)
		l.stray(w, r, http.StatusMethodNotAllowed, "method")
	case r.URL.Path == callbackPath:
		l.back(w, r)
	case r.URL.Path == donePath:
		l.done(w, r)
	case r.URL.Path == "/favicon.ico":
		w.WriteHeader(http.StatusNoContent)
	default:
		l.stray(w, r, http.StatusNotFound, "path")
	}
}

// stray answers a hit that is not ours, and notes that there was one without noting what it carried.
func (l *Login) stray(w http.ResponseWriter, r *http.Request, status int, why string) {
	l.client.cfg.Log.WarnContext(r.Context(), "stray request during sign-in", slog.String("why", why), slog.Int("status", status))
	http.Error(w, http.StatusText(status), status)
}

// preflight answers the question browsers ask before a public page may lead to a private address, and no other.
func (l *Login) preflight(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Access-Control-Request-Private-Network") != "true" || r.URL.Path != callbackPath {
		l.stray(w, r, http.StatusMethodNotAllowed, "method")
		return
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Private-Network", "true")
	h.Set("Access-Control-Allow-Methods", http.MethodGet)
	if origin := r.Header.Get("Origin"); origin == l.client.login {
		h.Set("Access-Control-Allow-Origin", origin)
	}
	w.WriteHeader(http.StatusNoContent)
}

// back takes the browser's return and leads it to a page whose address holds no secret.
func (l *Login) back(w http.ResponseWriter, r *http.Request) {
	back, ok := parseCallback(r.URL.RawQuery, l.state)
	if !ok || !l.take(back) {
		l.stray(w, r, http.StatusBadRequest, "state")
		return
	}
	w.Header().Set("Location", donePath)
	w.WriteHeader(http.StatusSeeOther)
}

// take keeps the first return; there is no second.
func (l *Login) take(back callback) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.returned {
		return false
	}
	l.returned = true
	l.result <- back
	return true
}

// done shows the closing page, once there is something to close.
func (l *Login) done(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	returned := l.returned
	l.mu.Unlock()
	if !returned {
		l.stray(w, r, http.StatusNotFound, "path")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(donePage))) // complete for the browser although the listener closes at once
	_, _ = io.WriteString(w, donePage)                            // the browser may be gone; the sign-in does not depend on it
	_ = http.NewResponseController(w).Flush()
	l.showOnce.Do(func() { close(l.shown) })
}
