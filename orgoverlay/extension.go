package orgoverlay

import (
	"bytes"
	"slices"
	"time"
)

// Category is the kind of record that an extension is for; overlays take those for organizations.
const Category = "organization"

// Extension is one version of an account's form of custom fields. Of each extension at most one version is active, and of the
// extensions for organizations of an account at most one has an active version.
type Extension struct {
	ID       ExtensionID
	Number   int64 // of the version: 1, 2, 3 ...
	Name     string
	Category string
	State    ExtensionState
	Disabled bool // its fields are hidden and cannot be written; values are kept
	Fields   []ExtensionField
	At       time.Time // when it came into its state
	Version  int64
}

// ExtensionState is where a version of an extension stands.
type ExtensionState uint8

const (
	ExtensionNone     ExtensionState = iota // invalid
	ExtensionPrepared                       // may still change
	ExtensionActive                         // new values are checked against it
	ExtensionRetired                        // was active before
)

var extensionNames = []string{"", "being_prepared", "active", "retired"}

func (s ExtensionState) String() string { return nameOf(extensionNames, s) }

// ParseExtensionState reads what String wrote; an unknown name is ExtensionNone.
func ParseExtensionState(s string) ExtensionState { return parse[ExtensionState](extensionNames, s) }

// ExtensionField is one custom field.
type ExtensionField struct {
	ID       string // lower-case letters, digits and _; unique within the extension
	Label    string
	Schema   []byte // what Config.Schemas compiles; for orgoverlay/jsonschema a JSON Schema 2020-12 document
	Internal bool   // only for people who may see internal fields
	// Person says that values are ids of people of this account, or of its directory.
	Person bool
}

// Clone returns a value that shares no memory with e.
func (e Extension) Clone() Extension {
	e.Fields = slices.Clone(e.Fields)
	for i := range e.Fields {
		e.Fields[i].Schema = bytes.Clone(e.Fields[i].Schema)
	}
	return e
}

// Field returns the field of an id.
func (e Extension) Field(id string) (ExtensionField, bool) {
	for _, f := range e.Fields {
		if f.ID == id {
			return f, true
		}
	}
	return ExtensionField{}, false
}

// Schemas compiles the schemas of custom fields. Package orgoverlay/jsonschema is one.
type Schemas interface {
	// Compile answers an error that says what is wrong with the schema.
	Compile(schema []byte) (Schema, error)
}

// Schema checks values. It is safe for use by several goroutines.
type Schema interface {
	// Check returns everything that is wrong with a JSON value: where in it, which rule, and words. None is fine.
	Check(value []byte) []FieldError
}
