package locations

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
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
	receipt, err := s.push(ctx, &actor, plan, opts)
	if err != nil {
		return PushReceipt{}, fail(err, "push for project %s", plan.Project)
	}
	return receipt, nil
}

func (s *Service) push(ctx context.Context, actor *Actor, plan Plan, opts PushOptions) (PushReceipt, error) {
	if s.cfg.Peer == nil {
		return PushReceipt{}, ErrUnsupported
	}
	var share Share
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		if share, err = owned(ctx, actor, v, plan.Project); err != nil {
			return err
		}
		if err = live(share); err != nil {
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
	if len(plan.Overwrites) > 0 && !opts.Overwrite {
		return PushReceipt{}, &OverwritesError{Changes: plan.Overwrites}
	}
	if plan.Empty() && plan.Theirs.Source > 0 {
		return PushReceipt{Revision: plan.Theirs.Revision, Root: plan.Theirs.Root}, nil
	}
	receipt, err := s.send(ctx, share.Partner, plan, opts)
	if err != nil {
		return PushReceipt{}, err
	}
	if receipt.Root != plan.Ours.Root {
		return PushReceipt{}, fmt.Errorf("the partner reports the root %s after the push, not %s: %w", receipt.Root, plan.Ours.Root, ErrInvalid)
	}
	record := Record{
		ID: s.cfg.NewID(), At: s.now(), Actor: "courier", Set: share.Set, Project: plan.Project, Action: "push",
		Note: fmt.Sprintf("revision %d to %s: %d created, %d updated, %d deactivated, root %s",
			plan.Ours.Revision, share.Partner, receipt.Created, receipt.Updated, receipt.Deactivated, receipt.Root),
	}
	if actor != nil {
		record.Actor = actor.Name
	}
	err = s.update(ctx, func(ctx context.Context, tx Tx) error { return tx.History.Append(ctx, []Record{record}) })
	return receipt, err
}

// send stages the plan at the partner and commits it there. The push is named after what it brings and what it was
// compared with, so that a repetition is the same push.
func (s *Service) send(ctx context.Context, partner PartnerID, plan Plan, opts PushOptions) (PushReceipt, error) {
	name := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d\x00%s\x00%d\x00%s", plan.Project, plan.Ours.Revision, plan.Ours.Root, plan.Theirs.Revision, plan.Theirs.Root))
	id := PushID(fmt.Sprintf("%x", name[:16]))
	page := 0
	for nodes := range inPages(plan.Put) {
		page++
		call := Call{Key: fmt.Sprintf("%s-%d", id, page)}
		if err := s.cfg.Peer.Stage(ctx, partner, call, PushPage{Project: plan.Project, Push: id, Nodes: nodes}); err != nil {
			return PushReceipt{}, err
		}
	}
	return s.cfg.Peer.Commit(ctx, partner, Call{Key: fmt.Sprintf("%s-commit", id)}, PushCommit{
		Project: plan.Project, Push: id, Total: len(plan.Put), Source: plan.Ours.Revision, Expect: plan.Theirs.Revision,
		Root: plan.Ours.Root, Overwrite: opts.Overwrite,
	})
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

// RequestPush asks for the partner of a project to be made equal to our set, in the background: the message is
// delivered to Deliver.
func (s *Service) RequestPush(ctx context.Context, actor Actor, project ProjectID) error {
	at := s.now()
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		if tx.Outbox == nil {
			return ErrUnsupported
		}
		share, err := owned(ctx, &actor, tx.View(), project)
		if err != nil {
			return err
		}
		if err := live(share); err != nil {
			return err
		}
		record := Record{ID: s.cfg.NewID(), At: at, Actor: actor.Name, Set: share.Set, Project: project, Action: "request_push"}
		if err := tx.History.Append(ctx, []Record{record}); err != nil {
			return err
		}
		return tx.Outbox.Enqueue(ctx, []Message{PushMessage(project, at)})
	})
	if err != nil {
		return fail(err, "request a push for project %s", project)
	}
	return nil
}

// Deliver carries out a message of kind KindPush: it compares and pushes everything. A plan that goes stale meanwhile is
// made again. The first copy may overwrite what the partner has edited; a later one is refused with an OverwritesError,
// for a person to decide.
func (s *Service) Deliver(ctx context.Context, m Message) error {
	var p pushPayload
	if m.Kind != KindPush || json.Unmarshal(m.Payload, &p) != nil || p.Project == "" {
		return hopeless{fail(ErrInvalid, "deliver message %s of kind %q", m.Key, m.Kind)}
	}
	var err error
	for range tries {
		var c Comparison
		if c, err = s.compare(ctx, nil, p.Project); err != nil {
			break
		}
		if _, err = s.push(ctx, nil, PlanPush(c), PushOptions{Overwrite: c.Theirs.Source == 0}); !errors.Is(err, ErrStale) {
			break
		}
	}
	switch {
	case errors.Is(err, ErrOverwrites):
		return hopeless{fail(err, "deliver the push for project %s", p.Project)}
	case err != nil:
		return fail(err, "deliver the push for project %s", p.Project)
	}
	return nil
}

// hopeless is an error that another delivery would meet again: the courier puts the message aside.
type hopeless struct{ error }

func (h hopeless) Unwrap() error   { return h.error }
func (h hopeless) Permanent() bool { return true }
