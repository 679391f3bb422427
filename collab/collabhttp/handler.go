package collabhttp

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// Sizes of a message that both ends keep to.
const (
	MaxBody  = 8 << 20 // bytes of a body, either way
	maxDepth = 16
	maxItems = 400_000 // array elements and object members in a body
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
	// Partner returns who signs with a key: collab.Service.PartnerByKey. An error that matches collab.ErrPartner is an unknown key.
	Partner func(ctx context.Context, id collab.KeyID) (collab.Partner, collab.PartnerKey, error)
	// Signer signs the answers; its Authority is the one under which partners know this system.
	Signer *Signer
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// NewHandler serves the peer protocol of one system below Prefix.
func NewHandler(cfg HandlerConfig) http.Handler {
	h := &handler{cfg: cfg}
	mux := http.NewServeMux()
	h.routes(mux)
	return mux
}

type handler struct{ cfg HandlerConfig }

// request is a verified call of a partner.
type request struct {
	*http.Request
	from collab.SystemID
	call collab.Call
	body []byte
}

func (r *request) project() collab.ProjectID { return collab.ProjectID(r.PathValue("project")) }

// place returns the call as the locations half has it.
func (r *request) place() (locations.PartnerID, locations.ProjectID, locations.Call) {
	return locations.PartnerID(r.from), locations.ProjectID(r.project()), locations.Call(r.call)
}

// ask serves an operation without a body.
func ask[R any](h *handler, fn func(context.Context, *request) (R, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.serve(w, r, func(req *request) (any, error) { return fn(r.Context(), req) })
	}
}

// tell serves an operation with a body.
func tell[B, R any](h *handler, fn func(context.Context, *request, B) (R, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.serve(w, r, func(req *request) (any, error) {
			var body B
			if err := decodeStrict(req.body, &body, bodyLimits); err != nil {
				return nil, err
			}
			return fn(r.Context(), req, body)
		})
	}
}

// serve reads and verifies a request, carries it out, and signs the answer.
func (h *handler) serve(w http.ResponseWriter, r *http.Request, fn func(*request) (any, error)) {
	req, err := h.admit(w, r)
	var reply any
	if err == nil {
		reply, err = fn(req)
	}
	h.answer(w, r, reply, err)
}

func (h *handler) admit(w http.ResponseWriter, r *http.Request) (*request, error) {
	body, err := readBody(http.MaxBytesReader(w, r.Body, MaxBody+1), MaxBody)
	if err != nil {
		return nil, err
	}
	var from collab.Partner
	v := h.verifier(func(ctx context.Context, id string) (ed25519.PublicKey, error) {
		partner, key, err := h.cfg.Partner(ctx, collab.KeyID(id))
		if errors.Is(err, collab.ErrPartner) {
			return nil, fmt.Errorf("%w: %w", ErrUnknownKey, err)
		}
		from = partner
		return key.Public, err
	})
	seen, err := v.VerifyRequest(r, body)
	if err != nil {
		return nil, err
	}
	return &request{Request: r, from: from.ID, body: body, call: collab.Call{
		Key: r.Header.Get("Idempotency-Key"), Digest: r.Method + " " + r.URL.EscapedPath() + " " + contentDigest(body), Nonce: seen.KeyID + "/" + seen.Nonce,
		Expires: seen.Expires.Add(10 * time.Minute).UTC(), // beyond any accepted skew of clocks
	}}, nil
}

func (h *handler) verifier(keys func(context.Context, string) (ed25519.PublicKey, error)) *Verifier {
	return &Verifier{Keys: keys, Authority: h.cfg.Signer.Authority, Now: h.cfg.Now}
}

// answer writes the reply or the problem, signed wherever the request carries a signature that it can be bound to.
func (h *handler) answer(w http.ResponseWriter, r *http.Request, reply any, err error) {
	status, contentType := http.StatusOK, "application/json"
	if err != nil {
		p := problemOf(err)
		status, contentType, reply = p.Status, "application/problem+json", p
	}
	body, err := json.Marshal(reply)
	if err != nil { // our own shapes always marshal, but for text that is not UTF-8
		status, contentType = http.StatusInternalServerError, "application/problem+json"
		body = []byte(`{"type":"` + problemType + `internal","title":"internal error","status":500}`)
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
		body, err := readBody(http.MaxBytesReader(w, r.Body, MaxBody+1), 64<<10)
		if err != nil {
			return nil, err
		}
		var b wirePair
		if err := decodeStrict(body, &b, bodyLimits); err != nil {
			return nil, err
		}
		v := h.verifier(func(_ context.Context, id string) (ed25519.PublicKey, error) {
			if id != b.Key.ID || len(b.Key.Public) != ed25519.PublicKeySize || id != KeyID(b.Key.Public) {
				return nil, ErrUnknownKey
			}
			return b.Key.Public, nil
		})
		if _, err := v.VerifyRequest(r, body); err != nil {
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
