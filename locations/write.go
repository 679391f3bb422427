package locations

import (
	"context"
	"fmt"
	"slices"
)

// loadTree reads a whole set by pages.
func (s *Service) loadTree(ctx context.Context, trees TreesView, set SetID) (Head, *Tree, error) {
	head, err := trees.Head(ctx, set)
	if err != nil {
		return Head{}, nil, err
	}
	rows, err := pages(func(after Key) ([]Stored, error) { return trees.List(ctx, set, after, pageSize) }, s.cfg.MaxNodes)
	if err != nil {
		return Head{}, nil, err
	}
	tree, err := fromRows(rows)
	if err != nil {
		return Head{}, nil, fmt.Errorf("what is stored is no tree: %w", err)
	}
	return head, tree, nil
}

// pages reads a list to its end, and refuses one that is longer than most.
func pages(next func(after Key) ([]Stored, error), most int) ([]Stored, error) {
	var rows []Stored
	var after Key
	for {
		page, err := next(after)
		if err != nil {
			return nil, err
		}
		if rows = append(rows, page...); len(rows) > most {
			return nil, fmt.Errorf("more than %d nodes: %w", most, ErrInvalid)
		}
		if len(page) < pageSize {
			return rows, nil
		}
		after = page[len(page)-1].Key
	}
}

// changedRows returns the rows of next that are not the same in base: the nodes that were put, and the nodes above
// them, whose prints are others now. Every key of base is in next.
func changedRows(base, next *Tree) []Stored {
	var rows []Stored
	was, is := base.prints(), next.prints()
	i := 0
	for j := range next.nodes {
		if i < len(base.nodes) && base.nodes[i].Key == next.nodes[j].Key {
			same := was.own[i] == is.own[j] && was.sub[i] == is.sub[j] &&
				base.nodes[i].Parent == next.nodes[j].Parent && base.isEdited(i) == next.isEdited(j)
			i++
			if same {
				continue
			}
		}
		rows = append(rows, next.row(j))
	}
	return rows
}

// switchOver stages rows in pages, each in a transaction of its own, and then writes them over the set together with
// whatever decide does, in one. What was staged is dropped when that fails.
func (s *Service) switchOver(ctx context.Context, rows []Stored, head Head, expect int64, decide func(context.Context, Tx) error) error {
	id := PushID(s.cfg.NewID())
	err := s.stageAll(ctx, id, rows)
	if err == nil {
		err = s.update(ctx, func(ctx context.Context, tx Tx) error {
			if err := decide(ctx, tx); err != nil {
				return err
			}
			return tx.Trees.Switch(ctx, id, head, expect)
		})
	}
	if err != nil && len(rows) > 0 {
		s.drop(ctx, id)
	}
	return err
}

func (s *Service) stageAll(ctx context.Context, id PushID, rows []Stored) error {
	for page := range slices.Chunk(rows, pageSize) {
		if err := s.update(ctx, func(ctx context.Context, tx Tx) error { return tx.Trees.Stage(ctx, id, page) }); err != nil {
			return err
		}
	}
	return nil
}

// drop forgets staged rows after a failure, whose error is the one to tell.
func (s *Service) drop(ctx context.Context, id PushID) {
	_ = s.update(context.WithoutCancel(ctx), func(ctx context.Context, tx Tx) error { return tx.Trees.Drop(ctx, id) })
}
