package collab

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// scriptArg is a literal argument of a call in a script, also inside a list: f(1, "two", [3]).
type scriptArg struct {
	fn     string
	index  int // which argument of the call, from 0
	value  string
	quoted bool // a text; else a number
	line   int
}

// maxNesting is how deep brackets are followed; what lies deeper is passed over.
const maxNesting = 100

// scriptArgs finds the literal arguments of all calls in a script, in order. It knows names, numbers, texts in any of the
// three quotes and comments; all else only separates. An argument that is computed (f(x), f(1+2), f(g(1))) is none.
func scriptArgs(script string) []scriptArg {
	p := scriptScan{src: script, line: 1}
	name := "" // the token before, if it was a name
	for p.next() {
		switch {
		case p.kind != tokSign:
			p.operand()
		case p.tok == "(" || p.tok == "[":
			p.open(name)
		case p.tok == ")" || p.tok == "]":
			p.close()
		case p.tok == ",":
			p.comma()
		case p.tok == ";" || p.tok == "{" || p.tok == "}":
			p.brackets, p.skip = nil, 0 // a call ends with its statement, closed or not
		default:
			p.operand()
		}
		name = ""
		if p.kind == tokName {
			name = p.tok
		}
	}
	return p.out
}

type tokenKind uint8

const (
	tokSign tokenKind = iota
	tokName
	tokNumber
	tokText
)

// bracket is a call or a list whose closing bracket has not come yet.
type bracket struct {
	fn    string // whose arguments these are; empty where it is no call
	list  bool
	index int
	value *scriptArg // the argument so far, if it is one literal
	mixed bool       // the argument so far is not one literal
}

type scriptScan struct {
	src  string
	pos  int
	line int

	tok  string
	kind tokenKind
	at   int // line on which tok begins

	brackets []bracket
	skip     int // brackets open beyond maxNesting
	out      []scriptArg
}

// open begins a call of the name before it, or a list. A list that begins an argument of a call holds arguments as well.
func (p *scriptScan) open(name string) {
	if len(p.brackets) >= maxNesting {
		p.skip++
		return
	}
	b := bracket{fn: name, list: p.tok == "["}
	if b.list {
		b.fn = ""
	}
	if len(p.brackets) > 0 {
		outer := &p.brackets[len(p.brackets)-1]
		if b.list && outer.value == nil && !outer.mixed {
			b.fn, b.index = outer.fn, outer.index
		}
		outer.mixed = true
	}
	p.brackets = append(p.brackets, b)
}

func (p *scriptScan) close() {
	switch {
	case p.skip > 0:
		p.skip--
	case len(p.brackets) > 0:
		p.flush()
		p.brackets = p.brackets[:len(p.brackets)-1]
	}
}

func (p *scriptScan) comma() {
	if len(p.brackets) == 0 || p.skip > 0 {
		return
	}
	p.flush()
	if b := &p.brackets[len(p.brackets)-1]; !b.list {
		b.index++
	}
}

// operand takes a token into the argument that is open.
func (p *scriptScan) operand() {
	if len(p.brackets) == 0 || p.skip > 0 {
		return
	}
	b := &p.brackets[len(p.brackets)-1]
	if b.value == nil && !b.mixed && (p.kind == tokText || p.kind == tokNumber) {
		b.value = &scriptArg{fn: b.fn, index: b.index, value: p.tok, quoted: p.kind == tokText, line: p.at}
		return
	}
	b.mixed = true
}

// flush ends the argument that is open.
func (p *scriptScan) flush() {
	b := &p.brackets[len(p.brackets)-1]
	if b.fn != "" && b.value != nil && !b.mixed {
		p.out = append(p.out, *b.value)
	}
	b.value, b.mixed = nil, false
}

// next reads one token, or answers false at the end.
func (p *scriptScan) next() bool {
	p.blank()
	if p.pos >= len(p.src) {
		return false
	}
	p.at = p.line
	rest := p.src[p.pos:]
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case r == '"' || r == '\'' || r == '`':
		p.text(r)
	case unicode.IsDigit(r):
		p.kind = tokNumber
		p.tok = p.word(rest, func(r rune) bool { return r == '.' || inName(r) })
	case inName(r):
		p.kind = tokName
		p.tok = p.word(rest, inName)
	default:
		p.kind, p.tok = tokSign, rest[:size]
		p.pos += size
	}
	return true
}

func inName(r rune) bool { return r == '_' || r == '$' || unicode.IsLetter(r) || unicode.IsDigit(r) }

func (p *scriptScan) word(rest string, in func(rune) bool) string {
	end := strings.IndexFunc(rest, func(r rune) bool { return !in(r) })
	if end < 0 {
		end = len(rest)
	}
	p.pos += end
	return rest[:end]
}

// text reads a quoted text; a backslash takes the next character as it is. One that is not closed ends with the script,
// or with its line unless it is a template.
func (p *scriptScan) text(quote rune) {
	var b strings.Builder
	p.kind = tokText
	p.pos++
	escaped := false
	for i, r := range p.src[p.pos:] {
		switch {
		case escaped:
			escaped = false
		case r == '\\':
			escaped = true
			continue
		case r == quote, r == '\n' && quote != '`':
			p.tok = b.String()
			if r == quote {
				i++
			}
			p.pos += i
			return
		}
		if r == '\n' {
			p.line++
		}
		b.WriteRune(r)
	}
	p.tok, p.pos = b.String(), len(p.src)
}

// blank passes over white space and comments.
func (p *scriptScan) blank() {
	for p.pos < len(p.src) {
		rest := p.src[p.pos:]
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case strings.HasPrefix(rest, "//"):
			size = len(rest)
			if end := strings.IndexByte(rest, '\n'); end >= 0 {
				size = end
			}
		case strings.HasPrefix(rest, "/*"):
			size = len(rest)
			if end := strings.Index(rest[2:], "*/"); end >= 0 {
				size = end + 4
			}
		case !unicode.IsSpace(r):
			return
		}
		p.line += strings.Count(rest[:size], "\n")
		p.pos += size
	}
}
