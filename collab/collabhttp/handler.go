package collabhttp

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// Sizes of a message that both ends keep to.
const (
	MaxBody  = 8 << 20  // bytes of a body, either way
	maxPair  = 64 << 10 // bytes of a body from somebody whom nobody knows yet
	maxDepth = 16
	maxItems = 400_000 // array elements and object members in a body
	maxKey   = 200     // bytes of an idempotency key
)

const (
	jsonType    = "application/json"
	problemJSON = "application/problem+json"
)

var bodyLimits = jsonLimits{Depth: maxDepth, Items: maxItems}

// Prefix is where the protocol lies below a system's URL.
const Prefix = "/peer/v1/"

// HandlerConfig is what a Handler needs. All but Now is required.
type HandlerConfig struct {
	// Peer, Pairer and Places are the receiving halves of the services: collab.Service.Inbound, InboundPairer, and
	// locations.Service.Inbound.
	Peer   collab.Peer
	Pairer collab.Pairer
	Places locations.Peer
	// Partner returns who signs with a key: collab.Service.PartnerByKey. An error that matches collab.ErrPartner is an unknown
	// key, and so is that of a partner who is not active.
	Partner func(ctx context.Context, id collab.KeyID) (collab.Partner, collab.PartnerKey, error)
	// Signer signs the answers; its Authority is the one under which partners know this system.
	Signer *Signer
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// NewHandler serves the peer protocol of one system below Prefix. It panics when something is missing that it needs.
func NewHandler(cfg HandlerConfig) http.Handler {
	if cfg.Peer == nil || cfg.Pairer == nil || cfg.Places == nil || cfg.Partner == nil || cfg.Signer == nil || cfg.Signer.Authority == "" {
		panic("collabhttp: NewHandler needs Peer, Pairer, Places, Partner, and a Signer with its Authority")
	}
	h := &handler{cfg: cfg}
	mux := http.NewServeMux()
	h.routes(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := r.URL.EscapedPath(); path.Clean(p) != strings.TrimSuffix(p, "/") || r.Method == http.MethodHead {
			h.unknown(w, r) // the mux would redirect, which nobody signs, and take HEAD for GET
			return
		}
		mux.ServeHTTP(w, r)
	})
}

type handler struct{ cfg HandlerConfig }

// request is a verified call of a partner.
type request struct {
	*http.Request
	from  collab.SystemID
	call  collab.Call
	query url.Values
	body  []byte
}

func (r *request) project() collab.ProjectID { return collab.ProjectID(r.PathValue("project")) }

// place returns the call as the locations half has it. That half knows of no module, so whether it is on is asked here.
func (h *handler) place(ctx context.Context, r *request) (from locations.PartnerID, project locations.ProjectID, call locations.Call, err error) {
	ours, err := h.cfg.Peer.Hello(ctx, r.from, collab.Hello{System: r.from, Protocol: collab.Protocol, ModuleOn: true})
	if err == nil && !ours.ModuleOn {
		err = &collab.ModuleError{System: ours.System}
	}
	return locations.PartnerID(r.from), locations.ProjectID(r.project()), locations.Call(r.call), err
}

// ask serves an operation without a body, whose query may have the given names, each once.
func ask[R any](h *handler, fn func(context.Context, *request) (R, error), names ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.serve(w, r, names, func(req *request) (any, error) { return fn(r.Context(), req) })
	}
}

// tell serves an operation with a body.
func tell[B, R any](h *handler, fn func(context.Context, *request, B) (R, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.serve(w, r, nil, func(req *request) (any, error) {
			var body B
			if err := decodeStrict(req.body, &body, bodyLimits); err != nil {
				return nil, err
			}
			return fn(r.Context(), req, body)
		})
	}
}

// serve reads and verifies a request, carries it out, and signs the answer.
func (h *handler) serve(w http.ResponseWriter, r *http.Request, names []string, fn func(*request) (any, error)) {
	req, err := h.admit(w, r, names)
	var reply any
	if err == nil {
		reply, err = fn(req)
	}
	h.answer(w, r, reply, err)
}

// admit lets in what an active partner signed. All others are told the same: that their key is not known.
func (h *handler) admit(w http.ResponseWriter, r *http.Request, names []string) (*request, error) {
	body, err := readBody(http.MaxBytesReader(w, r.Body, MaxBody+1), MaxBody)
	if err != nil {
		return nil, err
	}
	var from collab.Partner
	seen, err := h.verify(r, body, func(ctx context.Context, id string) (ed25519.PublicKey, error) {
		partner, key, err := h.cfg.Partner(ctx, collab.KeyID(id))
		switch {
		case errors.Is(err, collab.ErrPartner), err == nil && partner.State != collab.PartnerActive:
			return nil, ErrUnknownKey
		case err != nil:
			return nil, err
		}
		from = partner
		return key.Public, nil
	})
	if err != nil {
		return nil, err
	}
	query, err := queryOf(r, names)
	if err != nil {
		return nil, err
	}
	return &request{Request: r, from: from.ID, query: query, body: body, call: collab.Call{
		Key: r.Header.Get("Idempotency-Key"), Digest: r.Method + " " + r.URL.EscapedPath() + " " + contentDigest(body), Nonce: seen.KeyID + "/" + seen.Nonce,
		Expires: seen.Expires.Add(10 * time.Minute).UTC(), // beyond any accepted skew of clocks
	}}, nil
}

// verify checks the signature of a request, and of a write the fields that go with its body.
func (h *handler) verify(r *http.Request, body []byte, keys func(context.Context, string) (ed25519.PublicKey, error)) (Verified, error) {
	v := &Verifier{Keys: keys, Authority: h.cfg.Signer.Authority, Now: h.cfg.Now}
	seen, err := v.VerifyRequest(r, body)
	switch key := r.Header.Get("Idempotency-Key"); {
	case err != nil || !isWrite(r.Method):
		return seen, err
	case r.Header.Get("Content-Type") != jsonType:
		return seen, newBodyError("", "content-type is not "+jsonType)
	case len(key) > maxKey:
		return seen, badField("idempotency_key", "length", fmt.Sprintf("has more than %d bytes", maxKey))
	}
	return seen, nil
}

// answer writes the reply or the problem, signed wherever the request carries a signature that it can be bound to.
func (h *handler) answer(w http.ResponseWriter, r *http.Request, reply any, err error) {
	var body []byte
	status, contentType := http.StatusOK, jsonType
	if err == nil {
		body, err = json.Marshal(reply) // fails for text that is not UTF-8
		if len(body) > MaxBody {
			err = &TooLargeError{Limit: MaxBody}
		}
	}
	if err != nil {
		p := problemOf(err)
		status, contentType = p.Status, problemJSON
		if body, err = json.Marshal(p); err != nil || len(body) > MaxBody {
			body, _ = json.Marshal(wireProblem{Type: p.Type, Title: p.Title, Status: p.Status}) // a constant text each
		}
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_ = h.cfg.Signer.SignResponse(r, status, w.Header(), body) // fails only where the request's signature is no signature
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// pair serves the one operation whose caller nobody knows yet: the key comes in the body, and the signature proves that the
// caller holds it. What makes the caller welcome is the invitation's token.
func (h *handler) pair(w http.ResponseWriter, r *http.Request) {
	reply, err := func() (any, error) {
		body, err := readBody(http.MaxBytesReader(w, r.Body, MaxBody+1), maxPair)
		if err != nil {
			return nil, err
		}
		var b wirePair
		if err := decodeStrict(body, &b, bodyLimits); err != nil {
			return nil, err
		}
		if _, err := h.verify(r, body, func(_ context.Context, id string) (ed25519.PublicKey, error) {
			if id != b.Key.ID || len(b.Key.Public) != ed25519.PublicKeySize || id != KeyID(b.Key.Public) {
				return nil, ErrUnknownKey
			}
			return b.Key.Public, nil
		}); err != nil {
			return nil, err
		}
		p, err := h.cfg.Pairer.Pair(r.Context(), b.URL, collab.PairRequest{Token: collab.NewToken(b.Token), System: collab.SystemID(b.System), Name: b.Name, URL: b.URL,
			Key: collab.PartnerKey{ID: collab.KeyID(b.Key.ID), Public: b.Key.Public}})
		if err != nil {
			return nil, err
		}
		return wirePaired{string(p.System), p.Name, p.URL, wireKey{string(p.Key.ID), p.Key.Public}}, nil
	}()
	h.answer(w, r, reply, err)
}

// unknown answers what is no operation.
func (h *handler) unknown(w http.ResponseWriter, r *http.Request) {
	h.answer(w, r, nil, fmt.Errorf("no operation %s %s: %w", r.Method, r.URL.EscapedPath(), collab.ErrNotFound))
}
