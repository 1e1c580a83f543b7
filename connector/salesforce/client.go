package salesforce

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"dakokubridge/connector/token"
	"dakokubridge/connector/vault"
)

// DefaultAPIVersion is the newest version of the REST API this client was written for (Winter '25); an org that is older gets its own latest.
const DefaultAPIVersion = "62.0"

// DefaultCallbackPorts are the ports of http://localhost:PORT/oauth/callback that are registered with the app, in the order they are tried.
// Salesforce compares the whole address, port included.
var DefaultCallbackPorts = []int{17171, 27171, 37171}

// Config says which org and which app a [Client] works with.
type Config struct {
	LoginURL      string       // https://login.salesforce.com, https://test.salesforce.com or a My Domain; http only on this machine
	ClientID      string       // consumer key of the External Client App, a public client without a secret
	CallbackPorts []int        // nil: DefaultCallbackPorts
	APIVersion    string       // newest version to use, such as "62.0"; "": DefaultAPIVersion
	PinnedOrg     string       // id of the linked org; "" until there is one, see [Client.Pin]
	HTTP          *http.Client // made by transport.New

	Vault vault.Vault                                      // keeps the refresh token
	Now   func() time.Time                                 // real time; nil: time.Now
	Wait  func(ctx context.Context, d time.Duration) error // pause before a refresh whose answer was lost is repeated; nil: a timer
	Log   *slog.Logger                                     // stray hits on the sign-in listener are noted here; nil: nowhere
}

// Client is one org, seen with the tokens of one user. It is safe for concurrent use.
type Client struct {
	cfg    Config
	login  string // base address of the login server
	tokens *token.Keeper
	api    versionPick

	patience patience

	mu     sync.Mutex
	pinned string // 18 characters, or "" while no org is linked
	usage  usage
}

// New makes a client; nothing is sent yet.
func New(cfg Config) (*Client, error) {
	login, ok := baseAddress(cfg.LoginURL)
	if !ok {
		return nil, failure("setting up Salesforce", CauseBadRequest, Stop, "the login address must be https://HOST, or http on this machine: "+snippet(cfg.LoginURL))
	}
	if cfg.CallbackPorts == nil {
		cfg.CallbackPorts = DefaultCallbackPorts
	}
	if cfg.APIVersion == "" {
		cfg.APIVersion = DefaultAPIVersion
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Wait == nil {
		cfg.Wait = waitReal
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	c := &Client{cfg: cfg, login: login, patience: usualPatience}
	c.tokens = token.New(token.Config{Entry: vault.SalesforceRefreshToken, Vault: cfg.Vault, Refresh: c.Refresh, Now: cfg.Now, Wait: cfg.Wait})
	if cfg.PinnedOrg != "" {
		if err := c.Pin(cfg.PinnedOrg); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Tokens returns the keeper of this side's tokens, to adopt a sign-in with or to ask for trouble.
func (c *Client) Tokens() *token.Keeper { return c.tokens }

// Pin makes org (15 or 18 characters) the only org that calls may go to; "" lifts it, when the link is undone.
func (c *Client) Pin(org string) error {
	long := ""
	if org != "" {
		var ok bool
		if long, ok = ID18(org); !ok {
			return failure("pinning the org", CauseBadRequest, Stop, "not an organization id: "+snippet(org))
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pinned = long
	return nil
}

// Pinned returns the id of the linked org in 18 characters, "" when none is linked.
func (c *Client) Pinned() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pinned
}

// waitReal waits in real time, since the life of tokens is real time.
func waitReal(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
