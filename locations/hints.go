package locations

import (
	"cmp"
	"slices"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// Hint suggests that two different names mean the same. It never makes anything equal.
type Hint struct {
	Ours, Theirs Key    // the same key for a changed name; different ones for the same place under another ID
	Why          string // in what the names differ, such as "letter case" or "abbreviation"; empty for equal names
}

// Hints looks for near-equal names (letter case, accents, blanks, St and Street): within a changed node, and between
// a missing and an extra node of the same level, which may be one place under two IDs. Ordered by our key.
func (d Diff) Hints() []Hint {
	type place struct {
		level Level
		name  string
	}
	extras := map[place][]*Node{}
	for i := range d.Changes {
		if c := &d.Changes[i]; c.Kind == Extra && c.Theirs.Name != "" {
			in := place{c.Theirs.Level, textnorm.Fold(c.Theirs.Name)}
			extras[in] = append(extras[in], &c.Theirs)
		}
	}
	var hints []Hint
	for _, c := range d.Changes {
		switch {
		case c.Kind == Missing && len(extras) > 0:
			for _, n := range extras[place{c.Ours.Level, textnorm.Fold(c.Ours.Name)}] {
				why, _ := textnorm.Near(c.Ours.Name, n.Name)
				hints = append(hints, Hint{Ours: c.Key, Theirs: n.Key, Why: why})
			}
		case c.Fields.Has(FieldName):
			if why, near := textnorm.Near(c.Ours.Name, c.Theirs.Name); near {
				hints = append(hints, Hint{Ours: c.Key, Theirs: c.Key, Why: why})
			}
		}
	}
	slices.SortStableFunc(hints, func(a, b Hint) int { return cmp.Compare(a.Ours, b.Ours) })
	return hints
}
