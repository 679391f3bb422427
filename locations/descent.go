package locations

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// descent walks down a partner's copy and keeps to the part whose prints differ from our tree's. What a partner
// answers is not trusted: it is bounded, must be ordered into a tree, and details must have the print announced.
type descent struct {
	peer    Peer
	other   PartnerID
	project ProjectID
	ours    *Tree
	head    Head
	most    int
	seen    map[Key]Entry // everything the partner told of its copy
	wanted  map[Key]bool  // whose details are asked for, and whether they must be there
	absent  []Key         // what we have and the partner did not tell of
}

// differences finds what differs, given the partner's top.
func (d *descent) differences(ctx context.Context, top Look) (Diff, error) {
	d.head, d.seen, d.wanted = top.Head, map[Key]Entry{}, map[Key]bool{}
	if d.head.Root == d.ours.Root() {
		return Diff{}, nil
	}
	next, err := d.accept(top, []Key{""})
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
			more, err := d.accept(look, parents)
			if err != nil {
				return Diff{}, err
			}
			below = append(below, more...)
		}
		next = below
	}
	d.want()
	return d.compare(ctx)
}

// accept takes an answer in and returns the keys below which something differs.
func (d *descent) accept(look Look, parents []Key) ([]Key, error) {
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
	var next []Key
	for _, e := range look.Entries {
		up, hangs := d.seen[e.Parent]
		_, twice := d.seen[e.Key]
		if e.Key == "" || twice || !asked[e.Parent] || e.Level < LocationLevel || hangs && up.Level <= e.Level {
			return nil, fmt.Errorf("the partner's entry %q below %q does not fit a tree: %w", e.Key, e.Parent, ErrInvalid)
		}
		d.seen[e.Key] = e
		// Where the prints are equal so is everything below, but for quiet nodes, which count as absent.
		if e.Level > LocationLevel && e.Sub != (Print{}) && e.Sub != d.ours.Sub(e.Key) {
			next = append(next, e.Key)
		}
	}
	return next, nil
}

// want collects the keys whose details are needed.
func (d *descent) want() {
	for k, e := range d.seen {
		i := d.ours.find(k)
		quiet := e.Sub == (Print{})
		switch {
		case i < 0:
			if !quiet {
				d.wanted[k] = true
			}
		case quiet && d.ours.quiet[i]:
		case e.Own != d.ours.prints().own[i] || e.Parent != d.ours.nodes[i].Parent:
			d.wanted[k] = true
		}
	}
	kids := d.ours.family()
	d.missing(kids, kids.tops())
	if len(d.seen) < d.head.Nodes {
		// The partner may hold what we miss in quiet parts that were not walked: it is asked for by key.
		for _, k := range d.absent {
			d.wanted[k] = false
		}
	}
}

// missing walks our tree down to where the partner's is equal, and collects what the partner did not tell of.
func (d *descent) missing(kids family, nodes []int32) {
	for _, i := range nodes {
		k, sub := d.ours.nodes[i].Key, d.ours.prints().sub[i]
		e, told := d.seen[k]
		if sub == (Print{}) || told && e.Sub == sub {
			continue
		}
		if !told {
			d.absent = append(d.absent, k)
		}
		d.missing(kids, kids.of(int(i)))
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
	var ours []Stored
	for _, k := range slices.Compact(keys) {
		if i := d.ours.find(k); i >= 0 {
			ours = append(ours, d.ours.row(i))
		}
	}
	return diff(sparse(ours), sparse(theirs)), nil
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
