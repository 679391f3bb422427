package collabhttp

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

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
