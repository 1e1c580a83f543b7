// Package akerun is the client of the Akerun API v3: sign-in by pasted address, 事業所 (organizations), users, doors and accesses. It reads
// what the server says without judging it: who is linked to whom and what is stamped is decided elsewhere, and so is when to try again.
//
// Akerun publishes little of its API. Shapes and parameters here follow public integrations and the examples of
// https://developers.akerun.com; where those leave a choice open, any answer is accepted.
package akerun

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"dakokubridge/connector/token"
	"dakokubridge/connector/transport"
	"dakokubridge/connector/vault"
)

// DefaultBaseURL is the one public address of the service.
const DefaultBaseURL = "https://api.akerun.com"

// PageSize is how many rows are asked for at a time: the largest number that integrations use (1,000).
const PageSize = 1000

// smallPage is asked for from then on where PageSize is refused: the largest page that Akerun allows is not published.
const smallPage = 100

// Config is what a Client needs.
type Config struct {
	BaseURL     string      // DefaultBaseURL, or a simulator on this machine; without /v3
	ClientID    string      // of the application that Akerun registered
	RedirectURI string      // as registered, character for character
	Vault       vault.Vault // holds the refresh token and the client secret
	HTTP        *http.Client
	Now         func() time.Time                                 // the PC's clock, for lifetimes of tokens and for Retry-After without Date; nil: time.Now
	Wait        func(ctx context.Context, d time.Duration) error // waits in real time; nil: by a timer
}

// Client talks to Akerun for one account. It may be used by several goroutines at once. Its errors are *Error, or those of package
// token where there is no access token; all have Advice, Cause, RetryAfter and Sent.
type Client struct {
	config Config
	base   string
	tokens *token.Keeper
	most   atomic.Int32 // rows that a page may have, once a larger page was refused; 0: any number
}

// New checks the addresses and gives a client. No call is made.
func New(config Config) (*Client, error) {
	if err := transport.CheckBaseURL(config.BaseURL); err != nil {
		return nil, fmt.Errorf("address of Akerun: %w", err)
	}
	if err := checkRedirect(config.RedirectURI); err != nil {
		return nil, err
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Wait == nil {
		config.Wait = wait
	}
	c := &Client{config: config, base: strings.TrimRight(config.BaseURL, "/")}
	c.tokens = token.New(token.Config{
		Entry: vault.AkerunRefreshToken, Vault: config.Vault,
		Refresh: c.Refresh, Now: config.Now, Wait: config.Wait,
	})
	return c, nil
}

// checkRedirect refuses what can't be a redirect address: Akerun registers https only, and a simulator may use this machine's http.
func checkRedirect(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return errors.New("redirect address of the Akerun application: write it as registered, https://…")
	}
	if u.Scheme == "https" || u.Scheme == "http" && transport.IsLoopback(u.Hostname()) {
		return nil
	}
	return errors.New("redirect address of the Akerun application: it must begin with https://")
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Tokens is the keeper of this account's tokens.
func (c *Client) Tokens() *token.Keeper { return c.tokens }

// String shows no secret.
func (c *Client) String() string { return "Akerun at " + c.base }

// GoString is String, for %#v.
func (c *Client) GoString() string { return c.String() }

// call is one request to /v3.
type call struct {
	doing  string // for errors: "reading accesses of O-…"
	method string
	path   string // after /v3
	query  url.Values
}

// do makes the call, and once more with a small page where a large one is refused.
func (c *Client) do(ctx context.Context, r call) ([]byte, error) {
	limit, _ := strconv.Atoi(r.query.Get("limit"))
	if most := int(c.most.Load()); most > 0 && limit > most {
		limit = most
		r.query.Set("limit", strconv.Itoa(most))
	}
	body, err := c.authorized(ctx, r)
	if limit <= smallPage || !misunderstood(err) {
		return body, err
	}
	r.query.Set("limit", strconv.Itoa(smallPage))
	body, again := c.authorized(ctx, r)
	if again != nil {
		return nil, err // the page was not what was wrong
	}
	c.most.Store(smallPage)
	return body, nil
}

func misunderstood(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.cause == CauseBadRequest
}

// authorized makes the call with the current access token and, where that is refused, once more with a renewed one.
func (c *Client) authorized(ctx context.Context, r call) ([]byte, error) {
	access, err := c.tokens.Access(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.doing, err)
	}
	body, err := c.send(ctx, r, access)
	if !refused(err) {
		return body, err
	}
	renewed, renewErr := c.tokens.Renew(ctx, access)
	if renewErr != nil {
		return nil, fmt.Errorf("%s: %w", r.doing, renewErr)
	}
	return c.send(ctx, r, renewed)
}

// refused tells whether the access token was not accepted.
func refused(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusUnauthorized
}

// send makes the call once.
func (c *Client) send(ctx context.Context, r call, access string) ([]byte, error) {
	address := c.base + "/v3" + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, nil)
	if err != nil {
		return nil, &Error{doing: r.doing, cause: CauseBadRequest, advice: adviceStop, err: transport.Inner(err)}
	}
	req.Header.Set("Authorization", "Bearer "+access)
	req.Header.Set("Accept", "application/json")
	return c.exchange(req, r.doing, access)
}

// exchange sends req and gives the body of a 2xx answer. The known secrets are masked in errors.
func (c *Client) exchange(req *http.Request, doing string, known ...string) ([]byte, error) {
	resp, err := c.config.HTTP.Do(req)
	if err != nil {
		return nil, broken(doing, err)
	}
	received := c.config.Now()
	body, err := transport.ReadBody(resp, transport.MaxBody)
	if err != nil {
		return nil, broken(doing, err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, rejected(doing, resp, body, received, known)
	}
	return body, nil
}
