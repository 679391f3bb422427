package collab

import (
	"fmt"
	"slices"
	"strings"
)

// overwritten tells which of the changes that turn theirs into ours would lose something that the other side changed
// since the base; the rest are what we bring. A change above or below the same path counts: to remove a question loses
// the text that they gave it.
func overwritten(base, theirs, ours SurveyContent) (bring, lost []Change) {
	touched := map[string]bool{} // every path that they changed, with all paths above it
	whole := map[string]bool{}   // what they changed itself
	for _, c := range contentChanges(base, theirs) {
		whole[c.Field] = true
		for _, p := range pathAndAbove(c.Field) {
			touched[p] = true
		}
	}
	for _, c := range contentChanges(theirs, ours) {
		hit := touched[c.Field]
		for _, p := range pathAndAbove(c.Field) {
			hit = hit || whole[p]
		}
		if hit {
			lost = append(lost, c)
		} else {
			bring = append(bring, c)
		}
	}
	return bring, lost
}

// pathAndAbove returns a path and the elements that it lies in. Only questions, their options and sections have paths
// below them, and their ids have no brackets.
func pathAndAbove(path string) []string {
	out := []string{path}
	if !strings.HasPrefix(path, "questions[") && !strings.HasPrefix(path, "sections[") {
		return out
	}
	for i := range path {
		if strings.HasPrefix(path[i:], "].") {
			out = append(out, path[:i+1])
		}
	}
	return out
}

// merge returns our content with theirs at the paths to keep, which are paths of contentChanges(theirs, ours). With none
// it is ours, with all of them theirs.
func merge(theirs, ours SurveyContent, keep []string) (SurveyContent, error) {
	m := contentMerge{keep: setOf(keep)}
	bad := &Invalid{Op: "update survey"}
	known := map[string]bool{}
	for _, c := range contentChanges(theirs, ours) {
		known[c.Field] = true
	}
	for _, path := range keep {
		if !known[path] {
			bad.add("keep", "unknown_path", fmt.Sprintf("%q does not differ", path))
		}
	}
	if err := bad.orNil(); err != nil {
		return SurveyContent{}, err
	}

	out := SurveyContent{
		Name:         pick(m, "name", theirs.Name, ours.Name),
		Distribution: pick(m, "distribution", theirs.Distribution, ours.Distribution),
	}
	out.Settings = mergeList(m, "settings", theirs.Settings, ours.Settings, Setting.key, func(at string, x, y Setting) Setting { return pick(m, at, x, y) })
	out.Rules = mergeList(m, "rules", theirs.Rules, ours.Rules, Rule.key, func(at string, x, y Rule) Rule { return pick(m, at, x, y) })
	out.Sections = mergeList(m, "sections", theirs.Sections, ours.Sections, Section.key, func(at string, x, y Section) Section {
		y.Name = pick(m, at+".name", x.Name, y.Name)
		return y
	})
	m.place(&out, theirs, ours, bad)
	return out, bad.orNil()
}

type contentMerge struct{ keep map[string]bool }

func pick[T any](m contentMerge, path string, theirs, ours T) T {
	if m.keep[path] {
		return theirs
	}
	return ours
}

// place merges the questions and puts each into its section.
func (m contentMerge) place(out *SurveyContent, theirs, ours SurveyContent, bad *Invalid) {
	x, y := placedQuestions(theirs), placedQuestions(ours)
	in := map[string]map[string]Question{}
	for _, q := range mergeList(m, "questions", x, y, placedQuestion.key, m.question) {
		if in[q.Section] == nil {
			in[q.Section] = map[string]Question{}
		}
		in[q.Section][q.ID] = q.Question
	}
	before, after := byKey(theirs.Sections, Section.key), byKey(ours.Sections, Section.key)
	for i := range out.Sections {
		sec := &out.Sections[i]
		here := in[sec.ID]
		lead, other := keysOf(after[sec.ID].Questions, Question.key), keysOf(before[sec.ID].Questions, Question.key)
		if m.keep["sections["+sec.ID+"].order"] {
			lead, other = other, lead
		}
		sec.Questions = nil
		for _, id := range mergeKeys(lead, other, func(id string) bool { _, ok := here[id]; return ok }) {
			sec.Questions = append(sec.Questions, here[id])
		}
		delete(in, sec.ID)
	}
	for id, questions := range in {
		for q := range questions {
			bad.add("keep", "section_missing", fmt.Sprintf("question %s stands in section %s, which this choice leaves out: keep both or neither", q, id))
		}
	}
	slices.SortFunc(bad.Fields, func(a, b FieldError) int { return strings.Compare(a.Message, b.Message) })
}

func (m contentMerge) question(at string, x, y placedQuestion) placedQuestion {
	y.Section = pick(m, at+".section", x.Section, y.Section)
	y.Kind = pick(m, at+".kind", x.Kind, y.Kind)
	y.Text = pick(m, at+".text", x.Text, y.Text)
	y.Required = pick(m, at+".required", x.Required, y.Required)
	y.Options = mergeList(m, at+".options", x.Options, y.Options, Option.key, func(at string, x, y Option) Option {
		y.Text, y.Points = pick(m, at+".text", x.Text, y.Text), pick(m, at+".points", x.Points, y.Points)
		return y
	})
	return y
}

// mergeList merges two lists element by element. An element that one side alone has is in when that side's word counts
// at its path.
func mergeList[T any](m contentMerge, path string, theirs, ours []T, key func(T) string, both func(at string, x, y T) T) []T {
	before, after := byKey(theirs, key), byKey(ours, key)
	merged := make(map[string]T, len(ours))
	for k, y := range after {
		at := elementPath(path, k)
		if x, ok := before[k]; ok {
			merged[k] = both(at, x, y)
		} else if !m.keep[at] {
			merged[k] = y
		}
	}
	for k, x := range before {
		if _, ok := after[k]; !ok && m.keep[elementPath(path, k)] {
			merged[k] = x
		}
	}
	lead, other := keysOf(ours, key), keysOf(theirs, key)
	if m.keep[path+".order"] {
		lead, other = other, lead
	}
	var out []T
	for _, k := range mergeKeys(lead, other, func(k string) bool { _, ok := merged[k]; return ok }) {
		out = append(out, merged[k])
	}
	return out
}

// mergeKeys orders the wanted keys as lead has them; what other alone has goes behind its predecessor there.
func mergeKeys(lead, other []string, want func(string) bool) []string {
	out := slices.DeleteFunc(slices.Clone(lead), func(k string) bool { return !want(k) })
	has := setOf(out)
	at := 0 // behind the predecessor
	for _, k := range other {
		switch {
		case has[k]:
			at = slices.Index(out, k) + 1
		case want(k):
			out = slices.Insert(out, at, k)
			at++
		}
	}
	return out
}
