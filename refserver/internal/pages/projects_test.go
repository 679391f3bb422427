package pages_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

// offer walks through the steps of New project to the preview.
func (o *offices) offer(changes ...string) page {
	p := o.alder.open("/projects/new").press("Continue", "partner", "birch", "client", "northwind")
	return p.says("Dine-In (dine-in)", "Drive-Thru (drive-thru)").press("Continue", "survey", "dine-in").press("Preview", changes...)
}

func TestOfferAndAccept(t *testing.T) {
	o := newOffices(t)
	o.alder.open("/projects").says("Offer one to a partner.", "None has arrived.")
	preview := o.offer("terms.rules", "yes").is(http.StatusOK).
		says("What birch is offered", "The survey Dine-In of Northwind Coffee, with 4 questions.", "Finalized and above", "alder pays the fees", "Nobody at birch can edit the locations").lacks("Think about this")
	require.Empty(t, o.projects(t, o.Alder), "a preview sends nothing")
	sent := preview.press("Send to birch").is(http.StatusOK).says("Sent to birch", "Pending", "birch has not answered yet")
	sent.follow("History").is(http.StatusOK)
	o.drain(t)

	review := o.birch.open("/projects").says("Requires Attention", "Northwind Coffee").follow("Dine-In").says("Requires Attention", "alder offers this project").press("Review and accept").
		says("The client Northwind Coffee, new here.", "The survey Dine-In, new here: 2 sections, 4 questions and 1 rule.", "Only alder can change them.", "alder pays the fees")
	refused := review.press("Accept the project", "email", "nobody").is(http.StatusUnprocessableEntity).says("is not an e-mail address", "tick that you accept")
	require.Contains(t, refused.HTML, `value="nobody"`, "what was typed stays")
	refused.press("Accept the project", "email", "ops@birch.example", "agreed", "yes").is(http.StatusOK).says("Accepted", "alder has not heard of it yet").follow("Dine-In").says("Were you greeted within a minute?")
	o.drain(t)
	o.alder.open("/projects").follow("Dine-In").says("Accepted", "ops@birch.example", "birch does not share").press("Import shops")
	o.birch.open(review.Path).is(http.StatusConflict).says("The project is accepted, so this cannot be done now.")
}

func TestOfferWarnsAndIsRefusedWithEveryReason(t *testing.T) {
	o := newOffices(t)
	low := o.offer("terms.export", "Completed").says("Think about this", "Also passing: Completed, Collaboration Shop, Excluded, Hold A, Hold B, Reviewed.")
	low.press("Send to birch").says("Pending")
	o.drain(t)

	second := o.alder.open("/projects/new?partner=birch&client=northwind&survey=drive-thru").press("Preview").
		says("(Dine-In) would first bring client Northwind Coffee to birch and is pending. It has to be accepted or withdrawn first.").lacks("Send the survey's rules along", "Send to birch")
	require.Contains(t, second.HTML, "Drive-Thru")
	wrong := o.alder.open("/projects/new?partner=birch&client=northwind&survey=drive-thru&target=new_client&terms.export=Nonsense&look=yes").says("Export status: ", "is no status", "Who pays the fees: ")
	require.Contains(t, wrong.HTML, "#f-settings-terms-export", "reasons link to their fields")

	require.NoError(t, o.Birch.Collab.SetModule(t.Context(), o.Birch.Admin, false))
	o.offer().says("Collaboration is switched off at birch.")
	o.Net.Before = func(_, to collab.SystemID, _ string) error { return collab.ErrPeer }
	o.offer("terms.export", "Locked").is(http.StatusOK).says("The partner cannot be reached now.").lacks("Send to birch")
	require.Len(t, o.projects(t, o.Alder), 1)
}

func TestCounterOffer(t *testing.T) {
	o := newOffices(t)
	o.offer().press("Send to birch")
	o.drain(t)
	id := string(o.projects(t, o.Birch)[0].ID)
	ask := o.birch.open("/projects/" + id).follow("Ask for changes").is(http.StatusOK)
	ask.press("Ask alder for these changes").is(http.StatusUnprocessableEntity).says("say what should change")
	ask.press("Ask alder for these changes", "terms.fee_payer", "secondary", "note", "We pay, you review").says("You asked for changes", "birch pays the fees")
	o.drain(t)
	o.alder.open("/projects/"+id).says("Requires Attention", "What birch asks for", "We pay, you review").press("Take birch's settings").is(http.StatusOK).says("on their way to birch", "birch pays the fees")
	o.drain(t)
	o.alder.open("/projects/"+id).follow("Change the offer").press("Preview", "terms.lock_locations", "-").
		says("birch may edit the locations", "Nobody at birch can edit the locations").press("Send the new settings to birch").says("birch may edit the locations")
	o.drain(t)
	o.birch.open("/projects/"+id+"/decline").press("Decline for good").is(http.StatusUnprocessableEntity).says("Why: say why").
		press("Decline for good", "reason", "No people there").says("Declined", "birch has declined: No people there")
	o.drain(t)
	o.alder.open("/projects").lacks("No people there").says("Offer one to a partner")
	o.alder.open("/projects?state=inactive").says("Declined")
	o.alder.open("/projects?state=all&q=NORTHWIND").says("Declined")
	o.alder.open("/projects?state=all&q=elsewhere").says("No project is like this.").lacks("Declined")
}

func TestSettings(t *testing.T) {
	o := newOffices(t)
	home := "/projects/" + string(o.accepted(t).ID)
	form := o.alder.open(home).follow("Change settings")
	form.press("Update", "terms.export", "Client Finalized").is(http.StatusUnprocessableEntity).says("Update Project Settings: tick Update Project Settings as well", "tick each setting")
	kept := form.press("Update", "mask.export", "yes", "terms.export", "Client Finalized", "terms.lock_locations", "-").is(http.StatusUnprocessableEntity)
	_, values := kept.formOf("Update")
	require.Equal(t, "Client Finalized", values.Get("terms.export"))
	require.True(t, values.Has("mask.export"))
	kept.press("Update", "master", "yes").is(http.StatusOK).says("Settings saved", "Client Finalized and above", "Before: Finalized and above.", "Nobody at birch can edit the locations")
	form.press("Update", "mask.export", "yes", "master", "yes").is(http.StatusConflict).says("Somebody has changed this")

	o.birch.open(home).follow("Change settings").press("Save contact and sharing", "contact", "new@birch.example", "sharing", "yes").says("Settings saved", "new@birch.example")
	o.drain(t)
	o.alder.open(home).says("new@birch.example", "By status, counted now", "Hold A")
	o.Net.Before = func(_, to collab.SystemID, _ string) error { return collab.ErrPeer }
	o.alder.open(home).is(http.StatusOK).says("cannot be counted now", "The partner cannot be reached now")
	o.Net.Before = nil

	o.alder.open(home).follow("Deactivate").press("Deactivate the project").is(http.StatusUnprocessableEntity).press("Deactivate the project", "reason", "Season is over").
		says("Deactivated", "Imports, returns and updates are stopped: Season is over").press("Activate again").press("Activate the project").says("Active again", "Accepted")
}

func TestCopyWaitsForTheClient(t *testing.T) {
	o := newOffices(t)
	o.accepted(t)
	copied := o.alder.open("/projects/new?partner=birch&client=northwind&survey=drive-thru")
	require.Contains(t, copied.HTML, `value="copy_survey" checked`, "the client is there, so the survey is copied to it")
	copied.press("Preview", "target", "new_client").says("Birch has client Northwind Coffee (northwind); copy the survey to that client instead. Choose \"Copy the survey").lacks("Send to birch")
	copied.press("Preview").says("The survey goes to the client that birch has already.").press("Send to birch").says("Pending")
	o.drain(t)
	o.birch.open("/projects").follow("Drive-Thru").press("Review and accept").says("No client: the survey goes to Northwind Coffee which is here already.")
	mill := o.alder.open("/clients/new").press("Make the client", "id", "mill", "name", "Mill").follow("New survey").press("Make the survey", "name", "Counter", "id", "counter")
	mill.is(http.StatusOK)
	o.alder.open("/projects/new?partner=birch&client=mill&survey=counter").press("Preview", "target", "copy_survey").
		says("No accepted project has brought client Mill to birch yet; create it there first.").lacks("Send to birch")
	o.alder.open("/projects/nothing").is(http.StatusNotFound).lacks("collab:")
}

func TestWithdraw(t *testing.T) {
	o := newOffices(t)
	o.offer().press("Send to birch").follow("Withdraw").press("Withdraw the offer", "reason", "Too early").says("Withdrawn", "Too early")
}

// projects are those of one side.
func (o *offices) projects(t *testing.T, s *collabtest.Side) (out []collab.Project) {
	t.Helper()
	require.NoError(t, s.Collab.Read(t.Context(), s.Staff, func(ctx context.Context, v collab.View) (err error) {
		out, err = v.Projects.List(ctx, collab.ProjectQuery{})
		return err
	}))
	return out
}

func TestModuleOffHidesProjects(t *testing.T) {
	o := newOffices(t)
	require.NoError(t, o.Birch.Collab.SetModule(t.Context(), o.Birch.Admin, false))
	for _, path := range []string{"/projects", "/projects/new", "/projects/x", "/projects/x/accept", "/projects/x/decline", "/projects/x/counter", "/projects/x/settings", "/projects/x/survey"} {
		p := o.birch.open(path).is(http.StatusNotFound).says("Collaboration is switched off at birch")
		require.Equal(t, 1, strings.Count(p.HTML, "<h1>"))
	}
	o.birch.open("/clients").is(http.StatusOK)
}
