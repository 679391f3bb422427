package orgoverlay

// Opt is a value that a patch may leave alone, clear or set. The zero Opt leaves it alone.
type Opt[T any] struct {
	given, null bool
	value       T
}

// Set gives a value; one that is empty counts as cleared.
func Set[T any](v T) Opt[T] { return Opt[T]{given: true, value: v} }

// Clear empties the field.
func Clear[T any]() Opt[T] { return Opt[T]{given: true, null: true} }

// Given reports whether the patch touches the field.
func (o Opt[T]) Given() bool { return o.given }

// Value returns what the field becomes: the zero value when it is cleared.
func (o Opt[T]) Value() T { return o.value }

// Patch is a change of local fields. What it does not give stays.
type Patch struct {
	Remarks     Opt[string]
	FinancialID Opt[string]
	Custom      map[string]Opt[[]byte] // JSON by field id of the active extension
	Remove      []AttachmentID         // of attachments; new ones come by Service.Attach
}
