package token

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"dakokubridge/connector/vault"
)

// TestWhateverHappens draws a history of faults and checks what holds in each: refreshes never overlap; the answers to a refresh token are
// lost twice at most, and nothing follows; a token that a known answer has replaced is never posted again; no more than six refreshes that
// reached the server lie within an hour; and when the faults are over there is a working token, or a person is asked, with reason, and a sign-in helps.
func TestWhateverHappens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		script := rapid.SliceOfN(rapid.SampledFrom([]string{
			"access", "renew", "both", "wait", "long wait", "lose", "lose applied", "offline", "server", "lock", "unlock", "restart", "idle",
		}), 1, 40).Draw(rt, "script")
		var wrong error
		synctest.Test(t, func(t *testing.T) { wrong = play(t, script) })
		if wrong != nil {
			rt.Fatal(wrong)
		}
	})
}

func play(t *testing.T, script []string) error {
	s, v, k := signedIn(t)
	s.latency = time.Second
	lossOnRestart := false
	for _, step := range script {
		switch step {
		case "access":
			k.Access(t.Context())
		case "renew":
			k.Renew(t.Context(), s.access)
		case "both":
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() { k.Access(t.Context()) })
				wg.Go(func() { k.Renew(t.Context(), "at-1") })
			}
			wg.Wait()
		case "wait":
			time.Sleep(time.Minute)
		case "long wait":
			time.Sleep(25 * time.Hour)
		case "lose":
			s.faults = append(s.faults, fault{err: answerLost})
		case "lose applied":
			s.faults = append(s.faults, fault{err: answerLost, applied: true})
		case "offline":
			s.faults = append(s.faults, fault{err: offline})
		case "server":
			s.faults = append(s.faults, fault{err: serverError})
		case "lock":
			v.refuse(vault.ErrUnavailable, nil)
		case "unlock":
			v.refuse(nil, nil)
		case "idle":
			k.Idle(t.Context())
		case "restart":
			// A new process does not know of the losses and refreshes of the one before.
			if k.Close(t.Context()) != nil {
				lossOnRestart = true
			}
			s.posts = nil
			k = restarted(s, v)
		}
	}
	if err := postsInOrder(s.posts); err != nil {
		return err
	}
	return heals(t, s, v, k, lossOnRestart)
}

func postsInOrder(posts []post) error {
	lost, gone := map[string]int{}, map[string]bool{}
	var reached []time.Time
	for i, p := range posts {
		if i > 0 && p.from.Before(posts[i-1].to) {
			return fmt.Errorf("refreshes %d and %d at once", i-1, i)
		}
		if gone[p.token] || lost[p.token] > 1 {
			return fmt.Errorf("refresh %d uses %s again", i, p.token)
		}
		switch p.err {
		case answerLost:
			lost[p.token]++
		case nil, dead:
			gone[p.token] = true
		}
		if p.err != offline {
			reached = append(reached, p.from)
		}
	}
	for i := refreshesPerHour; i < len(reached); i++ {
		if reached[i].Sub(reached[i-refreshesPerHour]) < time.Hour {
			return fmt.Errorf("seven refreshes within an hour")
		}
	}
	return nil
}

func heals(t *testing.T, s *service, v *brittleVault, k *Keeper, lost bool) error {
	s.faults = nil
	v.refuse(nil, nil)
	time.Sleep(2 * time.Hour)
	got, err := k.Access(t.Context())
	if err == nil {
		got, err = k.Renew(t.Context(), got)
	}
	switch {
	case err == nil && got == s.access && v.held() == s.current && k.Trouble() == nil:
		return nil
	case err == nil:
		return fmt.Errorf("got %s of %s, the vault has %s of %s, trouble %v", got, s.access, v.held(), s.current, k.Trouble())
	case !LoginNeeded(err):
		return fmt.Errorf("after the faults: %w", err)
	case v.held() == s.current && !lost && s.uses()[s.current] < 2:
		return fmt.Errorf("a person is asked although %s would do: %w", s.current, err)
	}
	if err := k.Adopt(t.Context(), s.signIn()); err != nil {
		return err
	}
	if got, err := k.Access(t.Context()); err != nil || got != s.access {
		return fmt.Errorf("after signing in: %s, %w", got, err)
	}
	return nil
}
