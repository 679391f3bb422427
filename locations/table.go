package locations

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/mspkit/mspkit/internal/tabular"
	"github.com/mspkit/mspkit/internal/textnorm"
)

// Loaded is what came out of a table.
type Loaded struct {
	Nodes    []Node   // the stores of the accepted rows and the level values above them, ordered by key
	Rows     int      // rows after the header
	Stores   int      // rows accepted
	Refused  Problems // why rows were refused: every reason, by line
	Warnings Problems // what looks odd and went in as it is, by line
}

// ReadTable reads a list of stores from CSV or TSV, UTF-8 with a header line. A row that breaks a rule is refused and
// the rest goes on; text is kept exactly as it stands. A row whose level cell is empty hangs under the nearest level value
// above that is given. An error is for the file as a whole: one that cannot be read further, or Problems that list the
// columns it does not have.
func ReadTable(r io.Reader, layout Layout, rules Rules) (*Loaded, error) {
	in, err := tabular.NewReader(r, tabular.Options{})
	if err != nil {
		return nil, unreadable(err)
	}
	cols, err := layout.find(in.Header())
	if err != nil {
		return nil, err
	}
	t := newTable(cols, rules)
	for row, err := range in.Rows() {
		if bad := (*tabular.Error)(nil); errors.As(err, &bad) && !bad.Fatal() {
			t.out.Rows++
			t.refuse(bad.Line, Problem{Rule: RuleUnreadable, Message: bad.Text})
			continue
		}
		if err != nil {
			return nil, unreadable(err)
		}
		t.out.Rows++
		t.row(row.Line, row.Cells)
	}
	return t.finish(), nil
}

func unreadable(err error) error {
	if bad := (*tabular.Error)(nil); errors.As(err, &bad) && bad.Err == nil {
		return Problems{{Line: bad.Line, Rule: RuleUnreadable, Message: bad.Text}}
	}
	return fmt.Errorf("locations: read a table: %w", err)
}

// table collects the rows of one file.
type table struct {
	rules Rules
	cols  *columns
	used  []int
	empty []int // columns whose emptiness is worth a warning
	seen  map[Key]seen
	nodes []Node
	out   Loaded
}

type seen struct {
	at   int // in nodes
	line int
}

func newTable(cols *columns, rules Rules) *table {
	t := &table{rules: rules, cols: cols, used: cols.used(), seen: map[Key]seen{}}
	for _, fc := range cols.fields {
		if fc.field == FieldName || fc.field == FieldAddress1 || fc.field == FieldCity {
			t.empty = append(t.empty, fc.at)
		}
	}
	for _, lc := range cols.levels {
		t.empty = append(t.empty, lc.name)
	}
	slices.Sort(t.empty)
	t.empty = slices.Compact(t.empty)
	return t
}

// refuse notes why a row does not go in.
func (t *table) refuse(line int, p Problem) {
	p.Line = line
	t.out.Refused = append(t.out.Refused, p)
}

// row takes one row: the store and whichever of its level values are new, or none of them.
func (t *table) row(line int, cells []string) {
	store := t.store(cells)
	chain := t.chain(cells)
	if len(chain) > 0 {
		store.Parent = chain[len(chain)-1].Key
	}
	all := append(chain[:len(chain):len(chain)], store)
	var ps Problems
	for i, n := range all {
		ps = append(ps, t.check(n)...)
		if slices.ContainsFunc(all[:i], func(m Node) bool { return m.Key == n.Key }) {
			ps = append(ps, t.clash(n, RuleIDDuplicate, "the key stands twice in this row"))
		}
	}
	if len(ps) > 0 {
		for _, p := range ps {
			t.refuse(line, p)
		}
		return
	}
	for _, n := range all {
		if _, ok := t.seen[n.Key]; !ok {
			t.seen[n.Key] = seen{len(t.nodes), line}
			t.nodes = append(t.nodes, n)
		}
	}
	t.out.Stores++
	t.warn(line, store.Key, cells)
}

func (t *table) store(cells []string) Node {
	n := Node{Key: Key(cells[t.cols.id]), Level: LocationLevel}
	for _, fc := range t.cols.fields {
		*n.text(fc.field) = cells[fc.at]
	}
	for _, i := range t.cols.attrs {
		if cells[i] != "" {
			n.Place.Attributes = append(n.Place.Attributes, Attribute{Name: t.cols.header[i], Value: cells[i]})
		}
	}
	return n
}

// chain returns the row's level values from the top down. A level without a name is left out: what is below it
// hangs under the nearest one that is there.
func (t *table) chain(cells []string) []Node {
	var chain []Node
	var names []string
	var parent Key
	for i, lc := range t.cols.levels {
		name := cells[lc.name]
		names = append(names, name)
		if name == "" {
			continue
		}
		key := PathKey(names...)
		if lc.code >= 0 && cells[lc.code] != "" {
			key = Key(cells[lc.code])
		}
		chain = append(chain, Node{Key: key, Parent: parent, Level: t.cols.level(i), Name: name})
		parent = key
	}
	return chain
}

// check asks the rules of one node, and what stands under its key already.
func (t *table) check(n Node) Problems {
	before, known := t.seen[n.Key]
	switch {
	case !known:
		ps := t.rules.Check(n)
		for i := range ps {
			ps[i].Field = t.cols.title(ps[i].Field)
		}
		return ps
	case n.Level == LocationLevel:
		return Problems{t.clash(n, RuleIDDuplicate, "the ID stands on line %d already", before.line)}
	}
	old := t.nodes[before.at]
	switch {
	case old.Level != n.Level || old.Name != n.Name:
		return Problems{t.clash(n, RuleIDDuplicate, "the code means %q on line %d and %q here", old.Name, before.line, n.Name)}
	case old.Parent != n.Parent:
		return Problems{t.clash(n, RuleNonHierarchy, "%q lies under %q on line %d and under %q here", n.Name, old.Parent, before.line, n.Parent)}
	}
	return nil
}

// clash is a problem between a node and what stands under its key already.
func (t *table) clash(n Node, rule Rule, format string, args ...any) Problem {
	at := t.cols.id
	if n.Level != LocationLevel {
		at = t.cols.levels[t.cols.index(n.Level)].name
	}
	return Problem{Key: n.Key, Field: t.cols.header[at], Rule: rule, Message: fmt.Sprintf(format, args...)}
}

// warn notes what looks odd in an accepted row.
func (t *table) warn(line int, key Key, cells []string) {
	odd := func(at int, rule Rule, message string) {
		t.out.Warnings = append(t.out.Warnings, Problem{Line: line, Key: key, Field: t.cols.header[at], Rule: rule, Message: message})
	}
	for _, i := range t.empty {
		if cells[i] == "" {
			odd(i, RuleEmpty, "empty")
		}
	}
	for _, i := range t.used {
		if strings.ContainsFunc(cells[i], unicode.IsControl) {
			odd(i, RuleControl, fmt.Sprintf("control characters in %q", cells[i]))
		}
		if strings.TrimSpace(cells[i]) != cells[i] {
			odd(i, RuleBlank, fmt.Sprintf("blanks around %q", cells[i]))
		}
	}
}

// finish looks at the level values as a whole and orders everything.
func (t *table) finish() *Loaded {
	type place struct {
		parent Key
		level  Level
		name   string
	}
	folded, named := map[place]Node{}, map[place]Node{}
	for _, n := range t.nodes {
		if n.Level == LocationLevel {
			continue
		}
		odd := func(rule Rule, format string, args ...any) {
			title := t.cols.header[t.cols.levels[t.cols.index(n.Level)].name]
			t.out.Warnings = append(t.out.Warnings, Problem{
				Line: t.seen[n.Key].line, Key: n.Key, Field: title, Rule: rule, Message: fmt.Sprintf(format, args...),
			})
		}
		in := place{n.Parent, n.Level, textnorm.Fold(n.Name)}
		if first, ok := folded[in]; !ok {
			folded[in] = n
		} else if hint, near := textnorm.Near(first.Name, n.Name); near {
			odd(RuleNear, "%q looks like %q of line %d (%s)", n.Name, first.Name, t.seen[first.Key].line, hint)
		}
		same := place{level: n.Level, name: n.Name}
		if first, ok := named[same]; !ok {
			named[same] = n
		} else {
			odd(RuleNonHierarchy, "%q stands under %q and, on line %d, under %q: two nodes", n.Name, n.Parent, t.seen[first.Key].line, first.Parent)
		}
	}
	byLine := func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) }
	slices.SortStableFunc(t.out.Refused, byLine)
	slices.SortStableFunc(t.out.Warnings, byLine)
	slices.SortFunc(t.nodes, byKey)
	t.out.Nodes = t.nodes
	return &t.out
}
