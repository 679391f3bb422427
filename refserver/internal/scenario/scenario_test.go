package scenario_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

func TestA1FirstProject(t *testing.T) { onEach(t, scenarioA1) }

// scenarioA1 covers C01, C02, C12 to C21, C24 and C30 to C32.
func scenarioA1(w *world) {
	t := w.t
	w.seed()
	on, err := w.birch.Module()
	require.NoError(t, err)
	require.False(t, on, "a new system has the module off")
	require.NoError(t, w.alder.Switch(true))
	w.refused("partner", second(w.alder.Propose(dineInOffer())))
	w.meet()
	require.NoError(t, w.birch.Switch(false))
	require.Equal(t, "birch", w.refused("module_off", second(w.alder.Propose(dineInOffer()))).System)
	require.Empty(t, w.labels(w.alder), "a refused proposal writes nothing")
	require.NoError(t, w.birch.Switch(true))
	require.NoError(t, w.alder.Switch(false))
	require.Equal(t, "alder", w.refused("module_off", second(w.alder.Propose(dineInOffer()))).System)
	require.NoError(t, w.alder.Switch(true))

	looked, err := w.alder.Check(dineInOffer())
	require.NoError(t, err)
	w.same(check{}, emptied(looked), "nothing stands against it")
	first, err := w.alder.Propose(dineInOffer())
	require.NoError(t, err)
	w.settle()
	w.same(map[string]string{"Dine-In": "Pending"}, w.labels(w.alder), "alder's projects")
	w.same(map[string]string{"Dine-In": "Requires Attention"}, w.labels(w.birch), "birch's projects")
	offered := w.project(w.birch, first.ID)
	w.same(project{
		ID: first.ID, Partner: "alder", State: "proposed", Label: "Requires Attention", ClientName: "Northwind Coffee", SurveyName: "Dine-In",
		Export: "Finalized", FeePayer: "primary", Copy: true, Lock: true, Rules: true,
	}, offered, "what birch is asked to accept")

	drive := proposal{Partner: "birch", Client: northwind, Survey: driveThru, Target: "new_client"}
	w.refused("pending", second(w.alder.Propose(drive)))
	drive.Target = "copy_survey"
	w.refused("pending", second(w.alder.Propose(drive)))
	w.refused("duplicate", second(w.alder.Propose(dineInOffer())))

	require.Contains(t, w.refused("invalid", w.birch.Accept(first.ID, "ops@birch.example", false)).Fields, "agreed")
	require.Contains(t, w.refused("invalid", w.birch.Accept(first.ID, "", true)).Fields, "email")
	w.refused("party", w.alder.Accept(first.ID, "ops@alder.example", true))
	require.Empty(t, w.clients(w.birch), "nothing is made before acceptance")
	require.Equal(t, "Requires Attention", w.project(w.birch, first.ID).Label)
	require.NoError(t, w.birch.Accept(first.ID, "ops@birch.example", true))
	w.settle()
	for _, s := range []system{w.alder, w.birch} {
		p := w.project(s, first.ID)
		require.Equal(t, []string{"Accepted", "ops@birch.example"}, []string{p.Label, p.Contact})
	}
	there := w.project(w.birch, first.ID)
	w.same([]client{{there.Client, "Northwind Coffee", "alder/northwind"}}, w.clients(w.birch), "birch's clients")
	w.same([]survey{{
		ID: there.Survey, Name: "Dine-In", Origin: "alder/dine-in", Questions: []string{"greeting", "wait", "order", "narrative"}, Rules: []string{"wait needs greeting"},
	}}, w.surveys(w.birch, there.Client), "birch's surveys")
	places := w.places(w.birch, there.Client)
	w.same(w.places(w.alder, northwind), places, "birch's locations are alder's")
	levels := map[int]int{}
	for _, p := range places {
		levels[p.Level]++
	}
	w.same(map[int]int{1: 6, 2: 4, 3: 2}, levels, "six locations, four districts, two regions")
	require.Equal(t, "DT", places["2002"].Group)
	w.refused("locked", w.birch.EditPlaces(there.Client, locations.Rename("1001", "Ours")))
	require.NoError(t, w.birch.Accept(first.ID, "ops@birch.example", true), "accepting again changes nothing")
	w.settle()
	require.Len(t, w.clients(w.birch), 1)

	drive.Target = "new_client"
	require.Contains(t, w.refused("client_there", second(w.alder.Propose(drive))).Detail, "Northwind Coffee")
	drive.Target = "copy_survey"
	copied, err := w.alder.Propose(drive)
	require.NoError(t, err)
	curb := collabtest.NorthwindSurveys()[1]
	curb.ID, curb.Content.Name = "curbside", "Curbside"
	require.NoError(t, w.alder.SaveSurvey(curb))
	drive.Survey = "curbside"
	third, err := w.alder.Propose(drive)
	require.NoError(t, err)
	w.settle()
	w.same(map[string]string{"Dine-In": "Accepted", "Drive-Thru": "Requires Attention", "Curbside": "Requires Attention"}, w.labels(w.birch), "two require attention")
	w.same(map[string]string{"Dine-In": "Accepted", "Drive-Thru": "Pending", "Curbside": "Pending"}, w.labels(w.alder), "and are pending at alder")
	require.NoError(t, w.birch.Accept(third.ID, "ops@birch.example", true))
	w.settle()
	w.same(map[string]string{"Dine-In": "Accepted", "Drive-Thru": "Requires Attention", "Curbside": "Accepted"}, w.labels(w.birch), "each is accepted alone")
	require.NoError(t, w.birch.Accept(copied.ID, "ops@birch.example", true))
	w.settle()
	w.same(map[string]string{"Dine-In": "Accepted", "Drive-Thru": "Accepted", "Curbside": "Accepted"}, w.labels(w.alder), "alder's projects in the end")
	require.Len(t, w.clients(w.birch), 1, "no second Northwind")
	require.Len(t, w.surveys(w.birch, there.Client), 3)
	w.same([]string{"propose", "answer"}, w.actions(w.alder, "project", first.ID), "history at alder")
	w.same([]string{"terms", "accept", "terms"}, w.actions(w.birch, "project", first.ID), "history at birch")
}

func TestA2ImportWithMixedEligibility(t *testing.T) { onEach(t, scenarioA2) }

// scenarioA2 covers C60 to C68, C70, C73 to C75.
func scenarioA2(w *world) {
	t := w.t
	p := w.shareWithJobs(dineInOffer())
	w.refused("party", second(w.birch.PlanImport(p.ID)))
	w.refused("party", second(w.birch.Import(p.ID, plan{})))
	planned, err := w.alder.PlanImport(p.ID)
	require.NoError(t, err)
	w.same(counts{Imported: 4, Held: held("below_export_status", 4)}, planned.Counts, "the plan's counts")
	w.same(map[string]string{"501": "imported", "502": "", "503": "imported", "504": "", "505": "imported", "506": "", "507": "imported", "508": ""}, planned.Would, "the plan")
	require.Empty(t, w.shopsByOrigin(), "a plan changes nothing")

	r := w.imports(p.ID)
	w.same(counts{Imported: 4, Held: held("below_export_status", 4)}, r.Counts, "4 imported, 4 blocked")
	below := []string{"below_export_status", "wave_ignored"}
	w.same(map[string][]string{"502": below, "504": below, "506": below, "508": below}, r.Left, "who stayed behind, and why")
	w.same([]string{"501", "503", "505", "507"}, keys(r.Events), "who came")
	ours := w.shopsByOrigin()
	w.same([]string{"birch/501", "birch/503", "birch/505", "birch/507"}, keys(ours), "alder's shops")
	for _, remote := range keys(r.Events) {
		mine, theirs := w.shop(w.alder, r.Events[remote]), w.shop(w.birch, remote)
		want := theirs
		want.ID, want.Client, want.Survey, want.Status, want.Shopper, want.Wave, want.Pay, want.Payable = mine.ID, northwind, dineIn, "Collaboration Shop", "*collabShopper", "", "", false
		want.Origin, want.ScoredBy, want.Version = "birch/"+remote, "birch", 1
		want.Link = &link{Partner: "birch", Remote: remote, Project: p.ID, Return: "none"}
		w.same(want, mine, "shop "+remote+" at alder")
		require.NotEqual(t, remote, mine.ID, "alder gives it an id of its own")
		w.same([]string{"import"}, w.actions(w.alder, "shop", mine.ID), "its history")
	}
	require.Empty(t, w.released(), "the client sees none")
	first := w.save(w.alder, r.Events["501"], func(s *shop) { s.Status = "Finalized" })
	w.same([]string{first.ID}, w.released(), "the client sees what is finalized")

	again := w.imports(p.ID)
	w.same(counts{Already: 4, Held: held("below_export_status", 4)}, again.Counts, "the second import")
	w.same(keys(ours), keys(w.shopsByOrigin()), "brings nothing")
	w.same(first, w.shop(w.alder, first.ID), "and leaves what is there alone")
}

func TestA3LowExportStatus(t *testing.T) {
	t.Run("fresh data", func(t *testing.T) { onEach(t, scenarioA3Fresh) })
	t.Run("exact match", func(t *testing.T) { onEach(t, scenarioA3Exact) })
	t.Run("gate lowered after the first import", func(t *testing.T) { onEach(t, scenarioA3Lowered) })
}

// scenarioA3Fresh covers C14 and C72.
func scenarioA3Fresh(w *world) {
	offer := dineInOffer()
	offer.Export = "Completed"
	w.meet()
	w.seed()
	c, err := w.alder.Check(offer)
	require.NoError(w.t, err)
	w.same(check{Warnings: []warning{{"low_export_status", []string{"Completed", "Collaboration Shop", "Excluded", "Hold A", "Hold B", "Reviewed"}}}}, c, "a warning")
	p := w.agree(offer)
	w.jobs(p)
	w.same(counts{Imported: 8, Held: map[string]int64{}}, w.imports(p.ID).Counts, "all of them, Excluded and Hold included")
}

func scenarioA3Exact(w *world) {
	offer := dineInOffer()
	offer.Export, offer.Exact = "Completed", true
	r := w.imports(w.shareWithJobs(offer).ID)
	w.same(counts{Imported: 1, Held: held("below_export_status", 7)}, r.Counts, "an exact gate")
	w.same([]string{"502"}, keys(r.Events), "lets only Completed through")
}

// scenarioA3Lowered covers C36 and C41.
func scenarioA3Lowered(w *world) {
	p := w.shareWithJobs(dineInOffer())
	before := w.imports(p.ID)
	lower := settings{Mask: []string{"export"}, Export: "Completed"}
	require.Contains(w.t, w.refused("invalid", w.alder.Settings(p.ID, lower)).Fields, "master")
	w.refused("party", w.birch.Settings(p.ID, lower))
	require.Equal(w.t, "Finalized", w.project(w.alder, p.ID).Export, "without the box nothing changes")
	lower.Master = true
	require.NoError(w.t, w.alder.Settings(p.ID, lower))
	w.settle()
	for _, s := range []system{w.alder, w.birch} {
		now := w.project(s, p.ID)
		require.Equal(w.t, []any{"Completed", true}, []any{now.Export, now.Lock}, "what the mask does not name stays")
	}
	r := w.imports(p.ID)
	w.same(counts{Imported: 4, Already: 4, Held: map[string]int64{}}, r.Counts, "after lowering the gate")
	w.same([]string{"502", "504", "506", "508"}, keys(r.Events), "come those that stayed behind")
	require.Len(w.t, before.Events, 4)
}
