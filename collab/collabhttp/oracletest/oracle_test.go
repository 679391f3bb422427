// Package oracletest compares the signatures of collabhttp with those of an
// independent implementation of RFC 9421. It is a module of its own, so that
// what it needs stays out of everyone else's builds.
package oracletest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/yaronf/httpsign"

	"github.com/mspkit/mspkit/collab/collabhttp"
)

const (
	requestTag  = "mspkit-peer-v1"
	responseTag = "mspkit-peer-v1-response"
	authority   = "birch.example"
)

// rawKey is a collabhttp.Key of the same seed that the oracle is given.
type rawKey struct{ private ed25519.PrivateKey }

func (k rawKey) public() ed25519.PublicKey { return k.private.Public().(ed25519.PublicKey) }
func (k rawKey) ID() string                { return collabhttp.KeyID(k.public()) }
func (k rawKey) Sign(_ context.Context, message []byte) ([]byte, error) {
	return ed25519.Sign(k.private, message), nil
}

var (
	alder = rawKey{ed25519.NewKeyFromSeed(bytes.Repeat([]byte("a"), 32))}
	birch = rawKey{ed25519.NewKeyFromSeed(bytes.Repeat([]byte("b"), 32))}
)

func keys(_ context.Context, id string) (ed25519.PublicKey, error) {
	for _, k := range []rawKey{alder, birch} {
		if k.ID() == id {
			return k.public(), nil
		}
	}
	return nil, collabhttp.ErrUnknownKey
}

func isWrite(method string) bool { return method != "GET" && method != "HEAD" }

// requestFields and responseFields spell the profile anew in the oracle's terms.
func requestFields(method string) httpsign.Fields {
	f := httpsign.Headers("@method", "@authority", "@path", "@query")
	if isWrite(method) {
		f.AddHeaders("content-digest", "content-type", "idempotency-key")
	}
	return f
}

func responseFields(method string) httpsign.Fields {
	f := httpsign.Headers("@status", "content-digest", "content-type")
	of := []string{"@method", "@authority", "@path", "@query"}
	if isWrite(method) {
		of = append(of, "content-digest", "idempotency-key")
	}
	for _, name := range of {
		f.AddHeaderExt(name, false, false, true, false)
	}
	return *f.AddDictHeaderExt("signature", "sig", false, true, false)
}

func oracleSigner(t *testing.T, key rawKey, tag string, fields httpsign.Fields) httpsign.Signer {
	t.Helper()
	config := httpsign.NewSignConfig().SetKeyID(key.ID()).SetTag(tag).SignAlg(true).SignCreated(true).
		SetExpires(time.Now().Add(4 * time.Minute).Unix()).SetNonce(base64.RawURLEncoding.EncodeToString([]byte("0123456789abcdef")))
	s, err := httpsign.NewEd25519Signer(key.private, config, fields)
	if err != nil {
		t.Fatal(err)
	}
	return *s
}

func oracleVerifier(t *testing.T, key rawKey, tag string, fields httpsign.Fields) httpsign.Verifier {
	t.Helper()
	config := httpsign.NewVerifyConfig().SetKeyID(key.ID()).SetAllowedTags([]string{tag}).SetAllowedAlgs([]string{"ed25519"})
	v, err := httpsign.NewEd25519Verifier(key.public(), config, fields)
	if err != nil {
		t.Fatal(err)
	}
	return *v
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
}

// read is r as a server reads it off the wire.
func read(t *testing.T, r *http.Request) (*http.Request, []byte) {
	t.Helper()
	again := r.Clone(context.Background())
	var wire bytes.Buffer
	body, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	again.Body = body
	if err := again.Write(&wire); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	got.Body = io.NopCloser(bytes.NewReader(content))
	return got, content
}

// each runs f for every method over targets with and without escapes and query.
func each(t *testing.T, f func(t *testing.T, request *http.Request, body, reply []byte, status int)) {
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		for i, target := range []string{"/", "/v1/projects", "/v1/a%2Fb%20c/%C3%BC?x=1&y=%26", "/v1?after=500"} {
			t.Run(fmt.Sprintf("%s %s", method, url.PathEscape(target)), func(t *testing.T) {
				t.Parallel()
				body := []byte{}
				if isWrite(method) {
					body = []byte(`{"page":` + fmt.Sprint(i) + `}`)
				}
				r, err := http.NewRequest(method, "https://"+authority+target, bytes.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				if isWrite(method) {
					r.Header.Set("Content-Type", "application/json")
					r.Header.Set("Idempotency-Key", "run-7-page-1")
				}
				f(t, r, body, []byte(`{"ok":true}`), 200+i)
			})
		}
	}
}

func TestOracleVerifiesOurs(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *http.Request, body, reply []byte, status int) {
		if err := (&collabhttp.Signer{Key: alder}).SignRequest(r, body); err != nil {
			t.Fatal(err)
		}
		got, _ := read(t, r)
		if err := httpsign.VerifyRequest("sig", oracleVerifier(t, alder, requestTag, requestFields(r.Method)), got); err != nil {
			t.Fatal(err)
		}
		resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(reply))}
		if err := (&collabhttp.Signer{Key: birch, Authority: authority}).SignResponse(got, status, resp.Header, reply); err != nil {
			t.Fatal(err)
		}
		verifier := oracleVerifier(t, birch, responseTag, responseFields(r.Method))
		if err := httpsign.VerifyResponse("sig", verifier, resp, r); err != nil {
			t.Fatal(err)
		}
		other := r.Clone(context.Background())
		other.URL.RawQuery += "&other"
		if err := httpsign.VerifyResponse("sig", verifier, resp, other); err == nil {
			t.Fatal("the oracle takes the response for an answer to another request")
		}
	})
}

func TestWeVerifyTheOracles(t *testing.T) {
	t.Parallel()
	set := func(t *testing.T, h http.Header, input, signature string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		h.Set("Signature-Input", input)
		h.Set("Signature", signature)
	}
	each(t, func(t *testing.T, r *http.Request, body, reply []byte, status int) {
		if isWrite(r.Method) {
			r.Header.Set("Content-Digest", digest(body))
		}
		input, signature, err := httpsign.SignRequest("sig", oracleSigner(t, alder, requestTag, requestFields(r.Method)), r)
		set(t, r.Header, input, signature, err)
		got, content := read(t, r)
		verified, err := (&collabhttp.Verifier{Keys: keys, Authority: authority}).VerifyRequest(got, content)
		if err != nil || verified.KeyID != alder.ID() {
			t.Fatal(err, verified)
		}
		resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}, "Content-Digest": {digest(reply)}}}
		input, signature, err = httpsign.SignResponse("sig", oracleSigner(t, birch, responseTag, responseFields(r.Method)), resp, got)
		set(t, resp.Header, input, signature, err)
		verified, err = (&collabhttp.Verifier{Keys: keys}).VerifyResponse(resp, reply, r)
		if err != nil || verified.KeyID != birch.ID() {
			t.Fatal(err, verified)
		}
	})
}
