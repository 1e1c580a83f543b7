// Package token keeps the tokens of one service: the access token in memory, the refresh token in the vault, renewed without ever using
// a refresh token twice at once. It knows no endpoint and no service: how a refresh is asked for is given to it.
package token

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"dakokubridge/connector/vault"
)

const (
	// refreshesPerHour is the most that are asked for, however often access tokens are refused.
	refreshesPerHour = 6
	// idleRefresh keeps a refresh token alive that dies after 30 days without use (Salesforce, "Limit Idle Refresh Token TTL to 30 Days").
	idleRefresh = 7 * 24 * time.Hour
	// lostPause lets a refresh whose answer was lost run out on the server before the same token is used once more.
	lostPause = 20 * time.Second
	// longestMargin is how long before its end an access token is renewed, at most.
	longestMargin = time.Minute
)

// Config is what a Keeper needs. All fields must be set.
type Config struct {
	Entry string      // name of the refresh token in the vault
	Vault vault.Vault // where it is
	// Refresh asks the service for new tokens, once: it must not repeat the call by itself. Its errors should have Cause() and
	// Sent(): "login_needed" is a refresh token that is dead for good (invalid_grant); Sent() true means that the token may have been used
	// up, which any answer that can't be read is, while "server" and "rate_limited" are answers and no loss. It must end by itself:
	// its context is not the one of the caller who waits, because a refresh that was begun has to be brought to its end.
	Refresh func(ctx context.Context, refreshToken string) (Grant, error)
	Now     func() time.Time                                 // for lifetimes and the hour's limit: the PC's clock, in real time
	Wait    func(ctx context.Context, d time.Duration) error // waits in real time
}

// Keeper holds one service's tokens. Its methods may be called by several goroutines at once.
type Keeper struct {
	config Config
	turn   chan struct{} // holds one value while the vault is written: refresh, sign-in and sign-out never cross
	life   context.Context
	end    context.CancelFunc

	mu          sync.Mutex
	generation  int // counts sign-ins and sign-outs; a refresh of an older generation changes nothing
	access      string
	until, due  time.Time // end of the access token and when to renew it; zero: unknown
	extra       map[string]string
	pending     string // the refresh token while the vault refuses it
	trouble     error
	loginNeeded *Error // for good, until a sign-in
	missing     bool   // the vault had no refresh token when last asked
	lost        string // the refresh token that was once sent without an answer
	posts       []time.Time
	last        time.Time // of the last new access token
	flight      *flight
	flights     sync.WaitGroup
}

// flight is one refresh that any number of callers wait for.
type flight struct {
	done   chan struct{}
	access string
	err    error
}

// New gives a keeper. Nothing is read before the first use.
func New(config Config) *Keeper {
	k := &Keeper{config: config, turn: make(chan struct{}, 1)}
	// Flights outlive the call that began them, so they hang on the keeper's life and not on a caller's context.
	k.life, k.end = context.WithCancel(context.Background())
	return k
}

// String shows no token.
func (k *Keeper) String() string { return "keeper of " + k.config.Entry }

// GoString is String, for %#v.
func (k *Keeper) GoString() string { return k.String() }

// Access gives the current access token, renewed first where there is none or where it is about to end. Errors are *Error or those
// of Config.Refresh.
func (k *Keeper) Access(ctx context.Context) (string, error) {
	k.writePending(ctx)
	k.mu.Lock()
	access, until, due, now := k.access, k.until, k.due, k.config.Now()
	k.mu.Unlock()
	if access != "" && (due.IsZero() || now.Before(due)) {
		return access, nil
	}
	renewed, err := k.refresh(ctx)
	switch {
	case err == nil:
		return renewed, nil
	case access == "" || LoginNeeded(err) || ctx.Err() != nil:
		return "", err
	// A token close to its end still serves, and past it the server has the last word where we may not ask for another.
	case now.Before(until) || causeOf(err) == CauseLimit:
		return access, nil
	}
	return "", err
}

// Renew gives another access token than failed, which the service has refused. Where somebody has renewed it already, that one is given
// and no refresh is asked for.
func (k *Keeper) Renew(ctx context.Context, failed string) (string, error) {
	k.writePending(ctx)
	k.mu.Lock()
	if k.access != "" && k.access != failed {
		defer k.mu.Unlock()
		return k.access, nil
	}
	k.access, k.until, k.due = "", time.Time{}, time.Time{}
	k.mu.Unlock()
	return k.refresh(ctx)
}

// Adopt takes the tokens of a sign-in, ends 要再連携 and forgets all former trouble. The refresh token must be there and must come
// back from the vault as it was; otherwise the error says so, nothing is adopted, and what was before stays in force.
func (k *Keeper) Adopt(ctx context.Context, g Grant) error {
	if g.AccessToken == "" || g.RefreshToken == "" {
		return &Error{cause: CauseBadAnswer, advice: adviceAsk, err: errors.New("the sign-in gave no access token or no refresh token")}
	}
	if err := k.takeTurn(ctx); err != nil {
		return err
	}
	defer k.giveTurn()
	if err := k.store(ctx, g.RefreshToken); err != nil {
		return vaultError(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reset()
	k.extra = merged(nil, g.Extra)
	k.setAccess(g)
	return nil
}

// Forget removes the refresh token from the vault and every token from memory. Where the vault refuses, the error says so, and the
// keeper uses the token no more all the same.
func (k *Keeper) Forget(ctx context.Context) error {
	if err := k.takeTurn(ctx); err != nil {
		return err
	}
	defer k.giveTurn()
	err := k.config.Vault.Delete(ctx, k.config.Entry)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.reset()
	k.access, k.extra, k.until, k.due, k.last = "", nil, time.Time{}, time.Time{}, time.Time{}
	if err != nil {
		k.loginNeeded = loginNeeded(errors.New("signed out"))
		return vaultError(err)
	}
	k.missing = true
	return nil
}

// reset drops what belongs to the former sign-in. The caller holds mu.
func (k *Keeper) reset() {
	k.generation++
	k.flight = nil
	k.pending, k.trouble = "", nil
	k.loginNeeded, k.missing, k.lost = nil, false, ""
	k.posts = nil
}

// setAccess publishes g's access token. The caller holds mu.
func (k *Keeper) setAccess(g Grant) {
	now := k.config.Now()
	k.access, k.last = g.AccessToken, now
	k.until, k.due = time.Time{}, time.Time{}
	if lifetime := g.ExpiresAt.Sub(now); !g.ExpiresAt.IsZero() && lifetime > 0 {
		// A margin in proportion, or a server with very short lifetimes would see a refresh before every call.
		k.until, k.due = g.ExpiresAt, g.ExpiresAt.Add(-min(longestMargin, lifetime/10))
	}
}

// Extra is a copy of what came along with the tokens since the start of the process; nil before the first refresh or sign-in.
func (k *Keeper) Extra() map[string]string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.extra)
}

// Trouble is why the newest refresh token is in memory only, nil while the vault has it. Ending the process now would lose the sign-in.
func (k *Keeper) Trouble() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.trouble
}

// LoginNeeded tells whether only a sign-in helps, as far as is known: the refresh token was refused, lost, or not in the vault.
func (k *Keeper) LoginNeeded() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.loginNeeded != nil || k.missing
}

// SignedIn tells whether there are tokens to try. The error means that the vault can't be asked.
func (k *Keeper) SignedIn(ctx context.Context) (bool, error) {
	k.mu.Lock()
	dead, held := k.loginNeeded != nil, k.access != "" || k.pending != ""
	k.mu.Unlock()
	if dead || held {
		return !dead, nil
	}
	_, err := k.config.Vault.Get(ctx, k.config.Entry)
	if errors.Is(err, vault.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, vaultError(err)
	}
	return true, nil
}

// RefreshToken gives the refresh token, for revoking it at sign-out and for nothing else. Errors wrap those of the vault.
func (k *Keeper) RefreshToken(ctx context.Context) (string, error) {
	k.mu.Lock()
	pending := k.pending
	k.mu.Unlock()
	if pending != "" {
		return pending, nil
	}
	return k.config.Vault.Get(ctx, k.config.Entry)
}

// Idle renews the access token when that was last done a week ago or never in this process, so that the refresh token does not die of
// disuse. To be called now and then; without a sign-in it does nothing.
func (k *Keeper) Idle(ctx context.Context) error {
	k.writePending(ctx)
	k.mu.Lock()
	since := k.config.Now().Sub(k.last).Abs() // a clock set back far must not postpone it for years
	recent := !k.last.IsZero() && since < idleRefresh
	k.mu.Unlock()
	if recent {
		return nil
	}
	if in, err := k.SignedIn(ctx); err != nil || !in {
		return err
	}
	if _, err := k.refresh(ctx); err != nil {
		return fmt.Errorf("keeping %s alive: %w", k.config.Entry, err)
	}
	return nil
}

// Close lets no new refresh begin, cuts a pause short and waits for the refresh under way, so that a rotated token reaches the
// vault. It gives the Trouble that is left, or the context's error.
func (k *Keeper) Close(ctx context.Context) error {
	// Under mu, so that no flight begins between the end of life and the waiting.
	k.mu.Lock()
	k.end()
	k.mu.Unlock()
	landed := make(chan struct{})
	go func() {
		k.flights.Wait()
		close(landed)
	}()
	select {
	case <-landed:
	case <-ctx.Done():
		return fmt.Errorf("waiting for the refresh of %s: %w", k.config.Entry, ctx.Err())
	}
	k.writePending(ctx)
	return k.Trouble()
}

func (k *Keeper) takeTurn(ctx context.Context) error {
	select {
	case k.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for %s: %w", k.config.Entry, ctx.Err())
	}
}

func (k *Keeper) giveTurn() { <-k.turn }
