package bunstore

import (
	"fmt"

	"github.com/mspkit/mspkit/collab"
)

// What every shop of an import carries is written as JSON by hand: reflection would take an eighth of the import. It is read with the
// types of its shapes, by unpack.

func packAnswers(answers []collab.Answer) string {
	return packList(answers, 160, func(b []byte, a *collab.Answer) []byte {
		b = appendText(append(b, `{"question":`...), a.Question)
		b = appendText(append(b, `,"value":`...), a.Value)
		return appendUnlessEmpty(b, `,"comment":`, a.Comment)
	})
}

func packScores(scores []collab.SectionScore) string {
	return packList(scores, 80, func(b []byte, s *collab.SectionScore) []byte {
		b = appendText(append(b, `{"section":`...), s.Section)
		b = appendText(append(b, `,"earned":`...), s.Earned)
		return appendText(append(b, `,"possible":`...), s.Possible)
	})
}

func packChanges(changes []collab.Change) string {
	return packList(changes, 120, func(b []byte, c *collab.Change) []byte {
		b = appendText(append(b, `{"field":`...), c.Field)
		b = appendUnlessEmpty(b, `,"before":`, c.Before)
		return appendUnlessEmpty(b, `,"after":`, c.After)
	})
}

// packList writes a list of objects; nothing is the empty text. open writes one without its closing brace, in about size bytes.
func packList[E any](list []E, size int, open func([]byte, *E) []byte) string {
	if len(list) == 0 {
		return ""
	}
	b := make([]byte, 0, size*len(list))
	for i := range list {
		b = append(b, "[,"[min(i, 1)])
		b = append(open(b, &list[i]), '}')
	}
	return string(append(b, ']'))
}

func appendUnlessEmpty(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	return appendText(append(b, name...), text)
}

// appendText writes a text as JSON.
func appendText(b []byte, text string) []byte {
	b = append(b, '"')
	from := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			b = append(append(b, text[from:i]...), '\\', c)
		case c < ' ':
			b = fmt.Appendf(append(b, text[from:i]...), `\u%04x`, c)
		default:
			continue
		}
		from = i + 1
	}
	return append(append(b, text[from:]...), '"')
}
