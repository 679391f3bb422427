package locations_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
)

func TestColumnsWithUsualNamesAreRecognized(t *testing.T) {
	t.Parallel()
	header, err := locations.ReadHeader(strings.NewReader("Store ID,Name,Street,Town,State,Zip,Phone,Region,District,Mood\n1,a,b,c,d,e,f,g,h,i\n"))
	require.NoError(t, err)
	want := locations.Layout{
		ID: "Store ID",
		Fields: map[locations.Fields]string{
			locations.FieldName: "Name", locations.FieldAddress1: "Street", locations.FieldCity: "Town", locations.FieldState: "State",
			locations.FieldPostalCode: "Zip", locations.FieldPhone: "Phone",
		},
		Levels: []locations.LevelColumn{{Name: "Region"}, {Name: "District"}},
	}
	if d := cmp.Diff(want, locations.GuessLayout(header)); d != "" {
		t.Fatal(d)
	}
	list := locations.StoreListLayout()
	all := append([]string{list.ID, "Extra"}, list.Attributes...)
	for _, title := range list.Fields {
		all = append(all, title)
	}
	if d := cmp.Diff(list, locations.GuessLayout(all)); d != "" {
		t.Fatal(d)
	}
	require.Empty(t, locations.GuessLayout([]string{"Mood"}).ID, "what is not recognized is for a person to say")
	require.Equal(t, "ID", locations.GuessLayout([]string{"ID", "Store"}).ID, "the first that fits")
}

func TestHeaderThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a,a\n", "\xff\xfe\x00\xd8"} {
		_, err := locations.ReadHeader(strings.NewReader(text))
		require.ErrorIs(t, err, locations.ErrInvalid, "%q", text)
	}
}

func TestLoadKeepsToTheRevisionThatWasLookedAt(t *testing.T) {
	t.Parallel()
	alder, _, _ := synced(t)
	before := alder.edit(t, ours, locations.Rename("1001", "Pike"))
	nodes := []locations.Node{{Key: "4001", Level: 1, Name: "New"}}
	_, err := alder.Load(t.Context(), alder.actor, ours, nodes, locations.LoadOptions{Expect: before.Revision - 1})
	require.ErrorIs(t, err, locations.ErrConflict)
	require.Equal(t, before, alder.head(t, ours), "nothing changed")
	res, err := alder.Load(t.Context(), alder.actor, ours, nodes, locations.LoadOptions{Expect: before.Revision})
	require.NoError(t, err)
	require.Equal(t, 1, res.Created)
}
