package shapes

import "encoding/json"

// OwnOrganization is one of the asking account's own organizations, whole. Every member is always there; what is blank is null.
type OwnOrganization struct {
	ID          string                     `json:"id"`
	Name        string                     `json:"name"`
	Picture     *string                    `json:"picture"`
	Contacts    []Contact                  `json:"contacts"`
	Addresses   []Address                  `json:"addresses"`
	Disabled    bool                       `json:"disabled"`
	Revision    int64                      `json:"revision" doc:"raised when one of the members above changes"`
	Parent      *string                    `json:"parent" doc:"an organization of the same account"`
	Manager     *string                    `json:"manager" doc:"a person of the account"`
	Region      *string                    `json:"region"`
	Source      *string                    `json:"source"`
	SourceID    *string                    `json:"source_id"`
	Internal    bool                       `json:"internal" doc:"below the organization that is tied to the account, or that one"`
	Remarks     *string                    `json:"remarks"`
	FinancialID *string                    `json:"financial_id"`
	Custom      map[string]json.RawMessage `json:"custom" doc:"the values that are set, by field of the active extension"`
	Attachments []Attachment               `json:"attachments"`
	Version     int64                      `json:"version"`
}

// SaveOwnOrganization makes an own organization (version 0) or replaces the fields of exactly that version. What is left out or
// null becomes blank. Remarks, financial ID, custom fields and attachments are changed by an edit instead.
type SaveOwnOrganization struct {
	Name      string    `json:"name"`
	Picture   *string   `json:"picture,omitempty"`
	Contacts  []Contact `json:"contacts,omitempty"`
	Addresses []Address `json:"addresses,omitempty"`
	Disabled  bool      `json:"disabled,omitzero"`
	Parent    *string   `json:"parent,omitempty"`
	Manager   *string   `json:"manager,omitempty"`
	Region    *string   `json:"region,omitempty"`
	Source    *string   `json:"source,omitempty"`
	SourceID  *string   `json:"source_id,omitempty"`
	Version   int64     `json:"version,omitzero"`
}

// Tenant is what the asking account says of itself.
type Tenant struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	Directory    *string `json:"directory" doc:"the directory account above it; said when the account is opened"`
	Organization *string `json:"organization" doc:"the organization tied to it: those below are internal"`
	Version      int64   `json:"version"`
}

// SaveTenant replaces the name and the tied organization of exactly that version.
type SaveTenant struct {
	Name         string  `json:"name"`
	Organization *string `json:"organization,omitempty"`
	Version      int64   `json:"version"`
}

// NamedPerson is somebody whom custom fields can name.
type NamedPerson struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version int64  `json:"version"`
}

// SaveNamedPerson enters a person (version 0) or renames the one of exactly that version.
type SaveNamedPerson struct {
	Name    string `json:"name"`
	Version int64  `json:"version,omitzero"`
}
