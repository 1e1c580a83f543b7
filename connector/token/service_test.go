package token

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"dakokubridge/connector/vault"
)

const entry = vault.SalesforceRefreshToken

// failure is an error of a refresh as the clients make them.
type failure struct {
	cause, advice string
	sent          bool
}

func (f failure) Error() string         { return "refresh: " + f.cause }
func (f failure) Cause() string         { return f.cause }
func (f failure) Advice() string        { return f.advice }
func (f failure) Sent() bool            { return f.sent }
func (f failure) RetryAfter() time.Time { return time.Time{} }

var (
	dead        = failure{"login_needed", "ask", false}
	answerLost  = failure{"timeout", "again", true}
	offline     = failure{"offline", "again", false}
	serverError = failure{"server", "again", true}
)

// post is one refresh that the service saw.
type post struct {
	token    string
	from, to time.Time
	err      error
}

// service is a token endpoint that rotates: a refresh token works once, and using it again kills the whole family.
type service struct {
	mu      sync.Mutex
	current string // the refresh token that works
	access  string // the access token that works
	made    int
	posts   []post
	latency time.Duration
	life    time.Duration // of access tokens; 0: not told
	still   bool          // does not rotate
	faults  []fault       // of the next refreshes, one each
	always  *fault        // of every further one
}

// fault is what happens to a refresh: the error that the client sees, and whether the service carries it out all the same.
type fault struct {
	err     error
	applied bool
}

// signIn gives a fresh grant, as a person's sign-in does.
func (s *service) signIn() Grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grant()
}

func (s *service) grant() Grant {
	s.made++
	s.access = fmt.Sprintf("at-%d", s.made)
	g := Grant{AccessToken: s.access, Extra: map[string]string{"instance_url": fmt.Sprintf("https://%d.example", s.made)}}
	if !s.still || s.current == "" {
		s.current = fmt.Sprintf("rt-%d", s.made)
		g.RefreshToken = s.current
	}
	if s.life != 0 {
		g.ExpiresAt = time.Now().Add(s.life)
	}
	return g
}

func (s *service) refresh(ctx context.Context, token string) (g Grant, err error) {
	s.mu.Lock()
	n := len(s.posts)
	s.posts = append(s.posts, post{token: token, from: time.Now()})
	latency := s.latency
	var f fault
	switch {
	case len(s.faults) > 0:
		f, s.faults = s.faults[0], s.faults[1:]
	case s.always != nil:
		f = *s.always
	}
	s.mu.Unlock()
	if latency > 0 {
		time.Sleep(latency)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.posts[n].to, s.posts[n].err = time.Now(), err }()
	if f.err != nil && !f.applied {
		return Grant{}, f.err
	}
	if token != s.current {
		s.current, s.access = "none", "none"
		if f.err != nil {
			return Grant{}, f.err
		}
		return Grant{}, dead
	}
	return s.grant(), f.err
}

// uses counts how often each refresh token was posted.
func (s *service) uses() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	uses := map[string]int{}
	for _, p := range s.posts {
		uses[p.token]++
	}
	return uses
}

func (s *service) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.posts)
}

// brittleVault is a vault in memory that can refuse.
type brittleVault struct {
	vault.Vault
	mu       sync.Mutex
	set, get error
	delay    time.Duration
	cut      bool // keeps less than it was given
	sets     int
}

func (v *brittleVault) refuse(set, get error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.set, v.get = set, get
}

func (v *brittleVault) Set(ctx context.Context, name, secret string) error {
	v.mu.Lock()
	err, delay, cut := v.set, v.delay, v.cut
	v.sets++
	v.mu.Unlock()
	time.Sleep(delay)
	if err != nil {
		return err
	}
	if cut {
		secret = secret[:len(secret)-1]
	}
	return v.Vault.Set(ctx, name, secret)
}

func (v *brittleVault) Get(ctx context.Context, name string) (string, error) {
	v.mu.Lock()
	err := v.get
	v.mu.Unlock()
	if err != nil {
		return "", err
	}
	return v.Vault.Get(ctx, name)
}

// held is what the vault holds, "" if nothing.
func (v *brittleVault) held() string {
	secret, err := v.Vault.Get(context.Background(), entry)
	if err != nil && !errors.Is(err, vault.ErrNotFound) {
		panic(err)
	}
	return secret
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// signedIn is a keeper as after a restart: the vault has the service's refresh token, memory has nothing.
func signedIn(t *testing.T) (*service, *brittleVault, *Keeper) {
	t.Helper()
	s, v := &service{}, &brittleVault{Vault: vault.Memory()}
	if err := v.Set(t.Context(), entry, s.signIn().RefreshToken); err != nil {
		t.Fatal(err)
	}
	return s, v, restarted(s, v)
}

// restarted is a new keeper on the same service and vault.
func restarted(s *service, v *brittleVault) *Keeper {
	return New(Config{Entry: entry, Vault: v, Refresh: s.refresh, Now: time.Now, Wait: sleep})
}

func causeAndAdvice(err error) string {
	var e interface {
		Cause() string
		Advice() string
	}
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return e.Cause() + "/" + e.Advice()
}
