package locations

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestDiffIsEmptyExactlyWhenTheRootsAreEqual(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := drawTree(t, "a")
		b := drawNear(t, a)
		if d := Compare(a, b); d.Empty() != (a.Root() == b.Root()) {
			t.Fatalf("roots %s and %s, changes %+v", a.Root(), b.Root(), d.Changes)
		}
	})
}

func TestFieldsAndPrintsFindTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := drawTree(t, "a")
		b := drawNear(t, a)
		byFields := Compare(a, b)
		if a != b && (a.made.Load() != nil || b.made.Load() != nil) {
			t.Fatal("the comparison of fields made prints")
		}
		a.prints()
		if diff := cmp.Diff(byFields, Compare(a, b)); diff != "" {
			t.Fatalf("with the prints of one side (-fields +one):\n%s", diff)
		}
		b.prints()
		if diff := cmp.Diff(byFields, Compare(a, b)); diff != "" {
			t.Fatalf("with the prints of both (-fields +prints):\n%s", diff)
		}
		var rows [2][]Stored
		for i, tree := range []*Tree{a, b} {
			rows[i] = tree.Rows()
		}
		if diff := cmp.Diff(byFields, diff(sparse(rows[0]), sparse(rows[1]))); diff != "" {
			t.Fatalf("of rows (-trees +rows):\n%s", diff)
		}
	})
}

func TestPrintsAreMadeForManyAtOnce(t *testing.T) {
	t.Parallel()
	a, err := Build(grid(500), Rules{})
	require.NoError(t, err)
	b, err := Build(grid(500), Rules{})
	require.NoError(t, err)
	var all sync.WaitGroup
	roots := make([]Print, 8)
	for i := range roots {
		all.Go(func() {
			if !Compare(a, b).Empty() {
				t.Error("equal trees differ")
			}
			roots[i] = a.Root()
		})
	}
	all.Wait()
	for _, root := range roots {
		require.Equal(t, b.Root(), root)
	}
}

func TestApplyingThePushMakesTheDiffEmpty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		owner := drawTree(t, "owner")
		other := drawNear(t, owner)
		after, err := Apply(other, PlanPush(Comparison{Diff: Compare(owner, other)}).Put, Rules{})
		if err != nil {
			t.Fatalf("apply: %v", err)
		}
		if d := Compare(owner, after); !d.Empty() || after.Root() != owner.Root() {
			t.Fatalf("left after the push: %+v", d.Changes)
		}
		for _, n := range other.Nodes() {
			if _, ok := after.Node(n.Key); !ok {
				t.Fatalf("%s was deleted", n.Key)
			}
		}
	})
}

func TestBuildListsEveryReason(t *testing.T) {
	t.Parallel()
	_, err := Build([]Node{
		{Key: "1", Level: 1, Name: "bad \xff"},
		{Key: "1", Level: 1},
		{Key: "2", Level: 0},
		{Key: "3", Level: 7},
		{Key: "4", Level: 1, Parent: "nowhere"},
		{Key: "5", Level: 2, Parent: "6"},
		{Key: "6", Level: 2, Parent: "5"},
		{Key: "", Level: 1},
		{Key: "longer than ten", Level: 1},
		{Key: "7", Level: 1, Place: Place{Attributes: []Attribute{{Name: "b"}, {Name: "a"}}}},
		{Key: "8", Level: 2, Place: Place{City: "a level value has none"}},
	}, Rules{Levels: make([]string, 5), MaxID: 10, Required: FieldPhone})
	require.ErrorIs(t, err, ErrInvalid)
	var ps Problems
	require.True(t, errors.As(err, &ps))
	got := map[Rule]int{}
	for _, p := range ps {
		got[p.Rule]++
	}
	want := map[Rule]int{
		RuleText: 1, RuleIDDuplicate: 1, RuleUnknownLevel: 2, RuleLevelDepth: 3, RuleUnknownParent: 1, RuleCycle: 2,
		RuleRequiredMissing + ":key": 1, RuleIDTooLong: 1, RuleAttribute: 1, RuleRequiredMissing + ":phone": 6,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules (-want +got):\n%s\n%v", diff, err)
	}
}

func TestBuildSharesNoMemoryWithItsCaller(t *testing.T) {
	t.Parallel()
	nodes := []Node{{Key: "1", Level: 1, Place: Place{Attributes: []Attribute{{Name: "a", Value: "1"}}}}}
	tree, err := Build(nodes, Rules{})
	require.NoError(t, err)
	nodes[0].Place.Attributes[0].Value = "2"
	tree.Nodes()[0].Place.Attributes[0].Value = "3"
	n, _ := tree.Node("1")
	n.Place.Attributes[0].Value = "4"
	again, _ := tree.Node("1")
	if again.Place.Attributes[0].Value != "1" {
		t.Errorf("the tree's attribute became %q through a caller's slice", again.Place.Attributes[0].Value)
	}
}

func TestEveryFieldChangesThePrintAndTheDiff(t *testing.T) {
	t.Parallel()
	base := []Node{{Key: "r", Level: 3}, {Key: "q", Level: 3}, {Key: "1", Level: 1, Parent: "r"}}
	full := Node{Key: "1", Parent: "q", Level: 2, Name: "x", Inactive: true, Place: Place{
		Address1: "x", Address2: "x", City: "x", State: "x", Country: "x", PostalCode: "x", Phone: "x", AreaCode: "x",
		Email: "x", Hours: "x", DaysOpen: "x", Group: "x", Attributes: []Attribute{{Name: "n", Value: "v"}},
	}}
	a, err := Build(base, Rules{})
	require.NoError(t, err)
	seen := map[Print]Fields{}
	for _, f := range Fields(AllFields).Each() {
		n := base[2].with(full, f)
		b, err := Build([]Node{base[0], base[1], n}, Rules{})
		require.NoError(t, err, "%s", f)
		d := Compare(a, b)
		require.Len(t, d.Changes, 1, "%s", f)
		if d.Changes[0].Fields != f {
			t.Errorf("changed %s, the diff says %s", f, d.Changes[0].Fields)
		}
		if before, ok := seen[b.Root()]; ok || b.Root() == a.Root() {
			t.Errorf("changing %s gives the same root as %q", f, before)
		}
		seen[b.Root()] = f
	}
}

func TestPrintIsTextAndBack(t *testing.T) {
	t.Parallel()
	p := OwnPrint(Node{Key: "1", Level: 1, Name: "Pike Place"})
	q, err := ParsePrint(p.String())
	require.NoError(t, err)
	require.Equal(t, p, q)
	_, err = ParsePrint("12")
	require.ErrorIs(t, err, ErrInvalid)
	// The form is part of the exchange between systems: a change here breaks every partner.
	require.Equal(t, "c6d44f35a94c780bd76afdf47a54fb71", p.String())
}
