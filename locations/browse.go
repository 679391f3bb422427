package locations

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// Search returns up to limit (1 to 1000) nodes of a set whose key or name contains the text, whatever its letter case and
// accents, and whose key is greater than after, ordered by key. An empty text is in every node.
func (s *Service) Search(ctx context.Context, set SetID, text string, after Key, limit int) ([]Stored, error) {
	limit = min(max(limit, 1), pageSize)
	text = textnorm.Plain(text)
	var found []Stored
	err := s.view(ctx, func(ctx context.Context, v View) error {
		found = nil
		for from := after; ; {
			rows, err := v.Trees.List(ctx, set, from, pageSize)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if strings.Contains(textnorm.Plain(string(r.Key)), text) || strings.Contains(textnorm.Plain(r.Name), text) {
					if found = append(found, r); len(found) == limit {
						return nil
					}
				}
			}
			if len(rows) < pageSize {
				return nil
			}
			from = rows[len(rows)-1].Key
		}
	})
	if err != nil {
		return nil, fail(err, "search set %s", set)
	}
	return found, nil
}

// Children returns up to limit (1 to 1000) nodes that hang directly under a parent ("" is the top) and whose key is greater
// than after, ordered by key.
func (s *Service) Children(ctx context.Context, set SetID, parent, after Key, limit int) (rows []Stored, err error) {
	limit = min(max(limit, 1), pageSize)
	err = s.view(ctx, func(ctx context.Context, v View) error {
		entries, err := v.Trees.Children(ctx, set, []Key{parent})
		if err != nil {
			return err
		}
		var keys []Key
		for _, e := range entries {
			if e.Key > after && len(keys) < limit {
				keys = append(keys, e.Key)
			}
		}
		rows, err = v.Trees.Nodes(ctx, set, keys)
		return err
	})
	if err != nil {
		return nil, fail(err, "children of %q in set %s", parent, set)
	}
	return rows, nil
}

// Path returns the nodes above a node, from the top down; the node itself is not among them. An unknown key is ErrNotFound.
func (s *Service) Path(ctx context.Context, set SetID, key Key) (path []Stored, err error) {
	err = s.view(ctx, func(ctx context.Context, v View) error {
		path = nil
		below := LocationLevel - 1
		for at := key; at != ""; {
			rows, err := v.Trees.Nodes(ctx, set, []Key{at})
			switch {
			case err != nil:
				return err
			case len(rows) == 0:
				return fmt.Errorf("node %s: %w", at, ErrNotFound)
			case rows[0].Level <= below: // else it might never end
				return fmt.Errorf("what is stored is no tree: node %s is not above level %d: %w", at, below, ErrInvalid)
			}
			if at != key {
				path = append(path, rows[0])
			}
			at, below = rows[0].Parent, rows[0].Level
		}
		return nil
	})
	if err != nil {
		return nil, fail(err, "path of node %s in set %s", key, set)
	}
	slices.Reverse(path)
	return path, nil
}
