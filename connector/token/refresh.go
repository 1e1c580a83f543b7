package token

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"dakokubridge/connector/vault"
)

// refresh waits for a new access token, joining the refresh that is under way or beginning one.
func (k *Keeper) refresh(ctx context.Context) (string, error) {
	k.mu.Lock()
	if k.loginNeeded != nil {
		defer k.mu.Unlock()
		return "", k.loginNeeded
	}
	f := k.flight
	if f == nil {
		if k.life.Err() != nil {
			k.mu.Unlock()
			return "", &Error{cause: CauseClosed, advice: adviceAgain, err: errors.New("the program is ending")}
		}
		f = &flight{done: make(chan struct{})}
		k.flight = f
		generation := k.generation
		k.flights.Go(func() { k.fly(f, generation) })
	}
	k.mu.Unlock()
	select {
	case <-f.done:
		return f.access, f.err
	case <-ctx.Done():
		return "", fmt.Errorf("waiting for an access token: %w", ctx.Err())
	}
}

// fly does one refresh and tells all who wait, whatever happens.
func (k *Keeper) fly(f *flight, generation int) {
	defer func() {
		if r := recover(); r != nil {
			f.access, f.err = "", &Error{cause: CauseBug, advice: adviceStop, err: fmt.Errorf("panic while refreshing: %v", r)}
		}
		k.mu.Lock()
		if k.flight == f {
			k.flight = nil
		}
		k.mu.Unlock()
		close(f.done)
	}()
	f.access, f.err = k.obtain(generation)
}

// obtain gets a new access token with the refresh token at hand. A token that is refused gives way, once, to a newer one in the
// vault; a token whose answer was lost is used once more, after a pause.
func (k *Keeper) obtain(generation int) (string, error) {
	ctx := context.WithoutCancel(k.life)
	refreshToken, err := k.RefreshToken(ctx)
	if err != nil {
		return "", k.noRefreshToken(generation, err)
	}
	adopted := false
	for {
		grant, err := k.post(ctx, refreshToken)
		switch {
		case err == nil:
			return k.publish(ctx, generation, refreshToken, grant)
		case LoginNeeded(err):
			newer, ok := k.newer(ctx, refreshToken)
			if adopted || !ok {
				return k.giveUp(generation, err)
			}
			adopted, refreshToken = true, newer
		case !lost(err):
			return "", fmt.Errorf("renewing the access token: %w", wellFormed(err))
		case !k.firstLoss(refreshToken):
			return k.giveUp(generation, fmt.Errorf("the answer to the refresh was lost twice: %w", err))
		default:
			if err := k.config.Wait(k.life, lostPause); err != nil {
				return "", &Error{cause: CauseClosed, advice: adviceAgain, err: fmt.Errorf("pausing before the second refresh: %w", err)}
			}
			if newer, ok := k.newer(ctx, refreshToken); ok {
				refreshToken = newer
			}
		}
		if k.superseded(generation) {
			k.mu.Lock()
			defer k.mu.Unlock()
			return k.afterwards()
		}
	}
}

// post asks for new tokens, within the hour's limit.
func (k *Keeper) post(ctx context.Context, refreshToken string) (Grant, error) {
	if err := k.withinLimit(); err != nil {
		return Grant{}, err
	}
	grant, err := k.config.Refresh(ctx, refreshToken)
	if err == nil && grant.AccessToken == "" {
		err = &Error{cause: CauseBadAnswer, advice: adviceAgain, err: errors.New("the refresh gave no access token")}
	}
	if counts(err) {
		k.mu.Lock()
		k.posts = append(k.posts, k.config.Now())
		k.mu.Unlock()
	}
	return grant, err
}

// withinLimit refuses the seventh refresh within an hour.
func (k *Keeper) withinLimit() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.config.Now()
	recent := k.posts[:0]
	for _, at := range k.posts {
		// An instant far ahead was noted before the clock was set back and would bar every refresh until then.
		if age := now.Sub(at); age < time.Hour && age > -time.Hour {
			recent = append(recent, at)
		}
	}
	k.posts = recent
	if len(recent) < refreshesPerHour {
		return nil
	}
	return &Error{cause: CauseLimit, advice: adviceAgain, retryAfter: recent[0].Add(time.Hour),
		err: fmt.Errorf("%d refreshes within the hour", len(recent))}
}

// firstLoss notes that the answer to a refresh was lost and tells whether that token may be used once more.
func (k *Keeper) firstLoss(refreshToken string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.lost == refreshToken {
		return false
	}
	k.lost = refreshToken
	return true
}

// newer gives the vault's refresh token where it is another than the one just tried.
func (k *Keeper) newer(ctx context.Context, tried string) (string, bool) {
	k.mu.Lock()
	pending := k.pending
	k.mu.Unlock()
	if pending != "" {
		return pending, pending != tried // the vault's is the older one then
	}
	found, err := k.config.Vault.Get(ctx, k.config.Entry)
	return found, err == nil && found != tried
}

// superseded tells whether a sign-in or sign-out has come meanwhile.
func (k *Keeper) superseded(generation int) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.generation != generation
}

// publish puts the rotated refresh token into the vault, reads it back, and only then gives out the access token. A vault that
// refuses does not waste the tokens: they are used from memory, and Trouble says so.
func (k *Keeper) publish(ctx context.Context, generation int, used string, g Grant) (string, error) {
	if err := k.takeTurn(ctx); err != nil {
		return "", err
	}
	defer k.giveTurn()
	k.mu.Lock()
	if k.generation != generation {
		defer k.mu.Unlock()
		return k.afterwards()
	}
	keep := k.pending // still to be written, unless there is a newer one
	k.mu.Unlock()
	if g.RefreshToken != "" && g.RefreshToken != used {
		keep = g.RefreshToken
	}
	var err error
	if keep != "" {
		err = k.store(ctx, keep)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pending, k.trouble = "", nil
	if err != nil {
		k.pending, k.trouble = keep, fmt.Errorf("the new refresh token is in memory only: %w", err)
	}
	k.missing, k.lost = false, ""
	k.extra = merged(k.extra, g.Extra)
	k.setAccess(g)
	return g.AccessToken, nil
}

// afterwards is what a refresh gives that a sign-in or sign-out has overtaken. The caller holds mu.
func (k *Keeper) afterwards() (string, error) {
	if k.access != "" {
		return k.access, nil
	}
	return "", loginNeeded(errors.New("signed out meanwhile"))
}

// giveUp makes sign-in the only way on, unless one has come meanwhile.
func (k *Keeper) giveUp(generation int, reason error) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.generation != generation {
		return k.afterwards()
	}
	k.access = ""
	k.loginNeeded = loginNeeded(reason)
	return "", k.loginNeeded
}

// noRefreshToken says why there is none to refresh with.
func (k *Keeper) noRefreshToken(generation int, err error) error {
	if !errors.Is(err, vault.ErrNotFound) {
		return vaultError(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.generation == generation {
		k.missing = true
	}
	return loginNeeded(err)
}

// writePending tries once more to put a refresh token into the vault that the vault has refused. It does not wait for another who is
// writing.
func (k *Keeper) writePending(ctx context.Context) {
	k.mu.Lock()
	pending := k.pending
	k.mu.Unlock()
	if pending == "" {
		return
	}
	select {
	case k.turn <- struct{}{}:
	default:
		return
	}
	defer k.giveTurn()
	k.mu.Lock()
	pending = k.pending // another may have written it between the two looks
	k.mu.Unlock()
	if pending == "" {
		return
	}
	err := k.store(ctx, pending)
	k.mu.Lock()
	defer k.mu.Unlock()
	if err == nil {
		k.pending, k.trouble = "", nil
	} else {
		k.trouble = fmt.Errorf("the new refresh token is in memory only: %w", err)
	}
}

// store writes the refresh token and reads it back: some keychains cut long texts without a word.
func (k *Keeper) store(ctx context.Context, refreshToken string) error {
	if err := k.config.Vault.Set(ctx, k.config.Entry, refreshToken); err != nil {
		return err
	}
	back, err := k.config.Vault.Get(ctx, k.config.Entry)
	if err != nil {
		return fmt.Errorf("reading back: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(back), []byte(refreshToken)) != 1 {
		return fmt.Errorf("reading %s back: %w: it gave another text", k.config.Entry, vault.ErrUnavailable)
	}
	return nil
}

func loginNeeded(reason error) *Error {
	return &Error{cause: CauseLoginNeeded, advice: adviceAsk, err: reason}
}

// vaultError classifies an error of the vault. A locked keychain opens again by itself or by its owner, without a sign-in.
func vaultError(err error) error {
	switch {
	case errors.Is(err, vault.ErrTooBig):
		return &Error{cause: CauseTooBig, advice: adviceAsk, err: err}
	case errors.Is(err, vault.ErrNotFound):
		return loginNeeded(err)
	}
	return &Error{cause: CauseLocked, advice: adviceAgain, err: err}
}

// wellFormed gives errors of Config.Refresh that tell nothing about themselves the form that all others have.
func wellFormed(err error) error {
	var advised interface{ Advice() string }
	if errors.As(err, &advised) {
		return err
	}
	cause := causeOf(err)
	if cause == "" {
		cause = CauseBadAnswer
	}
	return &Error{cause: cause, advice: adviceAgain, err: err}
}
