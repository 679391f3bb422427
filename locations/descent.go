package locations

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// descent walks down a partner's copy and keeps to the part whose prints differ from our set's, of which it reads no more either. What
// a partner answers is not trusted: it is bounded, must be ordered into a tree, and details must have the print announced.
type descent struct {
	peer    Peer
	other   PartnerID
	project ProjectID
	set     SetID
	view    func(context.Context, func(context.Context, TreesView) error) error // reads our set as it was when the comparison began
	head    Head
	most    int
	mine    map[Key]Entry // what was read of our set
	seen    map[Key]Entry // everything the partner told of its copy
	wanted  map[Key]bool  // whose details are asked for, and whether they must be there
	absent  []Key         // what we have and the partner did not tell of
}

// differences finds what differs, given the partner's top.
func (d *descent) differences(ctx context.Context, top Look) (Diff, error) {
	d.head, d.mine, d.seen, d.wanted = top.Head, map[Key]Entry{}, map[Key]Entry{}, map[Key]bool{}
	next, err := d.accept(ctx, top, []Key{""})
	if err != nil {
		return Diff{}, err
	}
	for len(next) > 0 {
		var below []Key
		for parents := range slices.Chunk(next, MaxParents) {
			look, err := d.peer.Look(ctx, d.other, d.project, parents)
			if err != nil {
				return Diff{}, err
			}
			more, err := d.accept(ctx, look, parents)
			if err != nil {
				return Diff{}, err
			}
			below = append(below, more...)
		}
		next = below
	}
	if err := d.missing(ctx); err != nil {
		return Diff{}, err
	}
	d.want()
	return d.compare(ctx)
}

// accept takes an answer in and returns the keys below which something differs.
func (d *descent) accept(ctx context.Context, look Look, parents []Key) ([]Key, error) {
	if look.Head.Revision != d.head.Revision {
		return nil, fmt.Errorf("the partner's copy moved on from revision %d to %d: %w", d.head.Revision, look.Head.Revision, ErrStale)
	}
	if len(d.seen)+len(look.Entries) > min(d.head.Nodes, d.most) {
		return nil, fmt.Errorf("the partner's copy has more entries than it says (%d) or than are read (%d): %w", d.head.Nodes, d.most, ErrInvalid)
	}
	asked := make(map[Key]bool, len(parents))
	for _, k := range parents {
		asked[k] = true
	}
	keys := make([]Key, 0, len(look.Entries))
	for _, e := range look.Entries {
		up, hangs := d.seen[e.Parent]
		_, twice := d.seen[e.Key]
		if e.Key == "" || twice || !asked[e.Parent] || e.Level < LocationLevel || hangs && up.Level <= e.Level {
			return nil, fmt.Errorf("the partner's entry %q below %q does not fit a tree: %w", e.Key, e.Parent, ErrInvalid)
		}
		d.seen[e.Key] = e
		keys = append(keys, e.Key)
	}
	err := d.view(ctx, func(ctx context.Context, trees TreesView) error {
		entries, err := trees.Entries(ctx, d.set, keys)
		d.know(entries)
		return err
	})
	var next []Key
	for _, e := range look.Entries {
		// Where the prints are equal so is everything below, but for quiet nodes, which count as absent.
		if e.Level > LocationLevel && e.Sub != (Print{}) && e.Sub != d.mine[e.Key].Sub {
			next = append(next, e.Key)
		}
	}
	return next, err
}

// know takes in what was read of our set.
func (d *descent) know(entries []Entry) {
	for _, e := range entries {
		d.mine[e.Key] = e
	}
}

// missing walks our set down to where the partner's is equal, and collects what the partner did not tell of.
func (d *descent) missing(ctx context.Context) error {
	return d.view(ctx, func(ctx context.Context, trees TreesView) error {
		d.absent = nil
		for parents := []Key{""}; len(parents) > 0; {
			entries, err := trees.Children(ctx, d.set, parents)
			if err != nil {
				return err
			}
			d.know(entries)
			parents = nil
			for _, e := range entries {
				told, ok := d.seen[e.Key]
				if e.Sub == (Print{}) || ok && told.Sub == e.Sub {
					continue
				}
				if !ok {
					d.absent = append(d.absent, e.Key)
				}
				if e.Level > LocationLevel {
					parents = append(parents, e.Key)
				}
			}
		}
		return nil
	})
}

// want collects the keys whose details are needed.
func (d *descent) want() {
	for k, e := range d.seen {
		mine, ok := d.mine[k]
		quiet := e.Sub == (Print{})
		switch {
		case !ok:
			if !quiet {
				d.wanted[k] = true
			}
		case quiet && mine.Sub == (Print{}):
		case e.Own != mine.Own || e.Parent != mine.Parent:
			d.wanted[k] = true
		}
	}
	if len(d.seen) < d.head.Nodes {
		// The partner may hold what we miss in quiet parts that were not walked: it is asked for by key.
		for _, k := range d.absent {
			d.wanted[k] = false
		}
	}
}

// compare fetches the wanted details and compares them with ours by the one rule.
func (d *descent) compare(ctx context.Context) (Diff, error) {
	var keys []Key
	for k := range d.wanted {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var theirs []Stored
	for page := range slices.Chunk(keys, MaxNodes) {
		rows, err := d.peer.Nodes(ctx, d.other, d.project, page)
		if err != nil {
			return Diff{}, err
		}
		for _, r := range rows {
			if err := d.fits(r, page); err != nil {
				return Diff{}, err
			}
			delete(d.wanted, r.Key)
		}
		theirs = append(theirs, rows...)
	}
	for k, must := range d.wanted {
		if must {
			return Diff{}, fmt.Errorf("the partner's node %q has gone: %w", k, ErrStale)
		}
	}
	ordered := func(a, b Stored) int { return cmp.Compare(a.Key, b.Key) }
	if !slices.IsSortedFunc(theirs, ordered) {
		return Diff{}, fmt.Errorf("the partner's nodes are not ordered by key: %w", ErrInvalid)
	}
	keys = append(keys, d.absent...)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	var ours []Stored
	err := d.view(ctx, func(ctx context.Context, trees TreesView) (err error) {
		ours, err = trees.Nodes(ctx, d.set, keys)
		return err
	})
	return diff(sparse(ours), sparse(theirs)), err
}

// fits checks a detailed node against what was asked and what was told before.
func (d *descent) fits(r Stored, page []Key) error {
	must, wanted := d.wanted[r.Key]
	if _, asked := slices.BinarySearch(page, r.Key); !asked || !wanted {
		return fmt.Errorf("the partner's node %q was not asked for, or comes twice: %w", r.Key, ErrInvalid)
	}
	if ps := (Rules{}).Check(r.Node); len(ps) > 0 {
		return fmt.Errorf("the partner's node: %w", ps)
	}
	if OwnPrint(r.Node) != r.Own {
		return fmt.Errorf("the partner's node %q does not have the print that comes with it: %w", r.Key, ErrInvalid)
	}
	e := d.seen[r.Key]
	if must && r.Entry() != e || !must && r.Sub != (Print{}) {
		return fmt.Errorf("the partner's node %q changed during the comparison: %w", r.Key, ErrStale)
	}
	return nil
}
