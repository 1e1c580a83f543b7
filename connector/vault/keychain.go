package vault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// patience is how long one call may take. A locked keychain asks the person at the screen and answers only when they do.
const patience = 3 * time.Second

// Keychain gives the operating system's keychain (Windows Credential Manager, macOS Keychain, the Secret Service of Linux). The service
// name separates profiles: each has its own.
//
// A call that gets no answer within three seconds ends with ErrUnavailable and leaves one goroutine behind, which ends when the
// keychain answers at last. Until then every further call waits its three seconds and gives up: so there is never more than one such
// goroutine, and a late write can't overtake a newer one. On Linux the D-Bus library keeps one more goroutine for its connection.
func Keychain(service string) Vault { return newKeychain(service, systemRing{}) }

// ring is the keychain library, without time-outs.
type ring interface {
	Get(service, name string) (string, error)
	Set(service, name, secret string) error
	Delete(service, name string) error
}

// systemRing is go-keyring.
type systemRing struct{}

// Get reads from the system's keychain.
func (systemRing) Get(service, name string) (string, error) {
	if err := sessionBus(); err != nil {
		return "", err
	}
	return keyring.Get(service, name)
}

// Set writes to the system's keychain.
func (systemRing) Set(service, name, secret string) error {
	if err := sessionBus(); err != nil {
		return err
	}
	return keyring.Set(service, name, secret)
}

// Delete removes from the system's keychain.
func (systemRing) Delete(service, name string) error {
	if err := sessionBus(); err != nil {
		return err
	}
	return keyring.Delete(service, name)
}

type keychain struct {
	service string
	ring    ring
	turn    chan struct{} // holds one value while a call is under way
}

func newKeychain(service string, r ring) *keychain {
	return &keychain{service: service, ring: r, turn: make(chan struct{}, 1)}
}

// Get returns the secret.
func (k *keychain) Get(ctx context.Context, name string) (string, error) {
	var secret string
	err := k.ask(ctx, func() error {
		found, err := k.ring.Get(k.service, name)
		secret = found
		return err
	})
	if err != nil {
		return "", fmt.Errorf("reading %s: %w", name, err)
	}
	if secret == "" {
		// Some keychains give an empty text for an entry that another program has emptied.
		return "", fmt.Errorf("reading %s: %w", name, ErrNotFound)
	}
	return secret, nil
}

// Set writes the secret.
func (k *keychain) Set(ctx context.Context, name, secret string) error {
	if err := checkSecret(name, secret); err != nil {
		return err
	}
	err := k.ask(ctx, func() error { return k.ring.Set(k.service, name, secret) }, secret)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// Delete removes the secret.
func (k *keychain) Delete(ctx context.Context, name string) error {
	err := k.ask(ctx, func() error { return k.ring.Delete(k.service, name) })
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("removing %s: %w", name, err)
	}
	return nil
}

// ask runs call alone and waits for it, but not for ever. What call has set may be read only if ask returns nil.
func (k *keychain) ask(ctx context.Context, call func() error, secrets ...string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("%w: a former call is still waiting for it", ErrUnavailable)
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-k.turn }()
		done <- call()
	}()
	select {
	case err := <-done:
		return answer(err, secrets)
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrUnavailable, ctx.Err())
	}
}

// answer turns the library's errors into this package's. Their text is kept, without the secret, because it says what is wrong with
// the keychain.
func answer(err error, secrets []string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return ErrTooBig
	}
	text := err.Error()
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, "[masked]")
	}
	return fmt.Errorf("%w: %s", ErrUnavailable, text)
}
