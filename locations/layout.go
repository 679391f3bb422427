package locations

import (
	"fmt"
	"slices"
)

// Layout says which column of a client's table is what. Columns are named by their header, exactly.
type Layout struct {
	ID         string            // the store ID; required
	Fields     map[Fields]string // header by single text field, such as FieldName or FieldCity
	Attributes []string          // columns that become attributes of the same name where they are not empty
	Levels     []LevelColumn     // the level values above the store, from the top down
}

// LevelColumn is one level of the chain above a store. Without a code column, or where its cell is empty, the key of
// the level value is the path of names above it.
type LevelColumn struct{ Name, Code string }

// StoreListLayout is the layout of a store list with one row a store and its place in words: the columns Store Number,
// Store Name, Street Address, Postcode and Phone Number, the levels Country, State/Province and City, and Brand,
// Ownership Type, Timezone, Longitude and Latitude as attributes. All thirteen must stand in the header by exactly these
// names, in any order; cells may be empty. One that is missing, an attribute's too, refuses the whole file. A list with
// fewer columns takes a Layout of its own.
func StoreListLayout() Layout {
	return Layout{
		ID: "Store Number",
		Fields: map[Fields]string{
			FieldName: "Store Name", FieldAddress1: "Street Address", FieldCity: "City", FieldState: "State/Province",
			FieldCountry: "Country", FieldPostalCode: "Postcode", FieldPhone: "Phone Number",
		},
		Attributes: []string{"Brand", "Ownership Type", "Timezone", "Longitude", "Latitude"},
		Levels:     []LevelColumn{{Name: "Country"}, {Name: "State/Province"}, {Name: "City"}},
	}
}

// columns is a layout that has found its places in a header.
type columns struct {
	header []string
	id     int
	fields []fieldColumn // ordered by field
	attrs  []int         // ordered by name
	levels []levelColumn
}

type fieldColumn struct {
	field Fields
	at    int
}

type levelColumn struct{ name, code int } // code is -1 where there is none

// find looks the layout's columns up and lists every one that is missing.
func (l Layout) find(header []string) (*columns, error) {
	var ps Problems
	wrong := func(field, format string, args ...any) {
		ps = append(ps, Problem{Line: 1, Field: field, Rule: RuleUnreadable, Message: fmt.Sprintf(format, args...)})
	}
	at := func(name string) int {
		i := slices.Index(header, name)
		if i < 0 {
			wrong(name, "the header has no column %q", name)
		}
		return i
	}
	c := &columns{header: header, id: at(l.ID)}
	for f := range l.Fields {
		if (&Node{}).text(f) == nil {
			wrong(f.String(), "%q is not one text field of a node", f)
		}
	}
	for _, f := range Fields(AllFields).Each() {
		if name, ok := l.Fields[f]; ok {
			c.fields = append(c.fields, fieldColumn{f, at(name)})
		}
	}
	names := slices.Clone(l.Attributes)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		c.attrs = append(c.attrs, at(name))
	}
	for _, lc := range l.Levels {
		col := levelColumn{name: at(lc.Name), code: -1}
		if lc.Code != "" {
			col.code = at(lc.Code)
		}
		c.levels = append(c.levels, col)
	}
	if len(ps) > 0 {
		return nil, ps
	}
	return c, nil
}

// title returns the header of the column that a node's field came from, or the field's own name.
func (c *columns) title(field string) string {
	if field == "key" {
		return c.header[c.id]
	}
	for _, fc := range c.fields {
		if fc.field.String() == field {
			return c.header[fc.at]
		}
	}
	return field
}

// used returns every column that the layout reads, each once, from left to right.
func (c *columns) used() []int {
	used := append([]int{c.id}, c.attrs...)
	for _, fc := range c.fields {
		used = append(used, fc.at)
	}
	for _, lc := range c.levels {
		used = append(used, lc.name)
		if lc.code >= 0 {
			used = append(used, lc.code)
		}
	}
	slices.Sort(used)
	return slices.Compact(used)
}

// level returns the level of the i-th level column, index the column of a level.
func (c *columns) level(i int) Level     { return LocationLevel + Level(len(c.levels)-i) }
func (c *columns) index(level Level) int { return len(c.levels) - int(level-LocationLevel) }
