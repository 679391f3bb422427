package collabhttp

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/go-json-experiment/json"

	"github.com/mspkit/mspkit/collab"
)

// exchange is one call of a partner: method, path below Prefix, and for a write its key and body.
type exchange struct {
	method string
	path   string
	query  url.Values
	key    string // idempotency key; empty makes a new one, for a question that has a body
	body   any
	// hearsay takes an unverified refusal for what it says: of a system whose key we cannot know yet.
	hearsay bool
}

// do carries out an exchange with a registered partner and decodes the reply.
func do[R any](ctx context.Context, c *Client, to collab.SystemID, x exchange) (R, error) {
	var reply, none R
	partner, err := c.cfg.Partner(ctx, to)
	switch {
	case errors.Is(err, collab.ErrNotFound):
		return none, fmt.Errorf("collabhttp: %s: %w", to, collab.ErrPartner)
	case err != nil:
		return none, fmt.Errorf("collabhttp: partner %s: %w", to, err)
	case partner.State != collab.PartnerActive:
		return none, fmt.Errorf("collabhttp: %s is %s: %w", to, partner.State, collab.ErrPartner)
	}
	body, err := c.send(ctx, to, partner.URL, x, func(id string, _ []byte) (ed25519.PublicKey, error) {
		k, ok := partner.Key(collab.KeyID(id), c.cfg.Now())
		if !ok {
			return nil, ErrUnknownKey
		}
		return k.Public, nil
	})
	if err == nil {
		if err = decodeStrict(body, &reply, bodyLimits); err != nil {
			err = rubbish(to, err)
		}
	}
	if err != nil {
		return none, fmt.Errorf("collabhttp: %s %s: %w", x.method, x.path, err)
	}
	return reply, nil
}

// keyFinder returns the key of an id by which a reply may be signed.
type keyFinder func(id string, reply []byte) (ed25519.PublicKey, error)

// rubbish is an answer that is none: it is worth another try, later.
func rubbish(from collab.SystemID, err error) error {
	return fmt.Errorf("answer of %s: %w: %w", from, err, collab.ErrPeer)
}

// errTransient marks what another try may mend at once.
var errTransient = errors.New("no answer")

// send tries an exchange until the partner answers, each time signed anew under the same idempotency key.
func (c *Client) send(ctx context.Context, to collab.SystemID, base string, x exchange, keys keyFinder) ([]byte, error) {
	var body []byte
	if x.body != nil {
		var err error
		if body, err = json.Marshal(x.body); err != nil {
			return nil, fmt.Errorf("request: %w: %w", err, collab.ErrInvalid)
		}
		if len(body) > MaxBody {
			return nil, fmt.Errorf("request has %d bytes, %d are allowed: %w", len(body), MaxBody, collab.ErrInvalid)
		}
		x.key = headerKey(x.key)
	}
	target := strings.TrimSuffix(base, "/") + Prefix + x.path
	if len(x.query) > 0 {
		target += "?" + x.query.Encode()
	}
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = c.cfg.Wait, 5*time.Second
	var last error
	reply, err := backoff.Retry(ctx, func() (reply []byte, err error) {
		if reply, last = c.once(ctx, to, target, x, body, keys); last != nil && !errors.Is(last, errTransient) {
			return nil, backoff.Permanent(last)
		}
		return reply, last
	}, backoff.WithBackOff(wait), backoff.WithMaxTries(c.cfg.Tries))
	switch {
	case err == nil:
		return reply, nil
	case last == nil || ctx.Err() != nil && !errors.Is(last, ctx.Err()): // we gave up while waiting for the next try
		return nil, fmt.Errorf("ask %s: %w: %w", to, err, collab.ErrPeer)
	}
	return nil, last
}

// headerKey is an idempotency key as it stands in the header, where not every text can stand. The same key always gives the
// same; none gives a new one.
func headerKey(key string) string {
	switch {
	case key == "":
		return rand.Text()
	case len(key) > maxKey || !printable(key) || strings.Contains(key, ",") || strings.TrimSpace(key) != key:
		return fmt.Sprintf("sha256-%x", sha256.Sum256([]byte(key)))
	}
	return key
}

func (c *Client) once(ctx context.Context, to collab.SystemID, target string, x exchange, body []byte, keys keyFinder) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, x.method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("address of %s: %w: %w", to, err, collab.ErrInvalid)
	}
	if body == nil {
		req.Body, req.ContentLength = http.NoBody, 0
	} else {
		req.Header.Set("Content-Type", jsonType)
		req.Header.Set("Idempotency-Key", x.key)
	}
	req.Header.Set("Accept", jsonType)
	if err := c.cfg.Signer.SignRequest(req, body); err != nil {
		return nil, fmt.Errorf("request to %s: %w", to, err)
	}
	resp, err := c.cfg.HTTP.Do(req)
	if err != nil {
		err = fmt.Errorf("ask %s: %w: %w", to, err, collab.ErrPeer)
		if forbidden := errors.Is(err, ErrURL) || errors.Is(err, ErrAddress) || errors.Is(err, ErrRedirect); ctx.Err() == nil && !forbidden {
			err = fmt.Errorf("%w: %w", errTransient, err)
		}
		return nil, err
	}
	defer resp.Body.Close()
	reply, err := readBody(resp.Body, MaxBody)
	if err != nil {
		err = rubbish(to, err)
		if !errors.Is(err, ErrBody) {
			err = fmt.Errorf("%w: %w", errTransient, err) // it broke off
		}
		return nil, err
	}
	v := &Verifier{Keys: func(_ context.Context, id string) (ed25519.PublicKey, error) { return keys(id, reply) }, Now: c.cfg.Now}
	if _, err := v.VerifyResponse(resp, reply, req); err != nil {
		if p, ok := problemIn(resp, reply); ok && x.hearsay && resp.StatusCode < 500 {
			return nil, remoteError(to, p)
		}
		err = rubbish(to, fmt.Errorf("status %d: %w", resp.StatusCode, err))
		if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
			err = fmt.Errorf("%w: %w", errTransient, err) // a proxy in between speaks for a partner that is down
		}
		return nil, err
	}
	if resp.StatusCode == http.StatusOK && resp.Header.Get("Content-Type") == jsonType {
		return reply, nil
	}
	p, ok := problemIn(resp, reply)
	if !ok {
		return nil, rubbish(to, fmt.Errorf("status %d with %.64q is neither a reply nor a problem", resp.StatusCode, resp.Header.Get("Content-Type")))
	}
	err = remoteError(to, p)
	// What something in between sent twice was taken once: under a new nonce it is answered.
	if again := errors.Is(err, collab.ErrReplayed); again || resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented {
		err = fmt.Errorf("%w: %w", errTransient, err)
	}
	return nil, err
}

// problemIn reads the problem that a response holds.
func problemIn(resp *http.Response, body []byte) (p wireProblem, ok bool) {
	if resp.StatusCode < 400 || resp.Header.Get("Content-Type") != problemJSON || decodeStrict(body, &p, bodyLimits) != nil || p.Type == "" {
		return wireProblem{}, false
	}
	p.Status = resp.StatusCode
	return p, true
}
