package locations

import (
	"slices"
	"strings"
)

// Fields is a set of Node fields.
type Fields uint32

// The fields of a Node, in the order in which a Fields is written.
const (
	FieldParent Fields = 1 << iota
	FieldLevel
	FieldName
	FieldInactive
	FieldAddress1
	FieldAddress2
	FieldCity
	FieldState
	FieldCountry
	FieldPostalCode
	FieldPhone
	FieldAreaCode
	FieldEmail
	FieldHours
	FieldDaysOpen
	FieldGroup
	FieldAttributes

	// AllFields is every field but the key.
	AllFields = 1<<iota - 1
)

var fieldNames = [...]string{
	"parent", "level", "name", "inactive", "address1", "address2", "city", "state", "country", "postal_code",
	"phone", "area_code", "email", "hours", "days_open", "group", "attributes",
}

// Has reports whether every field of g is in f.
func (f Fields) Has(g Fields) bool { return f&g == g }

// Names returns the stable names of the fields, such as "parent" and "postal_code".
func (f Fields) Names() []string {
	var names []string
	for i, n := range fieldNames {
		if f.Has(1 << i) {
			names = append(names, n)
		}
	}
	return names
}

// String joins the names with commas.
func (f Fields) String() string { return strings.Join(f.Names(), ",") }

// Each returns the fields of the set one by one.
func (f Fields) Each() []Fields {
	var out []Fields
	for i := range fieldNames {
		if f.Has(1 << i) {
			out = append(out, 1<<i)
		}
	}
	return out
}

// text returns the place where a text field of the node lives, or nil when f is not one text field.
func (n *Node) text(f Fields) *string {
	p := &n.Place
	switch f {
	case FieldName:
		return &n.Name
	case FieldAddress1:
		return &p.Address1
	case FieldAddress2:
		return &p.Address2
	case FieldCity:
		return &p.City
	case FieldState:
		return &p.State
	case FieldCountry:
		return &p.Country
	case FieldPostalCode:
		return &p.PostalCode
	case FieldPhone:
		return &p.Phone
	case FieldAreaCode:
		return &p.AreaCode
	case FieldEmail:
		return &p.Email
	case FieldHours:
		return &p.Hours
	case FieldDaysOpen:
		return &p.DaysOpen
	case FieldGroup:
		return &p.Group
	}
	return nil
}

// WithText returns a copy of the node in which one text field, such as FieldName or FieldCity, has this value. A field that is
// not one text is left alone.
func (n Node) WithText(f Fields, value string) Node {
	n = n.Clone()
	if p := n.text(f); p != nil {
		*p = value
	}
	return n
}

// Value returns one field of the node as text: a level as a number, the active flag as true or false, the
// attributes as name=value lines.
func (n Node) Value(f Fields) string {
	switch f {
	case FieldParent:
		return string(n.Parent)
	case FieldLevel:
		return n.Level.String()
	case FieldInactive:
		if n.Inactive {
			return "true"
		}
		return "false"
	case FieldAttributes:
		var b strings.Builder
		for i, a := range n.Place.Attributes {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(a.Name + "=" + a.Value)
		}
		return b.String()
	}
	if p := n.text(f); p != nil {
		return *p
	}
	return ""
}

// with returns a copy of n in which the given fields are taken from m.
func (n Node) with(m Node, f Fields) Node {
	for _, one := range f.Each() {
		switch one {
		case FieldParent:
			n.Parent = m.Parent
		case FieldLevel:
			n.Level = m.Level
		case FieldInactive:
			n.Inactive = m.Inactive
		case FieldAttributes:
			n.Place.Attributes = m.Place.Attributes
		default:
			*n.text(one) = *m.text(one)
		}
	}
	return n.Clone()
}

// differing returns the fields in which two nodes of the same key differ, byte for byte.
func differing(a, b *Node) Fields {
	f := placeFields(&a.Place, &b.Place)
	f |= mark(a.Parent != b.Parent, FieldParent)
	f |= mark(a.Level != b.Level, FieldLevel)
	f |= mark(a.Name != b.Name, FieldName)
	f |= mark(a.Inactive != b.Inactive, FieldInactive)
	return f
}

func placeFields(p, q *Place) Fields {
	return mark(p.Address1 != q.Address1, FieldAddress1) |
		mark(p.Address2 != q.Address2, FieldAddress2) |
		mark(p.City != q.City, FieldCity) |
		mark(p.State != q.State, FieldState) |
		mark(p.Country != q.Country, FieldCountry) |
		mark(p.PostalCode != q.PostalCode, FieldPostalCode) |
		mark(p.Phone != q.Phone, FieldPhone) |
		mark(p.AreaCode != q.AreaCode, FieldAreaCode) |
		mark(p.Email != q.Email, FieldEmail) |
		mark(p.Hours != q.Hours, FieldHours) |
		mark(p.DaysOpen != q.DaysOpen, FieldDaysOpen) |
		mark(p.Group != q.Group, FieldGroup) |
		mark(!slices.Equal(p.Attributes, q.Attributes), FieldAttributes)
}

func mark(differs bool, f Fields) Fields {
	if differs {
		return f
	}
	return 0
}
