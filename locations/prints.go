package locations

import (
	"crypto/sha256"
	"fmt"
)

// The first byte of what is hashed keeps the kinds of prints apart. The forms are part of the exchange
// between systems and never change; a new form takes a new byte.
const (
	printOwn byte = 1 + iota
	printSub
	printRoot
	printChain
	printInactive
)

// OwnPrint returns the print of a node alone: key, level, name, active flag and place, not its parent.
func OwnPrint(n Node) Print {
	return cut(ownForm(nil, &n))
}

func cut(b []byte) Print {
	sum := sha256.Sum256(b)
	return Print(sum[:16])
}

// subPrinter computes the prints of subtrees in one buffer: begin, add each child by key, end.
type subPrinter struct{ buf []byte }

func (s *subPrinter) begin(own Print) { s.buf = append(append(s.buf[:0], printSub), own[:]...) }

func (s *subPrinter) beginRoot() { s.buf = append(s.buf[:0], printRoot) }

// add takes the sub print of the next child; quiet children, whose print is zero, leave no trace.
func (s *subPrinter) add(sub Print) {
	if sub != (Print{}) {
		s.buf = append(s.buf, sub[:]...)
	}
}

// end returns the print of a node, or zero when the node is quiet: inactive with nothing active below.
func (s *subPrinter) end(inactive bool) Print {
	if inactive && len(s.buf) == 1+len(Print{}) {
		return Print{}
	}
	return cut(s.buf)
}

// endRoot returns the print over the top nodes, or zero when all of them are quiet.
func (s *subPrinter) endRoot() Print {
	if len(s.buf) == 1 {
		return Print{}
	}
	return cut(s.buf)
}

// inactiveChain is the one chain print of every inactive location: two sides that both closed it agree.
var inactiveChain = cut([]byte{printInactive})

// chainPrint hashes the own prints from the location upward.
func chainPrint(own []Print) Print {
	b := make([]byte, 1, 1+len(own)*len(Print{}))
	b[0] = printChain
	for _, p := range own {
		b = append(b, p[:]...)
	}
	return cut(b)
}

// MarshalText writes the print as String does.
func (p Print) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (p *Print) UnmarshalText(b []byte) error {
	q, err := ParsePrint(string(b))
	if err != nil {
		return fmt.Errorf("locations: read a print: %w", err)
	}
	*p = q
	return nil
}
