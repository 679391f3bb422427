package orgoverlay

// nameOf returns the name of an enum's value, "" for one that has none.
func nameOf[E ~uint8](names []string, e E) string {
	if int(e) >= len(names) {
		return ""
	}
	return names[e]
}

// parse finds the value that a name belongs to; the zero value for an unknown name.
func parse[E ~uint8](names []string, s string) E {
	for i, n := range names {
		if i > 0 && n == s {
			return E(i)
		}
	}
	return 0
}
