package locations

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
)

// LoadOptions choose what a load does beyond putting its nodes.
type LoadOptions struct {
	// Deactivate makes every node inactive that the load does not name. Default: absent nodes stay as they are.
	Deactivate bool
	// Preview reports what the load would do and writes nothing.
	Preview bool
	// Expect is the revision that the caller looked at; another one is ErrConflict. Default: 0, any revision.
	Expect int64
}

// LoadResult says what a load did, or would do.
type LoadResult struct {
	Head                                     Head // after the load
	Created, Updated, Deactivated, Unchanged int
	Refused, Warnings                        Problems // of the table's rows, by line
}

// LoadTable reads a client's table (ReadTable with the service's rules) and loads the accepted rows into the set.
func (s *Service) LoadTable(ctx context.Context, actor Actor, set SetID, table io.Reader, layout Layout, opts LoadOptions) (LoadResult, error) {
	digest := sha256.New()
	loaded, err := ReadTable(io.TeeReader(table, digest), layout, s.cfg.Rules)
	if err != nil {
		return LoadResult{}, fail(err, "load set %s", set)
	}
	res, err := s.load(ctx, actor, set, loaded.Nodes, opts, fmt.Sprintf("table sha256:%x, %d rows, %d refused", digest.Sum(nil), loaded.Rows, loaded.Rows-loaded.Stores))
	res.Refused, res.Warnings = loaded.Refused, loaded.Warnings
	return res, err
}

// Load puts nodes into the set, creating and updating by key. It is refused with Problems when the result would be no
// tree, with a LockedError while a project locks the set, and with ErrConflict when the set changed meanwhile.
func (s *Service) Load(ctx context.Context, actor Actor, set SetID, nodes []Node, opts LoadOptions) (LoadResult, error) {
	return s.load(ctx, actor, set, nodes, opts, fmt.Sprintf("%d nodes", len(nodes)))
}

func (s *Service) load(ctx context.Context, actor Actor, set SetID, nodes []Node, opts LoadOptions, source string) (LoadResult, error) {
	var head Head
	var base *Tree
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		if err = belongs(actor, v.Account); err != nil {
			return err
		}
		if err = unlocked(ctx, v.Shares, set); err != nil {
			return err
		}
		head, base, err = s.loadTree(ctx, v.Trees, set)
		return err
	})
	if err != nil {
		return LoadResult{}, fail(err, "load set %s", set)
	}
	if opts.Expect != 0 && opts.Expect != head.Revision {
		return LoadResult{}, fail(ErrConflict, "load set %s: it is at revision %d, not %d", set, head.Revision, opts.Expect)
	}
	var res LoadResult
	put, err := res.plan(base, nodes, opts)
	if err != nil {
		return LoadResult{}, fail(err, "load set %s", set)
	}
	next, err := Apply(base, put, s.cfg.Rules)
	if err == nil && next.Len() > s.cfg.MaxNodes {
		err = fmt.Errorf("more than %d nodes: %w", s.cfg.MaxNodes, ErrInvalid)
	}
	if err != nil {
		return LoadResult{}, fail(err, "load set %s", set)
	}
	res.Head = head
	if len(put) == 0 {
		return res, nil
	}
	if head.Source > 0 {
		for _, n := range put {
			next.edited[next.find(n.Key)] = true
		}
	}
	res.Head = Head{Set: set, Revision: head.Revision + 1, Root: next.Root(), Nodes: next.Len(), Source: head.Source}
	if opts.Preview {
		return res, nil
	}
	record := Record{
		ID: s.cfg.NewID(), At: s.now(), Actor: actor.Name, Set: set, Action: "load",
		Note: fmt.Sprintf("%s; %d created, %d updated, %d deactivated, root %s", source, res.Created, res.Updated, res.Deactivated, next.Root()),
	}
	err = s.switchOver(ctx, changedRows(base, next), res.Head, head.Revision, func(ctx context.Context, tx Tx) error {
		if err := unlocked(ctx, tx.Shares, set); err != nil {
			return err
		}
		return tx.History.Append(ctx, []Record{record})
	})
	if err != nil {
		return LoadResult{}, fail(err, "load set %s", set)
	}
	return res, nil
}

// plan returns the nodes that are not in the tree as they should be, and counts. Problems lists keys given twice.
func (res *LoadResult) plan(base *Tree, nodes []Node, opts LoadOptions) ([]Node, error) {
	var put []Node
	var ps Problems
	named := make(map[Key]bool, len(nodes))
	for _, n := range nodes {
		if named[n.Key] {
			ps = append(ps, Problem{Key: n.Key, Field: "key", Rule: RuleIDDuplicate, Message: "the key is given more than once"})
		}
		named[n.Key] = true
		i := base.find(n.Key)
		switch {
		case i < 0:
			res.Created++
		case differing(&base.nodes[i], &n) == 0:
			res.Unchanged++
			continue
		case n.Inactive && !base.nodes[i].Inactive:
			res.Deactivated++
		default:
			res.Updated++
		}
		put = append(put, n)
	}
	if opts.Deactivate {
		for i := range base.nodes {
			if n := base.nodes[i]; !named[n.Key] && !n.Inactive {
				n.Inactive = true
				put = append(put, n)
				res.Deactivated++
			}
		}
	}
	if len(ps) > 0 {
		return nil, ps
	}
	return put, nil
}
