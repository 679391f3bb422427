package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// reviewForm is what can be edited of a shop. After a refusal it holds what was typed, with what is saved beside it.
func reviewForm(o opened, v *visit) []ui.Part {
	draft := o.Shop
	if v.typed != nil {
		draft = typedShop(o.Shop, v.typed)
	}
	f := newFields(o, draft)
	form := ui.Form{
		ID: "review", Action: "/shops/" + escape(string(o.ID)), Hidden: []ui.Hidden{versioned(o.Version)}, Submit: "Update survey",
		Fields: []ui.Field{f.text("status", "Status", string(o.Content.Status), string(draft.Content.Status))},
	}
	form.Fields[0].Kind, form.Fields[0].Options = "select", statuses(v.Collab.Ladder(), "")
	sections := o.survey.Content.Sections
	if other := f.strays(); len(other) > 0 {
		sections = append(slices.Clone(sections), collab.Section{Name: "Answers to questions that the survey does not have now", Questions: other})
	}
	for _, s := range sections {
		form.Body = append(form.Body, f.section(s)...)
	}
	form.Hidden = append(form.Hidden, f.hidden...)
	was, now := o.Content, draft.Content
	comments := ui.Fieldset{Legend: "Comments", Fields: []ui.Field{
		f.text("comments", "Comments", was.Comments, now.Comments), f.text("reviewer_comments", "Reviewer comments", was.ReviewerComments, now.ReviewerComments),
	}}
	for i := range comments.Fields {
		comments.Fields[i].Kind = "area"
	}
	score := ui.Fieldset{Legend: "Score", Fields: []ui.Field{f.text("score.earned", "Points earned", was.Score.Earned, now.Score.Earned), f.text("score.possible", "Points possible", was.Score.Possible, now.Score.Possible)}}
	if was.Score.By != "" {
		score.Note = ui.Say(ui.Text("As " + string(was.Score.By) + " calculated it."))
	}
	for i, s := range was.Score.Sections {
		name := fmt.Sprintf("score.sections[%d].", i)
		score.Fields = append(score.Fields, f.text(name+"earned", "Points earned in "+f.words.section(s.Section), s.Earned, now.Score.Sections[i].Earned),
			f.text(name+"possible", "Points possible in "+f.words.section(s.Section), s.Possible, now.Score.Sections[i].Possible))
	}
	ours := ui.Fieldset{Legend: "Kept here alone", Note: ui.Say(ui.Text("The shopper, the wave and the pay never travel."))}
	if !o.imported() {
		ours.Fields = append(ours.Fields, f.text("shopper", "Shopper", o.Shopper, draft.Shopper))
	}
	ours.Fields = append(ours.Fields, f.text("wave", "Wave", o.Wave, draft.Wave), f.text("pay", "Pay", o.Pay, draft.Pay))
	if !o.imported() {
		ours.Fields = append(ours.Fields, ui.Field{Name: "payable", Label: "May be paid to the shopper", Kind: "check", On: draft.Payable})
	}
	form.Body = append(form.Body, comments, score, ours)
	if v.typed == nil || len(f.unsaved) == 0 {
		return []ui.Part{form}
	}
	return []ui.Part{ui.Table{Caption: "Not saved yet", Cols: ui.Cols("Field", "Saved", "Not saved"), Rows: f.unsaved}, form}
}

// fields makes the fields of a shop's form, and gathers where the draft differs from what is saved. Answers are numbered as the draft has
// them, for that is how a refusal names them; questions without an answer come after.
type fields struct {
	words      surveyWords
	was, draft map[string]collab.Answer
	number     map[string]int
	hidden     []ui.Hidden
	unsaved    []ui.Row
}

func newFields(o opened, draft collab.Shop) *fields {
	f := &fields{words: wordsOf(o.survey.Content), was: map[string]collab.Answer{}, draft: map[string]collab.Answer{}, number: map[string]int{}}
	for _, a := range o.Content.Answers {
		f.was[a.Question] = a
	}
	take := func(question string) {
		if _, has := f.number[question]; !has {
			f.hidden = append(f.hidden, ui.Hidden{Name: fmt.Sprintf("answers[%d].question", len(f.number)), Value: question})
			f.number[question] = len(f.number)
		}
	}
	for _, a := range draft.Content.Answers {
		f.draft[a.Question] = a
		take(a.Question)
	}
	for _, s := range o.survey.Content.Sections {
		for _, q := range s.Questions {
			take(q.ID)
		}
	}
	return f
}

// strays are the questions of answers that the survey does not ask.
func (f *fields) strays() []collab.Question {
	var out []collab.Question
	for id := range f.draft {
		if _, asked := f.words.questions[id]; !asked {
			out = append(out, collab.Question{ID: id, Text: id})
		}
	}
	slices.SortFunc(out, func(a, b collab.Question) int { return cmp.Compare(f.number[a.ID], f.number[b.ID]) })
	return out
}

func (f *fields) text(name, label, saved, typed string) ui.Field {
	f.differs(label, saved, typed)
	return ui.Field{Name: name, Label: label, Value: typed}
}

func (f *fields) differs(label, saved, typed string) {
	if saved != typed {
		f.unsaved = append(f.unsaved, ui.Row{Cells: ui.Cells(ui.Text(label), ui.Text(short(saved)), ui.Strong(short(typed)))})
	}
}

// section is the answers of a section, and their comments below.
func (f *fields) section(s collab.Section) []ui.Part {
	answers, comments, said := ui.Fieldset{Legend: s.Name}, ui.Fieldset{Legend: "Comments on " + s.Name}, 0
	for _, q := range s.Questions {
		was, now := f.was[q.ID], f.draft[q.ID]
		label, name := f.words.question(q.ID), fmt.Sprintf("answers[%d].", f.number[q.ID])
		f.differs(label, f.words.answer(q.ID, was.Value), f.words.answer(q.ID, now.Value))
		field := ui.Field{Name: name + "value", Label: label, Value: now.Value, Required: q.Required}
		switch {
		case len(q.Options) > 0 && severalOf(q, now.Value):
			field.Kind, field.Values, field.Options = "checks", split(now.Value), options(q, split(now.Value))
		case len(q.Options) > 0:
			field.Kind, field.Options = "select", append([]ui.Option{{Label: "No answer"}}, options(q, split(now.Value))...)
		case q.Kind == "narrative" || strings.Contains(now.Value, "\n"):
			field.Kind = "area"
		}
		answers.Fields = append(answers.Fields, field)
		comment := f.text(name+"comment", "Comment on: "+label, was.Comment, now.Comment)
		if strings.Contains(now.Comment, "\n") {
			comment.Kind, comment.Rows = "area", 2
		}
		if now.Comment != "" {
			said++
		}
		comments.Fields = append(comments.Fields, comment)
	}
	if len(s.Questions) == 0 {
		return nil
	}
	return []ui.Part{answers, ui.Group{Summary: ui.Say(ui.Text("Comments on " + s.Name + ": " + plural(said, "comment"))), Open: said > 0, Parts: []ui.Part{comments}}}
}

// severalOf reports whether several options may be chosen, as their values are joined by ^.
func severalOf(q collab.Question, value string) bool {
	return q.Kind == "multi_check" || strings.Contains(value, "^")
}

func split(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, "^")
}

// options are what can be chosen, with what is chosen though the survey does not offer it.
func options(q collab.Question, chosen []string) []ui.Option {
	out := each(q.Options, func(o collab.Option) ui.Option { return ui.Option{Value: o.ID, Label: cmp.Or(o.Text, o.ID)} })
	for _, c := range chosen {
		if !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == c }) {
			out = append(out, ui.Option{Value: c, Label: c + " (not an answer of the survey)"})
		}
	}
	return out
}
