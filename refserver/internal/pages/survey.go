package pages

import (
	"context"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// surveys serves questionnaires: one shown whole, and new ones.
func (s *site) surveys() {
	s.get("/surveys/{id}", showSurvey)
	s.get("/surveys/{id}/copy", showCopy)
	s.post("/surveys/{id}/copy", doCopy, showCopy)
}

// survey is the survey that the path names.
func (v *visit) survey() (collab.Survey, error) {
	return view(v, func(ctx context.Context, sv store.View) (collab.Survey, error) {
		return sv.Collab.Surveys.Survey(ctx, collab.SurveyID(v.PathValue("id")))
	})
}

// questionsOf counts the questions of a survey.
func questionsOf(c collab.SurveyContent) (n int) {
	for _, sec := range c.Sections {
		n += len(sec.Questions)
	}
	return n
}

func showSurvey(v *visit) (ui.Page, error) {
	s, err := v.survey()
	if err != nil {
		return ui.Page{}, err
	}
	home, c := at("surveys", string(s.ID)), s.Content
	start, _ := strconv.Atoi(v.query("after"))
	page := ui.Page{Title: c.Name, Crumbs: surveyCrumbs(s)[:3], Parts: []ui.Part{
		ui.Facts{Items: []ui.Fact{
			{Name: "Survey ID", Value: ui.Say(ui.Code(string(s.ID)))}, {Name: "Revision", Value: ui.Say(ui.Count(s.Revision))}, {Name: "From", Value: ui.Say(from(s.Origin))},
			{Name: "The client sees shops from", Value: ui.Say(ui.Text(string(c.Distribution)))}, {Name: "Questions", Value: ui.Say(ui.Count(questionsOf(c)))},
		}},
		ui.Menu{Links: ui.Say(ui.To("Edit names", home+"/edit"), ui.To("Add a question", home+"/add"), ui.To("New survey from this one", home+"/copy"), historyOf("survey", string(s.ID)))},
		ui.P(ui.Quiet("Partners that share the survey keep what they have until you update it from the project. Answers to choose from, rules and settings are changed through the"), ui.To("API", "/docs")),
		ui.Section{Title: "Questions", Parts: questionTables(c, start, home, v.with("after", strconv.Itoa(max(start, 0)+most)))},
	}}
	if len(c.Settings) > 0 {
		t := ui.Table{Caption: "What the survey is set to", Cols: ui.Cols("Setting", "Value")}
		for _, set := range c.Settings[:min(len(c.Settings), most)] {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(set.Name), ui.Text(set.Value))})
		}
		page.Parts = append(page.Parts, ui.Section{Title: "Settings", Parts: []ui.Part{t}})
	}
	if len(c.Rules) > 0 {
		t := ui.Table{Caption: "Scripts that show, hide or check answers", Cols: ui.Cols("Rule", "Script")}
		for _, r := range c.Rules[:min(len(c.Rules), most)] {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(r.Name), ui.Code(r.Script))})
		}
		page.Parts = append(page.Parts, ui.Section{Title: "Rules", Parts: []ui.Part{t}})
	}
	return page, nil
}

// questionTables show a survey's questions section by section, from the nth on and as many as a page holds. Home, when set, is
// the address of the survey, whose questions can be edited; more is the address of the next.
func questionTables(c collab.SurveyContent, start int, home, more string) []ui.Part {
	var out []ui.Part
	n, end := 0, max(start, 0)+most
	for _, sec := range c.Sections {
		t := ui.Table{Caption: sec.Name, Cols: ui.Cols("Question", "ID", "Kind", "Answer", "To choose from (points)"), Empty: ui.Empty{Text: "The section " + sec.Name + " has no questions yet."}}
		shown := n >= start && n <= end
		for _, q := range sec.Questions {
			if n++; n <= start || n > end {
				continue
			}
			shown = true
			text, need := ui.Text(q.Text), "may be left out"
			if home != "" {
				text = ui.To(q.Text, home+at("questions", q.ID))
			}
			if q.Required {
				need = "needed"
			}
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(text, ui.Code(q.ID), ui.Text(strings.ReplaceAll(q.Kind, "_", " ")), ui.Text(need), ui.Text(optionWords(q.Options)))})
		}
		if shown && (len(t.Rows) > 0 || len(sec.Questions) == 0) {
			out = append(out, t)
		}
	}
	if len(out) == 0 {
		return []ui.Part{ui.P(ui.Quiet("The survey has no questions yet."))}
	}
	if n > end && more != "" {
		out = append(out, ui.P(ui.To("More questions", more)))
	}
	return out
}

// optionWords lists the answers to choose from: "Yes (5), No (0)".
func optionWords(options []collab.Option) string {
	var out []string
	for _, o := range options {
		word := o.Text
		if word == "" {
			word = o.ID
		}
		if o.Points != "" {
			word += " (" + o.Points + ")"
		}
		out = append(out, word)
	}
	return strings.Join(out, ", ")
}

// surveyCrumbs lead from a page of a survey back to it.
func surveyCrumbs(s collab.Survey) []ui.Span {
	return []ui.Span{ui.To("Projects", "/projects"), ui.To("Clients", "/clients"), ui.To(string(s.Client), at("clients", string(s.Client))), ui.To(s.Content.Name, at("surveys", string(s.ID)))}
}

func showCopy(v *visit) (ui.Page, error) {
	s, err := v.survey()
	if err != nil {
		return ui.Page{}, err
	}
	home := at("surveys", string(s.ID))
	return ui.Page{Title: "New survey from " + s.Content.Name, Crumbs: surveyCrumbs(s), Parts: []ui.Part{
		ui.P(ui.Text("The new survey begins with the same settings, " + plural(questionsOf(s.Content), "question") + " and rules, for the same client. After that each goes its own way.")),
		ui.Form{ID: "copy", Action: home + "/copy", Submit: "Make the survey", Fields: newSurveyFields(v), Links: ui.Say(ui.To("Back to the survey", home))},
	}}, nil
}

// newSurveyFields ask what every new survey needs.
func newSurveyFields(v *visit) []ui.Field {
	return []ui.Field{
		{Name: "name", Label: "Name", Value: v.value("name", ""), Required: true},
		{Name: "id", Label: "Survey ID", Value: v.value("id", ""), Hint: "For example drive-thru. It stays for good; left empty, the system makes one."},
	}
}

func doCopy(v *visit) (done, error) {
	s, err := v.survey()
	if err != nil {
		return done{}, err
	}
	return v.makeSurvey(s.Client, s.Content)
}

// makeSurvey makes a survey of the name and id that were filled in.
func (v *visit) makeSurvey(client collab.ClientID, c collab.SurveyContent) (done, error) {
	c.Name = v.PostFormValue("name")
	s, err := v.Collab.SaveSurvey(v.Context(), v.actor(), collab.Survey{ID: collab.SurveyID(strings.TrimSpace(v.PostFormValue("id"))), Client: client, Content: c})
	return done{to: at("surveys", string(s.ID)), said: ui.Receipt{Title: "Survey made", Lines: []ui.Line{
		ui.Say(ui.Text("It can be"), ui.To("offered to a partner", "/projects/new")), ui.Say(historyOf("survey", string(s.ID))),
	}}}, taken(err, "save survey")
}

func showNewSurvey(v *visit) (ui.Page, error) {
	c, err := v.client()
	if err != nil {
		return ui.Page{}, err
	}
	home := at("clients", string(c.ID))
	return ui.Page{Title: "New survey for " + c.Name, Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To("Clients", "/clients"), ui.To(c.Name, home)}, Parts: []ui.Part{
		ui.P(ui.Text("It begins empty; questions are added on its page. A survey that is much like another is quicker made from that one.")),
		ui.Form{ID: "survey", Action: home + "/survey", Submit: "Make the survey", Links: ui.Say(ui.To("Back to the client", home)),
			Fields: append(newSurveyFields(v), v.distributionField(v.Collab.Ladder().Recommended))},
	}}, nil
}

// distributionField asks from which status on the client sees a shop.
func (v *visit) distributionField(first collab.Status) ui.Field {
	return ui.Field{Name: "distribution", Label: "The client sees shops from", Kind: "select", Value: v.value("distribution", string(first)), Options: v.statuses(), Required: true}
}

func doNewSurvey(v *visit) (done, error) {
	return v.makeSurvey(collab.ClientID(v.PathValue("id")), collab.SurveyContent{Distribution: collab.Status(v.PostFormValue("distribution"))})
}
