package orgoverlay

import "slices"

// Shared is all of an organization that another account may see. It cannot hold what is private to the owner.
type Shared struct {
	ID          OrgID
	Account     Account // the owner
	AccountName string  // as the owner's Tenant says at the time of reading; stores keep no copy
	Name        string
	Picture     string // an address that begins with https:// or data:image/
	Contacts    []Contact
	Addresses   []Address
	Disabled    bool
	// Revision is raised when one of the fields above changes, and by nothing else: it tells nobody of hidden edits.
	Revision int64
}

// Contact is a way to reach the organization: a phone, an e-mail address, a website.
type Contact struct{ Kind, Label, Value string }

// Address is a street, mailing or billing address.
type Address struct{ Label, Street, City, State, PostalCode, Country string }

// Clone returns a value that shares no memory with s.
func (s Shared) Clone() Shared {
	s.Contacts, s.Addresses = slices.Clone(s.Contacts), slices.Clone(s.Addresses)
	return s
}

// Organization is a record of the account's own: what others may see of it, what only the account sees, and what is never laid over.
type Organization struct {
	Shared
	Local
	Parent   OrgID
	Manager  PersonID
	Region   string
	Source   string
	SourceID string
	Internal bool // below the organization that is tied to the account, or that one; Service keeps it
	Deleted  bool // gone from every list; what others laid over it stays theirs
	Version  int64
}

// Clone returns an organization that shares no memory with o.
func (o Organization) Clone() Organization {
	o.Shared, o.Local = o.Shared.Clone(), o.Local.Clone()
	return o
}

// Kind says what an organization is to the account that looks at it.
type Kind uint8

const (
	KindNone     Kind = iota // invalid
	KindInternal             // the account's own, below the organization tied to it (or that one)
	KindExternal             // the account's own or its directory's, without such a path
	KindTrusted              // of an account that it trusts, seen through agreements
)

var kindNames = []string{"", "internal", "external", "trusted"}

func (k Kind) String() string { return nameOf(kindNames, k) }

// ParseKind reads what String wrote; an unknown name is KindNone.
func ParseKind(s string) Kind { return parse[Kind](kindNames, s) }
