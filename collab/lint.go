package collab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// LintWarning is a reference in a rule that may not mean the same, or anything, on the other system. Code is a stable word.
type LintWarning struct {
	Code  string // wave_by_id, wave_by_name_unknown, location_unknown, group_unknown, question_unknown
	Rule  string // the rule's name
	Line  int    // in the script, from 1
	Value string // what is referred to
	Text  string
}

// Known lists what the other system is known to have. What a list does not name is warned about; the zero Known knows nothing.
type Known struct {
	Waves  []string // by exact name
	Places []PlaceKey
	Groups []string
}

// reference is what the arguments of a function name.
type reference uint8

const (
	refWave reference = iota + 1
	refPlace
	refGroup
	refQuestion // every argument
	refSubject  // the first argument alone is a question
)

// references maps functions of rule scripts, in lower case, to what their literal arguments refer to. What a host's scripts
// call otherwise is not looked at.
var references = map[string]reference{
	"waveis": refWave, "wavenot": refWave,
	"locidis": refPlace, "locidnot": refPlace,
	"groupis": refGroup, "groupnot": refGroup,
	"q": refQuestion, "qrange": refQuestion, "ifq": refQuestion, "andq": refQuestion, "orq": refQuestion, "show": refQuestion, "hide": refQuestion,
	"answer": refSubject,
}

// Lint reads the rules of a survey without running them, and warns of references that do not carry over to another system:
// waves by id, and waves, locations, groups and questions that are not known there. The order is that of the rules.
func Lint(c SurveyContent, known Known) []LintWarning {
	l := linter{waves: setOf(known.Waves), groups: setOf(known.Groups), places: map[string]bool{}, questions: map[string]bool{}}
	for _, p := range known.Places {
		l.places[string(p)] = true
	}
	for _, sec := range c.Sections { // show and hide take whole sections as well
		l.questions[sec.ID] = true
		for _, q := range sec.Questions {
			l.questions[q.ID] = true
		}
	}
	for _, r := range c.Rules {
		for _, a := range scriptArgs(r.Script) {
			l.judge(r.Name, a)
		}
	}
	return l.out
}

// rulePlaces lists the locations that rules refer to, ordered, each once.
func rulePlaces(rules []Rule) []PlaceKey {
	var out []PlaceKey
	for _, r := range rules {
		for _, a := range scriptArgs(r.Script) {
			if references[strings.ToLower(a.fn)] == refPlace {
				out = append(out, PlaceKey(a.value))
			}
		}
	}
	slices.SortFunc(out, cmp.Compare)
	return slices.Compact(out)
}

type linter struct {
	waves, groups, places, questions map[string]bool
	out                              []LintWarning
}

func (l *linter) judge(rule string, a scriptArg) {
	warn := func(code, format string) {
		l.out = append(l.out, LintWarning{Code: code, Rule: rule, Line: a.line, Value: a.value, Text: fmt.Sprintf(format, a.fn, a.value)})
	}
	switch ref := references[strings.ToLower(a.fn)]; {
	case ref == refWave && !a.quoted:
		warn("wave_by_id", "%s(%s) names a wave by its id, which is another one on each system. Use the wave's name.")
	case ref == refWave && !l.waves[a.value]:
		warn("wave_by_name_unknown", "%s(%q): no wave of exactly this name is known at the other system.")
	case ref == refPlace && !l.places[a.value]:
		warn("location_unknown", "%s(%q): no location of this id is known at the other system.")
	case ref == refGroup && !l.groups[a.value]:
		warn("group_unknown", "%s(%q): no group of this name is known at the other system.")
	case (ref == refQuestion || ref == refSubject && a.index == 0) && !l.questions[a.value]:
		warn("question_unknown", "%s(%q): the survey has no question or section of this id.")
	}
}
