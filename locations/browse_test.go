package locations_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
)

func keys(rows []locations.Stored) (out []locations.Key) {
	for _, r := range rows {
		out = append(out, r.Key)
	}
	return out
}

func TestSearchFindsKeysAndNamesWhateverCaseAndAccents(t *testing.T) {
	t.Parallel()
	s, _, _ := pair()
	nodes := append(northwind(), locations.Node{Key: "ZÜ1", Level: 1, Name: "Zürich HB"})
	_, err := s.Load(t.Context(), s.actor, ours, nodes, locations.LoadOptions{})
	require.NoError(t, err)
	for text, want := range map[string][]locations.Key{
		"pike":    {"1001"},
		"ZURICH":  {"ZÜ1"},
		"zü":      {"ZÜ1"},
		"200":     {"2001", "2002"},
		"PORT":    {"/West/Portland"},
		"wEst":    {"/Midwest", "/Midwest/Chicago", "/Midwest/Twin Cities", "/West", "/West/Portland", "/West/Seattle N"},
		"nowhere": nil,
		"St Paul": nil, // a stop counts
		"st. p":   {"3001"},
	} {
		rows, err := s.Search(t.Context(), ours, text, "", 100)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(want, keys(rows)), text)
	}
	all, err := s.Search(t.Context(), ours, "", "", 100)
	require.NoError(t, err)
	require.Equal(t, s.all(t, ours), all, "an empty text is in all, and nodes come whole")
	page, err := s.Search(t.Context(), ours, "west", "/Midwest/Twin Cities", 2)
	require.NoError(t, err)
	require.Equal(t, []locations.Key{"/West", "/West/Portland"}, keys(page))
	rows, err := s.Search(t.Context(), "another", "st", "", 10)
	require.NoError(t, err)
	require.Empty(t, rows)
}

func TestSearchGoesThroughEveryPageOfTheList(t *testing.T) {
	t.Parallel()
	alder, _, _ := loaded(t)
	rows, err := alder.Search(t.Context(), ours, "s0249", "", 100)
	require.NoError(t, err)
	require.Len(t, rows, 9)
	require.Equal(t, locations.Key("S02490"), rows[0].Key)
	rows, err = alder.Search(t.Context(), ours, "s", "", 5000)
	require.NoError(t, err)
	require.Len(t, rows, 1000, "at most a thousand")
}

func TestChildrenAreReadByPages(t *testing.T) {
	t.Parallel()
	s, _, _ := synced(t)
	for _, c := range []struct {
		parent, after locations.Key
		limit         int
		want          []locations.Key
	}{
		{"", "", 10, []locations.Key{"/Midwest", "/West"}},
		{"/West", "", 10, []locations.Key{"/West/Portland", "/West/Seattle N"}},
		{"/West/Seattle N", "", 1, []locations.Key{"1001"}},
		{"/West/Seattle N", "1001", 0, []locations.Key{"1002"}},
		{"/West/Seattle N", "1002", 10, nil},
		{"1001", "", 10, nil},
		{"unknown", "", 10, nil},
	} {
		rows, err := s.Children(t.Context(), ours, c.parent, c.after, c.limit)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(c.want, keys(rows)), "%+v", c)
	}
	rows, err := s.Children(t.Context(), ours, "/West", "", 1)
	require.NoError(t, err)
	require.Equal(t, "Portland", rows[0].Name)
}

func TestPathLeadsFromTheTopToTheNode(t *testing.T) {
	t.Parallel()
	s, _, _ := synced(t)
	path, err := s.Path(t.Context(), ours, "1001")
	require.NoError(t, err)
	require.Equal(t, []locations.Key{"/West", "/West/Seattle N"}, keys(path))
	require.Equal(t, "Seattle N", path[1].Name)
	path, err = s.Path(t.Context(), ours, "/West")
	require.NoError(t, err)
	require.Empty(t, path)
	_, err = s.Path(t.Context(), ours, "9999")
	require.ErrorIs(t, err, locations.ErrNotFound)

	require.NoError(t, s.store.Update(t.Context(), func(ctx context.Context, tx locations.Tx) error {
		if err := tx.Trees.Stage(ctx, "broken", []locations.Stored{
			{Node: locations.Node{Key: "a", Parent: "b", Level: 2}}, {Node: locations.Node{Key: "b", Parent: "a", Level: 3}},
		}); err != nil {
			return err
		}
		return tx.Trees.Switch(ctx, "broken", locations.Head{Set: "circle", Revision: 1}, 0)
	}))
	_, err = s.Path(t.Context(), "circle", "a")
	require.ErrorIs(t, err, locations.ErrInvalid, "what is no tree does not turn for ever")
}
