package scenario_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

func TestA4LocationSpelling(t *testing.T) { onEach(t, scenarioA4) }

// scenarioA4 covers C16, C63 and the comparison of locations.
func scenarioA4(w *world) {
	t := w.t
	p := w.shareWithJobs(dineInOffer())
	copied := w.project(w.birch, p.ID).Client
	require.NoError(t, w.alder.EditPlaces(northwind, locations.Rename("3001", "Saint Paul Main"),
		locations.Put(locations.Node{Key: "/West/Eugene", Parent: "/West", Level: 2, Name: "Eugene"}), locations.Move("1003", "/West/Eugene")))
	c := w.compare(p.ID)
	w.same(comparison{
		Changes: []string{"/West/Eugene missing", "1003 moved parent", "3001 changed name"}, Hints: c.Hints, Counts: locations.Counts{Missing: 1, Moved: 1, Changed: 1},
	}, c, "two locations and one level value differ")

	w.save(w.birch, "506", func(s *shop) { s.Status = "Finalized" })
	r := w.imports(p.ID)
	w.same(counts{Imported: 3, Held: map[string]int64{"below_export_status": 3, "location_differs": 2}}, r.Counts, "506@3001 and 503@1003 are held")
	w.same([]string{"location_differs", "wave_ignored"}, r.Left["506"], "506")
	w.same([]string{"location_differs", "wave_ignored"}, r.Left["503"], "503")
	before := w.places(w.birch, copied)
	w.refused("locked", w.birch.EditPlaces(copied, locations.Rename("3001", "Saint Paul Main")))
	w.same(before, w.places(w.birch, copied), "a refused edit changes nothing")

	done, err := w.alder.Push(p.ID, false)
	require.NoError(t, err)
	w.same(pushed{Created: 1, Updated: 2}, done, "push all")
	w.same(comparison{}, w.compare(p.ID), "nothing differs any more")
	now := w.places(w.birch, copied)
	w.same(w.places(w.alder, northwind), now, "the copy is alder's set")
	require.Equal(t, place{Name: "Portland", Parent: "/West", Level: 2}, now["/West/Portland"], "Portland stays, empty")
	r = w.imports(p.ID)
	w.same(counts{Imported: 2, Already: 3, Held: held("below_export_status", 3)}, r.Counts, "what was held comes in")
	w.same([]string{"503", "506"}, keys(r.Events), "506 is in")

	// The unlocked variant: what birch types is a difference, however small.
	require.NoError(t, w.alder.Settings(p.ID, settings{Master: true, Mask: []string{"lock_locations"}}))
	w.settle()
	require.NoError(t, w.birch.EditPlaces(copied, locations.Rename("1003", "Pearl St ")))
	w.same(comparison{Changes: []string{"1003 changed name *"}, Hints: []string{"1003 blanks"}, Counts: locations.Counts{Changed: 1}}, w.compare(p.ID), "a trailing blank")
	w.same([]string{"1003"}, w.refused("overwrites", second(w.alder.Push(p.ID, false))).Lost, "birch's edit is not overwritten unasked")
	require.Equal(t, "Pearl St ", w.places(w.birch, copied)["1003"].Name)
}

func TestA5NewStoreAndExtraStore(t *testing.T) { onEach(t, scenarioA5) }

// scenarioA5 covers what a push does with what only one side has.
func scenarioA5(w *world) {
	t := w.t
	offer := dineInOffer()
	offer.Unlocked = true
	p := w.share(offer)
	at := w.project(w.birch, p.ID)
	extra := locations.Node{Key: "9999", Parent: "/West/Portland", Level: 1, Name: "Our own", Place: locations.Place{Address1: "9 Far Road", Phone: "999"}}
	require.NoError(t, w.birch.EditPlaces(at.Client, locations.Put(extra)))
	jobs := collabtest.NorthwindShops(collab.ClientID(at.Client), collab.SurveyID(at.Survey))[:2]
	for i := range jobs {
		jobs[i].ID, jobs[i].Content.Place, jobs[i].Content.Status = []collab.ShopID{"601", "602"}[i], "9999", collab.StatusFinalized
	}
	require.NoError(t, w.birch.CreateShops(jobs))
	require.NoError(t, w.alder.EditPlaces(northwind, locations.Put(locations.Node{Key: "2003", Parent: "/Midwest/Chicago", Level: 1, Name: "Loop"})))

	w.same(comparison{Changes: []string{"2003 missing", "9999 extra *"}, Counts: locations.Counts{Missing: 1, Extra: 1}}, w.compare(p.ID), "missing 2003, extra 9999")
	missing := []string{"location_missing", "wave_ignored"}
	w.same(map[string][]string{"601": missing, "602": missing}, w.imports(p.ID).Left, "shops at 9999 before the push")
	before := w.places(w.birch, at.Client)
	w.same([]string{"9999"}, w.refused("overwrites", second(w.alder.Push(p.ID, false))).Lost, "birch's own store is not touched unasked")
	w.same(before, w.places(w.birch, at.Client), "a refused push changes nothing")
	done, err := w.alder.Push(p.ID, true)
	require.NoError(t, err)
	w.same(pushed{Created: 1, Deactivated: 1}, done, "push all")
	w.same(comparison{}, w.compare(p.ID), "nothing differs any more")
	want := maps.Clone(w.places(w.alder, northwind))
	want["9999"] = place{Name: "Our own", Parent: "/West/Portland", Level: 1, Inactive: true}
	w.same(want, w.places(w.birch, at.Client), "2003 is there, 9999 is inactive and not deleted")
	require.NotContains(t, w.places(w.alder, northwind), "9999")
	w.same([]string{"create"}, w.actions(w.birch, "shop", "601"), "its shops keep their history")
	r := w.imports(p.ID)
	w.same(counts{Held: held("location_missing", 2)}, r.Counts, "its shops stay held")
	w.same(map[string][]string{"601": missing, "602": missing}, r.Left, "and say why")
}
