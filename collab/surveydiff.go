package collab

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Two contents are compared by path: name, distribution, settings[pay], rules[hide q3], sections[s1].name,
// questions[q3].text, questions[q3].options[yes].points. Question ids are unique within a survey, so that a question that
// moves keeps its path and changes questions[q3].section. What one content lacks is one change at its own path, whole.
// Order is a value of its own (sections.order, sections[s1].order): it changes when elements that both have changed places.

// contentChanges lists what turns content a into b, in the order of reading.
func contentChanges(a, b SurveyContent) []Change {
	var d contentDiff
	d.value("name", a.Name, b.Name)
	d.value("distribution", string(a.Distribution), string(b.Distribution))
	eachOf(&d, "settings", a.Settings, b.Settings, Setting.key, Setting.value, func(at string, x, y Setting) { d.value(at, x.Value, y.Value) })
	eachOf(&d, "sections", a.Sections, b.Sections, Section.key, Section.value, func(at string, x, y Section) {
		d.value(at+".name", x.Name, y.Name)
		d.order(at+".order", keysOf(x.Questions, Question.key), keysOf(y.Questions, Question.key))
	})
	eachOf(&d, "questions", placedQuestions(a), placedQuestions(b), placedQuestion.key, placedQuestion.value, d.question)
	eachOf(&d, "rules", a.Rules, b.Rules, Rule.key, Rule.value, func(at string, x, y Rule) { d.value(at, x.Script, y.Script) })
	return d.changes
}

// The keys by which elements are the same on both sides, and their whole values as text.
func (s Setting) key() string          { return s.Name }
func (s Setting) value() string        { return s.Value }
func (r Rule) key() string             { return r.Name }
func (r Rule) value() string           { return r.Script }
func (s Section) key() string          { return s.ID }
func (s Section) value() string        { return s.Name }
func (o Option) key() string           { return o.ID }
func (o Option) value() string         { return asText(o) }
func (q Question) key() string         { return q.ID }
func (q placedQuestion) value() string { return asText(q) }

// placedQuestion is a question with the section that it stands in.
type placedQuestion struct {
	Section string
	Question
}

func placedQuestions(c SurveyContent) []placedQuestion {
	var out []placedQuestion
	for _, sec := range c.Sections {
		for _, q := range sec.Questions {
			out = append(out, placedQuestion{sec.ID, q})
		}
	}
	return out
}

// asText writes a whole question or option so that history can give it back.
func asText(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("collab: " + err.Error()) // strings and booleans can always be written
	}
	return strings.TrimSuffix(b.String(), "\n")
}

type contentDiff struct{ changes []Change }

func (d *contentDiff) value(path, a, b string) {
	if a != b {
		d.changes = append(d.changes, Change{path, a, b})
	}
}

// order notes when the elements that both lists have stand in another order.
func (d *contentDiff) order(path string, a, b []string) {
	inA, inB := setOf(a), setOf(b)
	commonA := slices.DeleteFunc(slices.Clone(a), func(k string) bool { return !inB[k] })
	commonB := slices.DeleteFunc(slices.Clone(b), func(k string) bool { return !inA[k] })
	if !slices.Equal(commonA, commonB) {
		d.changes = append(d.changes, Change{path, strings.Join(commonA, ", "), strings.Join(commonB, ", ")})
	}
}

func (d *contentDiff) question(at string, x, y placedQuestion) {
	d.value(at+".section", x.Section, y.Section)
	d.value(at+".kind", x.Kind, y.Kind)
	d.value(at+".text", x.Text, y.Text)
	d.value(at+".required", strconv.FormatBool(x.Required), strconv.FormatBool(y.Required))
	eachOf(d, at+".options", x.Options, y.Options, Option.key, Option.value, func(at string, x, y Option) {
		d.value(at+".text", x.Text, y.Text)
		d.value(at+".points", x.Points, y.Points)
	})
}

// eachOf compares two lists element by element: what is there, what both have, and the order. The order of questions is
// their section's.
func eachOf[T any](d *contentDiff, path string, a, b []T, key, value func(T) string, both func(at string, x, y T)) {
	before := byKey(a, key)
	after := byKey(b, key)
	for _, x := range a {
		if _, ok := after[key(x)]; !ok {
			d.changes = append(d.changes, Change{elementPath(path, key(x)), value(x), ""})
		}
	}
	for _, y := range b {
		at := elementPath(path, key(y))
		if x, ok := before[key(y)]; ok {
			both(at, x, y)
		} else {
			d.changes = append(d.changes, Change{at, "", value(y)})
		}
	}
	if path != "questions" {
		d.order(path+".order", keysOf(a, key), keysOf(b, key))
	}
}

func elementPath(list, key string) string { return list + "[" + key + "]" }

func byKey[T any](list []T, key func(T) string) map[string]T {
	m := make(map[string]T, len(list))
	for _, v := range list {
		m[key(v)] = v
	}
	return m
}

func keysOf[T any](list []T, key func(T) string) []string {
	keys := make([]string, len(list))
	for i, v := range list {
		keys[i] = key(v)
	}
	return keys
}

func setOf(keys []string) map[string]bool {
	m := make(map[string]bool, len(keys))
	for _, k := range keys {
		m[k] = true
	}
	return m
}
