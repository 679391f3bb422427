package collabhttp

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrKeyFile is matched by every error about the content or the permissions of
// a key file.
var ErrKeyFile = errors.New("key file")

// PrivateKey is an Ed25519 key held in this process. It prints as its id under
// every verb and in every text and JSON form. The zero value is no key.
type PrivateKey struct{ p *privateKey }

// privateKey keeps the secret in a closure. Behind a pointer alone, fmt would
// print it for %s of a struct that has the key in an unexported field, where the
// methods below cannot be called.
type privateKey struct {
	id   string
	pub  ed25519.PublicKey
	sign func(message []byte) []byte
}

var _ Key = PrivateKey{}

// GenerateKey makes a new key from random. A nil random is crypto/rand.Reader.
func GenerateKey(random io.Reader) (PrivateKey, error) {
	if random == nil {
		random = rand.Reader
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return PrivateKey{}, fmt.Errorf("generate key: %w", err)
	}
	return hide(ed25519.NewKeyFromSeed(seed)), nil
}

func hide(key ed25519.PrivateKey) PrivateKey {
	pub := key.Public().(ed25519.PublicKey)
	return PrivateKey{&privateKey{
		id:   KeyID(pub),
		pub:  pub,
		sign: func(message []byte) []byte { return ed25519.Sign(key, message) },
	}}
}

// ID is KeyID of the public half.
func (k PrivateKey) ID() string {
	if k.p == nil {
		return ""
	}
	return k.p.id
}

// Public is the public half, a copy; nil for the zero value.
func (k PrivateKey) Public() ed25519.PublicKey {
	if k.p == nil {
		return nil
	}
	return bytes.Clone(k.p.pub)
}

// Sign signs message.
func (k PrivateKey) Sign(_ context.Context, message []byte) ([]byte, error) {
	if k.p == nil {
		return nil, errors.New("sign: no key")
	}
	return k.p.sign(message), nil
}

func (k PrivateKey) masked() string { return "PrivateKey(" + k.ID() + ")" }

// Format prints the key's id, whatever the verb.
func (k PrivateKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.masked()) }

// MarshalText answers the key's id in place of the key.
func (k PrivateKey) MarshalText() ([]byte, error) { return []byte(k.masked()), nil }

// MarshalJSON answers the key's id in place of the key.
func (k PrivateKey) MarshalJSON() ([]byte, error) { return []byte(`"` + k.masked() + `"`), nil }

var base32Lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// KeyID is the name of a public key: the first 160 bits of its SHA-256 as 32
// characters of base32.
func KeyID(pub ed25519.PublicKey) string {
	sum := sha256.Sum256(pub)
	return base32Lower.EncodeToString(sum[:20])
}

// Fingerprint is the form of a public key that two people compare over the
// telephone: the first 120 bits of its SHA-256, which also begin its KeyID, as
// six groups of four letters and digits ("ABCD-EFGH-...").
func Fingerprint(pub ed25519.PublicKey) string {
	id := strings.ToUpper(KeyID(pub))
	groups := make([]string, 6)
	for i := range groups {
		groups[i] = id[4*i : 4*i+4]
	}
	return strings.Join(groups, "-")
}

const (
	pemType     = "PRIVATE KEY"
	maxKeyFile  = 4096 // bytes
	keyFileMode = 0o600
)

// LoadKey reads a key file: one PEM block of type PRIVATE KEY with an Ed25519
// key as PKCS #8. A file whose permissions let anyone but its owner at it is
// refused (except on Windows, where permission bits say nothing), with the
// command that mends it. A missing file is fs.ErrNotExist, all else ErrKeyFile.
func LoadKey(path string) (PrivateKey, error) {
	f, err := os.Open(path)
	if err != nil {
		return PrivateKey{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return PrivateKey{}, err
	}
	if !info.Mode().IsRegular() {
		return PrivateKey{}, fmt.Errorf("%w %s: not a regular file", ErrKeyFile, path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return PrivateKey{}, fmt.Errorf("%w %s: others can use it (mode %04o); run: chmod 600 %s", ErrKeyFile, path, mode, shellQuote(path))
	}
	data, err := readBody(f, maxKeyFile)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("%w %s: %w", ErrKeyFile, path, err)
	}
	key, err := parseKey(data)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("%w %s: %w", ErrKeyFile, path, err)
	}
	return key, nil
}

// parseKey says nothing of what it read: it may be some other secret.
func parseKey(data []byte) (PrivateKey, error) {
	block, rest := pem.Decode(data)
	if block == nil || block.Type != pemType || len(bytes.TrimSpace(rest)) > 0 {
		return PrivateKey{}, errors.New("not one PEM block of type " + pemType)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return PrivateKey{}, errors.New("not a PKCS #8 key")
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return PrivateKey{}, errors.New("not an Ed25519 key")
	}
	return hide(key), nil
}

// LoadOrCreateKey is LoadKey, and for a missing file makes a new key and writes
// it first, readable by its owner alone. The file appears whole or not at all,
// and of two processes that create it at once both get the same key. Its folder
// must exist.
func LoadOrCreateKey(path string) (PrivateKey, error) {
	key, err := LoadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	_, fresh, err := ed25519.GenerateKey(nil)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("generate key: %w", err)
	}
	err = writeKey(path, fresh)
	if errors.Is(err, fs.ErrExist) {
		return LoadKey(path)
	}
	if err != nil {
		return PrivateKey{}, fmt.Errorf("%w %s: create: %w", ErrKeyFile, path, err)
	}
	return hide(fresh), nil
}

func writeKey(path string, key ed25519.PrivateKey) (err error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(tmp.Name())) }()
	err = errors.Join(
		tmp.Chmod(keyFileMode),
		pem.Encode(tmp, &pem.Block{Type: pemType, Bytes: der}),
		tmp.Sync(),
		tmp.Close(),
	)
	if err != nil {
		return err
	}
	return os.Link(tmp.Name(), path) // unlike a rename it replaces nothing
}

// shellQuote leaves plain paths as they are.
func shellQuote(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-") == "" && !strings.HasPrefix(s, "-") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
