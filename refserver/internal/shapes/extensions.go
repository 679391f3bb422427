package shapes

import (
	"encoding/json"
	"time"
)

// Extension is one version of a form of custom fields.
type Extension struct {
	ID       string           `json:"id"`
	Number   int64            `json:"number" doc:"of the version: 1, 2, 3 ..."`
	Name     string           `json:"name"`
	Category string           `json:"category" doc:"the kind of record that it is for: organization"`
	State    string           `json:"state" doc:"being_prepared, active or retired"`
	Disabled bool             `json:"disabled" doc:"its fields are hidden, and its values are kept"`
	Fields   []ExtensionField `json:"fields"`
	At       time.Time        `json:"at" doc:"when it came into its state"`
	Version  int64            `json:"version"`
}

// ExtensionField is one custom field.
type ExtensionField struct {
	ID       string          `json:"id" doc:"lower-case letters, digits and _"`
	Label    string          `json:"label"`
	Schema   json.RawMessage `json:"schema" doc:"JSON Schema 2020-12 of its values"`
	Internal bool            `json:"internal" doc:"only for people who may see internal fields"`
	Person   bool            `json:"person" doc:"values are ids of people of the account"`
}

// SaveExtension writes a version that is being prepared: a new one (version 0), or the fields of that number and version.
type SaveExtension struct {
	Number   int64            `json:"number,omitzero" doc:"of the version that is replaced"`
	Name     string           `json:"name"`
	Category string           `json:"category,omitempty" doc:"default: organization"`
	Fields   []ExtensionField `json:"fields,omitempty"`
	Version  int64            `json:"version,omitzero"`
}

// DryRun says what a version of an extension would make of the values that are kept.
type DryRun struct {
	Values  int    `json:"values" doc:"looked at"`
	Flagged int    `json:"flagged" doc:"that the version would not take, or has no field for"`
	Kept    []Kept `json:"kept" doc:"the first thousand of those"`
}

// Kept is one value that would be kept without being right.
type Kept struct {
	Organization *string `json:"organization" doc:"null when retained"`
	Retained     bool    `json:"retained" doc:"it lies over an organization that is not seen at present"`
	Path         string  `json:"path"`
	Rule         string  `json:"rule"`
	Message      string  `json:"message"`
}
