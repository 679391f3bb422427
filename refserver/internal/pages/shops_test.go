package pages_test

import (
	"bufio"
	"encoding/csv"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
)

// imported walks to shops that came in: it returns the project's page and the receipt of the import.
func (o *offices) imported(t *testing.T) (home string, receipt page) {
	t.Helper()
	home = "/projects/" + string(o.accepted(t).ID)
	run := o.alder.open(home + "/import").press("Import 4 shops").is(http.StatusOK)
	o.drain(t)
	return home, o.alder.open(run.Path)
}

// shopOf is the address of alder's shop that birch knows by a job id.
func (o *offices) shopOf(t *testing.T, job string) string {
	t.Helper()
	found := o.alder.open("/shops?q=" + job)
	_, rest, ok := strings.Cut(found.HTML, `<td><a href="/shops/`)
	require.True(t, ok, found.text())
	id, _, _ := strings.Cut(rest, `"`)
	return "/shops/" + id
}

func (o *offices) idOf(t *testing.T, job string) string {
	t.Helper()
	return strings.TrimPrefix(o.shopOf(t, job), "/shops/")
}

func TestImportIsPreviewedThenCarriedOut(t *testing.T) {
	o := newOffices(t)
	home := "/projects/" + string(o.accepted(t).ID)
	preview := o.alder.open(home+"/import").is(http.StatusOK).says("4 shops would be imported.", "4 shops would stay behind.", "Below export status", "The shop has not reached the export status yet.", "1002 Capitol Hill", "501").lacks("0 shops")
	o.alder.open("/shops").says("None is there of what you chose.")
	running := preview.press("Import 4 shops").is(http.StatusOK).says("The import has begun", "Shops looked at", "Stop this import")
	require.Contains(t, running.HTML, `data-live="`+running.Path+`/live"`)
	require.Contains(t, running.HTML, `http-equiv="refresh"`)
	o.alder.open(home + "/import").says("An import of this project is at work.").follow("Watch it").is(http.StatusOK)
	preview.press("Import 4 shops").is(http.StatusConflict).says("under way already")
	o.drain(t)
	done := o.alder.open(running.Path).says("The import is done", "4 shops imported.", "4 shops held: Below export status", "Came in", "Stayed behind", "Collaboration Shop").lacks("Stop this import")
	require.NotContains(t, done.HTML, `http-equiv="refresh"`)
	done.follow("What was written down").is(http.StatusOK).says("start import")

	file := done.follow("Download all shops of this import as CSV").is(http.StatusOK)
	rows, err := csv.NewReader(strings.NewReader(file.HTML)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 9)
	require.Equal(t, []string{"shop at birch", "shop here", "result", "location", "location name", "status", "reasons", "what to do", "at"}, rows[0])
	require.Equal(t, []string{"501", o.idOf(t, "501"), "imported", "1001", "Pike Place", "Collaboration Shop"}, rows[1][:6])
	require.Equal(t, []string{"508", "", "held", "1001", "Pike Place", "", "below_export_status wave_ignored"}, rows[8][:7])

	o.alder.open(home+"/import").says("0 shops would be imported.", "No shop can be imported now.", "4 shops came before").lacks("Import 4 shops")
	o.alder.open("/runs").says("Dine-In with birch", "Done").follow("Dine-In with birch").says("The import is done")
	o.birch.open(home + "/import").is(http.StatusForbidden).says("This is for the other side to do.")
	o.alder.open("/runs/none").is(http.StatusNotFound)
	o.alder.open("/runs/none/shops.csv").is(http.StatusNotFound)
}

func TestImportOfAStalePreviewIsRefused(t *testing.T) {
	o := newOffices(t)
	home := "/projects/" + string(o.accepted(t).ID)
	preview := o.alder.open(home + "/import")
	o.alder.open(home+"/settings").press("Update", "mask.export", "yes", "terms.export", "Locked", "master", "yes").is(http.StatusOK)
	preview.press("Import 4 shops").is(http.StatusConflict).says("Something has changed since this preview was made.", "1 shop would be imported.").press("Import 1 shop").is(http.StatusOK)
}

func TestRunIsStoppedWithAReason(t *testing.T) {
	o := newOffices(t)
	home := "/projects/" + string(o.accepted(t).ID)
	running := o.alder.open(home + "/import").press("Import 4 shops")
	ask := running.follow("Stop this import").is(http.StatusOK)
	require.NotContains(t, ask.HTML, `http-equiv="refresh"`, "nobody is interrupted while writing")
	ask.press("Stop the import").is(http.StatusUnprocessableEntity).says("Why: say why").
		press("Stop the import", "reason", "Wrong survey").is(http.StatusOK).says("The import was stopped", "Why: Wrong survey", "Import the rest")
	ask.press("Stop the import", "reason", "Again").is(http.StatusConflict).says("The import was stopped")
	o.alder.open("/runs?project=" + strings.TrimPrefix(home, "/projects/")).says("Stopped")
}

func TestRunIsFollowedLive(t *testing.T) {
	o := newOffices(t)
	home := "/projects/" + string(o.accepted(t).ID)
	running := o.alder.open(home + "/import").press("Import 4 shops")
	stream, err := o.alder.browser.Get(o.alder.url + running.Path + "/live")
	require.NoError(t, err)
	defer func() { _ = stream.Body.Close() }()
	lines := bufio.NewReader(stream.Body)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "event: progress\n", first)
	o.drain(t)
	rest, err := io.ReadAll(lines)
	require.NoError(t, err, "the stream ends with the import")
	require.Contains(t, string(rest), "event: end")
	require.NoError(t, o.Alder.Collab.SetModule(t.Context(), o.Alder.Admin, false))
	o.alder.open(running.Path + "/live").is(http.StatusNotFound)
}

func TestHeldShopsSayWhereTheCureIs(t *testing.T) {
	o := newOffices(t)
	home := "/projects/" + string(o.accepted(t).ID)
	o.alder.open(home+"/deactivate").press("Deactivate the project", "reason", "Season is over")
	o.drain(t)
	o.alder.open(home+"/import").says("8 shops: Project inactive", "Activate it, then import again.", "Open the project", "No shop can be imported now.")
}

func TestShopsAreFoundAndGivenAStatus(t *testing.T) {
	o := newOffices(t)
	o.imported(t)
	all := o.alder.open("/shops").says("501 at birch", "*collabShopper", "Collaboration Shop")
	o.alder.open("/shops?q=503").says("503 at birch").lacks("501 at birch")
	o.alder.open("/shops?q=1001").says("501 at birch", "507 at birch").lacks("503 at birch")
	o.alder.open("/shops?q=nothing").says("None is there of what you chose.", "Show all")
	o.alder.open("/shops?status=Locked").says("None is there of what you chose.")
	o.birch.open("/shops?status=Locked&status=Emailed").says("503", "505", "M. Ortiz", "Sept weekday").lacks("Capitol Hill")
	o.birch.open("/shops?q=501&status=Locked").says("None is there of what you chose.")

	id := o.idOf(t, "503")
	all.press("Set the status of the chosen shops", "status", "Hold A").is(http.StatusUnprocessableEntity).says("Choose at least one shop in the list.")
	kept := all.press("Set the status of the chosen shops", "shop", id).is(http.StatusUnprocessableEntity).says("New status: \"\" is no status")
	_, values := kept.formOf("Set the status of the chosen shops")
	require.Equal(t, id, values.Get("shop"), "the choice stays")
	kept.press("Set the status of the chosen shops", "status", "Hold A").is(http.StatusOK).says("Status of 1 shop is now Hold A").follow("What was written down").says("set status", "Hold A")
}

func TestReviewViewEditsAShop(t *testing.T) {
	o := newOffices(t)
	o.imported(t)
	at := o.shopOf(t, "501")
	shop := o.alder.open(at).is(http.StatusOK).says("501 at birch", "Arrival", "Were you greeted within a minute?", "As birch calculated it.", "It can go back")
	shop.press("Update survey").is(http.StatusOK).says("Nothing had changed")
	_, values := shop.formOf("Update survey")
	require.False(t, values.Has("shopper"), "an imported shop has its placeholder")

	refused := shop.press("Update survey", "answers[0].value", "no", "comments", "Parked\r\nelsewhere.", "score.earned", "ten").is(http.StatusUnprocessableEntity).
		says("Points earned: \"ten\" is not a decimal number", "Not saved yet", "Were you greeted within a minute? Yes No", "Points earned 10 ten")
	_, values = refused.formOf("Update survey")
	require.Equal(t, "Parked\nelsewhere.", values.Get("comments"))
	saved := refused.press("Update survey", "score.earned", "5", "answers[3].value", "4 minutes", "answers[3].comment", "Busy", "status", "Reviewed").is(http.StatusOK).says("Saved", "The shop is Reviewed.", "Comments on Arrival: 1 comment").lacks("Not saved yet")
	_, values = saved.formOf("Update survey")
	require.Equal(t, []string{"no", "wait", "4 minutes", "Busy"}, []string{values.Get("answers[0].value"), values.Get("answers[3].question"), values.Get("answers[3].value"), values.Get("answers[3].comment")})
	shop.press("Update survey", "status", "Hold A").is(http.StatusConflict).says("Somebody has changed this", "Status Reviewed Hold A")
	o.alder.open(at).says("Reviewed").follow("What was done with it").says("answers[greeting]:", "yes → no;")

	o.alder.post(at, url.Values{"version": {"2"}, "wave": {"Autumn"}}).is(http.StatusOK).says("Saved", "Friendly and quick.")
	own := o.birch.open("/shops/502").says("Capitol Hill", "The shopper, the wave and the pay never travel.").lacks("Return to", "It can go back")
	own.press("Update survey", "shopper", "N. Diaz", "pay", "a lot").is(http.StatusUnprocessableEntity).says("Pay: \"a lot\" is not a decimal number").
		press("Update survey", "pay", "14.50", "payable", "-", "status", "Finalized").is(http.StatusOK).says("Saved", "N. Diaz")
	o.alder.open("/shops/none").is(http.StatusNotFound)
}

func TestReturnAndWhatItOverrides(t *testing.T) {
	o := newOffices(t)
	home, _ := o.imported(t)
	clean, lossy, high := o.idOf(t, "501"), o.idOf(t, "503"), o.idOf(t, "505")
	o.alder.open("/shops/"+clean).press("Update survey", "reviewer_comments", "Please ask again.")
	o.alder.open("/shops/"+lossy).press("Update survey", "comments", "Ours.", "reviewer_comments", "Ask them.")
	o.birch.open("/shops/503").press("Update survey", "comments", "Theirs.")
	o.alder.open("/shops/"+high).press("Update survey", "status", "Finalized").says("It cannot be returned now.", "its saved status is not below the distribution level")

	preview := o.alder.open("/return?"+url.Values{"shop": {clean, lossy, high}}.Encode()).is(http.StatusOK).
		says("Return 3 shops", "1 shop can go back as saved here.", "Reviewer comments (nothing) Please ask again.", "1 shop would override", "Comments Theirs. Ours.", "1 shop cannot be returned.", "Set a lower status")
	require.Less(t, strings.Index(preview.HTML, "Changed over there"), strings.Index(preview.HTML, "Can go back"), "conflicts come first")
	_, values := preview.formOf("Return 1 shop")
	require.False(t, values.Has("overwrite"), "consent is never the default")
	require.Equal(t, []string{clean}, values["shop"])
	override, _ := preview.formOf("Return 1 shop and override what was changed there")
	require.Contains(t, override, "What else would be overwritten over there")
	require.Contains(t, override, "Ask them.")

	preview.press("Return 1 shop").is(http.StatusOK).says("1 shop on the way back to birch", "On its way back", "It is on its way back to birch.")
	o.drain(t)
	o.alder.open("/shops/"+clean).says("It went back to birch and was not imported again since.", "It cannot be returned now.")
	o.birch.open("/shops/501").says("Returned to us", "Please ask again.")

	o.alder.open("/shops/" + lossy).says("birch changed 1 field since we last had it.").press("Return this shop").press("Return 1 shop and override what was changed there").is(http.StatusOK)
	o.drain(t)
	o.birch.open("/shops/503").says("Ours.").press("Update survey", "status", "Finalized").lacks("is held from import")
	o.alder.open(home + "/import").says("1 shop would be updated after a return.").press("Import 1 shop")
	o.drain(t)
	o.alder.open("/shops/"+lossy).says("Times it came again 1", "It can go back")

	stale := o.alder.open("/return?shop=" + lossy)
	o.alder.open("/shops/"+lossy).press("Update survey", "comments", "Newer.")
	stale.press("Return 1 shop").is(http.StatusConflict).says("Something has changed since this preview was made.", "Comments Ours. Newer.")
	stale.desk.post("/return", url.Values{"shop": {lossy}}).is(http.StatusConflict)
	o.alder.open("/return").says("No shop is chosen.")
	o.birch.open("/return?shop=502").says("1 shop cannot be returned.", "did not come from a partner")
}

func TestReimportAsksBeforeItReplaces(t *testing.T) {
	o := newOffices(t)
	home, receipt := o.imported(t)
	plain, edited := o.idOf(t, "501"), o.idOf(t, "503")
	o.alder.open("/shops/"+edited).press("Update survey", "comments", "Written here.")
	receipt.press("Import the chosen shops again").says("No shop is chosen.")
	preview := o.alder.open("/reimport?shop="+plain+"&shop="+edited).is(http.StatusOK).
		says("1 shop would become what birch has now", "1 shop would stay here as saved.", "Edited here", "Comments Parked across the street. Written here.")
	_, values := preview.formOf("Import 1 shop again")
	require.False(t, values.Has("overwrite"))
	preview.press("Import 1 shop again").is(http.StatusOK).says("1 chosen shop again")
	o.drain(t)
	o.alder.open(home + "/reimport?shop=" + edited).press("Import 1 shop again and replace what was edited here").is(http.StatusOK)
	o.drain(t)
	o.alder.open("/shops/" + edited).says("Parked across the street.").lacks("Written here.")
	o.alder.open("/shops/"+edited).press("Update survey", "comments", "Sent in vain.").press("Return this shop").press("Return 1 shop")
	o.birch.open("/shops/503").press("Update survey", "comments", "Changed meanwhile.")
	o.drain(t)
	o.alder.open("/shops/"+edited).says("birch changed the shop in between. Nothing was overwritten there.").press("Import this shop again").says("What was edited here and would be replaced", "Sent in vain.")
	o.birch.open("/reimport?shop=501").says("1 shop did not come from a partner")
	o.alder.open(home + "/reimport?shop=unknown").is(http.StatusConflict).says("did not come from a partner")
}

func TestPartnerThatDoesNotAnswer(t *testing.T) {
	o := newOffices(t)
	home, _ := o.imported(t)
	at := o.shopOf(t, "501")
	o.Net.Before = func(_, _ collab.SystemID, _ string) error { return collab.ErrPeer }
	o.alder.open(home + "/import").is(http.StatusBadGateway).says("The partner cannot be reached now.")
	o.alder.open(at).is(http.StatusOK).says("Whether it can go back is not known now: The partner cannot be reached now.").lacks("Return this shop")
}

func TestModuleOffLeavesOwnShops(t *testing.T) {
	o := newOffices(t)
	o.accepted(t)
	require.NoError(t, o.Birch.Collab.SetModule(t.Context(), o.Birch.Admin, false))
	for _, path := range []string{"/runs", "/runs/x", "/runs/x/stop", "/runs/x/shops.csv", "/return?shop=501", "/reimport?shop=501", "/projects/x/import", "/projects/x/reimport"} {
		o.birch.open(path).is(http.StatusNotFound).says("Collaboration is switched off at birch")
	}
	o.birch.open("/shops").is(http.StatusOK).says("501")
	got := o.birch.open("/shops/501").is(http.StatusOK).press("Update survey", "comments", "Still ours.").is(http.StatusOK)
	if d := cmp.Diff(1, strings.Count(got.HTML, "<h1>")); d != "" {
		t.Error(d)
	}
}
