package orgoverlay

import "time"

// Record is an organization as its viewer reads it: shared fields from its owner, local fields from the viewer's own account.
// Never from the owner's local fields, which it has no way to hold.
type Record struct {
	Shared
	Kind    Kind
	Whys    []Why
	Local   Local
	Form    Form  // the custom fields that the viewer may see now, with their values
	Version int64 // what an edit expects: of the overlay, 0 before the first; of an own organization, its version
}

// Form is the active extension as one person sees it, in the extension's order.
type Form struct {
	Extension ExtensionID
	Number    int64
	Fields    []FormField
	Flagged   []FieldError // kept values that the active version would not take, or has no field for; only for people who edit
}

// FormField is a field with its value; a value that is nil is not set.
type FormField struct {
	ExtensionField
	Value []byte
}

// Layer is where the value of a field comes from.
type Layer uint8

const (
	LayerNone    Layer = iota // nobody has set it
	LayerBase                 // the owner's record
	LayerOverlay              // what the viewer's account has laid over it
)

var layerNames = []string{"", "base", "overlay"}

func (l Layer) String() string { return nameOf(layerNames, l) }

// Source explains one field of a record: which layer and account its value is of, and of a local one who wrote it when.
type Source struct {
	Path    string // name, picture, contacts, addresses, disabled, remarks, financial_id, custom.<id>, attachments.<id>
	Layer   Layer
	Account Account
	By      string
	ByHome  Account
	At      time.Time
	Version int64
}
