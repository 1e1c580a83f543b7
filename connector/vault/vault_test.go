package vault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"
	"pgregory.net/rapid"
)

// fakeRing is a keychain library whose calls can be made to fail or to hang.
type fakeRing struct {
	mu      sync.Mutex
	secrets map[string]string
	err     error
	hang    chan struct{} // calls wait for it to close, if set
	calls   int
}

func (r *fakeRing) call() error {
	r.mu.Lock()
	r.calls++
	hang, err := r.hang, r.err
	r.mu.Unlock()
	if hang != nil {
		<-hang
	}
	return err
}

func (r *fakeRing) Get(service, name string) (string, error) {
	if err := r.call(); err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	secret, ok := r.secrets[service+"/"+name]
	if !ok {
		return "", keyring.ErrNotFound
	}
	return secret, nil
}

func (r *fakeRing) Set(service, name, secret string) error {
	if err := r.call(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets[service+"/"+name] = secret
	return nil
}

func (r *fakeRing) Delete(service, name string) error {
	if err := r.call(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.secrets[service+"/"+name]; !ok {
		return keyring.ErrNotFound
	}
	delete(r.secrets, service+"/"+name)
	return nil
}

func newFake() *fakeRing { return &fakeRing{secrets: map[string]string{}} }

func TestBothVaultsKeepAndForget(t *testing.T) {
	ctx := context.Background()
	for name, v := range map[string]Vault{"memory": Memory(), "keychain": newKeychain("test", newFake())} {
		t.Run(name, func(t *testing.T) {
			if _, err := v.Get(ctx, AkerunRefreshToken); !errors.Is(err, ErrNotFound) {
				t.Errorf("before writing: %v", err)
			}
			if err := v.Delete(ctx, AkerunRefreshToken); err != nil {
				t.Errorf("deleting nothing: %v", err)
			}
			for _, secret := range []string{"first", "second"} {
				if err := v.Set(ctx, AkerunRefreshToken, secret); err != nil {
					t.Fatal(err)
				}
				if got, err := v.Get(ctx, AkerunRefreshToken); err != nil || got != secret {
					t.Errorf("got %q, %v, want %q", got, err, secret)
				}
			}
			if _, err := v.Get(ctx, SalesforceRefreshToken); !errors.Is(err, ErrNotFound) {
				t.Errorf("another entry: %v", err)
			}
			if err := v.Set(ctx, SealingKey, ""); err == nil {
				t.Error("an empty secret was taken")
			}
			if err := v.Set(ctx, SealingKey, strings.Repeat("x", MaxSecret)); err != nil {
				t.Errorf("the longest secret: %v", err)
			}
			if err := v.Delete(ctx, AkerunRefreshToken); err != nil {
				t.Fatal(err)
			}
			if _, err := v.Get(ctx, AkerunRefreshToken); !errors.Is(err, ErrNotFound) {
				t.Errorf("after deleting: %v", err)
			}
			if text := fmt.Sprintf("%v %+v", v, v); name == "memory" && strings.Contains(text, "xxx") {
				t.Error("printing shows secrets")
			}
		})
	}
}

func TestProfilesAreApart(t *testing.T) {
	ctx, ring := context.Background(), newFake()
	one, two := newKeychain("profile 1", ring), newKeychain("profile 2", ring)
	if err := one.Set(ctx, SealingKey, "a"); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Get(ctx, SealingKey); !errors.Is(err, ErrNotFound) {
		t.Errorf("the other profile: %v", err)
	}
}

func TestBoardI13KeychainTooBig(t *testing.T) {
	ctx, ring := context.Background(), newFake()
	token := strings.Repeat("t", 4<<10)
	for name, v := range map[string]Vault{"memory": Memory(), "keychain": newKeychain("test", ring)} {
		if err := v.Set(ctx, SalesforceRefreshToken, token); !errors.Is(err, ErrTooBig) || strings.Contains(err.Error(), "tttt") {
			t.Errorf("%s: 4 KB: %v", name, err)
		}
	}
	if ring.calls != 0 {
		t.Error("the keychain was asked all the same")
	}
	ring.err = keyring.ErrSetDataTooBig
	if err := newKeychain("test", ring).Set(ctx, SealingKey, "short"); !errors.Is(err, ErrTooBig) {
		t.Errorf("the library's own limit: %v", err)
	}
}

func TestBoardI12KeychainLocked(t *testing.T) {
	t.Run("no answer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, ring := t.Context(), newFake()
			k := newKeychain("test", ring)
			ring.hang = make(chan struct{})
			began := time.Now()
			if _, err := k.Get(ctx, AkerunRefreshToken); !errors.Is(err, ErrUnavailable) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took != 3*time.Second {
				t.Errorf("took %v", took)
			}
			// Many more tries leave no more than the one call behind.
			for range 10 {
				if err := k.Set(ctx, AkerunRefreshToken, "new"); !errors.Is(err, ErrUnavailable) {
					t.Errorf("got %v", err)
				}
			}
			// The person unlocks it.
			ring.mu.Lock()
			if ring.calls != 1 {
				t.Errorf("%d calls are hanging, want 1", ring.calls)
			}
			close(ring.hang)
			ring.hang = nil
			ring.mu.Unlock()
			synctest.Wait()
			if err := k.Set(ctx, AkerunRefreshToken, "newest"); err != nil {
				t.Errorf("after unlocking: %v", err)
			}
			if got, err := k.Get(ctx, AkerunRefreshToken); err != nil || got != "newest" {
				t.Errorf("after unlocking: %q, %v", got, err)
			}
		})
	})
	t.Run("late write comes before the next", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, ring := t.Context(), newFake()
			k := newKeychain("test", ring)
			ring.hang = make(chan struct{})
			if err := k.Set(ctx, AkerunRefreshToken, "old"); !errors.Is(err, ErrUnavailable) {
				t.Errorf("got %v", err)
			}
			hang := ring.hang
			ring.mu.Lock()
			ring.hang = nil
			ring.mu.Unlock()
			time.AfterFunc(time.Second, func() { close(hang) })
			if err := k.Set(ctx, AkerunRefreshToken, "new"); err != nil {
				t.Fatal(err)
			}
			if got := ring.secrets["test/"+AkerunRefreshToken]; got != "new" {
				t.Errorf("the keychain holds %q", got)
			}
		})
	})
	t.Run("refused", func(t *testing.T) {
		ring := newFake()
		ring.err = errors.New("failed to unlock correct collection while writing s3cret")
		err := newKeychain("test", ring).Set(context.Background(), SealingKey, "s3cret")
		if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "unlock") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("caller gives up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ring := newFake()
			ring.hang = make(chan struct{})
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			err := newKeychain("test", ring).Delete(ctx, SealingKey)
			if !errors.Is(err, ErrUnavailable) {
				t.Errorf("got %v", err)
			}
			close(ring.hang)
		})
	})
	t.Run("emptied entry", func(t *testing.T) {
		ring := newFake()
		ring.secrets["test/"+SealingKey] = ""
		if _, err := newKeychain("test", ring).Get(context.Background(), SealingKey); !errors.Is(err, ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSealer(t *testing.T) {
	ctx, v := context.Background(), Memory()
	first, err := NewSealer(ctx, v)
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewSealer(ctx, v)
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := NewSealer(ctx, Memory())
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.String().Draw(t, "plain")
		sealed := first.Seal(plain)
		if got, err := again.Open(sealed); err != nil || got != plain {
			t.Fatalf("opened %q, %v", got, err)
		}
		if string(first.Seal(plain)) == string(sealed) {
			t.Fatal("two seals are alike")
		}
		if len(plain) > 4 && strings.Contains(string(sealed), plain) {
			t.Fatal("the seal shows the text")
		}
		if _, err := stranger.Open(sealed); !errors.Is(err, ErrSealed) {
			t.Fatalf("another key: %v", err)
		}
		changed := append([]byte(nil), sealed...)
		changed[rapid.IntRange(0, len(changed)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		if _, err := first.Open(changed); !errors.Is(err, ErrSealed) {
			t.Fatalf("changed: %v", err)
		}
		if _, err := first.Open(sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")]); !errors.Is(err, ErrSealed) {
			t.Fatalf("cut: %v", err)
		}
	})
	key, _ := v.Get(ctx, SealingKey)
	if text := fmt.Sprintf("%v %+v %#v", first, first, first); strings.Contains(text, key) || strings.Contains(text, "aead") {
		t.Errorf("printing shows the key: %s", text)
	}
}

func TestSealingKeyIsNeverReplaced(t *testing.T) {
	ctx := context.Background()
	ring := newFake()
	ring.err = errors.New("locked")
	k := newKeychain("test", ring)
	if _, err := NewSealer(ctx, k); !errors.Is(err, ErrUnavailable) {
		t.Errorf("locked: %v", err)
	}
	ring.err = nil
	if len(ring.secrets) != 0 {
		t.Error("a key was made while the keychain was locked")
	}
	for _, damaged := range []string{"short", "not base64!", strings.Repeat("A", 100)} {
		ring.secrets["test/"+SealingKey] = damaged
		if _, err := NewSealer(ctx, k); err == nil || strings.Contains(err.Error(), damaged) {
			t.Errorf("damaged key %q: %v", damaged, err)
		}
		if ring.secrets["test/"+SealingKey] != damaged {
			t.Error("the damaged key was overwritten")
		}
	}
	forgetting := &forgetfulRing{fakeRing: newFake()}
	if _, err := NewSealer(ctx, newKeychain("test", forgetting)); err == nil {
		t.Error("a key was used that the keychain did not keep")
	}
}

// forgetfulRing takes secrets and keeps none.
type forgetfulRing struct{ *fakeRing }

func (forgetfulRing) Set(string, string, string) error { return nil }
