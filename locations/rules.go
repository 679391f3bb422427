package locations

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Rules is what a host demands of its nodes beyond the shape of a tree. The zero value demands a non-empty,
// unique key and nothing else.
type Rules struct {
	// Levels are the labels from level 1 upward; a level above the last label is refused. Default: any level.
	Levels []string
	// MaxID is the longest store ID in characters. Default: 0, no limit.
	MaxID int
	// Required are the fields that an active location must fill. Default: none.
	Required Fields
}

// PresetRules returns the ready-made rules: five levels, store IDs of up to 10 characters, and name, first
// address line, city, state, country, postal code and phone required beside the ID.
func PresetRules() Rules {
	return Rules{
		Levels: []string{"Location", "District", "Region", "Level 4", "Level 5"},
		MaxID:  10,
		Required: FieldName | FieldAddress1 | FieldCity | FieldState | FieldCountry | FieldPostalCode |
			FieldPhone,
	}
}

// Label names a level in the host's words, or as "level 3" where the rules have no label.
func (r Rules) Label(l Level) string {
	if l >= 1 && int(l) <= len(r.Levels) {
		return r.Levels[l-1]
	}
	return "level " + l.String()
}

// String writes the level as a number.
func (l Level) String() string { return strconv.Itoa(int(l)) }

// Check returns every rule that the node breaks on its own, without looking at the others.
func (r Rules) Check(n Node) Problems {
	var ps Problems
	add := func(field string, rule Rule, format string, args ...any) {
		ps = append(ps, Problem{Key: n.Key, Field: field, Rule: rule, Message: fmt.Sprintf(format, args...)})
	}
	if n.Key == "" {
		add("key", RuleRequiredMissing+":key", "a node needs a key")
	}
	r.checkText(n, add)
	switch {
	case n.Level < LocationLevel:
		add("level", RuleUnknownLevel, "there is no level %d: 1 is a location", n.Level)
	case len(r.Levels) > 0 && int(n.Level) > len(r.Levels):
		add("level", RuleLevelDepth, "level %d is above the highest, %d", n.Level, len(r.Levels))
	}
	for i, a := range n.Place.Attributes {
		if a.Name == "" || i > 0 && n.Place.Attributes[i-1].Name >= a.Name {
			add("attributes", RuleAttribute, "attribute %q: names must not be empty, and ordered without repeats", a.Name)
		}
	}
	if n.Level != LocationLevel {
		if !n.Place.Equal(Place{}) {
			add("place", RuleUnknownLevel, "only a location has a place, this is a %s", r.Label(n.Level))
		}
		return ps
	}
	if r.MaxID > 0 && utf8.RuneCountInString(string(n.Key)) > r.MaxID {
		add("key", RuleIDTooLong, "the ID is longer than %d characters", r.MaxID)
	}
	if !n.Inactive {
		for _, f := range r.Required.Each() {
			if n.Value(f) == "" {
				add(f.String(), RuleRequiredMissing+Rule(":"+f.String()), "%s is required", f)
			}
		}
	}
	return ps
}

// checkText refuses what is not UTF-8 or holds a NUL byte, which not every database can keep, and more text than a node may have.
func (r Rules) checkText(n Node, add func(field string, rule Rule, format string, args ...any)) {
	if size := n.size(); size > MaxNodeText {
		add("", RuleTextTooLong, "the node has %d bytes of text, at most %d are allowed", size, MaxNodeText)
	}
	check := func(field, s string) {
		if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
			add(field, RuleText, "the text must be UTF-8 without NUL")
		}
	}
	check("key", string(n.Key))
	check("parent", string(n.Parent))
	for i, name := range fieldNames {
		if p := n.text(1 << i); p != nil {
			check(name, *p)
		}
	}
	for _, a := range n.Place.Attributes {
		check("attributes", a.Name)
		check("attributes", a.Value)
	}
}

// size is how many bytes of text a node has.
func (n Node) size() int {
	size := len(n.Key) + len(n.Parent)
	for i := range fieldNames {
		if p := n.text(1 << i); p != nil {
			size += len(*p)
		}
	}
	for _, a := range n.Place.Attributes {
		size += len(a.Name) + len(a.Value)
	}
	return size
}
