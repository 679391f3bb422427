package pages_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

func TestLocationsAreWalkedFoundAndEdited(t *testing.T) {
	o := newOffices(t)
	set := locations.SetID(collabtest.Northwind)
	top := o.alder.open("/locations").is(http.StatusOK).says("Northwind Coffee", "Ours").follow("Northwind Coffee").says("At the top", "Midwest", "West", "Level 3")
	seattle := top.follow("West").says("Below West", "Seattle N", "Portland").follow("Seattle N").says("Below Seattle N", "Pike Place", "1001")
	top.press("Search", "q", "PEARL").says("1003", "Pearl St", "West › Portland").lacks("Pike Place")
	top.press("Search", "q", "nobody").says("No location or level value is like this")

	node := seattle.follow("Pike Place").says("1001", "Change it", "Seattle N")
	node.press("Save Pike Place").says("Nothing was changed")
	saved := node.press("Save Pike Place", "name", "Pike Place Market", "attributes", "Floor=2\nBrand=N").says("Saved", "Pike Place Market")
	now, err := o.Alder.Locations.Node(t.Context(), set, "1001")
	require.NoError(t, err)
	require.Equal(t, []locations.Attribute{{Name: "Brand", Value: "N"}, {Name: "Floor", Value: "2"}}, now.Place.Attributes)
	node.press("Save Pike Place", "name", "Again").is(http.StatusConflict).says("Somebody has changed this since you opened it", "Pike Place Market")
	wrong := saved.press("Save Pike Place Market", "parent", "/Nowhere", "city", "Elsewhere").is(http.StatusUnprocessableEntity).says("ID of the level value above:")
	require.Contains(t, wrong.HTML, `value="/Nowhere"`)
	require.Contains(t, wrong.HTML, `value="Elsewhere"`)
	saved.press("Save Pike Place Market", "attributes", "nothing").is(http.StatusUnprocessableEntity).says("Each line needs a name")
	saved.press("Save Pike Place Market", "parent", "/West/Portland").says("Saved", "Portland")

	o.alder.open("/locations/northwind/node?key=1001").press("Make Pike Place Market inactive").says("Saved", "Inactive").press("Make Pike Place Market active").says("Saved", "Active")

	made := o.alder.open("/locations/northwind?under=%2FWest%2FPortland").follow("New location").press("Make the location", "key", "1009", "name", "Airport").says("Saved", "Airport", "1009")
	require.Contains(t, made.HTML, `value="/West/Portland"`)
	o.alder.open("/locations/northwind?under=%2FWest").follow("New location").press("Make the location", "key", "1009", "name", "Other").is(http.StatusUnprocessableEntity).says("There is something with this ID already")
	o.alder.open("/locations/northwind?under=%2FWest").follow("New level value").press("Make the level value", "name", "Eugene").says("Saved", "/West/Eugene", "Level 2")
	o.alder.open("/locations/northwind?under=%2FWest").follow("New level value").press("Make the level value", "name", "Bend", "level", "3").is(http.StatusUnprocessableEntity).says("does not lie below its parent")
	o.alder.open("/locations/nobody").is(http.StatusNotFound)
	o.alder.open("/locations/northwind/node?key=nothing").is(http.StatusNotFound)
}

func TestTextThatBrowsersRewriteStaysAsItIs(t *testing.T) {
	o := newOffices(t)
	set := locations.SetID(collabtest.Northwind)
	odd := "\n1 Main\r\nRoad "
	n, err := o.Alder.Locations.Node(t.Context(), set, "1001")
	require.NoError(t, err)
	edit(t, o.Alder, set, locations.Put(n.WithText(locations.FieldAddress1, odd).WithText(locations.FieldHours, " 8\t-20 ")))
	o.alder.open("/locations/northwind/node?key=1001").press("Save Pike Place", "city", "Tacoma").says("Saved")
	n, err = o.Alder.Locations.Node(t.Context(), set, "1001")
	require.NoError(t, err)
	require.Equal(t, []string{odd, " 8\t-20 ", "Tacoma"}, []string{n.Place.Address1, n.Place.Hours, n.Place.City})
}

func TestLockedLocationsSayWhoKeepsThem(t *testing.T) {
	o := newOffices(t)
	p := o.accepted(t)
	at, err := o.Birch.Locations.Head(t.Context(), store.SetOf(collabtest.Northwind))
	require.NoError(t, err)
	require.Zero(t, at.Revision, "the copy has an id of its own")
	tree := o.birch.open("/locations").says("Northwind Coffee", "Locked", "Kept by alder; only its pushes change it").follow("Northwind Coffee").lacks("New location", "Load a file")
	node := tree.follow("West").follow("Portland").follow("Pearl St").says("Locked", "Phone").lacks("Save", "inactive")
	o.birch.post(node.Path[:len(node.Path)-len("/node?key=1003")]+"/edit", map[string][]string{"key": {"1003"}, "doing": {"inactive"}, "version": {"1"}}).is(http.StatusConflict).says("only the partner that keeps them changes them")
	o.alder.open("/locations").says("Dine-In with birch").follow("Dine-In with birch").says("In sync")
	require.NotEmpty(t, p.ID)
}
