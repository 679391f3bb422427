package locations_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/mspkit/mspkit/locations"
)

func TestEditKeepsEveryPrintRight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		alder, _, _ := pair()
		_, err := alder.Load(t.Context(), alder.actor, ours, northwind(), locations.LoadOptions{})
		if err != nil {
			rt.Fatal(err)
		}
		keys := []locations.Key{"1001", "1003", "2001", "3001", "new", "/West", "/West/Portland", "/Midwest/Chicago", "/Midwest"}
		for range rapid.IntRange(1, 6).Draw(rt, "edits") {
			var edits []locations.Edit
			for range rapid.IntRange(1, 3).Draw(rt, "at once") {
				k := rapid.SampledFrom(keys).Draw(rt, "key")
				switch rapid.IntRange(0, 3).Draw(rt, "kind") {
				case 0:
					edits = append(edits, locations.Rename(k, rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "name")))
				case 1:
					edits = append(edits, locations.Move(k, rapid.SampledFrom(append(keys, "")).Draw(rt, "parent")))
				case 2:
					edits = append(edits, locations.Deactivate(k))
				case 3:
					edits = append(edits, locations.Put(locations.Node{
						Key: k, Level: locations.Level(rapid.IntRange(1, 4).Draw(rt, "level")), Parent: rapid.SampledFrom(append(keys, "")).Draw(rt, "parent"),
					}))
				}
			}
			before, _ := alder.Head(t.Context(), ours)
			head, err := alder.Edit(t.Context(), alder.actor, ours, before.Revision, edits...)
			if err != nil {
				head = before
			}
			tree, buildErr := locations.Build(bare(alder.all(t, ours)), locations.Rules{})
			if buildErr != nil {
				rt.Fatalf("an edit made a tree that is none: %v", buildErr)
			}
			if tree.Root() != head.Root || tree.Len() != head.Nodes {
				rt.Fatalf("after %v: head %+v, the nodes make root %s of %d", edits, head, tree.Root(), tree.Len())
			}
			if diff := cmp.Diff(tree.Rows(), alder.all(t, ours)); diff != "" {
				rt.Fatalf("rows (-rebuilt +stored):\n%s", diff)
			}
		}
	})
}

func TestEditIsRecordedFieldByFieldAndRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	alder, _, _ := pair()
	_, err := alder.Load(t.Context(), alder.actor, ours, northwind(), locations.LoadOptions{})
	require.NoError(t, err)
	head := alder.edit(t, ours, locations.Rename("3001", "Saint Paul"), locations.Deactivate("2002"))
	records, err := alder.History(t.Context(), ours, "", 10)
	require.NoError(t, err)
	require.Len(t, records, 2)
	want := []locations.FieldChange{
		{Key: "3001", Field: "name", Before: "St. Paul Main", After: "Saint Paul"},
		{Key: "2002", Field: "inactive", Before: "false", After: "true"},
	}
	require.Equal(t, "edit", records[0].Action)
	require.Equal(t, "ann", records[0].Actor)
	require.Equal(t, start.Truncate(time.Microsecond), records[0].At)
	if diff := cmp.Diff(want, records[0].Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	for name, refused := range map[string]struct {
		revision int64
		edit     locations.Edit
		want     error
	}{
		"an old revision":   {head.Revision - 1, locations.Rename("1001", "x"), locations.ErrConflict},
		"an unknown node":   {head.Revision, locations.Rename("4711", "x"), locations.ErrNotFound},
		"an unknown parent": {head.Revision, locations.Move("1001", "4711"), locations.ErrInvalid},
		"a store under one": {head.Revision, locations.Move("1001", "1002"), locations.ErrInvalid},
		"a circle":          {head.Revision, locations.Move("/West", "/West/Portland"), locations.ErrInvalid},
		"itself":            {head.Revision, locations.Move("/West", "/West"), locations.ErrInvalid},
		"text that is none": {head.Revision, locations.Rename("1001", "\xff"), locations.ErrInvalid},
		"an empty key":      {head.Revision, locations.Put(locations.Node{Level: 1}), locations.ErrInvalid},
		"a level too low":   {head.Revision, locations.Put(locations.Node{Key: "/West", Level: 2}), locations.ErrInvalid},
	} {
		before := alder.all(t, ours)
		_, err := alder.Edit(t.Context(), alder.actor, ours, refused.revision, locations.Rename("1002", "goes too"), refused.edit)
		require.ErrorIs(t, err, refused.want, name)
		require.Equal(t, before, alder.all(t, ours), name)
		require.Equal(t, head, alder.head(t, ours), name)
	}
	same, err := alder.Edit(t.Context(), alder.actor, ours, head.Revision, locations.Rename("3001", "Saint Paul"))
	require.NoError(t, err)
	require.Equal(t, head, same, "what changes nothing writes nothing")
}

func TestLoadCreatesUpdatesAndKeepsWhatItDoesNotName(t *testing.T) {
	t.Parallel()
	alder, birch, _ := pair()
	table := func(rows string) *strings.Reader { return strings.NewReader("ID,Name,Region\n" + rows) }
	layout := locations.Layout{ID: "ID", Fields: map[locations.Fields]string{locations.FieldName: "Name"}, Levels: []locations.LevelColumn{{Name: "Region"}}}
	res, err := alder.LoadTable(t.Context(), alder.actor, ours, table("1,Pike,West\n2,Loop,East\n2,Again,East\n"), layout, locations.LoadOptions{})
	require.NoError(t, err)
	require.Equal(t, 4, res.Created)
	require.Len(t, res.Refused, 1)
	require.Equal(t, 4, res.Refused[0].Line)

	second := "1,Pike Place,West\n3,Oak,West\n"
	preview, err := alder.LoadTable(t.Context(), alder.actor, ours, table(second), layout, locations.LoadOptions{Preview: true})
	require.NoError(t, err)
	require.EqualValues(t, 1, alder.head(t, ours).Revision)
	res, err = alder.LoadTable(t.Context(), alder.actor, ours, table(second), layout, locations.LoadOptions{})
	require.NoError(t, err)
	require.Equal(t, preview, res)
	require.Equal(t, [4]int{1, 1, 0, 1}, [4]int{res.Created, res.Updated, res.Deactivated, res.Unchanged})
	require.Equal(t, res.Head, alder.head(t, ours))
	two, err := alder.Node(t.Context(), ours, "2")
	require.NoError(t, err)
	require.False(t, two.Inactive, "absent nodes stay")

	res, err = alder.LoadTable(t.Context(), alder.actor, ours, table(second), layout, locations.LoadOptions{Deactivate: true})
	require.NoError(t, err)
	require.Equal(t, 2, res.Deactivated, "store 2 and its region")
	tree, err := locations.Build(bare(alder.all(t, ours)), locations.Rules{})
	require.NoError(t, err)
	if diff := cmp.Diff(tree.Rows(), alder.all(t, ours)); diff != "" {
		t.Errorf("rows (-rebuilt +stored):\n%s", diff)
	}
	records, err := alder.History(t.Context(), ours, "", 10)
	require.NoError(t, err)
	require.Len(t, records, 3)
	require.Contains(t, records[2].Note, "table sha256:")
	require.Contains(t, records[2].Note, "3 rows, 1 refused; 4 created, 0 updated")

	_, err = alder.Load(t.Context(), alder.actor, ours, []locations.Node{{Key: "1", Level: 1}, {Key: "1", Level: 1}}, locations.LoadOptions{})
	require.ErrorIs(t, err, locations.ErrInvalid)
	_, err = birch.Load(t.Context(), birch.actor, theirs, northwind(), locations.LoadOptions{})
	require.ErrorIs(t, err, locations.ErrLocked)
	_, err = alder.Load(t.Context(), birch.actor, ours, northwind(), locations.LoadOptions{})
	require.ErrorIs(t, err, locations.ErrForbidden)
}
