package locations

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Named identifiers: the compiler keeps them apart.
type (
	// Account is the system (tenant) whose data a transaction may touch.
	Account string
	// PartnerID names the other system of an exchange.
	PartnerID string
	// ProjectID names the shared project by which two systems exchange a set.
	ProjectID string
	// SetID names one client's hierarchy within an account. Every project of that client shares it.
	SetID string
	// Key names a node within its set: the store ID of a location, and of a level value the host's
	// code or else the path of names above it (see PathKey). It is compared byte for byte.
	Key string
	// PushID names one staged change of a set, local or from a partner.
	PushID string
)

// Level counts upward: 1 is a location, 2 and more are the level values above it (district, region ...).
type Level int

// LocationLevel is the level of the places themselves.
const LocationLevel Level = 1

// Node is one entry of a hierarchy: a location (Level 1) or a level value above it.
type Node struct {
	Key      Key
	Parent   Key // the node directly above; empty at the top
	Level    Level
	Name     string
	Inactive bool  // not schedulable; history kept. The zero value is active.
	Place    Place // the details of a location; zero for level values
}

// Place holds the details of a location that both systems compare. Every field is text as the client wrote it.
type Place struct {
	Address1, Address2, City, State, Country, PostalCode string
	Phone, AreaCode, Email                               string
	Hours, DaysOpen                                      string
	Group                                                string
	Attributes                                           []Attribute // the host's own details, ordered by name, names unique
}

// Attribute is one named detail that the fixed fields of a Place do not hold.
type Attribute struct{ Name, Value string }

// Equal reports whether two places agree byte for byte.
func (p Place) Equal(q Place) bool { return placeFields(&p, &q) == 0 }

// Clone returns a node that shares no memory with n.
func (n Node) Clone() Node {
	n.Place.Attributes = slices.Clone(n.Place.Attributes)
	return n
}

// PathKey makes the key of a level value that has no code of its own: the names from the top down, each
// escaped (~ as ~0, / as ~1), joined by and beginning with a slash.
func PathKey(names ...string) Key {
	var b strings.Builder
	for _, n := range names {
		b.WriteByte('/')
		b.WriteString(pathEscape.Replace(n))
	}
	return Key(b.String())
}

var pathEscape = strings.NewReplacer("~", "~0", "/", "~1")

// Print is a fingerprint: the first 128 bits of a SHA-256. The zero Print stands for "nothing there".
type Print [16]byte

// String returns the print in hexadecimal, or "" for the zero Print.
func (p Print) String() string {
	if p == (Print{}) {
		return ""
	}
	return hex.EncodeToString(p[:])
}

// ParsePrint reads what String wrote.
func ParsePrint(s string) (Print, error) {
	var p Print
	if s == "" {
		return p, nil
	}
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(p) {
		return p, fmt.Errorf("locations: fingerprint %q: want 32 hexadecimal digits: %w", s, ErrInvalid)
	}
	copy(p[:], b)
	return p, nil
}

// Entry is a node without its details: what a comparison needs before it asks for more.
type Entry struct {
	Key, Parent Key
	Level       Level
	Own         Print // of the node alone: key, level, name, active flag, place; not its parent
	Sub         Print // of the node and everything below it; zero when nothing active is there (see Tree.Sub)
	Inactive    bool
	Edited      bool // changed here by hand since the last push from the partner that owns the set
}

// Stored is a node as a store keeps it.
type Stored struct {
	Node
	Own, Sub Print
	Edited   bool
}

// Entry returns the stored node without its details.
func (s Stored) Entry() Entry {
	return Entry{Key: s.Key, Parent: s.Parent, Level: s.Level, Own: s.Own, Sub: s.Sub, Inactive: s.Inactive, Edited: s.Edited}
}

// Head describes a set as a whole.
type Head struct {
	Set      SetID
	Revision int64 // raised by every change; 0 is a set that nobody has written yet
	Root     Print // over all top nodes: equal roots are equal trees
	Nodes    int   // all nodes, inactive ones included
	Source   int64 // for a copy: the owner's revision that the last push brought; 0 for a set of our own
}
