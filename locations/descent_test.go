package locations

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// treePeer answers from a tree, and can be made to lie.
type treePeer struct {
	Peer
	tree         *Tree
	looks, nodes int
	bend         func(*Look)
	bendNodes    func([]Stored) []Stored
}

func (p *treePeer) Look(_ context.Context, _ PartnerID, _ ProjectID, parents []Key) (Look, error) {
	p.looks++
	l := Look{Head: Head{Revision: 1, Root: p.tree.Root(), Nodes: p.tree.Len()}}
	for _, r := range p.tree.Rows() {
		if slices.Contains(parents, r.Parent) {
			l.Entries = append(l.Entries, r.Entry())
		}
	}
	if p.bend != nil {
		p.bend(&l)
	}
	return l, nil
}

func (p *treePeer) Nodes(_ context.Context, _ PartnerID, _ ProjectID, keys []Key) ([]Stored, error) {
	p.nodes += len(keys)
	var out []Stored
	for _, r := range p.tree.Rows() {
		if slices.Contains(keys, r.Key) {
			out = append(out, r)
		}
	}
	if p.bendNodes != nil {
		out = p.bendNodes(out)
	}
	return out, nil
}

func walk(ctx context.Context, ours *Tree, peer *treePeer) (Diff, error) {
	top, err := peer.Look(ctx, "", "", []Key{""})
	if err != nil {
		return Diff{}, err
	}
	if ours.Root() == top.Head.Root {
		return Diff{}, nil
	}
	view := func(ctx context.Context, fn func(context.Context, TreesView) error) error {
		return fn(ctx, placeView{tree: ours})
	}
	d := descent{peer: peer, view: view, most: 1000}
	return d.differences(ctx, top)
}

func TestWalkingDownFindsWhatTheWholeComparisonFinds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		ours := drawTree(rt, "ours")
		theirs := drawNear(rt, ours)
		got, err := walk(t.Context(), ours, &treePeer{tree: theirs})
		if err != nil {
			rt.Fatalf("walk: %v", err)
		}
		if diff := cmp.Diff(Compare(ours, theirs), got); diff != "" {
			rt.Fatalf("(-whole +walked):\n%s", diff)
		}
	})
}

func TestSmallChangeCostsItsPath(t *testing.T) {
	t.Parallel()
	nodes := grid(900)
	ours, err := Build(nodes, Rules{})
	require.NoError(t, err)
	peer := &treePeer{tree: ours}
	d, err := walk(t.Context(), ours, peer)
	require.NoError(t, err)
	require.True(t, d.Empty())
	require.Equal(t, 1, peer.looks, "equal trees cost one exchange")
	require.Zero(t, peer.nodes)

	nodes[len(nodes)-1].Name += "!"
	theirs, err := Build(nodes, Rules{})
	require.NoError(t, err)
	peer = &treePeer{tree: theirs}
	d, err = walk(t.Context(), ours, peer)
	require.NoError(t, err)
	require.Len(t, d.Changes, 1)
	require.Equal(t, 5, peer.looks, "one look a level")
	require.Equal(t, 1, peer.nodes, "details of the one node")
}

func TestLyingPartnerIsRefused(t *testing.T) {
	t.Parallel()
	base := []Node{{Key: "w", Level: 3}, {Key: "p", Parent: "w", Level: 2}, {Key: "1", Parent: "p", Level: 1, Name: "x"}}
	ours, err := Build(base, Rules{})
	require.NoError(t, err)
	base[2].Name = "y"
	theirs, err := Build(base, Rules{})
	require.NoError(t, err)
	entry := func(change func(*Entry)) func(*Look) {
		return func(l *Look) {
			for i := range l.Entries {
				change(&l.Entries[i])
			}
		}
	}
	node := func(change func(*Stored)) func([]Stored) []Stored {
		return func(rows []Stored) []Stored { change(&rows[0]); return rows }
	}
	lies := map[string]struct {
		look  func(*Look)
		nodes func([]Stored) []Stored
		want  error
	}{
		"more entries than announced":  {look: func(l *Look) { l.Head.Nodes = 0 }, want: ErrInvalid},
		"endless":                      {look: func(l *Look) { l.Head.Nodes = 1 << 40; l.Entries = make([]Entry, 2000) }, want: ErrInvalid},
		"an entry twice":               {look: func(l *Look) { l.Entries = append(l.Entries, l.Entries...) }, want: ErrInvalid},
		"an entry that was not asked":  {look: entry(func(e *Entry) { e.Parent = "elsewhere" }), want: ErrInvalid},
		"an entry without key":         {look: entry(func(e *Entry) { e.Key = "" }), want: ErrInvalid},
		"a level that does not fall":   {look: entry(func(e *Entry) { e.Level = 3 }), want: ErrInvalid},
		"a level below the lowest":     {look: entry(func(e *Entry) { e.Level = 0 }), want: ErrInvalid},
		"another revision on the way":  {look: func(l *Look) { l.Head.Revision += int64(l.Entries[0].Level) }, want: ErrStale},
		"another key":                  {nodes: node(func(s *Stored) { s.Key = "2" }), want: ErrInvalid},
		"details without their print":  {nodes: node(func(s *Stored) { s.Name = "z" }), want: ErrInvalid},
		"details other than announced": {nodes: node(func(s *Stored) { s.Name = "z"; s.Own = OwnPrint(s.Node) }), want: ErrStale},
		"details that are no node":     {nodes: node(func(s *Stored) { s.Name = "\xff"; s.Own = OwnPrint(s.Node) }), want: ErrInvalid},
		"a node twice":                 {nodes: func(rows []Stored) []Stored { return append(rows, rows...) }, want: ErrInvalid},
		"a node that is suddenly gone": {nodes: func([]Stored) []Stored { return nil }, want: ErrStale},
		"the truth, which is no lie":   {},
	}
	for name, lie := range lies {
		d, err := walk(t.Context(), ours, &treePeer{tree: theirs, bend: lie.look, bendNodes: lie.nodes})
		if lie.want == nil {
			require.NoError(t, err, name)
			require.Len(t, d.Changes, 1, name)
			continue
		}
		require.ErrorIs(t, err, lie.want, name)
	}
}
