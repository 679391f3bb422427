package shapes

import (
	"encoding/json"
	"time"
)

// Organization is an organization as the account that asks reads it: what its owner shares, and what the asking account keeps of it.
// Every member is always there; what is blank is null.
type Organization struct {
	ID          string                     `json:"id"`
	Account     Owner                      `json:"account" doc:"the owner"`
	Kind        string                     `json:"kind" doc:"internal, external or trusted"`
	Disabled    bool                       `json:"disabled"`
	Name        string                     `json:"name"`
	Picture     *string                    `json:"picture" doc:"begins with https:// or data:image/"`
	Contacts    []Contact                  `json:"contacts"`
	Addresses   []Address                  `json:"addresses"`
	Revision    int64                      `json:"revision" doc:"raised when one of the members above changes"`
	Remarks     *string                    `json:"remarks"`
	FinancialID *string                    `json:"financial_id"`
	Custom      map[string]json.RawMessage `json:"custom" doc:"values by field of the active extension, null where not set"`
	Attachments []Attachment               `json:"attachments"`
	Version     int64                      `json:"version" doc:"what an edit expects; 0 before the first"`
	Whys        []Why                      `json:"whys" doc:"of a trusted one: by which agreements it is seen"`
}

// OrganizationRecord is one organization, with the form of its custom fields.
type OrganizationRecord struct {
	Organization
	Form *Form `json:"form" doc:"null without an extension that is active and enabled"`
}

// Owner is an account by id and name.
type Owner struct {
	ID   string  `json:"id"`
	Name *string `json:"name"`
}

// Contact is a way to reach an organization.
type Contact struct {
	Kind  string  `json:"kind" doc:"phone, email or website"`
	Label *string `json:"label"`
	Value string  `json:"value"`
}

// Address is one address of an organization.
type Address struct {
	Label      *string `json:"label"`
	Street     *string `json:"street"`
	City       *string `json:"city"`
	State      *string `json:"state"`
	PostalCode *string `json:"postal_code"`
	Country    *string `json:"country"`
}

// Attachment is a file that the asking account has attached.
type Attachment struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type" doc:"media type, found from the content"`
	Size   int64  `json:"size" doc:"bytes"`
	SHA256 string `json:"sha256" doc:"hexadecimal"`
	Inline bool   `json:"inline" doc:"shown within the remarks"`
}

// Why is one agreement for which an organization is seen.
type Why struct {
	Agreement string     `json:"agreement"`
	Kind      string     `json:"kind" doc:"sla or flsa"`
	Account   string     `json:"account" doc:"where the agreement is registered"`
	Direction string     `json:"direction" doc:"what the organization is to the account that sees it: provider, customer or third"`
	Until     *time.Time `json:"until" doc:"null for no end"`
}

// Form is the active extension as the one who asks may see it.
type Form struct {
	Extension string           `json:"extension"`
	Number    int64            `json:"number"`
	Fields    []ExtensionField `json:"fields" doc:"in the extension's order"`
	Flagged   []Field          `json:"flagged" doc:"kept values that the active version would not take, for people who edit"`
}

// OrganizationPatch changes what the asking account keeps of an organization. What is left out stays, null clears; anything else in it is
// refused.
type OrganizationPatch struct {
	Remarks           *string                    `json:"remarks,omitempty"`
	FinancialID       *string                    `json:"financial_id,omitempty"`
	Custom            map[string]json.RawMessage `json:"custom,omitempty" doc:"values by field of the active extension; null clears one"`
	RemoveAttachments []string                   `json:"remove_attachments,omitempty" doc:"ids"`
}

// Edited is an organization after an edit.
type Edited struct {
	Organization OrganizationRecord `json:"organization"`
	Warnings     []Field            `json:"warnings" doc:"about what was carried out all the same"`
}

// Count is how many records a list has on all its pages.
type Count struct {
	Count int64 `json:"count"`
}

// Source says where the value of one field comes from.
type Source struct {
	Path    string     `json:"path" doc:"name, picture, contacts, addresses, disabled, remarks, financial_id, custom.<id> or attachments.<id>"`
	Layer   *string    `json:"layer" doc:"base: the owner's record; overlay: what the asking account has laid over it; null: nobody has set it"`
	Account *string    `json:"account" doc:"whose value it is"`
	By      *string    `json:"by" doc:"who wrote it, where the asking account may know"`
	ByHome  *string    `json:"by_home" doc:"the account that they belong to"`
	At      *time.Time `json:"at"`
	Version *int64     `json:"version" doc:"that the value came with"`
}

// Viewing is an account that sees an organization of ours, and by which agreements.
type Viewing struct {
	Account Owner `json:"account"`
	Whys    []Why `json:"whys"`
}

// LogEntry is one line of the history of organizations and of what belongs to them.
type LogEntry struct {
	ID      string      `json:"id"`
	At      time.Time   `json:"at"`
	Actor   string      `json:"actor"`
	Home    *string     `json:"home" doc:"the account that the actor belongs to"`
	Kind    string      `json:"kind" doc:"overlay, organization, account, agreement, trust, service, person, extension, import or retention"`
	Subject string      `json:"subject"`
	Version *int64      `json:"version" doc:"of the record, that the change made"`
	Action  string      `json:"action"`
	Changes []LogChange `json:"changes"`
	Why     *string     `json:"why"`
}

// LogChange is one value before and after. Custom values are JSON in a text.
type LogChange struct {
	Path     string  `json:"path"`
	Before   *string `json:"before"`
	After    *string `json:"after"`
	Internal bool    `json:"internal" doc:"of an internal field"`
}

// Swept counts what a sweep found and did.
type Swept struct {
	Overlays int `json:"overlays" doc:"looked at"`
	Hidden   int `json:"hidden" doc:"whose organization is not seen any more since this sweep"`
	Seen     int `json:"seen" doc:"whose organization is seen again"`
	Purged   int `json:"purged" doc:"that were hidden for longer than they are kept"`
}

// DormantOverlay says that the account keeps something of an organization that it does not see at present.
type DormantOverlay struct {
	ID          string     `json:"id" doc:"of the organization"`
	Account     string     `json:"account" doc:"the owner"`
	HiddenSince *time.Time `json:"hidden_since" doc:"when a sweep found it hidden first; null until one has"`
	Version     int64      `json:"version" doc:"of what is kept"`
}

// Purge removes for good what the account has laid over organizations.
type Purge struct {
	Why string `json:"why" doc:"what history will say"`
}

// Purged counts overlays that were removed.
type Purged struct {
	Overlays int `json:"overlays"`
}

// FieldConflict is one field that two edits changed. Custom values are JSON in a text; what is blank is empty.
type FieldConflict struct {
	Path string `json:"path"`
	Seen string `json:"seen" doc:"what the author of the refused edit had read"`
	Now  string `json:"now"`
	Mine string `json:"mine" doc:"what the refused edit would have made of it"`
}
