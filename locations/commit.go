package locations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Commit checks what the partner staged and makes it our copy in one step. The same call again is answered with the
// first receipt.
func (in inbound) Commit(ctx context.Context, other PartnerID, call Call, c PushCommit) (PushReceipt, error) {
	receipt, err := in.s.commit(ctx, other, call, c)
	if err != nil {
		return PushReceipt{}, fail(err, "commit a push of %s for project %s", other, c.Project)
	}
	return receipt, nil
}

func (s *Service) commit(ctx context.Context, other PartnerID, call Call, c PushCommit) (PushReceipt, error) {
	var share Share
	var receipt PushReceipt
	var done bool
	err := s.receive(ctx, other, call, func(ctx context.Context, tx Tx) (err error) {
		if share, err = target(ctx, tx.Shares, other, c.Project); err != nil {
			return err
		}
		receipt, done, err = replied(ctx, tx.Inbox, other, call)
		return err
	})
	if err != nil || done {
		return receipt, err
	}
	staged := staging(other, c.Project)
	incoming, err := s.judge(ctx, share.Set, staged, c)
	if err == nil {
		receipt, err = s.bring(ctx, other, call, c, share.Set, staged, incoming)
	}
	if refused(err) {
		s.drop(ctx, staged)
	}
	return receipt, err
}

// incoming is a push that was found good.
type incoming struct {
	before  Head
	head    Head
	rows    []Stored
	receipt PushReceipt
}

// judge puts what is staged into our copy, in memory, and checks everything that the partner claims.
func (s *Service) judge(ctx context.Context, set SetID, staged PushID, c PushCommit) (*incoming, error) {
	var head Head
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		head, err = v.Trees.Head(ctx, set)
		return err
	})
	if err != nil {
		return nil, err
	}
	put, err := s.staged(ctx, staged)
	switch {
	case err != nil:
		return nil, err
	case head.Revision != c.Expect:
		return nil, fmt.Errorf("the copy is at revision %d, the push was compared with %d: %w", head.Revision, c.Expect, ErrStale)
	case c.Source < head.Source:
		return nil, fmt.Errorf("the copy has the owner's revision %d, the push brings %d: %w", head.Source, c.Source, ErrStale)
	case len(put) != c.Total:
		return nil, fmt.Errorf("%d nodes are staged, the push says %d: %w", len(put), c.Total, ErrStale)
	}
	p, err := s.judgePart(ctx, head, put, c)
	if err != nil || p != nil {
		return p, err
	}
	return s.judgeWhole(ctx, head, put, c)
}

// judgePart looks only at the nodes that are put and at those around and above them. It answers nothing where that is not enough
// to accept the push: then the whole tree says why, or accepts it.
func (s *Service) judgePart(ctx context.Context, head Head, put []Stored, c PushCommit) (*incoming, error) {
	if len(put) > MaxEdits {
		return nil, nil
	}
	edits := make([]Edit, len(put))
	for i := range put {
		edits[i] = Put(put[i].Node)
	}
	var g *graft
	err := s.view(ctx, func(ctx context.Context, v View) error {
		now, err := v.Trees.Head(ctx, head.Set)
		if err == nil && now != head {
			err = fmt.Errorf("the copy changed during the push: %w", ErrStale)
		}
		if err == nil {
			g, err = newGraft(ctx, v.Trees, head.Set, edits, s.cfg.Rules)
		}
		return err
	})
	switch ps := (Problems)(nil); {
	case errors.As(err, &ps):
		return nil, nil
	case err != nil:
		return nil, err
	case len(g.changes) == 0 && g.created == 0 || head.Nodes+g.created > s.cfg.MaxNodes:
		return nil, nil
	}
	before := func(k Key) (Stored, bool) { r, ok := g.before[k]; return r, ok }
	if lost := overwritten(put, before); len(lost) > 0 && !c.Overwrite {
		return nil, &OverwritesError{Changes: lost}
	}
	g.settle()
	rows, root := g.rows(false)
	if root != c.Root {
		return nil, nil
	}
	return found(head, rows, root, head.Nodes+g.created, put, before, c), nil
}

// judgeWhole builds our copy as it will be.
func (s *Service) judgeWhole(ctx context.Context, head Head, put []Stored, c PushCommit) (*incoming, error) {
	var now Head
	var base *Tree
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		now, base, err = s.loadTree(ctx, v.Trees, head.Set)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case now != head:
		return nil, fmt.Errorf("the copy changed during the push: %w", ErrStale)
	}
	before := func(k Key) (Stored, bool) {
		i := base.find(k)
		if i < 0 {
			return Stored{}, false
		}
		return base.row(i), true
	}
	if lost := overwritten(put, before); len(lost) > 0 && !c.Overwrite {
		return nil, &OverwritesError{Changes: lost}
	}
	nodes := make([]Node, len(put))
	for i := range put {
		nodes[i] = put[i].Node
	}
	next, err := Apply(base, nodes, s.cfg.Rules)
	switch {
	case err != nil:
		return nil, err
	case next.Len() > s.cfg.MaxNodes:
		return nil, fmt.Errorf("more than %d nodes: %w", s.cfg.MaxNodes, ErrInvalid)
	case next.Root() != c.Root:
		return nil, fmt.Errorf("the push results in the root %s, the partner expects %s: %w", next.Root(), c.Root, ErrInvalid)
	}
	return found(head, changedRows(base, next), next.Root(), next.Len(), put, before, c), nil
}

// found describes a good push.
func found(head Head, rows []Stored, root Print, nodes int, put []Stored, before func(Key) (Stored, bool), c PushCommit) *incoming {
	p := &incoming{
		before: head, rows: rows,
		head:    Head{Set: head.Set, Revision: head.Revision + 1, Root: root, Nodes: nodes, Source: c.Source},
		receipt: PushReceipt{Revision: head.Revision + 1, Root: root},
	}
	for i := range put {
		old, ok := before(put[i].Key)
		switch {
		case !ok:
			p.receipt.Created++
		case put[i].Inactive && !old.Inactive:
			p.receipt.Deactivated++
		case differing(&old.Node, &put[i].Node) != 0:
			p.receipt.Updated++
		}
	}
	return p
}

// staged reads what a push has staged, a page at a time.
func (s *Service) staged(ctx context.Context, push PushID) ([]Stored, error) {
	return pages(func(after Key) (page []Stored, err error) {
		err = s.update(ctx, func(ctx context.Context, tx Tx) (err error) {
			page, err = tx.Trees.Staged(ctx, push, after, pageSize)
			return err
		})
		return page, err
	}, s.cfg.MaxNodes)
}

// overwritten returns the hand edits that putting these rows, ordered by key, would undo.
func overwritten(put []Stored, before func(Key) (Stored, bool)) []Change {
	var ours, theirs []Stored
	for _, r := range put {
		if old, ok := before(r.Key); ok && old.Edited {
			r.Sub = r.Own // nothing below is looked at: an inactive row counts like any other
			ours = append(ours, r)
			theirs = append(theirs, old)
		}
	}
	return diff(sparse(ours), sparse(theirs)).Changes
}

// bring stages the rows with their prints and switches over, with the reply and the history entry.
func (s *Service) bring(ctx context.Context, other PartnerID, call Call, c PushCommit, set SetID, staged PushID, p *incoming) (PushReceipt, error) {
	body, err := json.Marshal(p.receipt)
	if err != nil {
		return PushReceipt{}, err
	}
	at := s.now()
	record := Record{
		ID: s.cfg.NewID(), At: at, Actor: string(other), Set: set, Project: c.Project, Action: "pushed",
		Note: fmt.Sprintf("owner's revision %d: %d created, %d updated, %d deactivated, root %s",
			c.Source, p.receipt.Created, p.receipt.Updated, p.receipt.Deactivated, p.head.Root),
	}
	var receipt PushReceipt
	var done bool
	err = s.switchOver(ctx, p.rows, p.head, p.before.Revision, func(ctx context.Context, tx Tx) error {
		share, err := target(ctx, tx.Shares, other, c.Project)
		if err != nil {
			return err
		}
		if share.Set != set {
			return fmt.Errorf("the project has come to another set: %w", ErrStale)
		}
		if receipt, done, err = replied(ctx, tx.Inbox, other, call); err != nil {
			return err
		}
		if done {
			return errDone
		}
		if err := tx.Inbox.Keep(ctx, other, Reply{Key: call.Key, Digest: call.Digest, Body: body, At: at}); err != nil {
			return err
		}
		if err := tx.History.Append(ctx, []Record{record}); err != nil {
			return err
		}
		return tx.Trees.Drop(ctx, staged)
	})
	switch {
	case errors.Is(err, errDone):
		return receipt, nil
	case errors.Is(err, ErrConflict):
		return PushReceipt{}, fmt.Errorf("the copy changed during the push: %w", ErrStale)
	case err != nil:
		return PushReceipt{}, err
	}
	return p.receipt, nil
}

// errDone rolls back a commit that another one with the same key has overtaken.
var errDone = errors.New("committed already")

// replied returns the receipt that this call was answered with before, if it was.
func replied(ctx context.Context, inbox Inbox, other PartnerID, call Call) (receipt PushReceipt, done bool, err error) {
	r, err := inbox.Reply(ctx, other, call.Key)
	switch {
	case errors.Is(err, ErrNotFound):
		return PushReceipt{}, false, nil
	case err != nil:
		return PushReceipt{}, false, err
	case r.Digest != call.Digest:
		return PushReceipt{}, false, ErrKeyReused
	}
	return receipt, true, json.Unmarshal(r.Body, &receipt)
}
