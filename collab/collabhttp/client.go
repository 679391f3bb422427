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
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/go-json-experiment/json"

	"github.com/mspkit/mspkit/collab"
)

// ClientConfig is what a Client needs.
type ClientConfig struct {
	// HTTP carries the requests; see NewHTTPClient. Required.
	HTTP *http.Client
	// Signer signs them. Required; a host that rotates its key replaces the Client.
	Signer *Signer
	// Partner returns where a partner answers and with which keys. Required.
	Partner func(ctx context.Context, id collab.SystemID) (collab.Partner, error)
	// Tries is how often a call is tried while the partner does not answer. Default: 3.
	Tries uint
	// Wait is the pause before the second try; it doubles, with jitter, up to 5 s. Default: 200 ms.
	Wait time.Duration
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Client reaches partners over HTTP. It is a collab.Peer, a collab.Pairer and, by Places, a locations.Peer.
type Client struct{ cfg ClientConfig }

var (
	_ collab.Peer   = (*Client)(nil)
	_ collab.Pairer = (*Client)(nil)
)

// NewClient returns a client. It panics when something is missing that it needs.
func NewClient(cfg ClientConfig) *Client {
	if cfg.HTTP == nil || cfg.Signer == nil || cfg.Partner == nil {
		panic("collabhttp: NewClient needs HTTP, Signer and Partner")
	}
	if cfg.Tries == 0 {
		cfg.Tries = 3
	}
	if cfg.Wait == 0 {
		cfg.Wait = 200 * time.Millisecond
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Client{cfg}
}

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

func projectPath(id collab.ProjectID, rest string) string {
	return "projects/" + segment(id) + "/" + rest
}

// segment is an id as a part of a path, where dots alone would mean something else.
func segment[T ~string](id T) string {
	if id == "." || id == ".." {
		return strings.ReplaceAll(string(id), ".", "%2E")
	}
	return url.PathEscape(string(id))
}

func (c *Client) Hello(ctx context.Context, to collab.SystemID, h collab.Hello) (collab.Hello, error) {
	r, err := do[wireHello](ctx, c, to, exchange{method: http.MethodPost, path: "hello", body: toHello(h)})
	if err == nil && r.System != string(to) {
		err = fmt.Errorf("collabhttp: hello: %w", rubbish(to, fmt.Errorf("it says it is %.64q", r.System)))
	}
	if err != nil {
		return collab.Hello{}, err
	}
	return r.domain(), nil
}

func (c *Client) Terms(ctx context.Context, to collab.SystemID, call collab.Call, n collab.TermsNotice) error {
	_, err := do[wireNothing](ctx, c, to, exchange{method: http.MethodPut, path: projectPath(n.Project, "terms"), key: call.Key, body: toNotice(n)})
	return err
}

func (c *Client) Answer(ctx context.Context, to collab.SystemID, call collab.Call, n collab.AnswerNotice) (collab.AnswerReply, error) {
	r, err := do[wireAnswerReply](ctx, c, to, exchange{method: http.MethodPut, path: projectPath(n.Project, "answer"), key: call.Key, body: toAnswer(n)})
	reply := collab.AnswerReply{Taken: r.Taken}
	if r.Terms != nil {
		terms := r.Terms.domain()
		reply.Terms = &terms
	}
	return reply, err
}

func (c *Client) Shops(ctx context.Context, to collab.SystemID, q collab.HeaderQuery) (collab.HeaderPage, error) {
	x := exchange{method: http.MethodGet, path: projectPath(q.Project, "shops"), query: url.Values{"limit": {strconv.Itoa(q.Limit)}}}
	if q.After != "" {
		x.query.Set("after", string(q.After))
	}
	if len(q.Only) > 0 {
		x = exchange{method: http.MethodPost, path: projectPath(q.Project, "shops/headers"), body: wireShopIDs{mapSlice(q.Only, text[collab.ShopID])}}
	}
	r, err := do[wireHeaderPage](ctx, c, to, x)
	return collab.HeaderPage{Headers: mapSlice(r.Headers, wireHeader.domain), Next: collab.ShopID(r.Next)}, err
}

func (c *Client) Snapshots(ctx context.Context, to collab.SystemID, project collab.ProjectID, shops []collab.ShopID) ([]collab.Snapshot, error) {
	r, err := do[wireSnapshots](ctx, c, to, exchange{method: http.MethodPost, path: projectPath(project, "shops/snapshots"), body: wireShopIDs{mapSlice(shops, text[collab.ShopID])}})
	return mapSlice(r.Snapshots, func(s wireSnapshot) collab.Snapshot {
		return collab.Snapshot{Shop: collab.ShopID(s.Shop), Epoch: s.Epoch, Rev: s.Rev, Content: s.Content.domain()}
	}), err
}

func (c *Client) Return(ctx context.Context, to collab.SystemID, call collab.Call, n collab.ReturnNotice) (collab.ReturnReply, error) {
	r, err := do[wireReturnReply](ctx, c, to, exchange{method: http.MethodPut, path: projectPath(n.Project, "shops/"+segment(n.Shop)+"/return"), key: call.Key,
		body: wireReturn{n.Epoch, n.Rev, toShop(n.Content), n.Overwrite, n.Check, n.By}})
	return collab.ReturnReply{Done: r.Done, Rev: r.Rev, Lost: mapSlice(r.Lost, func(w wireChange) collab.Change { return collab.Change(w) })}, err
}

func (c *Client) Survey(ctx context.Context, to collab.SystemID, project collab.ProjectID) (collab.SurveyState, error) {
	r, err := do[wireSurvey](ctx, c, to, exchange{method: http.MethodGet, path: projectPath(project, "survey")})
	return collab.SurveyState{Survey: collab.SurveyID(r.Survey), Version: r.Version, Rev: r.Rev, Content: r.Content.domain()}, err
}

func (c *Client) UpdateSurvey(ctx context.Context, to collab.SystemID, call collab.Call, n collab.SurveyNotice) error {
	_, err := do[wireNothing](ctx, c, to, exchange{method: http.MethodPut, path: projectPath(n.Project, "survey"), key: call.Key,
		body: wireSurveyNotice{n.Rev, n.Expect, toContent(n.Content), n.By}})
	return err
}

func (c *Client) Progress(ctx context.Context, to collab.SystemID, project collab.ProjectID) ([]collab.StatusCount, error) {
	r, err := do[wireProgress](ctx, c, to, exchange{method: http.MethodGet, path: projectPath(project, "progress")})
	return mapSlice(r.Statuses, func(w wireCount) collab.StatusCount {
		return collab.StatusCount{Status: collab.Status(w.Status), Count: w.Count}
	}), err
}

// Pair redeems an invitation. The answer is checked against the key that it brings; whose that is,
// the operators find out by comparing fingerprints. A refusal is checked against no key, and is hearsay.
func (c *Client) Pair(ctx context.Context, base string, r collab.PairRequest) (collab.PairReply, error) {
	keys := func(id string, reply []byte) (ed25519.PublicKey, error) {
		var w wirePaired
		if err := decodeStrict(reply, &w, bodyLimits); err != nil || w.Key.ID != id || len(w.Key.Public) != ed25519.PublicKeySize || KeyID(w.Key.Public) != id {
			return nil, ErrUnknownKey
		}
		return w.Key.Public, nil
	}
	to := collab.SystemID(base) // nobody is known by name yet
	body, err := c.send(ctx, to, base, exchange{method: http.MethodPost, path: "pair", hearsay: true, body: wirePair{r.Token.Reveal(), string(r.System), r.Name, r.URL, wireKey{string(r.Key.ID), r.Key.Public}}}, keys)
	var w wirePaired
	if err == nil {
		if err = decodeStrict(body, &w, bodyLimits); err != nil {
			err = rubbish(to, err)
		}
	}
	if err != nil {
		return collab.PairReply{}, fmt.Errorf("collabhttp: pair: %w", err)
	}
	return collab.PairReply{System: collab.SystemID(w.System), Name: w.Name, URL: w.URL, Key: collab.PartnerKey{ID: collab.KeyID(w.Key.ID), Public: w.Key.Public}}, nil
}

// Rotate announces our next key.
func (c *Client) Rotate(ctx context.Context, to collab.SystemID, call collab.Call, next collab.PartnerKey, oldUntil time.Time) error {
	_, err := do[wireNothing](ctx, c, to, exchange{method: http.MethodPost, path: "key", key: call.Key, body: wireRotate{wireKey{string(next.ID), next.Public}, oldUntil}})
	return err
}
