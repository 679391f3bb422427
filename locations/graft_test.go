package locations

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// placeView answers from a tree as a store does.
type placeView struct {
	TreesView
	tree *Tree
}

func (v placeView) pick(take func(Stored) bool) (rows []Stored) {
	for _, r := range v.tree.Rows() {
		if take(r) {
			rows = append(rows, r)
		}
	}
	return rows
}

func (v placeView) Nodes(_ context.Context, _ SetID, keys []Key) ([]Stored, error) {
	return v.pick(func(r Stored) bool { return slices.Contains(keys, r.Key) }), nil
}

func (v placeView) Entries(_ context.Context, _ SetID, keys []Key) ([]Entry, error) {
	var out []Entry
	for _, r := range v.pick(func(r Stored) bool { return slices.Contains(keys, r.Key) }) {
		out = append(out, r.Entry())
	}
	return out, nil
}

func (v placeView) Children(_ context.Context, _ SetID, parents []Key) ([]Entry, error) {
	var out []Entry
	for _, p := range slices.Sorted(slices.Values(parents)) {
		for _, r := range v.pick(func(r Stored) bool { return r.Parent == p }) {
			out = append(out, r.Entry())
		}
	}
	return out, nil
}

func TestAPushToAPartOfTheTreeGivesWhatThePushToTheWholeGives(t *testing.T) {
	t.Parallel()
	taken := 0
	rapid.Check(t, func(rt *rapid.T) {
		base := drawTree(rt, "base")
		base.edited = make([]bool, base.Len())
		for i := range base.edited {
			base.edited[i] = rapid.IntRange(0, 4).Draw(rt, "edited") == 0
		}
		put := PlanPush(Comparison{Diff: Compare(drawNear(rt, base), base)}).Put
		edits := make([]Edit, len(put))
		for i := range put {
			edits[i] = Put(put[i])
		}
		next, err := Apply(base, put, Rules{})
		if err != nil {
			rt.Fatal(err)
		}
		g, err := newGraft(t.Context(), placeView{tree: base}, "set", edits, Rules{})
		if ps := (Problems)(nil); errors.As(err, &ps) || err == nil && len(g.changes) == 0 && g.created == 0 {
			return // for the whole
		}
		if err != nil {
			rt.Fatal(err)
		}
		taken++
		g.settle()
		rows, root := g.rows(false)
		if diff := cmp.Diff(changedRows(base, next), rows); diff != "" {
			rt.Fatalf("rows (-whole +part):\n%s", diff)
		}
		if root != next.Root() || base.Len()+g.created != next.Len() {
			rt.Fatalf("root %s of %d nodes, the whole has %s of %d", root, base.Len()+g.created, next.Root(), next.Len())
		}
	})
	if taken == 0 {
		t.Error("no push was small enough for a part")
	}
}
