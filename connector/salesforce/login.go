package salesforce

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"dakokubridge/connector/token"
)

const (
	// LoginTimeout is how long a person has for signing in, in real time.
	LoginTimeout = 5 * time.Minute

	callbackPath = "/oauth/callback"
	donePath     = "/done"
)

// patience is how long a sign-in waits for others, in real time.
type patience struct {
	login  time.Duration // for the person
	page   time.Duration // for the browser to fetch the closing page once it has come back; it follows the redirect within milliseconds
	header time.Duration // for whoever opened a connection to say what they want
}

var usualPatience = patience{login: LoginTimeout, page: 2 * time.Second, header: 3 * time.Second}

// Login is one sign-in under way: a listener for the browser's return, open on this machine only, and the secrets that bind the return to it.
// It ends by itself after [LoginTimeout]; until then it must be ended by [Login.Wait] or [Login.Close].
type Login struct {
	client   *Client
	config   oauth2.Config
	state    string
	verifier string
	hosts    []string // what the Host header may be

	server  *http.Server
	serving sync.WaitGroup
	expire  *time.Timer

	mu       sync.Mutex
	returned bool          // a callback of ours has come: no other counts
	result   chan callback // buffered, holds that callback
	ended    chan struct{} // closed when the listener is to close
	shown    chan struct{} // closed when the closing page has been served
	endOnce  sync.Once
	showOnce sync.Once
	timedOut bool
}

// BeginLogin opens the listener, before any browser opens, and prepares the address to open. The sign-in does not end with ctx: see [Login.Wait].
func (c *Client) BeginLogin(ctx context.Context) (*Login, error) {
	if c.cfg.ClientID == "" {
		return nil, failure("signing in to Salesforce", CauseBadRequest, Stop, "the client id of the app is not set")
	}
	listeners, port, err := openPort(ctx, c.cfg.CallbackPorts)
	if err != nil {
		return nil, err
	}
	l := &Login{
		client: c,
		config: oauth2.Config{
			ClientID:    c.cfg.ClientID,
			RedirectURL: "http://localhost:" + port + callbackPath,
			Scopes:      []string{"api", "refresh_token"},
			Endpoint: oauth2.Endpoint{
				AuthURL:  c.login + "/services/oauth2/authorize",
				TokenURL: c.login + "/services/oauth2/token",
				// The zero value would send the code a second time after any failure, and an empty secret with it.
				AuthStyle: oauth2.AuthStyleInParams,
			},
		},
		state:    newState(),
		verifier: oauth2.GenerateVerifier(),
		hosts:    loopbackHosts(port),
		result:   make(chan callback, 1),
		ended:    make(chan struct{}),
		shown:    make(chan struct{}),
	}
	l.serve(listeners)
	l.expire = time.AfterFunc(c.patience.login, l.timeOut)
	return l, nil
}

// newState returns 256 random bits.
func newState() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// Address returns the page to open in the system's browser.
func (l *Login) Address() string {
	return l.config.AuthCodeURL(l.state, oauth2.S256ChallengeOption(l.verifier), oauth2.SetAuthURLParam("prompt", "login"))
}

// RedirectURI returns the callback address of this sign-in.
func (l *Login) RedirectURI() string { return l.config.RedirectURL }

// Wait waits for the browser's return, gets the tokens, and closes the listener in any case. The grant is not adopted yet. Errors are [Error]s with the
// causes cancelled (ctx ended or Close was called), timeout, refused, app_not_installed, app_blocked, redirect_mismatch, wrong_org and those of any call.
func (l *Login) Wait(ctx context.Context) (token.Grant, error) {
	defer l.Close()
	const doing = "waiting for the sign-in to Salesforce"
	select {
	case back := <-l.result:
		grant, err := l.finish(ctx, back)
		l.waitForPage(ctx)
		return grant, err
	case <-ctx.Done():
		return token.Grant{}, failure(doing, CauseCancelled, Ask, "the sign-in was given up")
	case <-l.ended:
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.timedOut {
			return token.Grant{}, failure(doing, CauseTimeout, Ask, "the browser did not come back within "+l.client.patience.login.String())
		}
		return token.Grant{}, failure(doing, CauseCancelled, Ask, "the sign-in was given up")
	}
}

// waitForPage lets the browser fetch the closing page.
func (l *Login) waitForPage(ctx context.Context) {
	grace := time.NewTimer(l.client.patience.page)
	defer grace.Stop()
	select {
	case <-l.shown:
	case <-grace.C:
	case <-ctx.Done():
	case <-l.ended:
	}
}

// finish turns what the browser brought into tokens of the right org.
func (l *Login) finish(ctx context.Context, back callback) (token.Grant, error) {
	const doing = "signing in to Salesforce"
	if back.fault.Code != "" {
		v := judgeOAuth(0, back.fault)
		return token.Grant{}, &Error{Doing: doing, Code: snippet(back.fault.Code), Message: snippet(back.fault.Description), cause: v.cause, advice: v.advice}
	}
	t, err := l.config.Exchange(context.WithValue(ctx, oauth2.HTTPClient, l.client.cfg.HTTP), back.code, oauth2.VerifierOption(l.verifier))
	if err != nil {
		return token.Grant{}, exchangeError(doing, err)
	}
	grant := token.Grant{AccessToken: t.AccessToken, RefreshToken: t.RefreshToken, Extra: map[string]string{}}
	for _, key := range []string{extraInstance, extraIdentity, extraScope} {
		grant.Extra[key], _ = t.Extra(key).(string)
	}
	if grant.RefreshToken == "" {
		return token.Grant{}, failure(doing, CauseAppNotInstalled, Ask, "no refresh token came: the app lacks the scope refresh_token")
	}
	if _, err := l.client.place(doing, grant.AccessToken, grant.Extra); err != nil {
		l.discard(ctx, grant)
		return token.Grant{}, err
	}
	return grant, nil
}

// discard revokes a sign-in that can't be used, so that it does not count among the user's five. A failure changes nothing for us.
func (l *Login) discard(ctx context.Context, grant token.Grant) {
	if err := l.client.RevokeToken(ctx, grant.RefreshToken); err != nil {
		l.client.cfg.Log.WarnContext(ctx, "revoking a sign-in that was refused", slog.Any("error", err))
	}
}

// exchangeError turns an error of oauth2.Config.Exchange into one of ours; its own text would carry the whole body.
func exchangeError(doing string, err error) *Error {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return transportError(doing, withoutAddress(err))
	}
	body, _ := json.Marshal(oauthFault{Code: refused.ErrorCode, Description: refused.ErrorDescription})
	return oauthError(doing, answer{status: refused.Response.StatusCode, body: body})
}

// timeOut ends the sign-in because nobody came.
func (l *Login) timeOut() {
	l.mu.Lock()
	l.timedOut = true
	l.mu.Unlock()
	l.end()
}

// end closes the listener without waiting.
func (l *Login) end() {
	l.endOnce.Do(func() {
		close(l.ended)
		_ = l.server.Close() // cuts half-open connections too; nothing can be done about an error
	})
}

// Close gives the sign-in up, or tidies up after it: when it returns, no port is open. It may be called more than once.
func (l *Login) Close() {
	l.expire.Stop()
	l.end()
	l.serving.Wait()
}

// serve answers on all listeners until the sign-in ends.
func (l *Login) serve(listeners []net.Listener) {
	l.server = newCallbackServer(l)
	for _, listener := range listeners {
		l.serving.Go(func() { _ = l.server.Serve(bounded(listener)) }) // always ErrServerClosed, or the listener is gone and the time-out tells
	}
}
