package pages

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// surveyUpdates serves how the Primary brings its survey to the Secondary again.
func (s *site) surveyUpdates() {
	s.get("/projects/{id}/survey", gated(showSurveyUpdate))
	s.post("/projects/{id}/survey", patient(doSurveyUpdate), gated(showSurveyUpdate))
}

func showSurveyUpdate(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	plan, err := v.Collab.PlanSurveyUpdate(v.Context(), v.actor(), p.ID)
	if err != nil {
		return ui.Page{}, err
	}
	partner, home := string(p.Partner), at("projects", string(p.ID))
	page := ui.Page{Title: "Update " + p.SurveyName + " at " + partner, Crumbs: crumbs(p)}
	preview := ui.Preview{Title: "What this update brings", Lines: []ui.Line{
		ui.Say(ui.Text(plural(plan.Added, "question") + " added, " + strconv.Itoa(plan.Changed) + " changed, " + strconv.Itoa(plan.Removed) + " removed.")),
	}}
	if len(plan.Changes)+len(plan.Lost) == 0 {
		preview.Lines = []ui.Line{ui.Say(ui.Text(partner + " has the survey as it is here. There is nothing to update."))}
		page.Parts = []ui.Part{preview, ui.Menu{Links: ui.Say(ui.To("Look at the survey", at("surveys", string(p.Survey))), ui.To("Back to the project", home))}}
		return page, nil
	}
	for _, w := range plan.Lint {
		preview.Lines = append(preview.Lines, ui.Say(ui.Strong("Think about this:"), ui.Text("rule "+w.Rule+", line "+strconv.Itoa(w.Line)+". "+w.Text)))
	}
	preview.Parts = changeTables("What changes at "+partner, partner, plan.Changes)
	page.Parts = []ui.Part{preview}
	form := ui.Form{
		ID: "update", Action: home + "/survey", Submit: "Update the survey at " + partner, Links: ui.Say(ui.To("Back to the project", home)),
		Hidden: []ui.Hidden{hiddenNumber("ours", plan.Stamp.Ours), hiddenNumber("theirs", plan.Stamp.Theirs), hiddenNumber("terms_rev", plan.Stamp.TermsRev)},
	}
	if len(plan.Lost) > 0 {
		keep := ui.Field{Name: "keep", Label: "Keep what " + partner + " has", Kind: "checks", Values: v.values("keep", nil), Hint: "What is ticked stays as it is at " + partner + "."}
		for _, c := range plan.Lost {
			keep.Options = append(keep.Options, ui.Option{Value: c.Field, Label: pathWords(c.Field)})
		}
		page.Parts = append(page.Parts, ui.Section{
			Title: "What " + partner + " changed itself", Note: ui.Say(ui.Text("This update would overwrite it. The history at " + partner + " keeps it.")),
			Parts: changeTables("Would be overwritten", partner, plan.Lost),
		})
		form.Fields = []ui.Field{keep, {
			Name: "overwrite", Label: "Overwrite the rest", Kind: "check", On: v.ticked("overwrite", false), Hint: "Without it, nothing is sent unless everything above is kept.",
		}}
	}
	page.Parts = append(page.Parts, form)
	return page, nil
}

// changeTables are changes of a survey, what is at the partner now beside what is here. The first are shown, the rest counted.
func changeTables(caption, partner string, changes []collab.Change) []ui.Part {
	if len(changes) == 0 {
		return nil
	}
	t := ui.Table{Caption: caption, Cols: ui.Cols("What", "At "+partner+" now", "Here")}
	for _, c := range changes[:min(len(changes), most)] {
		t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(pathWords(c.Field)), ui.Text(valueWords(c.Field, c.Before)), ui.Strong(valueWords(c.Field, c.After)))})
	}
	out := []ui.Part{t}
	if more := len(changes) - most; more > 0 {
		out = append(out, ui.P(ui.Quiet("And "+plural(more, "more change")+".")))
	}
	return out
}

// pathNouns are the lists that a path of a survey begins with.
var pathNouns = map[string]string{"settings": "Setting", "sections": "Section", "questions": "Question", "rules": "Rule", "options": "answer"}

// pathWords says the path of a change to a person: "Question greeting, answer yes, points".
func pathWords(path string) string {
	var out []string
	for path != "" {
		step := path
		if i := strings.IndexAny(path, ".["); i >= 0 {
			step = path[:i]
		}
		path = strings.TrimPrefix(path[len(step):], ".")
		if noun, ok := pathNouns[step]; ok && strings.HasPrefix(path, "[") {
			name := path[1:]
			end := strings.Index(name, "]")
			if step == "settings" || step == "rules" { // their names may hold brackets, and nothing follows them
				end = strings.LastIndex(name, "]")
			}
			if end >= 0 {
				out = append(out, noun+" "+name[:end])
				path = strings.TrimPrefix(name[end+1:], ".")
				continue
			}
		}
		out = append(out, step)
	}
	return strings.Join(out, ", ")
}

// valueWords says a value of a change to a person. Of a question or an answer that is there or not as a whole, the value is all
// of it as JSON, and its text is what a person knows it by.
func valueWords(path, value string) string {
	at := strings.LastIndexAny(path, "[.")
	if value == "" || !strings.HasSuffix(path, "]") || at < 0 || !strings.HasSuffix(path[:at], "questions") && !strings.HasSuffix(path[:at], "options") {
		return value
	}
	var whole struct {
		Text, Points string
		Options      []collab.Option
	}
	if err := json.Unmarshal([]byte(value), &whole); err != nil {
		return value
	}
	out := whole.Text
	if whole.Points != "" {
		out += " (" + whole.Points + ")"
	}
	if len(whole.Options) > 0 {
		out += " To choose from: " + optionWords(whole.Options)
	}
	return out
}

// hiddenNumber is a number that goes along.
func hiddenNumber(name string, n int64) ui.Hidden {
	return ui.Hidden{Name: name, Value: strconv.FormatInt(n, 10)}
}

func doSurveyUpdate(v *visit) (done, error) {
	plan := collab.SurveyPlan{Project: collab.ProjectID(v.PathValue("id")), Stamp: collab.SurveyStamp{Ours: v.number("ours"), Theirs: v.number("theirs"), TermsRev: v.number("terms_rev")}}
	p, err := v.Collab.UpdateSurvey(v.Context(), v.actor(), plan, collab.SurveyPolicy{Overwrite: v.PostForm.Has("overwrite"), Keep: v.PostForm["keep"]})
	lines := []ui.Line{ui.Say(ui.Text(string(p.Partner) + " has revision " + strconv.FormatInt(p.SurveyRev, 10) + " of the survey now."))}
	if n := len(v.PostForm["keep"]); n > 0 {
		lines = append(lines, ui.Say(ui.Text(plural(n, "thing")+" stayed as "+string(p.Partner)+" has it.")))
	}
	return done{to: at("projects", string(p.ID)), said: ui.Receipt{Title: "Survey updated at " + string(p.Partner), Lines: append(lines, ui.Say(historyOf("project", string(p.ID))))}}, err
}
