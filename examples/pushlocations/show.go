package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/mspkit/mspkit/locations"
)

// few is how many of a kind are shown in full.
const few = 3

// showLoad says what the load did: every refusal, and the first few warnings of each rule.
func showLoad(out io.Writer, r locations.LoadResult, stores int) {
	fmt.Fprintf(out, "Alder loads its list: %d stores under %d cities, states and countries.\n", stores, r.Created-stores)
	fmt.Fprintf(out, "Refused: %d\n", len(r.Refused))
	for _, p := range r.Refused {
		fmt.Fprintf(out, "  %s\n", p)
	}
	fmt.Fprintf(out, "Taken as they are, with a warning: %d\n", len(r.Warnings))
	byRule := map[locations.Rule]locations.Problems{}
	var order []locations.Rule
	for _, p := range r.Warnings {
		if byRule[p.Rule] == nil {
			order = append(order, p.Rule)
		}
		byRule[p.Rule] = append(byRule[p.Rule], p)
	}
	for _, rule := range order {
		ps := byRule[rule]
		fmt.Fprintf(out, "  %s: %d\n", rule, len(ps))
		for _, p := range ps[:min(few, len(ps))] {
			fmt.Fprintf(out, "    line %d: %s: %s\n", p.Line, p.Field, p.Message)
		}
		more(out, "    ", len(ps))
	}
}

func more(out io.Writer, indent string, n int) {
	if n > few {
		fmt.Fprintf(out, "%s... and %d more\n", indent, n-few)
	}
}

// group is a part of the differences that a person thinks of as one kind.
type group struct {
	title string
	has   func(c locations.Change, near string) bool // near says in what two names are nearly the same
}

func store(n locations.Node) bool { return n.Level == locations.LocationLevel }

var groups = []group{
	{"stores that birch does not have", func(c locations.Change, _ string) bool { return c.Kind == locations.Missing && store(c.Ours) }},
	{"cities that birch does not have", func(c locations.Change, _ string) bool { return c.Kind == locations.Missing && !store(c.Ours) }},
	{"closed", func(c locations.Change, _ string) bool { return c.Closed }},
	{"moved", func(c locations.Change, _ string) bool { return !c.Closed && c.Kind == locations.Moved }},
	{"spelled in another way", func(c locations.Change, near string) bool {
		return !c.Closed && c.Kind == locations.Changed && near != ""
	}},
	{"renamed", func(c locations.Change, near string) bool {
		return !c.Closed && c.Kind == locations.Changed && near == ""
	}},
}

// showDiff counts the differences by kind and shows the first pairs of each: alder's line, birch's line.
func showDiff(out io.Writer, d locations.Diff) {
	near := map[locations.Key]string{}
	for _, h := range d.Hints() {
		near[h.Ours] = h.Why
	}
	for _, g := range groups {
		var in []locations.Change
		for _, c := range d.Changes {
			if g.has(c, near[c.Key]) {
				in = append(in, c)
			}
		}
		fmt.Fprintf(out, "  %s: %d\n", g.title, len(in))
		for _, c := range in[:min(few, len(in))] {
			fmt.Fprintf(out, "    %s %q", c.Key, c.Ours.Name)
			if why := near[c.Key]; why != "" {
				fmt.Fprintf(out, " (%s)", why)
			}
			fmt.Fprintf(out, "\n      alder  %s\n      birch  %s\n", side(c, c.Ours), side(c, c.Theirs))
		}
		more(out, "    ", len(in))
	}
	fmt.Fprintf(out, "  all differences: %d\n", len(d.Changes))
}

// side is one side's line of a difference: the fields that differ, or for a node that the other side does not have, where it
// is. Text is quoted, because what differs may be a blank at the end.
func side(c locations.Change, n locations.Node) string {
	fields := c.Fields
	switch {
	case n.Key == "":
		return "-"
	case c.Kind == locations.Missing:
		fields = locations.FieldParent | locations.FieldAddress1
	}
	var parts []string
	for _, f := range fields.Each() {
		switch v := n.Value(f); {
		case f == locations.FieldInactive && n.Inactive:
			parts = append(parts, "closed")
		case f == locations.FieldInactive:
			parts = append(parts, "open")
		case v != "" || c.Kind != locations.Missing:
			parts = append(parts, fmt.Sprintf("%s %q", f, v))
		}
	}
	return strings.Join(parts, ", ")
}
