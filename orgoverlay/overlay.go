package orgoverlay

import (
	"bytes"
	"slices"
	"time"
)

// Local is the fields that an account keeps for itself about an organization: its own, or one that it sees through agreements.
type Local struct {
	Remarks     string // up to MaxRemarks bytes
	FinancialID string // kept as it was written; what it is compared by is Config.FinancialKey
	Custom      []CustomValue
	Attachments []Attachment
}

// Limits of local fields.
const (
	MaxRemarks     = 64 << 10 // bytes
	MaxFinancialID = 128      // characters
)

// Clone returns a value that shares no memory with l.
func (l Local) Clone() Local {
	l.Custom, l.Attachments = slices.Clone(l.Custom), slices.Clone(l.Attachments)
	for i := range l.Custom {
		l.Custom[i].Value = bytes.Clone(l.Custom[i].Value)
	}
	return l
}

// CustomValue is the value of one field of a UI extension. Values are ordered by ID.
type CustomValue struct {
	ID    string
	Value []byte // JSON
}

// Attachment is a file that lies in the account's own storage under its digest.
type Attachment struct {
	ID     AttachmentID
	Name   string // file name, as it was given
	Type   string // media type, found from the content
	Size   int64  // bytes
	SHA256 string // hexadecimal
	Inline bool   // shown within the remarks
}

// Overlay is what one account has laid over one organization of another. There is at most one of each, however many agreements there are.
type Overlay struct {
	Org   OrgID
	Owner Account // of the organization
	Local
	// Stamps say of each field that was ever written which version wrote it last, who, and when; ordered by path.
	Stamps []Stamp
	// HiddenSince is when the last sweep found that the account does not see the organization any more; zero while it does.
	HiddenSince time.Time
	Version     int64
}

// Stamp is where the value of one field comes from. Path is remarks, financial_id, custom.<id> or attachments.<id>.
type Stamp struct {
	Path    string
	Version int64 // of the overlay, that the field changed with
	By      string
	ByHome  Account // the account that the person belongs to
	At      time.Time
}

// Clone returns an overlay that shares no memory with o.
func (o Overlay) Clone() Overlay {
	o.Local, o.Stamps = o.Local.Clone(), slices.Clone(o.Stamps)
	return o
}
