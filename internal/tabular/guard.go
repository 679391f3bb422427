package tabular

// Mark stands before a cell that a spreadsheet would take for a formula.
type Mark byte

// The marks that files have.
const (
	Apostrophe Mark = '\''
	Tab        Mark = '\t'
)

// Guard returns the cell with an apostrophe before it where it begins with = + - @, a tab or a carriage return, which
// spreadsheets may take for a formula, or with an apostrophe, so that Unguard gives back any cell as it was.
func Guard(cell string) string { return Apostrophe.Guard(cell) }

// Unguard takes off the one apostrophe that Guard put there. An apostrophe before anything else is part of the text
// ('s-Hertogenbosch), and stays.
func Unguard(cell string) string { return Apostrophe.Unguard(cell) }

// Guard is the function Guard with this mark in place of the apostrophe.
func (m Mark) Guard(cell string) string {
	if cell != "" && m.needed(cell[0]) {
		return string(rune(m)) + cell
	}
	return cell
}

// Unguard takes off the one mark that Guard put there.
func (m Mark) Unguard(cell string) string {
	if len(cell) > 1 && Mark(cell[0]) == m && m.needed(cell[1]) {
		return cell[1:]
	}
	return cell
}

func (m Mark) needed(c byte) bool {
	switch c {
	case '=', '+', '-', '@', '\t', '\r', byte(m):
		return true
	}
	return false
}
