package pages

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// questions serves the plain changes of a survey: its names, the text of a question, one more question, one less. A form
// carries the version of the survey that it was made from, so that it never undoes what somebody else has done meanwhile.
func (s *site) questions() {
	s.get("/surveys/{id}/edit", showNames)
	s.post("/surveys/{id}/edit", doNames, showNames)
	s.get("/surveys/{id}/add", showAdd)
	s.post("/surveys/{id}/add", doAdd, showAdd)
	s.get("/surveys/{id}/questions/{question}", showQuestion)
	s.post("/surveys/{id}/questions/{question}", doQuestion, showQuestion)
	s.get("/surveys/{id}/questions/{question}/remove", showRemove)
	s.post("/surveys/{id}/questions/{question}/remove", doRemove, showRemove)
}

// saveContent saves a survey that was changed, under the version that the person saw.
func (v *visit) saveContent(s collab.Survey, title string) (done, error) {
	before := s.Revision
	s.Version = v.version()
	saved, err := v.Collab.SaveSurvey(v.Context(), v.actor(), s)
	said := ui.Receipt{Title: title, Lines: []ui.Line{
		ui.Say(ui.Text("Partners that share the survey get it when you update it from the project.")), ui.Say(historyOf("survey", string(s.ID))),
	}}
	if saved.Revision == before {
		said = ui.Receipt{Title: "Nothing to change", Lines: []ui.Line{ui.Say(ui.Text("The survey was like this before."))}}
	}
	return done{to: at("surveys", string(s.ID)), said: said}, err
}

func showNames(v *visit) (ui.Page, error) {
	s, err := v.survey()
	if err != nil {
		return ui.Page{}, err
	}
	home := at("surveys", string(s.ID))
	form := ui.Form{
		ID: "names", Action: home + "/edit", Submit: "Save names", Hidden: []ui.Hidden{versioned(s.Version)}, Links: ui.Say(ui.To("Back to the survey", home)),
		Fields: []ui.Field{{Name: "name", Label: "Name of the survey", Value: v.value("name", s.Content.Name), Required: true}, v.distributionField(s.Content.Distribution)},
	}
	for i, sec := range s.Content.Sections {
		name := sectionName(i)
		form.Fields = append(form.Fields, ui.Field{Name: name, Label: "Section " + strconv.Itoa(i+1) + " (" + sec.ID + ")", Value: v.value(name, sec.Name), Required: true})
	}
	return ui.Page{Title: "Names in " + s.Content.Name, Crumbs: surveyCrumbs(s), Parts: []ui.Part{form}}, nil
}

// sectionName is the field of a section's name, as the service calls it.
func sectionName(i int) string { return fmt.Sprintf("sections[%d].name", i) }

func doNames(v *visit) (done, error) {
	s, err := v.survey()
	if err != nil {
		return done{}, err
	}
	s.Content.Name, s.Content.Distribution = v.PostFormValue("name"), collab.Status(v.PostFormValue("distribution"))
	for i := range s.Content.Sections {
		if v.PostForm.Has(sectionName(i)) {
			s.Content.Sections[i].Name = v.PostFormValue(sectionName(i))
		}
	}
	return v.saveContent(s, "Names saved")
}

// found is a question of a survey, and where it stands.
type found struct {
	collab.Survey
	section, at int
}

func (f found) question() *collab.Question { return &f.Content.Sections[f.section].Questions[f.at] }

// foundQuestion is the question that the path names.
func (v *visit) foundQuestion() (found, error) {
	s, err := v.survey()
	if err != nil {
		return found{}, err
	}
	for i, sec := range s.Content.Sections {
		for j, q := range sec.Questions {
			if q.ID == v.PathValue("question") {
				return found{s, i, j}, nil
			}
		}
	}
	return found{}, fmt.Errorf("question %s of survey %s: %w", v.PathValue("question"), s.ID, collab.ErrNotFound)
}

func showQuestion(v *visit) (ui.Page, error) {
	f, err := v.foundQuestion()
	if err != nil {
		return ui.Page{}, err
	}
	q, home := f.question(), at("surveys", string(f.ID))
	here := home + at("questions", q.ID)
	return ui.Page{Title: "Question " + q.ID, Crumbs: surveyCrumbs(f.Survey), Parts: []ui.Part{
		ui.Facts{Items: []ui.Fact{
			{Name: "Section", Value: ui.Say(ui.Text(f.Content.Sections[f.section].Name))}, {Name: "Kind", Value: ui.Say(ui.Text(strings.ReplaceAll(q.Kind, "_", " ")))},
			{Name: "To choose from", Value: ui.Say(ui.Text(optionWords(q.Options)))},
		}},
		ui.P(ui.Quiet("Shops that were answered keep their answers. A text that asks for something else makes them mean something else: add a question then.")),
		ui.Form{
			ID: "question", Action: here, Submit: "Save the question", Hidden: []ui.Hidden{versioned(f.Version)},
			Fields: []ui.Field{
				{Name: "text", Label: "Text", Kind: "area", Rows: 3, Value: v.value("text", q.Text), Required: true},
				{Name: "required", Label: "An answer is needed", Kind: "check", On: v.ticked("required", q.Required)},
			},
			Links: ui.Say(ui.To("Remove this question", here+"/remove"), ui.To("Back to the survey", home)),
		},
	}}, nil
}

func doQuestion(v *visit) (done, error) {
	f, err := v.foundQuestion()
	if err != nil {
		return done{}, err
	}
	q := f.question()
	q.Text, q.Required = v.PostFormValue("text"), v.PostForm.Has("required")
	d, err := v.saveContent(f.Survey, "Question saved")
	return d, within(err, fmt.Sprintf("sections[%d].questions[%d].", f.section, f.at))
}

// within names the fields of a refusal as a form does that asks for one part of the whole.
func within(err error, part string) error {
	var bad *collab.Invalid
	if !errors.As(err, &bad) {
		return err
	}
	out := &collab.Invalid{Op: bad.Op, Fields: slices.Clone(bad.Fields)}
	for i := range out.Fields {
		out.Fields[i].Field = strings.TrimPrefix(out.Fields[i].Field, part)
	}
	return out
}

func showRemove(v *visit) (ui.Page, error) {
	f, err := v.foundQuestion()
	if err != nil {
		return ui.Page{}, err
	}
	q, home := f.question(), at("surveys", string(f.ID))
	here := home + at("questions", q.ID)
	return ui.Page{Title: "Remove question " + q.ID, Crumbs: surveyCrumbs(f.Survey), Parts: []ui.Part{
		ui.Preview{Title: "What goes", Lines: []ui.Line{
			ui.Say(ui.Text("The question"), ui.Strong(q.Text)), ui.Say(ui.Text("To choose from: "), ui.Text(optionWords(q.Options))),
			ui.Say(ui.Text("Shops keep the answers that they have, and rules that name the question no longer find it. History keeps the question.")),
		}},
		ui.Form{ID: "remove", Action: here + "/remove", Submit: "Remove the question", Danger: true, Hidden: []ui.Hidden{versioned(f.Version)}, Links: ui.Say(ui.To("Keep it", here))},
	}}, nil
}

func doRemove(v *visit) (done, error) {
	f, err := v.foundQuestion()
	if err != nil {
		return done{}, err
	}
	sec := &f.Content.Sections[f.section]
	sec.Questions = slices.Delete(sec.Questions, f.at, f.at+1)
	return v.saveContent(f.Survey, "Question removed")
}

// newSection is the choice that makes a section.
const newSection = ""

func showAdd(v *visit) (ui.Page, error) {
	s, err := v.survey()
	if err != nil {
		return ui.Page{}, err
	}
	home := at("surveys", string(s.ID))
	sections, first := []ui.Option{}, newSection
	for _, sec := range s.Content.Sections {
		sections, first = append(sections, ui.Option{Value: sec.ID, Label: sec.Name}), sec.ID
	}
	return ui.Page{Title: "Add a question to " + s.Content.Name, Crumbs: surveyCrumbs(s), Parts: []ui.Part{ui.Form{
		ID: "add", Action: home + "/add", Submit: "Add the question", Hidden: []ui.Hidden{versioned(s.Version)}, Links: ui.Say(ui.To("Back to the survey", home)),
		Fields: []ui.Field{
			{Name: "section", Label: "Section", Kind: "select", Value: v.value("section", first), Options: append(sections, ui.Option{Value: newSection, Label: "A new section"})},
			{Name: "name", Label: "Name of the new section", Value: v.value("name", ""), Hint: "Only for a new section."},
			{Name: "text", Label: "Text", Kind: "area", Rows: 3, Value: v.value("text", ""), Required: true, Hint: "The shopper answers in words."},
			{Name: "id", Label: "Question ID", Value: v.value("id", ""), Required: true, Hint: "Equal on both systems, and for good. For example parking."},
			{Name: "required", Label: "An answer is needed", Kind: "check", On: v.ticked("required", false)},
		},
	}}}, nil
}

func doAdd(v *visit) (done, error) {
	s, err := v.survey()
	if err != nil {
		return done{}, err
	}
	chosen, c := v.PostFormValue("section"), &s.Content
	i := slices.IndexFunc(c.Sections, func(sec collab.Section) bool { return chosen != newSection && sec.ID == chosen })
	if i < 0 {
		i = len(c.Sections)
		c.Sections = append(c.Sections, collab.Section{ID: unused(c.Sections), Name: v.PostFormValue("name")})
	}
	sec := &c.Sections[i]
	sec.Questions = append(sec.Questions, collab.Question{ID: strings.TrimSpace(v.PostFormValue("id")), Kind: "text", Text: v.PostFormValue("text"), Required: v.PostForm.Has("required")})
	d, err := v.saveContent(s, "Question added")
	err = within(err, fmt.Sprintf("sections[%d].questions[%d].", i, len(sec.Questions)-1))
	return d, within(err, fmt.Sprintf("sections[%d].", i))
}

// unused is a section id that the survey does not have yet.
func unused(sections []collab.Section) string {
	for n := len(sections) + 1; ; n++ {
		id := "section-" + strconv.Itoa(n)
		if !slices.ContainsFunc(sections, func(s collab.Section) bool { return s.ID == id }) {
			return id
		}
	}
}
