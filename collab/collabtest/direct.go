package collabtest

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// Network joins systems in one process: each system's Peer hands its calls straight to the other's receiving half, with the
// digest of their payload as a transport would fill it in.
type Network struct {
	Systems map[collab.SystemID]System
	// Before is asked ahead of each call; an error is what the caller gets instead of an answer. Nil lets all pass.
	Before func(from, to collab.SystemID, op string) error
	// After is asked when the other side has answered; an error takes the place of that answer, as when it is lost.
	After func(from, to collab.SystemID, op string) error
}

// System is what a network reaches of one system.
type System struct {
	Collab    *collab.Service
	Locations *locations.Service
}

// Peer returns the network as one of its systems sees it.
func (n *Network) Peer(from collab.SystemID) Peer { return Peer{net: n, from: from} }

// Places returns the network's location half as one of its systems sees it.
func (n *Network) Places(from collab.SystemID) PlacesPeer {
	return PlacesPeer{Peer{net: n, from: from}}
}

func reach[R any](p Peer, to collab.SystemID, op string, call func(System) (R, error)) (R, error) {
	var none R
	other, ok := p.net.Systems[to]
	if !ok {
		return none, fmt.Errorf("collabtest: no system %s: %w", to, collab.ErrPeer)
	}
	if p.net.Before != nil {
		if err := p.net.Before(p.from, to, op); err != nil {
			return none, err
		}
	}
	r, err := call(other)
	if p.net.After != nil {
		if lost := p.net.After(p.from, to, op); lost != nil {
			return none, lost
		}
	}
	return r, err
}

// sealed fills in the digest of a call's payload.
func sealed(call collab.Call, payload any) collab.Call {
	body, err := json.Marshal(payload)
	if err != nil {
		panic("collabtest: " + err.Error()) // a notice can always be written
	}
	call.Digest = fmt.Sprintf("%x", sha256.Sum256(body))
	return call
}

// Peer is a collab.Peer and collab.Pairer over a Network.
type Peer struct {
	net  *Network
	from collab.SystemID
}

var (
	_ collab.Peer    = Peer{}
	_ locations.Peer = PlacesPeer{}
)

func (p Peer) Hello(ctx context.Context, to collab.SystemID, h collab.Hello) (collab.Hello, error) {
	return reach(p, to, "hello", func(s System) (collab.Hello, error) { return s.Collab.Inbound().Hello(ctx, p.from, h) })
}

func (p Peer) Terms(ctx context.Context, to collab.SystemID, call collab.Call, n collab.TermsNotice) error {
	_, err := reach(p, to, "terms", func(s System) (struct{}, error) {
		return struct{}{}, s.Collab.Inbound().Terms(ctx, p.from, sealed(call, n), n)
	})
	return err
}

func (p Peer) Answer(ctx context.Context, to collab.SystemID, call collab.Call, n collab.AnswerNotice) (collab.AnswerReply, error) {
	return reach(p, to, "answer", func(s System) (collab.AnswerReply, error) {
		return s.Collab.Inbound().Answer(ctx, p.from, sealed(call, n), n)
	})
}

func (p Peer) Shops(ctx context.Context, to collab.SystemID, q collab.HeaderQuery) (collab.HeaderPage, error) {
	return reach(p, to, "shops", func(s System) (collab.HeaderPage, error) { return s.Collab.Inbound().Shops(ctx, p.from, q) })
}

func (p Peer) Snapshots(ctx context.Context, to collab.SystemID, project collab.ProjectID, shops []collab.ShopID) ([]collab.Snapshot, error) {
	return reach(p, to, "snapshots", func(s System) ([]collab.Snapshot, error) {
		return s.Collab.Inbound().Snapshots(ctx, p.from, project, shops)
	})
}

func (p Peer) Return(ctx context.Context, to collab.SystemID, call collab.Call, n collab.ReturnNotice) (collab.ReturnReply, error) {
	return reach(p, to, "return", func(s System) (collab.ReturnReply, error) {
		return s.Collab.Inbound().Return(ctx, p.from, sealed(call, n), n)
	})
}

func (p Peer) Survey(ctx context.Context, to collab.SystemID, project collab.ProjectID) (collab.SurveyState, error) {
	return reach(p, to, "survey", func(s System) (collab.SurveyState, error) {
		return s.Collab.Inbound().Survey(ctx, p.from, project)
	})
}

func (p Peer) UpdateSurvey(ctx context.Context, to collab.SystemID, call collab.Call, n collab.SurveyNotice) error {
	_, err := reach(p, to, "update_survey", func(s System) (struct{}, error) {
		return struct{}{}, s.Collab.Inbound().UpdateSurvey(ctx, p.from, sealed(call, n), n)
	})
	return err
}

func (p Peer) Progress(ctx context.Context, to collab.SystemID, project collab.ProjectID) ([]collab.StatusCount, error) {
	return reach(p, to, "progress", func(s System) ([]collab.StatusCount, error) {
		return s.Collab.Inbound().Progress(ctx, p.from, project)
	})
}

// Pair finds the inviting system by its URL.
func (p Peer) Pair(ctx context.Context, url string, r collab.PairRequest) (collab.PairReply, error) {
	for id := range p.net.Systems {
		if URL(id) == url {
			return reach(p, id, "pair", func(s System) (collab.PairReply, error) { return s.Collab.InboundPairer().Pair(ctx, url, r) })
		}
	}
	return collab.PairReply{}, fmt.Errorf("collabtest: nobody answers at %s: %w", url, collab.ErrPeer)
}

func (p Peer) Rotate(ctx context.Context, to collab.SystemID, call collab.Call, next collab.PartnerKey, oldUntil time.Time) error {
	_, err := reach(p, to, "rotate", func(s System) (struct{}, error) {
		return struct{}{}, s.Collab.InboundPairer().Rotate(ctx, p.from, sealed(call, []any{next, oldUntil}), next, oldUntil)
	})
	return err
}

// URL is where a system of a Network answers.
func URL(id collab.SystemID) string { return "http://" + string(id) + ".test" }

// PlacesPeer is a locations.Peer over a Network.
type PlacesPeer struct{ p Peer }

func (p PlacesPeer) Look(ctx context.Context, to locations.PartnerID, project locations.ProjectID, parents []locations.Key) (locations.Look, error) {
	return reach(p.p, collab.SystemID(to), "look", func(s System) (locations.Look, error) {
		return s.Locations.Inbound().Look(ctx, locations.PartnerID(p.p.from), project, parents)
	})
}

func (p PlacesPeer) Nodes(ctx context.Context, to locations.PartnerID, project locations.ProjectID, keys []locations.Key) ([]locations.Stored, error) {
	return reach(p.p, collab.SystemID(to), "nodes", func(s System) ([]locations.Stored, error) {
		return s.Locations.Inbound().Nodes(ctx, locations.PartnerID(p.p.from), project, keys)
	})
}

func (p PlacesPeer) Stage(ctx context.Context, to locations.PartnerID, call locations.Call, page locations.PushPage) error {
	_, err := reach(p.p, collab.SystemID(to), "stage", func(s System) (struct{}, error) {
		return struct{}{}, s.Locations.Inbound().Stage(ctx, locations.PartnerID(p.p.from), call, page)
	})
	return err
}

func (p PlacesPeer) Commit(ctx context.Context, to locations.PartnerID, call locations.Call, c locations.PushCommit) (locations.PushReceipt, error) {
	return reach(p.p, collab.SystemID(to), "commit", func(s System) (locations.PushReceipt, error) {
		return s.Locations.Inbound().Commit(ctx, locations.PartnerID(p.p.from), call, c)
	})
}
