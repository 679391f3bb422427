package locations

import (
	"context"
	"errors"
	"fmt"
)

// Inbound is the receiving half: what authenticated partners may do here. Every call names the partner, and a project
// that is unknown or another partner's is ErrNotFound. Only the owner of a set looks at our copy and pushes to it.
func (s *Service) Inbound() Peer { return inbound{s} }

type inbound struct{ s *Service }

var _ Peer = inbound{}

// copyOf returns the share by which a partner reaches our copy of its set.
func copyOf(ctx context.Context, shares Shares, other PartnerID, project ProjectID) (Share, error) {
	share, err := shares.Share(ctx, project)
	switch {
	case err != nil:
		return Share{}, err
	case share.Partner != other:
		return Share{}, ErrNotFound
	case share.Owner:
		return Share{}, fmt.Errorf("the set is ours: %w", ErrForbidden)
	}
	return share, nil
}

// target is copyOf for a write.
func target(ctx context.Context, shares Shares, other PartnerID, project ProjectID) (Share, error) {
	share, err := copyOf(ctx, shares, other, project)
	if err == nil {
		err = live(share)
	}
	if err == nil && share.Set == "" {
		err = fmt.Errorf("the project has no set here yet: %w", ErrState)
	}
	if err != nil {
		return Share{}, err
	}
	return share, nil
}

// Look answers with the head of our copy and the entries below the parents. A project without a set is an empty copy.
func (in inbound) Look(ctx context.Context, other PartnerID, project ProjectID, parents []Key) (look Look, err error) {
	err = in.s.view(ctx, func(ctx context.Context, v View) error {
		share, err := copyOf(ctx, v.Shares, other, project)
		if err != nil {
			return err
		}
		if len(parents) > MaxParents {
			return fmt.Errorf("%d parents, at most %d: %w", len(parents), MaxParents, ErrInvalid)
		}
		if share.Set == "" {
			look = Look{}
			return nil
		}
		if look.Head, err = v.Trees.Head(ctx, share.Set); err != nil {
			return err
		}
		look.Entries, err = v.Trees.Children(ctx, share.Set, parents)
		return err
	})
	if err != nil {
		return Look{}, fail(err, "look for %s at project %s", other, project)
	}
	return look, nil
}

// Nodes answers with nodes of our copy, ordered by key.
func (in inbound) Nodes(ctx context.Context, other PartnerID, project ProjectID, keys []Key) (rows []Stored, err error) {
	err = in.s.view(ctx, func(ctx context.Context, v View) error {
		share, err := copyOf(ctx, v.Shares, other, project)
		if err != nil {
			return err
		}
		if len(keys) > MaxNodes {
			return fmt.Errorf("%d keys, at most %d: %w", len(keys), MaxNodes, ErrInvalid)
		}
		if share.Set == "" {
			rows = nil
			return nil
		}
		rows, err = v.Trees.Nodes(ctx, share.Set, keys)
		return err
	})
	if err != nil {
		return nil, fail(err, "nodes for %s of project %s", other, project)
	}
	return rows, nil
}

// staging names what a partner stages, so that no partner and no project reaches another's. There is one place a project: what
// an abandoned push left there makes the next one stale, is dropped with it, and cannot pile up.
func staging(other PartnerID, project ProjectID) PushID {
	return PushID(PathKey("in", string(other), string(project)))
}

// maxName bounds what a partner may choose as a name: a push, an idempotency key.
const maxName = 200

// Stage keeps one page of a push beside the copy.
func (in inbound) Stage(ctx context.Context, other PartnerID, call Call, page PushPage) error {
	err := in.s.receive(ctx, other, call, func(ctx context.Context, tx Tx) error {
		if _, err := target(ctx, tx.Shares, other, page.Project); err != nil {
			return err
		}
		rows, err := in.s.rowsOf(page)
		if err != nil {
			return err
		}
		return tx.Trees.Stage(ctx, staging(other, page.Project), rows)
	})
	if err != nil {
		return fail(err, "stage a page of %s for project %s", other, page.Project)
	}
	return nil
}

// rowsOf checks a page on its own.
func (s *Service) rowsOf(page PushPage) ([]Stored, error) {
	if page.Push == "" || len(page.Push) > maxName || len(page.Nodes) > MaxNodes {
		return nil, fmt.Errorf("push %.40q with %d nodes, at most %d a page: %w", page.Push, len(page.Nodes), MaxNodes, ErrInvalid)
	}
	var ps Problems
	rows := make([]Stored, 0, len(page.Nodes))
	seen := make(map[Key]bool, len(page.Nodes))
	for _, n := range page.Nodes {
		ps = append(ps, s.cfg.Rules.Check(n)...)
		if seen[n.Key] {
			ps = append(ps, Problem{Key: n.Key, Field: "key", Rule: RuleIDDuplicate, Message: "the key stands more than once in the page"})
		}
		seen[n.Key] = true
		rows = append(rows, Stored{Node: n.Clone(), Own: OwnPrint(n)})
	}
	if len(ps) > 0 {
		return nil, ps
	}
	return rows, nil
}

// receive runs one write of a partner in one transaction. Its nonce is used up even when the write is refused.
func (s *Service) receive(ctx context.Context, other PartnerID, call Call, fn func(context.Context, Tx) error) error {
	if call.Key == "" || len(call.Key) > maxName {
		return fmt.Errorf("the call needs an idempotency key of at most %d bytes: %w", maxName, ErrInvalid)
	}
	var refusal error
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		refusal = nil
		if tx.Inbox == nil {
			return ErrUnsupported
		}
		if call.Nonce != "" {
			if err := tx.Inbox.UseNonce(ctx, other, call.Nonce, call.Expires); err != nil {
				return err
			}
		}
		err := fn(ctx, tx)
		if refused(err) {
			refusal, err = err, nil
		}
		return err
	})
	if err != nil {
		return err
	}
	return refusal
}

// refused tells a decision, which stands, from a failure, which rolls back. Decisions are made before anything is written.
func refused(err error) bool {
	for _, sentinel := range []error{ErrNotFound, ErrForbidden, ErrState, ErrInvalid, ErrStale, ErrOverwrites, ErrKeyReused} {
		if errors.Is(err, sentinel) {
			return true
		}
	}
	return false
}
