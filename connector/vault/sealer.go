package vault

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
)

// ErrSealed means that a sealed text can't be opened: made with another key, changed, cut short, or of a format this build does not know.
var ErrSealed = errors.New("the sealed text can't be opened with this key")

// sealVersion is the first byte of every sealed text: AES-256-GCM, a random nonce of 12 bytes, ciphertext with a tag of 16 bytes.
const sealVersion = 1

// sealContext binds a sealed text to this use of the key.
var sealContext = []byte{'d', 'b', 's', 'e', 'a', 'l', sealVersion}

const sealKeySize = 32

// Sealer seals names and mail addresses for the database, so that a copied database file tells no one's name. It may be used by several
// goroutines at once.
type Sealer struct{ aead cipher.AEAD }

// NewSealer takes the key from v, making it on the very first use. A new key counts only after v has given it back. While v can't be
// asked no key is made, because it would shut out all that was sealed before; the error then wraps ErrUnavailable.
func NewSealer(ctx context.Context, v Vault) (*Sealer, error) {
	key, err := readKey(ctx, v)
	if errors.Is(err, ErrNotFound) {
		key, err = makeKey(ctx, v)
	}
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("preparing the sealing key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("preparing the sealing key: %w", err)
	}
	return &Sealer{aead: aead}, nil
}

func readKey(ctx context.Context, v Vault) ([]byte, error) {
	text, err := v.Get(ctx, SealingKey)
	if err != nil {
		return nil, err
	}
	key, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(key) != sealKeySize {
		return nil, errors.New("the sealing key in the keychain is damaged")
	}
	return key, nil
}

func makeKey(ctx context.Context, v Vault) ([]byte, error) {
	key := make([]byte, sealKeySize)
	rand.Read(key) // never fails: crypto/rand ends the program instead
	if err := v.Set(ctx, SealingKey, base64.RawStdEncoding.EncodeToString(key)); err != nil {
		return nil, err
	}
	back, err := readKey(ctx, v)
	if err != nil {
		return nil, fmt.Errorf("reading the new sealing key back: %w", err)
	}
	if subtle.ConstantTimeCompare(key, back) != 1 {
		return nil, fmt.Errorf("reading the new sealing key back: %w: it gave another text", ErrUnavailable)
	}
	return key, nil
}

// Seal encrypts plain. Two seals of the same text differ.
func (s *Sealer) Seal(plain string) []byte {
	return s.aead.Seal([]byte{sealVersion}, nil, []byte(plain), sealContext)
}

// Open decrypts what Seal made; errors wrap ErrSealed.
func (s *Sealer) Open(sealed []byte) (string, error) {
	if len(sealed) == 0 || sealed[0] != sealVersion {
		return "", fmt.Errorf("opening a sealed text: %w (unknown format)", ErrSealed)
	}
	plain, err := s.aead.Open(nil, nil, sealed[1:], sealContext)
	if err != nil {
		return "", fmt.Errorf("opening a sealed text: %w", ErrSealed)
	}
	return string(plain), nil
}

// String hides the key from %v.
func (s *Sealer) String() string { return "sealer" }

// GoString hides the key from %#v.
func (s *Sealer) GoString() string { return s.String() }
