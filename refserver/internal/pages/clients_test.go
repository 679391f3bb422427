package pages_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
)

func TestClientsAndSurveys(t *testing.T) {
	o := newOffices(t)
	o.birch.open("/clients").says("Make the first.")
	form := o.alder.open("/clients").says("Northwind Coffee").follow("New client")
	form.press("Make the client", "id", "northwind", "name", "Another").is(http.StatusUnprocessableEntity).says("Client ID: is in use already.")
	refused := form.press("Make the client", "id", "mill").is(http.StatusUnprocessableEntity).says("Name: must not be empty")
	client := refused.press("Make the client", "name", "Mill & Co").is(http.StatusOK).says("Client made", "Mill & Co")
	require.Equal(t, "/clients/mill", client.Path)
	client.press("Save the name", "name", "Mill Bakery").says("Name saved", "Mill Bakery")
	survey := o.alder.open("/clients/mill").follow("New survey").press("Make the survey", "name", "Counter", "id", "counter").says("Survey made", "The survey has no questions yet.")

	add := survey.follow("Add a question")
	add.press("Add the question").is(http.StatusUnprocessableEntity).says("Text: must not be empty", "Question ID: must not be empty", "Name of the new section: must not be empty")
	one := add.press("Add the question", "name", "At the till", "id", "smile", "text", "Did they smile?", "required", "yes").says("Question added", "At the till", "Did they smile?", "needed")
	add.press("Add the question", "name", "At the door", "id", "door", "text", "Was the door open?").is(http.StatusConflict).says("Somebody has changed this")
	one.follow("Did they smile?").press("Save the question", "text", "").is(http.StatusUnprocessableEntity).press("Save the question", "text", "Were they friendly?").says("Question saved", "Were they friendly?")
	names := o.alder.open("/surveys/counter").follow("Edit names")
	names.press("Save names", "sections[0].name", "").is(http.StatusUnprocessableEntity).says("Section 1 (section-1): must not be empty")
	names.press("Save names", "name", "Till", "sections[0].name", "Till area").says("Names saved", "Till area")
	o.alder.open("/surveys/counter").follow("Were they friendly?").follow("Remove this question").says("What goes", "Were they friendly?").press("Remove the question").says("Question removed", "has no questions yet")

	whole := o.alder.open("/surveys/dine-in").says("Were you greeted within a minute?", "Yes (5), No (0)", "wait needs greeting", "12.00")
	whole.follow("New survey from this one").press("Make the survey", "name", "Brunch", "id", "drive-thru").is(http.StatusUnprocessableEntity).says("is in use already").
		press("Make the survey", "id", "brunch").says("Survey made", "Brunch", "Were you greeted within a minute?")
	o.alder.open("/clients/northwind").says("Brunch", "Dine-In", "Drive-Thru")
	o.alder.open("/surveys/nothing").is(http.StatusNotFound).says("What you asked for is not here")
}

func TestLongLists(t *testing.T) {
	o := newOffices(t)
	for i := range 103 {
		_, err := o.Birch.Collab.SaveClient(t.Context(), o.Birch.Staff, collab.Client{ID: collab.ClientID(fmt.Sprintf("c%03d", i)), Name: fmt.Sprintf("Company %03d", i)})
		require.NoError(t, err)
	}
	first := o.birch.open("/clients?q=company").says("Company 000", "Company 099").lacks("Company 100")
	first.follow("More").says("Company 100", "Company 102").lacks("Company 099", "More")
	o.birch.open("/clients?q=102").says("Company 102").lacks("Company 101")

	content := collab.SurveyContent{Name: "Long", Distribution: collab.StatusFinalized}
	for i := range 5 {
		sec := collab.Section{ID: fmt.Sprint("s", i), Name: fmt.Sprint("Part ", i)}
		for j := range 30 {
			sec.Questions = append(sec.Questions, collab.Question{ID: fmt.Sprintf("q%03d", i*30+j), Kind: "text", Text: fmt.Sprintf("Question %03d?", i*30+j)})
		}
		content.Sections = append(content.Sections, sec)
	}
	_, err := o.Birch.Collab.SaveSurvey(t.Context(), o.Birch.Staff, collab.Survey{ID: "long", Client: "c000", Content: content})
	require.NoError(t, err)
	whole := o.birch.open("/surveys/long").says("Part 3", "Question 099?").lacks("Question 100?", "Part 4")
	whole.follow("More questions").says("Part 3", "Part 4", "Question 100?", "Question 149?").lacks("Part 2", "Question 099?", "More questions")
}

func TestSurveyUpdate(t *testing.T) {
	o := newOffices(t)
	p := o.accepted(t)
	home := "/projects/" + string(p.ID)
	o.alder.open(home).follow("Update the survey").says("There is nothing to update.")
	o.alder.open("/surveys/dine-in").follow("Add a question").press("Add the question", "section", "service", "id", "parking", "text", "Could you park?").says("Question added")
	o.alder.open("/surveys/dine-in/questions/wait").press("Save the question", "text", "How long did you wait?").says("Question saved")
	o.change(t, func(c *collab.SurveyContent) { c.Settings[0].Value = "15.00" })

	plan := o.alder.open(home).follow("Update the survey").says("1 question added, 1 changed, 0 removed.", "Could you park?", "Question wait, text", "What birch changed itself", "Setting pay", "15.00", "12.00").lacks("{")
	plan.press("Update the survey at birch").is(http.StatusConflict).says("Say what is to be kept, or tick")
	o.change(t, func(c *collab.SurveyContent) { c.Settings[1].Value = "fr" })
	plan = plan.press("Update the survey at birch", "overwrite", "yes").is(http.StatusConflict).says("Something has changed since this preview was made.", "Setting language")
	plan.press("Update the survey at birch", "keep", "settings[pay]", "overwrite", "yes").is(http.StatusOK).says("Survey updated at birch", "1 thing stayed as birch has it")
	o.alder.open(home+"/survey").says("0 questions added, 0 changed, 0 removed.", "Setting pay").lacks("Setting language")
	o.birch.open(home + "/survey").is(http.StatusForbidden)

	s, err := o.Alder.Collab.SaveSurvey(t.Context(), o.Alder.Staff, o.waves(t))
	require.NoError(t, err)
	require.Equal(t, collabtest.DineIn, s.ID)
	o.alder.open(home+"/survey").says("Think about this: rule weekdays, line 1. waveIs(41) names a wave by its id", "Rule weekdays")
}

// waves is alder's survey with a rule that names a wave by its id.
func (o *offices) waves(t *testing.T) (out collab.Survey) {
	t.Helper()
	require.NoError(t, o.Alder.Collab.Read(t.Context(), o.Alder.Staff, func(ctx context.Context, v collab.View) (err error) {
		out, err = v.Surveys.Survey(ctx, collabtest.DineIn)
		return err
	}))
	out.Content.Rules = append(out.Content.Rules, collab.Rule{Name: "weekdays", Script: "if waveIs(41) then hide(\"wait\")"})
	return out
}

// change edits the survey that birch has.
func (o *offices) change(t *testing.T, edit func(*collab.SurveyContent)) {
	t.Helper()
	s, ctx := o.Birch, t.Context()
	var survey collab.Survey
	require.NoError(t, s.Collab.Read(ctx, s.Staff, func(ctx context.Context, v collab.View) error {
		all, err := v.Surveys.List(ctx, "")
		survey = all[0]
		return err
	}))
	require.Equal(t, collab.Origin{System: collabtest.Alder, ID: "dine-in"}, survey.Origin)
	edit(&survey.Content)
	_, err := s.Collab.SaveSurvey(ctx, s.Staff, survey)
	require.NoError(t, err)
}
