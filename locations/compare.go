package locations

// Comparison is what differs between our set and a partner's copy, and which state of both was compared.
type Comparison struct {
	Project      ProjectID
	Ours, Theirs Head
	Diff         Diff
}
