package collabhttp

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// testKey is the same key for the same letter.
func testKey(t require.TestingT, letter string) PrivateKey {
	key, err := GenerateKey(strings.NewReader(strings.Repeat(letter, 32)))
	require.NoError(t, err)
	return key
}

// knows is a Verifier.Keys that pinned keys.
func knows(keys ...PrivateKey) func(context.Context, string) (ed25519.PublicKey, error) {
	return func(_ context.Context, id string) (ed25519.PublicKey, error) {
		for _, k := range keys {
			if k.ID() == id {
				return k.Public(), nil
			}
		}
		return nil, ErrUnknownKey
	}
}

func newRequest(t require.TestingT, method, target string, body []byte) *http.Request {
	r, err := http.NewRequest(method, target, bytes.NewReader(body))
	require.NoError(t, err)
	if isWrite(method) {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "run-7-page-1")
	}
	return r
}

// received is r as the other side's server reads it off the wire.
func received(t require.TestingT, r *http.Request) *http.Request {
	again := r.Clone(context.Background())
	body, err := r.GetBody()
	require.NoError(t, err)
	again.Body = body
	var wire bytes.Buffer
	require.NoError(t, again.Write(&wire))
	got, err := http.ReadRequest(bufio.NewReader(&wire))
	require.NoError(t, err)
	return got
}

// The vector of RFC 9421, appendix B.2.6: the signature base is the one printed
// there, and the signature over it verifies by the test key of B.1.4.
func TestSignatureBaseOfTheStandardsVector(t *testing.T) {
	t.Parallel()
	m := message{method: "POST", authority: "example.com", path: "/foo", query: "?param=Value&Pet=dog", header: http.Header{
		"Date":           {"Tue, 20 Apr 2021 02:07:55 GMT"},
		"Content-Type":   {"application/json"},
		"Content-Length": {"18"},
	}}
	components := []component{{name: "date"}, {name: "@method"}, {name: "@path"}, {name: "@authority"}, {name: "content-type"}, {name: "content-length"}}
	base, err := signatureBase(m, components, componentList(components)+`;created=1618884473;keyid="test-key-ed25519"`)
	require.NoError(t, err)
	want := `"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@authority": example.com
"content-type": application/json
"content-length": 18
"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"`
	if diff := cmp.Diff(want, string(base)); diff != "" {
		t.Fatal(diff)
	}
	sig, err := base64.StdEncoding.DecodeString("wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==")
	require.NoError(t, err)
	block, _ := pem.Decode([]byte("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n"))
	pub, err := x509.ParsePKIXPublicKey(block.Bytes)
	require.NoError(t, err)
	if !ed25519.Verify(pub.(ed25519.PublicKey), base, sig) {
		t.Fatal("the standard's signature does not verify over our base")
	}
	private, err := parseKey([]byte("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n"))
	require.NoError(t, err)
	ours, err := private.Sign(context.Background(), base)
	require.NoError(t, err)
	if !bytes.Equal(ours, sig) {
		t.Fatalf("our signature differs from the standard's: %x", ours)
	}
}

// What goes over the wire, kept word for word: another implementation reads this.
func TestSignedMessagesAreSpelledLikeThis(t *testing.T) {
	t.Parallel()
	key := testKey(t, "a")
	s := &Signer{Key: key, Authority: "birch.example", Now: at(noon), Rand: strings.NewReader("0123456789abcdefFEDCBA9876543210")}
	r := newRequest(t, "POST", "https://Birch.example:443/v1/shops%2F1?a=b", []byte(`{"n":1}`))
	require.NoError(t, s.SignRequest(r, []byte(`{"n":1}`)))
	h := http.Header{"Content-Type": {"application/json"}}
	require.NoError(t, s.SignResponse(r, 200, h, []byte("{}")))

	want := map[string]string{
		"digest":   "sha-256=:K/0U9D0X/HzqJOCReoh5tLL4gLi67sG52Q+6rWVecb0=:",
		"request":  `sig=("@method" "@authority" "@path" "@query" "content-digest" "content-type" "idempotency-key");created=1772625600;expires=1772625900;nonce="MDEyMzQ1Njc4OWFiY2RlZg";keyid="` + key.ID() + `";alg="ed25519";tag="mspkit-peer-v1"`,
		"response": `sig=("@status" "content-digest" "content-type" "@method";req "@authority";req "@path";req "@query";req "content-digest";req "idempotency-key";req "signature";key="sig";req);created=1772625600;expires=1772625900;nonce="RkVEQ0JBOTg3NjU0MzIxMA";keyid="` + key.ID() + `";alg="ed25519";tag="mspkit-peer-v1-response"`,
	}
	got := map[string]string{"digest": r.Header.Get("Content-Digest"), "request": r.Header.Get("Signature-Input"), "response": h.Get("Signature-Input")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

// alder asks birch over a real connection, with a handler under a stripped
// prefix, and each side verifies what the other signed.
func TestSignaturesHoldOverHTTP(t *testing.T) {
	t.Parallel()
	alder, birch := testKey(t, "a"), testKey(t, "b")
	var verifier Verifier
	var answer Signer
	mux := http.NewServeMux()
	mux.Handle("/peer/", http.StripPrefix("/peer", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := readBody(r.Body, 1<<20)
		if err == nil {
			_, err = verifier.VerifyRequest(r, body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		reply := []byte("{}")
		if r.Method == http.MethodHead {
			reply = nil
		}
		w.Header().Set("Content-Type", "application/json")
		if err := answer.SignResponse(r, http.StatusCreated, w.Header(), reply); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(reply)
	})))
	srv := httptest.NewServer(mux)
	defer srv.Close()
	base, err := url.Parse(srv.URL)
	require.NoError(t, err)
	verifier = Verifier{Keys: knows(alder), Authority: Authority(base)}
	answer = Signer{Key: birch, Authority: Authority(base)}

	client := NewHTTPClient(DialPolicy{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	defer client.CloseIdleConnections()
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		for _, target := range []string{"/peer/v1/projects", "/peer/v1/a%2Fb%20c/%C3%BC?x=1&y=%26", "/peer/~%7E/;v=1?", "/peer/?a=%zz;"} {
			var body []byte
			if isWrite(method) {
				body = []byte(`{"page":1}`)
			}
			req := newRequest(t, method, srv.URL+target, body)
			require.NoError(t, (&Signer{Key: alder}).SignRequest(req, body))
			resp, err := client.Do(req)
			require.NoError(t, err)
			reply, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			require.NoError(t, err)
			if resp.StatusCode != http.StatusCreated {
				t.Fatalf("%s %s: %s %s", method, target, resp.Status, reply)
			}
			got, err := (&Verifier{Keys: knows(birch)}).VerifyResponse(resp, reply, req)
			if err != nil || got.KeyID != birch.ID() {
				t.Fatalf("%s %s: %v, key %q", method, target, err, got.KeyID)
			}
		}
	}
}

func TestSigningIsRefused(t *testing.T) {
	t.Parallel()
	signer := &Signer{Key: testKey(t, "a"), Authority: "birch.example", Now: at(noon)}
	bad := func(edit func(r *http.Request)) *http.Request {
		r := newRequest(t, "POST", "https://birch.example/v1", nil)
		edit(r)
		return r
	}
	for name, c := range map[string]struct {
		r    *http.Request
		body string
		want error
	}{
		"a read with a body":        {newRequest(t, "GET", "https://birch.example/v1", nil), "x", ErrMethod},
		"another method":            {newRequest(t, "OPTIONS", "https://birch.example/v1", nil), "", ErrMethod},
		"no content type":           {bad(func(r *http.Request) { r.Header.Del("Content-Type") }), "", ErrField},
		"no idempotency key":        {bad(func(r *http.Request) { r.Header.Del("Idempotency-Key") }), "", ErrField},
		"two idempotency keys":      {bad(func(r *http.Request) { r.Header.Add("Idempotency-Key", "b") }), "", ErrField},
		"a key with a line feed":    {bad(func(r *http.Request) { r.Header.Set("Idempotency-Key", "a\nb") }), "", ErrField},
		"a query with a line feed":  {bad(func(r *http.Request) { r.URL.RawQuery = "a\n\"@path\": /b" }), "", ErrField},
		"an opaque target":          {bad(func(r *http.Request) { r.URL = &url.URL{Scheme: "https", Opaque: "//other.example/v1"} }), "", ErrTarget},
		"two spellings of a header": {bad(func(r *http.Request) { r.Header["content-type"] = []string{"text/plain"} }), "", ErrField},
	} {
		if err := signer.SignRequest(c.r, []byte(c.body)); !isReason(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if c.r.Header.Get("Signature") != "" {
			t.Errorf("%s: it was signed", name)
		}
	}
	unsigned := newRequest(t, "GET", "https://birch.example/v1", nil)
	header := http.Header{"Content-Type": {"application/json"}}
	if err := signer.SignResponse(unsigned, 200, header, nil); !isReason(err, ErrUnsigned) {
		t.Errorf("response to an unsigned request: %v", err)
	}
}

func TestAuthorityIsNormalized(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://Birch.Example":         "birch.example",
		"https://birch.example:443/x":   "birch.example",
		"https://birch.example:80":      "birch.example:80",
		"http://birch.example:80":       "birch.example",
		"http://127.0.0.1:8081":         "127.0.0.1:8081",
		"https://[2606:4700::1111]:443": "[2606:4700::1111]",
		"https://birch.example:":        "birch.example",
	} {
		u, err := url.Parse(raw)
		require.NoError(t, err)
		if got := Authority(u); got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
}

// Whatever is signed verifies on the other side, and not after any byte of a
// covered part changed.
func TestEveryCoveredByteCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := testKey(t, rapid.StringMatching("[a-z]").Draw(t, "key"))
		method := rapid.SampledFrom([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}).Draw(t, "method")
		u := &url.URL{Scheme: "https", Host: "birch.example", Path: "/" + rapid.StringN(0, 20, 60).Draw(t, "path"), RawQuery: url.QueryEscape(rapid.StringN(0, 20, 60).Draw(t, "query"))}
		var body []byte
		if isWrite(method) {
			body = rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "body")
		}
		req := newRequest(t, method, u.String(), body)
		if isWrite(method) {
			req.Header.Set("Idempotency-Key", rapid.StringMatching(`[!-+\--~]{1,40}`).Draw(t, "idempotency key"))
		}
		signer := &Signer{Key: key, Authority: "birch.example", Now: at(noon)}
		require.NoError(t, signer.SignRequest(req, body))
		got := received(t, req)
		verifier := &Verifier{Keys: knows(key), Authority: "birch.example", Now: at(noon.Add(time.Minute))}
		_, err := verifier.VerifyRequest(got, body)
		require.NoError(t, err)
		reply := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "reply")
		resp := &http.Response{StatusCode: rapid.IntRange(200, 599).Draw(t, "status"), Header: http.Header{"Content-Type": {"application/json"}}}
		require.NoError(t, signer.SignResponse(got, resp.StatusCode, resp.Header, reply))
		_, err = verifier.VerifyResponse(resp, reply, req)
		require.NoError(t, err)

		flip := func(s string) string {
			b := []byte(s)
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= rapid.ByteRange(1, 255).Draw(t, "with")
			return string(b)
		}
		parts := []string{"method", "target", "Signature", "Signature-Input"}
		if isWrite(method) {
			parts = append(parts, "Content-Digest", "Content-Type", "Idempotency-Key")
		}
		if len(body) > 0 {
			parts = append(parts, "body")
		}
		switch part := rapid.SampledFrom(parts).Draw(t, "part"); part {
		case "method":
			got.Method = flip(got.Method)
		case "target":
			got.RequestURI = flip(got.RequestURI)
		case "body":
			body = []byte(flip(string(body)))
		default:
			got.Header.Set(part, flip(got.Header.Get(part)))
		}
		if _, err := verifier.VerifyRequest(got, body); err == nil {
			t.Fatal("a changed request was accepted")
		}

		parts = []string{"status", "Signature", "Signature-Input", "Content-Digest", "Content-Type"}
		if len(reply) > 0 {
			parts = append(parts, "body")
		}
		switch part := rapid.SampledFrom(parts).Draw(t, "response part"); part {
		case "status":
			resp.StatusCode ^= rapid.IntRange(1, 255).Draw(t, "with")
		case "body":
			reply = []byte(flip(string(reply)))
		default:
			resp.Header.Set(part, flip(resp.Header.Get(part)))
		}
		if _, err := verifier.VerifyResponse(resp, reply, req); err == nil {
			t.Fatal("a changed response was accepted")
		}
	})
}
