package vault

import (
	"context"
	"fmt"
	"sync"
)

// Memory gives a vault that lives as long as the process: for the demo, which must leave nothing behind, and for tests. It keeps
// the limits of a real keychain.
func Memory() Vault { return &memory{secrets: map[string]string{}} }

type memory struct {
	mu      sync.Mutex
	secrets map[string]string
}

// Get returns the secret.
func (m *memory) Get(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	secret, ok := m.secrets[name]
	if !ok {
		return "", fmt.Errorf("reading %s: %w", name, ErrNotFound)
	}
	return secret, nil
}

// Set writes the secret.
func (m *memory) Set(_ context.Context, name, secret string) error {
	if err := checkSecret(name, secret); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.secrets[name] = secret
	return nil
}

// Delete removes the secret.
func (m *memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.secrets, name)
	return nil
}

// String hides the secrets from %v.
func (m *memory) String() string { return "vault in memory" }

// GoString hides the secrets from %#v.
func (m *memory) GoString() string { return m.String() }

// checkSecret refuses what no keychain can give back as it was.
func checkSecret(name, secret string) error {
	switch {
	case secret == "":
		return fmt.Errorf("writing %s: the secret is empty", name)
	case len(secret) > MaxSecret:
		return fmt.Errorf("writing %s: %w (%d bytes, %d allowed)", name, ErrTooBig, len(secret), MaxSecret)
	}
	return nil
}
