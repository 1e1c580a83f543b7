// Package vault keeps the few secrets of a profile: refresh tokens, the Akerun client secret and the sealing key, in the operating
// system's keychain or, for demo and tests, in memory; and it seals personal data with that key. It never writes a secret to a file
// and knows nothing of what the secrets are for.
package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// Names of the entries. One secret each: keychains cut long entries, and one that is wiped must not take the others along.
const (
	AkerunRefreshToken     = "akerun-refresh-token"
	AkerunClientSecret     = "akerun-client-secret"
	SalesforceRefreshToken = "salesforce-refresh-token"
	SealingKey             = "sealing-key"
	MailPassword           = "mail-password"
)

// Webhook names the entry with the address of a webhook: whoever knows it may post there.
func Webhook(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "webhook-" + hex.EncodeToString(sum[:8])
}

// MaxSecret is the longest secret that Set takes, in bytes. Windows keeps 2,560, and macOS's command line about 3,000 together with the
// names (go-keyring v0.2.8, keyring.go and keyring_darwin.go); the same limit everywhere shows a token that is too long at sign-in on any
// machine.
const MaxSecret = 2048

var (
	// ErrNotFound means that the vault answered and has no such entry.
	ErrNotFound = errors.New("no such secret in the keychain")
	// ErrUnavailable means that the vault could not be asked: locked, not there, refused, or no answer within three seconds. What it
	// holds is unknown. A Set or Delete that ends so may still take effect later.
	ErrUnavailable = errors.New("the keychain does not answer")
	// ErrTooBig means that the secret is longer than keychains take. Nothing was written.
	ErrTooBig = errors.New("the secret is too long for the keychain")
)

// Vault keeps secrets under names. Its methods may be called by several goroutines at once; errors wrap ErrNotFound,
// ErrUnavailable or ErrTooBig and never contain a secret.
type Vault interface {
	// Get returns the secret.
	Get(ctx context.Context, name string) (string, error)
	// Set writes the secret, which must not be empty, over any former one.
	Set(ctx context.Context, name, secret string) error
	// Delete removes the secret. Removing what is not there is no error.
	Delete(ctx context.Context, name string) error
}
