package locations

import (
	"context"
	"crypto/sha256"
	"fmt"
	"iter"
)

// PushOptions choose what a push may do.
type PushOptions struct {
	// Overwrite allows the push to undo hand edits of the other side (Plan.Overwrites). Default: it is refused with an
	// OverwritesError that lists them.
	Overwrite bool
}

// Push carries out a plan made by PlanPush: the partner's copy becomes equal to our set in one step, or nothing happens.
// It is ErrStale when either side has changed since the comparison, and ErrState when the project is not accepted.
// Pushing the same plan again changes nothing more.
func (s *Service) Push(ctx context.Context, actor Actor, plan Plan, opts PushOptions) (PushReceipt, error) {
	receipt, err := s.push(ctx, actor, plan, opts)
	if err != nil {
		return PushReceipt{}, fail(err, "push for project %s", plan.Project)
	}
	return receipt, nil
}

func (s *Service) push(ctx context.Context, actor Actor, plan Plan, opts PushOptions) (PushReceipt, error) {
	if s.cfg.Peer == nil {
		return PushReceipt{}, ErrUnsupported
	}
	var share Share
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		if share, err = pushing(ctx, &actor, v, plan.Project); err != nil {
			return err
		}
		head, err := v.Trees.Head(ctx, share.Set)
		if err == nil && head != plan.Ours {
			err = fmt.Errorf("our set is at revision %d, the plan is for %d: %w", head.Revision, plan.Ours.Revision, ErrStale)
		}
		return err
	})
	if err != nil {
		return PushReceipt{}, err
	}
	c, err := plan.commit(opts.Overwrite)
	if err != nil {
		return PushReceipt{}, err
	}
	if plan.inSync() {
		return PushReceipt{Revision: plan.Theirs.Revision, Root: plan.Theirs.Root}, nil
	}
	if err := s.stagePages(ctx, share.Partner, c, plan.Put, 0, func(int) error { return nil }); err != nil {
		return PushReceipt{}, err
	}
	receipt, err := s.commitThere(ctx, share.Partner, c)
	if err != nil {
		return PushReceipt{}, err
	}
	record := s.pushed(actor.Name, share, c, receipt)
	err = s.update(ctx, func(ctx context.Context, tx Tx) error { return tx.History.Append(ctx, []Record{record}) })
	return receipt, err
}

// pushed is the history record of a push that went through.
func (s *Service) pushed(by string, share Share, c PushCommit, r PushReceipt) Record {
	return Record{
		ID: s.cfg.NewID(), At: s.now(), Actor: by, Set: share.Set, Project: c.Project, Action: "push",
		Note: fmt.Sprintf("revision %d to %s: %d created, %d updated, %d deactivated, root %s",
			c.Source, share.Partner, r.Created, r.Updated, r.Deactivated, r.Root),
	}
}

// inSync reports whether the other side has what we have, from us.
func (p Plan) inSync() bool { return p.Empty() && p.Theirs.Source > 0 }

// commit returns what the partner is asked to switch over to. The push is named after what it brings and what it was
// compared with, so that a repetition is the same push. Without overwrite a plan that undoes hand edits is an OverwritesError.
func (p Plan) commit(overwrite bool) (PushCommit, error) {
	if len(p.Overwrites) > 0 && !overwrite {
		return PushCommit{}, &OverwritesError{Changes: p.Overwrites}
	}
	name := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s\x00%d\x00%s", p.Project, p.Ours.Revision, p.Ours.Root, p.Theirs.Revision, p.Theirs.Root))
	return PushCommit{
		Project: p.Project, Push: PushID(fmt.Sprintf("%x", name[:16])), Total: len(p.Put), Source: p.Ours.Revision, Expect: p.Theirs.Revision,
		Root: p.Ours.Root, Overwrite: overwrite,
	}, nil
}

// stagePages hands the nodes of a push to the partner, page by page, but for those that are there already: the first staged
// ones. After each page it says how many are there.
func (s *Service) stagePages(ctx context.Context, partner PartnerID, c PushCommit, put []Node, staged int, progress func(staged int) error) error {
	page, there := 0, 0
	for nodes := range inPages(put) {
		page++
		if there += len(nodes); there <= staged {
			continue
		}
		call := Call{Key: fmt.Sprintf("%s-%d", c.Push, page)}
		if err := s.cfg.Peer.Stage(ctx, partner, call, PushPage{Project: c.Project, Push: c.Push, Nodes: nodes}); err != nil {
			return err
		}
		if err := progress(there); err != nil {
			return err
		}
	}
	return nil
}

// commitThere switches the partner over and checks what it says of it. Asked again, the partner gives the same receipt.
func (s *Service) commitThere(ctx context.Context, partner PartnerID, c PushCommit) (PushReceipt, error) {
	receipt, err := s.cfg.Peer.Commit(ctx, partner, Call{Key: fmt.Sprintf("%s-commit", c.Push)}, c)
	if err == nil && receipt.Root != c.Root {
		err = fmt.Errorf("the partner reports the root %s after the push, not %s: %w", receipt.Root, c.Root, ErrInvalid)
	}
	return receipt, err
}

// inPages divides nodes into pages that keep to MaxNodes and MaxPageText.
func inPages(nodes []Node) iter.Seq[[]Node] {
	return func(yield func([]Node) bool) {
		from, size := 0, 0
		for i, n := range nodes {
			if s := n.size(); i > from && (i-from == MaxNodes || size+s > MaxPageText) {
				if !yield(nodes[from:i]) {
					return
				}
				from, size = i, 0
			}
			size += n.size()
		}
		if from < len(nodes) {
			yield(nodes[from:])
		}
	}
}
