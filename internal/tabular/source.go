package tabular

import (
	"bytes"
	"errors"
)

// source is what encoding/csv reads from: decoded text in which every line ends in LF or CRLF. It counts lines, and
// refuses to give more than limit bytes past the mark, so that the memory of one record is bounded.
type source struct {
	text  *decoder
	chunk []byte // of text, not yet passed on
	err   error  // of text, kept for ever

	quoted bool    // within quotation marks
	cr     bool    // a CR was taken, and what follows decides what becomes of it
	queued string  // made from a CR, to be passed on first
	given  int64   // bytes passed on
	line   int     // the line that the next byte belongs to
	mark   int64   // bytes passed on that belong to records already read
	limit  int64   // bytes past mark that may be passed on
	inner  []int64 // where lone CRs within quotation marks were passed on: ends of lines that encoding/csv does not count
}

func newSource(text *decoder, limit int64) *source {
	return &source{text: text, limit: limit, line: 1}
}

// Read implements io.Reader. Errors other than io.EOF are an *Error; one of the text has its line.
func (s *source) Read(p []byte) (int, error) {
	if s.given-s.mark > s.limit {
		return 0, &Error{Reason: ReasonRecordSize, Text: "the record is longer than allowed (a quotation mark may lack its end)"}
	}
	n := 0
	for n < len(p) {
		switch {
		case s.queued != "":
			k := copy(p[n:], s.queued)
			s.queued = s.queued[k:]
			s.given += int64(k)
			n += k
		case len(s.chunk) > 0 && s.cr:
			s.endCR(s.chunk[0] == '\n')
		case len(s.chunk) > 0:
			k := s.pass(p[n:])
			s.given += int64(k)
			n += k
		case n > 0:
			return n, nil
		case s.err == nil:
			s.chunk, s.err = s.text.next()
		case s.cr:
			s.endCR(false)
		default:
			var fault *Error
			if errors.As(s.err, &fault) {
				fault.Line = s.line
			}
			return 0, s.err
		}
	}
	return n, nil
}

// pass copies text as far as the next CR, which it takes.
func (s *source) pass(p []byte) int {
	part := s.chunk[:min(len(s.chunk), len(p))]
	if i := bytes.IndexByte(part, '\r'); i >= 0 {
		part, s.cr = part[:i], true
		s.chunk = s.chunk[i+1:]
	} else {
		s.chunk = s.chunk[len(part):]
	}
	s.line += bytes.Count(part, []byte{'\n'})
	if bytes.Count(part, []byte{'"'})%2 == 1 { // a doubled mark within a cell leaves and enters again
		s.quoted = !s.quoted
	}
	return copy(p, part)
}

// endCR decides about a CR that was taken. Before LF it is passed on, and within quotation marks twice, since
// encoding/csv drops one there. Alone it ends a line, unless it stands within quotation marks.
func (s *source) endCR(beforeLF bool) {
	s.cr = false
	switch {
	case beforeLF && s.quoted:
		s.queued = "\r\r"
	case beforeLF:
		s.queued = "\r"
	case s.quoted:
		s.queued = "\r"
		s.inner = append(s.inner, s.given)
		s.line++
	default:
		s.queued = "\n"
		s.line++
	}
}

// innerLines returns how many lines ended by a lone CR within quotation marks before the given offset, and forgets them.
func (s *source) innerLines(offset int64) int {
	n := 0
	for n < len(s.inner) && s.inner[n] < offset {
		n++
	}
	s.inner = s.inner[n:]
	return n
}
