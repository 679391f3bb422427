package collab

import (
	"fmt"
	"strings"
)

// Sizes of a survey, whoever sends it.
const (
	maxSettings  = 500
	maxSections  = 500
	maxQuestions = 2000
	maxOptions   = 200 // of one question
	maxRules     = 500
	maxSurvey    = 4 << 20 // bytes of all texts together
	maxFaults    = 50      // listed of one content; it is refused anyway
)

// check notes what is wrong with content, each field named with the prefix before it. It serves for what people save
// and for what a partner sends.
func (c SurveyContent) check(prefix string, bad *Invalid, l Ladder) {
	k := contentCheck{prefix: prefix, bad: bad, most: len(bad.Fields) + maxFaults}
	k.text("name", c.Name, 1, MaxName)
	if _, ok := l.Rank(c.Distribution); !ok {
		k.note("distribution", "unknown_status", fmt.Sprintf("%.64q is no status", c.Distribution))
	}
	if !k.fits("settings", len(c.Settings), maxSettings) || !k.fits("sections", len(c.Sections), maxSections) || !k.fits("rules", len(c.Rules), maxRules) {
		return
	}
	names := map[string]bool{}
	for i, set := range c.Settings {
		at := fmt.Sprintf("settings[%d]", i)
		k.unique(at+".name", set.Name, names)
		k.text(at+".value", set.Value, 0, MaxText)
	}
	names = map[string]bool{}
	for i, r := range c.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		k.unique(at+".name", r.Name, names)
		k.text(at+".script", r.Script, 0, MaxText)
	}
	k.sections(c.Sections)
	if k.bytes > maxSurvey {
		k.note("", "too_big", fmt.Sprintf("has %d bytes of text; at most %d are allowed", k.bytes, maxSurvey))
	}
}

type contentCheck struct {
	prefix string
	bad    *Invalid
	most   int
	bytes  int
}

func (k *contentCheck) sections(sections []Section) {
	questions := 0
	for _, sec := range sections {
		questions += len(sec.Questions)
	}
	if !k.fits("questions", questions, maxQuestions) {
		return
	}
	ids, asked := map[string]bool{}, map[string]bool{}
	for i, sec := range sections {
		at := fmt.Sprintf("sections[%d]", i)
		k.id(at+".id", sec.ID, ids)
		k.text(at+".name", sec.Name, 1, MaxName)
		for j, q := range sec.Questions {
			k.question(fmt.Sprintf("%s.questions[%d]", at, j), q, asked)
		}
	}
}

func (k *contentCheck) question(at string, q Question, asked map[string]bool) {
	k.id(at+".id", q.ID, asked)
	k.text(at+".kind", q.Kind, 1, MaxName)
	k.text(at+".text", q.Text, 1, MaxText)
	if !k.fits(at+".options", len(q.Options), maxOptions) {
		return
	}
	options := map[string]bool{}
	for i, o := range q.Options {
		opt := fmt.Sprintf("%s.options[%d]", at, i)
		k.id(opt+".id", o.ID, options)
		k.text(opt+".text", o.Text, 0, MaxText)
		k.text(opt+".points", o.Points, 0, MaxName)
		k.decimal(opt+".points", o.Points)
	}
}

func (k *contentCheck) note(field, rule, message string) {
	if len(k.bad.Fields) < k.most {
		k.bad.add(strings.TrimSuffix(k.prefix+field, "."), rule, message)
	}
}

func (k *contentCheck) fits(field string, n, most int) bool {
	if n > most {
		k.note(field, "too_many", fmt.Sprintf("are %d; at most %d are allowed", n, most))
	}
	return n <= most
}

func (k *contentCheck) text(field, value string, least, most int) {
	k.bytes += len(value)
	if msg := checkText(value, least, most); msg != "" {
		k.note(field, "text", msg)
	}
}

func (k *contentCheck) unique(field, value string, seen map[string]bool) {
	k.text(field, value, 1, MaxName)
	if seen[value] {
		k.note(field, "duplicate", fmt.Sprintf("%.64q is there twice", value))
	}
	seen[value] = true
}

// id checks an id: paths such as questions[q3].text name it, so it has no brackets.
func (k *contentCheck) id(field, value string, seen map[string]bool) {
	k.unique(field, value, seen)
	if strings.ContainsAny(value, "[]") {
		k.note(field, "brackets", "has a bracket, which ids cannot")
	}
}
