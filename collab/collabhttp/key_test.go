package collabhttp

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func TestKeyFileIsMadeOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "alder.key")
	if _, err := LoadKey(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("missing file: %v", err)
	}
	var wg sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		wg.Go(func() {
			key, err := LoadOrCreateKey(path)
			if err != nil {
				t.Error(err)
			}
			ids[i] = key.ID()
		})
	}
	wg.Wait()
	again, err := LoadKey(path)
	require.NoError(t, err)
	for _, id := range ids {
		if id != again.ID() || id == "" {
			t.Fatalf("keys differ: %v, file has %s", ids, again.ID())
		}
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	if len(entries) != 1 {
		t.Fatalf("left behind: %v", entries)
	}
	info, err := os.Stat(path)
	require.NoError(t, err)
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v", info.Mode())
	}
}

func TestKeyFileThatOthersCanUseIsRefused(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("permission bits say nothing on Windows")
	}
	path := filepath.Join(t.TempDir(), "it's mine.key")
	want, err := LoadOrCreateKey(path)
	require.NoError(t, err)
	for _, mode := range []fs.FileMode{0o644, 0o640, 0o604, 0o620, 0o601, 0o777} {
		require.NoError(t, os.Chmod(path, mode))
		_, err := LoadOrCreateKey(path)
		if !errors.Is(err, ErrKeyFile) || !strings.Contains(err.Error(), `chmod 600 '`+strings.ReplaceAll(path, "'", `'\''`)+`'`) {
			t.Errorf("%04o: %v", mode, err)
		}
	}
	for _, mode := range []fs.FileMode{0o600, 0o400} {
		require.NoError(t, os.Chmod(path, mode))
		got, err := LoadOrCreateKey(path)
		if err != nil || got.ID() != want.ID() {
			t.Errorf("%04o: %v", mode, err)
		}
	}
}

func TestKeyFileOfAnotherKindIsRefused(t *testing.T) {
	t.Parallel()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(other)
	require.NoError(t, err)
	ours, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(make([]byte, 32)))
	require.NoError(t, err)
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"empty":       "",
		"text":        "hunter2",
		"ecdsa":       block("PRIVATE KEY", der),
		"other type":  block("EC PRIVATE KEY", ours),
		"cut":         block("PRIVATE KEY", ours[:20]),
		"two keys":    block("PRIVATE KEY", ours) + block("PRIVATE KEY", ours),
		"very large":  block("PRIVATE KEY", ours) + strings.Repeat("\n", maxKeyFile),
		"rubbish end": block("PRIVATE KEY", ours) + "hunter2",
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, err := LoadOrCreateKey(path)
		if !errors.Is(err, ErrKeyFile) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != content {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := LoadKey(dir); !errors.Is(err, ErrKeyFile) {
		t.Errorf("folder: %v", err)
	}
	if _, err := LoadOrCreateKey(filepath.Join(dir, "no", "such", "folder")); !errors.Is(err, ErrKeyFile) {
		t.Errorf("no folder: %v", err)
	}
}

func TestPrivateKeyIsNeverPrinted(t *testing.T) {
	t.Parallel()
	key := testKey(t, "S") // the seed is SSSS...
	type holder struct {
		Key    PrivateKey
		hidden PrivateKey
	}
	h := holder{key, key}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p"} {
		fmt.Fprintf(&out, verb+"\n", key)
		fmt.Fprintf(&out, verb+"\n", &key)
		fmt.Fprintf(&out, verb+"\n", h)
		fmt.Fprintf(&out, verb+"\n", &Signer{Key: key})
	}
	text, err := json.Marshal(h)
	require.NoError(t, err)
	out.Write(text)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "key", key, "holder", h)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "key", key, "holder", h)
	for _, leak := range []string{"SSSS", "5353", "83 83", "0x53", "U1NT"} {
		if strings.Contains(out.String(), leak) {
			t.Fatalf("printed %q in:\n%s", leak, out.String())
		}
	}
	if got, want := fmt.Sprint(key), "PrivateKey("+key.ID()+")"; got != want {
		t.Fatalf("prints %q, want %q", got, want)
	}
}

func TestFingerprintIsShortAndKeptForEver(t *testing.T) {
	t.Parallel()
	pub := testKey(t, "a").Public()
	got := map[string]string{"id": KeyID(pub), "fingerprint": Fingerprint(pub)}
	// sha256sum of the 32 public bytes begins a3c761e56d55f45e06a31c3c7e32f79cfba417d3.
	want := map[string]string{"id": "updwdzlnkx2f4bvddq6h4mxxtt52if6t", "fingerprint": "UPDW-DZLN-KX2F-4BVD-DQ6H-4MXX"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	if !regexp.MustCompile(`^([A-Z2-7]{4}-){5}[A-Z2-7]{4}$`).MatchString(Fingerprint(pub)) {
		t.Fatal(Fingerprint(pub))
	}
	if Fingerprint(testKey(t, "b").Public()) == Fingerprint(pub) {
		t.Fatal("two keys, one fingerprint")
	}
}
