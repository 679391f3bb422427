package collabhttp

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func isReason(err, want error) bool { return errors.Is(err, want) && errors.Is(err, ErrSignature) }

var sentBody = []byte(`{"shop":501}`)

const sentTarget = "https://birch.example/v1/projects/p%2F1/shops?after=500"

// signedPost is a write as birch receives it, valid in every way.
func signedPost(t *testing.T, key PrivateKey) *http.Request {
	r := newRequest(t, "POST", sentTarget, sentBody)
	require.NoError(t, (&Signer{Key: key, Now: at(noon)}).SignRequest(r, sentBody))
	return received(t, r)
}

// resign puts a valid signature over components and the parameters edited, for
// what has a good signature and is refused all the same.
func resign(t *testing.T, r *http.Request, key PrivateKey, components []component, edit func(params string) string) {
	t.Helper()
	old := r.Header.Get("Signature-Input")
	_, params, found := strings.Cut(old, ")")
	require.True(t, found)
	input := componentList(components) + edit(params)
	m, err := requestMessage(r, "birch.example")
	require.NoError(t, err)
	base, err := signatureBase(m, components, input)
	require.NoError(t, err)
	sig, err := key.Sign(context.Background(), base)
	require.NoError(t, err)
	r.Header.Set("Signature-Input", "sig="+input)
	r.Header.Set("Signature", "sig=:"+base64.StdEncoding.EncodeToString(sig)+":")
}

func TestVerifiedTellsWhoAndWhen(t *testing.T) {
	t.Parallel()
	key := testKey(t, "a")
	r := newRequest(t, "POST", sentTarget, sentBody)
	require.NoError(t, (&Signer{Key: key, Now: at(noon), Rand: strings.NewReader("0123456789abcdef")}).SignRequest(r, sentBody))
	got, err := (&Verifier{Keys: knows(key), Authority: "birch.example", Now: at(noon)}).VerifyRequest(received(t, r), sentBody)
	require.NoError(t, err)
	want := Verified{KeyID: key.ID(), Nonce: "MDEyMzQ1Njc4OWFiY2RlZg", Created: noon, Expires: noon.Add(5 * time.Minute)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestChangedRequestIsRefused(t *testing.T) {
	t.Parallel()
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	add := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Add(name, value) }
	}
	del := func(name string) func(*http.Request) { return func(r *http.Request) { r.Header.Del(name) } }
	replace := func(name, old, with string) func(*http.Request) {
		return func(r *http.Request) {
			v := r.Header.Get(name)
			if !strings.Contains(v, old) {
				panic(v + " lacks " + old)
			}
			r.Header.Set(name, strings.Replace(v, old, with, 1))
		}
	}
	target := func(s string) func(*http.Request) { return func(r *http.Request) { r.RequestURI = s } }
	method := func(s string) func(*http.Request) { return func(r *http.Request) { r.Method = s } }
	key := testKey(t, "a")
	for name, c := range map[string]struct {
		edit func(*http.Request)
		want error // nil: accepted all the same
	}{
		"nothing":                        {func(*http.Request) {}, nil},
		"host field, as a proxy does":    {func(r *http.Request) { r.Host = "10.0.0.7:8080" }, nil},
		"a field that is not covered":    {set("X-Trace", "1"), nil},
		"another write":                  {method("PUT"), ErrBadSignature},
		"write to read":                  {method("GET"), ErrMethod},
		"method outside the profile":     {method("CONNECT"), ErrMethod},
		"path":                           {target("/v1/projects/p%2F2/shops?after=500"), ErrBadSignature},
		"escape decoded":                 {target("/v1/projects/p/1/shops?after=500"), ErrBadSignature},
		"escape in other case":           {target("/v1/projects/p%2f1/shops?after=500"), ErrBadSignature},
		"escape added":                   {target("/v1/%70rojects/p%2F1/shops?after=500"), ErrBadSignature},
		"query":                          {target("/v1/projects/p%2F1/shops?after=0"), ErrBadSignature},
		"query dropped":                  {target("/v1/projects/p%2F1/shops"), ErrBadSignature},
		"absolute target":                {target(sentTarget), ErrTarget},
		"digest of another body":         {set("Content-Digest", contentDigest(nil)), ErrDigest},
		"digest in another algorithm":    {set("Content-Digest", "sha-512=:AAAA:"), ErrDigest},
		"digest with a second":           {set("Content-Digest", contentDigest(sentBody)+", sha-512=:AAAA:"), ErrDigest},
		"digest twice":                   {add("Content-Digest", contentDigest(sentBody)), ErrField},
		"no digest":                      {del("Content-Digest"), ErrField},
		"content type":                   {set("Content-Type", "text/plain"), ErrBadSignature},
		"content type twice":             {add("Content-Type", "application/json"), ErrField},
		"content type folded":            {set("Content-Type", "application/json, application/json"), ErrField},
		"no content type":                {del("Content-Type"), ErrField},
		"idempotency key":                {set("Idempotency-Key", "run-7-page-2"), ErrBadSignature},
		"idempotency key twice":          {add("Idempotency-Key", "run-7-page-1"), ErrField},
		"idempotency key folded":         {set("Idempotency-Key", "run-7-page-1,run-7-page-1"), ErrField},
		"idempotency key over two lines": {set("Idempotency-Key", "run-7\r\n page-1"), ErrField},
		"idempotency key with blanks":    {set("Idempotency-Key", " run-7-page-1"), ErrField},
		"no idempotency key":             {del("Idempotency-Key"), ErrField},
		"unsigned":                       {func(r *http.Request) { r.Header.Del("Signature"); r.Header.Del("Signature-Input") }, ErrUnsigned},
		"no signature":                   {del("Signature"), ErrUnsigned},
		"no signature input":             {del("Signature-Input"), ErrUnsigned},
		"signature twice":                {add("Signature", "sig=:AAAA:"), ErrField},
		"signature input twice":          {add("Signature-Input", "sig=()"), ErrField},
		"two signatures":                 {replace("Signature", "sig=", "b=:AAAA:, sig="), ErrSignatureCount},
		"two inputs":                     {replace("Signature-Input", "sig=", "b=(), sig="), ErrSignatureCount},
		"label repeated":                 {replace("Signature-Input", "sig=", "sig=(), sig="), ErrMalformed},
		"other label of the signature":   {replace("Signature", "sig=", "sig1="), ErrLabel},
		"other label of the input":       {replace("Signature-Input", "sig=", "sig1="), ErrLabel},
		"signature flipped":              {set("Signature", "sig=:"+base64.StdEncoding.EncodeToString(make([]byte, 64))+":"), ErrBadSignature},
		"signature too short":            {set("Signature", "sig=:AAAA:"), ErrMalformed},
		"signature as a string":          {set("Signature", `sig="AAAA"`), ErrMalformed},
		"signature as a list":            {set("Signature", `sig=(:AAAA:)`), ErrMalformed},
		"signature with a parameter":     {func(r *http.Request) { r.Header.Set("Signature", r.Header.Get("Signature")+";a") }, ErrMalformed},
		"signature in loose base64":      {replace("Signature", "==:", ":"), ErrMalformed},
		"signature input is no list":     {set("Signature-Input", `sig="x"`), ErrMalformed},
		"signature input is rubbish":     {set("Signature-Input", `sig=(((`), ErrMalformed},
		"signature input is endless":     {replace("Signature-Input", ";tag", ";x=\""+strings.Repeat("x", 3000)+"\";tag"), ErrMalformed},
		"blank inside":                   {replace("Signature-Input", ";nonce", "; nonce"), ErrMalformed},
		"parameter repeated":             {replace("Signature-Input", ";nonce", ";created=1;nonce"), ErrMalformed},
		"created":                        {replace("Signature-Input", "created=1772625600", "created=1772625601"), ErrBadSignature},
		"expires":                        {replace("Signature-Input", "expires=1772625900", "expires=1772625899"), ErrBadSignature},
		"nonce":                          {replace("Signature-Input", `nonce="`, `nonce="AAAA`), ErrBadSignature},
		"key id":                         {replace("Signature-Input", `keyid="`, `keyid="x`), ErrUnknownKey},
	} {
		r := signedPost(t, key)
		c.edit(r)
		verifier := &Verifier{Keys: knows(key), Authority: "birch.example", Now: at(noon)}
		_, err := verifier.VerifyRequest(r, sentBody)
		if c.want == nil && err != nil || c.want != nil && !isReason(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := (&Verifier{Keys: knows(key), Authority: "birch.example", Now: at(noon)}).VerifyRequest(signedPost(t, key), []byte("{}")); !isReason(err, ErrDigest) {
		t.Errorf("body: %v", err)
	}
	if _, err := (&Verifier{Keys: knows(key), Authority: "cedar.example", Now: at(noon)}).VerifyRequest(signedPost(t, key), sentBody); !isReason(err, ErrBadSignature) {
		t.Errorf("played to another system: %v", err)
	}
}

// A signature of the right key that is valid by the standard is refused when
// anything in it departs from the profile.
func TestSignatureOutsideTheProfileIsRefused(t *testing.T) {
	t.Parallel()
	write, err := requestComponents("POST", nil)
	require.NoError(t, err)
	swapped := append([]component{write[1], write[0]}, write[2:]...)
	params := func(old, with string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				panic(s + " lacks " + old)
			}
			return strings.Replace(s, old, with, 1)
		}
	}
	same := func(s string) string { return s }
	without := func(name string) func(string) string {
		return func(s string) string {
			before, after, _ := strings.Cut(s, ";"+name+"=")
			_, rest, more := strings.Cut(after, ";")
			if more {
				rest = ";" + rest
			}
			return before + rest
		}
	}
	key := testKey(t, "a")
	for name, c := range map[string]struct {
		components []component
		edit       func(string) string
		want       error
	}{
		"none":                       {write, same, nil},
		"parameters in other order":  {write, func(s string) string { return `;tag="mspkit-peer-v1"` + without("tag")(s) }, nil},
		"extra component":            {append(write[:7:7], component{name: "user-agent"}), same, ErrComponents},
		"list of reads for a write":  {write[:4], same, ErrComponents},
		"no component at all":        {nil, same, ErrComponents},
		"components in other order":  {swapped, same, ErrComponents},
		"foreign tag":                {write, params(`tag="mspkit-peer-v1"`, `tag="other"`), ErrTag},
		"tag of responses":           {write, params(`tag="mspkit-peer-v1"`, `tag="mspkit-peer-v1-response"`), ErrTag},
		"tag as a token":             {write, params(`tag="mspkit-peer-v1"`, `tag=mspkit-peer-v1`), ErrMalformed},
		"wrong algorithm":            {write, params(`"ed25519"`, `"hmac-sha256"`), ErrAlgorithm},
		"unknown parameter":          {write, params(`;tag`, `;x=1;tag`), ErrUnknownParam},
		"no created":                 {write, without("created"), ErrMissingParam},
		"no expires":                 {write, without("expires"), ErrMissingParam},
		"no nonce":                   {write, without("nonce"), ErrMissingParam},
		"no key id":                  {write, without("keyid"), ErrMissingParam},
		"no algorithm":               {write, without("alg"), ErrMissingParam},
		"no tag":                     {write, without("tag"), ErrMissingParam},
		"created as a decimal":       {write, params("created=1772625600", "created=1772625600.0"), ErrMalformed},
		"created as a string":        {write, params("created=1772625600", `created="1772625600"`), ErrMalformed},
		"short nonce":                {write, func(s string) string { return params(`;tag`, `;nonce="AAAA";tag`)(without("nonce")(s)) }, ErrNonce},
		"nonce is not base64url":     {write, params(`nonce="`, `nonce="++//`), ErrNonce},
		"empty key id":               {write, func(s string) string { return params(`;tag`, `;keyid="";tag`)(without("keyid")(s)) }, ErrUnknownKey},
		"lives too long":             {write, params("expires=1772625900", "expires=1772625901"), ErrLifetime},
		"expires when it is created": {write, params("expires=1772625900", "expires=1772625600"), ErrLifetime},
		"expires before":             {write, params("expires=1772625900", "expires=1"), ErrLifetime},
	} {
		r := signedPost(t, key)
		resign(t, r, key, c.components, c.edit)
		_, err := (&Verifier{Keys: knows(key), Authority: "birch.example", Now: at(noon)}).VerifyRequest(r, sentBody)
		if c.want == nil && err != nil || c.want != nil && !isReason(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestTimesOfSigningAreChecked(t *testing.T) {
	t.Parallel()
	key := testKey(t, "a")
	for name, c := range map[string]struct {
		now, allowed time.Duration // the verifier's clock after noon
		want         error
		skew         time.Duration
	}{
		"same time":                  {0, 0, nil, 0},
		"sender five minutes ahead":  {-5 * time.Minute, 0, nil, 0},
		"sender further ahead":       {-5*time.Minute - time.Second, 0, ErrSkew, 5*time.Minute + time.Second},
		"sender five minutes behind": {5 * time.Minute, 0, nil, 0},
		"sender further behind":      {5*time.Minute + time.Second, 0, ErrSkew, -5*time.Minute - time.Second},
		"a year behind":              {365 * 24 * time.Hour, 0, ErrSkew, -365 * 24 * time.Hour},
		"a minute allowed":           {61 * time.Second, time.Minute, ErrSkew, -61 * time.Second},
		"expired, an hour allowed":   {5*time.Minute + time.Second, time.Hour, ErrExpired, 0},
	} {
		_, err := (&Verifier{Keys: knows(key), Authority: "birch.example", Now: at(noon.Add(c.now)), Skew: c.allowed}).VerifyRequest(signedPost(t, key), sentBody)
		if c.want == nil && err != nil || c.want != nil && !isReason(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		var skew *SkewError
		if errors.As(err, &skew) && skew.Skew != c.skew {
			t.Errorf("%s: skew %v, want %v", name, skew.Skew, c.skew)
		}
	}
}

func TestKeysDecideWhoIsKnown(t *testing.T) {
	t.Parallel()
	down := errors.New("database is down")
	for name, c := range map[string]struct {
		key  ed25519.PublicKey
		err  error
		want error
	}{
		"another key under the id": {testKey(t, "b").Public(), nil, ErrBadSignature},
		"no key":                   {nil, nil, ErrUnknownKey},
		"half a key":               {testKey(t, "a").Public()[:16], nil, ErrUnknownKey},
		"revoked":                  {nil, ErrUnknownKey, ErrUnknownKey},
		"cannot tell":              {nil, down, down},
	} {
		v := &Verifier{Authority: "birch.example", Now: at(noon), Keys: func(context.Context, string) (ed25519.PublicKey, error) { return c.key, c.err }}
		_, err := v.VerifyRequest(signedPost(t, testKey(t, "a")), sentBody)
		if !errors.Is(err, c.want) || errors.Is(err, ErrSignature) != (c.want != down) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestResponseAnswersOneRequestOnly(t *testing.T) {
	t.Parallel()
	alder, birch := testKey(t, "a"), testKey(t, "b")
	signer := &Signer{Key: alder, Now: at(noon)}
	reply := []byte(`{"ok":true}`)
	// ask signs a request, answer answers it.
	ask := func(method, target, idempotencyKey, body string) *http.Request {
		r := newRequest(t, method, target, []byte(body))
		if isWrite(method) {
			r.Header.Set("Idempotency-Key", idempotencyKey)
		}
		require.NoError(t, signer.SignRequest(r, []byte(body)))
		return r
	}
	answer := func(r *http.Request) *http.Response {
		resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}}
		require.NoError(t, (&Signer{Key: birch, Authority: "birch.example", Now: at(noon)}).SignResponse(received(t, r), 200, resp.Header, reply))
		return resp
	}
	verifier := &Verifier{Keys: knows(birch), Now: at(noon)}
	for name, c := range map[string]struct{ sent, other *http.Request }{
		"read: same again":  {ask("GET", sentTarget, "", ""), ask("GET", sentTarget, "", "")},
		"read: method":      {ask("GET", sentTarget, "", ""), ask("HEAD", sentTarget, "", "")},
		"read: path":        {ask("GET", sentTarget, "", ""), ask("GET", "https://birch.example/v1/projects/p/1/shops?after=500", "", "")},
		"read: query":       {ask("GET", sentTarget, "", ""), ask("GET", sentTarget+"0", "", "")},
		"read: host":        {ask("GET", sentTarget, "", ""), ask("GET", strings.Replace(sentTarget, "birch", "cedar", 1), "", "")},
		"write: same again": {ask("POST", sentTarget, "k1", "{}"), ask("POST", sentTarget, "k1", "{}")},
		"write: method":     {ask("POST", sentTarget, "k1", "{}"), ask("PUT", sentTarget, "k1", "{}")},
		"write: path":       {ask("POST", sentTarget, "k1", "{}"), ask("POST", "https://birch.example/v1/projects/p%2f1/shops?after=500", "k1", "{}")},
		"write: query":      {ask("POST", sentTarget, "k1", "{}"), ask("POST", sentTarget+"&x", "k1", "{}")},
		"write: key":        {ask("POST", sentTarget, "k1", "{}"), ask("POST", sentTarget, "k2", "{}")},
		"write: body":       {ask("POST", sentTarget, "k1", "{}"), ask("POST", sentTarget, "k1", "[]")},
	} {
		resp := answer(c.sent)
		if _, err := verifier.VerifyResponse(resp, reply, c.sent); err != nil {
			t.Errorf("%s: to its own request: %v", name, err)
		}
		if _, err := verifier.VerifyResponse(resp, reply, c.other); !isReason(err, ErrBadSignature) {
			t.Errorf("%s: to the other: %v", name, err)
		}
		if strings.HasSuffix(name, "same again") {
			continue
		}
		// Each component binds by itself, not only through the request's signature.
		c.other.Header.Set("Signature", c.sent.Header.Get("Signature"))
		if _, err := verifier.VerifyResponse(resp, reply, c.other); !isReason(err, ErrBadSignature) {
			t.Errorf("%s: to the other under the same signature: %v", name, err)
		}
	}

	req := ask("POST", sentTarget, "k1", "{}")
	for name, c := range map[string]struct {
		edit func(*http.Response)
		want error
	}{
		"status":            {func(r *http.Response) { r.StatusCode = 201 }, ErrBadSignature},
		"content type":      {func(r *http.Response) { r.Header.Set("Content-Type", "text/html") }, ErrBadSignature},
		"digest":            {func(r *http.Response) { r.Header.Set("Content-Digest", contentDigest(nil)) }, ErrDigest},
		"unsigned":          {func(r *http.Response) { r.Header.Del("Signature-Input") }, ErrUnsigned},
		"the request's own": {func(r *http.Response) { r.Header = req.Header.Clone() }, ErrComponents},
	} {
		resp := answer(req)
		c.edit(resp)
		if _, err := verifier.VerifyResponse(resp, reply, req); !isReason(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := verifier.VerifyResponse(answer(req), []byte("{}"), req); !isReason(err, ErrDigest) {
		t.Errorf("body: %v", err)
	}
	if _, err := (&Verifier{Keys: knows(alder), Now: at(noon)}).VerifyResponse(answer(req), reply, req); !isReason(err, ErrUnknownKey) {
		t.Errorf("signed by another: %v", err)
	}
	if _, err := (&Verifier{Keys: knows(birch), Now: at(noon.Add(time.Hour))}).VerifyResponse(answer(req), reply, req); !isReason(err, ErrSkew) {
		t.Errorf("an hour later: %v", err)
	}
}

func TestZeroSignerAndVerifierRefuse(t *testing.T) {
	t.Parallel()
	r := signedPost(t, testKey(t, "a"))
	if _, err := (&Verifier{Keys: knows(testKey(t, "a")), Now: at(noon)}).VerifyRequest(r, sentBody); err == nil {
		t.Error("verified without an authority")
	}
	if _, err := (&Verifier{Authority: "birch.example", Now: at(noon)}).VerifyRequest(r, sentBody); err == nil {
		t.Error("verified without keys")
	}
	if err := new(Signer).SignRequest(newRequest(t, "GET", sentTarget, nil), nil); err == nil {
		t.Error("signed without a key")
	}
	if err := (&Signer{Key: PrivateKey{}}).SignRequest(newRequest(t, "GET", sentTarget, nil), nil); err == nil {
		t.Error("signed with the zero key")
	}
	if err := (&Signer{Key: testKey(t, "a")}).SignResponse(r, 200, http.Header{"Content-Type": {"a/b"}}, nil); err == nil {
		t.Error("answered without an authority")
	}
}

// Whatever the parser lets through is spelled in one way and within the profile.
func FuzzSignatureFields(f *testing.F) {
	components, err := requestComponents("POST", nil)
	if err != nil {
		f.Fatal(err)
	}
	list := componentList(components)
	good := "sig=" + list + `;created=1772625600;expires=1772625900;nonce="MDEyMzQ1Njc4OWFiY2RlZg";keyid="k";alg="ed25519";tag="mspkit-peer-v1"`
	sig := "sig=:" + base64.StdEncoding.EncodeToString(make([]byte, 64)) + ":"
	f.Add(good, sig)
	f.Add(`sig=("a";req "b");x=?0`, `sig=:AA==:;a, b`)
	f.Add(`sig=(1 2.0 tok :AA==: ?1);a=*`, "sig")
	f.Fuzz(func(t *testing.T, input, signature string) {
		h := http.Header{"Signature-Input": {input}, "Signature": {signature}}
		if got, signed, err := parseInput(h, components, requestTag); err == nil {
			rest, ok := strings.CutPrefix(signed, list+";")
			if !ok || "sig="+signed != input || strings.Count(rest, ";") < 5 {
				t.Fatalf("accepted %q", input)
			}
			if life := got.Expires.Sub(got.Created); life <= 0 || life > sigLifetime || len(got.Nonce) < 22 || got.KeyID == "" {
				t.Fatalf("accepted %+v", got)
			}
		} else if !errors.Is(err, ErrSignature) {
			t.Fatalf("not a reason: %v", err)
		}
		if got, err := parseSignature(h); err == nil && signature != "sig=:"+base64.StdEncoding.EncodeToString(got)+":" {
			t.Fatalf("accepted %q", signature)
		} else if err != nil && !errors.Is(err, ErrSignature) {
			t.Fatalf("not a reason: %v", err)
		}
	})
}
