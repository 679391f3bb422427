package locations

import (
	"context"
	"errors"
	"fmt"
)

// Comparison is what differs between our set and a partner's copy, and which state of both was compared.
type Comparison struct {
	Project      ProjectID
	Ours, Theirs Head
	Diff         Diff
}

// tries is how often an operation begins again when a side moves under it.
const tries = 3

// Compare finds what differs between our set and the copy of the project's partner. Equal trees cost one exchange; else
// the partner's copy is walked down along the fingerprints that differ, and only differing nodes are fetched in full.
// Of our own set no more is read than that takes. Only the owner of the set compares (ErrForbidden); a side that changes all the time is ErrStale.
func (s *Service) Compare(ctx context.Context, actor Actor, project ProjectID) (Comparison, error) {
	return s.CompareSince(ctx, actor, project, Comparison{})
}

// CompareSince is Compare for who has compared before and kept the result, such as a person who pages through it: while
// neither side's head has moved, last is the answer, and it costs one exchange.
func (s *Service) CompareSince(ctx context.Context, actor Actor, project ProjectID, last Comparison) (Comparison, error) {
	c, err := s.compareSince(ctx, &actor, project, last)
	if err != nil {
		return Comparison{}, fail(err, "compare for project %s", project)
	}
	return c, nil
}

func (s *Service) compare(ctx context.Context, actor *Actor, project ProjectID) (Comparison, error) {
	return s.compareSince(ctx, actor, project, Comparison{})
}

func (s *Service) compareSince(ctx context.Context, actor *Actor, project ProjectID, last Comparison) (c Comparison, err error) {
	for range tries {
		if c, err = s.compareOnce(ctx, actor, project, last); !errors.Is(err, ErrStale) {
			return c, err
		}
	}
	return c, err
}

func (s *Service) compareOnce(ctx context.Context, actor *Actor, project ProjectID, last Comparison) (Comparison, error) {
	if s.cfg.Peer == nil {
		return Comparison{}, ErrUnsupported
	}
	c := Comparison{Project: project}
	var share Share
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		if share, err = owned(ctx, actor, v, project); err != nil {
			return err
		}
		c.Ours, err = v.Trees.Head(ctx, share.Set)
		return err
	})
	if err != nil {
		return Comparison{}, err
	}
	top, err := s.cfg.Peer.Look(ctx, share.Partner, project, []Key{""})
	if err != nil {
		return Comparison{}, err
	}
	c.Theirs = top.Head
	switch {
	case c.Ours.Root == c.Theirs.Root:
		return c, nil
	case last.Project == project && last.Ours == c.Ours && last.Theirs == c.Theirs:
		return last, nil
	}
	view := func(ctx context.Context, fn func(context.Context, TreesView) error) error {
		return s.view(ctx, func(ctx context.Context, v View) error {
			head, err := v.Trees.Head(ctx, share.Set)
			if err == nil && head != c.Ours {
				err = fmt.Errorf("our set moved on from revision %d to %d: %w", c.Ours.Revision, head.Revision, ErrStale)
			}
			if err != nil {
				return err
			}
			return fn(ctx, v.Trees)
		})
	}
	if top.Head.Nodes == 0 && len(top.Entries) == 0 { // a first copy: all of ours is missing
		err = view(ctx, func(ctx context.Context, trees TreesView) error {
			_, ours, err := s.loadTree(ctx, trees, share.Set)
			if err == nil {
				c.Diff = Compare(ours, &Tree{})
			}
			return err
		})
		return c, err
	}
	d := descent{peer: s.cfg.Peer, other: share.Partner, project: project, set: share.Set, view: view, most: s.cfg.MaxNodes}
	c.Diff, err = d.differences(ctx, top)
	return c, err
}

// owned returns the share of a project in which the set is ours; a nil actor is the service itself.
func owned(ctx context.Context, actor *Actor, v View, project ProjectID) (Share, error) {
	if actor != nil {
		if err := belongs(*actor, v.Account); err != nil {
			return Share{}, err
		}
	}
	share, err := v.Shares.Share(ctx, project)
	switch {
	case err != nil:
		return Share{}, err
	case !share.Owner:
		return Share{}, fmt.Errorf("the set belongs to the partner %s: %w", share.Partner, ErrForbidden)
	case share.Set == "":
		return Share{}, fmt.Errorf("the project has no set yet: %w", ErrState)
	}
	return share, nil
}

// live refuses what only an accepted project may do.
func live(share Share) error {
	if !share.Live {
		return fmt.Errorf("the project is %s: %w", share.State, ErrState)
	}
	return nil
}
