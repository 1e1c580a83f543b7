package token

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dakokubridge/connector/vault"
)

// bubble runs f in a synctest bubble.
func bubble(f func(t *testing.T)) func(t *testing.T) {
	return func(t *testing.T) { synctest.Test(t, f) }
}

func TestBoard(t *testing.T) {
	t.Run("I02-refresh-rotates", bubble(rotates))
	t.Run("I02-no-access-token-before-the-vault-has-the-refresh-token", bubble(storesFirst))
	t.Run("I03-crash-between-refresh-and-persist", bubble(crashedBeforeStoring))
	t.Run("I04-refresh-response-lost", func(t *testing.T) {
		t.Run("service had not seen it", bubble(lostBefore))
		t.Run("service had carried it out", bubble(lostAfter))
		t.Run("lost twice", bubble(lostTwice))
		t.Run("second one never left", bubble(lostThenOffline))
	})
	t.Run("I06-two-goroutines-refresh", bubble(singleFlight))
	t.Run("I07-revoked-by-admin", bubble(revoked))
	t.Run("I07-newer-token-in-the-vault", bubble(newerInVault))
	t.Run("I12-keychain-locked-at-boot", bubble(lockedAtBoot))
	t.Run("I12-keychain-locked-when-rotating", bubble(lockedWhenRotating))
	t.Run("I13-keychain-too-big", bubble(tooBig))
	t.Run("I14-keychain-wiped", bubble(wiped))
	t.Run("I15-expires-in", bubble(lifetimes))
	t.Run("I16-weekly-when-idle", bubble(idle))
	t.Run("S10-six-refreshes-an-hour", bubble(sixAnHour))
	t.Run("H13-maintenance-is-no-sign-out", bubble(maintenance))
}

func rotates(t *testing.T) {
	s, v, k := signedIn(t)
	access, err := k.Access(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		time.Sleep(15 * time.Minute)
		renewed, err := k.Renew(t.Context(), access)
		if err != nil {
			t.Fatal(err)
		}
		if renewed == access || renewed != s.access {
			t.Fatalf("renewed %s to %s, the service knows %s", access, renewed, s.access)
		}
		if v.held() != s.current {
			t.Fatalf("the vault has %s, the service wants %s", v.held(), s.current)
		}
		access = renewed
	}
	for token, n := range s.uses() {
		if n != 1 {
			t.Errorf("%s was used %d times", token, n)
		}
	}
	if got := k.Extra()["instance_url"]; got != fmt.Sprintf("https://%d.example", s.made) {
		t.Errorf("Extra is from another grant: %s", got)
	}
	// A service that does not rotate: the token stays where it is.
	s.still = true
	if _, err := k.Renew(t.Context(), access); err != nil || v.held() != s.current {
		t.Errorf("without rotation: %v, the vault has %q", err, v.held())
	}
}

func storesFirst(t *testing.T) {
	s, v, k := signedIn(t)
	v.delay = 2 * time.Second
	_, err := k.Access(t.Context())
	if err != nil || v.held() != s.current {
		t.Errorf("%v: the access token came while the vault had %s, not %s", err, v.held(), s.current)
	}
	// A vault that cuts the token has not kept it.
	v.cut = true
	if _, err := k.Renew(t.Context(), s.access); err != nil || k.Trouble() == nil {
		t.Errorf("%v: no trouble with a vault that gives back something else", err)
	}
}

func crashedBeforeStoring(t *testing.T) {
	s, v, _ := signedIn(t)
	// The service has rotated; the process died before the vault had the new token.
	if _, err := s.refresh(t.Context(), v.held()); err != nil {
		t.Fatal(err)
	}
	before := s.count()
	k := restarted(s, v)
	for range 50 {
		if _, err := k.Access(t.Context()); causeAndAdvice(err) != "login_needed/ask" {
			t.Fatalf("got %v", err)
		}
		time.Sleep(time.Minute)
	}
	if n := s.count() - before; n != 1 {
		t.Errorf("%d refreshes with a dead token, want 1", n)
	}
	if !k.LoginNeeded() {
		t.Error("LoginNeeded is false")
	}
	if err := k.Adopt(t.Context(), s.signIn()); err != nil {
		t.Fatal(err)
	}
	if got, err := k.Access(t.Context()); err != nil || got != s.access || k.LoginNeeded() || v.held() != s.current {
		t.Errorf("after signing in: %s, %v", got, err)
	}
}

func lostBefore(t *testing.T) {
	s, v, k := signedIn(t)
	s.faults = []fault{{err: answerLost}}
	if got, err := k.Access(t.Context()); err != nil || got != s.access || v.held() != s.current {
		t.Errorf("got %s, %v", got, err)
	}
	checkSequence(t, s, 2)
}

func lostAfter(t *testing.T) {
	s, _, k := signedIn(t)
	s.faults = []fault{{err: answerLost, applied: true}}
	if _, err := k.Access(t.Context()); causeAndAdvice(err) != "login_needed/ask" {
		t.Errorf("got %v", err)
	}
	checkSequence(t, s, 2)
}

func lostTwice(t *testing.T) {
	s, _, k := signedIn(t)
	s.latency = 5 * time.Second
	s.always = &fault{err: answerLost}
	for range 20 {
		if _, err := k.Access(t.Context()); causeAndAdvice(err) != "login_needed/ask" {
			t.Fatalf("got %v", err)
		}
		time.Sleep(time.Hour)
	}
	checkSequence(t, s, 2)
}

func lostThenOffline(t *testing.T) {
	s, v, k := signedIn(t)
	s.faults = []fault{{err: answerLost}, {err: offline}, {err: offline}}
	for range 2 {
		if _, err := k.Access(t.Context()); causeAndAdvice(err) != "offline/again" {
			t.Fatalf("got %v", err)
		}
		time.Sleep(time.Minute)
	}
	if _, err := k.Access(t.Context()); err != nil || v.held() != s.current {
		t.Fatalf("got %v", err)
	}
	// Lost, offline, and lost again is twice lost.
	s.faults = []fault{{err: answerLost}, {err: offline}, {err: answerLost}}
	k.Renew(t.Context(), s.access)
	if _, err := k.Access(t.Context()); causeAndAdvice(err) != "login_needed/ask" {
		t.Errorf("got %v", err)
	}
}

// checkSequence demands n refreshes, one after the other, each second one after a pause.
func checkSequence(t *testing.T, s *service, n int) {
	t.Helper()
	if len(s.posts) != n {
		t.Fatalf("%d refreshes, want %d", len(s.posts), n)
	}
	for i := 1; i < n; i++ {
		if pause := s.posts[i].from.Sub(s.posts[i-1].to); pause < lostPause {
			t.Errorf("refresh %d came %v after the end of the one before", i+1, pause)
		}
	}
}

func singleFlight(t *testing.T) {
	s, _, k := signedIn(t)
	s.latency = time.Second
	all := func(call func() (string, error)) {
		t.Helper()
		before := s.count()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if got, err := call(); err != nil || got == "" {
					t.Errorf("got %q, %v", got, err)
				}
			})
		}
		wg.Wait()
		if n := s.count() - before; n != 1 {
			t.Errorf("%d refreshes, want 1", n)
		}
	}
	all(func() (string, error) { return k.Access(t.Context()) })
	old := s.access
	all(func() (string, error) { return k.Renew(t.Context(), old) })
	// Somebody who comes late with the old token gets the new one without a refresh.
	before := s.count()
	if got, err := k.Renew(t.Context(), old); err != nil || got != s.access || s.count() != before {
		t.Errorf("late: %s, %v, %d refreshes", got, err, s.count()-before)
	}
}

func revoked(t *testing.T) {
	s, _, k := signedIn(t)
	access, err := k.Access(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.current = "none"
	before := s.count()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := k.Renew(t.Context(), access); causeAndAdvice(err) != "login_needed/ask" {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	for range 24 * 60 {
		time.Sleep(time.Minute)
		if _, err := k.Access(t.Context()); causeAndAdvice(err) != "login_needed/ask" {
			t.Fatalf("got %v", err)
		}
	}
	if err := k.Idle(t.Context()); err != nil {
		t.Errorf("Idle: %v", err)
	}
	if in, err := k.SignedIn(t.Context()); in || err != nil {
		t.Errorf("SignedIn: %v, %v", in, err)
	}
	if n := s.count() - before; n != 1 {
		t.Errorf("%d refreshes within a day, want 1", n)
	}
}

func newerInVault(t *testing.T) {
	s, v, k := signedIn(t)
	old := v.held()
	s.faults = []fault{{}} // the first refresh is carried out…
	s.latency = 5 * time.Second
	time.AfterFunc(time.Second, func() {
		// …while another process signs in and writes its token.
		g := s.signIn()
		v.Set(context.Background(), entry, g.RefreshToken)
	})
	got, err := k.Access(t.Context())
	// The old token is dead by then and its use has killed the family: one more try with the newer one, no third.
	if causeAndAdvice(err) != "login_needed/ask" || s.uses()[old] != 1 || len(s.posts) != 2 {
		t.Errorf("got %q, %v after %v", got, err, s.uses())
	}

	s, v, k = signedIn(t)
	s.faults = []fault{{err: dead}}
	g := s.signIn()
	s.latency = time.Second
	// While the old token is on its way: any sooner, and the first refresh would already find the newer one.
	time.AfterFunc(s.latency/2, func() { v.Set(context.Background(), entry, g.RefreshToken) })
	if got, err := k.Access(t.Context()); err != nil || got != s.access || v.held() != s.current {
		t.Errorf("with a newer token in the vault: %q, %v", got, err)
	}
}

func lockedAtBoot(t *testing.T) {
	s, v, k := signedIn(t)
	v.refuse(vault.ErrUnavailable, vault.ErrUnavailable)
	for range 5 {
		if _, err := k.Access(t.Context()); causeAndAdvice(err) != "locked/again" {
			t.Fatalf("got %v", err)
		}
	}
	if k.LoginNeeded() || s.count() != 0 {
		t.Errorf("LoginNeeded %v after %d refreshes", k.LoginNeeded(), s.count())
	}
	if _, err := k.SignedIn(t.Context()); causeAndAdvice(err) != "locked/again" {
		t.Errorf("SignedIn: %v", err)
	}
	v.refuse(nil, nil)
	if got, err := k.Access(t.Context()); err != nil || got != s.access {
		t.Errorf("unlocked: %s, %v", got, err)
	}
}

func lockedWhenRotating(t *testing.T) {
	s, v, k := signedIn(t)
	old := v.held()
	v.refuse(vault.ErrUnavailable, nil)
	access, err := k.Access(t.Context())
	if err != nil || access != s.access {
		t.Fatalf("the token is wasted: %s, %v", access, err)
	}
	if !errors.Is(k.Trouble(), vault.ErrUnavailable) || v.held() != old {
		t.Errorf("trouble %v, the vault has %s", k.Trouble(), v.held())
	}
	sets := v.sets
	for range 3 {
		if got, err := k.Access(t.Context()); err != nil || got != access {
			t.Errorf("got %s, %v", got, err)
		}
	}
	if v.sets != sets+3 {
		t.Errorf("%d more attempts to write at 3 uses", v.sets-sets)
	}
	// Another rotation out of memory.
	if access, err = k.Renew(t.Context(), access); err != nil || access != s.access {
		t.Fatalf("renewing from memory: %s, %v", access, err)
	}
	if got, err := k.RefreshToken(t.Context()); err != nil || got != s.current {
		t.Errorf("to be revoked: %s, %v", got, err)
	}
	if in, err := k.SignedIn(t.Context()); !in || err != nil {
		t.Errorf("SignedIn: %v, %v", in, err)
	}
	v.refuse(nil, nil)
	if got, err := k.Access(t.Context()); err != nil || got != access || k.Trouble() != nil || v.held() != s.current {
		t.Errorf("unlocked: %s, %v, trouble %v, the vault has %s", got, err, k.Trouble(), v.held())
	}
	if n := s.uses()[old]; n != 1 {
		t.Errorf("the old token was used %d times", n)
	}
}

func tooBig(t *testing.T) {
	s, v, k := signedIn(t)
	old := v.held()
	g := s.signIn()
	g.RefreshToken = strings.Repeat("x", 4<<10)
	if err := k.Adopt(t.Context(), g); causeAndAdvice(err) != "too_big/ask" {
		t.Errorf("signing in: %v", err)
	}
	if v.held() != old || k.Extra() != nil {
		t.Error("the refused sign-in left something behind")
	}
	v.refuse(vault.ErrUnavailable, nil)
	if err := k.Adopt(t.Context(), s.signIn()); causeAndAdvice(err) != "locked/again" {
		t.Errorf("signing in with a locked keychain: %v", err)
	}
	for _, bad := range []Grant{{}, {AccessToken: "at"}, {RefreshToken: "rt"}} {
		if err := k.Adopt(t.Context(), bad); causeAndAdvice(err) != "bad_answer/ask" {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func wiped(t *testing.T) {
	s, v, k := signedIn(t)
	access, err := k.Access(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v.Delete(t.Context(), entry)
	if got, err := k.Access(t.Context()); err != nil || got != access {
		t.Errorf("the access token in memory: %s, %v", got, err)
	}
	if _, err := k.Renew(t.Context(), access); causeAndAdvice(err) != "login_needed/ask" || !k.LoginNeeded() {
		t.Errorf("got %v", err)
	}
	if in, err := k.SignedIn(t.Context()); in || err != nil {
		t.Errorf("SignedIn: %v, %v", in, err)
	}
	// A restored keychain needs no sign-in.
	v.Set(t.Context(), entry, s.current)
	if got, err := k.Access(t.Context()); err != nil || got != s.access || k.LoginNeeded() {
		t.Errorf("restored: %s, %v", got, err)
	}
}

func lifetimes(t *testing.T) {
	for _, life := range []time.Duration{0, -time.Hour, time.Second, time.Minute, 2 * time.Hour, 1 << 62} {
		s, _, k := signedIn(t)
		s.life = life
		for range 1000 {
			if _, err := k.Access(t.Context()); err != nil {
				t.Fatalf("lifetime %v: %v", life, err)
			}
		}
		if s.count() != 1 {
			t.Errorf("lifetime %v: %d refreshes at once", life, s.count())
		}
	}
	s, _, k := signedIn(t)
	s.life = 2 * time.Hour
	for range 24 * 6 {
		access, err := k.Access(t.Context())
		if err != nil || access != s.access {
			t.Fatalf("got %s, %v", access, err)
		}
		time.Sleep(10 * time.Minute)
	}
	if n := s.count(); n < 12 || n > 14 {
		t.Errorf("%d refreshes a day with tokens of two hours", n)
	}
	// Shortly before the end the current token still serves when nobody answers; after it, it does not.
	s.always = &fault{err: offline}
	k.mu.Lock()
	k.until, k.due = time.Now().Add(30*time.Second), time.Now()
	k.mu.Unlock()
	if got, err := k.Access(t.Context()); err != nil || got != s.access {
		t.Errorf("30 s before the end: %s, %v", got, err)
	}
	time.Sleep(31 * time.Second)
	if _, err := k.Access(t.Context()); causeAndAdvice(err) != "offline/again" {
		t.Errorf("after the end: %v", err)
	}
}

func idle(t *testing.T) {
	s, v, k := signedIn(t)
	if _, err := k.Access(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 31 * 24 {
		time.Sleep(time.Hour)
		if err := k.Idle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.count(); n != 5 {
		t.Errorf("%d refreshes in 31 idle days, want the first and 4", n)
	}
	// After a start nobody knows when the last one was.
	k = restarted(s, v)
	if err := k.Idle(t.Context()); err != nil || s.count() != 6 {
		t.Errorf("after a restart: %v, %d refreshes", err, s.count())
	}
	// A person who is not signed in is left alone.
	v.Delete(t.Context(), entry)
	if err := restarted(s, v).Idle(t.Context()); err != nil || s.count() != 6 {
		t.Errorf("signed out: %v, %d refreshes", err, s.count())
	}
}

func sixAnHour(t *testing.T) {
	s, _, k := signedIn(t)
	began := time.Now()
	limited := 0
	for time.Since(began) < 5*time.Hour {
		// A server that refuses every access token at once.
		access, err := k.Access(t.Context())
		if err == nil {
			_, err = k.Renew(t.Context(), access)
		}
		var e *Error
		if errors.As(err, &e) {
			limited++
			if causeAndAdvice(err) != "limit/again" {
				t.Fatalf("got %v", err)
			}
			if d := time.Until(e.RetryAfter()); d <= 0 || d > time.Hour {
				t.Fatalf("RetryAfter is %v ahead", d)
			}
		}
		time.Sleep(time.Minute)
	}
	if limited == 0 || k.LoginNeeded() {
		t.Errorf("limited %d times, LoginNeeded %v", limited, k.LoginNeeded())
	}
	for i := range s.posts {
		if i >= refreshesPerHour && s.posts[i].from.Sub(s.posts[i-refreshesPerHour].from) < time.Hour {
			t.Fatalf("refreshes %d to %d lie within an hour", i-refreshesPerHour, i)
		}
	}
	// A sign-in starts afresh.
	if err := k.Adopt(t.Context(), s.signIn()); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Renew(t.Context(), s.access); err != nil {
		t.Errorf("after signing in: %v", err)
	}
}

func maintenance(t *testing.T) {
	s, v, k := signedIn(t)
	s.always = &fault{err: serverError}
	for range 4 * 60 {
		if _, err := k.Access(t.Context()); err == nil || strings.HasPrefix(causeAndAdvice(err), "login_needed") {
			t.Fatalf("got %v", err)
		}
		time.Sleep(time.Minute)
	}
	if n := s.count(); n > 4*refreshesPerHour {
		t.Errorf("%d refreshes in four hours", n)
	}
	s.always = &fault{err: offline}
	for range 60 {
		if _, err := k.Access(t.Context()); err == nil || strings.HasPrefix(causeAndAdvice(err), "login_needed") {
			t.Fatalf("got %v", err)
		}
		time.Sleep(time.Minute)
	}
	// What never left counts for nothing: as soon as the network is back, there is a token.
	s.always = nil
	if got, err := k.Access(t.Context()); err != nil || got != s.access || v.held() != s.current {
		t.Errorf("afterwards: %s, %v", got, err)
	}
}

func TestWhoGivesUpWaitingStopsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, v, k := signedIn(t)
		s.latency = 10 * time.Second
		hasty, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := k.Access(hasty); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		})
		synctest.Wait()
		if got, err := k.Access(t.Context()); err != nil || got != s.access || v.held() != s.current {
			t.Errorf("got %s, %v", got, err)
		}
		wg.Wait()
	})
}

func TestSignInOvertakesRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, v, k := signedIn(t)
		s.latency = 10 * time.Second
		s.faults = []fault{{err: dead}}
		var wg sync.WaitGroup
		wg.Go(func() {
			if got, err := k.Access(t.Context()); err != nil || got != "at-2" {
				t.Errorf("who waited got %s, %v", got, err)
			}
		})
		time.Sleep(time.Second)
		if err := k.Adopt(t.Context(), s.signIn()); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if k.LoginNeeded() || v.held() != s.current || s.count() != 1 {
			t.Errorf("LoginNeeded %v, the vault has %s, %d refreshes", k.LoginNeeded(), v.held(), s.count())
		}
	})
}

func TestForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, v, k := signedIn(t)
		s.latency = 10 * time.Second
		var wg sync.WaitGroup
		wg.Go(func() {
			if got, err := k.Access(t.Context()); causeAndAdvice(err) != "login_needed/ask" {
				t.Errorf("a refresh overtaken by the sign-out gave %q, %v", got, err)
			}
		})
		time.Sleep(time.Second)
		if err := k.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if v.held() != "" {
			t.Errorf("the refresh brought %s back into the vault", v.held())
		}
		if _, err := k.Access(t.Context()); causeAndAdvice(err) != "login_needed/ask" || s.count() != 1 {
			t.Errorf("signed out: %v, %d refreshes", err, s.count())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s, v, k := signedIn(t)
		k.config.Vault = undeletable{v}
		if err := k.Forget(t.Context()); causeAndAdvice(err) != "locked/again" {
			t.Errorf("got %v", err)
		}
		if _, err := k.Access(t.Context()); causeAndAdvice(err) != "login_needed/ask" || s.count() != 0 {
			t.Errorf("a token was used that the person wanted gone: %v", err)
		}
	})
}

type undeletable struct{ *brittleVault }

func (undeletable) Delete(context.Context, string) error { return vault.ErrUnavailable }

func TestCloseBringsTheNewTokenHome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, v, k := signedIn(t)
		s.latency = 5 * time.Second
		var wg sync.WaitGroup
		wg.Go(func() { k.Access(t.Context()) })
		time.Sleep(time.Second)
		if err := k.Close(t.Context()); err != nil {
			t.Errorf("closing: %v", err)
		}
		if v.held() != s.current || s.count() != 1 {
			t.Errorf("the vault has %s, the service wants %s", v.held(), s.current)
		}
		wg.Wait()
		if _, err := k.Renew(t.Context(), s.access); causeAndAdvice(err) != "cancelled/again" || s.count() != 1 {
			t.Errorf("after closing: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s, _, k := signedIn(t)
		s.faults = []fault{{err: answerLost}}
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := k.Access(t.Context()); causeAndAdvice(err) != "cancelled/again" {
				t.Errorf("got %v", err)
			}
		})
		time.Sleep(time.Second)
		began := time.Now()
		if err := k.Close(t.Context()); err != nil || time.Since(began) != 0 {
			t.Errorf("closing within the pause: %v after %v", err, time.Since(began))
		}
		wg.Wait()
		if k.LoginNeeded() {
			t.Error("a cut pause is no sign-out")
		}
	})
	synctest.Test(t, func(t *testing.T) {
		_, v, k := signedIn(t)
		v.refuse(vault.ErrUnavailable, nil)
		if _, err := k.Access(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := k.Close(t.Context()); !errors.Is(err, vault.ErrUnavailable) {
			t.Errorf("ended silently with a token in memory only: %v", err)
		}
	})
}

func TestPanicInRefreshReachesWhoWaits(t *testing.T) {
	k := New(Config{Entry: entry, Vault: &brittleVault{Vault: vault.Memory()}, Now: time.Now, Wait: sleep,
		Refresh: func(context.Context, string) (Grant, error) { panic("rt-secret") }})
	k.config.Vault.Set(t.Context(), entry, "rt-secret")
	for range 2 {
		if _, err := k.Access(t.Context()); causeAndAdvice(err) != "bug/stop" {
			t.Errorf("got %v", err)
		}
	}
}

func TestErrorsThatTellNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, k := signedIn(t)
		s.always = &fault{err: errors.New("refresh_token=rt-1 was lost")}
		_, err := k.Access(t.Context())
		if causeAndAdvice(err) != "login_needed/ask" || s.count() != 2 || strings.Contains(err.Error(), "rt-1") {
			t.Errorf("an unknown outcome is a lost answer: %v", err)
		}
	})
}

func TestNothingPrintsATokenM05(t *testing.T) {
	g := Grant{AccessToken: "canaryA", RefreshToken: "canaryR"}
	k := New(Config{Entry: entry, Vault: vault.Memory(), Refresh: (&service{}).refresh, Now: time.Now, Wait: sleep})
	if err := k.Adopt(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "grant", g, "keeper", k)
	asJSON, _ := json.Marshal(map[string]any{"g": g, "p": &g, "k": k})
	for _, text := range []string{
		fmt.Sprintf("%v %+v %#v %s", g, g, g, g), fmt.Sprintf("%v %+v %#v %v", k, k, k, &g), log.String(), string(asJSON),
		fmt.Sprintf("%+v", struct{ G Grant }{g}),
	} {
		if strings.Contains(text, "canary") {
			t.Errorf("shown: %s", text)
		}
	}
}
