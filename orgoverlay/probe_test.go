package orgoverlay

import (
	"fmt"
	"testing"
)

// However a content comes in pieces, it is the same content.
func FuzzProbe(f *testing.F) {
	f.Add([]byte("grüße €uro 😀"), uint8(3))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00"), uint8(1))
	f.Add([]byte("gr\xc3"), uint8(2))
	f.Add([]byte("\xf0\x9f\x98x"), uint8(1))
	f.Fuzz(func(t *testing.T, content []byte, piece uint8) {
		whole, parts := newProbe(), newProbe()
		_, _ = whole.Write(content)
		for rest := content; len(rest) > 0; {
			n := min(int(piece)+1, len(rest))
			_, _ = parts.Write(rest[:n])
			rest = rest[n:]
		}
		said := func(p *probe) string { return fmt.Sprintf("%s %x", p.mediaType("x.csv"), p.digest.Sum(nil)) }
		if said(whole) != said(parts) {
			t.Errorf("%q in pieces of %d: %s, whole: %s", content, piece+1, said(parts), said(whole))
		}
	})
}
