package collabhttp

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/dunglas/httpsfv"
)

// ErrSignature is matched by every error that says why a message's signature
// was refused, or why a message cannot be signed.
var ErrSignature = errors.New("message signature")

// The reasons. All match ErrSignature too.
var (
	ErrUnsigned       = fmt.Errorf("%w: message is not signed", ErrSignature)
	ErrMalformed      = fmt.Errorf("%w: field is not in canonical form", ErrSignature)
	ErrSignatureCount = fmt.Errorf("%w: more than one signature", ErrSignature)
	ErrLabel          = fmt.Errorf("%w: foreign label", ErrSignature)
	ErrComponents     = fmt.Errorf("%w: covered components differ from the profile", ErrSignature)
	ErrMissingParam   = fmt.Errorf("%w: parameter missing", ErrSignature)
	ErrUnknownParam   = fmt.Errorf("%w: unknown parameter", ErrSignature)
	ErrTag            = fmt.Errorf("%w: foreign tag", ErrSignature)
	ErrAlgorithm      = fmt.Errorf("%w: algorithm is not ed25519", ErrSignature)
	ErrNonce          = fmt.Errorf("%w: nonce is not base64url of 16 to 64 bytes", ErrSignature)
	ErrLifetime       = fmt.Errorf("%w: lifetime is not 1 to 300 seconds", ErrSignature)
	ErrExpired        = fmt.Errorf("%w: expired", ErrSignature)
	ErrSkew           = fmt.Errorf("%w: clocks differ", ErrSignature)
	ErrMethod         = fmt.Errorf("%w: method not in the profile", ErrSignature)
	ErrTarget         = fmt.Errorf("%w: request target is not a path", ErrSignature)
	ErrField          = fmt.Errorf("%w: covered field", ErrSignature)
	ErrDigest         = fmt.Errorf("%w: content-digest is not the sha-256 of the body", ErrSignature)
	ErrUnknownKey     = fmt.Errorf("%w: unknown key", ErrSignature)
	ErrBadSignature   = fmt.Errorf("%w: does not verify", ErrSignature)
)

// SkewError refuses a message that verifies and whose time of signing is too
// far from the verifier's clock. It matches ErrSkew.
type SkewError struct {
	// Skew is the other system's clock less ours: positive when the other is ahead.
	// A message that was held up on its way looks like a sender that is behind.
	Skew time.Duration
	// Allowed is the largest difference that would have been accepted.
	Allowed time.Duration
}

func (e *SkewError) Error() string {
	return fmt.Sprintf("%v: the other system is %v off, %v allowed", ErrSkew, e.Skew, e.Allowed)
}

// Unwrap makes the error match ErrSkew.
func (e *SkewError) Unwrap() error { return ErrSkew }

// Verified is what a verified signature says.
type Verified struct {
	KeyID string
	// Nonce is fresh for each signature. A receiver that must not take a
	// request twice remembers (KeyID, Nonce) until Expires.
	Nonce            string
	Created, Expires time.Time // UTC, whole seconds
}

// maxSkew is how far clocks may differ.
const maxSkew = 5 * time.Minute

// Verifier verifies requests and responses by the profile that the package
// documentation describes, and refuses whatever departs from it. It is safe for
// concurrent use when its fields are.
type Verifier struct {
	// Keys answers the pinned public key of this id, and an error that matches
	// ErrUnknownKey for one that is unknown or revoked; any other error is
	// handed on as it is. To verify a response, Keys knows only the keys of the
	// peer that was asked. Required.
	Keys func(ctx context.Context, keyID string) (ed25519.PublicKey, error)
	// Authority is the public authority of this system, as its peers address
	// it; see Authority. A request must have been signed for it, whatever its
	// Host field says: so what was sent to one system cannot be played to
	// another. VerifyRequest needs it, VerifyResponse does not.
	Authority string
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Skew is the largest difference of clocks that is accepted, either way.
	// Default: 5 minutes.
	Skew time.Duration
}

// VerifyRequest verifies a received request whose body has been read whole. Its
// errors match ErrSignature, except for those of Keys.
func (v *Verifier) VerifyRequest(r *http.Request, body []byte) (Verified, error) {
	if v.Authority == "" {
		return Verified{}, errors.New("verify request: verifier has no authority")
	}
	components, err := requestComponents(r.Method, body)
	if err != nil {
		return Verified{}, err
	}
	m, err := requestMessage(r, v.Authority)
	if err != nil {
		return Verified{}, err
	}
	return v.verify(r.Context(), m, components, requestTag, body)
}

// VerifyResponse verifies the response to req, a request that SignRequest
// signed and that was not changed since. body is the response's, read whole.
// Its errors match ErrSignature, except for those of Keys.
func (v *Verifier) VerifyResponse(resp *http.Response, body []byte, req *http.Request) (Verified, error) {
	m, components, err := responseMessage(req, requestAuthority(req), resp.StatusCode, resp.Header)
	if err != nil {
		return Verified{}, err
	}
	return v.verify(req.Context(), m, components, responseTag, body)
}

func (v *Verifier) verify(ctx context.Context, m message, components []component, tag string, body []byte) (Verified, error) {
	got, input, err := parseInput(m.header, components, tag)
	if err != nil {
		return Verified{}, err
	}
	sig, err := parseSignature(m.header)
	if err != nil {
		return Verified{}, err
	}
	base, err := signatureBase(m, components, input)
	if err != nil {
		return Verified{}, err
	}
	if m.request != nil || isWrite(m.method) {
		if err := checkDigest(m.header, body); err != nil {
			return Verified{}, err
		}
	}
	if v.Keys == nil {
		return Verified{}, errors.New("verify: verifier has no keys")
	}
	key, err := v.Keys(ctx, got.KeyID)
	if err != nil {
		return Verified{}, fmt.Errorf("verify: key %q: %w", got.KeyID, err)
	}
	if len(key) != ed25519.PublicKeySize {
		return Verified{}, fmt.Errorf("verify: key %q: %w", got.KeyID, ErrUnknownKey)
	}
	if !ed25519.Verify(key, base, sig) {
		return Verified{}, fmt.Errorf("%w: key %q", ErrBadSignature, got.KeyID)
	}
	if err := v.checkTimes(got); err != nil {
		return Verified{}, err
	}
	return got, nil
}

// checkTimes comes after the signature, so that a skew is one of the peer and
// not of whoever sent the message.
func (v *Verifier) checkTimes(got Verified) error {
	now, allowed := time.Now, v.Skew
	if v.Now != nil {
		now = v.Now
	}
	if allowed == 0 {
		allowed = maxSkew
	}
	at := now()
	if skew := got.Created.Sub(at); skew > allowed || skew < -allowed {
		return &SkewError{Skew: skew, Allowed: allowed}
	}
	if at.After(got.Expires) {
		return fmt.Errorf("%w: at %s", ErrExpired, got.Expires.Format(time.RFC3339))
	}
	return nil
}

const maxSignatureField = 2048 // bytes; ours take about 400

// dictionaryOf parses a field that must hold exactly one member, named
// sigLabel, and must be spelled canonically, which leaves no room for repeated
// keys and parameters, of which a parser keeps only the last.
func dictionaryOf(h http.Header, name string) (member httpsfv.Member, text string, err error) {
	if h.Get(name) == "" {
		return nil, "", fmt.Errorf("%w: no %s", ErrUnsigned, name)
	}
	text, err = single(h, name)
	if err != nil {
		return nil, "", err
	}
	if len(text) > maxSignatureField {
		return nil, "", fmt.Errorf("%w: %s is longer than %d bytes", ErrMalformed, name, maxSignatureField)
	}
	d, err := httpsfv.UnmarshalDictionary([]string{text})
	if err != nil {
		return nil, "", fmt.Errorf("%w: %s: %w", ErrMalformed, name, err)
	}
	if again, err := httpsfv.Marshal(d); err != nil || again != text {
		return nil, "", fmt.Errorf("%w: %s", ErrMalformed, name)
	}
	names := d.Names()
	if len(names) != 1 {
		return nil, "", fmt.Errorf("%w: %s holds %d", ErrSignatureCount, name, len(names))
	}
	if names[0] != sigLabel {
		return nil, "", fmt.Errorf("%w: %s in %s", ErrLabel, names[0], name)
	}
	member, _ = d.Get(sigLabel)
	return member, text, nil
}

// parseInput reads Signature-Input and checks all of it that needs neither key
// nor clock. input is its value as signed.
func parseInput(h http.Header, components []component, tag string) (got Verified, input string, err error) {
	member, text, err := dictionaryOf(h, "signature-input")
	if err != nil {
		return Verified{}, "", err
	}
	list, ok := member.(httpsfv.InnerList)
	if !ok {
		return Verified{}, "", fmt.Errorf("%w: signature-input is not a list of components", ErrMalformed)
	}
	bare, err := httpsfv.Marshal(httpsfv.InnerList{Items: list.Items, Params: httpsfv.NewParams()})
	if err != nil || bare != componentList(components) {
		return Verified{}, "", fmt.Errorf("%w: %s", ErrComponents, bare)
	}
	got, err = parseParams(list.Params, tag)
	return got, text[len(sigLabel+"="):], err
}

func parseParams(params *httpsfv.Params, tag string) (got Verified, err error) {
	var created, expires int64
	var alg, gotTag string
	wanted := map[string]any{"created": &created, "expires": &expires, "nonce": &got.Nonce, "keyid": &got.KeyID, "alg": &alg, "tag": &gotTag}
	for _, name := range params.Names() {
		value, _ := params.Get(name)
		var fits bool
		switch into := wanted[name].(type) {
		case *int64:
			*into, fits = value.(int64)
		case *string:
			*into, fits = value.(string)
		default:
			return Verified{}, fmt.Errorf("%w: %s", ErrUnknownParam, name)
		}
		if !fits {
			return Verified{}, fmt.Errorf("%w: %s is of a wrong type", ErrMalformed, name)
		}
		delete(wanted, name)
	}
	for _, name := range []string{"created", "expires", "nonce", "keyid", "alg", "tag"} {
		if wanted[name] != nil {
			return Verified{}, fmt.Errorf("%w: %s", ErrMissingParam, name)
		}
	}
	switch nonce, err := base64.RawURLEncoding.Strict().DecodeString(got.Nonce); {
	case gotTag != tag:
		return Verified{}, fmt.Errorf("%w: %q", ErrTag, gotTag)
	case alg != sigAlg:
		return Verified{}, fmt.Errorf("%w: %q", ErrAlgorithm, alg)
	case got.KeyID == "" || len(got.KeyID) > 128:
		return Verified{}, fmt.Errorf("%w: key id of %d characters", ErrUnknownKey, len(got.KeyID))
	case err != nil || len(nonce) < nonceBytes || len(nonce) > 64:
		return Verified{}, ErrNonce
	case expires <= created || expires-created > int64(sigLifetime/time.Second):
		return Verified{}, fmt.Errorf("%w: %d seconds", ErrLifetime, expires-created)
	}
	got.Created, got.Expires = time.Unix(created, 0).UTC(), time.Unix(expires, 0).UTC()
	return got, nil
}

// parseSignature reads the Signature field.
func parseSignature(h http.Header) ([]byte, error) {
	member, _, err := dictionaryOf(h, "signature")
	if err != nil {
		return nil, err
	}
	item, ok := member.(httpsfv.Item)
	sig, isBytes := item.Value.([]byte)
	if !ok || !isBytes || len(sig) != ed25519.SignatureSize || len(item.Params.Names()) > 0 {
		return nil, fmt.Errorf("%w: signature is not 64 bytes alone", ErrMalformed)
	}
	return sig, nil
}
