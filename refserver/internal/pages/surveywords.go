package pages

import (
	"context"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
)

// surveyWords say the fields and values of a survey's shops as people know them.
type surveyWords struct {
	questions map[string]collab.Question
	sections  map[string]string
}

func wordsOf(c collab.SurveyContent) surveyWords {
	w := surveyWords{questions: map[string]collab.Question{}, sections: map[string]string{}}
	for _, s := range c.Sections {
		w.sections[s.ID] = s.Name
		for _, q := range s.Questions {
			w.questions[q.ID] = q
		}
	}
	return w
}

// shopFields are what the fields of a shop are called.
var shopFields = map[string]string{
	"place": "Location", "status": "Status", "questions": "Question set", "dates.start": "Start", "dates.due": "Due", "dates.submit_due": "Hand in by", "dates.shopped": "Shopped",
	"dates.submitted": "Handed in", "dates.report": "Report date", "score.earned": "Points earned", "score.possible": "Points possible", "score.by": "Scored by", "comments": "Comments",
	"reviewer_comments": "Reviewer comments", "shopper": "Shopper", "wave": "Wave", "pay": "Pay", "payable": "May be paid", "origin.system": "First made at", "origin.id": "ID where it was first made",
}

// field says a field of a shop: the question's text for an answer.
func (w surveyWords) field(path string) string {
	if name, ok := shopFields[path]; ok {
		return name
	}
	list, id, part := element(path)
	switch {
	case list == "answers" && part == "":
		return w.question(id)
	case list == "answers":
		return "Comment on: " + w.question(id)
	case list == "score.sections" && part == "":
		return "Points earned in " + w.section(id)
	case list == "score.sections":
		return "Points possible in " + w.section(id)
	}
	return path
}

// value says a value of that field: the chosen options' texts for an answer.
func (w surveyWords) value(path, value string) string {
	if list, id, part := element(path); list == "answers" && part == "" {
		return w.answer(id, value)
	}
	return value
}

func (w surveyWords) answer(question, value string) string {
	options := w.questions[question].Options
	if len(options) == 0 {
		return value
	}
	chosen := strings.Split(value, "^")
	for i, c := range chosen {
		for _, o := range options {
			if o.ID == c && o.Text != "" {
				chosen[i] = o.Text
			}
		}
	}
	return strings.Join(chosen, ", ")
}

func (w surveyWords) question(id string) string {
	if q := w.questions[id]; q.Text != "" {
		return q.Text
	}
	return id
}

func (w surveyWords) section(id string) string {
	if name := w.sections[id]; name != "" {
		return name
	}
	return id
}

// element parts a path such as answers[q1].comment.
func element(path string) (list, id, part string) {
	list, rest, ok := strings.Cut(path, "[")
	end := strings.LastIndex(rest, "]")
	if !ok || end < 0 {
		return path, "", ""
	}
	return list, rest[:end], strings.TrimPrefix(rest[end+1:], ".")
}

// editsOf reads what was edited in shops since they came, and the words of their surveys.
func editsOf(v *visit, ids []collab.ShopID) ([]collab.Edits, map[collab.ShopID]surveyWords, error) {
	var edits []collab.Edits
	for part := range slices.Chunk(ids, collab.MaxPage) {
		es, err := v.Collab.EditsSinceImport(v.Context(), v.actor(), part)
		if err != nil {
			return nil, nil, err
		}
		edits = append(edits, es...)
	}
	said, err := view(v, func(ctx context.Context, sv store.View) (map[collab.ShopID]surveyWords, error) {
		shops, err := sv.Collab.Shops.ByID(ctx, ids)
		if err != nil {
			return nil, err
		}
		out, of := map[collab.ShopID]surveyWords{}, map[collab.SurveyID]surveyWords{}
		for _, sh := range shops {
			if _, ok := of[sh.Survey]; !ok {
				s, err := sv.Collab.Surveys.Survey(ctx, sh.Survey)
				if err != nil {
					return nil, err
				}
				of[sh.Survey] = wordsOf(s.Content)
			}
			out[sh.ID] = of[sh.Survey]
		}
		return out, nil
	})
	return edits, said, err
}
