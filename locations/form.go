package locations

import "encoding/binary"

// A form is a node written as bytes: what its own print hashes, and the key of its parent. Each text is preceded by its length, so that two nodes
// are equal in every field exactly when their forms are.

// ownForm appends what the node's own print hashes.
func ownForm(b []byte, n *Node) []byte {
	b = append(b, printOwn)
	b = appendText(b, string(n.Key))
	b = binary.AppendVarint(b, int64(n.Level))
	if n.Inactive {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	p := &n.Place
	for _, s := range [...]string{
		n.Name, p.Address1, p.Address2, p.City, p.State, p.Country, p.PostalCode, p.Phone, p.AreaCode, p.Email,
		p.Hours, p.DaysOpen, p.Group,
	} {
		b = appendText(b, s)
	}
	b = binary.AppendUvarint(b, uint64(len(p.Attributes)))
	for _, a := range p.Attributes {
		b = appendText(appendText(b, a.Name), a.Value)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// form is where a node's form stands in the texts of its tree, and how much of it the own print hashes.
type form struct {
	text string
	own  int32
}

// formsAtOnce is how many bytes of forms share their memory: a node that is kept keeps so many at the most, and its own.
const formsAtOnce = 16 << 10

// forms writes the nodes, in their order one behind the other. Comparing two trees then reads two runs of bytes, and not a dozen texts a node that
// lie anywhere.
func forms(nodes []Node) []form {
	out := make([]form, len(nodes))
	var buf []byte
	var ends []int
	for from := 0; from < len(nodes); from += len(ends) {
		buf, ends = buf[:0], ends[:0]
		for i := from; i < len(nodes) && len(buf) < formsAtOnce; i++ {
			start := len(buf)
			buf = ownForm(buf, &nodes[i])
			out[i].own = int32(len(buf) - start)
			buf = appendText(buf, string(nodes[i].Parent))
			ends = append(ends, len(buf))
		}
		text, start := string(buf), 0
		for k, end := range ends {
			out[from+k].text = text[start:end]
			start = end
		}
	}
	return out
}
