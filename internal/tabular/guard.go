package tabular

// guardMark stands before a cell that a spreadsheet would take for a formula.
const guardMark = '\''

// Guard returns the cell with an apostrophe before it where it begins with = + - @, a tab or a carriage return, which
// spreadsheets may take for a formula, or with an apostrophe, so that Unguard gives back any cell as it was.
func Guard(cell string) string {
	if cell != "" && needsGuard(cell[0]) {
		return string(guardMark) + cell
	}
	return cell
}

// Unguard takes off the one apostrophe that Guard put there. An apostrophe before anything else is part of the text
// ('s-Hertogenbosch), and stays.
func Unguard(cell string) string {
	if len(cell) > 1 && cell[0] == guardMark && needsGuard(cell[1]) {
		return cell[1:]
	}
	return cell
}

func needsGuard(c byte) bool {
	switch c {
	case '=', '+', '-', '@', '\t', '\r', guardMark:
		return true
	}
	return false
}
