package scenario_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/apiclient"
)

// certificate makes one for this machine, and returns the files of it and its key, and a client's trust in it.
func certificate(t *testing.T) (certFile, keyFile string, trust *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	like := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, like, like, key.Public(), key)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	trust = &tls.Config{RootCAs: x509.NewCertPool()}
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	trust.RootCAs.AddCert(parsed)
	return certFile, keyFile, trust
}

// A system is not to be reached from other machines before somebody administers it and TLS keeps what passes; it says all that is missing.
// Then it is, by https alone.
func TestServeBeyondThisMachine(t *testing.T) {
	t.Parallel()
	p := prepare(t, "alder", address{})
	here, database := p.args, filepath.Join(filepath.Dir(p.log), "system.db")
	_, port, err := net.SplitHostPort(strings.TrimPrefix(p.home, "http://"))
	require.NoError(t, err)
	certFile, keyFile, trust := certificate(t)
	home := "https://localhost:" + port
	everywhere := []string{"-addr", "0.0.0.0:" + port}
	secured := append(slices.Clone(everywhere), "-tls-cert", certFile, "-tls-key", keyFile, "-url", home)
	with := func(flags []string) *process {
		p.args = append(slices.Clone(here), flags...)
		if err := os.Remove(p.log); !errors.Is(err, os.ErrNotExist) {
			require.NoError(t, err)
		}
		return p
	}
	const tlsMissing, urlMissing, nobody = "TLS: give -tls-cert and -tls-key", "give it as -url", "an administrator: start it on 127.0.0.1 first"

	said := with(everywhere).fails()
	for _, missing := range []string{`-addr "0.0.0.0:` + port + `" is not a loopback address`, tlsMissing, urlMissing, nobody} {
		require.Contains(t, said, missing)
	}
	said = with(secured).fails()
	require.Contains(t, said, nobody)
	require.NotContains(t, said, tlsMissing)
	require.NotContains(t, said, urlMissing)
	_, err = os.Stat(database)
	require.ErrorIs(t, err, os.ErrNotExist, "nothing was made")

	with(nil).start()
	require.NoError(t, p.stop(patience))
	said = with(everywhere).fails()
	require.Contains(t, said, tlsMissing)
	require.NotContains(t, said, nobody)

	out, printed := with(secured).launch(), make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(out)
		printed <- string(all)
	}()
	b := browserlike(t, &http.Transport{TLSClientConfig: trust})
	require.NoError(t, apiclient.Wait(t.Context(), func() (bool, error) {
		select {
		case <-p.gone:
			t.Fatalf("it ended: %s", p.logged())
		default:
		}
		resp, err := b.Get(home + "/readyz")
		if err != nil {
			return false, err
		}
		return resp.StatusCode == http.StatusOK, resp.Body.Close()
	}))
	status, _ := fetch(t, b, home+"/me")
	require.Equal(t, http.StatusSeeOther, status)
	resp, cookie := enter(t, b, home, operatorPassword)
	require.Equal(t, []any{http.StatusSeeOther, "/", "max-age=31536000"}, []any{resp.StatusCode, resp.Header.Get("Location"), resp.Header.Get("Strict-Transport-Security")})
	require.NotNil(t, cookie)
	require.Equal(t, []any{"__Host-mspkit-alder", true, true, "/", "", http.SameSiteLaxMode},
		[]any{cookie.Name, cookie.Secure, cookie.HttpOnly, cookie.Path, cookie.Domain, cookie.SameSite})
	status, text := fetch(t, b, home+"/me")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, operatorEmail)
	status, _ = fetch(t, b, "http://localhost:"+port+"/sign-in")
	require.Equal(t, http.StatusBadRequest, status, "nothing is said in clear")
	require.NoError(t, p.stop(patience))
	require.Regexp(t, `^alder listens on \S+:`+port+`, people come in at `+home+`, key \w+, partners reach it at `+home+`\n$`, <-printed, "no second link")
}
