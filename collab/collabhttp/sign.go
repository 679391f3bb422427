package collabhttp

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
)

// The fixed values of the signature profile. Nothing of it is negotiated.
const (
	sigLabel    = "sig"
	sigAlg      = "ed25519"
	requestTag  = "mspkit-peer-v1"
	responseTag = "mspkit-peer-v1-response"
	sigLifetime = 300 * time.Second // the longest allowed, and the one we write
	nonceBytes  = 16
)

// Key signs on behalf of one key pair. PrivateKey is one that lives in this
// process; a host can put a key service in its place. It must be safe for
// concurrent use.
type Key interface {
	// ID names the key to the peer. It must be the id under which the peer
	// pinned the public half, 1 to 128 printable ASCII characters.
	ID() string
	// Sign answers the 64 byte Ed25519 signature (RFC 8032, pure) of message.
	Sign(ctx context.Context, message []byte) ([]byte, error)
}

// Signer signs requests and responses by the profile that the package
// documentation describes. It is safe for concurrent use when its fields are.
type Signer struct {
	// Key signs. Required.
	Key Key
	// Authority is the public authority of this system, as its peers address
	// it; see Authority. SignResponse needs it, SignRequest does not.
	Authority string
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Rand gives the nonces. Default: crypto/rand.Reader.
	Rand io.Reader
}

// SignRequest signs an outgoing request and sets its Signature-Input and
// Signature fields; each call writes a new nonce, so a repeat is signed anew.
// body is what will be sent: a read (GET, HEAD) has none, and for a write (POST,
// PUT, PATCH, DELETE) Content-Digest is set from it, while Content-Type and
// Idempotency-Key must stand in the header already. The errors are ErrMethod,
// ErrTarget, ErrField, or those of the key.
func (s *Signer) SignRequest(r *http.Request, body []byte) error {
	components, err := requestComponents(r.Method, body)
	if err != nil {
		return err
	}
	m, err := requestMessage(r, requestAuthority(r))
	if err != nil {
		return err
	}
	if isWrite(r.Method) {
		r.Header.Set("Content-Digest", contentDigest(body))
	}
	return s.sign(r.Context(), m, components, requestTag)
}

// SignResponse signs the response to req and sets Content-Digest,
// Signature-Input and Signature in header, which must hold Content-Type
// already. The signature covers req's own signature with it, so the response
// answers that very request and no other; a req that carries no signature of
// the profile cannot be answered with a signed response (ErrUnsigned,
// ErrMalformed). body is what will be sent: nothing for HEAD and 204. A 304
// loses its Content-Type on the way and so cannot be verified.
func (s *Signer) SignResponse(req *http.Request, status int, header http.Header, body []byte) error {
	if s.Authority == "" {
		return errors.New("sign response: signer has no authority")
	}
	m, components, err := responseMessage(req, s.Authority, status, header)
	if err != nil {
		return err
	}
	header.Set("Content-Digest", contentDigest(body))
	return s.sign(req.Context(), m, components, responseTag)
}

func (s *Signer) sign(ctx context.Context, m message, components []component, tag string) error {
	if s.Key == nil {
		return errors.New("sign: signer has no key")
	}
	now, random := s.Now, s.Rand
	if now == nil {
		now = time.Now
	}
	if random == nil {
		random = rand.Reader
	}
	nonce := make([]byte, nonceBytes)
	if _, err := io.ReadFull(random, nonce); err != nil {
		return fmt.Errorf("sign: nonce: %w", err)
	}
	created := now().Unix()
	params := httpsfv.NewParams()
	params.Add("created", created)
	params.Add("expires", created+int64(sigLifetime/time.Second))
	params.Add("nonce", base64.RawURLEncoding.EncodeToString(nonce))
	params.Add("keyid", s.Key.ID())
	params.Add("alg", sigAlg)
	params.Add("tag", tag)
	tail, err := httpsfv.Marshal(httpsfv.InnerList{Params: params}) // "()" and the parameters
	if err != nil {
		return fmt.Errorf("sign: key id %q: %w", s.Key.ID(), err)
	}
	input := componentList(components) + strings.TrimPrefix(tail, "()")
	base, err := signatureBase(m, components, input)
	if err != nil {
		return err
	}
	sig, err := s.Key.Sign(ctx, base)
	if err != nil {
		return fmt.Errorf("sign: key %s: %w", s.Key.ID(), err)
	}
	if len(sig) != ed25519.SignatureSize {
		return fmt.Errorf("sign: key %s gave a signature of %d bytes", s.Key.ID(), len(sig))
	}
	m.header.Set("Signature-Input", sigLabel+"="+input)
	m.header.Set("Signature", sigLabel+"=:"+base64.StdEncoding.EncodeToString(sig)+":")
	return nil
}

// component is one covered component of a signature: a field or derived
// component, of the message itself or (req) of the request that it answers.
type component struct {
	name string
	req  bool
	key  string // member of a dictionary field
}

func (c component) String() string {
	s := `"` + c.name + `"`
	if c.key != "" {
		s += `;key="` + c.key + `"`
	}
	if c.req {
		s += ";req"
	}
	return s
}

func componentList(components []component) string {
	names := make([]string, len(components))
	for i, c := range components {
		names[i] = c.String()
	}
	return "(" + strings.Join(names, " ") + ")"
}

func isWrite(method string) bool {
	switch method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return true
	}
	return false
}

// requestComponents is the one list for requests of this method. A body under a
// method that does not cover it is refused.
func requestComponents(method string, body []byte) ([]component, error) {
	list := []component{{name: "@method"}, {name: "@authority"}, {name: "@path"}, {name: "@query"}}
	switch {
	case isWrite(method):
		return append(list, component{name: "content-digest"}, component{name: "content-type"}, component{name: "idempotency-key"}), nil
	case method != http.MethodGet && method != http.MethodHead:
		return nil, fmt.Errorf("%w: %q", ErrMethod, method)
	case len(body) > 0:
		return nil, fmt.Errorf("%w: %s with a body", ErrMethod, method)
	}
	return list, nil
}

// responseComponents is the one list for responses to requests of this method.
func responseComponents(method string) ([]component, error) {
	if !isWrite(method) && method != http.MethodGet && method != http.MethodHead {
		return nil, fmt.Errorf("%w: %q", ErrMethod, method)
	}
	list := []component{{name: "@status"}, {name: "content-digest"}, {name: "content-type"}}
	for _, name := range []string{"@method", "@authority", "@path", "@query"} {
		list = append(list, component{name: name, req: true})
	}
	if isWrite(method) {
		list = append(list, component{name: "content-digest", req: true}, component{name: "idempotency-key", req: true})
	}
	return append(list, component{name: "signature", req: true, key: sigLabel}), nil
}

// message is what a signature base takes its values from.
type message struct {
	header                         http.Header
	method, authority, path, query string
	status                         int
	request                        *message // the one that a response answers
}

// requestMessage reads the target from the request line where there is one (a
// received request), so that a prefix that a mux stripped from r.URL does not
// matter, and otherwise from what the client will write there.
func requestMessage(r *http.Request, authority string) (message, error) {
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	if !strings.HasPrefix(target, "/") {
		return message{}, fmt.Errorf("%w: %q", ErrTarget, target)
	}
	path, query, _ := strings.Cut(target, "?")
	return message{header: r.Header, method: r.Method, authority: authority, path: path, query: "?" + query}, nil
}

func responseMessage(req *http.Request, authority string, status int, header http.Header) (message, []component, error) {
	components, err := responseComponents(req.Method)
	if err != nil {
		return message{}, nil, err
	}
	request, err := requestMessage(req, authority)
	if err != nil {
		return message{}, nil, err
	}
	return message{header: header, status: status, request: &request}, components, nil
}

// Authority is the host of u in the form that signatures cover: lower case and
// without the scheme's default port. A system takes its own from its public URL.
func Authority(u *url.URL) string { return authority(u.Scheme, u.Host) }

func requestAuthority(r *http.Request) string {
	if r.Host != "" {
		return authority(r.URL.Scheme, r.Host)
	}
	return Authority(r.URL)
}

func authority(scheme, host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ":")
	switch scheme {
	case "https":
		return strings.TrimSuffix(host, ":443")
	case "http":
		return strings.TrimSuffix(host, ":80")
	}
	return host
}

func (m message) value(c component) (string, error) {
	if c.req {
		return m.request.value(component{name: c.name, key: c.key})
	}
	switch c.name {
	case "@method":
		return m.method, nil
	case "@authority":
		return m.authority, nil
	case "@path":
		return m.path, nil
	case "@query":
		return m.query, nil
	case "@status":
		return strconv.Itoa(m.status), nil
	case "content-type", "idempotency-key":
		return unfolded(m.header, c.name)
	case "signature":
		sig, err := parseSignature(m.header)
		return ":" + base64.StdEncoding.EncodeToString(sig) + ":", err
	}
	return single(m.header, c.name)
}

// signatureBase is what is signed (RFC 9421, section 2.5): a line for each
// component and one for input, the serialized list with its parameters.
func signatureBase(m message, components []component, input string) ([]byte, error) {
	var b strings.Builder
	for _, c := range components {
		v, err := m.value(c)
		if err != nil {
			return nil, err
		}
		if !printable(v) {
			return nil, fmt.Errorf("%w: %s is not one line of printable ASCII", ErrField, c)
		}
		b.WriteString(c.String() + ": " + v + "\n")
	}
	b.WriteString(`"@signature-params": ` + input)
	return []byte(b.String()), nil
}
