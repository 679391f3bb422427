package pages_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/store"
)

// edit changes locations of one side by hand.
func edit(t *testing.T, s *collabtest.Side, set locations.SetID, edits ...locations.Edit) {
	t.Helper()
	head, err := s.Locations.Head(t.Context(), set)
	require.NoError(t, err)
	_, err = s.Locations.Edit(t.Context(), s.Keys, set, head.Revision, edits...)
	require.NoError(t, err)
}

// unlocked shares Dine-In without locking its locations, and returns the project as birch has it.
func (o *offices) unlocked(t *testing.T) collab.Project {
	t.Helper()
	terms := o.Alder.Collab.DefaultTerms()
	terms.LockLocations = false
	p, err := o.Alder.Collab.Propose(t.Context(), o.Alder.Staff, collab.Proposal{
		Partner: collabtest.Birch, Client: collabtest.Northwind, Survey: collabtest.DineIn, Target: collab.TargetNewClient, Terms: terms,
	})
	require.NoError(t, err)
	o.drain(t)
	at, err := o.Birch.Collab.Accept(t.Context(), o.Birch.Staff, p.ID, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	require.NoError(t, err)
	o.drain(t)
	return at
}

func TestDifferingLocationsAreShownPushedAndInSync(t *testing.T) {
	o := newOffices(t)
	p := o.accepted(t)
	here := "/projects/" + string(p.ID) + "/locations"
	o.alder.open(here).says("In sync", "Nothing differs").lacks("Push all updates")
	o.alder.open(here + "/push").says("There is nothing to push")

	northwind := locations.SetID(collabtest.Northwind)
	edit(t, o.Alder, northwind, locations.Rename("3001", "Saint Paul Main"),
		locations.Put(locations.Node{Key: "/West/Eugene", Parent: "/West", Level: 2, Name: "Eugene"}), locations.Move("1003", "/West/Eugene"))
	page := o.alder.open(here).is(http.StatusOK).says("Differs", "3 differences", "Only at alder 1", "Details differ 1", "Under another level value 1", "Nearly the same name: abbreviation", "not there")
	require.Contains(t, page.HTML, `<tr class="ours">`)
	require.Contains(t, page.HTML, `<mark>Saint</mark> Paul Main`)
	require.Contains(t, page.HTML, `<mark>Eugene</mark>`)
	page.press("Search", "kind", "moved").says("Under another level value (1)").lacks("Details differ (1)", "Only at alder (1)")
	page.press("Search", "q", "saint").says("Details differ (1)").lacks("(blank", "Only at alder (1)")
	page.press("Search", "level", "2").says("Only at alder (1)").lacks("Details differ (1)")
	page.press("Search", "q", "nobody").says("No difference is like that")
	o.alder.open(here + "/options").says("Push all updates to birch")
	o.birch.open(here).says("Locked", "Only alder changes these locations").lacks("Push all updates")
	o.birch.open(here + "/options").says("Ask alder to push").lacks("Edit the location here")
	o.birch.open(here + "/push").is(http.StatusForbidden)

	preview := page.press("Push all updates to birch").says("1 location or level value made at birch", "1 location or level value updated", "1 location or level value moved", "all of it in one step, or nothing")
	run := preview.press("Push 3 updates to birch").says("The push has begun", "Running", "Stop the push")
	require.Contains(t, run.HTML, "data-live=\""+run.Path+"/live\"")
	preview.press("Push 3 updates to birch").says("A push is under way already")
	run.press("Stop the push").is(http.StatusUnprocessableEntity).says("Say why")
	o.drain(t)
	o.alder.open(run.Path).says("birch has the locations of revision", "1 location or level value made", "Done").lacks("Stop the push")
	o.alder.open(here).says("In sync", "Done")
	o.birch.open(here).says("What arrived", "1 created")
	preview.press("Push 3 updates to birch").is(http.StatusConflict).says("Something has changed since this preview was made")
}

func TestEditsOfTheOtherSideAreOverwrittenOnlyWithConsent(t *testing.T) {
	o := newOffices(t)
	at := o.unlocked(t)
	here, set := "/projects/"+string(at.ID)+"/locations", store.SetOf(at.Client)
	edit(t, o.Birch, set, locations.Rename("1003", "Pearl St "), locations.Put(locations.Node{Key: "9999", Parent: "/West/Portland", Level: 1, Name: "Our own"}))

	o.birch.open(here).says("Not locked", "They can be edited here by hand")
	o.birch.open(here + "/options").says("Edit the location here")
	o.alder.open(here).says("(blank at the end)", "Nearly the same name: blanks", "Edited at birch", "Only at birch 1", "A push makes it inactive")
	preview := o.alder.open(here+"/push").says("1 location or level value made inactive", "2 edits of birch will be lost", "What becomes inactive at birch")
	preview.press("Push 2 updates to birch").is(http.StatusConflict).says("This stands in the way", "2 edits of birch will be lost")
	run := preview.press("Push 2 updates to birch", "overwrite", "yes")
	o.drain(t)
	o.alder.open(run.Path).says("birch has the locations of revision", "1 location or level value made inactive")

	edit(t, o.Birch, set, locations.Rename("1003", "Pearl Street"))
	stopped := o.alder.open(here+"/push").press("Push 1 update to birch", "overwrite", "yes").press("Stop the push", "why", "wrong day")
	stopped.says("The push was stopped", "wrong day", "birch has the locations that it had", "Stopped")
	o.drain(t)
	o.alder.open(here).says("Pearl Street", "Stopped")
}
