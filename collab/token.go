package collab

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Token is a one-time secret. It cannot be printed; Reveal shows it where it must be shown once.
type Token struct{ secret *string }

// NewToken wraps a secret.
func NewToken(s string) Token { return Token{secret: &s} }

// Reveal returns the secret.
func (t Token) Reveal() string {
	if t.secret == nil {
		return ""
	}
	return *t.secret
}

// Hash returns the SHA-256 of the secret in hexadecimal: what may be stored.
func (t Token) Hash() string {
	sum := sha256.Sum256([]byte(t.Reveal()))
	return hex.EncodeToString(sum[:])
}

// Format masks the secret whatever the verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

// MarshalText masks the secret.
func (t Token) MarshalText() ([]byte, error) { return []byte("***"), nil }

// MarshalJSON masks the secret.
func (t Token) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }
