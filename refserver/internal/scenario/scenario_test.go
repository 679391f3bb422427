package scenario_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/locations"
)

func TestA1FirstProject(t *testing.T) { onEach(t, scenarioA1) }

// scenarioA1 covers C01, C02, C12 to C21, C24 and C30 to C32.
func scenarioA1(w *world) {
	t := w.t
	w.seed()
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

func TestA6Return(t *testing.T) { onEach(t, scenarioA6) }

// scenarioA6 covers C80 to C88, and C90 with A7's conflict.
func scenarioA6(w *world) {
	t := w.t
	p := w.shareWithJobs(dineInOffer())
	p77 := w.imports(p.ID).Events["501"]
	birchs := w.shop(w.birch, "501")
	w.save(w.alder, p77, func(s *shop) { s.Status = "Finalized" })
	w.refused("not_below", w.alder.Return(p77, false))
	unsaved := w.shop(w.alder, p77)
	unsaved.Status = "Reviewed"
	w.refused("not_below", w.alder.Return(p77, false))
	planned, err := w.alder.PlanReturn(p77)
	require.NoError(t, err)
	require.True(t, planned.Refused.says("not_below"), "the plan says the same")
	w.same(birchs, w.shop(w.birch, "501"), "a refused return changes nothing at birch")
	require.Equal(t, "none", w.shop(w.alder, p77).Link.Return)

	unsaved.Answers["greeting"], unsaved.Earned, unsaved.ReviewerComments = "no", "5", "Nobody greeted you on the recording."
	require.NoError(t, w.alder.Save(unsaved))
	planned, err = w.alder.PlanReturn(p77)
	require.NoError(t, err)
	w.same(returnPlan{Remote: "501"}, emptiedReturn(planned), "nothing stands against it, nothing would be lost")
	require.NoError(t, w.alder.Return(p77, false))
	w.settle()
	require.Equal(t, "returned", w.shop(w.alder, p77).Link.Return)
	back := w.shop(w.birch, "501")
	want := birchs
	want.Status, want.Answers, want.Earned, want.ScoredBy, want.ReviewerComments = "Reviewed", maps.Clone(birchs.Answers), "5", "alder", "Nobody greeted you on the recording."
	want.Answers["greeting"] = "no"
	want.Epoch, want.Awaiting, want.Version = 1, true, birchs.Version+1
	w.same(want, back, "birch's 501 has alder's answer, score and status")
	require.Equal(t, []string{"M. Ortiz", "Sept weekday"}, []string{back.Shopper, back.Wave}, "shopper and wave stay")
	w.refused("state", w.alder.Return(p77, false))
	r := w.imports(p.ID)
	w.same(counts{Already: 3, Held: map[string]int64{"below_export_status": 4, "returned_pending": 1}}, r.Counts, "not before birch has saved it")

	w.save(w.birch, "501", func(s *shop) {
		s.Status, s.Answers["narrative"] = "Finalized", "Nobody greeted us; otherwise friendly."
	})
	r = w.imports(p.ID)
	w.same(counts{Updated: 1, Already: 3, Held: held("below_export_status", 4)}, r.Counts, "counted as updated")
	w.same(map[string]string{"501": p77}, r.Events, "the same shop")
	again := w.shop(w.alder, p77)
	require.Equal(t, []string{"Collaboration Shop", "*collabShopper", "no", "Nobody greeted us; otherwise friendly."},
		[]string{again.Status, again.Shopper, again.Answers["greeting"], again.Answers["narrative"]})
	w.same(&link{Partner: "birch", Remote: "501", Project: p.ID, Return: "none", Epoch: 1}, again.Link, "its cross-reference")
	require.Len(t, w.shopsByOrigin(), 4)
	w.same([]string{"import", "save", "save", "return", "return_returned", "update"}, w.actions(w.alder, "shop", p77), "history at alder")
	w.same([]string{"create", "returned", "save"}, w.actions(w.birch, "shop", "501"), "history at birch")

	// A7: birch edits what alder is about to return.
	w.save(w.birch, "501", func(s *shop) { s.Answers["narrative"] = "The coffee was cold." })
	w.save(w.alder, p77, func(s *shop) { s.Status, s.Answers["narrative"] = "Reviewed", "Rewritten." })
	planned, err = w.alder.PlanReturn(p77)
	require.NoError(t, err)
	lost := []collab.Change{{Field: "answers[narrative]", Before: "The coffee was cold.", After: "Rewritten."}}
	w.same(lost, planned.Lost, "the preview names what would be lost")
	birchs = w.shop(w.birch, "501")
	require.NoError(t, w.alder.Return(p77, false))
	w.settle()
	require.Equal(t, "conflict", w.shop(w.alder, p77).Link.Return)
	w.same(birchs, w.shop(w.birch, "501"), "a conflict overwrites nothing")
	require.NoError(t, w.alder.Return(p77, true))
	w.settle()
	require.Equal(t, "Rewritten.", w.shop(w.birch, "501").Answers["narrative"])
	es, err := w.birch.History("shop", "501")
	require.NoError(t, err)
	require.Contains(t, es[len(es)-1].Changes, lost[0], "history keeps birch's words")
}

func TestPairingByInvitation(t *testing.T) { onEach(t, scenarioPairing) }

// scenarioPairing makes the systems partners without either operator typing a key.
func scenarioPairing(w *world) {
	t := w.t
	w.seed()
	for _, s := range []system{w.alder, w.birch} {
		require.NoError(t, s.Switch(true))
	}
	alder, err := w.alder.Card()
	require.NoError(t, err)
	birch, err := w.birch.Card()
	require.NoError(t, err)
	token, err := w.alder.Invite(birch.URL)
	require.NoError(t, err)
	w.refused("invitation", second(w.birch.Join(alder.URL, token+"x")))
	require.Empty(t, w.partners(w.birch), "a wrong token leaves nothing behind")
	joined, err := w.birch.Join(alder.URL, token)
	require.NoError(t, err)
	w.same(partner{"alder", alder.URL, "pending", alder.KeyID}, joined, "birch knows alder")
	w.same([]partner{{"birch", birch.URL, "pending", birch.KeyID}}, w.partners(w.alder), "alder knows birch")
	w.refused("partner", second(w.alder.Propose(dineInOffer())))
	w.refused("invalid", second(w.alder.Confirm("birch", alder.KeyID)))
	for s, other := range map[system]card{w.alder: birch, w.birch: alder} {
		p, err := s.Confirm(other.System, other.KeyID)
		require.NoError(t, err)
		require.Equal(t, "active", p.State)
	}
	out, err := w.alder.Propose(dineInOffer())
	require.NoError(t, err)
	w.settle()
	require.NoError(t, w.birch.Decline(out.ID, "too many shops"))
	w.settle()
	require.Equal(t, "Declined", w.project(w.alder, out.ID).Label)
	require.Equal(t, "Declined", w.project(w.birch, out.ID).Label)
}

// second drops a value that comes with an error.
func second[T any](_ T, err error) error { return err }

// emptied makes lists without items nil.
func emptied(c check) check {
	if len(c.Warnings) == 0 {
		c.Warnings = nil
	}
	return c
}

func emptiedReturn(p returnPlan) returnPlan {
	if len(p.Lost) == 0 {
		p.Lost = nil
	}
	return p
}

func (w *world) clients(s system) []client {
	w.t.Helper()
	cs, err := s.Clients()
	require.NoError(w.t, err)
	return cs
}

func (w *world) surveys(s system, of string) []survey {
	w.t.Helper()
	ss, err := s.Surveys(of)
	require.NoError(w.t, err)
	return ss
}

func (w *world) partners(s system) []partner {
	w.t.Helper()
	ps, err := s.Partners()
	require.NoError(w.t, err)
	return ps
}

func (w *world) places(s system, set string) map[string]place {
	w.t.Helper()
	ps, err := s.Places(set)
	require.NoError(w.t, err)
	return ps
}

func (w *world) compare(project string) comparison {
	w.t.Helper()
	c, err := w.alder.Compare(project)
	require.NoError(w.t, err)
	return c
}

// released lists alder's shops that its client sees: those at the distribution level or above.
func (w *world) released() []string {
	w.t.Helper()
	var out []string
	ladder := collab.DefaultLadder()
	for _, sh := range w.shopsByOrigin() {
		if !ladder.Below(collab.Status(sh.Status), collab.StatusFinalized) {
			out = append(out, sh.ID)
		}
	}
	return out
}
